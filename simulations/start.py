"""Where a run starts when it does not start with a launch: a DAO as it stood on chain.

``moot pull`` writes a start as three files: ``holders.parquet`` has a row for each member,
``proposals.parquet`` one for each proposal that is open or whose like has to wait, and
``start.json`` the rest. Amounts are whole wei and share units, so nothing is lost; times are
seconds after the moment of the pull, which is the beginning of day 0.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from governance.errors import InputError
from governance.units import SHARE, TOKEN
from simulations import store
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
_AMOUNTS = (
    "supply", "burned", "treasury", "vesting", "vault", "unstreamed", "shares", "votable", "seed",
    "released", "usage", "spent",
)  # fmt: skip
_NUMBERS = (*_AMOUNTS, "chain_id", "block", "time", "age", "streams_for", "sign", "proposed")


@dataclass(frozen=True, eq=False)
class Start:
    """A DAO as it stood at one moment, with everything that a simulation carries on.

    Attributes
    ----------
    books
        Wei: ``supply``, ``burned``, ``treasury``, ``vesting``, ``vault`` (what shares stand for),
        ``unstreamed`` (over ``streams_for`` seconds), ``released`` and ``usage`` of the emissions,
        ``spent`` of the funding limit, and ``pools``, what other contracts hold by their key.
        Share units: ``shares``, ``votable``, ``past_votable`` as ``past`` of members, ``seed``, the
        stakes of contracts, and ``nobodys``, votes of now and of ``past`` that no member has.
        Seconds: ``time`` since 1970, ``age`` since emissions began, and ``sign`` of the last sign
        of life, not after 0. Also ``chain_id``, ``block``, ``proposed`` (proposals ever made), and
        ``grants`` with ``beneficiary``, ``total``, ``released``, ``age``, ``cliff``, ``duration``.
    members, proposals
        Tables of :data:`HOLDERS` and :data:`PROPOSALS`.
    not_carried
        Sentences on what stands on chain and is left out here.
    folder
        Where it was read from, if it was.
    """

    books: Mapping[str, Any]
    members: pa.Table
    proposals: pa.Table
    not_carried: tuple[str, ...] = ()
    folder: Path | None = field(default=None)

    def __len__(self) -> int:
        return int(self.members.num_rows)

    def count(self, cohort: str) -> int:
        """How many members a cohort has."""
        return int(self.members.column("cohort").to_pylist().count(cohort))

    def tokens(self, name: str) -> float:
        """One of the amounts of wei of :attr:`books`, in tokens."""
        return int(self.books[name]) / TOKEN

    def shares(self, name: str) -> float:
        """One of the amounts of share units of :attr:`books`, in shares."""
        return int(self.books[name]) / SHARE

    def column(self, name: str) -> Floats:
        """Tokens, shares, seconds or rows of every member, shape ``(members,)``."""
        unit = {"tokens": TOKEN, "ready": 1, "delegate": 1}.get(name, SHARE)
        return floats(self.members.column(name).to_pylist(), unit)

    @cached_property
    def past(self) -> Floats:
        """Votes of every member on past days, the latest first, shape ``(days, members)``."""
        rows = self.members.column("past").to_pylist()
        return np.array([floats(row, SHARE) for row in rows]).T

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "books": dict(self.books),
            "members": _plain(self.members),
            "proposals": _plain(self.proposals),
            "not_carried": list(self.not_carried),
        }

    def digest(self) -> str:
        """SHA-256 of the record, in hex."""
        return hashlib.sha256(json.dumps(self.record(), sort_keys=True).encode()).hexdigest()

    @classmethod
    def from_record(cls, record: Mapping[str, Any], origin: str) -> Self:
        """Rebuild a start from :meth:`record`.

        Raises
        ------
        InputError
            If the record does not hold a start.
        """
        try:
            tables = (_table(record["members"], HOLDERS), _table(record["proposals"], PROPOSALS))
            found = cls(record["books"], *tables, tuple(record["not_carried"]))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise InputError(f"{origin}: not a start that moot has written ({error!r})") from None
        found.require_sound(origin)
        return found

    def write(self, folder: Path) -> None:
        """Write the three files into a folder that is there."""
        store.write_table(folder / "holders.parquet", self.members)
        store.write_table(folder / "proposals.parquet", self.proposals)
        rest = {"schema": store.SCHEMA, "not_carried": list(self.not_carried), "books": self.books}
        store.write_json(folder / "start.json", rest)

    def require_sound(self, origin: str) -> None:
        """Check that the files belong together.

        Raises
        ------
        InputError
            Naming what is missing or does not add up.
        """
        missing = [name for name in (*_NUMBERS, "pools", "past_votable", "nobodys", "grants")
                   if name not in self.books]  # fmt: skip
        if missing:
            raise InputError(f"{origin}: start.json lacks {', '.join(missing)}: pull again")
        cohorts = self.members.column("cohort").to_pylist()
        if cohorts != sorted(cohorts, key=COHORTS.index):
            raise InputError(f"{origin}: in holders.parquet holders come before delegates")
        for where, total, parts in self._sums():
            if total != sum(parts):
                raise InputError(
                    f"{origin}: {where} of holders.parquet and start.json come to {sum(parts)}, "
                    f"not to {total}: a file is not of this pull, or was cut short; pull again"
                )

    def _sums(self) -> list[tuple[str, int, list[int]]]:
        books = self.books
        held = [int(books[name]) for name in ("treasury", "vesting", "vault", "unstreamed")]
        held += map(int, books["pools"].values())
        active, leaving = (_ints(self.members, name) for name in ("shares", "exiting"))
        every = [int(books["seed"]), *active, *leaving]
        return [
            ("tokens", int(books["supply"]), [*held, *_ints(self.members, "tokens")]),
            ("shares", int(books["shares"]), every),
        ]


def load_start(folder: Path) -> Start:
    """Read what ``moot pull`` wrote.

    Raises
    ------
    InputError
        If a file is missing, damaged, or not of the same pull.
    """
    rest = store.read_json(folder / "start.json")
    members = _read(folder / "holders.parquet", HOLDERS)
    proposals = _read(folder / "proposals.parquet", PROPOSALS)
    left_out = tuple(rest.get("not_carried", ()))
    found = Start(rest.get("books", {}), members, proposals, left_out, folder)
    found.require_sound(str(folder))
    return found


def floats(values: Sequence[Any], unit: int) -> Floats:
    """Whole numbers in a unit as the nearest floats, shape ``(n,)``."""
    return np.array([int(value) / unit for value in values])


def table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Put rows of whole numbers into a table of a schema."""
    return _table({name: [row[name] for row in rows] for name in schema.names}, schema)


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    try:
        found = pq.read_table(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; make it with `moot pull`") from None
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{path}: damaged: {error}") from None
    if found.schema.names != schema.names:
        raise InputError(f"{path}: its columns are {found.schema.names}, not {schema.names}")
    try:
        return found.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(f"{path}: {error}") from None


def _table(columns: Mapping[str, Sequence[Any]], schema: pa.Schema) -> pa.Table:
    arrays = []
    for each in schema:
        values: Sequence[Any] = columns[each.name]
        if each.type == WHOLE:
            values = [Decimal(value) for value in values]
        elif each.type == pa.list_(WHOLE):
            values = [[Decimal(value) for value in row] for row in values]
        arrays.append(pa.array(values, each.type))
    return pa.table(arrays, schema=schema)


def _plain(whole: pa.Table) -> dict[str, list[Any]]:
    return {name: [_bare(value) for value in whole.column(name).to_pylist()]
            for name in whole.schema.names}  # fmt: skip


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return int(value) if isinstance(value, Decimal) else value


def _ints(whole: pa.Table, name: str) -> list[int]:
    return [int(value) for value in whole.column(name).to_pylist()]
