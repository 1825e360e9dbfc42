"""What a figure answers to, for designs of any kind: main effects and regional sensitivity."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from simulations.randomness import Floats

CLASSES = 8
"""Classes that an axis of many values is cut into."""
RESAMPLES = 200
"""Resamples of the points behind an interval."""
_SEED = 1


def main_effects(points: pd.DataFrame, paths: Sequence[str], values: Floats) -> pd.DataFrame:
    """Share of a figure's variance over the points that each axis explains alone.

    The correlation ratio of the figure on the axis, cut into classes of about as many points where
    it has more than a few values. Unless the points are a whole grid, less what chance alone would
    explain (Kelley 1935). Where the axes lie independently it estimates Sobol's first index.

    Parameters
    ----------
    points
        One row per point with a column for each axis, numbers or choices.
    paths
        The axes.
    values
        The figure at each point, mean over replicates, shape ``(points,)``.

    Returns
    -------
    DataFrame
        The largest first: ``path``, ``share``, ``lo`` and ``hi`` (95 %, bootstrap over points), and
        ``trend``, Spearman's rank correlation, NaN for a choice. Shares are 0 where the figure
        never changes.
    """
    known = np.isfinite(values)
    points, values = points[known], values[known]
    draws = np.random.default_rng(_SEED).integers(0, values.size, (RESAMPLES, values.size))
    tried = points[[*paths]].nunique().prod()
    whole = bool(tried == len(points) == len(points[[*paths]].drop_duplicates()))
    rows = []
    for path in paths:
        column = points[path].to_numpy()
        groups = np.unique(column, return_inverse=True)[1] if whole else _classes(column)
        spread = [_explained(groups[draw], values[draw], whole) for draw in draws]
        low, high = np.quantile(spread, [0.025, 0.975])
        share = _explained(groups, values, whole)
        rows.append(
            {"path": path, "share": share, "lo": min(low, share), "hi": max(high, share),
             "trend": _trend(column, values)}
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=["path", "share", "lo", "hi", "trend"])
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def regional(points: pd.DataFrame, paths: Sequence[str], met: np.ndarray) -> pd.DataFrame:
    """How differently each axis lies where a goal is met and where it is not.

    The distance of Kolmogorov and Smirnov between the two groups (Hornberger and Spear 1981); for a
    choice, the largest difference between the groups' shares of one.

    Parameters
    ----------
    points, paths
        As for :func:`main_effects`.
    met
        Whether each point meets the goal, shape ``(points,)``.

    Returns
    -------
    DataFrame
        The largest first: ``path``, ``distance`` (0 to 1), ``chance`` of one as large by luck, and
        ``met_median``, ``missed_median``. Empty where all points meet the goal or none does.
    """
    rows = []
    if met.any() and not met.all():
        for path in paths:
            column = points[path].to_numpy()
            if np.issubdtype(column.dtype, np.number):
                found = stats.ks_2samp(column[met], column[~met], method="asymp")
                medians = float(np.median(column[met])), float(np.median(column[~met]))
                distance, chance = float(found.statistic), float(found.pvalue)
            else:
                table = pd.crosstab(column, met)
                medians = (np.nan, np.nan)
                distance = float((table / table.sum()).diff(axis=1).abs().to_numpy()[:, -1].max())
                chance = float(stats.chi2_contingency(table).pvalue)
            rows.append((path, distance, chance, *medians))
    columns = ["path", "distance", "chance", "met_median", "missed_median"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("distance", ascending=False, kind="stable", ignore_index=True)


def _classes(column: np.ndarray) -> np.ndarray:
    values, places = np.unique(column, return_inverse=True)
    if values.size <= CLASSES or not np.issubdtype(column.dtype, np.number):
        return places
    ranks = stats.rankdata(column, method="min") - 1
    return (ranks * CLASSES // column.size).astype(np.int64)


def _explained(groups: np.ndarray, values: Floats, whole: bool) -> float:
    counts = np.bincount(groups)
    kept = counts > 0
    total = float(((values - values.mean()) ** 2).sum())
    free = values.size - int(kept.sum())
    if total <= 0.0 or free <= 0:
        return 0.0
    means = np.bincount(groups, values)[kept] / counts[kept]
    between = float((counts[kept] * (means - values.mean()) ** 2).sum())
    if whole:
        return between / total
    return max(1.0 - (total - between) / free * (values.size - 1) / total, 0.0)


def _trend(column: np.ndarray, values: Floats) -> float:
    if not np.issubdtype(column.dtype, np.number):
        return np.nan
    if np.ptp(column) == 0 or np.ptp(values) == 0:
        return 0.0
    return float(stats.spearmanr(column, values).statistic)
