"""Metric: a declared figure, and how its values over runs are summed up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from simulations.ensemble import Outcome
from simulations.measures.chances import never_seen, wilson
from simulations.randomness import Floats, Ints

OURS = "house definition"
SHORTEST = 30
"""Days below which nothing is annualised: a few days say nothing of a year."""
RISK = 0.05
"""Chance that an interval misses."""
SHARES = 0.0, 1.0
ANYTHING = -np.inf, np.inf
_LIMITS = {"share": SHARES, "share of runs": SHARES, "Gini": SHARES, "HHI": SHARES}
_LIMITS |= {"chance": SHARES, "rank correlation": (-1.0, 1.0)}
_LIMITS |= dict.fromkeys(
    ("tokens", "quote", "members", "proposals", "versions", "disputes", "uses", "harms"),
    (0.0, np.inf),
)
_LIMITS |= dict.fromkeys(("days", "months", "times"), (0.0, np.inf))


@dataclass(frozen=True)
class Metric:
    """A declared figure.

    Attributes
    ----------
    name, label, unit
        What it is called and counted in.
    description
        The formula in words.
    source
        Where the formula comes from.
    format
        How to write it: ``percent``, ``tokens``, ``number`` or ``days``.
    compute
        From an outcome to one value per run, shape ``(runs,)``; NaN where undefined.
    kind
        ``mean``, ``proportion`` for a yes or no per run, ``count`` for events that may be rare.
    paths
        State variables of which it reads more than the first day and the last.
    """

    name: str
    label: str
    unit: str
    description: str
    source: str
    format: Literal["percent", "tokens", "number", "days"]
    compute: Callable[[Outcome], Floats]
    kind: Literal["mean", "proportion", "count"] = "mean"
    paths: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[float, float]:
        """Between what it lies by its nature, which its unit says."""
        return _LIMITS.get(self.unit, ANYTHING)

    def summarise(self, values: Floats) -> dict[str, Any]:
        """Summary of the runs' values, see :func:`summarise`."""
        return summarise(values, self.kind, self.limits)

    def meta(self) -> dict[str, str]:
        """Everything but the computation, as JSON data."""
        names = ("name", "label", "unit", "description", "source", "format", "kind")
        return {name: getattr(self, name) for name in names}


def summarise(values: Floats, kind: str, limits: tuple[float, float] = ANYTHING) -> dict[str, Any]:
    """Mean with its 95 % interval, and the 5-50-95 % band over runs; NaN runs are left out.

    None for what is not known; see :func:`intervals`.
    """
    known = values[np.isfinite(values)]
    count = int(known.size)
    if not count:
        return dict.fromkeys(("mean", "lo", "hi", "p5", "p50", "p95")) | {"n": 0}
    rows = intervals(known[None, :], kind, limits)
    found = {name: float(rows[name][0]) if count > 1 else None for name in ("lo", "hi")}
    bands = dict(zip(("p5", "p50", "p95"), np.quantile(known, (0.05, 0.5, 0.95)), strict=True))
    return (
        {"mean": float(rows["mean"][0])}
        | found
        | {"n": count}
        | {k: float(v) for k, v in bands.items()}
    )


