"""What a study found, as JSON data: everything that the page says, with its intervals.

``study`` holds what was asked, so the file can be run again: ``moot study run report.json``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from governance.errors import InputError
from simulations.studies.analysis.boxes import discover
from simulations.studies.analysis.effects import main_effects, regional
from simulations.studies.analysis.indices import Indices, morris, sobol
from simulations.studies.analysis.policies import Policies, judge
from simulations.studies.analysis.responses import Responses
from simulations.studies.journal import Journal
from simulations.studies.report.advice import advise
from simulations.studies.study import Study

SCHEMA = 1
ANSWERS = 4
"""Metrics whose sensitivity is told where a study has no goals."""
DIGITS = 6
"""Digits of a figure: far more than luck leaves."""
SHOWN_POLICIES = 600
"""Settings of the levers that the report lists; a study with more is told by those it rests on."""


class Result(Protocol):
    """A study and its runs."""

    @property
    def study(self) -> Study:
        """What was asked."""

    @property
    def runs(self) -> pd.DataFrame:
        """One row per run."""

    @property
    def points(self) -> pd.DataFrame:
        """One row per point and metric."""

    @property
    def record(self) -> Mapping[str, Any]:
        """What the study's record says."""

    @property
    def folder(self) -> Path:
        """Where it is."""


def findings(result: Result) -> dict[str, Any]:
    """Analyse a study.

    Raises
    ------
    InputError
        If no run of it is done.
    """
    study, runs = result.study, result.runs
    if runs.empty:
        raise InputError(f"{result.folder}: no run is done yet: run the study first")
    levers = [axis.path for axis in study.levers]
    uncertainties = [axis.path for axis in study.uncertainties]
    metas = _metas(result)
    policies = judge(runs, levers, uncertainties, study.goals) if study.goals else None
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "report",
        "name": study.name,
        "question": study.question,
        "budget": _budget(result),
        "levers": [_axis(study, axis) for axis in study.levers],
        "uncertainties": [_axis(study, axis) for axis in study.uncertainties],
        "metrics": metas,
        "goals": [_goal(goal, metas) for goal in study.goals],
        "advice": advise(study, runs, policies) if policies is not None else None,
        "policies": _policies(policies) if policies is not None else [],
        "sensitivity": [_sensitivity(study, runs, name) for name in _asked(study)],
        "breaks": _breaks(study, runs, policies) if policies is not None else None,
        "points": _points(result),
        "provenance": _provenance(result),
    }
    return dict(plain(told)) | {"study": study.record()}


def plain(data: Any) -> Any:
    """Data as JSON holds it: numpy's numbers in a few digits, what is undefined as None."""
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    if isinstance(data, pd.DataFrame):
        return [plain(row) for row in data.to_dict("records")]
    if isinstance(data, np.ndarray | np.generic):
        return plain(data.tolist())
    if isinstance(data, float):
        return float(f"{data:.{DIGITS}g}") if np.isfinite(data) else None
    return data


def _metas(result: Result) -> list[dict[str, Any]]:
    known = {meta["name"]: dict(meta) for meta in result.record.get("metrics", ())}
    return [known.get(name, {"name": name, "label": name, "unit": "", "format": "number"})
            for name in result.study.metrics]  # fmt: skip


def _axis(study: Study, axis: Any) -> dict[str, Any]:
    value = study.base.leaves()[axis.path].value
    return axis.record() | {"now": value if isinstance(value, int | str) else float(value)}


def _goal(goal: Any, metas: list[dict[str, Any]]) -> dict[str, Any]:
    meta = next(meta for meta in metas if meta["name"] == goal.metric)
    return {
        "metric": goal.metric, "label": meta["label"], "unit": meta["unit"],
        "format": meta["format"], "direction": goal.direction, "threshold": goal.threshold,
        "probability": goal.probability,
    }  # fmt: skip


def _budget(result: Result) -> dict[str, Any]:
    study = result.study
    return {
        "design": study.design, "points": study.size, "replicates": study.replicates,
        "runs": study.runs, "done": len(result.runs), "days": study.base.days,
        "model": study.fields.model, "seconds": _seconds(result),
        "constitution": study.fields.constitution, "world": study.fields.world,
        "members": study.base.world.population.holders,
    }  # fmt: skip


