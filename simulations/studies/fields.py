"""The fields of a study's TOML file, of its goals and of its budget."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, Self

import numpy as np
from pydantic import model_validator

from governance.settings import Settings, setting, validate

_ASKED = "the study's author"


class Goal(Settings):
    """A threshold for a metric, and in which share of runs it is to be met."""

    metric: str = setting("Name of the metric", unit="text", source=_ASKED)
    at_least: float | None = setting(
        "Least value", unit="", source=_ASKED, allow_inf_nan=False, default=None
    )
    at_most: float | None = setting(
        "Largest value", unit="", source=_ASKED, allow_inf_nan=False, default=None
    )
    probability: float = setting(
        "Share of runs that must meet it", unit="share", source=_ASKED, ge=0, le=1, default=0.9
    )

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"goal on {self.metric}: give at_least or at_most, one of the two")
        return self

    @property
    def direction(self) -> Literal["at_least", "at_most"]:
        """On which side of the threshold it is met."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def threshold(self) -> float:
        """The value to keep to."""
        told = self.at_most if self.at_least is None else self.at_least
        assert told is not None
        return told

    def met(self, values: np.ndarray) -> np.ndarray:
        """Whether each value meets it."""
        return values >= self.threshold if self.at_most is None else values <= self.threshold


class Budget(Settings):
    """What a study may take at most."""

    runs: int | None = setting("Runs in all", unit="runs", source=_ASKED, ge=1, default=None)
    seconds: float | None = setting(
        "Wall time, after which it stops to be resumed", unit="seconds", source=_ASKED, gt=0,
        allow_inf_nan=False, default=None,
    )  # fmt: skip


class StudyFile(Settings):
    """The fields of a study's TOML file."""

    name: str = setting("Short name", unit="text", source=_ASKED, pattern=r"^[a-z0-9][a-z0-9-]*$")
    question: str = setting("What it asks, in a sentence", unit="text", source=_ASKED, min_length=1)
    constitution: str = setting("Preset or file", unit="text", source=_ASKED, default="startup")
    world: str = setting("Preset or file", unit="text", source=_ASKED, default="typical")
    days: int = setting("Horizon", unit="days", source=_ASKED, ge=1, le=36_500, default=365)
    seed: int = setting("Entropy of every draw", unit="", source=_ASKED, ge=0, default=1)
    model: Literal["members", "macro"] = setting(
        "members told apart, or pooled", unit="", source=_ASKED, default="members"
    )
    design: Literal["grid", "zip", "random", "lhs", "sobol", "morris"] = setting(
        "How axes combine", unit="", source=_ASKED, default="grid"
    )
    samples: int = setting(
        "Points of random and lhs, base samples of sobol, walks of morris", unit="", source=_ASKED,
        ge=1, le=1_000_000, default=64,
    )  # fmt: skip
    levels: int = setting("Levels of morris", unit="", source=_ASKED, ge=2, le=64, default=4)
    second_order: bool = setting(
        "Whether sobol can tell pairs of axes", unit="", source=_ASKED, default=False
    )
    sample: int | None = setting(
        "Points to take of the design, drawn by lot", unit="", source=_ASKED, ge=1, default=None
    )
    replicates: int = setting(
        "Runs of each point", unit="runs", source=_ASKED, ge=1, le=1_000_000, default=50
    )
    steps_every: int = setting(
        "Days between the states kept of every run, 0 to keep none", unit="days", source=_ASKED,
        ge=0, le=36_500, default=0,
    )  # fmt: skip
    metrics: tuple[str, ...] = setting(
        "Metrics to report, all by default", unit="", source=_ASKED, default=()
    )
    levers: dict[str, Any] = setting(
        "Rules to vary, by dotted path", unit="", source=_ASKED, default={}
    )
    uncertainties: dict[str, Any] = setting(
        "Parameters of the world to vary, by dotted path", unit="", source=_ASKED, default={}
    )
    axes: dict[str, Any] = setting(
        "Either of both, as studies had it first", unit="", source=_ASKED, default={}
    )
    goals: tuple[dict[str, Any], ...] = setting(
        "What to come to", unit="", source=_ASKED, default=()
    )
    budget: Budget = Budget()

    @model_validator(mode="before")
    @classmethod
    def _simple(cls, data: Any) -> Any:
        return _without_decimals(data)


def changed(file: StudyFile, **values: Any) -> StudyFile:
    """Return a study's fields with some of them changed, checked like a file."""
    told = {name: value for name, value in values.items() if value is not None}
    return validate(StudyFile, file.model_dump(mode="python") | told, file.name) if told else file


def _without_decimals(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _without_decimals(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_decimals(value) for value in data]
    return float(data) if isinstance(data, Decimal) else data
