"""Figure builder of the twin: how far the simulation and the bytecode are apart."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from dashboards import theme
from dashboards.canvas import Chart, canvas, empty, lay_out_bars
from dashboards.formats import power
from dashboards.theme import Palette
from simulations.folding import by_contract

Floats = npt.NDArray[np.float64]

_FLOOR = -18.0
"""Smallest power of ten of a drift that is drawn: a fraction of the float64 rounding unit."""


def drift_bars(drift: pd.DataFrame, *, palette: Palette = theme.LIGHT) -> Chart:
    """Draw the largest relative drift of each contract on a power-of-ten scale, with its bound.

    Parameters
    ----------
    drift
        ``variable, compared, max_rel, bound, within``; a drift of 0 is drawn as "equal".
    """
    if not len(drift):
        return empty(canvas(palette, 200), "Drift", drift)
    folded = by_contract(drift)
    figure = canvas(palette, 110 + 30 * max(len(folded), 3))
    names = folded["contract"].astype(str).to_numpy()
    relative = folded["max_rel"].to_numpy(np.float64)
    within = folded["within"].to_numpy(bool)
    powers = np.log10(np.maximum(np.nan_to_num(relative, posinf=1.0), 10**_FLOOR))
    figure.add_bar(
        y=names,
        x=powers - _FLOOR,
        base=np.full(len(names), _FLOOR),
        orientation="h",
        width=0.55,
        name="largest drift found",
        marker={
            "color": [palette.categorical[0] if ok else palette.bad for ok in within],
            "pattern": {"shape": ["" if ok else "/" for ok in within]},
            "line": {"width": 0},
        },
        customdata=np.column_stack([folded["variable"], folded["max_rel"]]),
        hovertemplate="%{customdata[0]}: %{customdata[1]:.2e}<extra></extra>",
    )
    top = max(_bounds(figure, names, folded["bound"].to_numpy(np.float64), palette), *powers)
    _values_beside(figure, names, relative, top + 0.5, palette)
    lay_out_bars(figure)
    figure.update_xaxes(
        title_text="Largest relative drift (shorter is closer)",
        range=[_FLOOR, top + 3.2],
        tickmode="array",
        tickvals=np.arange(_FLOOR, top + 1, 3),
        ticktext=[f"10<sup>{exponent:.0f}</sup>" for exponent in np.arange(_FLOOR, top + 1, 3)],
        showgrid=True,
    )
    return Chart(figure, _drift_finding(drift), drift)


def _bounds(
    figure: go.Figure, names: npt.NDArray[np.object_], bounds: Floats, palette: Palette
) -> float:
    """Mark each bound and return the highest power of ten among them."""
    known = bounds > 0
    if not known.any():
        return _FLOOR
    powers = np.log10(bounds[known])
    line = {"width": 3, "color": palette.categorical[1]}
    figure.add_scatter(
        y=names[known],
        x=powers,
        mode="markers",
        name="bound it must stay under",
        marker={"symbol": "line-ns", "size": 18, "line": line, "color": palette.categorical[1]},
        customdata=bounds[known],
        hovertemplate="bound of %{y}: %{customdata:.0e}<extra></extra>",
    )
    return float(powers.max())


def _values_beside(
    figure: go.Figure,
    names: npt.NDArray[np.object_],
    relative: Floats,
    at: float,
    palette: Palette,
) -> None:
    """Write each drift in a column to the right of the bounds, where no bar reaches."""
    figure.add_scatter(
        y=names,
        x=np.full(len(names), at),
        mode="text",
        text=["equal" if value == 0 else power(value) for value in relative],
        textposition="middle right",
        textfont={"color": palette.ink, "size": 12},
        showlegend=False,
        hoverinfo="skip",
    )


def _drift_finding(drift: pd.DataFrame) -> str:
    outside = int((~drift["within"].astype(bool)).sum())
    verdict = f"{outside} outside" if outside else "all within"
    worst = drift.loc[drift["max_rel"].idxmax()]
    return (
        f"{len(drift)} variables compared, {verdict} their bounds; the largest relative drift "
        f"is {power(float(worst['max_rel']))}, in {worst['variable']}."
    )
