"""Stored results, read and checked; an error says which command mends it.

A results folder holds up to three parts, each written by one command: ``rehearsal/``, ``sweep/``
and ``twin/``, and ``story.json``. Readers return frozen records and frames; they never write.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dashboards.records import (
    Grid,
    Metric,
    Rehearsal,
    ResultsError,
    Step,
    Sweep,
    SweepAxis,
    Twin,
    require,
)

SCHEMA = 1
"""Version of the stored layout that these readers understand."""
_RECORDS = {"rehearsal": "run.json", "sweep": "study.json", "twin": "twin.json"}
_PROPOSALS = (
    "run", "id", "created_day", "closed_day", "proposer", "amount", "quality",
    "for_votes", "against_votes", "abstain_votes", "votable", "quorum_votes", "turnout", "state",
    "executed_day",
)  # fmt: skip
_DRIFT = ("variable", "unit", "compared", "max_abs", "max_rel", "bound", "within")
_POINTS = ("point", "metric", "mean", "lo", "hi", "n")


def discover(root: Path) -> dict[str, Path]:
    """Find results folders: the root itself, or else its direct children, by name."""
    if _parts(root):
        return {root.resolve().name: root}
    if not root.is_dir():
        return {}
    return {child.name: child for child in sorted(root.iterdir()) if _parts(child)}


def stamp(folder: Path, part: str) -> float:
    """Return the time the part was last written, 0 when absent: a cache key for its readers."""
    paths = [folder / "story.json"] if part == "story" else list((folder / part).glob("*.*"))
    return max((path.stat().st_mtime for path in paths if path.is_file()), default=0.0)


def read_rehearsal(folder: Path) -> Rehearsal:
    """Read the record and the headline figures of ``rehearsal/``.

    Raises
    ------
    ResultsError
        If a file is missing or damaged, or of another schema version.
    """
    record = _record(folder, "rehearsal")
    require("rehearsal", record, ("scenario", "replicates"), "rehearsal/run.json")
    require("rehearsal", record["scenario"], ("days",), "rehearsal/run.json: scenario")
    entries = _json(folder / "rehearsal" / "metrics.json", "rehearsal", list)
    metrics = tuple(Metric.of("rehearsal", entry) for entry in entries)
    return Rehearsal(record, metrics)


def daily_columns(folder: Path) -> frozenset[str]:
    """Return the names of the daily columns that a rehearsal has."""
    path = folder / "rehearsal" / "steps.parquet"
    return frozenset(pq.read_schema(path).names) if path.is_file() else frozenset()


def read_steps(folder: Path, column: str) -> Grid:
    """Read one column of the daily states as a matrix of runs by days.

    Raises
    ------
    ResultsError
        If the file is missing or damaged, lacks the column, or some run lacks some day.
    """
    frame = _table(folder, "rehearsal", "steps.parquet", ("run", "day", column))
    frame = frame.sort_values(["run", "day"], kind="stable")
    runs = np.unique(frame["run"].to_numpy(np.int64))
    days = np.unique(frame["day"].to_numpy(np.int64))
    if len(frame) != len(runs) * len(days):
        raise ResultsError("rehearsal", "rehearsal/steps.parquet lacks days of some runs")
    values = frame[column].to_numpy(np.float64).reshape(len(runs), len(days))
    return Grid(runs, days, values)


def read_proposals(folder: Path) -> pd.DataFrame:
    """Read every proposal of every run, one row each, in order of run and day.

    Raises
    ------
    ResultsError
        If the file is missing or damaged, or lacks a column.
    """
    frame = _table(folder, "rehearsal", "proposals.parquet", _PROPOSALS)
    return frame.sort_values(["run", "created_day", "id"], ignore_index=True)


def read_sweep(folder: Path) -> Sweep:
    """Read the study record and the estimates at its points.

    Raises
    ------
    ResultsError
        If a file is missing or damaged, or of another schema version.
    """
    record = _record(folder, "sweep")
    require("sweep", record, ("axes", "metrics", "replicates"), "sweep/study.json")
    axes = tuple(SweepAxis.of(entry) for entry in record["axes"])
    metrics = tuple(Metric.of("sweep", entry) for entry in record["metrics"])
    columns = (*_POINTS, *(axis.path for axis in axes))
    points = _table(folder, "sweep", "points.parquet", columns)
    named = {axis.path for axis in axes if axis.quantity.format == "text"}
    numeric = [name for name in columns if name not in ("metric", "point", "n", *named)]
    types = dict.fromkeys(numeric, float) | dict.fromkeys(named, str)
    try:
        points = points.astype(types)
    except (TypeError, ValueError) as error:
        raise ResultsError("sweep", f"sweep/points.parquet is not numeric ({error})") from error
    return Sweep(record, axes, metrics, points)


def read_twin(folder: Path) -> Twin:
    """Read the replay's record and its drift table.

    Raises
    ------
    ResultsError
        If a file is missing or damaged, or of another schema version.
    """
    record = _record(folder, "twin")
    needed = ("days", "members", "transactions", "seconds", "within", "bound_rel")
    require("twin", record, needed, "twin/twin.json")
    if not isinstance(record.get("refusals") or [], list):
        raise ResultsError("twin", "twin/twin.json: refusals is not a list")
    return Twin(record, _table(folder, "twin", "drift.parquet", _DRIFT, optional=True))


def read_story(folder: Path) -> tuple[Step, ...]:
    """Read what the demo did on a chain; empty when there is no such record.

    Raises
    ------
    ResultsError
        If the file is damaged.
    """
    path = folder / "story.json"
    if not path.is_file():
        return ()
    steps = []
    for entry in _json(path, "story", list):
        require("story", entry, ("title",), "story.json")
        facts = entry.get("facts") or {}
        pairs = {str(key): str(value) for key, value in dict(facts).items()}
        steps.append(Step(str(entry["title"]), str(entry.get("detail") or ""), pairs))
    return tuple(steps)


def _parts(folder: Path) -> bool:
    found = any((folder / part / name).is_file() for part, name in _RECORDS.items())
    return found or (folder / "story.json").is_file()


def _record(folder: Path, part: str) -> dict[str, Any]:
    record: dict[str, Any] = _json(folder / part / _RECORDS[part], part, dict)
    version = record.get("schema")
    if version != SCHEMA:
        reason = f"{part}/{_RECORDS[part]} has schema {version!r}, this version reads {SCHEMA}"
        raise ResultsError(part, reason)
    return record


def _json(path: Path, part: str, kind: type) -> Any:
    name = path.name if part == "story" else f"{part}/{path.name}"
    if not path.is_file():
        raise ResultsError(part, f"{name} is missing", absent=not path.parent.is_dir())
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(part, f"{name} is not readable JSON ({error})") from error
    if not isinstance(value, kind):
        raise ResultsError(part, f"{name} does not hold a JSON {kind.__name__}")
    return value


def _table(
    folder: Path, part: str, name: str, columns: tuple[str, ...], *, optional: bool = False
) -> pd.DataFrame:
    """Read the named columns; with ``optional``, every other column that is there too."""
    path = folder / part / name
    if not path.is_file():
        raise ResultsError(part, f"{part}/{name} is missing")
    try:
        present = pq.read_schema(path).names
        missing = [column for column in columns if column not in present]
        if missing:
            raise ResultsError(part, f"{part}/{name} lacks the column {', '.join(missing)}")
        table = pq.ParquetFile(path).read(columns=present if optional else list(columns))
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(part, f"{part}/{name} is not readable Parquet") from error
    frame: pd.DataFrame = table.to_pandas()
    return frame
