"""Attestations: one row for each seat an auditor has to a version and criterion.

Contract twin: ``contracts/registry/Attestations.sol``. An attestation that gave its seat to a
newer one, or whose stake was released, has no say any more and no row.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulations.randomness import Floats, Ints

CRITERIA = ("bias", "safety", "quality")
BIAS, SAFETY, QUALITY = range(3)
SEATS = 8
"""Most auditors to a version and criterion."""
_INTS = ("run", "number", "version", "criterion", "auditor")
_FLOATS = ("score", "peak", "end", "stake")
_MOST = 2**32
"""More than there are attestations in a run."""


class Seats:
    """Attestations that have a seat: columns of one entry for each, in no order.

    Attributes
    ----------
    run, number, version, criterion, auditor
        Row, the attestation's number in the run from 1, and who attests to what, shape ``(n,)``.
    score, peak
        Its score, and the best its auditor gave with this stake, same shape.
    end
        First second at which it does not count, same shape.
    stake
        Shares that stay locked for it, same shape.
    """

    run: Ints
    number: Ints
    version: Ints
    criterion: Ints
    auditor: Ints
    score: Floats
    peak: Floats
    end: Floats
    stake: Floats

    def __init__(self, runs: int) -> None:
        self._room: dict[str, Any] = {name: np.empty(64, dtype=np.int64) for name in _INTS}
        self._room |= {name: np.empty(64) for name in _FLOATS}
        self._place = np.full((runs, 1, len(CRITERIA), SEATS), -1)
        self._show(0)

    def expect(self, versions: int) -> None:
        """Make room for versions numbered below ``versions``."""
        self._place = grown(self._place, versions, -1)

    def add(self, columns: Mapping[str, Any]) -> None:
        """Add rows, by column, where a seat is free; each run at most once."""
        before, count = self.run.size, columns["run"].size
        while before + count > self._room["run"].size:
            self._room = {name: np.tile(room, 2) for name, room in self._room.items()}
        for name, room in self._room.items():
            room[before : before + count] = columns[name]
        self._show(before + count)
        at = columns["run"], columns["version"], columns["criterion"]
        free = (self._place[at] < 0).argmax(axis=-1)
        self._place[*at, free] = np.arange(before, before + count)

    def drop(self, rows: Ints) -> None:
        """Forget rows; the last ones take their places."""
        self._place[self._at(rows)] = -1
        left = self.run.size - rows.size
        kept = np.ones(self.run.size, dtype=bool)
        kept[rows] = False
        moved, holes = left + np.flatnonzero(kept[left:]), rows[rows < left]
        places = self._at(moved)
        for room in self._room.values():
            room[holes] = room[moved]
        self._place[places] = holes
        self._show(left)

    def of(self, run: Ints, version: Ints) -> tuple[Ints, Ints]:
        """Rows of versions, and which of those asked for each belongs to; ask once for each."""
        places = self._place[run, version].reshape(run.size, len(CRITERIA) * SEATS)
        case, seat = np.nonzero(places >= 0)
        return places[case, seat], case

    def find(self, run: Ints, version: Ints, criterion: Ints, auditor: Ints) -> Ints:
        """Rows of auditors' seats, -1 where there is none."""
        places = self._place[run, version, criterion]
        if not self.run.size:
            return np.full(run.shape, -1)
        mine = (places >= 0) & (self.auditor[places] == auditor[:, None])
        return np.where(mine, places, -1).max(axis=-1)

    def taken(self, run: Ints, version: Ints, criterion: Ints) -> Ints:
        """Seats that are taken, shape ``(n,)``."""
        return np.count_nonzero(self._place[run, version, criterion] >= 0, axis=-1)

    def left_by(self, rows: Ints) -> tuple[Floats, Floats]:
        """Stake and peak that go over from older attestations, 0 where ``rows`` is -1."""
        if not self.run.size:
            return np.zeros(rows.size), np.zeros(rows.size)
        return np.where(rows < 0, 0.0, self.stake[rows]), np.where(rows < 0, 0.0, self.peak[rows])

    def numbered(self, run: Ints, number: Ints) -> Ints:
        """Rows of attestations by their number in the run, -1 where there is none."""
        if not self.run.size:
            return np.full(run.shape, -1)
        key, mine = run * _MOST + number, self.run * _MOST + self.number
        order = np.argsort(mine)
        place = np.minimum(np.searchsorted(mine, key, sorter=order), mine.size - 1)
        return np.where(mine[order[place]] == key, order[place], -1)

    def ends(self, run: Ints, version: Ints, least: Floats) -> Floats:
        """When attestations that are good enough end, minus infinity for a free seat.

        Parameters
        ----------
        run, version
            Whose, shape ``(n,)``.
        least
            Least score by criterion, shape ``(n, criteria)``.

        Returns
        -------
        ndarray
            Latest first, shape ``(n, criteria, SEATS)``.
        """
        places = self._place[run, version]
        if not self.run.size:
            return np.full(places.shape, -np.inf)
        counts = (places >= 0) & (self.score[places] >= least[..., None])
        return -np.sort(-np.where(counts, self.end[places], -np.inf), axis=-1)

    def _at(self, rows: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        at = self.run[rows], self.version[rows], self.criterion[rows]
        return *at, (self._place[at] == rows[:, None]).argmax(axis=-1)

    def _show(self, count: int) -> None:
        for name, room in self._room.items():
            setattr(self, name, room[:count])


def grown[Array: np.ndarray](array: Array, columns: int, fill: float, axis: int = 1) -> Array:
    """Return ``array`` with at least so many columns in its second axis, filled where new.

    Or in another ``axis`` than the second.
    """
    have = array.shape[axis]
    if columns <= have:
        return array
    more = list(array.shape)
    more[axis] = max(columns, 2 * have) - have
    wide = np.concatenate([array, np.full(more, fill, dtype=array.dtype)], axis)
    return wide  # type: ignore[return-value]
