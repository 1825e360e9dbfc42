"""What a DAO looks like at one moment: the DAO as a whole, a member, a proposal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from governance.proposals.calls import Call

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
"""Proposal states in the order of the governor's enum."""
CHOICES = ("against", "for", "abstain")
"""Votes in the order of the governor's support types."""


@dataclass(frozen=True)
class ProposalText:
    """What was proposed, as its event tells it; it never changes."""

    id: int
    proposer: str
    calls: tuple[Call, ...]
    description: str


@dataclass(frozen=True)
class ProposalStatus:
    """A proposal now.

    Votes, ``quorum`` and ``votable`` are units of vault shares (10**21 to a share); the latter two
    are None until the snapshot. ``approval_bps`` is the part of for and against that must be for.
    Times are seconds since 1970, ``eta`` is 0 until queued.
    """

    id: int
    state: str
    proposer: str
    description: str
    calls: tuple[Call, ...]
    for_votes: int
    against_votes: int
    abstain_votes: int
    snapshot: int
    deadline: int
    eta: int
    kinds: tuple[str, ...]
    approval_bps: int
    quorum: int | None
    votable: int | None

    @property
    def turnout(self) -> float | None:
        """Weight voted over votable, None before the snapshot or with nobody to vote."""
        if not self.votable:
            return None
        return (self.for_votes + self.against_votes + self.abstain_votes) / self.votable


@dataclass(frozen=True)
class MemberStatus:
    """One account: coins in wei, shares and mature votes in share units.

    ``exit_ready`` is when the shares on their way out may leave, 0 if there are none.
    """

    address: str
    tokens: int
    shares: int
    votes: int
    delegate: str
    exiting: int
    exit_ready: int


@dataclass(frozen=True)
class DaoStatus:
    """The DAO now: amounts in wei, times in seconds.

    ``shares``, ``treasury_shares`` and ``votable`` are in share units, ``share_price`` is wei
    that one whole share (10**21 units) would redeem for.
    """

    name: str
    symbol: str
    chain_id: int
    time: int
    supply: int
    cap: int
    treasury: int
    treasury_shares: int
    staked: int
    shares: int
    share_price: int
    votable: int
    vesting: int
    emissions_pending: int
    proposals: tuple[ProposalStatus, ...]


def jsonable(value: Any) -> Any:
    """Plain data for JSON: integers beyond 2**53 become strings, bytes become hex."""
    if hasattr(value, "__dataclass_fields__"):
        return jsonable(asdict(value))
    if isinstance(value, dict):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [jsonable(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value
