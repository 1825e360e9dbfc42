"""Reading a study's fields: its axes, metrics, goals and points, each checked and named."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from governance.errors import InputError
from governance.settings import nearest, validate
from simulations.metrics import BY_NAME
from simulations.scenario import Scenario
from simulations.studies import design
from simulations.studies.axis import Axis, Range, read_axis
from simulations.studies.fields import Goal, StudyFile

_RANGE = set(Range.model_fields)


def axes_of(file: StudyFile, base: Scenario) -> tuple[tuple[Axis, ...], tuple[Axis, ...]]:
    """Levers and uncertainties of a file, in its order; ``[axes]`` are sorted by their paths."""
    found: dict[str, list[Axis]] = {"levers": [], "uncertainties": []}
    for table in ("levers", "uncertainties", "axes"):
        try:
            read = [read_axis(base, *each) for each in _flat(getattr(file, table)).items()]
        except InputError as error:
            raise InputError(f"{table}: {error}") from None
        for axis in read:
            path = axis.path
            side = "uncertainties" if path.startswith("world.") else "levers"
            if table not in (side, "axes"):
                raise InputError(f"{table}: {path} is one of the {side}: move it there")
            found[side].append(axis)
    paths = [axis.path for side in found.values() for axis in side]
    if not paths:
        raise InputError("there is nothing to vary: add a path to [levers] or [uncertainties]")
    for path in paths:
        if paths.count(path) > 1:
            raise InputError(f"axes: {path} stands twice: leave out one of the two")
    return tuple(found["levers"]), tuple(found["uncertainties"])


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Undo the nesting that TOML makes of paths without quotes."""
    flat: dict[str, Any] = {}
    for name, told in table.items():
        path = f"{prefix}{name}"
        nested = isinstance(told, Mapping) and told and not set(told) & _RANGE
        found = _flat(told, f"{path}.") if nested else {path: told}
        for twice in flat.keys() & found.keys():
            raise InputError(f"{twice} stands twice: leave out one of the two")
        flat |= found
    return flat


def metrics_of(file: StudyFile, known: Sequence[str]) -> tuple[str, ...]:
    """Names of what a study measures, all that can be told if it names none."""
    names = file.metrics or tuple(known)
    for name in names:
        if name not in known:
            why = f"; the {file.model} model does not know it" if name in BY_NAME else ""
            raise InputError(f"metrics: no metric {name!r}{why or nearest(name, list(known))}")
    return tuple(dict.fromkeys(names))


def known_metrics(model: str) -> list[str]:
    """Names of the metrics that a model can tell."""
    if model == "members":
        return list(BY_NAME)
    from simulations.macro.rehearsal import METRICS

    return [metric.name for metric in METRICS]


def goal_of(told: Mapping[str, Any], place: int, names: tuple[str, ...]) -> Goal:
    """Return one of a study's goals, by its place from 1; it must be on one of the metrics."""
    goal = validate(Goal, told, f"goals, number {place}")
    if goal.metric not in names:
        raise InputError(
            f"goals, number {place}: {goal.metric!r} is not among the study's metrics"
            f"{nearest(goal.metric, list(names))}"
        )
    return goal


def drawn(file: StudyFile, points: int) -> np.ndarray | None:
    """Points that a sample keeps, in the design's order; None for all."""
    if file.sample is None or file.sample >= points:
        return None
    if file.design in design.NEEDS_RANGES:
        raise InputError(
            f"sample = {file.sample}: a part of a {file.design} design has no indices: give fewer "
            "samples instead"
        )
    return design.some_of(file.seed, points, file.sample)


def older_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a study stored before levers and uncertainties were told apart."""
    return {
        "name": record["name"],
        "question": record["question"],
        "days": record["scenario"]["days"],
        "seed": record["scenario"]["seed"],
        "replicates": record["replicates"],
        "metrics": [metric["name"] for metric in record["metrics"]],
        "axes": {axis["path"]: axis["values"] for axis in record["axes"]},
    }
