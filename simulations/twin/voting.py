"""The governor in the other court: proposals with their calls, votes, and what they decide."""

from typing import Any

import numpy as np
from eth_utils.crypto import keccak

from governance.chain.abi import contract
from governance.chain.protocol import Reverted
from governance.dao import proposal_id
from governance.proposals.calls import Call
from governance.units import GENESIS
from simulations.mechanisms.proposals import State
from simulations.randomness import Floats, Ints
from simulations.twin.deployed import Deployed, wei
from simulations.twin.driver import Driver, Today
from simulations.twin.lens import View
from simulations.twin.places import Held

REASON = "harm became known"
"""Reason of a revocation; like calls are of one reason."""


class Governor(Driver):
    """The governor and its proposals.

    Attributes
    ----------
    proposals
        Number on chain of each proposal in the order made, and the arguments that name it.
    """

    def __init__(self, dao: Deployed) -> None:
        super().__init__(dao)
        self.proposals: list[tuple[int, tuple[Any, ...]]] = []
        self._seen = 0
        self._opened: set[int] = set()

    def propose(self, member: int, amount: float, target: int) -> None:
        """Ask for tokens for a member."""
        pay = contract("MootToken").encode("transfer", self.dao.members[target], wei(amount))
        self._propose(member, "token", pay, "Grant")

    def propose_deployment(self, member: int, version: int) -> None:
        """Put a version to the vote, by its hashes of now."""
        weights, _, _, evaluation = self.dao.read("registry", "version", version)[1][0]
        call = contract("ModelRegistry").encode("deploy", version, weights, evaluation)
        self._propose(member, "registry", call, "Deployment")

    def propose_revocation(self, member: int, version: int) -> None:
        """Ask to end the life of a version."""
        call = contract("ModelRegistry").encode("revoke", version, REASON)
        self._propose(member, "registry", call, "Revocation")

    def vote(self, member: int, number: int, choice: int) -> None:
        """Vote."""
        self.dao.send(member, "governor", "castVote", self.proposals[number][0], choice)

    def queue(self, member: int, number: int) -> None:
        """Put what succeeded into the timelock."""
        self.dao.send(member, "governor", "queue", *self.proposals[number][1])

    def execute(self, member: int, number: int) -> None:
        """Carry out what was decided."""
        self.dao.send(member, "governor", "execute", *self.proposals[number][1])

    def _propose(self, member: int, key: str, data: bytes, title: str) -> None:
        call, text = Call(self.dao.at[key], 0, data), f"{title} {len(self.proposals)}"
        bundle = [call.target], [call.value], [call.data]
        self.proposals.append((proposal_id([call], text), (*bundle, keccak(text=text))))
        self.dao.send(member, "governor", "propose", *bundle, text)

    # Comparison

    def state(self, number: int) -> int:
        """``IGovernor.ProposalState`` of a proposal, -1 if the governor does not know it."""
        try:
            return int(self.dao.read("governor", "state", self.proposals[number][0]))
        except Reverted:
            return -1

    def compare(self, today: Today) -> None:
        """Compare open proposals, and those that were finished since the last time."""
        governor = today.model.governor
        slots = governor.slots
        today.compare("proposals", governor.count, len(self.proposals), "count")
        places = np.flatnonzero(slots.state[0] >= 0)
        numbers, states = slots.number[0, places], slots.state[0, places]
        self._expect_proposals(today, numbers, states, governor.tally[:, 0, places])
        deadlines = slots.deadline[0, places] + GENESIS
        found = self._ask("proposalDeadline", numbers)
        today.expect("governor.proposalDeadline", deadlines, found, "seconds")
        self._expect_quorums(today, slots, places[states > State.PENDING])
        self._expect_finished(today, governor.log.added(self._seen))

    def _expect_quorums(self, today: Today, slots: Any, places: Ints) -> None:
        """Compare quorums when voting begins; they do not change, and are compared at its end."""
        numbers = slots.number[0, places]
        if not today.full:
            new = np.array([number not in self._opened for number in numbers.tolist()], dtype=bool)
            places, numbers = places[new], numbers[new]
        self._opened.update(numbers.tolist())
        needed = self._ask("proposalQuorum", numbers)
        today.expect("governor.proposalQuorum", slots.quorum[0, places], needed, "shares")

    def _expect_finished(self, today: Today, rows: list[dict[str, Any]]) -> None:
        self._seen += len(rows)
        for row in rows:
            votes = (row["against_votes"], row["for_votes"], row["abstain_votes"])
            self._expect_proposals(today, row["id"], row["state"], np.array(votes))
            voted = row["state"] != State.CANCELED
            needed = self._ask("proposalQuorum", row["id"][voted])
            today.expect("governor.proposalQuorum", row["quorum_votes"][voted], needed, "shares")

    def _expect_proposals(self, today: Today, numbers: Ints, states: Any, tally: Floats) -> None:
        """Compare states and tallies, shape ``(3, n)``; the governor knows every proposal."""
        today.expect("governor.state", states, self._ask("state", numbers), "state")
        votes = self._ask("proposalVotes", numbers, words=len(tally))
        for word, mine in enumerate(tally):
            today.expect("governor.proposalVotes", mine, votes, "shares", word=word)

    def _ask(self, function: str, numbers: Ints, words: int = 1) -> View | Held:
        named = [self.proposals[number][0] for number in numbers.tolist()]
        return self.dao.ask("governor", function, named, words=words)
