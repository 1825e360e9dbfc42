"""The world's attackers: what they are after, and what they have to spend on it."""

from decimal import Decimal
from typing import Literal, get_args

from governance.settings import Duration, Number, Settings, setting
from governance.units import DAY
from simulations.worlds import GUESS

AttackKind = Literal["whale", "sybil", "borrower", "briber", "washer", "runner"]
ATTACKS: tuple[str, ...] = get_args(AttackKind)
"""Kinds of attackers; :mod:`simulations.agents.raiders` says what they have in common."""


class Attack(Settings):
    """What attackers do, if ``population.attackers`` says that there are any."""

    kind: AttackKind = setting(
        "Whether they buy votes, split them over many names, borrow them, pay others for theirs, "
        "pay for the first developer's models, or buy signal ahead of curators",
        unit="choice",
        source="Steem 2020 and Build Finance 2022, Gitcoin round 9, Beanstalk 2022, Curve bribes, "
        "Ocean's data farming, The Graph's curation bots",
        default="whale",
    )
    start: Duration = setting(
        "Launch to the first day on which they act",
        unit="duration",
        source=GUESS,
        ge=0,
        le=3650 * DAY,
        default=60 * DAY,
    )
    holding: Number = setting(
        "Part of the community's tokens that they hold, or that lenders would lend them",
        unit="share",
        source="499,000 of 10 million COMP at Compound 289; " + GUESS,
        ge=0,
        le=Decimal("0.9"),
        default=Decimal("0.05"),
    )
    asks: Number = setting(
        "What they ask for, of the treasury that nobody else has asked for",
        unit="share",
        source="as much as they can get; " + GUESS,
        ge=0,
        le=1,
        default=Decimal("0.9"),
    )
    seen: Number = setting(
        "Quality that voters see in what they propose",
        unit="sd",
        source="worse than almost every honest proposal; " + GUESS,
        ge=-10,
        le=10,
        default=Decimal(-4),
    )
    term: Duration = setting(
        "Time after which borrowed tokens go back",
        unit="duration",
        source="a flash loan is over in a block, the least here is a few days; " + GUESS,
        ge=DAY,
        le=365 * DAY,
        default=3 * DAY,
    )
    budget: Number = setting(
        "What whales can spend on tokens in all, and bribers on one proposal",
        unit="quote",
        source=GUESS,
        ge=0,
        le=10**12,
        default=Decimal(100_000),
    )
    price: Number = setting(
        "What they pay for a share that votes as they like",
        unit="quote/share",
        source="about 2.75 dollars a vlCVX and round since 2021; " + GUESS,
        gt=0,
        le=10**6,
        default=Decimal("0.05"),
    )
    corruptible: Number = setting(
        "Part of the members whose vote can be had for that",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.3"),
    )
