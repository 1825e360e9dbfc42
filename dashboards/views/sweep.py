"""What a rule changes: a study over its axes, with intervals and a goal."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from dashboards import answers, cached, cloud_charts, data, parts, sweep_charts
from dashboards.canvas import Chart
from dashboards.formats import NO_INTERVAL, count
from dashboards.records import Metric, ResultsError, Sweep, SweepAxis
from dashboards.sweep_charts import LEAST_RUNS, Goal

AT_LEAST = "At least"
AT_MOST = "At most"
OUTLINES = (
    "Solid outline and tick: the whole interval meets the goal. "
    "Dotted outline and tilde: too close to call. "
    f"Fewer than {LEAST_RUNS} runs, or no interval: not judged."
)


def main() -> None:
    """Lay out the page."""
    folder = parts.folder()
    study = cached.sweep(folder, data.stamp(folder, "sweep"))
    record = study.record
    top = st.container()
    metric, goal = _controls(study)
    points = _rows(study, metric)
    question = record.get("question") or record.get("name") or "What do the rules change?"
    with top:
        parts.heading(
            parts.plain(question),
            parts.plain(answers.sweep(study, metric, points)),
            f"{count(points['point'].nunique())} points · {count(record['replicates'])} replicates "
            f"each · {_meanings(study, metric)}",
        )
    if len(points) and study.axes:
        _charts(study, metric, goal, points)
    parts.provenance(record)


def _meanings(study: Sweep, metric: Metric) -> str:
    known = [(metric.quantity.label, metric.description)]
    known += [(axis.quantity.label, axis.meaning) for axis in study.axes]
    return parts.plain(" · ".join(f"{name}: {meaning}" for name, meaning in known if meaning))


def _rows(study: Sweep, metric: Metric) -> pd.DataFrame:
    return study.points[study.points["metric"] == metric.name].reset_index(drop=True)


def _controls(study: Sweep) -> tuple[Metric, Goal]:
    by_label = {metric.quantity.label: metric for metric in study.metrics}
    if not by_label:
        raise ResultsError("sweep", "sweep/study.json names no metrics")
    with st.container(border=True):
        left, middle, right = st.columns([2, 1, 2], gap="medium")
        label = left.selectbox("Metric", list(by_label), key="metric", bind="query-params")
        metric = by_label[label]
        side = middle.segmented_control(
            "Goal", [AT_LEAST, AT_MOST], default=AT_LEAST, required=True, key="side",
            bind="query-params",
        )  # fmt: skip
        with right:
            threshold = _threshold(metric, _rows(study, metric))
    return metric, Goal(threshold, side == AT_LEAST)


def _threshold(metric: Metric, points: pd.DataFrame) -> float:
    """Offer thresholds over the range of means and intervals, in about forty round steps."""
    values = points[["mean", "lo", "hi"]].to_numpy(np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        st.caption("The metric is undefined at every point: there is no threshold to choose.")
        return math.nan
    low, high = float(values.min()), float(values.max())
    if high <= low:
        st.caption("Every point is equal: there is no threshold to choose.")
        return low
    step = _round_step((high - low) / 40)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    middle = round(float(points["mean"].median()) / step) * step
    chosen = st.slider(
        "Threshold",
        low,
        high,
        min(max(middle, low), high),
        step,
        format="percent" if metric.quantity.format == "percent" else "compact",
        key=f"goal_{metric.name}",
        bind="query-params",
    )
    return float(chosen)


def _round_step(raw: float) -> float:
    """Return the next of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(raw))
    return next(k * power for k in (1, 2, 5, 10) if k * power >= raw * (1 - 1e-9))


def _charts(study: Sweep, metric: Metric, goal: Goal, points: pd.DataFrame) -> None:
    if not cloud_charts.is_grid(points, study.axes):
        _cloud(study, metric, goal, points)
        return
    x, y = _axes(study)
    held, words = _hold(study, x, y, points)
    single = len(held) and (held["n"] == 1).all()
    shown = f"Mean: {NO_INTERVAL}." if single else "Mean and 95 % interval over replicates."
    caption = f"{shown} {parts.plain(words)}".strip()
    record = study.record
    if y is not None:
        chart = sweep_charts.heat_map(
            held, (x.path, x.quantity), (y.path, y.quantity), metric.quantity, goal,
            palette=parts.palette(),
        )  # fmt: skip
        title = (
            f"{metric.quantity.label} by {x.quantity.label.lower()} and {y.quantity.label.lower()}"
        )
        stem = parts.file_stem(record, f"sweep-{metric.name}")
        parts.show(_readable(study, chart), title, f"{caption} {OUTLINES}", key="heat", stem=stem)
    lines = sweep_charts.lines(
        held, (x.path, x.quantity), (y.path, y.quantity) if y else None, metric.quantity,
        goal=goal, palette=parts.palette(),
    )  # fmt: skip
    title = f"{metric.quantity.label} along {x.quantity.label.lower()}"
    stem = parts.file_stem(record, f"lines-{metric.name}")
    parts.show(_readable(study, lines), title, caption, key="lines", stem=stem)


def _cloud(study: Sweep, metric: Metric, goal: Goal, points: pd.DataFrame) -> None:
    by_label = {axis.quantity.label: axis for axis in study.axes}
    label = st.selectbox("Across", list(by_label), key="along", bind="query-params")
    x = by_label[label]
    chart = cloud_charts.cloud(
        points, (x.path, x.quantity), metric.quantity, goal, palette=parts.palette()
    )
    title = f"{metric.quantity.label} by {x.quantity.label.lower()}"
    stem = parts.file_stem(study.record, f"cloud-{metric.name}")
    caption = "Mean and 95 % interval of every point; the other axes differ between points, too."
    parts.show(_readable(study, chart), title, caption, key="cloud", stem=stem)


def _readable(study: Sweep, chart: Chart) -> Chart:
    """Write durations in the table as in the figure."""
    spans = [axis for axis in study.axes if axis.quantity.format == "duration"]
    written = {axis.path: chart.table[axis.path].map(axis.quantity.setting) for axis in spans}
    return replace(chart, table=chart.table.assign(**written))


def _axes(study: Sweep) -> tuple[SweepAxis, SweepAxis | None]:
    by_label = {axis.quantity.label: axis for axis in study.axes}
    labels = list(by_label)
    if len(labels) == 1:
        return by_label[labels[0]], None
    label = st.segmented_control(
        "Across", labels, default=labels[0], required=True, key="along", bind="query-params"
    )
    rest = [name for name in labels if name != label]
    other = rest[0]
    if len(rest) > 1:
        other = st.segmented_control(
            "Upwards", rest, default=rest[0], required=True, key="up", bind="query-params"
        )
    return by_label[label], by_label[other]


def _hold(
    study: Sweep, x: SweepAxis, y: SweepAxis | None, points: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    """Fix the axes that are not drawn, at values the reader chooses; say which."""
    words = []
    for axis in study.axes:
        if axis in (x, y):
            continue
        options: list[float | str] = [*axis.values]
        value = st.select_slider(
            axis.quantity.label, options, format_func=axis.quantity.setting,
            key=f"hold_{axis.path}", bind="query-params",
        )  # fmt: skip
        points = points[points[axis.path] == value]
        words.append(f"{axis.quantity.label} held at {axis.quantity.setting(value)}")
    return points, f"{', '.join(words)}." if words else ""


if __name__ == "__main__":
    parts.guarded(main)
