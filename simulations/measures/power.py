"""Voting power: how often a member decides, which is not how much it holds.

A member swings a vote if the yes-votes of the others fall short of the quota without it and reach
the quota with it. Let every other member say yes with chance ``p``, alone. The *Banzhaf measure* is
the chance of a swing at ``p = 1/2`` (Penrose 1946, Banzhaf 1965); the *Shapley-Shubik index* is its
mean over all ``p`` from 0 to 1 (Shapley and Shubik 1954, in Straffin's reading of 1977, by Owen's
multilinear extension of 1972). Both are zero for a member that never decides, equal for members
with equal weights, and never larger for less weight.

The exact functions take whole weights. The distribution of the yes-votes is the product of the
members' generating functions ``1 - p + p x**weight`` (Brams and Affuso 1976, Bilbao and others
2000); one member is divided out again to get the others' (Uno 2012), from the small sums upwards
and at ``p <= 1/2`` only, where no error grows. Chances ``p`` above a half are those of the dual
game, with what blocks in place of what passes. The work grows as members x quota for Banzhaf, and
as sqrt(members) times that for Shapley-Shubik: three thousand members with thirty thousand votes
take a twentieth of a second and some eight. For more, or for weights that are not whole,
:func:`sampled` draws coalitions and says how far it may be off.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, isqrt
from typing import Literal

import numpy as np
from scipy.special import betaincinv, roots_legendre
from scipy.stats import binom

from simulations.randomness import Floats, Ints

HALF = np.array([0.5])
_BLOCK = 2**16
"""Numbers of the distribution that are worked on at once, so that they stay in the cache."""


def banzhaf(weights: Ints, quota: Ints) -> Floats:
    """Chance that each member swings a vote in which the others say yes or no by a coin.

    Exact up to rounding.

    Parameters
    ----------
    weights
        Whole votes, not negative, shape ``(runs, members)``.
    quota
        Votes that pass, shape ``(runs,)``: a majority of ``W`` votes is ``W // 2 + 1``.

    Returns
    -------
    ndarray
        Chances, shape ``(runs, members)``; all zero where the quota is 0 or above all votes.
    """
    return _of_all(_banzhaf, weights, quota)


def shapley_shubik(weights: Ints, quota: Ints) -> Floats:
    """Share of the orders of all members in which each is the one that reaches the quota.

    Exact up to rounding: the mean over ``p`` is that of a polynomial of degree ``members - 1``,
    taken by Gauss and Legendre's rule. It uses ``members / 2`` nodes, which is exact, or
    ``16 + 4 sqrt(members)`` if these are fewer, which is so up to rounding because the polynomial
    bends no faster than ``1 / sqrt(members)``. That the shares sum to one checks it.

    Takes what :func:`banzhaf` takes; shares of shape ``(runs, members)``.
    """
    return _of_all(_shapley, weights, quota)


def banzhaf_index(weights: Ints, quota: Ints) -> Floats:
    """Each member's part of all swings, :func:`banzhaf` over its sum; NaN if nobody decides."""
    swings = banzhaf(weights, quota)
    with np.errstate(invalid="ignore"):
        return swings / swings.sum(axis=-1, keepdims=True)


def of_largest(
    weights: Ints, quota: Ints, kind: Literal["banzhaf", "shapley_shubik"] = "banzhaf"
) -> Floats:
    """One of the two powers for each run's largest member, shape ``(runs,)``.

    No other member is divided out, so it takes the time of the distribution alone.
    """
    power = _banzhaf if kind == "banzhaf" else _shapley
    games = zip(weights, quota, strict=True)
    return np.array([power(w, int(q), w.max(keepdims=True))[0] for w, q in games])


def to_whole(weights: Floats, total: int) -> Ints:
    """Weights rounded to whole numbers that sum to about ``total``, for the exact functions.

    It changes the game: a member may be off by half a unit, ``1 / (2 total)`` of all votes, and
    one with less than that loses its vote. Set the quota in the rounded votes.
    """
    held = weights.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        scaled = np.where(held > 0, weights * (total / np.where(held > 0, held, 1.0)), 0.0)
    return np.rint(scaled).astype(np.int64)


def pooled(weights: Floats, total: int) -> Ints:
    """Weights as whole numbers that sum to ``total``, the too small pooled into single votes.

    Running sums from the largest member on are rounded, and their steps taken: who has much is off
    by less than one unit, ``1 / total`` of all votes, and of those with less than a unit only some
    vote, one for all whom the unit belongs to. The small together keep their weight, which
    :func:`to_whole` would lose. Largest first, shape ``(runs, members)``; zero where nobody holds
    anything.
    """
    ordered = -np.sort(-weights, axis=-1)
    held = np.cumsum(ordered, axis=-1)
    with np.errstate(invalid="ignore"):
        part = np.where(held[:, -1:] > 0, held / held[:, -1:], 0.0)
    return np.diff(np.rint(part * total).astype(np.int64), axis=-1, prepend=0)


def _of_all(power: Callable[[Ints, int, Ints], Floats], weights: Ints, quota: Ints) -> Floats:
    """Power of every member, by that of each size of a vote, shape ``(runs, members)``."""
    rows = []
    for row, needed in zip(weights, quota, strict=True):
        sizes, member = np.unique(row, return_inverse=True)
        rows.append(power(row, int(needed), sizes)[member])
    return np.stack(rows)


