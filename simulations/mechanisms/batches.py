"""Batches: several actions in one call, treated as the transactions they stand for."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulations.randomness import Floats, Ints

type Mask = np.ndarray[Any, np.dtype[np.bool_]]


def turns(run: Ints) -> Iterator[Mask]:
    """Select every run's first action, then every run's second, and so on, each ``(n,)``.

    Where an action changes what the next one gets, each turn is one transaction of each run,
    and runs do not wait for one another.

    Parameters
    ----------
    run
        The run of each action, shape ``(n,)``.
    """
    order = np.argsort(run, kind="stable")
    counts = np.bincount(run)
    turn = np.empty_like(order)
    turn[order] = np.arange(run.size) - np.repeat(np.cumsum(counts) - counts, counts)
    for number in range(counts.max(initial=0)):
        yield turn == number


def bound(limit: Floats | None, default: float, turn: Mask) -> Floats:
    """Return the limits that the actions of a turn set, or a default where none are set."""
    return np.full(np.count_nonzero(turn), default) if limit is None else limit[turn]


def by_run(run: Ints, amount: Floats, runs: int) -> Floats:
    """Add up amounts of shape ``(n,)`` by their run, shape ``(runs,)``."""
    total = np.zeros(runs)
    np.add.at(total, run, amount)
    return total


def affordable(liquid: Floats, run: Ints, member: Ints, amount: Floats) -> Mask:
    """Whether members have all they pay in a batch, shape ``(n,)``."""
    due = np.zeros_like(liquid)
    np.add.at(due, (run, member), amount)
    return (due <= liquid)[run, member]


def first_of_its_kind(*keys: Ints) -> Mask:
    """Whether no earlier action of the batch has the same keys, shape ``(n,)``."""
    _, first = np.unique(np.stack(keys), axis=1, return_index=True)
    found = np.zeros(keys[0].size, dtype=bool)
    found[first] = True
    return found