def _seconds(result: Result) -> float | None:
    """Wall time of all runners that worked on the study."""
    ends = [each for each in Journal(result.folder).lines() if each["event"] in ("end", "stop")]
    return sum(each["seconds"] for each in ends) if ends else result.record.get("wall_seconds")


def _provenance(result: Result) -> dict[str, Any]:
    record = result.record
    names = ("versions", "commit", "dirty", "code", "code_version", "created", "scenario_hash")
    kept = {name: record[name] for name in names if name in record}
    return {"scenario_hash": result.study.base.hash()} | kept


def _policies(policies: Policies) -> list[dict[str, Any]]:
    if len(policies.settings) > SHOWN_POLICIES:
        return []
    settings = policies.settings.to_dict("records") if policies.levers else [{}]
    return [
        {"settings": told, "chances": policies.of(place)[["share", "lo", "hi", "n", "met"]],
         "together": policies.together[place]}
        for place, told in enumerate(settings)
    ]  # fmt: skip


def _points(result: Result) -> list[dict[str, Any]]:
    study = result.study
    if study.size > SHOWN_POLICIES:
        return []
    paths = [axis.path for axis in study.axes]
    out = []
    for _, rows in result.points.groupby("point"):
        first = rows.iloc[0]
        figures = {r["metric"]: [r["mean"], r["lo"], r["hi"], r["n"]] for _, r in rows.iterrows()}
        out.append({"axes": {path: first[path] for path in paths}, "metrics": figures})
    return out


# What the figures answer to


def moving(study: Study) -> list[str]:
    """Paths of the axes that take more than one value."""
    pairs = zip(study.axes, study.columns, strict=True)
    return [axis.path for axis, column in pairs if len(np.unique(column)) > 1]


def _asked(study: Study) -> list[str]:
    """Metrics worth asking about: those of the goals, or the first of the study's."""
    names = [goal.metric for goal in study.goals] or list(study.metrics[:ANSWERS])
    return list(dict.fromkeys(names))


def _sensitivity(study: Study, runs: pd.DataFrame, metric: str) -> dict[str, Any]:
    """Indices where the design has them, else main effects; or why there are none."""
    paths = moving(study)
    told: dict[str, Any] = {"metric": metric}
    try:
        if study.design in ("sobol", "morris"):
            return told | _indices(study, runs, paths, metric)
        responses = Responses.of(runs, metric)
        points = runs.drop_duplicates("point").sort_values("point", ignore_index=True)
        table = main_effects(points, paths, responses.means())
    except InputError as error:
        return told | {"method": study.design, "refused": str(error)}
    return told | {"method": "effects", "noise": responses.noise(), "table": table}


def _indices(study: Study, runs: pd.DataFrame, paths: list[str], metric: str) -> dict[str, Any]:
    ask = sobol if study.design == "sobol" else morris
    found: Indices = ask(runs, paths, metric)
    column = "total" if study.design == "sobol" else "mu_star"
    table = found.table.sort_values(column, ascending=False, kind="stable")
    return {
        "method": found.method, "noise": found.noise, "warning": found.warning,
        "base": found.base, "table": table,
    }  # fmt: skip


def _breaks(study: Study, runs: pd.DataFrame, policies: Policies) -> dict[str, Any]:
    """Where goals are missed, over every axis: a box, and the axes that tell most."""
    paths = moving(study)
    points = runs.drop_duplicates("point").sort_values("point", ignore_index=True)
    missed = np.zeros(len(points))
    met = np.ones(len(points), dtype=bool)
    for goal in study.goals:
        values = runs[goal.metric].to_numpy(dtype=np.float64)
        short = np.isfinite(values) & ~goal.met(values)
        share = pd.Series(short).groupby(runs["point"].to_numpy()).mean().to_numpy()
        missed = np.maximum(missed, share)
        met &= share <= 1.0 - goal.probability + 1e-12
    try:
        box: dict[str, Any] | None = discover(points, paths, missed).record()
    except InputError:
        box = None
    return {
        "missed": float((~met).mean()), "box": box, "regional": regional(points, paths, met),
    }  # fmt: skip
