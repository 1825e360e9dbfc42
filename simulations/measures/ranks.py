"""Ranks: how well one order agrees with another."""

import numpy as np
from scipy.stats import spearmanr

from simulations.randomness import Floats

FEWEST = 3
"""Pairs below which an order says nothing."""


def rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's rank correlation (1904), from -1 to 1, ties at their mean rank.

    Both are of shape ``(n,)``; NaN for fewer than three pairs, or where one of them is all alike.
    """
    one, other = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if one.size < FEWEST or np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return float("nan")
    return float(spearmanr(one, other).statistic)
