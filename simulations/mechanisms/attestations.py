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


class Seats:
    """Attestations that have a seat.

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

    def __init__(self) -> None:
        for name in _INTS:
            setattr(self, name, np.empty(0, dtype=np.int64))
        for name in _FLOATS:
            setattr(self, name, np.empty(0))

    def add(self, columns: Mapping[str, Any]) -> None:
        """Add rows, by column."""
        for name in (*_INTS, *_FLOATS):
            setattr(self, name, np.concatenate([getattr(self, name), columns[name]]))

    def drop(self, rows: Ints) -> None:
        """Forget rows."""
        kept = np.ones(self.run.size, dtype=bool)
        kept[rows] = False
        for name in (*_INTS, *_FLOATS):
            setattr(self, name, getattr(self, name)[kept])

    def of(self, run: Ints, version: Ints) -> tuple[Ints, Ints]:
        """Rows of versions, and which of those asked for each belongs to; ask once for each."""
        if not run.size:
            return np.empty((2, 0), dtype=np.int64)[0], np.empty(0, dtype=np.int64)
        span = int(max(self.version.max(initial=0), version.max())) + 1
        keys, mine = run * span + version, self.run * span + self.version
        order = np.argsort(keys)
        place = np.minimum(np.searchsorted(keys[order], mine), keys.size - 1)
        rows = np.flatnonzero(keys[order][place] == mine)
        return rows, order[place[rows]]

    def find(self, run: Ints, version: Ints, criterion: Ints, auditor: Ints) -> Ints:
        """Rows of auditors' seats, -1 where there is none; each run at most once."""
        found = np.full(run.size, -1)
        rows, case = self.of(run, version)
        mine = (self.criterion[rows] == criterion[case]) & (self.auditor[rows] == auditor[case])
        found[case[mine]] = rows[mine]
        return found

    def taken(self, run: Ints, version: Ints, criterion: Ints) -> Ints:
        """Seats that are taken; each run at most once, shape ``(n,)``."""
        rows, case = self.of(run, version)
        return np.bincount(case[self.criterion[rows] == criterion[case]], minlength=run.size)

    def left_by(self, rows: Ints) -> tuple[Floats, Floats]:
        """Stake and peak that go over from older attestations, 0 where ``rows`` is -1."""
        if not self.run.size:
            return np.zeros(rows.size), np.zeros(rows.size)
        return np.where(rows < 0, 0.0, self.stake[rows]), np.where(rows < 0, 0.0, self.peak[rows])

    def numbered(self, run: Ints, number: Ints) -> Ints:
        """Rows of attestations by their number in the run, -1 where there is none."""
        match = (self.run == run[:, None]) & (self.number == number[:, None])
        return np.where(match.any(axis=1), match.argmax(axis=1), -1) if match.size else run * 0 - 1

    @staticmethod
    def rank(case: Ints, criterion: Ints) -> Ints:
        """Place of each row among those of the same case and criterion."""
        keys = case * len(CRITERIA) + criterion
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        rank = np.empty_like(keys)
        rank[order] = np.arange(keys.size) - np.searchsorted(ordered, ordered)
        return rank


def grown[Array: np.ndarray](array: Array, columns: int, fill: float) -> Array:
    """Return ``array`` with at least so many columns in its second axis, filled where new."""
    have = array.shape[1]
    if columns <= have:
        return array
    shape = (array.shape[0], max(columns, 2 * have), *array.shape[2:])
    out = np.full(shape, fill, dtype=array.dtype)
    out[:, :have] = array
    return out  # type: ignore[return-value]
