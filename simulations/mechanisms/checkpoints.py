"""Checkpoints: what members' votes were at the end of past days, kept as what has changed since.

On chain a member's checkpoints are a list of times and values (OpenZeppelin's ``Trace208``), one
more for each change. Few votes change in a day, so here each day keeps the cells that it changed
and what they held before, and the past is the present with later days undone.
"""

from collections import deque

import numpy as np

from simulations.ledger import flat
from simulations.randomness import Floats, Ints

type Change = tuple[Ints, Floats]
"""Cells, run times members plus member, and what they held before, shape ``(n,)`` each."""


class Checkpoints:
    """The last days of an array of shape ``(runs, members)`` that changes in few cells a day.

    Parameters
    ----------
    values
        The array; whoever changes it calls :meth:`touch` first.
    keep_days
        Days back that can be asked for.
    """

    def __init__(self, values: Floats, keep_days: int) -> None:
        self._values, self._keep = values, keep_days
        self._days: deque[tuple[int, Change]] = deque()
        self._today: list[Change] = []
        self._past = np.empty_like(values)

    def touch(self, cells: Ints) -> None:
        """Note what cells hold that are about to change; a cell may come more than once."""
        self._today.append((cells, flat(self._values)[cells]))

    def close_day(self, day: int) -> None:
        """End a day: what changed since the last one changed on this day."""
        if self._today:
            cells, before = (np.concatenate(part) for part in zip(*self._today, strict=True))
            cells, first = np.unique(cells, return_index=True)
            self._days.append((day, (cells, before[first])))
            self._today.clear()
        while self._days and self._days[0][0] <= day - self._keep:
            self._days.popleft()

    def at(self, days: tuple[int, int], run: Ints, member: Ints | slice) -> tuple[Floats, Floats]:
        """Return values at the end of two days, the later one first.

        Parameters
        ----------
        days
            A day and one that is not after it.
        run, member
            Cells of shape ``(n,)``, or ``slice(None)`` for all members of ``n`` runs.
        """
        wanted = run, member
        self._past[wanted] = self._values[wanted]
        changes = [*reversed(self._today)]
        known = [(10**9, change) for change in changes] + [*reversed(self._days)]
        found = []
        for after in days:
            while known and known[0][0] > after:
                cells, before = known.pop(0)[1]
                # Cells nobody asked for get values too, and nobody reads them.
                flat(self._past)[cells] = before
            found.append(self._past[wanted])
        return found[0], found[1]
