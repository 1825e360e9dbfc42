"""What every figure shares: the chart record, the empty canvas and its axes."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from dashboards import theme
from dashboards.formats import Axis
from dashboards.theme import Palette

DAYS = Axis(1, "Day", ",d", ",d")
"""The time axis of a rehearsal."""


@dataclass(frozen=True)
class Chart:
    """A figure that can also be read, heard and downloaded.

    Parameters
    ----------
    figure
        What is drawn.
    finding
        One sentence that says what the figure shows, with numbers: its alternative text.
    table
        The same data as rows.
    """

    figure: go.Figure
    finding: str
    table: pd.DataFrame


def canvas(palette: Palette, height: int) -> go.Figure:
    """Return an empty figure in the house style: quiet grid, legend on top, clear background."""
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 36, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": palette.ink, "size": 13, "family": theme.FONT},
        hovermode="x unified",
        hoverlabel={
            "bgcolor": palette.card,
            "bordercolor": palette.grid,
            "font": {"color": palette.ink, "family": theme.FONT},
        },
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"color": palette.ink, "size": 12},
            "traceorder": "normal",
        },
    )
    style = {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "title_font": {"color": palette.muted, "size": 13},
        "tickfont": {"color": palette.muted, "size": 12},
        "automargin": True,
    }
    figure.update_xaxes(**style, showgrid=False, showline=True)
    figure.update_yaxes(**style)
    return figure


def label_axes(figure: go.Figure, x: Axis, y: Axis) -> None:
    """Title both axes with their units and format their ticks."""
    figure.update_xaxes(title_text=x.title, tickformat=x.ticks, hoverformat=x.hover, nticks=8)
    figure.update_yaxes(title_text=y.title, tickformat=y.ticks, nticks=6)


def empty(figure: go.Figure, label: str, table: pd.DataFrame) -> Chart:
    """Return a chart that says in words that there is nothing to draw."""
    figure.add_annotation(
        text="nothing to show", showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper"
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return Chart(figure, f"{label}: nothing to show.", table)


def lay_out_bars(figure: go.Figure) -> None:
    """Turn horizontal bars the way they are read: first on top, no grid behind the names."""
    figure.update_layout(hovermode="closest")
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=6)