def intervals(
    values: Floats, kind: str, limits: tuple[float, float] = ANYTHING
) -> dict[str, np.ndarray]:
    """Mean and 95 % interval of every row, NaN left out; ``mean``, ``lo``, ``hi`` and ``n``.

    The interval is Student's t for a mean and Wilson's for a proportion, cut off at the limits; one
    run has none. What was never seen in ``n`` runs has the rule of three's bound instead, of about
    ``3 / n`` with a confidence of 95 % (Hanley and Lippman-Hand 1983): ``1 - 0.05**(1 / n)`` for a
    share or a proportion, since a mean share is no larger than the chance that it is not 0, and
    ``-ln(0.05) / n`` for a count, of which events are taken to come alone (Poisson). The same holds
    of a share that was always 1.
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    least = np.where(known, values, np.inf).min(axis=1, initial=np.inf)
    most = np.where(known, values, -np.inf).max(axis=1, initial=-np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / count
        low, high = _wilson(total, count) if kind == "proportion" else _student(values, mean, count)
        low, high = np.maximum(low, limits[0]), np.minimum(high, limits[1])
        if kind == "count":
            high = np.where(most <= 0.0, -np.log(RISK) / count, high)
        elif kind == "proportion" or limits == SHARES:
            rare = never_seen(count, 1.0 - RISK)
            high = np.where(most <= 0.0, rare, high)
            low = np.where(least >= 1.0, 1.0 - rare, low)
    alone = count < 2
    low, high = np.where(alone, np.nan, low), np.where(alone, np.nan, high)
    return {"mean": mean, "lo": low, "hi": high, "n": count}


def _wilson(total: Floats, count: Ints) -> tuple[Floats, Floats]:
    chance = wilson(total, count, 1.0 - RISK)
    return chance.low, chance.high


def _student(values: Floats, mean: Floats, count: Ints) -> tuple[Floats, Floats]:
    apart = np.where(np.isfinite(values), values - mean[:, None], 0.0)
    spread = np.sqrt((apart * apart).sum(axis=1) / (count - 1))
    sizes, which = np.unique(count, return_inverse=True)
    error = stats.t.ppf(1.0 - RISK / 2.0, sizes - 1)[which] * spread / np.sqrt(count)
    return mean - error, mean + error


# What the figures are made with


def nothing(outcome: Outcome) -> Floats:
    """NaN for every run, shape ``(runs,)``."""
    return np.full(len(outcome.points), np.nan)


def last(outcome: Outcome, name: str) -> Floats:
    """A state variable on the last day; NaN where the model has none of the name."""
    return outcome.steps[name][-1] if name in outcome.steps else nothing(outcome)


def token_price(outcome: Outcome) -> Floats:
    """Quote for a token on the last day; 1 where there is no pool, so a token counts as one."""
    price = last(outcome, "price")
    return np.where(np.isnan(price), 1.0, price)


def treasury_worth(outcome: Outcome) -> Floats:
    """Quote that tokens and reserves of the treasury are worth on the last day."""
    tokens = last(outcome, "treasury") * token_price(outcome)
    return tokens + np.nan_to_num(last(outcome, "reserves"))


def daily_mean(path: Floats) -> Floats:
    """Mean over the days after the first, of shape ``(days + 1, runs)``.

    Added up day by day: numpy's own sum groups the days by how many runs there are.
    """
    return np.cumsum(path[1:], axis=0)[-1] / (len(path) - 1)


def ratio(top: Floats, bottom: Floats) -> Floats:
    """One over the other, NaN where the other is not above zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def truth_of(holds: np.ndarray, known: np.ndarray) -> Floats:
    """1 and 0 for yes and no, NaN where it is not known."""
    return np.where(known, holds, np.nan)


def yearly(outcome: Outcome, name: str) -> Floats:
    """Growth of a state variable from the first day to the last, by the year."""
    if outcome.days < SHORTEST:
        return nothing(outcome)
    path = outcome.steps[name]
    return (path[-1] / path[0]) ** (365.0 / outcome.days) - 1.0


def by_run(outcome: Outcome, run: object, values: object, how: str = "mean") -> Floats:
    """Mean or sum of a table's values by run, shape ``(runs,)``; NaN, or 0, for no row."""
    grouped = pd.Series(np.asarray(values, dtype=np.float64)).groupby(np.asarray(run))
    found = grouped.mean() if how == "mean" else grouped.sum()
    empty = np.nan if how == "mean" else 0.0
    runs = range(len(outcome.points))
    return found.reindex(runs, fill_value=empty).to_numpy(dtype=np.float64)
