"""Juries: how often a panel is right."""

import numpy as np
from scipy.special import bdtr, bdtrc

from simulations.randomness import Floats, Ints


def condorcet(accuracy: Floats, jurors: Ints) -> Floats:
    """Chance that the majority of equal jurors is right, of the arguments' shape.

    ``sum over k > n / 2 of C(n, k) p**k (1 - p)**(n - k)`` (Condorcet 1785); a tie is decided by
    a coin. There is at least one juror, and they err alone: shared bias or bribes are not in it.
    """
    half = jurors // 2
    more, tie_or_less = bdtrc(half, jurors, accuracy), bdtr(half, jurors, accuracy)
    tie = tie_or_less - bdtr(np.maximum(half - 1, 0), jurors, accuracy)
    return more + np.where(jurors % 2 == 0, tie / 2.0, 0.0)


def panel(accuracies: Floats) -> Floats:
    """Chance that the majority of unequal jurors is right, shape ``(runs,)``.

    The Poisson-binomial law, by adding one juror after the other; a tie is decided by a coin.
    ``accuracies`` are each juror's chances to be right, shape ``(runs, jurors)``, and the jurors
    err alone. Equal ones give :func:`condorcet`.
    """
    runs, jurors = accuracies.shape
    right = np.zeros((runs, jurors + 1))
    right[:, 0] = 1.0
    for juror in range(jurors):
        chance = accuracies[:, juror, None]
        moved = right[:, :-1] * chance
        right *= 1.0 - chance
        right[:, 1:] += moved
    votes = 2 * np.arange(jurors + 1)
    carries = np.where(votes > jurors, 1.0, np.where(votes == jurors, 0.5, 0.0))
    return (right * carries).sum(axis=1)


def panel_sizes(first: int, appeals: int) -> Ints:
    """Jurors of a first panel and of each appeal, ``2 n + 1`` after ``n`` (Kleros)."""
    return (first + 1) * 2 ** np.arange(appeals + 1) - 1


def ruling_accuracy(rulings: Ints, truth: Ints, unknown: int = -1) -> Floats:
    """Share of a run's rulings that are right, shape ``(runs,)``; NaN where none was given.

    ``rulings`` and ``truth`` are choices, shape ``(runs, disputes)``; ``unknown`` marks disputes
    without a ruling or without a truth, which do not count. Refusing to rule is a ruling.
    """
    given = (rulings != unknown) & (truth != unknown)
    right = ((rulings == truth) & given).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return right / given.sum(axis=1)
