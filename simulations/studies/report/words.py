"""How the report writes values, and what it says in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from governance.units import format_duration
from simulations.report import write_value

type Data = Mapping[str, Any]

_COUNTED = ("days", "months", "versions", "tokens", "members")
"""Units that a goal says."""
_LEADS = {"sure": "Settled:", "likely": "Probably:", "none": "Not found:"}


def setting(value: Any, unit: str) -> str:
    """Write a parameter's value: a duration, a percentage, a number, or a choice as it is."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no"}.get(value, "–")  # type: ignore[arg-type]
    if isinstance(value, str):
        return value.replace("_", " ")
    if unit == "duration":
        return format_duration(round(value))
    if unit.startswith("share") and unit != "shares":
        return f"{value * 100:.3g} %"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def figure(value: float | None, meta: Data) -> str:
    """Write a metric's value as it asks for."""
    return write_value(value, str(meta.get("format", "number"))).replace("%", " %")


def percent(value: float | None) -> str:
    """Write a chance, never rounded to certainty."""
    if value is None:
        return "–"
    if 0.0 < value < 0.01 or 0.99 < value < 1.0:
        return "<1 %" if value < 0.5 else ">99 %"
    return f"{value:.0%}".replace("%", " %")


def interval(low: float | None, high: float | None) -> str:
    """Write the ends of a chance's interval."""
    if low is None or high is None:
        return "no interval"
    return f"{low * 100:.0f}–{high * 100:.0f} %"


def axis_name(axis: Data) -> str:
    """Return the short name of a parameter: its path without the ``world.`` before it."""
    return str(axis["path"]).removeprefix("world.")


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Join parts as in a sentence."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def goal(told: Data) -> str:
    """Write a goal: what is wanted of which figure."""
    side = "at least" if told["direction"] == "at_least" else "at most"
    threshold = _threshold(told)
    if told["unit"] == "share of runs":
        return f"{told['label']}: {'always' if told['direction'] == 'at_least' else 'never'}"
    unit = f" {told['unit']}" if told["unit"] in _COUNTED else ""
    unit = unit.removesuffix("s") if told["threshold"] == 1 else unit
    return f"{told['label']}: {side} {threshold}{unit}"


def _threshold(told: Data) -> str:
    """Write a round number without decimals, and any other as the figure asks for."""
    value = float(told["threshold"])
    if told["format"] == "percent":
        return f"{value * 100:.4g} %"
    return f"{value:,.0f}" if value == round(value) else figure(value, told)


def settings(told: Data, axes: Iterable[Data]) -> str:
    """Write a setting of several levers."""
    units = {axis["path"]: axis["unit"] for axis in axes}
    return listed([f"{path} = {setting(value, units[path])}" for path, value in told.items()])


def headline(report: Data) -> str:
    """Answer the study's question in two or three sentences."""
    advice = report["advice"]
    if advice is None:
        return (
            "The study names no goals, so nothing is recommended; below is what its figures "
            "answer to."
        )
    chosen = settings(advice["settings"], report["levers"]) or "the rules as they are"
    end = "share" if advice["verdict"] == "none" else "lo"
    weakest = min(
        zip(advice["chances"], report["goals"], strict=True),
        key=lambda pair: (pair[0][end] or 0.0) - pair[1]["probability"],
    )
    chance, wanted = weakest
    share = f"{percent(chance['share'])} of futures ({interval(chance['lo'], chance['hi'])})"
    if chance["share"] is None:
        share = "no future, since none has a value of it"
    tried = f"{advice['feasible']:,} of {advice['tried']:,} settings tried meet every goal"
    if advice["verdict"] == "none":
        return (
            f"{_LEADS['none']} none of the {advice['tried']:,} settings tried meets every goal. "
            f"Nearest comes {chosen}: it has “{goal(wanted)}” in {share}, where "
            f"{percent(wanted['probability'])} were asked."
        )
    doubt = ""
    if advice["verdict"] == "likely":
        doubt = " The interval reaches below what was asked: more replicates would settle it."
    return (
        f"{_LEADS[advice['verdict']]} {tried}. Choose {chosen}: the goal it meets most barely, "
        f"“{goal(wanted)}”, holds in {share}, {percent(wanted['probability'])} asked.{doubt}"
    )


def box(told: Data, axes: Iterable[Data], what: str) -> str:
    """Say where something mostly happens."""
    known = {axis["path"]: axis for axis in axes}
    parts = []
    for limit in told["limits"]:
        unit = known[limit["path"]]["unit"]
        name, low, high = axis_name(limit), limit["low"], limit["high"]
        if limit["kept"]:
            parts.append(f"{name} is {listed([setting(k, unit) for k in limit['kept']], 'or')}")
        elif low is not None and high is not None:
            parts.append(f"{name} is {setting(low, unit)} to {setting(high, unit)}")
        elif low is not None:
            parts.append(f"{name} is {setting(low, unit)} or more")
        else:
            parts.append(f"{name} is {setting(high, unit)} or less")
    if not parts:
        return f"No corner of what was tried stands out: {what} in {percent(told['base'])} overall."
    return (
        f"Where {listed(parts)}, {what} in {percent(told['density'])} of futures, against "
        f"{percent(told['base'])} overall; {percent(told['coverage'])} of all such lie there."
    )
