"""What stored results hold: frozen records, and the error that says what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboards.formats import Quantity
from governance.errors import InputError

REMEDIES = {
    "rehearsal": "moot simulate startup",
    "sweep": "moot study run quorum-and-emission",
    "twin": "moot twin startup",
    "story": "moot demo",
}
"""The command that makes each part of a results folder; ``--out`` names the folder."""

_SHARES = ("fraction", "share", "percent", "%")
"""Units of an axis that is shown as a percentage where no value is above one."""


class ResultsError(InputError):
    """A part of a results folder is missing or unreadable.

    Parameters
    ----------
    part
        ``"rehearsal"``, ``"sweep"``, ``"twin"`` or ``"story"``.
    reason
        What is wrong, naming the file.
    absent
        Whether the part was never made, rather than damaged.
    """

    def __init__(self, part: str, reason: str, *, absent: bool = False) -> None:
        self.part = part
        self.reason = reason
        self.absent = absent
        self.remedy = REMEDIES[part]
        super().__init__(f"{reason}: make it with `{self.remedy}`")


@dataclass(frozen=True)
class Metric:
    """A figure: what it measures, and where known its estimate over runs.

    A record that does not say what it is about, or whether it is told first, tells all first.
    """

    name: str
    quantity: Quantity
    description: str
    source: str
    kind: str
    mean: float
    lo: float
    hi: float
    p5: float
    p95: float
    n: int
    concern: str
    headline: bool

    @classmethod
    def of(cls, part: str, entry: dict[str, Any]) -> Self:
        """Read one entry of a metrics list.

        Raises
        ------
        ResultsError
            If the entry has no name or no format.
        """
        require(part, entry, ("name", "format"), f"{part} metric")
        label = str(entry.get("label") or entry["name"])
        numbers = {key: _float(entry.get(key)) for key in ("mean", "lo", "hi", "p5", "p95")}
        return cls(
            name=str(entry["name"]),
            quantity=Quantity(label, str(entry.get("unit") or ""), str(entry["format"])),
            description=str(entry.get("description") or ""),
            source=str(entry.get("source") or ""),
            kind=str(entry.get("kind") or "mean"),
            n=int(_float(entry.get("n")) if entry.get("n") is not None else 0),
            concern=str(entry.get("concern") or ""),
            headline=bool(entry.get("headline", True)),
            **numbers,
        )


@dataclass(frozen=True)
class Rehearsal:
    """The record of an ensemble and its figures."""

    record: dict[str, Any]
    metrics: tuple[Metric, ...]

    @property
    def name(self) -> str:
        """Name of the rehearsed token, else of the rehearsal."""
        token = self.record["scenario"].get("constitution", {}).get("token", {})
        return str(token.get("name") or self.record.get("name") or "this DAO")

    @property
    def days(self) -> int:
        """Horizon in days."""
        return int(self.record["scenario"]["days"])

    @property
    def replicates(self) -> int:
        """Number of runs."""
        return int(self.record["replicates"])


@dataclass(frozen=True)
class Grid:
    """One column of ``steps.parquet`` as a matrix.

    Parameters
    ----------
    runs
        Run numbers, shape ``(runs,)``.
    days
        Days, shape ``(days + 1,)``.
    values
        Shape ``(runs, days + 1)``.
    """

    runs: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True)
class SweepAxis:
    """A parameter that a study varies, what it means, and the values it took.

    Numbers stand in ascending order, names in the study's.
    """

    path: str
    quantity: Quantity
    meaning: str
    values: tuple[float, ...] | tuple[str, ...]

    @classmethod
    def of(cls, entry: Any) -> Self:
        """Read one entry of a study's axes; a share is shown as a percentage, seconds as ``7d``.

        Raises
        ------
        ResultsError
            If the entry has no path, or no values, or some that are neither numbers nor text.
        """
        require("sweep", entry, ("path", "values"), "sweep/study.json: axis")
        values = _axis_values(entry["values"])
        quantity = parameter(str(entry["path"]), str(entry.get("unit") or ""), values)
        meaning = str(entry.get("label") or "")
        return cls(str(entry["path"]), quantity, meaning, values)


@dataclass(frozen=True)
class Sweep:
    """A study: its question, its axes, its metrics and one row per point and metric."""

    record: dict[str, Any]
    axes: tuple[SweepAxis, ...]
    metrics: tuple[Metric, ...]
    points: pd.DataFrame


@dataclass(frozen=True)
class Twin:
    """The replay of a run on bytecode, and its drift per state variable."""

    record: dict[str, Any]
    drift: pd.DataFrame

    @property
    def run(self) -> int:
        """Number of the run among those of its scenario."""
        return int(self.record.get("run") or 0)

    @property
    def refusals(self) -> tuple[str, ...]:
        """Actions that the contracts refused, each with day and reason; older records have none."""
        return tuple(map(str, self.record.get("refusals") or ()))


@dataclass(frozen=True)
class Step:
    """Something the demo did on a chain."""

    title: str
    detail: str
    facts: dict[str, str]


def parameter(path: str, unit: str, values: Sequence[float | str]) -> Quantity:
    """Say how a parameter is named and its values are written.

    A share is shown as a percentage where no value is above one, seconds as ``7d``.
    """
    form = "number"
    if any(isinstance(value, str) for value in values):
        unit, form = "", "text"
    elif unit == "duration":
        unit, form = "", "duration"
    elif unit in _SHARES and max((abs(float(value)) for value in values), default=0.0) <= 1:
        unit, form = "", "percent"
    return Quantity(path.replace(".", " ").replace("_", " ").capitalize(), unit, form)


def require(part: str, entry: Any, keys: tuple[str, ...], where: str) -> None:
    """Check that an entry is a JSON object with these keys.

    Raises
    ------
    ResultsError
        If it is not, naming ``where``.
    """
    if not isinstance(entry, dict):
        raise ResultsError(part, f"{where} is not a JSON object")
    missing = [key for key in keys if key not in entry]
    if missing:
        raise ResultsError(part, f"{where} lacks {', '.join(missing)}")


def _axis_values(values: Any) -> tuple[float, ...] | tuple[str, ...]:
    where = "sweep/study.json: axis values"
    if not isinstance(values, list) or not values:
        raise ResultsError("sweep", f"{where} are not a list, or an empty one")
    if any(isinstance(value, str) for value in values):
        return tuple(map(str, values))
    try:
        return tuple(sorted(map(float, values)))
    except (TypeError, ValueError) as error:
        raise ResultsError("sweep", f"{where}: {error}") from error


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
