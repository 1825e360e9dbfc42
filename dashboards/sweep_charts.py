"""Figure builders for studies: a heat map with goals, and lines along one axis."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from dashboards import theme
from dashboards.canvas import Chart, canvas, empty
from dashboards.formats import Axis, Quantity, axis_of
from dashboards.theme import Palette

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Goal:
    """A threshold a metric should reach.

    Parameters
    ----------
    threshold
        In the metric's unit.
    at_least
        Whether more is better.
    """

    threshold: float
    at_least: bool = True

    def verdict(self, mean: float, low: float, high: float) -> str:
        """Return ``"passes"``, ``"unsure"`` (the interval holds the threshold) or ``"fails"``."""
        worst, best = (low, high) if self.at_least else (-high, -low)
        goal = self.threshold if self.at_least else -self.threshold
        if not math.isfinite(mean) or best < goal:
            return "fails"
        return "passes" if worst >= goal else "unsure"


def heat_map(
    points: pd.DataFrame,
    x: tuple[str, Quantity],
    y: tuple[str, Quantity],
    metric: Quantity,
    goal: Goal,
    *,
    palette: Palette = theme.LIGHT,
) -> Chart:
    """Draw a metric over two axes, with its interval in each cell and the goal as outlines.

    A solid outline and a tick mark: the whole interval meets the goal. A dotted outline and a
    tilde: the interval holds the threshold, so more replicates would have to tell.

    Parameters
    ----------
    points
        One row per point of a single metric: the two axis columns, ``mean``, ``lo``, ``hi``, ``n``.
    x, y
        Column and quantity of each axis.
    """
    columns = np.unique(points[x[0]].to_numpy(np.float64))
    rows = np.unique(points[y[0]].to_numpy(np.float64))
    figure = canvas(palette, 130 + 74 * max(len(rows), 2))
    if not len(points):
        return empty(figure, metric.label, points)
    means = np.full((len(rows), len(columns)), np.nan)
    texts = np.full(means.shape, "", dtype=object)
    table = _judged(points, goal)
    for record in table.to_dict("records"):
        i, j = np.searchsorted(rows, record[y[0]]), np.searchsorted(columns, record[x[0]])
        mean, low, high = record["mean"], record["lo"], record["hi"]
        means[i, j] = mean
        mark = {"passes": "\N{CHECK MARK} ", "unsure": "~ "}.get(record["goal"], "")
        texts[i, j] = f"<b>{mark}{metric.text(mean)}</b><br>{metric.half(low, high)}"
        _outline(figure, int(j), int(i), record["goal"], palette)
    _cells(figure, means, texts, palette)
    _category_axis(figure.update_xaxes, x[1], columns)
    _category_axis(figure.update_yaxes, y[1], rows)
    figure.update_layout(hovermode="closest", margin={"t": 10})
    return Chart(figure, _heat_finding(table, metric, goal), table)


def lines(
    points: pd.DataFrame,
    x: tuple[str, Quantity],
    levels: tuple[str, Quantity] | None,
    metric: Quantity,
    *,
    goal: Goal | None = None,
    palette: Palette = theme.LIGHT,
    height: int = 380,
) -> Chart:
    """Draw a metric along one axis with interval bars, one line per level of the other axis.

    Parameters
    ----------
    points
        One row per point of a single metric: the two axis columns, ``mean``, ``lo``, ``hi``, ``n``.
    x, levels
        Column and quantity of the axis along the page, and of the axis that parts the lines;
        ``None`` draws one line.
    goal
        Drawn as a dotted line.
    """
    figure = canvas(palette, height)
    if not len(points):
        return empty(figure, metric.label, points)
    axis = axis_of(metric, points[["lo", "hi"]].to_numpy(np.float64).ravel())
    stops = np.unique(points[x[0]].to_numpy(np.float64))
    for i, (name, part) in enumerate(_levels(points, levels)):
        part = part.sort_values(x[0])
        offset = 0.0 if levels is None else (i - (points[levels[0]].nunique() - 1) / 2) * 0.05
        at = np.searchsorted(stops, part[x[0]].to_numpy(np.float64)) + offset
        _line(figure, at, part, name, i, axis, palette)
    if goal is not None:
        _goal_line(figure, goal.threshold / axis.divisor, palette)
    _category_axis(figure.update_xaxes, x[1], stops)
    figure.update_yaxes(title_text=axis.title, tickformat=axis.ticks, nticks=6)
    title = f"{levels[1].label}  " if levels else ""
    figure.update_layout(hovermode="closest", legend={"title": {"text": title}})
    return Chart(figure, _line_finding(points, x, metric), points)


def _judged(points: pd.DataFrame, goal: Goal) -> pd.DataFrame:
    rows = zip(points["mean"], points["lo"], points["hi"], strict=True)
    return points.assign(goal=[goal.verdict(*row) for row in rows])


def _cells(
    figure: go.Figure, means: Floats, texts: npt.NDArray[np.object_], palette: Palette
) -> None:
    figure.add_heatmap(
        z=means,
        x=np.arange(means.shape[1]),
        y=np.arange(means.shape[0]),
        xgap=4,
        ygap=4,
        colorscale=theme.colorscale(palette),
        showscale=False,
        hoverinfo="skip",
    )
    low, high = np.nanmin(means), np.nanmax(means)
    dark_cells = palette is theme.LIGHT
    for i, j in np.ndindex(means.shape):
        if not math.isfinite(means[i, j]):
            continue
        deep = high > low and (means[i, j] - low) / (high - low) > 0.5
        light = deep if dark_cells else not deep
        colour = "#ffffff" if light else "#10171e"
        figure.add_annotation(
            x=j, y=i, text=texts[i, j], showarrow=False, font={"color": colour, "size": 13}
        )


def _outline(figure: go.Figure, j: int, i: int, verdict: str, palette: Palette) -> None:
    if verdict == "fails":
        return
    dash, width = ("solid", 3) if verdict == "passes" else ("dot", 2)
    figure.add_shape(
        type="rect",
        x0=j - 0.49,
        x1=j + 0.49,
        y0=i - 0.47,
        y1=i + 0.47,
        line={"color": palette.categorical[1], "width": width, "dash": dash},
    )


def _category_axis(update: Callable[..., object], quantity: Quantity, values: Floats) -> None:
    unit = quantity.noun()
    title = f"{quantity.label} ({unit})" if unit else quantity.label
    bare = Quantity(quantity.label, "", quantity.format)
    update(
        title_text=title,
        tickmode="array",
        tickvals=np.arange(len(values)),
        ticktext=[bare.setting(float(value)) for value in values],
        showgrid=False,
        showline=False,
        range=[-0.55, len(values) - 0.45],
    )


def _heat_finding(table: pd.DataFrame, metric: Quantity, goal: Goal) -> str:
    means = table["mean"].to_numpy(np.float64)
    verdicts = table["goal"].value_counts()
    side = "at least" if goal.at_least else "at most"
    extent = metric.range(float(np.nanmin(means)), float(np.nanmax(means)))
    return (
        f"{metric.label} runs from {extent} "
        f"over {len(table)} points; with {side} {metric.text(goal.threshold)} as the goal "
        f"{verdicts.get('passes', 0)} pass, {verdicts.get('unsure', 0)} are too close to call "
        f"and {verdicts.get('fails', 0)} fail."
    )


def _line_finding(points: pd.DataFrame, x: tuple[str, Quantity], metric: Quantity) -> str:
    means = points.groupby(x[0])["mean"].mean()
    first, last = (x[1].setting(float(means.index[end])) for end in (0, -1))
    return (
        f"{metric.label} goes from {metric.text(float(means.iloc[0]))} at "
        f"{x[1].label.lower()} {first} to {metric.text(float(means.iloc[-1]))} "
        f"at {last}, averaged over the lines."
    )


def _goal_line(figure: go.Figure, height: float, palette: Palette) -> None:
    figure.add_hline(
        y=height,
        line={"color": palette.muted, "width": 1.5, "dash": "dot"},
        annotation={"text": "goal", "font": {"color": palette.muted}},
        annotation_position="top right",
    )


def _levels(
    points: pd.DataFrame, levels: tuple[str, Quantity] | None
) -> list[tuple[str, pd.DataFrame]]:
    if levels is None:
        return [("mean", points)]
    path, quantity = levels
    return [
        (quantity.setting(level), points[points[path] == level])
        for level in sorted(set(points[path]))
    ]


def _line(
    figure: go.Figure,
    at: Floats,
    part: pd.DataFrame,
    name: str,
    i: int,
    axis: Axis,
    palette: Palette,
) -> None:
    mean, low, high = (
        part[key].to_numpy(np.float64) / axis.divisor for key in ("mean", "lo", "hi")
    )
    k = i % len(palette.categorical)
    figure.add_scatter(
        x=at,
        y=mean,
        name=name,
        mode="lines+markers",
        line={"color": palette.categorical[k], "width": 2, "dash": theme.DASHES[k]},
        marker={"symbol": theme.MARKERS[k], "size": 9},
        error_y={"array": high - mean, "arrayminus": mean - low, "thickness": 1.5, "width": 5},
        hovertemplate=f"%{{y:{axis.hover}}}<extra>{name}</extra>",
    )
