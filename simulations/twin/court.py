"""The other court: the scenario's DAO as contracts, and members' actions as transactions."""

from collections.abc import Callable
from typing import Any

import numpy as np
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from governance.chain.abi import contract
from governance.chain.embedded import EmbeddedChain
from governance.chain.protocol import Reverted
from governance.dao import proposal_id
from governance.deploy import deploy
from governance.law import CONTRACTS
from governance.proposals.calls import Call
from governance.units import DAY, GENESIS
from governance.verify import read
from simulations.actions import Actions
from simulations.assembly import GRANTS
from simulations.ledger import Ledger
from simulations.randomness import Ints

DEPLOYER = to_checksum_address("0x" + "de" * 20)
_FIRST_MEMBER = 0x4D00_0000
_MICRO = 10**12
"""Wei in a millionth of a token."""


def member_address(member: int) -> str:
    """Address that stands for a member of the simulation."""
    return to_checksum_address(f"0x{_FIRST_MEMBER + member:040x}")


def _micro(amount: float) -> int:
    return round(amount * 1e6)


class Court:
    """The deployed contracts, driven by the simulation's actions.

    Parameters
    ----------
    constitution
        What to deploy.
    ledger
        Day 0 of the simulated run: who holds what.
    run
        Its row in the ledger.
    insiders
        Members who own the vesting grants, in the order of ``GRANTS``.
    """

    def __init__(self, constitution: Any, ledger: Ledger, run: int, insiders: Ints) -> None:
        self.chain = EmbeddedChain()
        self.transactions = 0
        self.members = [member_address(index) for index in range(ledger.liquid.shape[1])]
        beneficiaries = {
            name: self.members[member] for name, member in zip(GRANTS, insiders, strict=True)
        }
        manifest = deploy(
            self.chain, constitution, DEPLOYER, start=GENESIS, beneficiaries=beneficiaries
        )
        self.at = manifest.addresses
        self._grants = [manifest.grants.get(name) for name in GRANTS]
        self.proposals: list[tuple[int, tuple[Any, ...]]] = []
        self._hand_out(ledger.liquid[run])

    def open_day(self, day: int) -> None:
        """Move the clock to a day's boundary."""
        self.chain.set_time(GENESIS + day * DAY)

    def act(self, actions: Actions) -> list[str]:
        """Send one transaction per action; return what the contracts refused, and why."""
        verb: Callable[..., None] = getattr(self, f"_{actions.mechanism}_{actions.verb}")
        columns = [
            column.tolist() if column is not None else None
            for column in (actions.member, actions.amount, actions.target, actions.choice)
        ]
        refused = []
        for row in zip(*(column for column in columns if column is not None), strict=True):
            try:
                verb(*row)
            except Reverted as error:
                refused.append(f"{actions.mechanism}.{actions.verb} by member {row[0]}: {error}")
        return refused

    def read(self, key: str, function: str, *arguments: Any) -> Any:
        """Call a view function of one of the DAO's contracts."""
        return read(self.chain, self.at, key, function, *arguments)

    def proposal_state(self, number: int) -> int:
        """``IGovernor.ProposalState`` of a proposal, -1 if the governor does not know it."""
        try:
            return int(self.read("governor", "state", self.proposals[number][0]))
        except Reverted:
            return -1

    def read_all(self, key: str, function: str, members: Ints, *more: Any) -> np.ndarray:
        """Call a view of one member each, as floats of the raw integers, shape ``(n,)``."""
        read, addresses = self.read, self.members
        values = [read(key, function, addresses[member], *more) for member in members.tolist()]
        return np.array([v[0] if isinstance(v, tuple) else v for v in values], dtype=np.float64)

    def _send(self, sender: str, key: str, function: str, *arguments: Any) -> None:
        data = contract(CONTRACTS[key]).encode(function, *arguments)
        self.chain.send(sender, self.at[key], data)
        self.transactions += 1

    def _hand_out(self, liquid: np.ndarray) -> None:
        everything = 2**256 - 1
        for member, amount in enumerate(liquid.tolist()):
            if amount:
                self._send(
                    DEPLOYER, "token", "transfer", self.members[member], _micro(amount) * _MICRO
                )
            self._send(self.members[member], "token", "approve", self.at["staked"], everything)

    def _emissions_release(self, member: int) -> None:
        self._send(self.members[member], "emissions", "release")

    def _vesting_release(self, member: int, grant: int) -> None:
        self._send(self.members[member], "vesting", "release", self._grants[grant])

    def _staking_deposit(self, member: int, amount: float) -> None:
        me = self.members[member]
        self._send(me, "staked", "deposit", _micro(amount) * _MICRO, me)

    def _staking_request_exit(self, member: int) -> None:
        me = self.members[member]
        self._send(me, "staked", "requestExit", self.read("staked", "balanceOf", me))

    def _staking_redeem(self, member: int) -> None:
        me = self.members[member]
        self._send(me, "staked", "redeem", self.read("staked", "maxRedeem", me), me, me)

    def _staking_delegate(self, member: int, target: int) -> None:
        self._send(self.members[member], "staked", "delegate", self.members[target])

    def _governor_propose(self, member: int, amount: float, target: int) -> None:
        pay = contract("MootToken").encode(
            "transfer", self.members[target], _micro(amount) * _MICRO
        )
        call, text = Call(self.at["token"], 0, pay), f"Grant {len(self.proposals)}"
        bundle = [call.target], [call.value], [call.data]
        self.proposals.append((proposal_id([call], text), (*bundle, keccak(text=text))))
        self._send(self.members[member], "governor", "propose", *bundle, text)

    def _governor_vote(self, member: int, number: int, choice: int) -> None:
        self._send(self.members[member], "governor", "castVote", self.proposals[number][0], choice)

    def _governor_queue(self, member: int, number: int) -> None:
        self._send(self.members[member], "governor", "queue", *self.proposals[number][1])

    def _governor_execute(self, member: int, number: int) -> None:
        self._send(self.members[member], "governor", "execute", *self.proposals[number][1])
