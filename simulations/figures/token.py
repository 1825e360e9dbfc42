"""Figures of the token: how many there are, what they earn, and what they are worth."""

import numpy as np

from simulations.ensemble import Outcome
from simulations.figures.metric import OURS, Metric, last, yearly
from simulations.randomness import Floats

STEP = 0.02
"""Change of the price at which depth is measured."""


def _real(outcome: Outcome) -> Floats:
    return (1.0 + yearly(outcome, "share_price")) / (1.0 + yearly(outcome, "supply")) - 1.0


def _depth(outcome: Outcome) -> Floats:
    quote = last(outcome, "pool_quote") * (np.sqrt(1.0 + STEP) - 1.0)
    return np.where(np.isnan(last(outcome, "price")), np.nan, quote)


METRICS = (
    Metric(
        "staked_share", "Staked at the end", "share", "Tokens in the vault over supply", OURS,
        "percent", lambda o: last(o, "staked_share"),
    ),
    Metric(
        "staking_yield", "Yield at the end", "share/year",
        "Yearly yield of staking on the last day, without compounding", "emission over stake",
        "percent", lambda o: last(o, "apr"),
    ),
    Metric(
        "staking_return", "Return on staking", "share/year",
        "Growth of the share price, annualised", "ERC-4626 share price",
        "percent", lambda o: yearly(o, "share_price"),
    ),
    Metric(
        "supply", "Supply at the end", "tokens", "Tokens minted less tokens burned", OURS,
        "tokens", lambda o: last(o, "supply"),
    ),
    Metric(
        "inflation", "Inflation", "share/year", "Growth of supply, annualised", OURS,
        "percent", lambda o: yearly(o, "supply"),
    ),
    Metric(
        "real_yield", "Real return on staking", "share/year",
        "Return on staking less inflation, (1 + return) / (1 + inflation) - 1: "
        "how a stake's part of the supply grows", "Fisher 1930", "percent", _real,
    ),
    Metric(
        "price", "Price at the end", "quote", "Quote over tokens in the pool on the last day",
        "constant product, Uniswap v2", "number", lambda o: last(o, "price"),
    ),
    Metric(
        "depth", "Depth at 2 %", "quote",
        "Quote that moves the price up by 2 % on the last day, y (sqrt(1.02) - 1) of a reserve y, "
        "without the fee", "constant product, Uniswap v2", "number", _depth,
    ),
)  # fmt: skip
