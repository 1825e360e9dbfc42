"""Optimistic approval: a proposal passes unless a share of the votes stops it in time.

No contract of this project decides this way; the rule is here to compare with those that do
(Optimism's vetoes, Aragon's optimistic governance, oracles with a bond). It is only as good as
those who watch: a rule whose veto cannot be reached, because it counts votes that nobody can cast,
lets everything pass, and so does a window in which nobody looks.
"""

import numpy as np

from simulations.randomness import Floats


def vetoes(votes: Floats, cast: Floats, opened: Floats, window: Floats) -> Floats:
    """Veto votes that came in time, shape ``(runs,)``.

    Parameters
    ----------
    votes
        Members' votes at the snapshot, shape ``(runs, members)``.
    cast
        Second of each member's veto, infinite if there is none, same shape.
    opened, window
        Second at which the window opens, and its length, shape ``(runs,)``; its end is inside.
    """
    last = (opened + window)[:, None]
    return np.where((cast >= opened[:, None]) & (cast <= last), votes, 0.0).sum(axis=1)


def passes(vetoed: Floats, base: Floats, share: Floats) -> np.ndarray:
    """Whether proposals pass: vetoes below ``share`` of ``base``, all of shape ``(runs,)``."""
    return vetoed < share * base


def reach(votable: Floats, base: Floats, share: Floats) -> Floats:
    """How many times the veto threshold the votes that could be cast are, shape ``(runs,)``.

    ``votable / (share base)``. Below 1 no veto can succeed, which happens where the base counts
    undelegated supply (Reserve's index-dtf, issue 196).
    """
    return votable / (share * base)


def unnoticed(rate: Floats, window: Floats) -> Floats:
    """Chance that nobody looks within the window, ``exp(-rate window)``, shape ``(runs,)``.

    ``rate`` counts looks of all watchers a second, who come at random (Poisson).
    """
    return np.exp(-rate * window)


def least_window(rate: Floats, risk: Floats) -> Floats:
    """Seconds the window must last for :func:`unnoticed` to be at most ``risk``."""
    return -np.log(risk) / rate
