"""Figures of studies whose points are no grid: each point of a drawn design by one axis."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboards import theme
from dashboards.canvas import Chart, canvas, empty
from dashboards.formats import Axis, Quantity, axis_of
from dashboards.records import SweepAxis
from dashboards.sweep_charts import UNJUDGED, Goal
from dashboards.theme import Palette

DAY = 86_400.0
VERDICTS = ("passes", "unsure", "fails", UNJUDGED)
_TOLD = {"passes": "passes", "unsure": "too close to call", "fails": "fails", UNJUDGED: UNJUDGED}


def is_grid(points: pd.DataFrame, axes: tuple[SweepAxis, ...]) -> bool:
    """Whether a metric's points are every combination of the values of their axes."""
    sizes = [points[axis.path].nunique() for axis in axes]
    return len(points) == int(np.prod(sizes))


def cloud(
    points: pd.DataFrame,
    x: tuple[str, Quantity],
    metric: Quantity,
    goal: Goal,
    *,
    palette: Palette = theme.LIGHT,
    height: int = 460,
) -> Chart:
    """Draw a metric at every point by one axis, with marks by how they stand to the goal.

    Parameters
    ----------
    points
        One row per point of a single metric: the axis columns, ``mean``, ``lo``, ``hi``, ``n``.
    x
        Column and quantity of the axis.
    """
    figure = canvas(palette, height)
    rows = zip(points["lo"], points["hi"], points["n"], strict=True)
    table = points.assign(goal=[goal.verdict(*row) for row in rows])
    known = table[np.isfinite(table["mean"])]
    if not len(known):
        return empty(figure, metric.label, points)
    across, up = _across(x, known), axis_of(metric, known["mean"].to_numpy(np.float64))
    for i, verdict in enumerate(VERDICTS):
        part = known[known["goal"] == verdict]
        if len(part):
            _marks(figure, part, x[0], (across, up), _TOLD[verdict], i, palette)
    figure.update_xaxes(title_text=across.title, tickformat=across.ticks, nticks=8)
    figure.update_yaxes(title_text=up.title, tickformat=up.ticks, nticks=6)
    figure.update_layout(hovermode="closest")
    return Chart(figure, _finding(known, x, metric), table)


def _across(x: tuple[str, Quantity], points: pd.DataFrame) -> Axis:
    if x[1].format == "text":
        return Axis(1, x[1].label, "", "")
    if x[1].format == "duration":
        return Axis(DAY, f"{x[1].label} (days)", ",.4~g", ",.4~g")
    return axis_of(x[1], points[x[0]].to_numpy(np.float64))


def _marks(
    figure: go.Figure, part: pd.DataFrame, path: str, axes: tuple[Axis, Axis], name: str, i: int,
    palette: Palette,
) -> None:  # fmt: skip
    across, up = axes
    place = part[path] if part[path].dtype == object else part[path] / across.divisor
    mean, low, high = (part[key].to_numpy(np.float64) / up.divisor for key in ("mean", "lo", "hi"))
    figure.add_scatter(
        x=place,
        y=mean,
        name=name,
        mode="markers",
        marker={"symbol": theme.MARKERS[i], "size": 8, "color": palette.categorical[i]},
        error_y={"array": high - mean, "arrayminus": mean - low, "thickness": 0.6, "width": 0},
        hovertemplate=f"%{{x}}: %{{y:{up.hover}}}<extra>{name}</extra>",
    )


def _finding(known: pd.DataFrame, x: tuple[str, Quantity], metric: Quantity) -> str:
    count = known["goal"].value_counts()
    told = ", ".join(f"{count[v]} {_TOLD[v]}" for v in VERDICTS if v in count)
    low, high = float(known["mean"].min()), float(known["mean"].max())
    return (
        f"{metric.label} runs from {metric.range(low, high)} over {len(known)} points, drawn by "
        f"{x[1].label.lower()}: {told}."
    )
