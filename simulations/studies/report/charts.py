"""What the page shows in pictures; what a study has not found leaves no section."""

import itertools
import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from simulations.studies.report import words
from simulations.studies.report.parts import card
from simulations.studies.report.pictures import SHAPES, bars, heat, lines, scatter

type Data = dict[str, Any]

LUCK = 0.05
"""Chance of a distance by luck from which on it is not shown."""
MOST_VALUES = 12
"""Values of a lever that fit on a map."""


def levers(report: Data) -> str:
    """How the chances move with the levers: a line for each, or a map of two."""
    advice = report["advice"]
    if advice is None:
        return ""
    cards = [*_maps(report), *_profiles(report), *_scattered(report)]
    if not cards:
        return ""
    return (
        "<h2>How the levers act</h2><p>Chance that a future meets a goal, over all uncertainties "
        f"tried. The {_chosen(advice)} setting stands out; where there are other levers, "
        f'they are held there.</p><div class="cards">{"".join(cards)}</div>'
    )


def _chosen(advice: Data) -> str:
    return "nearest" if advice["verdict"] == "none" else "recommended"


def _profiles(report: Data) -> list[str]:
    cards = []
    axes = {axis["path"]: axis for axis in report["levers"]}
    for profile in report["advice"]["profiles"]:
        axis = axes[profile["path"]]
        values = [words.setting(each["value"], axis["unit"]) for each in profile["values"]]
        series = [
            [_ends(each["chances"][place]) for each in profile["values"]]
            for place in range(len(report["goals"]))
        ]
        asked_for = [goal["probability"] for goal in report["goals"]]
        chosen = report["advice"]["settings"][profile["path"]]
        at = next((i for i, e in enumerate(profile["values"]) if e["value"] == chosen), None)
        told = f"Chance of each goal by {axis['label']}"
        caption = _legend(report["goals"])
        cards.append(card(axis["label"], lines(values, series, asked_for, at, told), caption))
    return cards


def _ends(chance: Data) -> tuple[float, float, float] | None:
    share = chance["share"]
    if share is None:
        return None
    low, high = chance["lo"], chance["hi"]
    return share, share if low is None else low, share if high is None else high


def _legend(goals: Sequence[Data]) -> str:
    keys = "".join(
        f'<span><i class="key s{place % 6}">{SHAPES[place % 6]}</i> '
        f"{escape(words.goal(goal))}</span>"
        for place, goal in enumerate(goals)
    )
    return f'<span class="legend">{keys}</span> Dashed: what was asked.'


def _maps(report: Data) -> list[str]:
    """Maps over the two levers that move the chances most, one for each goal."""
    advice, policies = report["advice"], report["policies"]
    listed = {
        axis["path"]: sorted(
            {each["settings"][axis["path"]] for each in policies}, key=_order(axis)
        )
        for axis in report["levers"]
    }
    wide = _strongest(report, [path for path in listed if 2 <= len(listed[path]) <= MOST_VALUES])
    if len(wide) < 2:
        return []
    wide.sort(key=lambda path: -len(listed[path]))
    others = {k: v for k, v in advice["settings"].items() if k not in wide}
    axes = {axis["path"]: axis for axis in report["levers"]}
    names = [[words.setting(v, axes[path]["unit"]) for v in listed[path]] for path in wide]
    shown = [e for e in policies if all(e["settings"][k] == v for k, v in others.items())]
    at = [listed[path].index(advice["settings"][path]) for path in wide]
    cards = []
    for place, goal in enumerate(report["goals"]):
        cells = {}
        for each in shown:
            column, row = (listed[path].index(each["settings"][path]) for path in wide)
            chance = each["chances"][place]
            cells[column, row] = (chance["share"], bool(chance["met"]))
        told = f"{words.goal(goal)}: chance by {wide[0]} and {wide[1]}, in percent"
        picture = heat(names[0], names[1], cells, (at[0], at[1]), (wide[0], wide[1]), told)
        asked = words.percent(goal["probability"])
        caption = f"% of futures; outlined with ✓ where {asked} is reached"
        cards.append(card(words.goal(goal), picture, caption))
    return cards


