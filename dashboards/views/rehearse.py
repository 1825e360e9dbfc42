"""How a DAO lives through its first days: an ensemble of runs, day by day."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboards import answers, cached, charts, data, parts, summaries
from dashboards.canvas import Chart
from dashboards.formats import GAP, Quantity, count
from dashboards.records import Rehearsal
from dashboards.series import SERIES

OVERVIEW = "Overview"
COMPOSITION = "Composition"
# Fans of the overview, two a row; the composition stands beside the first.
FANS = ("supply", "staked_share", "treasury", "turnout", "apr")


@dataclass(frozen=True)
class Page:
    """What every section of the page needs."""

    folder: Path
    stamp: float
    rehearsal: Rehearsal
    run: int

    def fan(self, column: str, height: int = 320) -> Chart:
        """Draw the fan of a daily column with the followed run on top."""
        days, values = cached.path_of(self.folder, self.stamp, column, self.run)
        return charts.fan(
            cached.bands(self.folder, self.stamp, column),
            SERIES[column].quantity,
            run=(f"run {self.run}", days, values),
            palette=parts.palette(),
            height=height,
        )

    def held_fixed(self) -> str:
        """Say what all runs share."""
        return f"{count(self.rehearsal.replicates)} runs of one scenario; only chance differs."


def main() -> None:
    """Lay out the page."""
    folder = parts.folder()
    stamp = data.stamp(folder, "rehearsal")
    rehearsal = cached.rehearsal(folder, stamp)
    proposals = cached.proposals(folder, stamp)
    treasury = cached.grid(folder, stamp, "treasury")
    record = rehearsal.record
    name = parts.plain(rehearsal.name)
    parts.heading(
        f"How does {name} live through {rehearsal.days} days?",
        answers.rehearsal(
            rehearsal,
            proposals,
            cached.bands(folder, stamp, "treasury"),
            cached.bands(folder, stamp, "staked_share"),
        ),
        f"{count(rehearsal.replicates)} runs · {count(record.get('members', 0))} members · "
        f"{rehearsal.days} days · seed {record['scenario'].get('seed')}",
    )
    parts.tiles(tuple(each for each in rehearsal.metrics if each.headline and each.n))
    parts.figures(rehearsal.metrics, parts.file_stem(record, "figures"))
    st.header("Day by day", anchor=False, divider="gray")
    runs = [int(run) for run in treasury.runs]
    typical = summaries.typical_run(treasury.runs, treasury.values)
    columns = cached.daily_columns(folder, stamp)
    chosen, run = _controls(runs, typical, columns)
    page = Page(folder, stamp, rehearsal, run)
    if chosen == OVERVIEW:
        _overview(page)
    else:
        _single(page, chosen)
    _proposals(page, proposals)
    parts.provenance(record)


def _controls(runs: list[int], typical: int, columns: frozenset[str]) -> tuple[str, int]:
    known = (series for name, series in SERIES.items() if name in columns)
    labels = [OVERVIEW, COMPOSITION, *(series.quantity.label for series in known)]
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    chosen = left.segmented_control(
        "Chart",
        labels,
        default=OVERVIEW,
        required=True,
        key="chart",
        bind="query-params",
        wrap=True,
    )
    run = right.selectbox(
        "Follow one run",
        runs,
        index=runs.index(typical),
        key="run",
        bind="query-params",
        help="Drawn as a dashed line. The default is the run whose final treasury is the median.",
    )
    return chosen, run


def _overview(page: Page) -> None:
    first, *others = FANS
    left, right = st.columns(2, gap="medium")
    with left:
        _show_fan(page, first)
    with right:
        _show_composition(page)
    for pair in (others[:2], others[2:]):
        for column, name in zip(st.columns(2, gap="medium"), pair, strict=False):
            with column:
                _show_fan(page, name)


def _single(page: Page, chosen: str) -> None:
    if chosen == COMPOSITION:
        _show_composition(page, height=460)
        return
    column = next(name for name, s in SERIES.items() if s.quantity.label == chosen)
    _show_fan(page, column, height=460)


def _show_fan(page: Page, column: str, height: int = 320) -> None:
    series = SERIES[column]
    stem = parts.file_stem(page.rehearsal.record, column)
    parts.show(
        page.fan(column, height), series.quantity.label, series.meaning, key=column, stem=stem
    )


def _show_composition(page: Page, height: int = 320) -> None:
    chart = charts.stack(
        cached.composition(page.folder, page.stamp),
        SERIES["supply"].quantity,
        palette=parts.palette(),
        height=height,
    )
    stem = parts.file_stem(page.rehearsal.record, "composition")
    meaning = "Where the supply sits, mean over runs: means add up, medians would not."
    parts.show(chart, "What the supply is made of", meaning, key="composition", stem=stem)


def _proposals(page: Page, proposals: pd.DataFrame) -> None:
    st.header("Proposals", anchor=False, divider="gray")
    counts = summaries.outcome_counts(proposals)
    stem = parts.file_stem(page.rehearsal.record, "outcomes")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        chart = charts.outcomes(counts, palette=parts.palette())
        parts.show(chart, "How they ended", page.held_fixed(), key="outcomes", stem=stem)
    with right:
        _list(page, proposals[proposals["run"] == page.run])


def _list(page: Page, proposals: pd.DataFrame) -> None:
    st.subheader(f"Every proposal of run {page.run}", anchor=False)
    states = summaries.outcome_counts(proposals)["state"].to_list()
    kept = st.pills("Outcome", states, selection_mode="multi", key="outcome")
    listed = proposals[proposals["state"].isin(kept)] if kept else proposals
    votes = listed["for_votes"] + listed["against_votes"]
    table = pd.DataFrame(
        {
            "Proposal": listed["id"],
            "Outcome": listed["state"],
            "Created": listed["created_day"],
            "Closed": listed["closed_day"],
            "Amount": listed["amount"],
            "Turnout": listed["turnout"] * 100,
            "In favour": (listed["for_votes"] / votes.where(votes > 0)) * 100,
            "Quorum": listed["quorum_votes"] / listed["votable"].where(listed["votable"] > 0) * 100,
        }
    )
    percent = st.column_config.NumberColumn(format=f"%.1f{GAP}%%")
    st.dataframe(
        table,
        hide_index=True,
        height=320,
        column_config={
            "Created": st.column_config.NumberColumn(help="Day it was proposed"),
            "Closed": st.column_config.NumberColumn(help="Day its vote closed", format="%d"),
            "Amount": st.column_config.NumberColumn(help="Tokens asked for", format="compact"),
            "Turnout": percent,
            "In favour": st.column_config.NumberColumn(
                help="For over for and against", format=f"%.1f{GAP}%%"
            ),
            "Quorum": st.column_config.NumberColumn(
                help="Votes needed over votes that could be cast", format=f"%.1f{GAP}%%"
            ),
        },
    )
    stem = parts.file_stem(page.rehearsal.record, f"proposals-run-{page.run}")
    asked = Quantity("", "tokens", "tokens").text(float(listed["amount"].sum()))
    st.caption(f"{count(len(listed))} proposals asking for {asked} in all.")
    parts.download(listed, stem, "proposals")


if __name__ == "__main__":
    parts.guarded(main)
