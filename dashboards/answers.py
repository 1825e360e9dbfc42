"""The question of each page, answered in one sentence with its numbers."""

import numpy as np
import pandas as pd

from dashboards.formats import Quantity, count, power
from dashboards.records import Metric, Rehearsal, Sweep, Twin

SHOWN = 3
"""Refused actions that a sentence quotes."""
_PASSED = ("Executed", "Queued", "Succeeded")
_SHARE = Quantity("", "", "percent")
_TOKENS = Quantity("", "tokens", "tokens")


def rehearsal(
    record: Rehearsal, proposals: pd.DataFrame, treasury: pd.DataFrame, staked: pd.DataFrame
) -> str:
    """Say what a typical run comes to.

    Parameters
    ----------
    record
        The rehearsal's record and its headline figures, of which turnout is quoted.
    proposals
        Every proposal of every run.
    treasury, staked
        Bands of the treasury and of the staked share, as
        :func:`dashboards.summaries.quantile_bands` gives.
    """
    runs = max(record.replicates, 1)
    passed = int(proposals["state"].isin(_PASSED).sum())
    turnout = next((m.mean for m in record.metrics if m.name == "turnout"), np.nan)
    voted = f" on a turnout of {_SHARE.text(turnout)}" if np.isfinite(turnout) else ""
    made = f"{passed / runs:.0f} of {len(proposals) / runs:.0f} proposals"
    parts = [f"its members pass {made}{voted}"]
    if len(treasury):
        start, end = (_TOKENS.text(treasury["p50"].iloc[i]) for i in (0, -1))
        parts.append(f"the treasury goes from {start} to {end}")
    if len(staked):
        parts.append(f"{_SHARE.text(staked['p50'].iloc[-1])} of the supply ends up staked")
    body = ", ".join(parts[:-1]) + f", and {parts[-1]}" if len(parts) > 1 else parts[0]
    run = f"a typical run of {count(runs)}" if runs > 1 else "the only run"
    return f"In {run}, {body}."


def sweep(study: Sweep, metric: Metric, points: pd.DataFrame) -> str:
    """Say where a metric is highest and lowest, with the interval of each, or why it is not known.

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
    known = points[np.isfinite(points["mean"])]
    if not len(known):
        return _undefined(study, metric)
    ends = []
    for word, row in (("highest", known["mean"].idxmax()), ("lowest", known["mean"].idxmin())):
        point = known.loc[row]
        place = " and ".join(
            f"{axis.quantity.label.lower()} {axis.quantity.setting(point[axis.path])}"
            for axis in study.axes
        )
        mean, low, high = (float(point[name]) for name in ("mean", "lo", "hi"))
        within = metric.quantity.interval(low, high, int(point["n"]))
        ends.append(f"{word} with {place}, at {metric.quantity.text(mean)} ({within})")
    if len(known) < len(points):
        ends.append(f"undefined at {len(points) - len(known)} of {len(points)} points")
    return f"{metric.quantity.label}: {'; '.join(ends)}."


def twin(replay: Twin) -> str:
    """Say whether the simulation and the bytecode agree, and how closely.

    An action that the contracts refused is disagreement too.
    """
    record, drift = replay.record, replay.drift
    what = (
        f"{count(record['transactions'])} transactions of {count(record['members'])} members over "
        f"{count(record['days'])} days were replayed on the compiled contracts"
    )
    outside = drift.loc[~drift["within"].astype(bool), "variable"].astype(str).to_list()
    faults = [f"{', '.join(outside)} drifted past the bound"] if outside else []
    if replay.refusals:
        faults.append(f"the contracts refused what the simulation did: {_first(replay.refusals)}")
    if faults:
        return f"No: {what}, and {', and '.join(faults)}."
    if not len(drift):
        return f"{what}, and nothing was compared."
    largest = float(drift["max_rel"].max())
    close = (
        f"no state differs by more than {power(largest)} of its value, or of one token or share "
        "where the value is smaller"
    )
    return f"Yes: {what}, and {close if largest else 'every state is equal'}."


def _undefined(study: Sweep, metric: Metric) -> str:
    days = (study.record.get("scenario") or {}).get("days")
    horizon = f" of {count(days)} days" if days is not None else ""
    formula = f" ({metric.description})" if metric.description else ""
    return (
        f"{metric.quantity.label}: undefined at every point, because no run{horizon} holds "
        f"anything to compute it from{formula}; a longer horizon may."
    )


def _first(refusals: tuple[str, ...]) -> str:
    rest = len(refusals) - SHOWN
    return "; ".join(refusals[:SHOWN]) + (f"; and {rest} more on record" if rest > 0 else "")