def _strongest(report: Data, paths: Sequence[str]) -> list[str]:
    """The two levers that, moved alone from the choice, change some goal's chance most."""
    spread = {}
    for profile in report["advice"]["profiles"]:
        shares = [[c["share"] or 0.0 for c in each["chances"]] for each in profile["values"]]
        by_goal = list(zip(*shares, strict=True))
        spread[profile["path"]] = max(max(goal) - min(goal) for goal in by_goal)
    return sorted(paths, key=lambda path: -spread.get(path, -1.0))[:2]


def _scattered(report: Data) -> list[str]:
    """Settings that were drawn: each a dot over two levers, filled where every goal is met."""
    axes = [axis for axis in report["levers"] if "values" not in axis][:3]
    cards = []
    for x, y in itertools.combinations(axes, 2):
        points = [_dot(each, x, y, report) for each in report["policies"]]
        if len(points) < 2:
            return []
        write = (_unscaled(x), _unscaled(y))
        names = (words.axis_name(x), words.axis_name(y))
        told = f"Settings by {x['label']} and {y['label']}, filled where every goal is met"
        caption = "Filled: meets every goal. Ring: recommended."
        cards.append(
            card("Which settings meet every goal", scatter(points, names, write, told), caption)
        )
    return cards


def _dot(policy: Data, x: Data, y: Data, report: Data) -> Data:
    met = all(chance["met"] for chance in policy["chances"])
    return {
        "x": _scaled(policy["settings"][x["path"]], x),
        "y": _scaled(policy["settings"][y["path"]], y),
        "kind": "perhaps" if met else "off", "met": met,
        "chosen": policy["settings"] == report["advice"]["settings"],
        "title": words.settings(policy["settings"], report["levers"]),
    }  # fmt: skip


def _scaled(value: float, axis: Data) -> float:
    return math.log10(value) if axis["log"] else float(value)


def _unscaled(axis: Data) -> Callable[[float], str]:
    def write(place: float) -> str:
        value = 10.0**place if axis["log"] else place
        return words.setting(float(f"{value:.2g}"), axis["unit"])

    return write


def _order(axis: Data) -> Any:
    """Sort values as the study lists them, numbers by size."""
    values = axis.get("values", [])
    if any(isinstance(value, str) for value in values):
        return values.index
    return lambda value: value


def answers(report: Data) -> str:
    """What each figure answers to, with the share that is luck."""
    cards = [_answer(report, each) for each in report["sensitivity"]]
    if not cards:
        return ""
    return (
        "<h2>What it is sensitive to</h2><p>Share of each figure’s variance between points that an "
        "axis explains: alone (main effect), or with all it interacts with (Sobol’s total index). "
        f'Whiskers: 95 % intervals.</p><div class="cards">{"".join(cards)}</div>'
    )


def _answer(report: Data, told: Data) -> str:
    meta = next(each for each in report["metrics"] if each["name"] == told["metric"])
    if "refused" in told:
        return card(meta["label"], "", f"No index: {escape(told['refused'])}")
    column = {"sobol": "total", "morris": "mu_star", "effects": "share"}[told["method"]]
    ends = ("lo", "hi") if column == "share" else (f"{column}_lo", f"{column}_hi")
    rows = []
    for row in told["table"][:8]:
        value, low, high = (row[name] for name in (column, *ends))
        words_of = words.percent(max(value or 0.0, 0.0))
        if column == "mu_star":
            words_of = words.figure(value, meta)
        rows.append((words.axis_name(row) + _trend(row), value or 0.0, low, high, words_of))
    top = 1.0 if column != "mu_star" else max((row[3] or row[1]) for row in rows)
    name = {"total": "Sobol total index", "share": "main effects", "mu_star": "Morris μ*"}[column]
    noise = told.get("noise")
    luck = (
        "" if noise is None else f" {words.percent(noise)} of the variance of single runs is luck."
    )
    warning = f" {escape(told['warning'])}." if told.get("warning") and not luck else ""
    said = f"{meta['label']}: {name}"
    return card(meta["label"], bars(rows, said, top), f"{name}.{luck}{warning}")


