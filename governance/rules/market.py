"""What is worth running and what it pays: curation, payments, grants, and the way out."""

from decimal import Decimal
from typing import Literal, Self, get_args

from pydantic import model_validator

from governance.rules import MOST, OURS
from governance.settings import Duration, Fraction, Settings, Tokens, setting
from governance.units import DAY

CurationCurve = Literal["flat", "square-root"]
CURATION_CURVES = get_args(CurationCurve)
"""Curves of the signal, in the order of the contract's ``Curve``."""


class Curation(Settings):
    """Signal: tokens put behind a model, which share in what it earns."""

    curve: CurationCurve = setting(
        "What signal costs: the same for all, or more for those who come later",
        unit="choice",
        source="The Graph went from a bonding curve to a flat one against bots",
        default="flat",
    )
    minimum: Tokens = setting(
        "Least first purchase of a model's signal",
        unit="tokens",
        source="1 GRT at The Graph",
        ge=Decimal("0.000001"),
        le=10**6,
        default=Decimal(1),
    )
    tax: Fraction = setting(
        "Part of each purchase that is burned",
        unit="share",
        source="1 % at The Graph",
        ge=0,
        le=Decimal("0.1"),
        default=Decimal("0.01"),
    )


class Market(Settings):
    """Where the payment for a model's use goes. The shares sum to one."""

    burned: Fraction = setting(
        "Burned", unit="share", source=OURS, ge=0, le=1, default=Decimal("0.1")
    )
    developer: Fraction = setting(
        "To the model's owner", unit="share", source=OURS, ge=0, le=1, default=Decimal("0.6")
    )
    curators: Fraction = setting(
        "To those who signal it", unit="share", source=OURS, ge=0, le=1, default=Decimal("0.1")
    )
    stakers: Fraction = setting(
        "To all stakers, streamed", unit="share", source=OURS, ge=0, le=1, default=Decimal("0.1")
    )
    treasury: Fraction = setting(
        "To the treasury", unit="share", source=OURS, ge=0, le=1, default=Decimal("0.1")
    )
    least_price: Tokens = setting(
        "Lowest price of a use or a period",
        unit="tokens",
        source=OURS,
        ge=Decimal("0.000001"),
        le=MOST,
        default=Decimal("0.000001"),
    )
    most_price: Tokens = setting(
        "Highest price of a use or a period",
        unit="tokens",
        source=OURS,
        gt=0,
        le=MOST,
        default=Decimal(10**6),
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        lost = self.burned + self.treasury
        total = lost + self.developer + self.curators + self.stakers
        if total != 1:
            raise ValueError(f"the shares sum to {total}, they must sum to 1")
        if lost < Decimal("0.01"):
            raise ValueError(
                f"burned + treasury = {lost}: take at least 0.01, or a developer could look "
                "popular for nothing by paying itself"
            )
        if self.least_price > self.most_price:
            raise ValueError(f"least_price = {self.least_price} exceeds most_price")
        return self


class Grants(Settings):
    """Grants with milestones, and what can be granted in any stretch of time."""

    review: Duration = setting(
        "Time in which a milestone said to be met can be challenged",
        unit="duration",
        source=OURS,
        ge=DAY,
        le=90 * DAY,
        default=7 * DAY,
    )
    limit: Tokens = setting(
        "Most tokens granted in any stretch of limit_window",
        unit="tokens",
        source="so high that it is none",
        ge=0,
        le=MOST,
        default=Decimal(MOST),
    )
    limit_window: Duration = setting(
        "Length of that stretch",
        unit="duration",
        source=OURS,
        ge=DAY,
        le=366 * DAY,
        default=30 * DAY,
    )


class Exit(Settings):
    """The way out with one's part of the treasury's other assets."""

    threshold: Fraction = setting(
        "Escrow that opens an exit, of the supply outside the treasury",
        unit="share",
        source="20 % forks Nouns, 10 % is Lido's rage quit",
        ge=Decimal("0.01"),
        le=1,
        default=Decimal("0.2"),
    )
    window: Duration = setting(
        "Time to reach the threshold",
        unit="duration",
        source=OURS,
        ge=DAY,
        le=90 * DAY,
        default=14 * DAY,
    )
    opening: Duration = setting(
        "Time for others to join",
        unit="duration",
        source=OURS,
        ge=DAY,
        le=90 * DAY,
        default=7 * DAY,
    )
    vesting: Duration = setting(
        "Time over which parts are paid out",
        unit="duration",
        source="60-180 d at Lido",
        ge=0,
        le=730 * DAY,
        default=180 * DAY,
    )
    silence: Duration = setting(
        "Time without a sign of life after which anyone may open an exit",
        unit="duration",
        source=OURS,
        ge=30 * DAY,
        le=3_653 * DAY,
        default=180 * DAY,
    )
