"""The question of each page, answered in one sentence with its numbers."""

import numpy as np
import pandas as pd

from dashboards.formats import Quantity, count, power
from dashboards.records import Metric, Rehearsal, Sweep, Twin

_SHARE = Quantity("", "", "percent")
_TOKENS = Quantity("", "tokens", "tokens")


def rehearsal(
    record: Rehearsal, proposals: pd.DataFrame, treasury: pd.DataFrame, staked: pd.DataFrame
) -> str:
    """Say what a typical run comes to.

    Parameters
    ----------
    record
        The rehearsal's record.
    proposals
        Every proposal of every run.
    treasury, staked
        Bands of the treasury and of the staked share, as
        :func:`dashboards.summaries.quantile_bands` gives.
    """
    runs = max(record.replicates, 1)
    passed = int(proposals["state"].isin(["Executed", "Queued", "Succeeded"]).sum())
    turnout = proposals["turnout"].mean()
    voted = f" on a turnout of {_SHARE.text(turnout)}" if np.isfinite(turnout) else ""
    made = f"{passed / runs:.0f} of {len(proposals) / runs:.0f} proposals"
    parts = [f"its members pass {made}{voted}"]
    if len(treasury):
        start, end = (_TOKENS.text(treasury["p50"].iloc[i]) for i in (0, -1))
        parts.append(f"the treasury goes from {start} to {end}")
    if len(staked):
        parts.append(f"{_SHARE.text(staked['p50'].iloc[-1])} of the supply ends up staked")
    body = ", ".join(parts[:-1]) + f", and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"In a typical run of {count(runs)}, {body}."


def sweep(study: Sweep, metric: Metric, points: pd.DataFrame) -> str:
    """Say where a metric is highest and lowest, with the interval of each.

    Parameters
    ----------
    study
        The study, for the names of its axes.
    metric
        The chosen metric.
    points
        Its rows.
    """
    if not len(points):
        return f"{metric.quantity.label}: no points were stored."
    ends = []
    for word, row in (("highest", points["mean"].idxmax()), ("lowest", points["mean"].idxmin())):
        point = points.loc[row]
        place = " and ".join(
            f"{axis.quantity.label.lower()} {axis.quantity.setting(float(point[axis.path]))}"
            for axis in study.axes
        )
        mean, interval = metric.quantity.text(float(point["mean"])), (point["lo"], point["hi"])
        within = metric.quantity.range(float(interval[0]), float(interval[1]))
        ends.append(f"{word} with {place}, at {mean} (95 % interval {within})")
    return f"{metric.quantity.label}: {'; '.join(ends)}."


def twin(replay: Twin) -> str:
    """Say whether the simulation and the bytecode agree, and how closely."""
    record, drift = replay.record, replay.drift
    what = (
        f"{count(record['transactions'])} transactions of {count(record['members'])} members over "
        f"{count(record['days'])} days were replayed on the compiled contracts"
    )
    if not len(drift):
        return f"{what}, and nothing was compared."
    outside = drift.loc[~drift["within"].astype(bool), "variable"].astype(str).to_list()
    if outside:
        return f"No: {what}, and {', '.join(outside)} drifted past the bound."
    largest = float(drift["max_rel"].max())
    close = f"no state differs by more than {power(largest)} of its value"
    return f"Yes: {what}, and {close if largest else 'every state is equal'}."
