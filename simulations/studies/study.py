"""A study: a question, a scenario, what to vary in it, and how often to repeat each point.

What the DAO can choose (``[levers]``, rules of the constitution) and what it cannot
(``[uncertainties]``, parameters of the world) are told apart, for a recommendation is a place on
the levers that holds over the uncertainties.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from governance.errors import InputError
from governance.settings import load, validate
from simulations.scenario import Scenario, load_scenario
from simulations.studies import design
from simulations.studies.axis import Axis, Value
from simulations.studies.fields import Goal, StudyFile
from simulations.studies.reading import (
    axes_of,
    drawn,
    goal_of,
    known_metrics,
    metrics_of,
    older_fields,
)

PRESETS = Path(__file__).parent / "presets"


@dataclass(frozen=True, eq=False)
class Study:
    """A study ready to run.

    Attributes
    ----------
    fields
        What the file says.
    base
        The scenario that the axes vary.
    levers, uncertainties
        What varies of the constitution, and of the world.
    goals
        What to come to.
    columns
        Values of each axis, levers first, at every point, shape ``(points,)`` each.
    metrics
        Names of what is measured.
    """

    fields: StudyFile
    base: Scenario
    levers: tuple[Axis, ...]
    uncertainties: tuple[Axis, ...]
    goals: tuple[Goal, ...]
    columns: tuple[np.ndarray, ...]
    metrics: tuple[str, ...]

    @property
    def name(self) -> str:
        """Short name."""
        return self.fields.name

    @property
    def question(self) -> str:
        """What it asks, in a sentence."""
        return self.fields.question

    @property
    def design(self) -> str:
        """Name of the design."""
        return self.fields.design

    @property
    def replicates(self) -> int:
        """Runs of each point."""
        return self.fields.replicates

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What varies: levers, then uncertainties."""
        return self.levers + self.uncertainties

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.columns[0])

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.size * self.replicates

    def values(self, point: int) -> tuple[Value, ...]:
        """Values of the axes at a point."""
        return tuple(column[point].item() for column in self.columns)

    def coordinates(self) -> list[tuple[Value, ...]]:
        """Values of the axes at every point."""
        return list(zip(*(column.tolist() for column in self.columns), strict=True))

    def scenario(self, point: int) -> Scenario:
        """Return the base with the values of a point.

        Raises
        ------
        InputError
            If they contradict each other.
        """
        return self.base.with_values(dict(zip(self._paths, self.values(point), strict=True)))

    @cached_property
    def possible(self) -> bool:
        """True, once every point was found to be a scenario.

        Raises
        ------
        InputError
            If the values of a point contradict each other.
        """
        for point in range(self.size):
            try:
                self.scenario(point)
            except InputError as error:
                raise InputError(f"point {point} of {self.size}: {error}") from None
        return True

    def design_matrix(self) -> pd.DataFrame:
        """Return one row per point: its number and the values of its axes."""
        point = np.arange(self.size, dtype=np.int32)
        return pd.DataFrame({"point": point} | dict(zip(self._paths, self.columns, strict=True)))

    def unit_matrix(self) -> pd.DataFrame:
        """Return one row per point: its number and its place on each axis, in [0, 1].

        Of a drawn design these are the places drawn, before they were rounded.
        """
        point = np.arange(self.size, dtype=np.int32)
        if self.design in design.DRAWN and self.fields.sample is None:
            places = design.unit_cube(self.fields, len(self.axes)).T
        else:
            places = np.array([a.place(c) for a, c in zip(self.axes, self.columns, strict=True)])
        return pd.DataFrame({"point": point} | dict(zip(self._paths, places, strict=True)))

    def with_points(self, values: Mapping[str, list[Any]]) -> Self:
        """Return a copy that looks at the points named, one value of each axis per point."""
        file = self.fields.model_dump(mode="python")
        for side in ("levers", "uncertainties"):
            file[side] = {axis.path: values[axis.path] for axis in getattr(self, side)}
        file |= {"axes": {}, "design": "zip", "sample": None}
        return type(self).of(validate(StudyFile, file, self.name), self.base, self.metrics)

    def record(self) -> dict[str, Any]:
        """Return the study as plain JSON data, from which :meth:`from_record` makes it again."""
        return {
            "file": json.loads(self.fields.model_dump_json()),
            "scenario": self.base.record(),
        }

    @classmethod
    def of(cls, file: StudyFile, base: Scenario, known: Sequence[str] = ()) -> Self:
        """Make a study of its file's fields and the scenario they name.

        Parameters
        ----------
        file, base
            Fields and scenario.
        known
            Metrics that can be told, those of the file's model by default.

        Raises
        ------
        InputError
            If an axis, a value, a goal or a metric is wrong, or the model cannot start where the
            scenario does.
        """
        if file.model == "macro":
            base.require_launch("the macro model")
        levers, uncertainties = axes_of(file, base)
        columns = design.columns(file, levers + uncertainties)
        names = metrics_of(file, known or known_metrics(file.model))
        goals = tuple(goal_of(told, place, names) for place, told in enumerate(file.goals, 1))
        kept = drawn(file, len(columns[0]))
        columns = tuple(column if kept is None else column[kept] for column in columns)
        return cls(file, base, levers, uncertainties, goals, columns, names)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], origin: str, known: Sequence[str] = ()) -> Self:
        """Rebuild a study from :meth:`record`, or from the record of an earlier version's study.

        Raises
        ------
        InputError
            If the record does not hold a valid study.
        """
        if "scenario" not in record or not {"file", "axes"} & set(record):
            raise InputError(f"{origin}: holds no study")
        told = record["file"] if "file" in record else older_fields(record)
        base = Scenario.from_record(record["scenario"], origin)
        return cls.of(validate(StudyFile, told, origin), base, known)

    @cached_property
    def _paths(self) -> tuple[str, ...]:
        return tuple(axis.path for axis in self.axes)


def load_study(source: str | Path, change: Callable[[StudyFile], StudyFile] | None = None) -> Study:
    """Load a study from a shipped name, a TOML file or a report's JSON.

    Parameters
    ----------
    source
        Name or file.
    change
        Applied to the fields before the points are made of them.

    Raises
    ------
    InputError
        If a field, an axis, a value or a metric is wrong; the message names it.
    """
    change = change or (lambda file: file)
    if str(source).endswith(".json"):
        told = Study.from_record(_report(Path(source)), str(source))
        return Study.of(change(told.fields), told.base)
    fields = change(load(StudyFile, source, PRESETS))
    base = load_scenario(
        *(_beside(source, each) for each in (fields.constitution, fields.world)),
        days=fields.days,
        seed=fields.seed,
    )
    try:
        return Study.of(fields, base)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


def _report(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except ValueError as error:
        raise InputError(f"{path}: not a JSON file: {error}") from None
    if not isinstance(told, Mapping):
        raise InputError(f"{path}: holds no study")
    inner = told.get("study")
    return inner if isinstance(inner, Mapping) else told


def _beside(study: str | Path, named: str) -> str:
    """A TOML file named in a study is looked up beside the study."""
    near = Path(study).parent / named
    return str(near) if named.endswith(".toml") and near.exists() else named
