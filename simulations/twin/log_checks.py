"""What is checked of a log before it is replayed; every refusal names the row."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from governance.errors import InputError
from governance.settings import nearest
from simulations.actions import ARGUMENTS, SCHEMA
from simulations.launch import cohort_sizes
from simulations.scenario import Scenario
from simulations.twin.deployed import TREASURY
from simulations.twin.verbs import COUNTS, DECIDED, MEMBERS, VERBS, WHOLE

type Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Rows:
    """Rows of a log, by column.

    Attributes
    ----------
    origin
        The file, for messages.
    names
        ``mechanism.verb`` of each row, shape ``(n,)``.
    columns
        The other columns, shape ``(n,)`` each, zero where empty.
    empty
        Where the columns of :data:`~simulations.actions.ARGUMENTS` are empty, shape ``(n,)`` each.
    """

    origin: str
    names: np.ndarray
    columns: dict[str, np.ndarray]
    empty: dict[str, Mask]

    def __len__(self) -> int:
        return int(self.names.size)

    def say(self, row: int) -> str:
        """Name a row, the first being 0."""
        day, member = (int(self.columns[name][row]) for name in ("day", "member"))
        return f"{self.origin}: row {row} (day {day}, {self.names[row]} by member {member})"

    def refuse(self, bad: Mask, why: str) -> None:
        """Refuse a log any of whose rows are bad, with the values of the first in the reason.

        Raises
        ------
        InputError
            Naming the first of them.
        """
        if bad.any():
            row = int(np.argmax(bad))
            values = {name: column[row] for name, column in self.columns.items()}
            before = int(self.columns["day"][row - 1])
            raise InputError(f"{self.say(row)}: " + why.format(**values, before=before))


def typed(origin: str, table: pa.Table) -> Rows:
    """Take a table of the newest layout apart.

    Raises
    ------
    InputError
        If a column is missing, there twice, of another type or empty where it must not be.
    """
    for name in SCHEMA.names:
        if table.column_names.count(name) != 1:
            missing = "no column" if name not in table.column_names else "more than one column"
            raise InputError(f"{origin}: {missing} {name}")
    whole = {field.name: _cast(origin, table[field.name], field) for field in SCHEMA}
    for name in SCHEMA.names:
        if name not in ARGUMENTS and whole[name].null_count:
            row = int(np.argmax(whole[name].is_null().to_numpy()))
            raise InputError(f"{origin}: row {row}: {name} is empty")
    words = [whole[name].to_pylist() for name in ("mechanism", "verb")]
    names = np.array([f"{one}.{other}" for one, other in zip(*words, strict=True)], dtype=object)
    numbers = [name for name in SCHEMA.names if name not in ("mechanism", "verb")]
    columns = {name: whole[name].fill_null(0).to_numpy() for name in numbers}
    columns = {
        name: column if name == "amount" else column.astype(np.int64)
        for name, column in columns.items()
    }
    return Rows(
        origin, names, columns, {name: whole[name].is_null().to_numpy() for name in ARGUMENTS}
    )


def _cast(origin: str, column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind, column = kind.value_type, column.cast(kind.value_type)
    if pa.types.is_string(field.type):
        fits = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    else:
        fits = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)
    if not fits:
        raise InputError(f"{origin}: column {field.name} holds {kind}: it takes {field.type}")
    try:
        return column.cast(field.type)
    except pa.ArrowInvalid:
        row = next(row for row, value in enumerate(column) if not _fits(value, field.type))
        raise InputError(
            f"{origin}: row {row}: {field.name} = {column[row].as_py()}: take a {field.type}"
        ) from None


def _fits(value: pa.Scalar, kind: pa.DataType) -> bool:
    try:
        value.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def require_sound(rows: Rows, scenario: Scenario) -> None:
    """Check that rows say what a scenario's members can do, in an order that can be.

    Raises
    ------
    InputError
        Naming the first row that does not.
    """
    if not len(rows):
        return
    _check_verbs(rows)
    _check_order(rows, scenario.days)
    members = sum(cohort_sizes(scenario).values())
    _check_members(rows, members)
    for name in np.unique(rows.names):
        _check_arguments(rows, str(name), members)
    _check_batches(rows)
    _check_salts(rows)


def _check_verbs(rows: Rows) -> None:
    mechanisms = sorted({name.split(".")[0] for name in VERBS})
    known = [name in VERBS for name in rows.names]
    if all(known):
        return
    row = known.index(False)
    mechanism = rows.names[row].split(".")[0]
    if mechanism not in mechanisms:
        raise InputError(
            f"{rows.say(row)}: no mechanism {mechanism!r}{nearest(mechanism, mechanisms)}"
        )
    raise InputError(f"{rows.say(row)}: no such verb{nearest(rows.names[row], list(VERBS))}")


def _check_order(rows: Rows, days: int) -> None:
    day, batch = rows.columns["day"], rows.columns["batch"]
    rows.refuse((day < 0) | (day > days), f"the scenario has days 0 to {days}")
    rows.refuse(
        np.r_[False, day[1:] < day[:-1]], "days must not go back: the row before is of day {before}"
    )
    rows.refuse(
        np.r_[False, batch[1:] < batch[:-1]], "batch {batch} is less than in the row before"
    )
    same = batch[1:] == batch[:-1]
    apart = same & ((day[1:] != day[:-1]) | (rows.names[1:] != rows.names[:-1]))
    rows.refuse(
        np.r_[False, apart],
        "a batch is of one verb on one day: give the row a batch of its own",
    )


def _check_members(rows: Rows, members: int) -> None:
    member = rows.columns["member"]
    decided = np.isin(rows.names, DECIDED)
    rows.refuse(
        decided & (member != TREASURY), f"takes a vote: member must be {TREASURY}, the treasury"
    )
    rows.refuse(
        ~decided & ((member < 0) | (member >= members)),
        f"there is no such member: the scenario's are 0 to {members - 1}",
    )


def _check_arguments(rows: Rows, name: str, members: int) -> None:
    """Check the arguments of one verb, whoever did it and whenever."""
    mine, taken = rows.names == name, VERBS[name].columns
    for column in ARGUMENTS:
        empty, values = rows.empty[column], rows.columns[column]
        if column not in taken:
            rows.refuse(mine & ~empty, f"{column} must be empty, as the verb takes none")
            continue
        argument = taken[column]
        rows.refuse(mine & empty, f"{column} is empty: it takes the {argument}")
        shown = f"{column} = {{{column}}}"
        if column == "amount":
            rows.refuse(mine & ~(np.isfinite(values) & (values >= 0)), f"{shown}: take 0 or more")
            if argument in WHOLE:
                rows.refuse(
                    mine & (np.floor(values) != values),
                    f"{shown}: take a whole number of {argument}",
                )
            continue
        least = TREASURY if argument == "account" else 0
        most = members if argument in MEMBERS else COUNTS.get(argument, np.iinfo(np.int64).max)
        rows.refuse(
            mine & ((values < least) | (values >= most)),
            f"{shown}: there is no such {'member' if argument in MEMBERS else argument}",
        )


def _check_batches(rows: Rows) -> None:
    """Refuse what is done twice in a batch: the second time depends on the first."""
    keys = pd.DataFrame({key: rows.columns[key] for key in ("batch", "member", "target", "choice")})
    rows.refuse(
        keys.duplicated().to_numpy(),
        "is in its batch already: give the row a batch of its own",
    )


def _check_salts(rows: Rows) -> None:
    """Refuse to reveal with another salt than was committed; the simulation keeps none."""
    member, number, salt = (rows.columns[name] for name in ("member", "target", "salt"))
    hidden: dict[tuple[int, int], int] = {}
    other = np.zeros(len(rows), dtype=bool)
    for row in np.flatnonzero(np.isin(rows.names, ("court.commit", "court.reveal"))).tolist():
        ballot = int(member[row]), int(number[row])
        if rows.names[row] == "court.commit":
            hidden[ballot] = int(salt[row])
        else:
            other[row] = hidden.get(ballot, int(salt[row])) != salt[row]
    rows.refuse(other, "salt = {salt}: the member committed to its vote with another salt")
