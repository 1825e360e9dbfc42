"""Metric: a declared figure, and how its values over runs are summed up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from simulations.ensemble import Outcome
from simulations.measures.chances import never_seen, wilson
from simulations.randomness import Floats

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

    The interval is Student's t for a mean and Wilson's for a proportion, cut off at the limits; one
    run has none. What was never seen in ``n`` runs has the rule of three's bound instead, of about
    ``3 / n`` with a confidence of 95 % (Hanley and Lippman-Hand 1983): ``1 - 0.05**(1 / n)`` for a
    share or a proportion, since a mean share is no larger than the chance that it is not 0, and
    ``-ln(0.05) / n`` for a count, of which events are taken to come alone (Poisson). The same holds
    of a share that was always 1.
    """
    known = values[np.isfinite(values)]
    count = int(known.size)
    if not count:
        return dict.fromkeys(("mean", "lo", "hi", "p5", "p50", "p95")) | {"n": 0}
    low, high = _interval(known, kind, limits) if count > 1 else (None, None)
    bands = dict(zip(("p5", "p50", "p95"), np.quantile(known, (0.05, 0.5, 0.95)), strict=True))
    return {"mean": float(known.mean()), "lo": low, "hi": high, "n": count} | {
        k: float(v) for k, v in bands.items()
    }


def _interval(values: Floats, kind: str, limits: tuple[float, float]) -> tuple[float, float]:
    low, high = _wilson(values) if kind == "proportion" else _student(values)
    low, high = max(low, limits[0]), min(high, limits[1])
    if kind == "count" and values.max() <= 0.0:
        return low, float(-np.log(RISK) / values.size)
    if kind == "proportion" or limits == SHARES:
        rare = never_seen(values.size, 1.0 - RISK)
        high = rare if values.max() <= 0.0 else high
        low = 1.0 - rare if values.min() >= 1.0 else low
    return low, high


def _wilson(values: Floats) -> tuple[float, float]:
    chance = wilson(values.sum(), values.size, 1.0 - RISK)
    return float(chance.low), float(chance.high)


def _student(values: Floats) -> tuple[float, float]:
    mean = float(values.mean())
    error = float(
        stats.t.ppf(1.0 - RISK / 2.0, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size)
    )
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
