"""Pareto fronts: the points of which no other is better in everything."""

from collections.abc import Sequence

import numpy as np

from simulations.randomness import Floats


def front(values: Floats, larger: Sequence[bool]) -> np.ndarray:
    """Whether each point is on the front, shape ``(points,)``.

    A point is off it when another is at least as good in every figure and better in one. A point
    with an undefined figure is never on it.

    Parameters
    ----------
    values
        Figures of each point, shape ``(points, figures)``.
    larger
        For each figure, whether larger is better.
    """
    return _undominated(values, values, larger)


def perhaps(low: Floats, high: Floats, larger: Sequence[bool]) -> np.ndarray:
    """Whether each point may be on the front, given an interval of each figure.

    A point is surely off it when the worst ends of another beat its best ends.

    Parameters
    ----------
    low, high
        Ends of the intervals, shape ``(points, figures)``.
    larger
        As for :func:`front`.
    """
    better = np.asarray(larger)
    best, worst = np.where(better, high, low), np.where(better, low, high)
    return _undominated(best, worst, larger)


def _undominated(own: Floats, others: Floats, larger: Sequence[bool]) -> np.ndarray:
    sign = np.where(larger, 1.0, -1.0)
    mine, theirs = own * sign, others * sign
    known = np.isfinite(own).all(axis=1) & np.isfinite(others).all(axis=1)
    out = np.zeros(len(own), dtype=bool)
    for point in np.flatnonzero(known):
        as_good = (theirs[known] >= mine[point]).all(axis=1)
        out[point] = not (as_good & (theirs[known] > mine[point]).any(axis=1)).any()
    return out
