"""The folder of a study: what was asked, what is done of it, and its tables.

===================  ==============================================================================
``study.json``       what was asked and by what code: enough to do it again
``journal.jsonl``    what happened, a line each; only grows
``shards/``          figures of some runs each, see :mod:`simulations.studies.shards`
``runs.parquet``     one row per run: point, replicate, axis values, metrics, key of the point
``points.parquet``   one row per point and metric: axis values, mean, 95 % interval, runs
``goals.parquet``    one row per point and goal: share of runs that meet it, interval, met or not
``failures.parquet`` one row per run that failed: axis values, stage, exception, command to redo it
``steps.parquet``    one row per run and kept day, if the study asks for them
===================  ==============================================================================

The tables can be read by anything, as by ``duckdb -c "SELECT point, avg(turnout) FROM
'results/quorum/sweep/runs.parquet' GROUP BY point"``.
"""

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from governance.errors import InputError
from simulations import store
from simulations.provenance import now, provenance
from simulations.studies.journal import JOURNAL, Journal, locked
from simulations.studies.models import Model
from simulations.studies.shards import (
    SHARDS,
    Wanted,
    add_shard,
    clear_torn,
    find_runs,
    packed,
    point_keys,
    put,
)
from simulations.studies.study import Study
from simulations.studies.tables import GOALS, write_tables

RECORD = "study.json"
FAILURES = ("point", "replicate", "stage", "exception", "message", "replay")


