"""Quadratic rules: funding that counts givers more than gifts, and votes that cost their square.

No contract of this project has these rules; they are here to compare with those that do.
Quadratic funding (Buterin, Hitzig and Weyl 2018) gives a project the square of the sum of the
square roots of its gifts: ten gifts of 1 raise 100, one gift of 10 raises 10. The matching pool
pays what the gifts leave open, and less to everyone in proportion where it does not suffice.
The pairwise bound (Buterin 2019) pays every pair of givers less, the more they give to the same
projects. Neither knows who is a person: a gift split over ``k`` names raises ``k`` times as much.

Gifts are tokens of shape ``(runs, members, projects)``; what projects get has ``(runs, projects)``.
"""

import numpy as np

from simulations.randomness import Floats


def ideal(gifts: Floats) -> Floats:
    """Tokens that every project gets where the pool is deep enough, its gifts included.

    ``(sum of sqrt(gift))**2``, Buterin, Hitzig and Weyl 2018; shape ``(runs, projects)``.
    """
    return np.sqrt(gifts).sum(axis=1) ** 2


def subsidy(gifts: Floats) -> Floats:
    """Tokens that the pool owes every project: the ideal less the gifts, ``(runs, projects)``."""
    return np.maximum(ideal(gifts) - gifts.sum(axis=1), 0.0)


def pairwise_subsidy(gifts: Floats, bound: Floats) -> Floats:
    """Tokens owed where no pair of givers can draw more than a bound, ``(runs, projects)``.

    Every ordered pair ``i != j`` adds ``sqrt(gift_i gift_j) D / (D + together_ij)`` to a project,
    where ``together_ij`` is the sum of ``sqrt(gift_i gift_j)`` over all projects (Buterin 2019,
    "Pairwise coordination subsidies"). So ``k`` givers draw at most ``k (k - 1) D``, whatever they
    give; as ``D`` grows the result is :func:`subsidy`.

    Parameters
    ----------
    gifts
        Tokens, shape ``(runs, members, projects)``.
    bound
        ``D`` in tokens, above zero, shape ``(runs,)``.
    """
    return np.stack([_pairs(np.sqrt(g), float(d)) for g, d in zip(gifts, bound, strict=True)])


def _pairs(roots: Floats, bound: float) -> Floats:
    kept = roots @ roots.T
    kept += bound
    np.divide(bound, kept, out=kept)
    np.fill_diagonal(kept, 0.0)
    return ((kept @ roots) * roots).sum(axis=0)


def share_paid(owed: Floats, pool: Floats) -> Floats:
    """Share of what is owed that the pool can pay, at most 1, shape ``(runs,)``.

    ``pool / sum of owed``. Applied to :func:`subsidy` it is the alpha of capital-constrained
    funding, ``(budget - gifts) / (sum of ideal - gifts)`` (clr.fund's contract). Applied to
    :func:`ideal` it is the pool-share form. Say which: they differ by up to 78 %.
    """
    total = owed.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > pool, pool / total, 1.0)


def matched(owed: Floats, pool: Floats) -> Floats:
    """Tokens the pool pays every project, at most what is owed, ``(runs, projects)``."""
    return owed * share_paid(owed, pool)[:, None]


def votes(credits: Floats) -> Floats:
    """Votes bought with voice credits, of the credits' shape; below zero for votes against.

    ``sign(c) sqrt(|c|)``: the n-th vote costs ``2n - 1`` credits and ``n`` votes ``n**2``
    (Lalley and Weyl 2018). One issue's tally is the sum over its members.
    """
    return np.sign(credits) * np.sqrt(np.abs(credits))
