"""The tables of a start: their columns, and how they are read, built and written as plain data."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from governance.errors import InputError
from simulations.randomness import Floats

WHOLE = pa.decimal128(38, 0)
"""Wei, or share units."""
COHORTS = "holders", "delegates"
"""Cohorts that a start has members of, in the order of the rows."""
POOL = "amm"
"""Account of the ledger that trades the token."""
LOCKERS = "court", "gate"
"""Contracts that lock stakes."""
HOLDERS = pa.schema(
    [
        ("address", pa.string()),
        ("cohort", pa.string()),
        ("tokens", WHOLE),
        ("shares", WHOLE),
        ("exiting", WHOLE),
        ("ready", pa.int64()),
        ("delegate", pa.int32()),
        ("votes", WHOLE),
        ("past", pa.list_(WHOLE)),
        *((f"locked_{name}", WHOLE) for name in LOCKERS),
    ]
)
"""``ready`` is when what is ``exiting`` may leave. ``delegate`` is the row of who votes for the
member, or the number of rows for nobody. ``votes`` are those delegated to the member, mature or
not; ``past`` says what they were a second ago, and a second before each whole day ago. ``locked_``
is what a contract keeps from leaving."""
PROPOSALS = pa.schema(
    [
        ("id", pa.string()),
        ("number", pa.int64()),
        ("state", pa.string()),
        ("kind", pa.string()),
        ("proposer", pa.int32()),
        ("target", pa.int32()),
        ("amount", WHOLE),
        ("description", pa.string()),
        *((name, pa.int64()) for name in ("created", "snapshot", "deadline", "eta")),
        *((name, WHOLE) for name in ("against", "support", "abstain", "votable", "quorum")),
        ("power", pa.list_(WHOLE)),
        ("voted", pa.list_(pa.bool_())),
    ]
)
"""``proposer`` and ``target`` are rows of members, ``target`` whom an ``amount`` is paid, -1 for
nobody. ``power`` is what each member can vote with, ``voted`` whether it has; empty unless the
vote is open. A proposal that was refused rests until ``eta``."""
GRANT = "beneficiary", "total", "released", "age", "cliff", "duration"
"""What ``start.json`` says of each vesting grant."""


def floats(values: Sequence[Any], unit: int) -> Floats:
    """Whole numbers in a unit as the nearest floats, shape ``(n,)``."""
    return np.array([int(value) / unit for value in values])


def table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Put rows of whole numbers into a table of a schema."""
    return from_columns({name: [row[name] for row in rows] for name in schema.names}, schema)


def read_table(path: Path, schema: pa.Schema) -> pa.Table:
    """Read one of the files.

    Raises
    ------
    InputError
        If it is missing or damaged, has other columns, or a cell of it is empty.
    """
    try:
        found = pq.read_table(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; make it with `moot pull`") from None
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{path}: damaged: {error}") from None
    if found.schema.names != schema.names:
        raise InputError(f"{path}: its columns are {found.schema.names}, not {schema.names}")
    try:
        whole = found.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(f"{path}: {error}") from None
    for name in schema.names:
        for row, value in enumerate(whole.column(name).to_pylist()):
            if value is None or (isinstance(value, list) and None in value):
                raise InputError(f"{path}, row {row}: {name} is empty: pull again")
    return whole


def from_columns(columns: Mapping[str, Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Put columns of whole numbers into a table of a schema."""
    arrays = []
    for each in schema:
        values: Sequence[Any] = columns[each.name]
        if each.type == WHOLE:
            values = [Decimal(value) for value in values]
        elif each.type == pa.list_(WHOLE):
            values = [[Decimal(value) for value in row] for row in values]
        arrays.append(pa.array(values, each.type))
    return pa.table(arrays, schema=schema)


def plain(whole: pa.Table) -> dict[str, list[Any]]:
    """Return the columns of a table as JSON data."""
    return {name: [_bare(value) for value in whole.column(name).to_pylist()]
            for name in whole.schema.names}  # fmt: skip


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return int(value) if isinstance(value, Decimal) else value


def ints(whole: pa.Table, name: str) -> list[int]:
    """One column as whole numbers."""
    return [int(value) for value in whole.column(name).to_pylist()]


def whole(value: Any) -> bool:
    """Whether a value of JSON is a whole number that an amount of wei or shares can be."""
    return type(value) is int and abs(value) < 10**38


def misshapen(books: Mapping[str, Any]) -> str:
    """Say what of the lists and tables of ``start.json`` does not hold what it must, if any."""
    for name in ("past_votable", "nobodys"):
        if not isinstance(books[name], list) or not all(map(whole, books[name])):
            return f"{name} is no list of whole numbers"
    pools = books["pools"]
    if not isinstance(pools, dict) or not all(map(whole, pools.values())):
        return "pools is no table of whole numbers"
    if not isinstance(books["grants"], list):
        return "grants is no list"
    for number, grant in enumerate(books["grants"]):
        if not isinstance(grant, dict) or not all(whole(grant.get(name)) for name in GRANT):
            return f"grant {number} lacks a whole number of {', '.join(GRANT)}"
    return ""
