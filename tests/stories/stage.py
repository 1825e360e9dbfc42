"""Where the stories are told: the whole DAO on one chain, and the verbs of the people in it."""

from collections.abc import Sequence
from typing import Any

from governance.chain import Chain, Event, contract
from governance.constitution import load_constitution
from governance.dao import Dao
from governance.deploy import deploy
from governance.law import CONTRACTS
from governance.proposals import Call
from governance.units import TOKEN
from tests.stories.people import ANN, BOB, CID, EVERYONE, FOUNDER, POCKETS, STAKES, ZOE

COINS = 100 * TOKEN
"""Wei of the chain's own coin that each person has, for gas."""
RULES = load_constitution("startup").with_value("court.people.alpha", 1)
"""Asclepius: a triage model governed by its hospitals, whose jurors risk all they put up."""


class Stage:
    """A DAO on a chain.

    Nobody has a role here but the DAO's own contracts: what needs one is voted on.
    """

    def __init__(self, chain: Chain) -> None:
        for person in EVERYONE:
            chain.fund(person, COINS)
        self.chain = chain
        self.dao = Dao(chain, deploy(chain, RULES, FOUNDER))
        self.at = self.dao.at
        self.treasury = self.at["treasury"]
        self._hand_out()

    def _hand_out(self) -> None:
        for person, wei in STAKES.items():
            self.dao.transfer(FOUNDER, person, wei)
            self.dao.stake(person, wei)
        for person, wei in POCKETS.items():
            self.dao.transfer(FOUNDER, person, wei)
        self.wait(max(RULES.staking.maturity, RULES.governor.opening) + 1)

    # What is

    @property
    def now(self) -> int:
        """Time that a read sees, seconds since 1970."""
        return self.chain.timestamp()

    def read(self, key: str, function: str, *args: Any) -> Any:
        """Ask one of the DAO's contracts."""
        return self.dao.read(key, function, *args)

    def held(self, who: str) -> int:
        """Wei of the token in an account."""
        return self.dao.token_balance(who)

    def total(self) -> int:
        """Wei of the token that exist."""
        return int(self.read("token", "totalSupply"))

    # What people do

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.chain.advance(seconds)

    def wait_until(self, moment: int) -> None:
        """Let time pass until a moment, if it is still to come."""
        self.chain.set_time(max(moment, self.now))

    def act(self, who: str, key: str, function: str, *args: Any) -> "Deed":
        """Send one of the DAO's contracts a transaction."""
        data = contract(CONTRACTS[key]).encode(function, *args)
        receipt = self.chain.send(who, self.at[key], data)
        events = [event for log in receipt.logs if (event := log.decode())]
        return Deed(receipt.timestamp, events)

    def allow(self, who: str, key: str, wei: int) -> None:
        """Let one of the DAO's contracts take tokens of somebody."""
        self.act(who, "token", "approve", self.at[key], wei)

    # What the members decide

    def call(self, key: str, function: str, *args: Any) -> Call:
        """Write down a call for the treasury to make."""
        return Call(self.at[key], 0, contract(CONTRACTS[key]).encode(function, *args))

    def propose(self, who: str, text: str, calls: Sequence[Call]) -> int:
        """Put calls to the vote."""
        proposal = self.dao.propose(who, calls, text)
        assert self.dao.proposal(proposal).state == "Pending"
        return proposal

    def vote(self, *proposals: int) -> None:
        """Let Ann and Bob vote for proposals and Cid against, until they succeed."""
        for proposal in proposals:
            self.wait_until(self.dao.proposal(proposal).snapshot + 1)
            for member, choice in ((ANN, "for"), (BOB, "for"), (CID, "against")):
                self.dao.vote(member, proposal, choice)
        for proposal in proposals:
            self.wait_until(self.dao.proposal(proposal).deadline + 1)
            status = self.dao.proposal(proposal)
            assert status.state == "Succeeded"
            assert (status.for_votes, status.against_votes) == (
                self.dao.shares(ANN) + self.dao.shares(BOB), self.dao.shares(CID),
            )  # fmt: skip

    def queue(self, proposal: int) -> None:
        """Let a proposal that passed wait in the treasury for as long as it must."""
        self.dao.queue(ZOE, proposal)
        status = self.dao.proposal(proposal)
        assert status.state == "Queued"
        self.wait_until(status.eta)

    def execute(self, proposal: int) -> "Deed":
        """Carry a proposal out."""
        receipt = self.dao.execute(ZOE, proposal)
        assert self.dao.proposal(proposal).state == "Executed"
        events = [event for log in receipt.logs if (event := log.decode())]
        return Deed(receipt.timestamp, events)

    def decide(self, text: str, *calls: Call) -> "Deed":
        """Bring calls through a whole vote: proposed by Ann, voted on, queued, carried out."""
        proposal = self.propose(ANN, text, calls)
        self.vote(proposal)
        self.queue(proposal)
        return self.execute(proposal)


class Deed:
    """A transaction that was mined: when, and what it made the contracts say."""

    def __init__(self, at: int, events: Sequence[Event]) -> None:
        self.at = at
        self.events = events

    def all(self, name: str) -> list[dict[str, Any]]:
        """Return the arguments of all events of a name."""
        return [dict(event.args) for event in self.events if event.name == name]

    def told(self, name: str) -> dict[str, Any]:
        """Return the arguments of the one event of a name."""
        (args,) = self.all(name)
        return args
