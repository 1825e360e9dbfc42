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
from dashboards.formats import NO_INTERVAL, Axis, Quantity, axis_of
from dashboards.theme import Palette

Floats = npt.NDArray[np.float64]
Stops = list[float] | list[str]

LEAST_RUNS = 10
"""Runs below which a point is not judged."""
UNJUDGED = "too few runs"
_ROW = ("mean", "lo", "hi", "n")


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

    def verdict(self, low: float, high: float, n: int) -> str:
        """Return ``"passes"``, ``"unsure"`` (the interval holds the threshold) or ``"fails"``.

        With fewer than :data:`LEAST_RUNS` runs or without an interval: ``"too few runs"``.
        """
        if n < LEAST_RUNS or not math.isfinite(high - low):
            return UNJUDGED
        worst, best = (low, high) if self.at_least else (-high, -low)
        goal = self.threshold if self.at_least else -self.threshold
        if best < goal:
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
    columns, rows = _stops(points[x[0]]), _stops(points[y[0]])
    figure = canvas(palette, 130 + 74 * max(len(rows), 2))
    if not np.isfinite(points["mean"]).any():
        return empty(figure, metric.label, points)
    means = np.full((len(rows), len(columns)), np.nan)
    texts = np.full(means.shape, "", dtype=object)
    table = _judged(points, goal)
    for record in table.to_dict("records"):
        i, j = rows.index(record[y[0]]), columns.index(record[x[0]])
        mean, low, high, n = (record[name] for name in _ROW)
        means[i, j] = mean
        mark = {"passes": "\N{CHECK MARK} ", "unsure": "~ "}.get(record["goal"], "")
        texts[i, j] = f"<b>{mark}{metric.text(mean)}</b><br>{metric.spread(mean, low, high, n)}"
        _outline(figure, j, i, record["goal"], palette)
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

    Names along the page have no order, so their points stay unconnected.

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
    if not np.isfinite(points["mean"]).any():
        return empty(figure, metric.label, points)
    axis = axis_of(metric, points[["mean", "lo", "hi"]].to_numpy(np.float64).ravel())
    stops, drawn = _stops(points[x[0]]), _levels(points, levels)
    for i, (name, part) in enumerate(drawn):
        part = part.assign(at=[stops.index(stop) for stop in part[x[0]]]).sort_values("at")
        at = part["at"].to_numpy(np.float64) + (i - (len(drawn) - 1) / 2) * 0.05
        _line(figure, at, part, name, i, axis, palette)
        notes = [metric.interval(*row) for row in zip(*(part[k] for k in _ROW[1:]), strict=True)]
        figure.data[-1].update(customdata=np.array(notes))
        if x[1].format == "text":
            figure.data[-1].update(mode="markers")
    if goal is not None:
        _goal_line(figure, goal.threshold / axis.divisor, palette)
    _category_axis(figure.update_xaxes, x[1], stops)
    figure.update_yaxes(title_text=axis.title, tickformat=axis.ticks, nticks=6)
    title = f"{levels[1].label}  " if levels else ""
    figure.update_layout(hovermode="closest", legend={"title": {"text": title}})
    return Chart(figure, _line_finding(points, x, metric), points)


def _judged(points: pd.DataFrame, goal: Goal) -> pd.DataFrame:
    rows = zip(points["lo"], points["hi"], points["n"], strict=True)
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
        deep = high > low and (means[i, j] - low) / (high - low) > 0.5
        light = deep if dark_cells else not deep
        colour = "#ffffff" if light else "#10171e"
        if not math.isfinite(means[i, j]):
            colour = palette.ink
        figure.add_annotation(
            x=j, y=i, text=texts[i, j], showarrow=False, font={"color": colour, "size": 13}
        )


def _outline(figure: go.Figure, j: int, i: int, verdict: str, palette: Palette) -> None:
    if verdict not in ("passes", "unsure"):
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


def _category_axis(update: Callable[..., object], quantity: Quantity, values: Stops) -> None:
    unit = quantity.noun()
    title = f"{quantity.label} ({unit})" if unit else quantity.label
    bare = Quantity(quantity.label, "", quantity.format)
    update(
        title_text=title,
        tickmode="array",
        tickvals=np.arange(len(values)),
        ticktext=[bare.setting(value) for value in values],
        showgrid=False,
        showline=False,
        range=[-0.55, len(values) - 0.45],
    )


def _heat_finding(table: pd.DataFrame, metric: Quantity, goal: Goal) -> str:
    means = table["mean"].to_numpy(np.float64)
    verdicts = table["goal"].value_counts()
    side = "at least" if goal.at_least else "at most"
    extent = metric.range(float(np.nanmin(means)), float(np.nanmax(means)))
    few = verdicts.get(UNJUDGED, 0)
    return (
        f"{metric.label} runs from {extent} "
        f"over {len(table)} points; with {side} {metric.text(goal.threshold)} as the goal "
        f"{verdicts.get('passes', 0)} pass, {verdicts.get('unsure', 0)} are too close to call "
        f"and {verdicts.get('fails', 0)} fail."
        + (f" {few} rest on too few runs to judge." if few else "")
        + _without_interval(table)
    )


def _line_finding(points: pd.DataFrame, x: tuple[str, Quantity], metric: Quantity) -> str:
    means = points.groupby(x[0], sort=False)["mean"].mean().reindex(_stops(points[x[0]]))
    texts = [metric.text(float(mean)) for mean in means]
    stops = [x[1].setting(stop) for stop in means.index]
    if x[1].format == "text":
        places = ", ".join(f"{text} at {stop}" for text, stop in zip(texts, stops, strict=True))
        path = f"by {x[1].label.lower()}: {places}"
    else:
        path = f"goes from {texts[0]} at {x[1].label.lower()} {stops[0]} to {texts[-1]} "
        path += f"at {stops[-1]}"
    return f"{metric.label} {path}, averaged over the lines.{_without_interval(points)}"


def _without_interval(points: pd.DataFrame) -> str:
    single = int((points["n"] == 1).sum())
    if not single:
        return ""
    where = "each point" if single == len(points) else f"{single} of {len(points)} points"
    return f" At {where}: {NO_INTERVAL}."


def _stops(values: pd.Series) -> Stops:
    """Return the values of an axis once each: numbers ascending, names in the study's order."""
    if values.dtype == object:
        return list(map(str, values.unique()))
    return sorted(map(float, values.unique()))


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
        (quantity.setting(level), points[points[path] == level]) for level in _stops(points[path])
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
        hovertemplate=f"%{{y:{axis.hover}}}<br>%{{customdata}}<extra>{name}</extra>",
    )
