"""Where a run starts when it does not start with a launch: a DAO as it stood on chain.

``moot pull`` writes a start as three files: ``holders.parquet`` has a row for each member,
``proposals.parquet`` one for each proposal that is open or whose like has to wait, and
``start.json`` the rest. Amounts are whole wei and share units, so nothing is lost; times are
seconds after the moment of the pull, which is the beginning of day 0.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from governance.errors import InputError
from governance.rules.voting import KINDS
from governance.units import SHARE, TOKEN
from simulations import store
from simulations.mechanisms.proposals import SLOTS
from simulations.randomness import Floats
from simulations.start_tables import (
    COHORTS,
    HOLDERS,
    LOCKERS,
    PROPOSALS,
    floats,
    from_columns,
    ints,
    misshapen,
    plain,
    read_table,
    whole,
)  # fmt: skip

OPEN = ("Pending", "Active", "Succeeded", "Queued")
"""States of proposals that can still come to something."""
RESTS = ("Defeated", "Canceled")
"""States of proposals whose like has to wait."""
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
            "members": plain(self.members),
            "proposals": plain(self.proposals),
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
            tables = (
                from_columns(record["members"], HOLDERS),
                from_columns(record["proposals"], PROPOSALS),
            )
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
        if not isinstance(self.books, Mapping):
            raise InputError(f"{origin}: start.json: books is no table: pull again")
        missing = [name for name in (*_NUMBERS, "pools", "past_votable", "nobodys", "grants")
                   if name not in self.books]  # fmt: skip
        if missing:
            raise InputError(f"{origin}: start.json lacks {', '.join(missing)}: pull again")
        odd = [name for name in _NUMBERS if not whole(self.books[name])]
        if odd:
            raise InputError(f"{origin}: start.json: {', '.join(odd)} is no whole number")
        if wrong := misshapen(self.books):
            raise InputError(f"{origin}: start.json: {wrong}: pull again")
        for where, total, parts in self._sums():
            if total != sum(parts):
                raise InputError(
                    f"{origin}: {where} of holders.parquet and start.json come to {sum(parts)}, "
                    f"not to {total}: a file is not of this pull, or was cut short; pull again"
                )
        for where, wrong in (*_wrong_members(self), *_wrong_proposals(self)):
            raise InputError(f"{origin}: {where}: {wrong}: pull again")

    def _sums(self) -> list[tuple[str, int, list[int]]]:
        books = self.books
        held = [int(books[name]) for name in ("treasury", "vesting", "vault", "unstreamed")]
        held += map(int, books["pools"].values())
        active, leaving = (ints(self.members, name) for name in ("shares", "exiting"))
        every = [int(books["seed"]), *active, *leaving]
        return [
            ("tokens", int(books["supply"]), [*held, *ints(self.members, "tokens")]),
            ("shares", int(books["shares"]), every),
        ]


def load_start(folder: Path) -> Start:
    """Read what ``moot pull`` wrote.

    Raises
    ------
    InputError
        If a file is missing, damaged, or not of the same pull.
    """
    rest = store.read_json(folder / "start.json", "moot pull")
    members = read_table(folder / "holders.parquet", HOLDERS)
    proposals = read_table(folder / "proposals.parquet", PROPOSALS)
    left_out = rest.get("not_carried", [])
    if not isinstance(left_out, list):
        raise InputError(f"{folder}: start.json: not_carried is no list: pull again")
    found = Start(rest.get("books", {}), members, proposals, tuple(left_out), folder)
    found.require_sound(str(folder))
    return found


type _Problems = Iterator[tuple[str, str]]
"""Where something is wrong, and what."""


def _wrong_members(start: Start) -> _Problems:
    count, books = len(start), start.books
    rows = start.members.to_pylist()
    names = [row["cohort"] for row in rows]
    unknown = [name for name in names if name not in COHORTS]
    if unknown or names != sorted(names, key=COHORTS.index):
        yield "holders.parquet", "its cohorts are not holders and then delegates"
    days = len(books["past_votable"])
    if len(books["nobodys"]) != days + 1:
        yield "start.json", f"nobodys are not of now and {days} days"
    amounts = "tokens", "shares", "exiting", "votes", *(f"locked_{name}" for name in LOCKERS)
    for number, row in enumerate(rows):
        where = f"holders.parquet, row {number}"
        for name in amounts:
            if row[name] < 0:
                yield where, f"{name} = {row[name]} is below 0"
        if not 0 <= row["delegate"] <= count:
            yield where, f"delegate = {row['delegate']} is no row from 0 to {count}"
        if len(row["past"]) != days:
            yield where, f"past has {len(row['past'])} days, start.json {days}"
    for number, grant in enumerate(books["grants"]):
        if not 0 <= grant["beneficiary"] < count:
            yield f"start.json, grant {number}", f"no member {grant['beneficiary']} vests"


def _wrong_proposals(start: Start) -> _Problems:
    count, rows = len(start), start.proposals.to_pylist()
    for number, row in enumerate(rows):
        where = f"proposals.parquet, row {number}"
        if row["state"] not in (*OPEN, *RESTS):
            yield where, f"state = {row['state']!r} is none of {', '.join((*OPEN, *RESTS))}"
        if row["kind"] not in KINDS:
            yield where, f"kind = {row['kind']!r} is none of {', '.join(KINDS)}"
        for name in ("proposer", "target"):
            if not -1 <= row[name] < count:
                yield where, f"{name} = {row[name]} is no row from -1 to {count - 1}"
        for name in ("power", "voted"):
            if len(row[name]) != (count if row["state"] == "Active" else 0):
                yield where, f"{name} has {len(row[name])} entries, of {count} members"
    if sum(row["state"] in OPEN for row in rows) > SLOTS:
        yield "proposals.parquet", f"more than {SLOTS} proposals are open"
