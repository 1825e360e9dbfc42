"""What the charts show, computed from stored results: plain arrays and frames, no drawing."""

import numpy as np
import numpy.typing as npt
import pandas as pd

LEVELS = (5, 25, 50, 75, 95)
"""Percentiles of a fan."""
OUTCOMES = (
    "Executed",
    "Queued",
    "Succeeded",
    "Defeated",
    "Expired",
    "Canceled",
    "Active",
    "Pending",
)
"""Governor states in the order of a proposal's fate, best first."""

Floats = npt.NDArray[np.float64]


def quantile_bands(days: npt.NDArray[np.int64], values: Floats) -> pd.DataFrame:
    """Return the percentiles over runs for each day.

    Parameters
    ----------
    days
        Shape ``(days,)``.
    values
        Shape ``(runs, days)``; NaN where a run has nothing to say that day.

    Returns
    -------
    pandas.DataFrame
        Columns ``day, p5, p25, p50, p75, p95``; days on which no run speaks are left out.
    """
    speaks = ~np.isnan(values).all(axis=0) if values.size else np.zeros(len(days), dtype=bool)
    kept = values[:, speaks]
    fractions = [level / 100 for level in LEVELS]
    if not kept.size:
        bands = np.empty((len(LEVELS), 0))
    elif np.isnan(kept).any():
        bands = np.nanquantile(kept, fractions, axis=0)
    else:
        bands = np.quantile(kept, fractions, axis=0)
    columns = {f"p{level}": bands[i] for i, level in enumerate(LEVELS)}
    return pd.DataFrame({"day": days[speaks], **columns})


def trailing_mean(values: Floats, window: int) -> Floats:
    """Average the known values of the last ``window`` days; NaN where there are none.

    Parameters
    ----------
    values
        Shape ``(runs, days)``, NaN where unknown.
    window
        Days, today included.
    """
    known = ~np.isnan(values)
    sums = _trailing_sum(np.where(known, values, 0.0), window)
    counts = _trailing_sum(known.astype(np.float64), window)
    means = np.full(values.shape, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0.5)
    return means


def typical_run(runs: npt.NDArray[np.int64], values: Floats) -> int:
    """Return the run whose last value is nearest the median: a fair one to show alone."""
    last = values[:, -1]
    return int(runs[np.argmin(np.abs(last - np.median(last)))])


def outcome_counts(proposals: pd.DataFrame) -> pd.DataFrame:
    """Count proposals by final state over all runs.

    Returns
    -------
    pandas.DataFrame
        Columns ``state, count, share``, in the order of :data:`OUTCOMES`, zero counts left out.
    """
    counts = proposals["state"].value_counts()
    order = [*OUTCOMES, *sorted(set(counts.index) - set(OUTCOMES))]
    counts = counts.reindex(order, fill_value=0)
    counts = counts[counts > 0]
    total = max(int(counts.sum()), 1)
    return pd.DataFrame(
        {"state": counts.index.to_numpy(), "count": counts.to_numpy(), "share": counts / total}
    ).reset_index(drop=True)


def composition(
    days: npt.NDArray[np.int64], parts: dict[str, Floats], whole: Floats
) -> pd.DataFrame:
    """Average each part of the supply over runs: means add up to the whole, medians do not.

    Parameters
    ----------
    days
        Shape ``(days,)``.
    parts
        By name, each of shape ``(runs, days)``.
    whole
        Shape ``(runs, days)``: what the parts should add up to.

    Returns
    -------
    pandas.DataFrame
        ``day`` and one column per part; ``Elsewhere`` when a thousandth or more is unaccounted for.
    """
    frame = pd.DataFrame({"day": days, **{name: part.mean(axis=0) for name, part in parts.items()}})
    total = whole.mean(axis=0)
    rest = total - frame[list(parts)].sum(axis=1).to_numpy()
    if np.any(np.abs(rest) > 1e-3 * np.maximum(total, 1.0)):
        frame["Elsewhere"] = rest
    return frame


def _trailing_sum(values: Floats, window: int) -> Floats:
    total = np.cumsum(values, axis=1)
    shifted = np.zeros_like(total)
    shifted[:, window:] = total[:, :-window]
    return total - shifted
