"""The constitution: every rule a DAO can choose, as one typed object and one TOML file.

It supplies the constructor arguments of the contracts and the rules of the simulation, so
that there is one place where a rule is written down.
"""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from governance.settings import Duration, Fraction, Settings, Tokens, load, setting
from governance.units import BPS, DAY, to_wei

PRESETS = Path(__file__).parent / "presets"
MOST = 10**11
"""Most tokens of a DAO: above it float64 cannot hold a millionth of a token beside the supply."""
_OURS = "house choice, to be rehearsed"


class Token(Settings):
    """The ERC-20 that everything is counted in."""

    name: str = setting("Name of the token", unit="text", source=_OURS, min_length=1, max_length=40)
    symbol: str = setting("Its ticker", unit="text", source=_OURS, min_length=1, max_length=11)
    cap: Tokens = setting(
        "Most tokens that can ever exist at once", unit="tokens", source=_OURS, ge=1, le=MOST
    )
    initial_supply: Tokens = setting(
        "Tokens minted at launch, split by the allocation",
        unit="tokens",
        source=_OURS,
        ge=1,
        le=MOST,
    )


class Allocation(Settings):
    """Who receives the initial supply. The shares sum to one."""

    _genesis = "near the medians of 15 tokens' genesis tables (Zukowski 2026, CC BY 4.0)"
    community: Fraction = setting("To the public", unit="share", source=_genesis, ge=0, le=1)
    treasury: Fraction = setting("To the treasury", unit="share", source=_genesis, ge=0, le=1)
    team: Fraction = setting("To the team, vesting", unit="share", source=_genesis, ge=0, le=1)
    investors: Fraction = setting(
        "To investors, vesting", unit="share", source=_genesis, ge=0, le=1
    )

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        total = self.community + self.treasury + self.team + self.investors
        if total != 1:
            raise ValueError(f"the shares sum to {total}, they must sum to 1")
        return self


class Emissions(Settings):
    """New tokens over time: a rate that halves, split between stakers and treasury."""

    per_day: Tokens = setting("First rate", unit="tokens/day", source=_OURS, ge=0, le=MOST)
    halving: Duration = setting(
        "Time until the rate halves, 0 for a constant rate",
        unit="duration",
        source="Bitcoin's four years, 210,000 blocks",
        ge=0,
        le=100 * 365 * DAY,
    )
    stakers_share: Fraction = setting(
        "Part that goes to stakers, the rest to the treasury",
        unit="share",
        source=_OURS,
        ge=0,
        le=1,
    )

    @property
    def rate_wei(self) -> int:
        """First rate in whole wei per second, as the contract holds it."""
        return to_wei(self.per_day) // DAY


class VestingTerms(Settings):
    """Nothing before the cliff, then linear since the start."""

    cliff: Duration = setting(
        "Time before anything vests",
        unit="duration",
        source="the usual one year of four",
        ge=0,
        le=10 * 365 * DAY,
    )
    duration: Duration = setting(
        "Time until all has vested",
        unit="duration",
        source="the usual four years",
        gt=0,
        le=20 * 365 * DAY,
    )

    @model_validator(mode="after")
    def _cliff_before_end(self) -> Self:
        if self.cliff > self.duration:
            raise ValueError("the cliff lies after the end: make it at most the duration")
        return self


class Vesting(Settings):
    """Vesting terms by beneficiary."""

    team: VestingTerms
    investors: VestingTerms


class Staking(Settings):
    """The vault that turns tokens into voting power."""

    cooldown: Duration = setting(
        "Wait between asking to leave and leaving",
        unit="duration",
        source="range of live staking modules: days to weeks",
        ge=0,
        le=365 * DAY,
    )
    maturity: Duration = setting(
        "Age of a stake before it votes",
        unit="duration",
        source="against same-day power, as in the Steem takeover of 2020",
        ge=0,
        le=365 * DAY,
    )


class Governor(Settings):
    """How a proposal becomes a decision."""

    _band = "usual band of token DAOs: threshold 0.1-1 %, delay 2-3 d, period 5-14 d, quorum 3-5 %"
    proposal_threshold: Fraction = setting(
        "Votes needed to propose, of all mature votes", unit="share", source=_band, ge=0, le=1
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
        "For and abstain votes needed, of all mature votes", unit="share", source=_band, ge=0, le=1
    )
    quorum_floor: Tokens = setting(
        "Least quorum, however little is staked; a share starts at one token",
        unit="shares",
        source="1 to 5 % of the supply, so that a first staker cannot decide alone; house choice",
        ge=0,
        le=MOST,
    )
    late_quorum_extension: Duration = setting(
        "Time left at least once quorum is reached",
        unit="duration",
        source="2 d at Arbitrum",
        ge=0,
        le=30 * DAY,
    )

    @model_validator(mode="after")
    def _extension_within_period(self) -> Self:
        if self.late_quorum_extension > self.voting_period:
            raise ValueError(
                "late_quorum_extension is longer than voting_period, and OpenZeppelin's "
                "Governor never extends by more than that: shorten it"
            )
        return self


class Treasury(Settings):
    """The timelock that holds the treasury."""

    timelock_delay: Duration = setting(
        "Wait between queueing and execution",
        unit="duration",
        source="2-3 d at most large DAOs",
        ge=0,
        le=60 * DAY,
    )


class Constitution(Settings):
    """Every rule of one DAO."""

    token: Token
    allocation: Allocation
    emissions: Emissions
    vesting: Vesting
    staking: Staking
    governor: Governor
    treasury: Treasury

    @model_validator(mode="after")
    def _supply_fits(self) -> Self:
        if self.governor.quorum_floor > self.token.cap:
            raise ValueError(
                f"governor.quorum_floor {self.governor.quorum_floor} exceeds "
                f"token.cap {self.token.cap}, so nothing could ever pass: lower it"
            )
        if self.token.initial_supply > self.token.cap:
            raise ValueError(
                f"token.initial_supply {self.token.initial_supply} exceeds "
                f"token.cap {self.token.cap}: lower it"
            )
        return self

    def allocated(self, bucket: str) -> int:
        """Wei of the initial supply that go to a bucket; the community takes the remainder."""
        supply = to_wei(self.token.initial_supply)
        parts = {
            name: supply * int(getattr(self.allocation, name) * BPS) // BPS
            for name in ("treasury", "team", "investors")
        }
        return parts.get(bucket, supply - sum(parts.values()))


def load_constitution(source: str | Path) -> Constitution:
    """Load a constitution from a preset's name (``startup``, ``lab``) or a TOML file.

    Raises
    ------
    InputError
        If it does not exist, or a field is unknown or out of bounds.
    """
    return load(Constitution, source, PRESETS)
