"""The contracts on an embedded chain, without the deployment code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from governance.chain import ContractType, EmbeddedChain, Event, Log, Reverted, contract
from governance.units import DAY, TOKEN
from tests.contracts import words

MONTH = 30 * DAY
AGAINST, FOR, ABSTAIN = 0, 1, 2
STATES = (
    "Pending",
    "Active",
    "Canceled",
    "Defeated",
    "Succeeded",
    "Queued",
    "Expired",
    "Executed",
)
"""States of a proposal, in the order of IGovernor.ProposalState."""
DEFAULT_ADMIN_ROLE = bytes(32)
Call = tuple[str, int, bytes]
"""Target, wei and calldata of a call a proposal makes."""


def account(name: str) -> str:
    """Derive an address from a name."""
    return to_checksum_address(keccak(text=name)[:20])


def role(name: str) -> bytes:
    """Return the identifier of a role of OpenZeppelin's AccessControl."""
    return keccak(text=name)


ADMIN, ALICE, BOB, CAROL, EVE = map(account, ("admin", "alice", "bob", "carol", "eve"))


class Events(Sequence[Event]):
    """Events of a transaction, decoded when somebody asks for them."""

    def __init__(self, logs: Iterator[Log]) -> None:
        self._logs = logs

    @cached_property
    def _events(self) -> list[Event]:
        return [event for log in self._logs if (event := log.decode()) is not None]

    def __getitem__(self, place: Any) -> Any:
        return self._events[place]

    def __len__(self) -> int:
        return len(self._events)

    def __eq__(self, other: object) -> bool:
        return self._events == other

    def __repr__(self) -> str:
        return repr(self._events)


@dataclass(frozen=True)
class Contract:
    """A deployed contract that is read and written by function name."""

    chain: EmbeddedChain
    type: ContractType
    address: str

    def read(self, function: str, *args: Any) -> Any:
        """Call a view."""
        data = self.chain.call(self.address, self.encode(function, *args))
        return words.answer(self.type.name, function, data)

    def send(self, sender: str, function: str, *args: Any) -> "Events":
        """Send a transaction and return the events this contract emitted."""
        receipt = self.chain.send(sender, self.address, self.encode(function, *args))
        return Events(receipt.logs_of(self.address))

    def encode(self, function: str, *args: Any) -> bytes:
        """Encode a call."""
        try:
            return words.calldata(self.type.name, function, *args)
        except TypeError:
            return self.type.encode(function, *args)


def deploy(chain: EmbeddedChain, name: str, *args: Any) -> Contract:
    """Deploy a contract from its artifact, as `ADMIN`."""
    found = contract(name)
    return Contract(chain, found, chain.deploy(ADMIN, found.init_code(*args)))


@contextmanager
def refused(error: str, *args: Any) -> Iterator[None]:
    """Demand that the block reverts with a custom error and, if any are given, its arguments."""
    with pytest.raises(Reverted) as caught:
        yield
    assert caught.value.name == error, caught.value
    if args:
        assert caught.value.args_ == args


def only(events: Sequence[Event], name: str) -> dict[str, Any]:
    """Return the arguments of the one event of a name."""
    (found,) = [event for event in events if event.name == name]
    return dict(found.args)


@dataclass(frozen=True)
class Staking:
    """A token and its vault; `ADMIN` administers, mints, slashes and holds the first supply."""

    chain: EmbeddedChain
    token: Contract
    vault: Contract

    def stake(self, who: str, wei: int) -> int:
        """Give an account tokens and stake them; return the shares it got."""
        self.token.send(ADMIN, "transfer", who, wei)
        self.token.send(who, "approve", self.vault.address, wei)
        before = self.vault.read("balanceOf", who)
        self.vault.send(who, "deposit", wei, who)
        return int(self.vault.read("balanceOf", who) - before)


def staking(
    *, cooldown: int = 7 * DAY, maturity: int = DAY, reward_period: int = 0, supply: int = 10**9
) -> Staking:
    """Deploy a token with a supply in whole tokens and a vault on a chain of their own."""
    chain = EmbeddedChain()
    wei = supply * TOKEN
    token = deploy(chain, "MootToken", "Moot", "MOOT", wei * 10, ADMIN, ADMIN, wei)
    vault = deploy(
        chain, "StakedMoot", token.address, "Staked Moot", "sMOOT", cooldown, maturity,
        reward_period, ADMIN,
    )  # fmt: skip
    token.send(ADMIN, "grantRole", role("MINTER_ROLE"), ADMIN)
    for name in ("SLASHER_ROLE", "LOCKER_ROLE"):
        vault.send(ADMIN, "grantRole", role(name), ADMIN)
    return Staking(chain, token, vault)


DEPLOYMENT, FUNDING, PARAMETER, DISPUTE, CONSTITUTIONAL = range(5)
"""Kinds of ProposalKinds."""
Rule = tuple[int, int, int, int, int, int]


def rule(
    *,
    threshold_bps: int = 0,
    quorum_bps: int = 0,
    approval_bps: int = 5_000,
    period: int = 0,
    delay: int = 0,
    value_limit: int = 2**128 - 1,
) -> Rule:
    """Return a rule of a kind; by default one that asks for nothing."""
    return threshold_bps, quorum_bps, approval_bps, period, delay, value_limit


