"""The world's money: where the token is traded, who needs it, and what they think it is worth.

*Quote* is the other currency, which everybody has enough of. Nothing of this is on chain.
"""

from decimal import Decimal

from governance.settings import Duration, Number, Settings, setting
from governance.units import DAY
from simulations.worlds import GUESS


class Pool(Settings):
    """The constant-product pool in which the token has its price."""

    depth: Number = setting(
        "Part of the community's tokens in the pool at launch, 0 for no pool",
        unit="share",
        source=GUESS,
        ge=0,
        le=0.9,
        default=Decimal("0"),
    )
    price: Number = setting(
        "Price of a token at launch",
        unit="quote",
        source=GUESS,
        ge=1e-6,
        le=1e6,
        default=Decimal("1"),
    )
    fee: Number = setting(
        "Part of a payment that stays in the pool",
        unit="share",
        source="0.3 % at Uniswap v2",
        ge=0,
        le=0.1,
        default=Decimal("0.003"),
    )
    impact: Number = setting(
        "Most that members let one trade of theirs move the price; the rest waits a day",
        unit="share",
        source=GUESS,
        gt=0,
        le=1,
        default=Decimal("0.02"),
    )
    selling: Number = setting(
        "Part of vested tokens, grants and fees that is sold, to pay for costs in quote",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.5"),
    )


class Demand(Settings):
    """What users want of models, and what they pay for it."""

    uses: Number = setting(
        "Uses that all users could have of models together, at launch",
        unit="uses/day",
        source=GUESS,
        gt=0,
        le=1e9,
        default=Decimal("100000"),
    )
    price: Number = setting(
        "What developers ask for a use",
        unit="quote",
        source=GUESS,
        ge=1e-9,
        le=1e6,
        default=Decimal("0.1"),
    )
    growth: Number = setting(
        "Growth of the uses: change of the logarithm",
        unit="log/year",
        source=GUESS,
        ge=-5,
        le=5,
        default=Decimal("0.5"),
    )
    volatility: Number = setting(
        "Their spread after a year, common to all users: standard deviation of the logarithm",
        unit="log/sqrt(year)",
        source=GUESS,
        ge=0,
        le=5,
        default=Decimal("0.5"),
    )
    spread: Number = setting(
        "Difference between users: standard deviation of the logarithm of their uses",
        unit="log",
        source=GUESS,
        ge=0,
        le=3,
        default=Decimal("1"),
    )
    choosiness: Number = setting(
        "Weight of a standard deviation of a model's quality in what users choose",
        unit="log odds",
        source=GUESS,
        ge=0,
        le=10,
        default=Decimal("1"),
    )
    elasticity: Number = setting(
        "Weight of the logarithm of the price, in quote, in what users choose",
        unit="log odds",
        source=GUESS,
        ge=0,
        le=10,
        default=Decimal("1.5"),
    )
    purse: Duration = setting(
        "Time for which users buy tokens ahead",
        unit="duration",
        source=GUESS,
        ge=7 * DAY,
        le=366 * DAY,
        default=30 * DAY,
    )


class Traders(Settings):
    """Those who trade for gain: a pull to what they hold to be the value, and noise."""

    holding: Number = setting(
        "Part of the community's tokens that traders have at launch; they have as much in quote",
        unit="share",
        source=GUESS,
        ge=0,
        le=0.5,
        default=Decimal("0.1"),
    )
    look_every: Duration = setting(
        "Mean time between a trader's looks",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=365 * DAY,
        default=5 * DAY,
    )
    pull: Number = setting(
        "Change of the part of their wealth in tokens, by logarithm of value over price",
        unit="share/log",
        source=GUESS,
        ge=0,
        le=10,
        default=Decimal("0.5"),
    )
    noise: Number = setting(
        "Standard deviation of that part that has no reason at all",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.1"),
    )
    volatility: Number = setting(
        "Spread of what they hold to be the value after a year, without any news of use",
        unit="log/sqrt(year)",
        source=GUESS,
        ge=0,
        le=5,
        default=Decimal("0.6"),
    )
    memory: Duration = setting(
        "Time over which they average what users spend, beginning with what was expected",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=3650 * DAY,
        default=180 * DAY,
    )
    use_part: Number = setting(
        "Part of the value at launch that rests on all uses taking place that could",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
        default=Decimal("0.5"),
    )


class Curators(Settings):
    """Those who put tokens behind models for a part of what these earn."""

    holding: Number = setting(
        "Part of the community's tokens that curators have at launch",
        unit="share",
        source=GUESS,
        ge=0,
        le=0.5,
        default=Decimal("0.05"),
    )
    look_every: Duration = setting(
        "Mean time between a curator's looks",
        unit="duration",
        source=GUESS,
        ge=DAY,
        le=365 * DAY,
        default=7 * DAY,
    )
    required_yield: Number = setting(
        "Yearly fees a curator asks for, of the tokens behind a model",
        unit="share/year",
        source=GUESS,
        ge=0.001,
        le=10,
        default=Decimal("0.15"),
    )
    noise: Number = setting(
        "Error in judging what a model earns: standard deviation of the logarithm",
        unit="log",
        source=GUESS,
        ge=0,
        le=3,
        default=Decimal("0.5"),
    )


class Reserves(Settings):
    """What the treasury holds besides its own token, and what it costs to run the DAO."""

    quote: Number = setting(
        "Quote in the treasury at launch",
        unit="quote",
        source=GUESS,
        ge=0,
        le=10**12,
        default=Decimal(0),
    )
    costs: Number = setting(
        "Quote that standing mandates cost in 30 days, as long as there is any",
        unit="quote/30 d",
        source=GUESS,
        ge=0,
        le=10**12,
        default=Decimal(0),
    )
    margin: Number = setting(
        "By how much a token's part of the reserves exceeds its price before holders leave",
        unit="share",
        source=GUESS,
        ge=0,
        le=10,
        default=Decimal("0.1"),
    )
