"""Turns: actions of one call in the order in which a chain would take them.

A call brings actions of many runs. Where what a second action of a run finds depends on the
first, they are applied in turns: every run's first action, then every run's second, and so on.
"""

from collections.abc import Iterator

import numpy as np

from simulations.actions import Actions
from simulations.randomness import Ints


def turns(key: Ints) -> Iterator[Ints]:
    """Yield the places of the first, second, ... action of every key, shape ``(k,)`` each.

    Parameters
    ----------
    key
        What must not come twice in a turn, such as the run, shape ``(n,)``.
    """
    order = np.argsort(key, kind="stable")
    grouped = key[order]
    begins = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]][: key.size])
    lengths = np.diff(np.r_[begins, key.size])
    rank = np.empty(key.size, dtype=np.int64)
    rank[order] = np.arange(key.size) - np.repeat(begins, lengths)
    for turn in range(int(lengths.max(initial=0))):
        yield np.flatnonzero(rank == turn)


def part_of(actions: Actions, places: Ints) -> Actions:
    """Keep the actions at some places."""
    mask = np.zeros(len(actions), dtype=bool)
    mask[places] = True
    return actions.where(mask)
