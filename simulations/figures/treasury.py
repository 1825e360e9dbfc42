"""Figures of the treasury: what is in it, and how long it lasts."""

import numpy as np

from simulations.ensemble import Outcome
from simulations.figures.metric import (
    OURS,
    SHORTEST,
    Metric,
    by_run,
    last,
    nothing,
    token_price,
    treasury_worth,
    truth_of,
)
from simulations.measures.chances import first_empty
from simulations.randomness import Floats

WINDOW = 90
"""Days over which spending is averaged."""
MONTH = 365.0 / 12.0
FOREVER = 120.0
"""Months at which a runway is cut off: where nothing is spent it has no end."""
EMPTY = 0.01
"""Part of what the treasury began with at which it counts as empty."""


def _paid(outcome: Outcome, since: int) -> Floats:
    grants = outcome.proposals[outcome.proposals.executed_day > since]
    return by_run(outcome, grants.run, grants.amount, "sum")


def _runway(outcome: Outcome) -> Floats:
    if outcome.days < SHORTEST:
        return nothing(outcome)
    days = min(WINDOW, outcome.days)
    granted = _paid(outcome, outcome.days - days) * token_price(outcome)
    monthly = (granted + _costs(outcome, days)) * MONTH / days
    held = treasury_worth(outcome)
    with np.errstate(divide="ignore", invalid="ignore"):
        months = np.where(held > 0, held / monthly, 0.0)
    return np.minimum(months, FOREVER)


def _diversified(outcome: Outcome) -> Floats:
    held = treasury_worth(outcome)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(held > 0, last(outcome, "reserves") / held, np.nan)


def _costs(outcome: Outcome, days: int) -> Floats:
    """Quote of the reserves that was spent in the last days, not claimed by leavers."""
    if "reserves" not in outcome.steps:
        return np.zeros(len(outcome.points))
    gone = outcome.steps["reserves"] + outcome.steps["redeemed"]
    return np.maximum(gone[-1 - days] - gone[-1], 0.0)


def _empty(outcome: Outcome, *names: str) -> Floats:
    """Whether all of some holdings were gone on one day; NaN where there was none to begin with."""
    some = np.zeros(len(outcome.points), dtype=bool)
    paths = [outcome.steps[name] for name in names if name in outcome.steps]
    if not paths:
        return nothing(outcome)
    left = np.zeros_like(paths[0])
    for path in paths:
        had = path[0] > 0
        left[:, had] = np.maximum(left[:, had], path[:, had] / path[0, had])
        some |= had
    return truth_of(np.isfinite(first_empty(left.T, EMPTY)), some)


METRICS = (
    Metric(
        "treasury", "Treasury at the end", "tokens", "Tokens in the treasury", OURS,
        "tokens", lambda o: last(o, "treasury"),
    ),
    Metric(
        "spent", "Paid out by vote", "tokens", "Tokens of executed grants", OURS,
        "tokens", lambda o: _paid(o, -1),
    ),
    Metric(
        "taken", "Taken by attackers", "tokens", "Tokens that attackers were paid by vote", OURS,
        "tokens", lambda o: last(o, "taken"),
    ),
    Metric(
        "runway", "Treasury lasts", "months",
        "Tokens and reserves of the treasury at the end over what grants and running costs took a "
        "month in the last 90 days, all at the last price and whatever comes in; at most 120 "
        "months, which also stands for ever where nothing was spent", OURS,
        "number", _runway, paths=("reserves", "redeemed"),
    ),
    Metric(
        "treasury_empty", "Treasury runs empty", "share of runs",
        "Runs in which, on some day, of tokens and of reserves at most a hundredth was left of "
        "what there was at launch", OURS,
        "percent", lambda o: _empty(o, "treasury", "reserves"), "proportion",
        ("treasury", "reserves"),
    ),
    Metric(
        "reserves", "Reserves at the end", "quote", "Quote that the treasury holds", OURS,
        "number", lambda o: last(o, "reserves"),
    ),
    Metric(
        "diversified", "Treasury not in its own token", "share",
        "Reserves over what tokens and reserves of the treasury are worth at the end", OURS,
        "percent", _diversified,
    ),
    Metric(
        "reserves_empty", "Reserves run out", "share of runs",
        "Runs in which, on some day, at most a hundredth of the reserves was left; left out where "
        "there were none", OURS, "percent", lambda o: _empty(o, "reserves"), "proportion",
        ("reserves",),
    ),
)  # fmt: skip
