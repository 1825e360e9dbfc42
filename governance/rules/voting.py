"""How a stake becomes a vote, a vote a decision, and a decision an act."""

from decimal import Decimal
from typing import Literal, Self, get_args

from pydantic import model_validator

from governance.rules import MOST, OURS, YEAR
from governance.settings import Duration, Fraction, Settings, Tokens, setting
from governance.units import DAY, format_duration

QuorumBase = Literal["staked", "supply", "delegated"]
QUORUM_BASES = get_args(QuorumBase)
"""What a quorum is a share of, in the order of the contract's ``Base``."""
KINDS = "deployment", "funding", "parameter", "dispute", "constitutional"
"""Proposal kinds, in the order of the contract's ``Kind``."""


LONGEST_TERM = 730 * DAY
"""Seconds a guardian can serve without a vote."""


class Staking(Settings):
    """The vault that turns tokens into voting power."""

    cooldown: Duration = setting(
        "Wait between asking to leave and leaving",
        unit="duration",
        source="range of live staking modules: days to weeks",
        ge=0,
        le=YEAR,
    )
    maturity: Duration = setting(
        "Age of a stake before it votes",
        unit="duration",
        source="against same-day power, as in the Steem takeover of 2020",
        ge=0,
        le=YEAR,
    )
    reward_period: Duration = setting(
        "Time over which a reward paid to all stakers streams",
        unit="duration",
        source="so that nobody comes for one payment and leaves; house choice",
        ge=0,
        le=YEAR,
        default=7 * DAY,
    )

    @model_validator(mode="after")
    def _cooldown_outlasts_maturity(self) -> Self:
        if self.cooldown < self.maturity:
            raise ValueError(
                f"cooldown = {format_duration(self.cooldown)} is shorter than maturity = "
                f"{format_duration(self.maturity)}: the same tokens could vote without staying "
                "staked; make it at least as long"
            )
        return self


class Governor(Settings):
    """How a proposal becomes a decision, whatever its kind."""

    _band = "usual band of token DAOs: threshold 0.1-1 %, delay 2-3 d, period 5-14 d, quorum 3-5 %"
    proposal_threshold: Fraction = setting(
        "Votes needed to propose, of all mature votes",
        unit="share",
        source=_band,
        ge=0,
        le=Decimal("0.5"),
    )
    opening: Duration = setting(
        "Launch to the first proposal",
        unit="duration",
        source="so that stakes mature before the first vote; house choice",
        ge=0,
        le=YEAR,
        default=0,
    )
    voting_delay: Duration = setting(
        "Proposal to snapshot",
        unit="duration",
        source="over 2 d passes the usual lint",
        ge=0,
        le=30 * DAY,
    )
    voting_period: Duration = setting(
        "Snapshot to close", unit="duration", source=_band, ge=60, le=60 * DAY
    )
    quorum: Fraction = setting(
        "For and abstain votes needed, of the quorum's base", unit="share", source=_band, ge=0, le=1
    )
    quorum_base: QuorumBase = setting(
        "What the quorum is a share of: mature votes, every token, or votes that have a delegate",
        unit="choice",
        source="staked after OpenZeppelin, supply after Compound, delegated after Arbitrum",
        default="staked",
    )
    quorum_floor: Tokens = setting(
        "Least quorum, however little is staked, and what the treasury itself stakes at launch",
        unit="shares",
        source="about 3 % of the supply, so that nobody decides alone, and no share ever costs "
        "so much that the floor is out of reach; house choice",
        ge=0,
        le=MOST,
    )
    quorum_cap: Tokens = setting(
        "Most quorum, however much is staked, 0 for none",
        unit="shares",
        source="Arbitrum caps the quorum of its delegated base; house choice",
        ge=0,
        le=MOST,
        default=Decimal(0),
    )
    late_quorum_extension: Duration = setting(
        "Time left at least once quorum is reached",
        unit="duration",
        source="2 d at Arbitrum",
        ge=0,
        le=30 * DAY,
    )
    grace_period: Duration = setting(
        "Time in which what succeeded can be queued, and what is queued executed",
        unit="duration",
        source="14 d at Uniswap and Compound",
        ge=3_600,
        le=90 * DAY,
        default=14 * DAY,
    )
    proposal_cooldown: Duration = setting(
        "Wait before its proposer, or anyone with the same calls, comes back after a defeat",
        unit="duration",
        source="against tiring voters out; house choice",
        ge=0,
        le=90 * DAY,
        default=7 * DAY,
    )

    @model_validator(mode="after")
    def _extension_within_period(self) -> Self:
        if self.late_quorum_extension > self.voting_period:
            raise ValueError(
                "late_quorum_extension is longer than voting_period, and OpenZeppelin's "
                "Governor never extends by more than that: shorten it"
            )
        return self

    @model_validator(mode="after")
    def _floor_below_cap(self) -> Self:
        if 0 < self.quorum_cap < self.quorum_floor:
            raise ValueError(
                f"quorum_cap = {self.quorum_cap} lies below quorum_floor = {self.quorum_floor}: "
                "raise it, or set it to 0 for none"
            )
        return self


