"""What a search is for: a figure to make large or small, and goals to keep to meanwhile."""

import json
from dataclasses import dataclass

import numpy as np

from governance.errors import InputError
from simulations.studies.axis import Value
from simulations.studies.fields import changed
from simulations.studies.reading import known_metrics
from simulations.studies.study import Study

RUIN, CAPTURE = "treasury_empty", "capture_pays"
"""Metrics of the two constraints that every search can have."""

type Setting = tuple[Value, ...]


@dataclass(frozen=True)
class Aim:
    """What to search for, and how long.

    Attributes
    ----------
    metric
        What to make large, or small.
    larger
        Whether larger is better.
    trials, batch
        Settings to try, and how many at a time.
    worlds
        Worlds, drawn evenly from the uncertainties, in which each is tried.
    """

    metric: str
    larger: bool = True
    trials: int = 48
    batch: int = 8
    worlds: int = 6


@dataclass(frozen=True)
class Tried:
    """A setting that was tried.

    Attributes
    ----------
    number
        Its place in the order of asking.
    setting
        Value of each lever.
    value
        Mean of the metric over all its futures; None where it could not be run.
    short
        By how much the share of futures that meet each goal falls short of it; negative is room.
    """

    number: int
    setting: Setting
    value: float | None
    short: tuple[float, ...]

    @property
    def feasible(self) -> bool:
        """Whether it meets every goal."""
        return self.value is not None and all(each <= 0.0 for each in self.short)


def constrained(study: Study, aim: Aim, ruin: float | None, capture: float | None) -> Study:
    """Return the study with goals on the chances of ruin and of capture added, and the metric.

    Parameters
    ----------
    study
        What to search.
    aim
        What for.
    ruin, capture
        Most of the futures in which the treasury may run empty, and in which capture may pay.

    Raises
    ------
    InputError
        If there is no lever to move, or the model does not know a metric.
    """
    if not study.levers:
        raise InputError(f"{study.name} has no [levers]: a search needs at least one to move")
    goals = [json.loads(goal.model_dump_json()) for goal in study.goals]
    for metric, most in ((RUIN, ruin), (CAPTURE, capture)):
        if most is not None:
            goals.append({"metric": metric, "at_most": 0.0, "probability": 1.0 - most})
    wanted = dict.fromkeys([*study.metrics, aim.metric, *(goal["metric"] for goal in goals)])
    known = [*known_metrics(study.fields.model), *study.metrics]
    file = changed(study.fields, metrics=tuple(wanted), goals=tuple(goals))
    return Study.of(file, study.base, known)


def best(tried: list[Tried], aim: Aim) -> Tried:
    """The best setting that meets every goal, or the one that falls short by least."""

    def order(each: Tried) -> tuple[float, float, int]:
        lacking = max(0.0, *each.short) if each.short else 0.0
        value = each.value if each.value is not None else -np.inf if aim.larger else np.inf
        return lacking, -value if aim.larger else value, each.number

    return min((each for each in tried if each.value is not None), key=order)
