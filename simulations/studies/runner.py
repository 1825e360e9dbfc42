"""Run a study: every point times every replicate, stacked into ensembles."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulations import metrics, store
from simulations.ensemble import step_in_batches
from simulations.metrics import BY_NAME
from simulations.provenance import now, provenance
from simulations.studies.study import Study


@dataclass(frozen=True)
class StudyResult:
    """What a study found.

    Attributes
    ----------
    study
        What was asked.
    runs
        One row per point and replicate: axis values and metrics.
    points
        One row per point and metric: mean, 95 % interval and number of runs.
    seconds
        Wall time.
    """

    study: Study
    runs: pd.DataFrame
    points: pd.DataFrame
    seconds: float

    def write(self, folder: Path) -> None:
        """Write the study as a result folder, replacing an older one whole."""
        with store.new_folder(folder) as new:
            store.write_table(new / "runs.parquet", self.runs)
            store.write_table(new / "points.parquet", self.points)
            store.write_json(new / "study.json", self._record())

    def _record(self) -> dict[str, Any]:
        study = self.study
        return {
            "schema": store.SCHEMA,
            "name": study.fields.name,
            "question": study.fields.question,
            "design": study.fields.design,
            "axes": [axis.record() for axis in study.axes],
            "replicates": study.fields.replicates,
            "metrics": [BY_NAME[name].meta() for name in study.fields.metrics],
            "goals": [],
            "scenario": study.base.record(),
            "scenario_hash": study.base.hash(),
            **provenance(),
            "created": now(),
            "wall_seconds": round(self.seconds, 3),
        }


def run_study(study: Study, *, on_batch: Callable[[int, int], None] | None = None) -> StudyResult:
    """Run every point of a study.

    Replicate ``i`` has the same draws at every point (common random numbers), so that
    differences between points are the parameters' doing.

    Parameters
    ----------
    study
        What to run.
    on_batch
        Called with runs done and runs in all.
    """
    started = time.perf_counter()
    replicates = range(study.fields.replicates)
    work = [(scenario, replicate) for scenario in study.points for replicate in replicates]
    compute = {name: BY_NAME[name].compute for name in study.fields.metrics}
    parts = [
        pd.DataFrame({name: metric(outcome) for name, metric in compute.items()})
        for outcome in step_in_batches(
            work, on_batch=on_batch, paths=metrics.paths(study.fields.metrics)
        )
    ]
    runs = pd.concat([_axis_columns(study), pd.concat(parts, ignore_index=True)], axis=1)
    return StudyResult(study, runs, _summary(study, runs), time.perf_counter() - started)


def _axis_columns(study: Study) -> pd.DataFrame:
    count, replicates = len(study.points), study.fields.replicates
    columns: dict[str, Any] = {
        "point": np.repeat(np.arange(count, dtype=np.int32), replicates),
        "replicate": np.tile(np.arange(replicates, dtype=np.int32), count),
    }
    for axis, values in zip(study.axes, zip(*study.coordinates(), strict=True), strict=True):
        columns[axis.path] = np.repeat(np.array(values), replicates)
    return pd.DataFrame(columns)


def _summary(study: Study, runs: pd.DataFrame) -> pd.DataFrame:
    rows = []
    paths = [axis.path for axis in study.axes]
    for point, group in runs.groupby("point"):
        where = {"point": point} | {path: group[path].iloc[0] for path in paths}
        for name in study.fields.metrics:
            found = BY_NAME[name].summarise(group[name].to_numpy(dtype=np.float64))
            kept = {key: found[key] for key in ("mean", "lo", "hi", "n")}
            rows.append(where | {"metric": name} | kept)
    return pd.DataFrame(rows).astype({"point": np.int32, "mean": float, "lo": float, "hi": float})
