"""Figures of the court: how often it is right, and what jurors get for it."""

import numpy as np

from simulations.ensemble import Outcome
from simulations.figures.metric import (
    OURS,
    SHORTEST,
    Metric,
    by_run,
    daily_mean,
    last,
    nothing,
    ratio,
)
from simulations.measures.juries import ruling_accuracy
from simulations.randomness import Floats, Ints
from simulations.tables import NONE, RULINGS

_UNKNOWN = -1
_CODES = {NONE: _UNKNOWN} | {name: code for code, name in RULINGS.items()}


def _right(outcome: Outcome) -> Floats:
    return ruling_accuracy(_choices(outcome, "ruling"), _choices(outcome, "truth"), _UNKNOWN)


def _choices(outcome: Outcome, column: str) -> Ints:
    """Choices of disputes with a column for each of a run, shape ``(runs, disputes)``."""
    table = outcome.disputes
    place = table.groupby("run").cumcount().to_numpy(dtype=np.int64)
    choices = np.full((len(outcome.points), int(place.max(initial=0)) + 1), _UNKNOWN)
    choices[table.run.to_numpy(), place] = table[column].map(_CODES).to_numpy(dtype=np.int64)
    return choices


def _juror_return(outcome: Outcome) -> Floats:
    if outcome.days < SHORTEST or "juror_stake" not in outcome.steps:
        return nothing(outcome)
    mean = daily_mean(outcome.steps["juror_stake"])
    return ratio(last(outcome, "juror_income"), mean) * 365.0 / outcome.days


def _panels(outcome: Outcome) -> Floats:
    ruled = outcome.disputes[outcome.disputes.ruling != NONE]
    return by_run(outcome, ruled.run, ruled.panels)


METRICS = (
    Metric(
        "disputes", "Disputes", "disputes", "Challenges to versions brought before the court", OURS,
        "number", lambda o: last(o, "challenges"), "count",
    ),
    Metric(
        "panels", "Panels of a dispute", "panels",
        "Panels that sat before a ruling, one more than appeals, mean over the run's rulings", OURS,
        "number", _panels,
    ),
    Metric(
        "ruling_accuracy", "Rulings that are right", "share",
        "Rulings that uphold a challenge to a flaw that is there or reject one to a flaw that is "
        "not, over all rulings; refusing to rule is never right", OURS, "percent", _right,
    ),
    Metric(
        "juror_return", "Return of jurors", "share/year",
        "Fees and forfeits that jurors were awarded, less what they forfeited, over their mean "
        "stake in the court, by the year; the return on staking comes on top", OURS,
        "percent", _juror_return, paths=("juror_stake",),
    ),
)  # fmt: skip
