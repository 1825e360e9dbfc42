"""The report as one page: no script, no fonts, no network; it opens from a disk for ever."""

from collections.abc import Sequence
from html import escape
from typing import Any

from simulations.studies.report import words
from simulations.studies.report.charts import answers, breaks, levers, trade
from simulations.studies.report.sections import asked, choice, everything, made_by
from simulations.studies.report.style import STYLE

type Data = dict[str, Any]


def page(report: Data) -> str:
    """Return the whole page.

    Parameters
    ----------
    report
        As :func:`~simulations.studies.report.findings.findings` gives it.
    """
    told = (
        choice(report), levers(report), answers(report), breaks(report), trade(report),
        everything(report), asked(report), made_by(report),
    )  # fmt: skip
    html = "\n".join((
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report['name'])}: a study by moot</title>",
        f"<style>{STYLE}</style></head><body><main>",
        _head(report),
        *(part for part in told if part),
        "</main></body></html>\n",
    ))  # fmt: skip
    return html.replace(" %", "&nbsp;%")


def _head(report: Data) -> str:
    budget, advice = report["budget"], report["advice"]
    kind = "" if advice is None else f" {advice['verdict']}"
    futures = f"{budget['done']:,} futures of {budget['days']:,} days"
    return (
        f'<p class="kicker">Study · {escape(report["name"])} · {futures} · constitution '
        f"{escape(str(budget['constitution']))}, world {escape(str(budget['world']))}</p>"
        f"<h1>{escape(report['question'])}</h1>"
        f'<p class="answer{kind}">{escape(words.headline(report))}</p>' + _tiles(report)
    )


def _tiles(report: Data) -> str:
    if report["advice"] is None:
        return ""
    pairs: Sequence[tuple[Data, Data]] = list(
        zip(report["advice"]["chances"], report["goals"], strict=True)
    )
    return f'<div class="tiles">{"".join(_tile(chance, goal) for chance, goal in pairs)}</div>'


def _tile(chance: Data, goal: Data) -> str:
    sign, kind = ("✓", "ok") if chance["met"] else ("✗", "no")
    return (
        f'<div class="tile"><span>{escape(words.goal(goal))}</span>'
        f'<b><span class="{kind}" style="display:inline">{sign}</span> '
        f"{words.percent(chance['share'])}</b>"
        f"<small>of futures, {words.interval(chance['lo'], chance['hi'])}; "
        f"{words.percent(goal['probability'])} asked · n = {chance['n']:,}</small></div>"
    )
