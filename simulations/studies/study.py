"""A study: a question, a scenario, axes to vary, and how often to repeat each point."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from governance.errors import InputError
from governance.settings import Settings, load, nearest, setting
from simulations.metrics import BY_NAME
from simulations.scenario import Scenario, load_scenario, rehearsed

PRESETS = Path(__file__).parent / "presets"
_ASKED = "the study's author"


class StudyFile(Settings):
    """The fields of a study's TOML file."""

    name: str = setting("Short name", unit="text", source=_ASKED, pattern=r"^[a-z0-9][a-z0-9-]*$")
    question: str = setting("What it asks, in a sentence", unit="text", source=_ASKED, min_length=1)
    constitution: str = setting("Preset or file", unit="text", source=_ASKED, default="startup")
    world: str = setting("Preset or file", unit="text", source=_ASKED, default="typical")
    days: int = setting("Horizon", unit="days", source=_ASKED, ge=1, le=36_500, default=365)
    seed: int = setting("Entropy of every draw", unit="", source=_ASKED, ge=0, default=1)
    design: Literal["grid"] = setting("How axes combine", unit="", source=_ASKED, default="grid")
    replicates: int = setting(
        "Runs of each point", unit="runs", source=_ASKED, ge=1, le=1_000_000, default=50
    )
    metrics: tuple[str, ...] = setting(
        "Metrics to report", unit="", source=_ASKED, min_length=1, default=tuple(BY_NAME)
    )
    axes: dict[str, tuple[Any, ...]] = setting(
        "Values of each parameter, by dotted path", unit="", source=_ASKED, min_length=1
    )


@dataclass(frozen=True)
class Axis:
    """One parameter and the values it takes."""

    path: str
    label: str
    unit: str
    values: tuple[Any, ...]

    def record(self) -> dict[str, Any]:
        """Return the axis as JSON data."""
        return {"path": self.path, "label": self.label, "unit": self.unit, "values": [*self.values]}


@dataclass(frozen=True)
class Study:
    """A study ready to run.

    Attributes
    ----------
    fields
        What the file says.
    base
        The scenario that the axes vary.
    axes
        What varies, in the file's order.
    points
        The varied scenarios, the last axis fastest.
    """

    fields: StudyFile
    base: Scenario
    axes: tuple[Axis, ...]
    points: tuple[Scenario, ...]

    def coordinates(self) -> list[tuple[Any, ...]]:
        """Axis values of each point."""
        return list(itertools.product(*(axis.values for axis in self.axes)))


def load_study(source: str | Path) -> Study:
    """Load a study from a shipped name or a TOML file and check every point of it.

    Raises
    ------
    InputError
        If a field, an axis, a value or a metric is wrong; the message names it.
    """
    fields = load(StudyFile, source, PRESETS)
    for name in fields.metrics:
        if name not in BY_NAME:
            raise InputError(f"{source}: metrics: no metric {name!r}{nearest(name, list(BY_NAME))}")
    base = load_scenario(
        *(_beside(source, each) for each in (fields.constitution, fields.world)),
        days=fields.days,
        seed=fields.seed,
    )
    try:
        axes = tuple(_axis(base, path, values) for path, values in fields.axes.items())
        points = tuple(_points(base, axes))
    except InputError as error:
        raise InputError(f"{source}: axes: {error}") from None
    return Study(fields, base, axes, points)


def _beside(study: str | Path, named: str) -> str:
    """A TOML file named in a study is looked up beside the study."""
    near = Path(study).parent / named
    return str(near) if named.endswith(".toml") and near.exists() else named


def _axis(base: Scenario, path: str, values: tuple[Any, ...]) -> Axis:
    if not values:
        raise InputError(f"{path} has no values: give at least one")
    leaves: Mapping[str, Any] = base.leaves()
    base.with_value(path, values[0])
    if not rehearsed(path):
        raise InputError(
            f"{path} is deployed, and no mechanism of the simulation reads it yet: every value "
            "would give the same runs"
        )
    canonical = tuple(_plain(base.with_value(path, value).leaves()[path].value) for value in values)
    if len(set(canonical)) < len(canonical):
        raise InputError(f"{path} names a value twice")
    return Axis(path, str(leaves[path].info.description), leaves[path].unit, canonical)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) else float(value)


def _points(base: Scenario, axes: tuple[Axis, ...]) -> list[Scenario]:
    points = []
    for values in itertools.product(*(axis.values for axis in axes)):
        point = base
        for axis, value in zip(axes, values, strict=True):
            point = point.with_value(axis.path, value)
        points.append(point)
    return points
