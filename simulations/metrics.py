"""Metrics: one number per run, each declared with unit, formula and source."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from simulations.economy import YEAR
from simulations.ensemble import Outcome
from simulations.measures.chances import wilson
from simulations.measures.concentration import gini, nakamoto
from simulations.randomness import Floats


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
        ``mean``, or ``proportion`` for a yes or no per run.
    """

    name: str
    label: str
    unit: str
    description: str
    source: str
    format: Literal["percent", "tokens", "number", "days"]
    compute: Callable[[Outcome], Floats]
    kind: Literal["mean", "proportion"] = "mean"

    @property
    def bounded(self) -> bool:
        """Whether it lies between 0 and 1 by its nature."""
        return self.unit in ("share", "share of runs", "Gini")

    def summarise(self, values: Floats) -> dict[str, Any]:
        """Summary of the runs' values, see :func:`summarise`."""
        return summarise(values, self.kind, bounded=self.bounded)

    def meta(self) -> dict[str, str]:
        """Everything but the computation, as JSON data."""
        names = ("name", "label", "unit", "description", "source", "format", "kind")
        return {name: getattr(self, name) for name in names}


def _ratio(top: Floats, bottom: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _yearly(outcome: Outcome, name: str) -> Floats:
    if outcome.days < SHORTEST:
        return np.full(len(outcome.points), np.nan)
    path = outcome.steps[name]
    return (path[-1] / path[0]) ** (YEAR / outcome.days) - 1.0


def _turnout(outcome: Outcome) -> Floats:
    closed = outcome.proposals[outcome.proposals.closed_day >= 0]
    by_run = closed.groupby("run").turnout.mean()
    return by_run.reindex(range(len(outcome.points))).to_numpy(dtype=np.float64)


def _pass_rate(outcome: Outcome) -> Floats:
    passed, defeated = outcome.steps["passed"][-1], outcome.steps["defeated"][-1]
    return _ratio(passed, passed + defeated)


def _one_rules(outcome: Outcome) -> Floats:
    least = nakamoto(outcome.votes)
    return np.where(np.isnan(least), np.nan, least == 1)


SHORTEST = 30
"""Days below which nothing is annualised: a few days say nothing of a year."""
_OURS = "house definition"
METRICS = (
    Metric(
        "pass_rate", "Proposals that pass", "share", "Succeeded over decided proposals", _OURS,
        "percent", _pass_rate,
    ),
    Metric(
        "decided", "Proposals decided", "proposals", "Succeeded and defeated in the horizon", _OURS,
        "number", lambda o: o.steps["passed"][-1] + o.steps["defeated"][-1],
    ),
    Metric(
        "turnout", "Turnout", "share",
        "Votes cast over votable shares, mean over the run's closed proposals", _OURS,
        "percent", _turnout,
    ),
    Metric(
        "staked_share", "Staked at the end", "share", "Tokens in the vault over supply", _OURS,
        "percent", lambda o: o.steps["staked_share"][-1],
    ),
    Metric(
        "staking_yield", "Yield at the end", "share/year",
        "Yearly yield of staking on the last day, without compounding", "emission over stake",
        "percent", lambda o: o.steps["apr"][-1],
    ),
    Metric(
        "staking_return", "Return on staking", "share/year",
        "Growth of the share price, annualised", "ERC-4626 share price",
        "percent", lambda o: _yearly(o, "share_price"),
    ),
    Metric(
        "inflation", "Inflation", "share/year", "Growth of supply, annualised", _OURS,
        "percent", lambda o: _yearly(o, "supply"),
    ),
    Metric(
        "treasury", "Treasury at the end", "tokens", "Tokens in the treasury", _OURS,
        "tokens", lambda o: o.steps["treasury"][-1],
    ),
    Metric(
        "spent", "Paid out by vote", "tokens", "Tokens of executed grants", _OURS,
        "tokens",
        lambda o: o.proposals[o.proposals.state == "Executed"].groupby("run").amount.sum()
        .reindex(range(len(o.points)), fill_value=0.0).to_numpy(dtype=np.float64),
    ),
    Metric(
        "nakamoto", "Voters who hold a majority", "members",
        "Least number of voters with more than half of the delegated votes on the last day",
        "Srinivasan and Lee 2017", "number", lambda o: nakamoto(o.votes),
    ),
    Metric(
        "gini", "Inequality of votes", "Gini",
        "Gini coefficient of delegated votes on the last day, over those who have any",
        "Gini 1912", "number",
        lambda o: np.array([float(gini(row[row > 1e-6])) if (row > 1e-6).any() else np.nan
                            for row in o.votes]),
    ),
    Metric(
        "one_rules", "One voter rules", "share of runs",
        "Runs that end with one voter above half of the votes", _OURS,
        "percent", _one_rules, "proportion",
    ),
)  # fmt: skip
"""What every rehearsal and study reports, most asked first."""

BY_NAME = {metric.name: metric for metric in METRICS}


def measure(outcome: Outcome) -> dict[str, Floats]:
    """Every metric of every run, shape ``(runs,)`` each."""
    return {metric.name: metric.compute(outcome) for metric in METRICS}


def summarise(values: Floats, kind: str, *, bounded: bool = False) -> dict[str, Any]:
    """Mean with its 95 % interval, and the 5-50-95 % band over runs; NaN runs are left out.

    The interval is Student's t for a mean and Wilson's for a proportion; one run has none. The
    interval of a ``bounded`` figure stays between 0 and 1.
    """
    known = values[np.isfinite(values)]
    count = int(known.size)
    if not count:
        return dict.fromkeys(("mean", "lo", "hi", "p5", "p50", "p95")) | {"n": 0}
    mean = float(known.mean())
    interval = _wilson if kind == "proportion" else _student
    low, high = interval(known) if count > 1 else (None, None)
    if bounded and low is not None and high is not None:
        low, high = max(low, 0.0), min(high, 1.0)
    bands = dict(zip(("p5", "p50", "p95"), np.quantile(known, (0.05, 0.5, 0.95)), strict=True))
    return {"mean": mean, "lo": low, "hi": high, "n": count} | {
        k: float(v) for k, v in bands.items()
    }


def _wilson(values: Floats) -> tuple[float, float]:
    chance = wilson(values.sum(), values.size)
    return float(chance.low), float(chance.high)


def _student(values: Floats) -> tuple[float, float]:
    mean = float(values.mean())
    error = float(stats.t.ppf(0.975, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size))
    return mean - error, mean + error