@dataclass(frozen=True)
class StudyResult:
    """What a study found.

    Attributes
    ----------
    study
        What was asked.
    folder
        Where it is.
    record
        What ``study.json`` says: how many runs are done, versions, times.
    """

    study: Study
    folder: Path
    record: Mapping[str, Any]

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run: ``point``, ``replicate``, one column per axis path, one per metric."""
        frame = self._table("runs")
        return frame.drop(columns="key", errors="ignore")

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row per point and metric: axis values, ``mean``, ``lo``, ``hi`` and ``n``."""
        return self._table("points")

    @cached_property
    def goals(self) -> pd.DataFrame:
        """One row per point and goal: share of runs that meet it, interval, and whether it is met.

        Columns ``point``, ``goal`` (its place among the study's, from 1), ``metric``,
        ``direction``, ``threshold``, ``probability``, ``share``, ``lo``, ``hi``, ``n``, ``met``.
        """
        if not (self.folder / "goals.parquet").exists():
            return pa.table({n: pa.array([], kind) for n, kind in GOALS.items()}).to_pandas()
        return self._table("goals")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """One row per run that failed."""
        if not (self.folder / "failures.parquet").exists():
            return pd.DataFrame({name: [] for name in FAILURES})
        return self._table("failures")

    @cached_property
    def steps(self) -> pd.DataFrame:
        """One row per run and kept day."""
        return self._table("steps")

    @property
    def seconds(self) -> float:
        """Wall time of the last runner."""
        return float(self.record["wall_seconds"])

    @property
    def complete(self) -> bool:
        """Whether every run is done."""
        return self.done == self.study.runs

    @property
    def stopped(self) -> str:
        """Why its last runner stopped; ``done`` if it came to the end."""
        return str(self.record.get("stopped", "done"))

    @property
    def done(self) -> int:
        """Runs that are done."""
        return int(self.record.get("done", self.study.runs))

    def _table(self, name: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        try:
            frame: pd.DataFrame = pq.ParquetFile(path).read().to_pandas()
            return frame
        except FileNotFoundError:
            lacks = "no such file; finish"
        except (OSError, pa.ArrowException):
            lacks = "damaged; make it again"
        folder = shlex.quote(str(self.folder))
        raise InputError(f"{path}: {lacks} with: moot study run {folder} --resume")


def open_study(folder: Path) -> StudyResult:
    """Open the folder of a study, of this version or an earlier one.

    Raises
    ------
    InputError
        If there is none, or its record is damaged.
    """
    if not (folder / RECORD).is_file():
        raise InputError(f"{folder} holds no study: make one with: moot study run FILE")
    record = store.read_json(folder / RECORD, "moot study run")
    return StudyResult(read_study(record, str(folder / RECORD)), folder, record)


def read_study(record: Mapping[str, Any], origin: str) -> Study:
    """Return the study of a record, whatever model it was put to."""
    known = [metric["name"] for metric in record.get("metrics", ())]
    return Study.from_record(record.get("study", record), origin, known)


class StudyStore:
    """A study's folder while a runner writes to it; make one with :func:`writing`.

    Attributes
    ----------
    folder, study, model
        Where it is, what is asked, and of what.
    keys
        Key of each point.
    index
        Where the runs are that were done before.
    failures
        Runs that failed, one record each.
    """

    def __init__(self, folder: Path, study: Study, model: Model) -> None:
        self.folder, self.study, self.model = folder, study, model
        self.keys = point_keys(study, model)
        self.wanted = Wanted(study.metrics, study.fields.steps_every)
        self.index = find_runs(folder, self.keys, study.replicates, self.wanted)
        self.failures: list[dict[str, Any]] = []
        self.journal = Journal(folder)

    def begin(self, workers: str) -> None:
        """Write down what is asked, and that somebody begins."""
        for shard in self.index.damaged:
            aside = self.folder / "damaged"
            aside.mkdir(exist_ok=True)
            shard.path.replace(aside / shard.path.name)
            self.journal.write("damaged", shard=shard.path.name)
        done = self.index.done
        self.journal.write(
            "start", runs=self.study.runs, done=done, workers=workers, **provenance()
        )
        self._write_record(0.0, done, "unfinished")

    def add(self, figures: bytes, states: bytes | None, runs: int, seconds: float) -> None:
        """Keep the figures of some runs.

        Raises
        ------
        OSError
            If there is no room for them; what was kept before stays.
        """
        name = add_shard(self.folder, figures, states, self.wanted.steps_every)
        self.journal.write("shard", shard=name, runs=runs, seconds=round(seconds, 3))

    def fail(self, failure: dict[str, Any]) -> None:
        """Keep that a run failed."""
        point, replicate = failure["point"], failure["replicate"]
        axes = dict(zip([a.path for a in self.study.axes], self.study.values(point), strict=True))
        replay = f"moot study replay {shlex.quote(str(self.folder))} {point} {replicate}"
        self.failures.append(failure | {"replay": replay})
        self.journal.write("failure", **failure, parameters=axes, replay=replay)

    def finish(self, seconds: float, stopped: str | None) -> StudyResult:
        """Put the tables together of what is done."""
        index = find_runs(self.folder, self.keys, self.study.replicates, self.wanted)
        metrics = {name: self.model.metrics[name] for name in self.study.metrics}
        write_tables(self.folder, self.study, metrics, index, self.keys)
        self._write_failures()
        self._write_record(seconds, index.done, stopped or "done")
        facts = {"runs": index.done, "failed": len(self.failures), "seconds": round(seconds, 3)}
        self.journal.write("end" if stopped is None else "stop", reason=stopped or "done", **facts)
        return open_study(self.folder)

    def _write_failures(self) -> None:
        path = self.folder / "failures.parquet"
        if not self.failures:
            path.unlink(missing_ok=True)
            return
        rows = sorted(self.failures, key=lambda each: (each["point"], each["replicate"]))
        columns: dict[str, Any] = {
            name: pa.array([row[name] for row in rows], pa.int32()) for name in FAILURES[:2]
        }
        values = [self.study.values(row["point"]) for row in rows]
        for place, axis in enumerate(self.study.axes):
            columns[axis.path] = pa.array([each[place] for each in values])
        columns |= {name: pa.array([str(row[name]) for row in rows]) for name in FAILURES[2:]}
        put(path, packed(pa.table(columns)))

    def _write_record(self, seconds: float, done: int, stopped: str) -> None:
        study, metrics = self.study, self.model.metrics
        record = {
            "schema": store.SCHEMA,
            "name": study.name,
            "question": study.question,
            "design": study.design,
            "axes": [axis.record() | {"values": _shown(study, axis)} for axis in study.axes],
            "replicates": study.replicates,
            "metrics": [metrics[name].meta() for name in study.metrics],
            "goals": [json.loads(goal.model_dump_json()) for goal in study.goals],
            "scenario": study.base.record(),
            "scenario_hash": study.base.hash(),
            "study": study.record(),
            "model": self.model.name,
            "code": self.model.version,
            "points": study.size,
            "runs": study.runs,
            "done": done,
            "failed": len(self.failures),
            "stopped": stopped,
            **provenance(),
            "created": now(),
            "wall_seconds": round(seconds, 3),
        }
        text = json.dumps(record, indent=1, allow_nan=False) + "\n"
        put(self.folder / RECORD, text.encode())


@contextmanager
def writing(folder: Path, study: Study, model: Model, *, resume: bool) -> Iterator[StudyStore]:
    """Open a study's folder to write to; nobody else can until it is closed.

    Raises
    ------
    InputError
        If something else stands there, or a study that is not this one done, and nobody said to
        resume it; or if another runner is at work there.
    """
    store.require_free(folder)
    begun = (folder / RECORD).exists() or (folder / JOURNAL).exists()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        (folder / SHARDS).mkdir(exist_ok=True)
        clear_torn(folder)
        opened = StudyStore(folder, study, model)
        if opened.index.damaged and not resume:
            named = ", ".join(shard.path.name for shard in opened.index.damaged)
            raise InputError(f"{folder}: {named}: damaged: do its runs again with --resume")
        if begun and not resume and len(opened.index.missing()):
            raise InputError(
                f"{folder} holds a study, and {len(opened.index.missing()):,} of {study.runs:,} "
                "runs asked for are not in it: continue or change it with --resume, or choose "
                "another --out"
            )
        yield opened


def _shown(study: Study, axis: Any) -> list[Any]:
    """Values of an axis that a picture can show: all of a list, of a range the ends."""
    return [*axis.values] if axis.listed else [axis.low, axis.high]
