"""Sheets: what is compared every day, read from storage in one go and compared in bulk.

A line of a sheet is a variable: where a contract keeps it and what the simulation says of it.
Totals are a sheet with one row, members' holdings one with a row for each of them.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from governance.chain.protocol import Slot
from simulations.randomness import Floats, Ints
from simulations.twin.columns import Column
from simulations.twin.deployed import Deployed
from simulations.twin.drift import Drift
from simulations.twin.driver import Today, union
from simulations.twin.lines import ROW, Line
from simulations.twin.places import Shelf
from simulations.twin.variable import MOST_WAITING, NOBODY

MOST_ASKED = 100
"""Rows of which getters are asked too, those first that have most to tell."""
NONE: Ints = np.empty(0, dtype=np.int64)


class Sheet:
    """Lines, and rows that are read on demand.

    Parameters
    ----------
    dao
        The deployed contracts.
    lines
        Its variables.
    of_members
        Whether its rows are members; else there is one row.
    """

    def __init__(self, dao: Deployed, lines: Iterable[Line], *, of_members: bool) -> None:
        self._dao, self._of_members = dao, of_members
        shelves = [(line, dao.shelf(line.key, line.path)) for line in lines]
        self.lines = sorted(shelves, key=lambda each: each[1].place.last)
        self._lasts = [shelf for _, shelf in self.lines if shelf.place.last]
        self._places: dict[int, tuple[list[Slot], list[Any]]] = {}
        self._pages: dict[int, Page] = {}
        self._before: Floats = np.empty(0)

    def compare(self, today: Today, rows: Ints) -> Ints:
        """Compare some rows, and all that the simulation has changed since the last time.

        Getters are asked of the rows that tell most. Returns the rows that were compared.
        """
        if not self.lines:
            return NONE
        now = np.array([line.simulated() for line, _ in self.lines], dtype=np.float64)
        rows = union([rows, self._changed(now)])
        if not rows.size:
            return rows
        simulated = now[:, rows]
        words, lasts = self._read(self._dao.who(rows).tolist() if self._of_members else [0])
        self._page(today.drift).add(today.day, rows, simulated, words, lasts)
        if today.last:
            telling = np.argsort(-(simulated != 0).sum(axis=0), kind="stable")[:MOST_ASKED]
            self._ask(today, rows[telling], simulated[:, telling])
        return rows

    def _changed(self, now: Floats) -> Ints:
        before, self._before = self._before, now
        return np.flatnonzero((now != before).any(axis=0)) if before.size else NONE

    def _read(self, who: list[int]) -> tuple[list[int], list[list[int]]]:
        """Words of one row after the other, and values of the lines that are an array's last."""
        known = self._known(who)
        words = self._dao.chain.storage(chain.from_iterable([slots for slots, _ in known]))
        width, first = len(self.lines), len(self.lines) - len(self._lasts)
        lasts = [
            shelf.lasts([keys[at] for _, keys in known], words[first + at :: width])
            for at, shelf in enumerate(self._lasts)
        ]
        return words, lasts

    def _known(self, who: list[int]) -> list[tuple[list[Slot], list[Any]]]:
        """Where values of addresses are, and the keys of those that are an array's last."""
        new = [each for each in who if each not in self._places]
        if new:
            keys = [line.keys(new) for line, _ in self.lines]
            slots = [shelf.slots(each) for (_, shelf), each in zip(self.lines, keys, strict=True)]
            lasts = keys[len(keys) - len(self._lasts) :]
            for at, one in enumerate(new):
                self._places[one] = [each[at] for each in slots], [each[at] for each in lasts]
        return [self._places[each] for each in who]

    def _ask(self, today: Today, rows: Ints, simulated: Floats) -> None:
        """Compare with what the getters answer as well."""
        members = rows if self._of_members else None
        for (line, _), mine in zip(self.lines, simulated, strict=True):
            if line.getter:
                who: list[Column] = [
                    self._dao.who(rows) if each is ROW else each for each in line.arguments
                ]
                told = self._dao.look(line.key, line.getter, who, line.word + 1)
                today.expect(line.name, mine, told, line.unit, members, line.word, line.read)

    def _page(self, drift: Drift) -> "Page":
        page = self._pages.get(id(drift))
        if page is None:
            page = self._pages[id(drift)] = Page(drift, self.lines, self._of_members)
            drift.waiting.append(page)
            for line, _ in self.lines:
                drift.variable(line.name, line.unit)
        return page


class Page:
    """Rows of a sheet that wait to be compared."""

    def __init__(self, drift: Drift, lines: Sequence[tuple[Line, Shelf]], of_members: bool) -> None:
        self._drift, self._lines, self._of_members = drift, lines, of_members
        self._days: list[tuple[int, Ints]] = []
        self._simulated: list[Floats] = []
        self._words: list[int] = []
        self._lasts: list[list[int]] = [[] for line in lines if line[1].place.last]

    def add(
        self, day: int, rows: Ints, simulated: Floats, words: list[int], lasts: list[list[int]]
    ) -> None:
        """Note a day's rows.

        Parameters
        ----------
        day, rows
            The day, and the rows.
        simulated
            Shape ``(lines, rows)``.
        words
            What storage keeps of one row after the other; of the lines that are an array's last
            its length.
        lasts
            Their values, one list a line.
        """
        self._days.append((day, rows))
        self._simulated.append(simulated)
        self._words += words
        for kept, more in zip(self._lasts, lasts, strict=True):
            kept += more
        if len(self._words) >= MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Compare what waits."""
        if not self._days:
            return
        days = np.repeat([day for day, _ in self._days], [rows.size for _, rows in self._days])
        members = np.concatenate([rows for _, rows in self._days])
        if not self._of_members:
            members = np.full_like(members, NOBODY)
        simulated = np.concatenate(self._simulated, axis=1)
        width, lasts = len(self._lines), iter(self._lasts)
        for at, (line, shelf) in enumerate(self._lines):
            where = shelf.place
            kept = next(lasts) if where.last else where.values(self._words[at::width])
            enforced = np.array(line.amounts(kept), dtype=np.float64)
            variable = self._drift.variable(line.name, line.unit)
            variable.take(days, members, simulated[at], enforced)
        self._days, self._simulated, self._words = [], [], []
        self._lasts = [[] for _ in self._lasts]
