"""The world's attention: how often members look, and what makes them vote."""

from decimal import Decimal

from governance.settings import Duration, Number, Settings, setting
from governance.units import DAY
from simulations.worlds import GUESS


class Attention(Settings):
    """How often members look at the DAO, and whether they act when they do."""

    holders_look_every: Duration = setting(
        "Mean time between a holder's looks",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=3650 * DAY,
    )
    holders_vote: Number = setting(
        "Chance that a looking holder votes",
        unit="share",
        source="with a look a month 5 % of holders vote in a week (Falk et al., arXiv 2407.10945)",
        ge=0,
        le=1,
    )
    delegates_look_every: Duration = setting(
        "Mean time between a delegate's looks", unit="duration", source=GUESS, ge=DAY, le=365 * DAY
    )
    delegates_vote: Number = setting(
        "Chance that a looking delegate votes", unit="share", source=GUESS, ge=0, le=1
    )
    weekend: Number = setting(
        "How often members look on Saturdays and Sundays, of a weekday's rate",
        unit="share",
        source=GUESS,
        gt=0,
        le=1,
        default=Decimal(1),
    )
    cost: Number = setting(
        "Median cost of a vote, for members who also weigh what a vote of theirs can change; "
        "0 where all vote by the chances above alone",
        unit="tokens",
        source="Riker and Ordeshook 1968; " + GUESS + ", or fitted by moot calibrate",
        ge=0,
        le=10**12,
        default=Decimal(0),
    )
    cost_spread: Number = setting(
        "Its spread among members: standard deviation of the logarithm",
        unit="log",
        source=GUESS,
        ge=0,
        le=5,
        default=Decimal(1),
    )
    version_stake: Number = setting(
        "What hangs on a vote about a version of a model, as tokens asked for hang on a grant",
        unit="tokens",
        source=GUESS,
        ge=0,
        le=10**12,
        default=Decimal(0),
    )
