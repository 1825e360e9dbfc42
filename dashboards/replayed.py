"""What a replay is of, and whether that is the rehearsal it stands beside."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dashboards.formats import GAP, Quantity, count
from dashboards.records import parameter
from simulations.scenario import load_scenario

type Data = Mapping[str, Any]

FIRST = ("days", "seed", "start")
"""What is told before the rules and the world, whose order is that of their declaration."""
UNSET = "not set"
"""What a parameter reads as where a scenario does not have it."""

_WORDS = ("text", "choice", "address", "token")
"""Units of parameters that are names, even where they look like numbers."""


@dataclass(frozen=True)
class Difference:
    """A parameter of the replayed scenario that is another in the rehearsed one."""

    name: str
    replayed: str
    rehearsed: str


def told(record: Data) -> str:
    """Name what a record is of: its DAO, members, days and seed, as far as it says."""
    scenario = _table(record.get("scenario"))
    facts = []
    if record.get("members") is not None:
        facts.append(f"{count(record['members'])}{GAP}members")
    if (days := scenario.get("days", record.get("days"))) is not None:
        facts.append(f"{count(days)}{GAP}days")
    if scenario.get("seed") is not None:
        facts.append(f"seed{GAP}{scenario['seed']}")
    name = _table(_table(scenario.get("constitution")).get("token")).get("name")
    return ", ".join([str(name or "an unnamed DAO"), *facts])


def same(replay: Data, rehearsal: Data) -> bool | None:
    """Whether two records are of one scenario; None where one does not say which."""
    mine, other = (record.get("scenario_hash") for record in (replay, rehearsal))
    return mine == other if mine and other else None


def differences(replay: Data, rehearsal: Data) -> tuple[Difference, ...]:
    """List the parameters in which the scenarios of two records differ.

    Horizon, seed and start come first, then the rules and the world as they are declared.
    """
    mine, other = (_flat(_table(record.get("scenario"))) for record in (replay, rehearsal))
    order = [*FIRST, *_units(), *sorted(mine.keys() | other.keys())]
    apart = [path for path in dict.fromkeys(order) if mine.get(path) != other.get(path)]
    return tuple(_difference(path, mine.get(path), other.get(path)) for path in apart)


def _difference(path: str, mine: Any, other: Any) -> Difference:
    if path == "start":
        return Difference("Start", _start(mine), _start(other))
    unit = _units().get(path, "")
    numbers = [_number(value, unit) for value in (mine, other)]
    known = [value for value in numbers if value is not None]
    quantity = parameter(path, unit, known)
    texts = [_setting(quantity, value) for value in numbers]
    if texts[0] == texts[1]:  # they part after the last digit that is shown
        texts = [str(mine), str(other)]
    return Difference(quantity.label, texts[0], texts[1])


def _setting(quantity: Quantity, value: float | str | None) -> str:
    return UNSET if value is None else quantity.setting(value) or "nothing"


def _number(value: Any, unit: str) -> float | str | None:
    """Return a stored value as it is shown: exact decimals are stored as text."""
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    try:
        number = math.nan if unit in _WORDS else float(value)
    except (TypeError, ValueError):
        number = math.nan
    return number if math.isfinite(number) else str(value)


def _start(value: Any) -> str:
    if value is None:
        return "a launch"
    return f"the DAO of block {_table(_table(value).get('books')).get('block', '?')}"


def _flat(table: Data, prefix: str = "") -> dict[str, Any]:
    """Return a scenario's parameters by path; those of the world begin with ``world.``."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping) and prefix + name != "start":
            inner = "" if prefix + name == "constitution" else f"{prefix}{name}."
            flat |= _flat(value, inner)
        else:
            flat[prefix + name] = value
    return flat


def _table(value: Any) -> Data:
    return value if isinstance(value, Mapping) else {}


@cache
def _units() -> dict[str, str]:
    """Units of all parameters, by path."""
    units = {path: leaf.unit for path, leaf in load_scenario().leaves().items()}
    return {"days": "days", "seed": "text", **units}
