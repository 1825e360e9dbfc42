"""The readers behind Streamlit's caches, keyed by folder and by when its part was written.

Each cache is bounded. Frames are copied on every hit (``cache_data``); matrices are shared
(``cache_resource``), so they are frozen first.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dashboards import data, records, summaries
from dashboards.series import COMPOSITION, SERIES, WINDOW

Floats = npt.NDArray[np.float64]


@st.cache_data(max_entries=8, show_spinner=False)
def rehearsal(folder: Path, stamp: float) -> records.Rehearsal:
    """Return :func:`dashboards.data.read_rehearsal`."""
    return data.read_rehearsal(folder)


@st.cache_data(max_entries=8, show_spinner=False)
def sweep(folder: Path, stamp: float) -> records.Sweep:
    """Return :func:`dashboards.data.read_sweep`."""
    return data.read_sweep(folder)


@st.cache_data(max_entries=8, show_spinner=False)
def twin(folder: Path, stamp: float) -> records.Twin:
    """Return :func:`dashboards.data.read_twin`."""
    return data.read_twin(folder)


@st.cache_data(max_entries=8, show_spinner=False)
def story(folder: Path, stamp: float) -> tuple[records.Step, ...]:
    """Return :func:`dashboards.data.read_story`."""
    return data.read_story(folder)


@st.cache_data(max_entries=4, show_spinner=False)
def proposals(folder: Path, stamp: float) -> pd.DataFrame:
    """Return :func:`dashboards.data.read_proposals`."""
    return data.read_proposals(folder)


@st.cache_data(max_entries=4, show_spinner=False)
def daily_columns(folder: Path, stamp: float) -> frozenset[str]:
    """Return :func:`dashboards.data.daily_columns`."""
    return data.daily_columns(folder)


@st.cache_resource(max_entries=32, show_spinner=False)
def grid(folder: Path, stamp: float, column: str) -> records.Grid:
    """Return a daily column as a frozen matrix; turnout is averaged over :data:`WINDOW` days."""
    steps = data.read_steps(folder, column)
    if column == "turnout":
        means = summaries.trailing_mean(steps.values, WINDOW)
        steps = records.Grid(steps.runs, steps.days, means)
    steps.values.setflags(write=False)
    return steps


@st.cache_data(max_entries=64, show_spinner=False)
def bands(folder: Path, stamp: float, column: str) -> pd.DataFrame:
    """Return the percentiles over runs of a daily column."""
    steps = grid(folder, stamp, column)
    first = SERIES[column].from_day if column in SERIES else 0
    kept = steps.days >= first
    return summaries.quantile_bands(steps.days[kept], steps.values[:, kept])


@st.cache_data(max_entries=8, show_spinner=False)
def composition(folder: Path, stamp: float) -> pd.DataFrame:
    """Return the mean parts of the supply by day."""
    whole = grid(folder, stamp, "supply")
    parts = {name: grid(folder, stamp, column).values for column, name in COMPOSITION}
    return summaries.composition(whole.days, parts, whole.values)


def path_of(
    folder: Path, stamp: float, column: str, run: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the days and values of one run."""
    steps = grid(folder, stamp, column)
    kept = steps.days >= (SERIES[column].from_day if column in SERIES else 0)
    return steps.days[kept], steps.values[int(np.searchsorted(steps.runs, run))][kept]