EASY = (rule(),) * 5
STAKED, SUPPLY, DELEGATED = range(3)
"""Bases of QuorumRule."""


@dataclass(frozen=True)
class Dao(Staking):
    """Staking with a governor and its treasury, which holds 1,000,000 tokens.

    `ADMIN` still sets kinds, limits and the quorum, beside the treasury.
    """

    kinds: Contract
    guard: Contract
    quorum_rule: Contract
    treasury: Contract
    governor: Contract

    def propose(self, proposer: str, target: Contract, call: bytes, text: str) -> "Proposal":
        """Propose one call."""
        return self.bundle(proposer, [(target.address, 0, call)], text)

    def bundle(self, proposer: str, calls: Sequence[Call], text: str) -> "Proposal":
        """Propose some calls."""
        targets, values, data = (list(part) for part in zip(*calls, strict=True))
        proposal = Proposal(self, (targets, values, data), text)
        self.governor.send(proposer, "propose", *proposal.calls, text)
        return proposal

    def list_call(self, target: str, call: bytes, kind: int) -> None:
        """List the function of a call as a kind."""
        self.kinds.send(ADMIN, "setKinds", [target], [call[:4]], [kind])


def populate(found: Dao) -> Dao:
    """Stake 60, 39 and 1 tokens for Alice, Bob and Carol and let them mature."""
    for person, tokens in ((ALICE, 60), (BOB, 39), (CAROL, 1)):
        found.stake(person, tokens * TOKEN)
    found.chain.advance(2 * DAY)
    return found


def dao(
    *,
    threshold_bps: int = 100,
    quorum_bps: int = 400,
    quorum_floor: int = 0,
    quorum_cap: int = 0,
    base: int = STAKED,
    delay: int = DAY,
    period: int = 3 * DAY,
    extension: int = DAY,
    maturity: int = DAY,
    grace: int = 14 * DAY,
    cooldown: int = 0,
    opens_at: int = 0,
    rules: Sequence[Rule] = EASY,
    calls: int = 10,
) -> Dao:
    """Deploy a DAO: delay 1 day, period 3 days, timelock 2 days, execution open to all."""
    own = staking(maturity=maturity)
    chain, token, vault = own.chain, own.token, own.vault
    kinds = deploy(chain, "ProposalKinds", list(rules), ADMIN)
    guard = deploy(chain, "ProposalGuard", calls, ADMIN)
    quorum_rule = deploy(
        chain, "QuorumRule", vault.address, token.address,
        base, quorum_bps, quorum_floor, quorum_cap, ADMIN,
    )  # fmt: skip
    treasury = deploy(chain, "Treasury", 2 * DAY, [], [], ADMIN, kinds.address)
    governor = deploy(
        chain, "MootGovernor", vault.address, treasury.address, kinds.address,
        guard.address, quorum_rule.address, "Moot",
        (delay, period, threshold_bps, extension, grace, cooldown, opens_at),
    )  # fmt: skip
    for name in ("PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"):
        treasury.send(ADMIN, "grantRole", role(name), governor.address)
    guard.send(ADMIN, "grantRole", role("GOVERNOR_ROLE"), governor.address)
    for governed in (kinds, guard, quorum_rule):
        governed.send(ADMIN, "grantRole", DEFAULT_ADMIN_ROLE, treasury.address)
    treasury.send(ADMIN, "renounceRole", DEFAULT_ADMIN_ROLE, ADMIN)
    token.send(ADMIN, "transfer", treasury.address, 10**6 * TOKEN)
    return Dao(chain, token, vault, kinds, guard, quorum_rule, treasury, governor)


@dataclass(frozen=True)
class Proposal:
    """A proposal and the steps of its life."""

    dao: Dao
    calls: tuple[list[str], list[int], list[bytes]]
    text: str

    @property
    def key(self) -> tuple[Any, ...]:
        """Its calls and the hash of its text: what queueing and executing take."""
        return (*self.calls, keccak(text=self.text))

    @property
    def id(self) -> int:
        """Its number on chain."""
        return int(self.dao.governor.read("hashProposal", *self.key))

    @property
    def state(self) -> str:
        """Name of its state."""
        return STATES[self.dao.governor.read("state", self.id)]

    @property
    def deadline(self) -> int:
        """Last second of its vote."""
        return int(self.dao.governor.read("proposalDeadline", self.id))

    def open(self) -> None:
        """Wait until votes count."""
        self.dao.chain.set_time(self.dao.governor.read("proposalSnapshot", self.id) + 1)

    def vote(self, voter: str, support: int) -> int:
        """Vote and return the weight that was counted."""
        events = self.dao.governor.send(voter, "castVote", self.id, support)
        return int(only(events, "VoteCast")["weight"])

    def close(self) -> None:
        """Wait until the vote is over."""
        self.dao.chain.set_time(self.deadline + 1)

    def send(self, sender: str, step: str) -> list[Event]:
        """Queue, execute or cancel."""
        return self.dao.governor.send(sender, step, *self.key)

    def carry(self) -> None:
        """Pass it with the votes of Alice and Bob, queue it and wait until it can be executed."""
        self.open()
        self.vote(ALICE, FOR)
        self.vote(BOB, FOR)
        self.close()
        self.send(EVE, "queue")
        self.dao.chain.set_time(self.dao.governor.read("proposalEta", self.id))
