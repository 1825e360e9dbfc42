"""Figure builders of rehearsals: plain arrays and frames in, a chart out.

No builder knows Streamlit or reads a file. Traces hold numpy arrays (Plotly packs them as binary,
lists cost twenty times the time), every axis names its unit, and colour never speaks alone: dash,
marker, pattern or text says the same.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from dashboards import theme
from dashboards.canvas import DAYS, Chart, canvas, empty, label_axes, lay_out_bars
from dashboards.formats import GAP, Quantity, axis_of, count
from dashboards.theme import Palette, translucent

OUTCOME_COLOURS = {
    "Executed": 2,
    "Queued": 0,
    "Succeeded": 0,
    "Defeated": 1,
    "Expired": 4,
    "Canceled": 3,
}
"""Index into the categorical colours for each governor state; others are grey."""
_GREY = 5

Floats = npt.NDArray[np.float64]


def fan(
    bands: pd.DataFrame,
    quantity: Quantity,
    *,
    run: tuple[str, npt.NDArray[np.int64], Floats] | None = None,
    palette: Palette = theme.LIGHT,
    height: int = 320,
) -> Chart:
    """Draw the 5-25-50-75-95 % fan of a quantity over days.

    Parameters
    ----------
    bands
        ``day, p5, p25, p50, p75, p95`` as :func:`dashboards.summaries.quantile_bands` gives.
    quantity
        What the bands measure.
    run
        Name, days and values of one run to lay over the fan as a dashed line.
    """
    figure = canvas(palette, height)
    if not len(bands):
        return empty(figure, quantity.label, bands)
    drawn = [bands[["p5", "p95"]].to_numpy(np.float64).ravel()]
    axis = axis_of(quantity, np.concatenate([*drawn, run[2]] if run else drawn))
    days = bands["day"].to_numpy(np.int64)
    level = {name: bands[name].to_numpy(np.float64) / axis.divisor for name in bands.columns[1:]}
    _band(figure, days, level["p5"], level["p95"], "90 % of runs", palette, 0.15)
    _band(figure, days, level["p25"], level["p75"], "half of runs", palette, 0.32)
    figure.add_scatter(
        x=days,
        y=level["p50"],
        mode="lines",
        line={"color": palette.categorical[0], "width": 2.5},
        name="median",
        customdata=np.stack([level["p5"], level["p95"]], axis=1),
        hovertemplate=f"median %{{y:{axis.hover}}}, 90 % of runs %{{customdata[0]:{axis.hover}}}"
        f" to %{{customdata[1]:{axis.hover}}}<extra></extra>",
    )
    if run is not None:
        _overlay(figure, run, axis.divisor, axis.hover, palette)
    label_axes(figure, DAYS, axis)
    return Chart(figure, _fan_finding(bands, quantity), bands)


def stack(
    parts: pd.DataFrame, quantity: Quantity, *, palette: Palette = theme.LIGHT, height: int = 320
) -> Chart:
    """Draw what shares out a whole over days as stacked areas, mean over runs.

    Parameters
    ----------
    parts
        Column ``day`` and one column per part, from the bottom of the stack up.
    quantity
        What the whole measures.
    """
    figure = canvas(palette, height)
    names = [name for name in parts.columns if name != "day"]
    if not len(parts) or not names:
        return empty(figure, quantity.label, parts)
    total = parts[names].sum(axis=1).to_numpy(np.float64)
    axis = axis_of(quantity, total)
    for i, name in enumerate(names):
        colour = palette.categorical[i % len(palette.categorical)]
        values = parts[name].to_numpy(np.float64)
        figure.add_scatter(
            x=parts["day"].to_numpy(np.int64),
            y=values / axis.divisor,
            mode="lines",
            stackgroup="whole",
            name=name,
            line={"color": colour, "width": 1.5, "dash": theme.DASHES[i % len(theme.DASHES)]},
            fillcolor=translucent(colour, 0.4),
            customdata=np.divide(values, total, out=np.zeros_like(values), where=total > 0),
            hovertemplate=f"{name} %{{y:{axis.hover}}} (%{{customdata:.1%}})<extra></extra>",
        )
    label_axes(figure, DAYS, axis)
    figure.update_yaxes(rangemode="tozero")
    last, whole = parts.iloc[-1], max(float(total[-1]), 1e-300)
    shares = ", ".join(f"{name.lower()} {_percent(last[name] / whole)}" for name in names)
    finding = f"Of {quantity.text(whole)} on day {last['day']:.0f}, mean over runs: {shares}."
    return Chart(figure, finding, parts)


def outcomes(counts: pd.DataFrame, *, palette: Palette = theme.LIGHT, height: int = 240) -> Chart:
    """Draw how proposals ended, over all runs, as labelled bars.

    Parameters
    ----------
    counts
        ``state, count, share`` as :func:`dashboards.summaries.outcome_counts` gives.
    """
    figure = canvas(palette, height)
    if not len(counts):
        return empty(figure, "Proposals", counts)
    states = counts["state"].astype(str).to_list()
    numbers = counts["count"].to_numpy(np.int64)
    shares = counts["share"].to_numpy(np.float64)
    indices = [OUTCOME_COLOURS.get(state, _GREY) for state in states]
    pairs = list(zip(shares, numbers, strict=True))
    figure.add_bar(
        y=np.array(states),
        x=shares,
        orientation="h",
        width=0.6,
        marker={"color": [palette.categorical[i] for i in indices], "line": {"width": 0}},
        text=[f" {_percent(share)} ({count(n)})" for share, n in pairs],
        textposition="outside",
        textfont={"color": palette.ink},
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1%} of proposals<extra></extra>",
    )
    lay_out_bars(figure)
    limits = [0, float(shares.max()) * 1.35]
    figure.update_xaxes(
        title_text="Share of all proposals", tickformat=".0%", range=limits, nticks=6
    )
    words = ", ".join(
        f"{state} {_percent(pair[0])}" for state, pair in zip(states, pairs, strict=True)
    )
    return Chart(figure, f"Of {count(numbers.sum())} proposals over all runs: {words}.", counts)


def _band(
    figure: go.Figure,
    days: npt.NDArray[np.int64],
    low: Floats,
    high: Floats,
    name: str,
    palette: Palette,
    alpha: float,
) -> None:
    edge = {"width": 0, "color": palette.categorical[0]}
    base = {"x": days, "mode": "lines", "line": edge, "hoverinfo": "skip", "legendgroup": name}
    figure.add_scatter(y=low, showlegend=False, **base)
    fill = translucent(palette.categorical[0], alpha)
    figure.add_scatter(y=high, fill="tonexty", fillcolor=fill, name=name, **base)


def _overlay(
    figure: go.Figure,
    run: tuple[str, npt.NDArray[np.int64], Floats],
    divisor: float,
    hover: str,
    palette: Palette,
) -> None:
    name, days, values = run
    figure.add_scatter(
        x=days,
        y=values / divisor,
        mode="lines",
        name=name,
        line={"color": palette.categorical[1], "width": 1.75, "dash": "dash"},
        hovertemplate=f"{name} %{{y:{hover}}}<extra></extra>",
    )


def _fan_finding(bands: pd.DataFrame, quantity: Quantity) -> str:
    first, last = bands.iloc[0], bands.iloc[-1]
    if np.allclose(bands["p5"], bands["p95"], rtol=1e-9, atol=0):
        return (
            f"{quantity.label} is the same in every run: {quantity.text(first['p50'])} on day "
            f"{first['day']:.0f} and {quantity.text(last['p50'])} on day {last['day']:.0f}."
        )
    return (
        f"{quantity.label} on day {last['day']:.0f}: median {quantity.text(last['p50'])}, "
        f"90{GAP}% of runs {quantity.range(last['p5'], last['p95'])}; "
        f"the median on day {first['day']:.0f} was {quantity.text(first['p50'])}."
    )


def _percent(share: float) -> str:
    return Quantity("", "", "percent").text(share)