class KindRule(Settings):
    """What one kind of proposal asks for beyond the governor and the treasury."""

    _more = "0: what the governor or the treasury asks of all kinds is enough"
    proposal_threshold: Fraction = setting(
        "Votes needed to propose", unit="share", source=_more, ge=0, le=1, default=Decimal(0)
    )
    quorum: Fraction = setting(
        "For and abstain votes needed, of all mature votes",
        unit="share",
        source=_more,
        ge=0,
        le=1,
        default=Decimal(0),
    )
    approval: Fraction = setting(
        "For votes needed, of those for and against",
        unit="share",
        source="a plain majority",
        ge=Decimal("0.5"),
        le=1,
        default=Decimal("0.5"),
    )
    voting_period: Duration = setting(
        "Snapshot to close", unit="duration", source=_more, ge=0, le=60 * DAY, default=0
    )
    timelock_delay: Duration = setting(
        "Wait between queueing and execution",
        unit="duration",
        source=_more,
        ge=0,
        le=60 * DAY,
        default=0,
    )
    coin_limit: Tokens = setting(
        "Most coins of the chain that one proposal sends, and all of a spend_period",
        unit="coins",
        source="so high that it is none",
        ge=0,
        le=MOST,
        default=Decimal(MOST),
    )
    spend_limit: Tokens = setting(
        "Most tokens that proposals of the kind spend in a spend_period",
        unit="tokens",
        source="so high that it is none",
        ge=0,
        le=MOST,
        default=Decimal(MOST),
    )
    spend_period: Duration = setting(
        "Stretch of the spend limit, counted in its multiples since 1970; 0 for no limit",
        unit="duration",
        source=OURS,
        ge=0,
        le=YEAR,
        default=0,
    )


_ORDERED = "proposal_threshold", "quorum", "approval", "voting_period", "timelock_delay"


class Kinds(Settings):
    """Rules by proposal kind; a bundle of calls is held to the strictest of its kinds."""

    deployment: KindRule = KindRule()
    funding: KindRule = KindRule()
    parameter: KindRule = KindRule()
    dispute: KindRule = KindRule()
    constitutional: KindRule = KindRule(approval=Decimal("0.6667"), timelock_delay=7 * DAY)

    @model_validator(mode="after")
    def _constitutional_is_strictest(self) -> Self:
        for kind in KINDS[:-1]:
            for rule in _ORDERED:
                least = getattr(getattr(self, kind), rule)
                if getattr(self.constitutional, rule) < least:
                    raise ValueError(
                        f"kinds.constitutional.{rule} is easier than kinds.{kind}.{rule}, and a "
                        "call through an unknown contract is constitutional: make it at least "
                        f"{least}"
                    )
        return self


class Guard(Settings):
    """What proposals may bundle."""

    bundle_limit: int = setting(
        "Most calls in a proposal",
        unit="calls",
        source="10 at GovernorBravo",
        ge=1,
        le=32,
        default=10,
    )


class Guardian(Settings):
    """The council that can cancel what waits in the treasury, and nothing else."""

    term: Duration = setting(
        "How long it may, from the launch on",
        unit="duration",
        source="Compound's guardian expires; 12 months",
        ge=0,
        le=LONGEST_TERM,
        default=YEAR,
    )


class Treasury(Settings):
    """The timelock that holds the treasury."""

    timelock_delay: Duration = setting(
        "Wait between queueing and execution",
        unit="duration",
        source="2-3 d at most large DAOs",
        ge=0,
        le=60 * DAY,
    )
