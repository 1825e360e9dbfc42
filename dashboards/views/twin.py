"""Whether the simulation says what the contracts do: a run replayed on bytecode."""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import answers, cached, data, parts, replayed, twin_charts
from dashboards.formats import GAP, Quantity, count, power
from dashboards.records import Rehearsal, ResultsError, Step, Twin
from governance.format import counted
from simulations.folding import by_contract, contract_of

SHOWN = 5
"""Differences between two scenarios that the page tells at once."""
WHY = (
    "The simulation counts in float64, which rounds every result to about one part in "
    "10\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT SIX}. "
    "The contracts count in whole wei and round every division down. Day after day these roundings "
    "add up, in both directions. The bound leaves room for that and for nothing else: "
    "a wrong rule shows up thousands of times larger. "
    "Outcomes that are not amounts, such as a proposal's state, must be equal."
)


def main() -> None:
    """Lay out the page."""
    folder = parts.folder()
    story_stamp = data.stamp(folder, "story")
    try:
        replay = cached.twin(folder, data.stamp(folder, "twin"))
    except ResultsError as error:
        parts.unavailable(error)
    else:
        _replay(replay, folder)
    _story(cached.story(folder, story_stamp))
    if "replay" in locals():
        parts.provenance(replay.record)


def _replay(replay: Twin, folder: Path) -> None:
    record = replay.record
    parts.heading(
        "Do the contracts do what the simulation says?",
        parts.plain(answers.twin(replay)),
        f"Replayed: run {replay.run} of {_scenario(record)}. Every action was sent as a "
        "transaction to the bytecode that would be deployed, in an embedded EVM.",
    )
    _beside(replay, folder)
    seconds = float(record["seconds"]) - float(record.get("simulation_seconds", 0.0))
    tiles = (
        ("Transactions", count(record["transactions"])),
        ("Days", count(record["days"])),
        ("Members", count(record["members"])),
        ("Replayed in", f"{seconds:.1f}{GAP}s"),
        ("Speed", f"{count(record['transactions'] / max(seconds, 1e-9))}{GAP}tx/s"),
    )
    with st.container(horizontal=True):
        for label, value in tiles:
            st.metric(label, value, border=True, width="stretch")
    chart = twin_charts.drift_bars(replay.drift, palette=parts.palette())
    st.header("Drift", anchor=False, divider="gray")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        parts.show(
            chart,
            "How far apart, at worst",
            "Largest difference between the two over all days, members and variables of a "
            "contract, relative to the value, or to one token or share where the value is smaller.",
            key="drift",
            stem=parts.file_stem(record, "drift"),
        )
    with right:
        _bound(replay)
    _contracts(replay.drift)


def _beside(replay: Twin, folder: Path) -> None:
    """Say whether the rehearsal of the same folder has the replayed run, and warn if not."""
    try:
        rehearsal = cached.rehearsal(folder, data.stamp(folder, "rehearsal"))
    except ResultsError as error:
        is_there = "is no rehearsal" if error.absent else "is a rehearsal that cannot be read"
        st.caption(f"There {is_there} in this folder to hold it against.")
        return
    runs, alike = rehearsal.replicates, replayed.same(replay.record, rehearsal.record)
    if alike is None:
        _warn(rehearsal, "This may be of another scenario: the records do not say.", ())
    elif not alike:
        apart = replayed.differences(replay.record, rehearsal.record)
        _warn(rehearsal, "This is another scenario than on the Rehearse page.", apart)
    elif replay.run >= runs:
        _warn(rehearsal, f"Run {replay.run} is not on the Rehearse page.", ())
    else:
        st.caption(f"It is one of the {count(runs)} runs on the Rehearse page.")


def _warn(rehearsal: Rehearsal, what: str, apart: tuple[replayed.Difference, ...]) -> None:
    lines = [
        f"- {parts.plain(each.name)}: **{parts.plain(each.replayed)}** replayed, "
        f"**{parts.plain(each.rehearsed)}** rehearsed"
        for each in apart[:SHOWN]
    ]
    if len(apart) > SHOWN:
        lines.append(f"- and {len(apart) - SHOWN} more")
    of = f"That one shows {_runs(rehearsal)} of {_scenario(rehearsal.record)}."
    st.warning("\n".join([f"**{what}** {of}\n", *lines]), icon=":material/compare_arrows:")
    if len(apart) > SHOWN:
        with st.expander(f"All {len(apart)} differences", icon=":material/table:"):
            rows = [(each.name, each.replayed, each.rehearsed) for each in apart]
            table = pd.DataFrame(rows, columns=["Parameter", "Replayed", "Rehearsed"])
            st.dataframe(table, hide_index=True)
    recorded = rehearsal.record.get("recorded_run") is not None
    first = "" if recorded else "rehearse it again with `--record 0`, then "
    st.caption(f"To replay the rehearsal, {first}run:")
    st.code(f"moot twin --log {parts.quoted_folder()}", language="bash")


