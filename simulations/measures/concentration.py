"""Concentration: how few hold how much.

Every measure goes over the last axis, the members, and keeps the others. Say what was counted: a
contract, an exchange or a member with nothing moves every published figure, and leaving them out
is up to the caller.
"""

import numpy as np

from simulations.randomness import Floats


def gini(values: Floats) -> Floats:
    """Gini coefficient over the last axis, zeros included.

    ``2 sum(i x_i) / (n sum x) - (n + 1) / n`` with ``x`` ascending; NaN where all are zero.
    """
    ordered = np.sort(values, axis=-1)
    count = values.shape[-1]
    total = ordered.sum(axis=-1)
    ranked = (ordered * np.arange(1, count + 1)).sum(axis=-1)
    return _ratio(2 * ranked, count * total) - (count + 1) / count


def nakamoto(values: Floats, share: float = 0.5) -> Floats:
    """Least number of members who together hold more than ``share``, over the last axis."""
    ordered = -np.sort(-values, axis=-1)
    needed = share * ordered.sum(axis=-1, keepdims=True)
    count = (np.cumsum(ordered, axis=-1) <= needed).sum(axis=-1) + 1.0
    return np.where(needed[..., 0] > 0, count, np.nan)


def herfindahl(values: Floats) -> Floats:
    """Herfindahl-Hirschman index, in shares squared, from ``1 / n`` to 1; NaN where all are zero.

    ``sum of (x / sum x)**2`` (Hirschman 1945, Herfindahl 1950). Members with nothing do not count.
    """
    total = values.sum(axis=-1)
    return _ratio((values * values).sum(axis=-1), total * total)


def effective_members(values: Floats) -> Floats:
    """Number of equal members that would be as concentrated, ``1 / HHI``, in members.

    Laakso and Taagepera 1979, who count parties so; NaN where all are zero.
    """
    total = values.sum(axis=-1)
    return _ratio(total * total, (values * values).sum(axis=-1))


def top_share(values: Floats, count: int) -> Floats:
    """Share that the ``count`` largest members hold together, 0 to 1; NaN where all are zero."""
    count = min(count, values.shape[-1])
    largest = -np.partition(-values, count - 1, axis=-1)[..., :count]
    return _ratio(largest.sum(axis=-1), values.sum(axis=-1))


def least_reaching(values: Floats, needed: Floats) -> Floats:
    """Least number of members who together hold at least ``needed``, in members.

    The Nakamoto coefficient (Srinivasan and Lee 2017) at a quorum: of members' votes, how few can
    bring a quorum about without the others. With the votes cast on a proposal and half of them as
    ``needed`` it is the minimal quorum (Falk and others 2024).

    Parameters
    ----------
    values
        Votes, shape ``(..., members)``.
    needed
        Votes needed, in the same unit, shape ``(...)``; 0 takes nobody.

    Returns
    -------
    ndarray
        Shape ``(...)``; NaN where all members together do not suffice.
    """
    ordered = -np.sort(-values, axis=-1)
    held = np.cumsum(ordered, axis=-1)
    count = (held < needed[..., None]).sum(axis=-1) + 1.0
    count = np.where(needed <= 0.0, 0.0, count)
    return np.where(count > values.shape[-1], np.nan, count)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)
