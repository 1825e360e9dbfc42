"""The log of a run's actions, read back: known to be whole and sound before anything is replayed.

``docs/action-log.md`` describes the file. Layout 2 holds everything; layout 1 is completed from
``run.json`` beside it and from what the twin then took for granted: every action was a batch of
its own, and attestations counted for ``world.audits.validity``. Salts it made up; so do we.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from governance.constitution import Constitution
from governance.errors import InputError
from simulations import store
from simulations.actions import SCHEMA, VERSION, Actions
from simulations.scenario import Scenario
from simulations.twin import log_checks
from simulations.twin.log_checks import Rows
from simulations.twin.verbs import VERBS

FILE = "actions.parquet"
PLACES = ("", "rehearsal")
"""Where in a folder of results the file is."""
TOLD = (
    "moot.rows",
    "moot.run",
    "moot.days",
    "moot.scenario",
    "moot.scenario_hash",
    "moot.constitution_hash",
)
"""What the metadata of layout 2 tell, see :func:`simulations.actions.about`."""
ADDED = ("batch", "seconds", "salt")
"""Columns that layout 1 did not have."""


@dataclass(frozen=True)
class ActionLog:
    """What a run's members did.

    Attributes
    ----------
    rows
        Its rows.
    scenario, run
        What was rehearsed, and the replicate.
    """

    rows: Rows
    scenario: Scenario
    run: int

    def __len__(self) -> int:
        return len(self.rows)

    def batches(self, day: int) -> list[Actions]:
        """Actions of a day, as they were applied together."""
        return [self._batch(start, stop) for start, stop in self._ends[day]]

    def require_constitution(self, constitution: Constitution, name: str) -> None:
        """Check that a constitution is the log's.

        Raises
        ------
        InputError
            If it is another one, naming where they differ.
        """
        mine = self.scenario.constitution
        if mine.hash() == constitution.hash():
            return
        pairs = zip(mine.leaves(), constitution.leaves(), strict=True)
        apart = [
            f"{leaf.path} is {leaf.text} in the log and {other.text} in {name}"
            for leaf, other in pairs
            if leaf.value != other.value
        ]
        more = f", and {len(apart) - 1} more" if len(apart) > 1 else ""
        raise InputError(
            f"{self.rows.origin}: is of another constitution than {name}: "
            f"{apart[0] if apart else 'their hashes differ'}{more}; leave the name out to replay "
            "the log under its own"
        )

    @cached_property
    def _ends(self) -> dict[int, list[tuple[int, int]]]:
        """First row of each batch and the one after its last, by day."""
        batch = self.rows.columns["batch"]
        starts = np.flatnonzero(np.r_[True, batch[1:] != batch[:-1]][: batch.size])
        ends: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), batch.size], strict=True):
            ends[int(self.rows.columns["day"][start])].append((start, stop))
        return ends

    def _batch(self, start: int, stop: int) -> Actions:
        name, columns = self.rows.names[start], self.rows.columns
        mechanism, verb = name.split(".")
        taken: dict[str, Any] = {
            column: columns[column][start:stop].copy() for column in VERBS[name].columns
        }
        run = np.zeros(stop - start, dtype=np.int64)
        row = np.arange(start, stop)
        return Actions(mechanism, verb, run, columns["member"][start:stop].copy(), row=row, **taken)


def read_log(path: Path) -> ActionLog:
    """Read the log of a run's actions.

    Parameters
    ----------
    path
        The file, the folder of the rehearsal it was recorded in, or the folder above.

    Raises
    ------
    InputError
        If there is none, it is damaged, cut off, of another layout, or says something that no
        run of its scenario can have done: naming the row.
    """
    file = _found(path)
    table = _opened(file)
    told = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
    match told.get("moot.actions"):
        case "1":
            table, scenario, run = _completed(file, table)
        case "2":
            _require_whole(file, table, told)
            scenario, run = _scenario(file, told), int(told["moot.run"])
        case None:
            raise InputError(f"{file}: is no log of actions: its metadata lack moot.actions")
        case other:
            raise InputError(f"{file}: moot.actions = {other}: this version reads 1 and {VERSION}")
    rows = log_checks.typed(str(file), table)
    log_checks.require_sound(rows, scenario)
    return ActionLog(rows, scenario, run)


def results_of(path: Path) -> Path:
    """Folder of results that :func:`read_log` of a path reads in."""
    folder = path if path.is_dir() else path.absolute().parent
    return folder.parent if folder.name == PLACES[-1] else folder


def _found(path: Path) -> Path:
    if not path.is_dir():
        if path.exists():
            return path
        raise InputError(f"{path}: no such file")
    files = [path / place / FILE for place in PLACES]
    for file in files:
        if file.is_file():
            return file
    raise InputError(
        f"{path}: no actions were recorded here; do it with: moot simulate --record 0 --out {path}"
    )


def _opened(file: Path) -> pa.Table:
    try:
        return pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{file}: is damaged or cut off ({reason}); record the run again"
        ) from None


def _require_whole(file: Path, table: pa.Table, told: Mapping[str, str]) -> None:
    if missing := [key for key in TOLD if key not in told]:
        raise InputError(f"{file}: its metadata lack {', '.join(missing)}")
    if bad := [key for key in ("moot.rows", "moot.run") if not told[key].isdecimal()]:
        raise InputError(f"{file}: {bad[0]} = {told[bad[0]]}: take a whole number")
    rows, written = table.num_rows, int(told["moot.rows"])
    if rows < written:
        day = table["day"][-1].as_py() if rows and "day" in table.column_names else 0
        raise InputError(
            f"{file}: is cut off after row {rows - 1} (day {day}): {rows} of {written} rows that "
            "were written; record the run again"
        )
    if rows > written:
        raise InputError(
            f"{file}: has {rows} rows, more than the {written} of moot.rows: write moot.rows anew"
        )


def _scenario(file: Path, told: Mapping[str, str]) -> Scenario:
    try:
        record = json.loads(told["moot.scenario"])
    except ValueError as error:
        raise InputError(f"{file}: moot.scenario is damaged: {error}") from None
    if not isinstance(record, dict):
        raise InputError(f"{file}: moot.scenario is damaged: it is no object")
    for key, true in (
        ("moot.scenario_hash", _hash(record)),
        ("moot.constitution_hash", _hash(record.get("constitution"))),
        ("moot.days", str(record.get("days"))),
    ):
        if told[key] != true:
            raise InputError(
                f"{file}: {key} = {told[key]}, and that of moot.scenario is {true}: one of the two "
                "is of another run; record it again"
            )
    return Scenario.from_record(record, str(file))


def _hash(record: Any) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _completed(file: Path, table: pa.Table) -> tuple[pa.Table, Scenario, int]:
    """Complete a table of layout 1."""
    if not (beside := file.with_name("run.json")).is_file():
        raise InputError(
            f"{file}: a log of layout 1 does not hold its scenario: keep run.json, which was "
            "written with it, beside it"
        )
    record = store.read_json(beside)
    if "scenario" not in record or not isinstance(record.get("recorded_run"), int):
        raise InputError(f"{beside}: lacks scenario or recorded_run: it is of another rehearsal")
    scenario = Scenario.from_record(record["scenario"], str(beside))
    if missing := [name for name in SCHEMA.names if name not in (*ADDED, *table.column_names)]:
        raise InputError(f"{file}: no column {missing[0]}")
    rows = table.num_rows
    attests = np.array([verb == "attest" for verb in table["verb"].to_pylist()], dtype=bool)
    hides = np.array([verb in ("commit", "reveal") for verb in table["verb"].to_pylist()], bool)
    validity = np.full(rows, int(scenario.leaves()["world.audits.validity"].value))
    for name, values, taken in (
        ("batch", np.arange(rows), np.ones(rows, dtype=bool)),
        ("seconds", validity, attests),
        ("salt", np.zeros(rows, dtype=np.int64), hides),
    ):
        column = pa.array(values, mask=~taken).cast(SCHEMA.field(name).type)
        table = table.append_column(name, column)
    return table, scenario, record["recorded_run"]
