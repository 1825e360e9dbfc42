"""What the page says in words and tables; what a study has not found leaves no section."""

import json
from html import escape
from typing import Any

from simulations.studies.report import words
from simulations.studies.report.parts import breakable, span, table, tried, wide_table

type Data = dict[str, Any]

MOST_METRICS = 30
"""Metrics that the table of changes lists."""


def choice(report: Data) -> str:
    """The recommended setting: each lever now, chosen, and how far it can be moved."""
    advice = report["advice"]
    if advice is None or not report["levers"]:
        return ""
    ranges = {each["path"]: each for each in advice["ranges"] or ()}
    rows = []
    for axis in report["levers"]:
        path, unit = axis["path"], axis["unit"]
        rows.append((
            f"{escape(axis['label'])}<small><code>{escape(path)}</code></small>",
            words.setting(axis["now"], unit),
            f"<b>{words.setting(advice['settings'][path], unit)}</b>",
            _range(ranges.get(path), unit),
            tried(axis),
        ))  # fmt: skip
    good = advice["verdict"] != "none"
    chosen, title = ("recommended", "What to choose") if good else ("nearest", "What comes nearest")
    head = ("lever", "now", chosen, "meets every goal", "tried")
    said = _how_far(advice)
    return f"<h2>{title}</h2>{table(head, rows)}<p>{said}</p>{_changes(report)}"


def _how_far(advice: Data) -> str:
    if advice["ranges"] is None:
        return "There is no range to give, since no setting around it meets every goal."
    curse = (
        ""
        if advice["tried"] < 2
        else (" It was chosen on these very futures, so others will show it a little less well.")
    )
    return _together(advice) + curse


def _together(advice: Data) -> str:
    """Say what was tried inside the ranges."""
    count, sure = advice["ranges"][0]["settings"], advice["ranges"][0]["sure"]
    if advice["ranges"][0].get("free") is None:
        return (
            f"The ranges hold together: each of the {count:,} settings tried inside all of them "
            "meets every goal."
        )
    return (
        f"The ranges hold together: of the {count:,} settings tried inside all of them "
        f"{words.percent(sure)} meet every goal. No setting was tried in more than one world, so "
        "each is judged with the futures of its nearest neighbours."
    )


def _range(told: Data | None, unit: str) -> str:
    if told is None:
        return "–"
    inside = told["inside"]
    if any(isinstance(each, str) for each in inside):
        return escape(words.listed([words.setting(each, unit) for each in inside], "or"))
    if inside[0] == inside[-1]:
        return words.setting(inside[0], unit)
    return span(words.setting(inside[0], unit), words.setting(inside[-1], unit))


def _changes(report: Data) -> str:
    """What the choice changes against the rules as they are, on the same draws."""
    advice = report["advice"]
    current = advice["now"]
    if current is None or current["same"]:
        why = "The rules as they are were recommended." if current else ""
        return f"<p>{why}</p>" if why else ""
    rows = []
    for meta in report["metrics"][:MOST_METRICS]:
        before, after = current["figures"][meta["name"]], advice["figures"][meta["name"]]
        change = current["change"][meta["name"]]
        if change["mean"] is None:
            continue
        sure = change["lo"] is not None and change["lo"] * change["hi"] > 0
        ends = "" if change["lo"] is None else _signed(change, meta)
        rows.append((
            f"{escape(meta['label'])}<small>{escape(meta['unit'])}</small>",
            words.figure(before["mean"], meta), words.figure(after["mean"], meta),
            f"{'<b>' if sure else ''}{ends}{'</b>' if sure else ''}",
        ))  # fmt: skip
    head = ("figure", "now", "recommended", "change, 95 % interval")
    return (
        "<p>Against the rules as they are, in the same worlds and with the same draws (bold where "
        f"the interval leaves no doubt about the sign):</p>{table(head, rows)}"
    )


def _signed(change: Data, meta: Data) -> str:
    parts = [
        ("+" if change[end] > 0 else "−" if change[end] < 0 else "")
        + words.figure(abs(change[end]), meta)
        for end in ("lo", "hi")
    ]
    return f"{parts[0]} to {parts[1]}"


def everything(report: Data) -> str:
    """Every setting with the chance of each goal."""
    policies = report["policies"]
    if not policies or not report["levers"]:
        return ""
    rows, marked = [], None
    for place, each in enumerate(policies):
        if each["settings"] == report["advice"]["settings"]:
            marked = place
        cells = [
            escape(words.setting(each["settings"][a["path"]], a["unit"])) for a in report["levers"]
        ]
        for chance in each["chances"]:
            sign = "✓" if chance["met"] else "✗"
            ends = words.interval(chance["lo"], chance["hi"])
            cells.append(f"{sign} {words.percent(chance['share'])}<small>{ends}</small>")
        rows.append([*cells, words.percent(each["together"])])
    head = [f"<code>{breakable(axis['path'])}</code>" for axis in report["levers"]]
    head += [escape(words.goal(goal)) for goal in report["goals"]] + ["all at once"]
    shown = wide_table(head, rows, marked)
    return f"<details><summary>All {len(rows):,} settings</summary>{shown}</details>"


def asked(report: Data) -> str:
    """What was varied, and how much was run."""
    budget = report["budget"]
    rows = [
        (f"{escape(axis['label'])}<small><code>{escape(axis['path'])}</code></small>", side,
         words.setting(axis["now"], axis["unit"]), tried(axis))
        for side in ("levers", "uncertainties") for axis in report[side]
    ]  # fmt: skip
    kinds = {"levers": "lever: the DAO chooses it", "uncertainties": "uncertainty: nobody does"}
    shown = [(name, kinds[side], now, tried) for name, side, now, tried in rows]
    time = "" if budget["seconds"] is None else f", in {budget['seconds']:,.0f} s"
    return (
        "<h2>What was asked</h2>"
        f"<p>Design {escape(budget['design'])}: {budget['points']:,} points of "
        f"{budget['replicates']:,} replicates, {budget['done']:,} of {budget['runs']:,} runs "
        f"done{time}; "
        f"{budget['members']:,} holders, {budget['days']:,} days, {escape(budget['model'])} model. "
        "Replicate <i>i</i> has the same draws at every point.</p>"
        + table(("parameter", "kind", "base", "tried"), shown)
    )


def made_by(report: Data) -> str:
    """What made it, and how to make it again."""
    data = escape(json.dumps(report["provenance"], indent=1))
    return (
        "<h2>To check it</h2><p>The data beside this page holds the whole study, rules and world "
        "included:</p><pre>moot study run report.json --out again\nmoot report again/sweep</pre>"
        f"<details><summary>Versions and hashes</summary><pre>{data}</pre></details>"
        '<p class="muted">A rehearsal is not a forecast: many parameters of the world are guesses, '
        "which is why they were varied. Nothing here is financial advice.</p>"
    )