def _runs(rehearsal: Rehearsal) -> str:
    last = rehearsal.replicates - 1
    return f"runs 0 to {count(last)}" if last > 0 else "run 0"


def _scenario(record: dict[str, Any]) -> str:
    """Name the scenario of a record, with the first digits of its hash."""
    mark = record.get("scenario_hash")
    return parts.plain(replayed.told(record) + (f", scenario {str(mark)[:12]}" if mark else ""))


def _bound(replay: Twin) -> None:
    record = replay.record
    st.subheader("The bound, and why", anchor=False)
    absolute = record.get("bound_abs_tokens")
    near_zero = f" or {power(float(absolute))} tokens near zero" if absolute is not None else ""
    st.markdown(f"**{power(float(record['bound_rel']))} relative{near_zero}.** {parts.plain(WHY)}")


def _contracts(drift: pd.DataFrame) -> None:
    """One line per contract, the worst first, that opens on its variables."""
    if not len(drift):
        return
    st.subheader("Contract by contract", anchor=False)
    owners = drift["variable"].astype(str).map(contract_of)
    for row in by_contract(drift).to_dict("records"):
        name, within = str(row["contract"]), bool(row["within"])
        mark = "\N{CHECK MARK}" if within else "\N{BALLOT X}"
        variables = counted(int(row["variables"]), "variable")
        found = f"{parts.plain(str(row['variable']))} by {power(float(row['max_rel']))}"
        apart = f"furthest apart in {found}" if row["max_rel"] else "all equal"
        label = f"{mark} **{parts.plain(name)}** · {variables} · {apart}"
        with st.expander(label, expanded=not within):
            _table(
                drift[owners == name].sort_values(["within", "max_rel"], ascending=[True, False])
            )


def _table(drift: pd.DataFrame) -> None:
    palette = parts.palette()
    within = drift["within"].astype(bool)
    table = pd.DataFrame(
        {
            "Verdict": ["\N{CHECK MARK} within" if ok else "\N{BALLOT X} outside" for ok in within],
            "Variable": drift["variable"],
            "Compared": drift["compared"],
            "Largest difference": [
                _difference(*pair) for pair in zip(drift["max_abs"], drift["unit"], strict=True)
            ],
            "Relative": [power(value) for value in drift["max_rel"]],
            "Bound": [power(value) if value else "equal" for value in drift["bound"]],
            "First apart": _where(drift),
        }
    )
    colours = {True: f"color: {palette.good}", False: f"color: {palette.bad}; font-weight: 700"}
    styled = table.style.map(lambda cell: colours["within" in str(cell)], subset=["Verdict"])
    columns = {"Compared": st.column_config.NumberColumn(format="localized")}
    st.dataframe(styled, hide_index=True, height="content", column_config=columns)


def _difference(value: float, unit: object) -> str:
    if value == 0:
        return "none"
    noun = Quantity("", str(unit or "")).noun() or str(unit or "")
    return f"{power(value)}{GAP}{noun}".rstrip()


def _where(drift: pd.DataFrame) -> list[str]:
    places = []
    blank = pd.Series([pd.NA] * len(drift))
    days, members = (drift.get(name, blank) for name in ("first_day", "first_member"))
    for day, member in zip(days, members, strict=True):
        text = "never" if pd.isna(day) else f"day {int(day)}"
        places.append(text if pd.isna(member) else f"{text}, member {int(member)}")
    return places


def _story(steps: tuple[Step, ...]) -> None:
    if not steps:
        return
    st.header("On the chain", anchor=False, divider="gray")
    st.caption("What the demo did with its constitution on a chain, step by step.")
    for number, step in enumerate(steps, start=1):
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{number} · {parts.plain(step.title)}**")
            if step.detail:
                st.markdown(parts.plain(step.detail))
            pairs = (f"{parts.plain(k)} **{parts.plain(v)}**" for k, v in step.facts.items())
            facts = " · ".join(pairs)
            if facts:
                st.caption(facts)


if __name__ == "__main__":
    parts.guarded(main)
