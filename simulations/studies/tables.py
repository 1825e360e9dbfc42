"""The tables of a study, put together from its shards a block of points at a time.

They depend on the runs alone, not on the shards that these came in: the same runs give the same
bytes. What they need of memory does not grow with the number of points.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulations.figures.metric import SHARES, Metric, intervals
from simulations.randomness import Floats, Ints
from simulations.studies.shards import Index
from simulations.studies.study import Study

ROWS = 65_536
"""Runs put together at once, at least those of one point."""
TABLES = ("runs", "points", "goals")
GOALS = {
    "point": pa.int32(), "goal": pa.int32(), "metric": pa.string(), "direction": pa.string(),
    "threshold": pa.float64(), "probability": pa.float64(), "share": pa.float64(),
    "lo": pa.float64(), "hi": pa.float64(), "n": pa.int32(), "met": pa.bool_(),
}  # fmt: skip


class _Writer:
    """A Parquet file that grows by row groups; it takes its name when closed without error."""

    def __init__(self, path: Path) -> None:
        self._path, self._filling = path, path.with_name(f".{path.name}.new")
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> "_Writer":
        return self

    def add(self, table: pa.Table) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(self._filling, table.schema, compression="zstd")
        self._file.write_table(table, row_group_size=max(len(table), 1))

    def __exit__(self, kind: object, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            if kind is None:
                flush(self._filling)
                self._filling.replace(self._path)
        self._filling.unlink(missing_ok=True)


def write_tables(
    folder: Path, study: Study, metrics: Mapping[str, Metric], index: Index, keys: list[str]
) -> None:
    """Write ``runs``, ``points`` and ``goals``, and ``steps`` if states were kept."""
    names = TABLES + (("steps",) if study.fields.steps_every else ())
    with ExitStack() as stack:
        files = {n: stack.enter_context(_Writer(folder / f"{n}.parquet")) for n in names}
        for points in _blocks(study):
            block = _Block(study, index, points)
            files["runs"].add(block.runs(keys))
            files["points"].add(block.points(metrics))
            files["goals"].add(block.goals())
            if "steps" in files and (states := block.steps()) is not None:
                files["steps"].add(states)


def _blocks(study: Study) -> Iterator[range]:
    step = max(1, ROWS // study.replicates)
    for start in range(0, study.size, step):
        yield range(start, min(start + step, study.size))


class _Block:
    """Some points next to each other, with their runs."""

    def __init__(self, study: Study, index: Index, points: range) -> None:
        self._study, self._index, self._points = study, index, points
        self._replicates = study.replicates
        self._first = points.start * self._replicates
        part = slice(self._first, points.stop * self._replicates)
        self._shard, self._row = index.shard[part], index.row[part]
        self._done = np.flatnonzero(self._shard >= 0)
        self._values = self._read()

    def runs(self, keys: list[str]) -> pa.Table:
        """One row per run that is done: axis values, metrics, and the key of its point."""
        run = self._first + self._done
        point, replicate = np.divmod(run, self._replicates)
        columns: dict[str, Any] = {
            "point": pa.array(point, pa.int32()),
            "replicate": pa.array(replicate, pa.int32()),
        }
        columns |= self._axes(point)
        columns |= {name: pa.array(values[self._done]) for name, values in self._values.items()}
        columns["key"] = pa.array([keys[each] for each in point.tolist()], pa.string())
        return pa.table(columns)

    def points(self, metrics: Mapping[str, Metric]) -> pa.Table:
        """One row per point and metric: axis values, mean, interval and number of runs."""
        names = self._study.metrics
        found = [
            intervals(self._matrix(name), metrics[name].kind, metrics[name].limits)
            for name in names
        ]
        point = np.repeat(np.arange(self._points.start, self._points.stop), len(names))
        columns: dict[str, Any] = {"point": pa.array(point, pa.int32())} | self._axes(point)
        columns["metric"] = pa.array(list(names) * len(self._points), pa.string())
        for name in ("mean", "lo", "hi"):
            columns[name] = pa.array(np.stack([each[name] for each in found], axis=1).ravel())
        count = np.stack([each["n"] for each in found], axis=1).ravel()
        columns["n"] = pa.array(count, pa.int32())
        return pa.table(columns)

    def goals(self) -> pa.Table:
        """One row per point and goal: share of runs that meet it; runs without a value left out."""
        goals, points = self._study.goals, np.arange(self._points.start, self._points.stop)
        columns: dict[str, list[Any]] = {name: [] for name in GOALS}
        for place, goal in enumerate(goals, 1):
            values = self._matrix(goal.metric)
            met = np.where(np.isfinite(values), goal.met(values), np.nan)
            found = intervals(met, "proportion", SHARES)
            told = {"goal": place, "metric": goal.metric, "direction": goal.direction}
            told |= {"threshold": goal.threshold, "probability": goal.probability}
            rows = {name: np.full(len(points), value) for name, value in told.items()}
            rows |= {"point": points, "share": found["mean"], "lo": found["lo"], "hi": found["hi"]}
            rows |= {"n": found["n"], "met": found["mean"] >= goal.probability}
            for name, column in columns.items():
                column.append(rows[name])
        ordered = {name: _interleaved(column) for name, column in columns.items()}
        return pa.table({n: pa.array(ordered[n].tolist(), kind) for n, kind in GOALS.items()})

    def steps(self) -> pa.Table | None:
        """One row per run and day that is kept; None if there is none."""
        parts = []
        for number in self._shards():
            path = self._index.shards[number].steps
            assert path is not None
            table = pq.ParquetFile(path).read()
            rows = pq.ParquetFile(self._index.shards[number].path).metadata.num_rows
            days = len(table) // rows
            here = np.flatnonzero(self._shard == number)
            taken = (self._row[here][:, None] * days + np.arange(days)).ravel()
            table = table.take(pa.array(taken)).drop_columns(["key", "replicate"])
            run = np.repeat(self._first + here, days)
            point, replicate = np.divmod(run, self._replicates)
            table = table.add_column(0, "replicate", pa.array(replicate, pa.int32()))
            parts.append(table.add_column(0, "point", pa.array(point, pa.int32())))
        if not parts:
            return None
        order = [(name, "ascending") for name in ("point", "replicate", "day")]
        return pa.concat_tables(parts).sort_by(order).combine_chunks()

    def _axes(self, point: Ints) -> dict[str, Any]:
        pairs = zip(self._study.axes, self._study.columns, strict=True)
        return {axis.path: pa.array(column[point].tolist()) for axis, column in pairs}

    def _matrix(self, name: str) -> Floats:
        """Values of a metric, NaN where a run is not done, shape ``(points, replicates)``."""
        return self._values[name].reshape(len(self._points), self._replicates)

    def _shards(self) -> list[int]:
        return np.unique(self._shard[self._done]).tolist()

    def _read(self) -> dict[str, Floats]:
        values = {name: np.full(len(self._shard), np.nan) for name in self._study.metrics}
        for number in self._shards():
            path = self._index.shards[number].path
            table = pq.ParquetFile(path).read(columns=list(self._study.metrics))
            here = np.flatnonzero(self._shard == number)
            for name, column in values.items():
                column[here] = table[name].to_numpy()[self._row[here]]
        return values


def _interleaved(columns: list[np.ndarray]) -> np.ndarray:
    """Put columns of one row per point together, point by point."""
    return np.stack(columns, axis=1).ravel() if columns else np.empty(0)


def flush(path: Path) -> None:
    """See a file to the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
