"""What stored results hold: frozen records, and the error that says what is wrong with them."""

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
    """A headline figure: what it measures, and where known its estimate over runs."""

    name: str
    quantity: Quantity
    description: str
    source: str
    kind: str
    mean: float
    lo: float
    hi: float
    p5: float
    p50: float
    p95: float
    n: int

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
        nan = float("nan")
        numbers = {key: _float(entry.get(key)) for key in ("mean", "lo", "hi", "p5", "p50", "p95")}
        return cls(
            name=str(entry["name"]),
            quantity=Quantity(label, str(entry.get("unit") or ""), str(entry["format"])),
            description=str(entry.get("description") or ""),
            source=str(entry.get("source") or ""),
            kind=str(entry.get("kind") or "mean"),
            n=int(_float(entry.get("n")) if entry.get("n") is not None else 0),
            **{key: numbers.get(key, nan) for key in numbers},
        )


@dataclass(frozen=True)
class Rehearsal:
    """The record of an ensemble and its headline figures."""

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
    """A parameter that a study varies, what it means, and the values it took."""

    path: str
    quantity: Quantity
    meaning: str
    values: tuple[float, ...]

    @classmethod
    def of(cls, entry: Any) -> Self:
        """Read one entry of a study's axes; a share is shown as a percentage.

        Raises
        ------
        ResultsError
            If the entry has no path or its values are not numbers.
        """
        require("sweep", entry, ("path", "values"), "sweep/study.json: axis")
        try:
            values = tuple(sorted(float(value) for value in entry["values"]))
        except (TypeError, ValueError) as error:
            raise ResultsError("sweep", f"sweep/study.json: axis values: {error}") from error
        unit = str(entry.get("unit") or "")
        fraction = unit in ("fraction", "share", "percent", "%") and max(map(abs, values)) <= 1
        label = str(entry["path"]).replace(".", " ").replace("_", " ").capitalize()
        quantity = Quantity(label, "" if fraction else unit, "percent" if fraction else "number")
        return cls(str(entry["path"]), quantity, str(entry.get("label") or ""), values)


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


@dataclass(frozen=True)
class Step:
    """Something the demo did on a chain."""

    title: str
    detail: str
    facts: dict[str, str]


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


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
