"""Turnout and support: how many are expected to vote, and by how much that varies.

A member who looks on a day with chance ``p`` and then votes with chance ``v`` has voted after ``n``
days with chance ``1 - (1 - p v)**n``. Of many small voters exactly that part votes. Few large
ones vote more by chance, and votes concentrated in the sums ``W`` with squares ``Q`` vary like
``W**2 / Q`` equal voters (Laakso and Taagepera 1979). The part that votes, and the part of it
that is in favour, are drawn from Beta distributions with that mean and that many voters: one
voter gives all or nothing, very many give the mean.
"""

import numpy as np
from scipy.special import betaincinv, ndtr

from simulations.randomness import Floats, Ints

_LEAST, _MOST = 0.01, 1e9
"""Bounds of a Beta's weight: below it is all or nothing, above it the mean."""
_EDGE = 1e-9


def voted(chance: Floats, days: Ints) -> Floats:
    """Chance to have voted after some days with a chance a day, same shape."""
    return -np.expm1(days * np.log1p(-np.minimum(chance, 1.0 - 1e-12)))


def spread(mean: Floats, voters: Floats, uniform: Floats) -> Floats:
    """Draw the part of equal voters that does what each does with chance ``mean``.

    Mean ``m`` and variance ``m (1 - m) / voters``, the binomial's; all of shape ``(n,)``.
    """
    weight = np.clip(voters - 1.0, _LEAST, _MOST)
    inner = np.clip(mean, _EDGE, 1.0 - _EDGE)
    drawn = betaincinv(inner * weight, (1.0 - inner) * weight, uniform)
    return np.where((mean > _EDGE) & (mean < 1.0 - _EDGE), drawn, mean)


def equal_voters(votes: Floats, squares: Floats) -> Floats:
    """Equal voters that vary as much, ``W**2 / Q``, at least one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, np.maximum(votes * votes / squares, 1.0), 1.0)


def support(quality: Floats, leniency: Floats, noise: Floats) -> Floats:
    """Chance that a voter who does not abstain is in favour, same shape.

    A voter sees the quality through normal noise, and supports what clears the bar:
    ``Phi((quality + leniency) / noise)``.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        clears = ndtr((quality + leniency) / noise)
    return np.where(noise > 0, clears, (quality + leniency > 0) * 1.0)
