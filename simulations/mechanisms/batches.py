"""Batches: several actions in one call, treated as the transactions they stand for.

A call brings actions of many runs. Where what a second action of a run finds depends on the
first, they are applied in turns: every run's first action, then every run's second, and so on.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulations.randomness import Floats, Ints

type Mask = np.ndarray[Any, np.dtype[np.bool_]]


def turns(key: Ints) -> Iterator[Ints]:
    """Yield the places of the first, second, ... action of every key, shape ``(k,)`` each.

    Parameters
    ----------
    key
        What must not come twice in a turn, such as the run, shape ``(n,)``.
    """
    before = likes_before(key)
    for turn in range(int(before.max(initial=-1)) + 1):
        yield np.flatnonzero(before == turn)


def likes_before(key: Ints) -> Ints:
    """Count how many earlier actions have the same key, shape ``(n,)``."""
    order = np.argsort(key, kind="stable")
    grouped = key[order]
    begins = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]][: key.size])
    lengths = np.diff(np.r_[begins, key.size])
    before = np.empty(key.size, dtype=np.int64)
    before[order] = np.arange(key.size) - np.repeat(begins, lengths)
    return before


def first_true(mask: np.ndarray) -> Ints:
    """First slot that a mask of shape ``(n, slots)`` selects, -1 where none, shape ``(n,)``."""
    first = mask.argmax(axis=1)
    return np.where(mask[np.arange(first.size), first], first, -1)


def bound(limit: Floats | None, default: float, turn: Ints) -> Floats:
    """Return the limits that the actions of a turn set, or a default where none are set."""
    return np.full(turn.size, default) if limit is None else limit[turn]


def by_run(run: Ints, amount: Floats, runs: int) -> Floats:
    """Add up amounts of shape ``(n,)`` by their run, shape ``(runs,)``."""
    total = np.zeros(runs)
    np.add.at(total, run, amount)
    return total


def summed(columns: Floats) -> Floats:
    """Add up columns from the first to the last, shape ``(runs,)``.

    numpy's own sum groups them by their number; like this, the columns of zeros that another
    run of the batch may have need of do not change a run's last digit.
    """
    return np.cumsum(columns, axis=1)[:, -1]


def affordable(liquid: Floats, run: Ints, member: Ints, amount: Floats) -> Mask:
    """Whether members have all they pay in a batch, shape ``(n,)``."""
    _, payer = np.unique(run * liquid.shape[1] + member, return_inverse=True)
    due = np.bincount(payer, amount)
    return due[payer] <= liquid[run, member]


def first_of_its_kind(*keys: Ints) -> Mask:
    """Whether no earlier action of the batch has the same keys, from 0 up, shape ``(n,)``."""
    key = keys[0]
    for each in keys[1:]:
        key = key * (int(each.max(initial=0)) + 1) + each
    if (key[1:] > key[:-1]).all():
        return np.ones(key.size, dtype=bool)
    found = np.zeros(key.size, dtype=bool)
    found[np.unique(key, return_index=True)[1]] = True
    return found
