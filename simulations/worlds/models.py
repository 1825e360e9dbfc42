"""Models in the world: what developers make, how auditors look at it, how jurors judge it."""

from decimal import Decimal

from governance.settings import Duration, Number, Settings, setting
from governance.units import DAY
from simulations.worlds import GUESS


class Models(Settings):
    """What developers make."""

    release_every: Duration = setting(
        "Mean time between a developer's new versions",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=3650 * DAY,
        default=90 * DAY,
    )
    talent_spread: Number = setting(
        "Spread of developers' talent", unit="sd", source=GUESS, ge=0, le=5, default=Decimal("0.5")
    )
    flaw: Number = setting(
        "Chance that a version has a hidden flaw that harms people",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.15"),
    )
    reward_response: Number = setting(
        "Gain in quality when a month's income covers a month's cost, and half the flaws",
        unit="sd",
        source=GUESS,
        ge=0,
        le=5,
        default=Decimal("0.5"),
    )
    cost: Number = setting(
        "What a month of a developer's work costs",
        unit="quote",
        source=GUESS,
        gt=0,
        le=10**9,
        default=Decimal(20_000),
    )
    harm_every: Duration = setting(
        "Mean time until a deployed flaw does harm that becomes known, and between such harms",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=3650 * DAY,
        default=60 * DAY,
    )
    forgetting: Duration = setting(
        "Time in which half of the trust that a harm has cost comes back",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=3650 * DAY,
        default=120 * DAY,
    )
    outrage: Number = setting(
        "Part of the users' trust that a known harm takes",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.2"),
    )


class Audits(Settings):
    """How auditors work."""

    duration: Duration = setting(
        "Time an audit takes", unit="duration", source=GUESS, ge=0, le=365 * DAY, default=7 * DAY
    )
    panel: int = setting(
        "Auditors whom a version is given to",
        unit="auditors",
        source="at least as many as the gate asks for; " + GUESS,
        ge=1,
        le=8,
        default=3,
    )
    validity: Duration = setting(
        "How long an attestation counts",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=365 * DAY,
        default=180 * DAY,
    )
    accuracy: Number = setting(
        "Chance that an honest auditor sees rightly whether there is a flaw",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.85"),
    )
    noise: Number = setting(
        "Error of auditors' scores", unit="points", source=GUESS, ge=0, le=100, default=Decimal(5)
    )
    collusion: Number = setting(
        "Chance that an auditor vouches for whatever it is asked to",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.1"),
    )
    copying: Number = setting(
        "Chance that an auditor copies the first score that is published, where there is one",
        unit="share",
        source="weight copying at Bittensor; " + GUESS,
        ge=0,
        le=1,
        default=Decimal(0),
    )
    vigilance: Number = setting(
        "Chance in a day that an auditor who knows of a flaw challenges the version",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.2"),
    )


class Jury(Settings):
    """How jurors and the sides of a dispute behave."""

    accuracy: Number = setting(
        "Chance that an honest juror sees who is right",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.8"),
    )
    diligence: Number = setting(
        "Chance that a juror commits, and again that it reveals",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.97"),
    )
    selfish: Number = setting(
        "Part of the jurors who vote for what everybody expects",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.2"),
    )
    conformist: Number = setting(
        "Part of the jurors who vote on appeal as the panel before",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.2"),
    )
    appeals: Number = setting(
        "Chance that who loses before a panel appeals",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.3"),
    )
