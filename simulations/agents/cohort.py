"""What every cohort is: many similar members in one Mesa agent."""

from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np

from governance.units import DAY, GENESIS
from simulations.actions import Actions
from simulations.agents.view import View
from simulations.randomness import Floats, Ints, Stream, count_by_run

AHEAD = 2**14
"""Members times days whose looks are drawn at once."""
LEAST_AND_MOST = 4, 32
"""Days drawn at once, at least and at most."""
IN_CACHE = 2**15
"""Looks made at once."""
SATURDAY = 5


def weekday(seconds: int) -> int:
    """Weekday of a second since 1970, from Monday = 0: 1970-01-01 was a Thursday."""
    return (seconds // DAY + 3) % 7


@dataclass(frozen=True)
class Members:
    """A cohort's place on the members axis: ``first`` to ``first + count - 1``."""

    first: int
    count: int

    @property
    def indices(self) -> Ints:
        """Member indices, shape ``(count,)``."""
        return np.arange(self.first, self.first + self.count)

    @property
    def slice(self) -> slice:
        """The same as a slice of the members axis."""
        return slice(self.first, self.first + self.count)


class Cohort(mesa.Agent[Any]):
    """A Mesa agent that stands for many members.

    A subclass has one method per block it takes part in (``supply``, ``staking``,
    ``governor``), each ``view -> list[Actions]``.

    Parameters
    ----------
    model
        The Mesa model.
    members
        Place on the members axis.
    """

    def __init__(self, model: mesa.Model, members: Members) -> None:
        super().__init__(model)
        self.members = members
        self.acted = 0

    def decide(self, view: View) -> list[Actions]:
        """Return what the members do in the view's block."""
        method = getattr(self, view.block, None)
        done: list[Actions] = method(view) if method else []
        self.acted += sum(map(len, done))
        return [actions for actions in done if len(actions)]

    def everyone(self, runs: int) -> tuple[Ints, Ints]:
        """Run and member index of all members in all runs."""
        members = self.members.indices
        return np.repeat(np.arange(runs), members.size), np.tile(members, runs)

    def begin_at(self, seconds: int) -> None:
        """Let day 0 be the weekday of a second since 1970, for whoever keeps a weekend."""
        if (attention := getattr(self, "_attention", None)) is not None:
            attention.first_weekday = weekday(seconds)

    def record(self) -> dict[str, float]:
        """One row for Mesa's DataCollector."""
        return {"members": self.members.count, "acted": self.acted}


class Attention:
    """When members look at the DAO: each day with the same chance, independently.

    Days laid end to end, each with every member in a row, are one long row of chances to look,
    and the gaps between looks in it are geometric (an exponential over the hazard, rounded up).
    So only looks cost anything, and they come in order. On Saturdays and Sundays (day 0 is
    :data:`GENESIS`) a look is kept with the chance ``weekend``.

    Parameters
    ----------
    every
        Mean seconds between looks on weekdays, shape ``(runs,)``.
    members
        Whose attention it is.
    draws
        Stream for the gaps.
    weekend
        How often members look on Saturdays and Sundays, of a weekday's rate, shape ``(runs,)``.
    """

    def __init__(
        self, every: Floats, members: Members, draws: Stream, weekend: Floats | None = None
    ) -> None:
        self._draws, self._members = draws, members
        self._hazard = -np.log1p(-np.minimum(DAY / every, 1.0 - 1e-12))
        self._weekend = np.ones_like(every) if weekend is None else weekend
        # A property of the run, not of its batch: draws beyond the last day are thrown away.
        self._days = int(np.clip(AHEAD // max(members.count, 1), *LEAST_AND_MOST))
        self._first = 1 - self._days
        self._drawn: list[tuple[Ints, Ints]] = []
        self.first_weekday = weekday(GENESIS)

    def looking(self, day: int) -> tuple[Ints, Ints]:
        """Run and member index of those who look on ``day``, in this order; never go back."""
        while day >= self._first + self._days:
            self._first += self._days
            self._drawn = self._look_ahead()
        return self._drawn[day - self._first]

    def _look_ahead(self) -> list[tuple[Ints, Ints]]:
        """Draw the looks of the next days, of as many runs at once as fit the cache."""
        if not self._members.count:
            return [(np.empty(0, np.int64), np.empty(0, np.int64))] * self._days
        cells = self._days * self._members.count
        expected = -np.expm1(-self._hazard) * cells
        parts = []
        first = 0
        while first < expected.size:
            fit = int(np.searchsorted(np.cumsum(expected[first:]), IN_CACHE))
            parts.append(self._look(slice(first, first + max(fit, 1)), expected, cells))
            first += max(fit, 1)
        days = zip(*parts, strict=True)
        looks = (zip(*day, strict=True) for day in days)
        return [(np.concatenate(run), np.concatenate(member)) for run, member in looks]

    def _look(self, rows: slice, expected: Floats, cells: int) -> list[tuple[Ints, Ints]]:
        """Looks of some runs, day by day."""
        run, cell = self._cells(rows, expected[rows], cells)
        day = cell // self._members.count
        member = cell - day * self._members.count + self._members.first
        if (self._weekend[rows] < 1.0).any():
            seen = np.flatnonzero(self._awake(run, day + self._first))
            run, day, member = run[seen], day[seen], member[seen]
        order = np.argsort(day.astype(np.int8), kind="stable")
        ends = np.cumsum(np.bincount(day, minlength=self._days))[:-1]
        looks = (np.split(part.take(order), ends) for part in (run, member))
        return list(zip(*looks, strict=True))

    def _cells(self, rows: slice, expected: Floats, cells: int) -> tuple[Ints, Ints]:
        """Run of each look, and its place among the days' members, in this order."""
        counts = (expected + 4.0 * np.sqrt(expected)).astype(np.int64) + 4
        reached = np.full(counts.size, -1)
        parts = []
        while counts.any():
            gap = self._draws.exponential_rows(rows.start, counts)
            gap *= np.repeat(1.0 / self._hazard[rows], counts)
            cell = np.minimum(gap, cells, out=gap).astype(np.int64)
            cell += 1
            np.cumsum(cell, out=cell)
            ends = np.cumsum(counts)
            before = np.where(ends > counts, cell[ends - counts - 1], 0)
            cell += np.repeat(reached - before, counts)
            drawn = np.flatnonzero(counts)
            reached[drawn] = cell[ends[drawn] - 1]
            within = np.flatnonzero(cell < cells)
            run = np.repeat(np.arange(rows.start, rows.start + counts.size), counts)
            parts.append((run[within], cell[within]))
            counts[reached >= cells] = 0
        if len(parts) == 1:
            return parts[0]
        run, cell = (np.concatenate(part) for part in zip(*parts, strict=True))
        order = np.argsort(run, kind="stable")
        return run[order], cell[order]

    def _awake(self, run: Ints, day: Ints) -> np.ndarray:
        """Whether looks are not slept through on a weekend, shape ``(n,)``."""
        weekend = (day + self.first_weekday) % 7 >= SATURDAY
        resting = run[weekend]
        uniform = self._draws.uniform(count_by_run(resting, self._weekend.size))
        seen = np.ones(run.size, dtype=bool)
        seen[weekend] = uniform < self._weekend[resting]
        return seen