def _trend(row: Data) -> str:
    trend = row.get("trend")
    if trend is None or abs(trend) < 0.2:
        return ""
    return " ↑" if trend > 0 else " ↓"


def breaks(report: Data) -> str:
    """Where goals are missed: in which worlds by the choice, and where in all that was tried."""
    told, advice = report["breaks"], report["advice"]
    if told is None:
        return ""
    axes = [*report["levers"], *report["uncertainties"]]
    said = []
    worlds = advice["worlds"]
    cards = []
    if worlds is not None:
        at = words.settings(worlds["at"], report["uncertainties"])
        said.append(
            f"With the {_chosen(advice)} setting {words.percent(worlds['missed'])} of futures miss "
            f"some goal; in the worst world tried, {at}, {words.percent(worlds['worst'])} do."
        )
        if worlds["box"] is not None:
            said.append(words.box(worlds["box"], axes, "it misses a goal"))
        cards = [_world(report, level) for level in worlds["levels"]]
    if told["box"] is not None:
        said.append(
            "Over all settings: " + words.box(told["box"], axes, "the weakest goal is missed")
        )
    if told["regional"]:
        rows = [
            (words.axis_name(row), row["distance"], None, None, f"{row['distance']:.2f}")
            for row in told["regional"][:6]
            if row["chance"] < LUCK
        ]
        title = "What tells met from missed"
        caption = "Distance of Kolmogorov and Smirnov; what luck may explain (5 %) is left out."
        if rows:
            cards.append(card(title, bars(rows, title), caption))
    text = "".join(f"<p>{escape(each)}</p>" for each in said)
    return f'<h2>What breaks it</h2>{text}<div class="cards">{"".join(cards)}</div>'


def _world(report: Data, level: Data) -> str:
    axis = next(each for each in report["uncertainties"] if each["path"] == level["path"])
    rows = []
    for each in level["values"]:
        name = " – ".join(words.setting(value, axis["unit"]) for value in each["value"])
        rows.append((name, each["missed"], each["lo"], each["hi"], words.percent(each["missed"])))
    picture = bars(rows, f"Futures that miss a goal, by {axis['label']}")
    return card(f"Misses by: {axis['label']}", picture, f"<code>{escape(axis['path'])}</code>")


def trade(report: Data) -> str:
    """The first two goals' figures against each other, and the settings that none beats."""
    advice = report["advice"]
    told = None if advice is None else advice["front"]
    if told is None:
        return ""
    metas = {meta["name"]: meta for meta in report["metrics"]}
    x, y = (metas[name] for name in told["metrics"][:2])
    points = []
    for place, policy in enumerate(report["policies"]):
        across, up = told["means"][place][:2]
        if across is None or up is None:
            continue
        kind = "front" if told["front"][place] else "perhaps" if told["perhaps"][place] else "off"
        points.append({
            "x": across, "y": up, "kind": kind, "met": told["meets"][place],
            "chosen": policy["settings"] == advice["settings"],
            "title": words.settings(policy["settings"], report["levers"]),
        })  # fmt: skip
    if len(points) < 2:
        return ""
    write = (lambda v: words.figure(v, x), lambda v: words.figure(v, y))
    picture = scatter(points, (x["label"], y["label"]), write, f"{y['label']} by {x['label']}")
    count, sure = sum(told["front"]), len(told["perhaps"]) - sum(told["perhaps"])
    better = [
        f"{'more' if larger else 'less'} of “{metas[name]['label']}”"
        for name, larger in zip(told["metrics"], told["larger"], strict=True)
    ]
    said = (
        f"Better is {words.listed(better)}. No setting beats the {count:,} on the front in all of "
        f"them; {sure:,} of {len(points):,} are surely beaten."
    )
    caption = (
        "Large: on the front. Filled: meets every goal. Ring: recommended. Grey: surely beaten."
    )
    shown = card("Means of each setting", picture, caption)
    return f'<h2>Trade-offs</h2><p>{escape(said)}</p><div class="cards">{shown}</div>'