def _banzhaf(weights: Ints, quota: int, sizes: Ints) -> Floats:
    total = int(weights.sum())
    if not 1 <= quota <= total:
        return np.zeros(len(sizes))
    return _swings(weights, sizes, HALF, (min(quota, total + 1 - quota),))[:, 0]


def _shapley(weights: Ints, quota: int, sizes: Ints) -> Floats:
    power = np.zeros(len(sizes))
    total, count = int(weights.sum()), int((weights > 0).sum())
    if not 1 <= quota <= total:
        return power
    nodes, parts = roots_legendre(min(ceil(count / 2), 16 + 4 * isqrt(count)))
    chances, parts = (nodes + 1.0) / 4.0, parts / 4.0
    both = (quota, total + 1 - quota)
    step = max(1, _BLOCK // max(both))
    for first in range(0, len(chances), step):
        block = slice(first, first + step)
        power += _swings(weights, sizes, chances[block], both) @ parts[block]
    return power


def _swings(weights: Ints, sizes: Ints, chances: Floats, quotas: tuple[int, ...]) -> Floats:
    """Chance of a swing for each size of a vote, summed over quotas, ``(sizes, chances)``.

    With ``F`` the distribution function of all yes-votes and ``G`` that of the others of a member
    with weight ``w``, ``F(s) = (1 - p) G(s) + p G(s - w)``. Written out from below,
    ``G(s) = (F(s) - r F(s - w) + r**2 F(s - 2 w) - ...) / (1 - p)`` with ``r = p / (1 - p)``, and
    the swing is ``G(q - 1) - G(q - 1 - w) = (F(q - 1) - G(q - 1 - w)) / (1 - p)``.
    """
    below = np.cumsum(_distribution(weights, chances, max(quotas)), axis=1)
    ratio = -chances / (1.0 - chances)
    powers = ratio[:, None] ** np.arange(max(quotas))
    swings = np.zeros((len(sizes), len(chances)))
    for place, size in enumerate(sizes):
        if size == 0:
            continue
        for quota in quotas:
            others = below[:, : max(quota - size, 0)][:, ::-size]
            without = np.einsum("ks,ks->k", others, powers[:, : others.shape[1]])
            without /= 1.0 - chances
            swings[place] += (below[:, quota - 1] - without) / (1.0 - chances)
    return np.maximum(swings, 0.0)


def _distribution(weights: Ints, chances: Floats, upto: int) -> Floats:
    """Chance of every sum of yes-votes below ``upto``, shape ``(chances, upto)``."""
    yes, no = chances[:, None], 1.0 - chances[:, None]
    ones = int((weights == 1).sum())
    reached = min(ones + 1, upto)
    spread = np.zeros((len(chances), upto))
    spread[:, :reached] = binom.pmf(np.arange(reached), ones, yes)
    for weight in np.sort(weights[weights > 1]):
        end = min(reached + int(weight), upto)
        moved = spread[:, : max(end - int(weight), 0)] * yes
        spread[:, :reached] *= no
        spread[:, end - moved.shape[1] : end] += moved
        reached = end
    return spread


@dataclass(frozen=True)
class Estimate:
    """Power found by sampling, each of shape ``(runs, members)``.

    Attributes
    ----------
    power
        Swings over samples.
    low, high
        Bounds that hold for all members of a run at once with the confidence asked for.
    """

    power: Floats
    low: Floats
    high: Floats


def sampled(
    weights: Floats,
    quota: Floats,
    generators: Sequence[np.random.Generator],
    samples: int,
    *,
    kind: Literal["banzhaf", "shapley_shubik"] = "banzhaf",
    confidence: float = 0.95,
) -> Estimate:
    """Voting power by drawing coalitions, for any weights and any number of members.

    Each sample draws ``p`` (a half, or any between 0 and 1) and everyone's yes or no, and counts
    who swings. A member's swings are binomial, so the bounds are Clopper and Pearson's (1934), with
    the risk divided among the members (Bonferroni) so that they hold for all at once.

    Parameters
    ----------
    weights
        Votes, shape ``(runs, members)``.
    quota
        Votes that pass, shape ``(runs,)``.
    generators
        One for each run, so that a run's draws do not depend on the batch.
    samples
        Coalitions to draw for each run.
    kind
        Which of the two powers.
    confidence
        Chance that no member of a run lies outside its bounds, at least.
    """
    shapley = kind == "shapley_shubik"
    counts = np.stack([
        _count(w, float(q), g, samples, shapley=shapley)
        for w, q, g in zip(weights, quota, generators, strict=True)
    ])  # fmt: skip
    risk = (1.0 - confidence) / weights.shape[1] / 2.0
    low = betaincinv(np.maximum(counts, 1), samples - counts + 1, risk)
    high = betaincinv(counts + 1, np.maximum(samples - counts, 1), 1.0 - risk)
    low, high = np.where(counts > 0, low, 0.0), np.where(counts < samples, high, 1.0)
    return Estimate(counts / samples, low, high)


def _count(
    weights: Floats, quota: float, generator: np.random.Generator, samples: int, *, shapley: bool
) -> Floats:
    """Swings of every member over some coalitions, shape ``(members,)``."""
    counts = np.zeros(len(weights))
    step = max(1, 2**20 // len(weights))
    for first in range(0, samples, step):
        rows = min(step, samples - first)
        chance = generator.random((rows, 1)) if shapley else 0.5
        yes = generator.random((rows, len(weights))) < chance
        others = (yes @ weights)[:, None] - yes * weights
        counts += ((others < quota) & (others + weights >= quota)).sum(axis=0)
    return counts
