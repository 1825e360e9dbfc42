"""What the pages share: tiles, charts with their tables, missing states and provenance."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import theme
from dashboards.canvas import Chart
from dashboards.formats import GAP, count
from dashboards.records import Metric, ResultsError

_CHART_CONFIG = {
    "displaylogo": False,
    "displayModeBar": "hover",
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
    "toImageButtonOptions": {"format": "svg"},
}
_TITLES = {
    "rehearsal": "rehearsal",
    "sweep": "study",
    "twin": "replay on bytecode",
    "story": "record of the chain",
}
_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]()<>#+-.!|$~:"})


def folder() -> Path:
    """Return the results folder that the entry script chose for this session."""
    return Path(st.session_state["results_folder"])


def palette() -> theme.Palette:
    """Return the palette of the reader's light or dark mode."""
    return theme.palette_of(st.context.theme.type)


def plain(text: object) -> str:
    """Escape stored text so that Markdown shows it as it is."""
    return str(text).translate(_SPECIAL)


def heading(question: str, answer: str, note: str) -> None:
    """Open a page with its question, the answer in a sentence, and what was held fixed."""
    st.title(question, anchor=False)
    st.markdown(f"#### {answer}")
    st.caption(note)


def tiles(metrics: tuple[Metric, ...]) -> None:
    """Show headline figures: value, interval, spread, number of runs and plain words."""
    # Whichever of four and five a row leaves fewer gaps in the last.
    per_row = min((4, 5), key=lambda width: -len(metrics) % width)
    for start in range(0, len(metrics), per_row):
        row = metrics[start : start + per_row]
        for column, metric in zip(st.columns(per_row), row, strict=False):
            with column.container(border=True, height="stretch"):
                _tile(metric)


def figures(metrics: tuple[Metric, ...], stem: str) -> None:
    """Offer every figure in a table, with its interval, number of runs and formula."""
    columns = ("Concern", "Figure", "Mean", "Interval", "Runs", "Formula", "Source")
    rows = [
        (
            each.concern.capitalize(),
            each.quantity.label,
            each.quantity.text(each.mean),
            each.quantity.interval(each.lo, each.hi, each.n),
            count(each.n),
            each.description,
            each.source,
        )
        for each in metrics
    ]
    with st.expander(f"All {len(rows)} figures", icon=":material/table:"):
        table = pd.DataFrame(rows, columns=columns)
        st.dataframe(table, hide_index=True, height=360)
        download(table, stem, "figures")


def _tile(metric: Metric) -> None:
    with st.container(gap="xxsmall"):
        _tile_text(metric)


def _tile_text(metric: Metric) -> None:
    quantity = metric.quantity
    st.metric(plain(quantity.label), quantity.text(metric.mean), help=metric.source or None)
    several = metric.n > 1
    alike = metric.p95 - metric.p5 <= 1e-9 * abs(metric.mean)
    if several and alike and metric.kind != "proportion":
        st.caption(f"The same in all {count(metric.n)}{GAP}runs")
        st.caption(plain(metric.description))
        return
    interval = quantity.interval(metric.lo, metric.hi, metric.n)
    st.caption(plain(interval[:1].upper() + interval[1:]))
    st.caption(plain(metric.description))
    if not several:
        return
    if metric.kind == "proportion":
        st.caption(f"Share of {count(metric.n)}{GAP}runs")
    else:
        spread = plain(quantity.range(metric.p5, metric.p95))
        st.caption(f"90{GAP}% of {count(metric.n)}{GAP}runs: {spread}")


def show(chart: Chart, title: str, caption: str, *, key: str, stem: str) -> None:
    """Show a chart with its title, its finding in words, its table and its download.

    Parameters
    ----------
    chart
        What to show.
    title
        Heading above the chart.
    caption
        What the chart means and what was held fixed.
    key
        Unique on the page.
    stem
        File name of the download, without extension.
    """
    with st.container(gap="xsmall"):
        st.subheader(title, anchor=False)
        st.caption(caption)
        st.plotly_chart(
            chart.figure,
            theme=None,
            key=f"chart_{key}",
            config=_CHART_CONFIG,
            alt=chart.finding,
        )
        st.markdown(f":small[{plain(chart.finding)}]")
    with st.expander("Table and download", icon=":material/table:"):
        st.dataframe(chart.table, hide_index=True, height=240)
        download(chart.table, stem, key)


def download(table: pd.DataFrame, stem: str, key: str) -> None:
    """Offer a frame as CSV; the bytes are made on the click."""
    st.download_button(
        "Download CSV",
        data=lambda: csv(table),
        file_name=f"{stem}.csv",
        mime="text/csv",
        key=f"download_{key}",
        icon=":material/download:",
        on_click="ignore",
    )


def csv(table: pd.DataFrame) -> bytes:
    """Return a frame as CSV in which no text cell can start a spreadsheet formula."""
    safe = table.copy()
    for name in safe.select_dtypes(include=["object", "string"]):
        safe[name] = safe[name].map(_harmless)
    return safe.to_csv(index=False).encode()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


def unavailable(error: ResultsError) -> None:
    """Show a page for a part that is missing or damaged, with the command that makes it."""
    name = _TITLES[error.part]
    title = f"No {name} here yet" if error.absent else f"This {name} cannot be read"
    st.title(title, anchor=False)
    st.markdown(f"{plain(error.reason)}. Make it {'' if error.absent else 'again '}with:")
    st.code(f"{error.remedy} --out {quoted_folder()}", language="bash")
    st.caption("Then reload this page: nothing else needs a restart.")


def quoted_folder() -> str:
    """Write the folder for a shell: from the working folder when it lies inside, else in full."""
    path, here = folder(), Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def guarded(page: Callable[[], None]) -> None:
    """Run a page; when its results are missing or damaged, say so instead."""
    try:
        page()
    except ResultsError as error:
        unavailable(error)


def provenance(record: dict[str, Any]) -> None:
    """Close a page with what made its numbers."""
    scenario = record.get("scenario") or {}
    runs, run = record.get("replicates"), record.get("run")
    facts = {
        "Name": record.get("name"),
        "Scenario hash": record.get("scenario_hash"),
        "Seed": scenario.get("seed"),
        "Runs": runs,
        "Run": run,
        "Days": scenario.get("days", record.get("days")),
        "Members": record.get("members"),
        "Commit": f"{record.get('commit')}{' with local changes' if record.get('dirty') else ''}",
        "Made": record.get("created"),
        "Took": f"{record['wall_seconds']:.1f} s" if "wall_seconds" in record else None,
        **{f"Version of {name}": v for name, v in (record.get("versions") or {}).items()},
        **{f"Bytecode of {name}": v for name, v in (record.get("bytecode") or {}).items()},
    }
    known = {name: str(value) for name, value in facts.items() if value is not None}
    st.divider()
    marks = {
        "scenario": record.get("scenario_hash"),
        "seed": scenario.get("seed"),
        "commit": record.get("commit"),
    }
    short = [f"{name} {plain(str(mark)[:12])}" for name, mark in marks.items() if mark is not None]
    short.append(f"{count(runs)} runs" if runs else f"run {run or 0}")
    st.caption(f"{' · '.join(short)} · A rehearsal of rules, not financial advice.")
    with st.expander("What made these numbers", icon=":material/fingerprint:"):
        table = pd.DataFrame({"fact": list(known), "value": list(known.values())})
        st.dataframe(table, hide_index=True, height="content")


def file_stem(record: dict[str, Any], what: str) -> str:
    """Return a download's name, stamped with the scenario hash."""
    return f"moot-{what}-{str(record.get('scenario_hash'))[:8]}"
