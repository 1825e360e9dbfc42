"""The token, who gets it first, how more of it comes to be, and what vests."""

from decimal import Decimal
from typing import Literal, Self, get_args

from pydantic import model_validator

from governance.rules import MOST, OURS, YEAR
from governance.settings import Duration, Fraction, Settings, Tokens, setting
from governance.units import DAY, to_wei

Curve = Literal["halving", "exponential", "usage"]
CURVES = get_args(Curve)
"""Emission curves, in the order of the contract's ``Curve``."""


class Token(Settings):
    """The ERC-20 that everything is counted in."""

    name: str = setting("Name of the token", unit="text", source=OURS, min_length=1, max_length=40)
    symbol: str = setting("Its ticker", unit="text", source=OURS, min_length=1, max_length=11)
    cap: Tokens = setting(
        "Most tokens that can ever exist at once", unit="tokens", source=OURS, ge=1, le=MOST
    )
    initial_supply: Tokens = setting(
        "Tokens minted at launch, split by the allocation",
        unit="tokens",
        source=OURS,
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
    """New tokens over time, split between stakers and treasury, never above the cap."""

    curve: Curve = setting(
        "How the rate falls: in halvings, smoothly, or with what users burn",
        unit="choice",
        source="Bitcoin's steps; usage after burn-and-mint networks",
        default="halving",
    )
    per_day: Tokens = setting(
        "First rate, for usage the highest", unit="tokens/day", source=OURS, ge=0, le=MOST
    )
    halving: Duration = setting(
        "Time until the rate halves, 0 for a constant rate",
        unit="duration",
        source="Bitcoin's four years, 210,000 blocks",
        ge=0,
        le=100 * YEAR,
    )
    usage_share: Fraction = setting(
        "With the curve usage: tokens emitted for each one users burn",
        unit="share",
        source=OURS,
        ge=0,
        le=1,
        default=Decimal("0.5"),
    )
    stakers_share: Fraction = setting(
        "Part that goes to stakers, the rest to the treasury", unit="share", source=OURS, ge=0, le=1
    )

    @model_validator(mode="after")
    def _smooth_needs_a_period(self) -> Self:
        if self.curve == "exponential" and self.halving == 0:
            raise ValueError(
                "halving = 0 has no exponential curve: give the half-life, "
                'or take curve = "halving" for a constant rate'
            )
        return self

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
        le=10 * YEAR,
    )
    duration: Duration = setting(
        "Time until all has vested",
        unit="duration",
        source="the usual four years",
        gt=0,
        le=20 * YEAR,
    )
    revocable: bool = setting(
        "Whether a vote can take back what has not vested",
        unit="choice",
        source="usual for a team, unusual for investors",
        default=False,
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
