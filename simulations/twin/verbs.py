"""Verbs: what a log of actions may say, as told by the drivers that send it.

A driver's method is a verb. Its arguments name its columns: a float is the ``amount``, ``seconds``
and ``salt`` are themselves, and of other whole numbers the first is the ``target``, the second the
``choice``. ``python -m simulations.assumptions`` writes the table of ``docs/action-log.md`` anew.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulations.actions import ARGUMENTS
from simulations.launch import GRANTS
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.terms import LANES
from simulations.twin.court import DRIVERS
from simulations.twin.voting import Governor

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "action-log.md"
DECIDED = ("gate.accredit", "gate.end_accreditation")
"""What takes a vote: done by member -1, the treasury."""
MEMBERS = ("target", "auditor", "account")
"""Arguments that are members; an account may be -1, the treasury."""
COUNTS = {"grant": len(GRANTS), "lane": len(LANES), "criterion": len(CRITERIA)}
"""Arguments of which there are so many."""
WHOLE = ("uses", "periods", "score")
"""Amounts that are whole numbers."""
_START, _END = "<!-- verbs -->\n", "<!-- /verbs -->"


@dataclass(frozen=True)
class Verb:
    """One verb of one mechanism.

    Attributes
    ----------
    meaning
        What it does.
    columns
        Columns it takes and what they are.
    """

    meaning: str
    columns: dict[str, str]


def _columns(method: Callable[..., None]) -> Iterator[tuple[str, str]]:
    whole = iter(("target", "choice"))
    for argument in list(inspect.signature(method).parameters.values())[2:]:
        if argument.annotation is float:
            yield "amount", argument.name
        else:
            name = argument.name
            yield (name if name in ("seconds", "salt") else next(whole)), name


def _is_verb(method: Any) -> bool:
    return inspect.isfunction(method) and list(inspect.signature(method).parameters)[1:2] == [
        "member"
    ]


VERBS = {
    f"{mechanism}.{name}": Verb(inspect.getdoc(method) or "", dict(_columns(method)))
    for mechanism, driver in (DRIVERS | {"governor": Governor}).items()
    for name, method in vars(driver).items()
    if not name.startswith("_") and _is_verb(method)
}
"""Every verb, as ``mechanism.verb``."""


def filled(page: str) -> str:
    """Return the page with the table of verbs written anew."""
    before, _, rest = page.partition(_START)
    _, _, after = rest.partition(_END)
    return before + _START + _table() + _END + after


def _table() -> str:
    rows = [["verb", "what it does", *ARGUMENTS], ["---"] * (2 + len(ARGUMENTS))]
    for name, verb in VERBS.items():
        meaning = verb.meaning.replace("\n", " ")
        rows.append([f"`{name}`", meaning, *(verb.columns.get(each, "") for each in ARGUMENTS)])
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
