"""An axis: one parameter that a study varies, and where it may lie."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from governance.errors import InputError
from governance.settings import Leaf, Settings, setting, validate
from simulations.randomness import Floats
from simulations.scenario import Scenario, rehearsed

_ASKED = "the study's author"
DIGITS = 9
"""Significant digits of a drawn number: more only make it longer."""

type Value = int | float | str
"""A parameter's value: whole seconds, whole numbers, numbers, a choice or a yes or no."""


class Range(Settings):
    """Where a design may place a parameter: between two ends, or on one of some choices."""

    low: Any = setting("Lower end", unit="", source=_ASKED, default=None)
    high: Any = setting("Upper end", unit="", source=_ASKED, default=None)
    log: bool = setting("Even in the logarithm", unit="", source=_ASKED, default=False)
    levels: int | None = setting(
        "Values from end to end, for a grid or a zip", unit="", source=_ASKED, ge=2, le=10_000,
        default=None,
    )  # fmt: skip
    choices: tuple[Any, ...] = setting("Values to choose among", unit="", source=_ASKED, default=())


@dataclass(frozen=True)
class Axis:
    """One parameter and where it may lie.

    Attributes
    ----------
    path
        Dotted path of the parameter, ``world.`` before those of the world.
    label, unit
        What was declared about it.
    values
        What it takes, if they are listed; else empty.
    low, high
        The ends of its range; None if its values are listed.
    log
        Whether the range is even in the logarithm.
    fineness
        Decimals that the parameter can have, None for any.
    """

    path: str
    label: str
    unit: str
    values: tuple[Value, ...] = ()
    low: Value | None = None
    high: Value | None = None
    log: bool = False
    fineness: int | None = None

    @property
    def listed(self) -> bool:
        """Whether its values are listed."""
        return bool(self.values)

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of its range, in its unit."""
        assert self.low is not None
        assert self.high is not None
        return float(self.low), float(self.high)

    def record(self) -> dict[str, Any]:
        """Return the axis as JSON data."""
        told: dict[str, Any] = {"path": self.path, "label": self.label, "unit": self.unit}
        if self.listed:
            return told | {"values": [*self.values]}
        return told | {"low": self.low, "high": self.high, "log": self.log}

    def at(self, unit: Floats) -> np.ndarray:
        """Return the values at places in [0, 1], of the same shape.

        Listed values share the interval evenly; a range is even, or even in the logarithm, and
        rounded to what the parameter can be.
        """
        if self.listed:
            place = np.minimum((unit * len(self.values)).astype(np.int64), len(self.values) - 1)
            return np.array(self.values)[place]
        low, high = self.ends
        found = low * (high / low) ** unit if self.log else low + (high - low) * unit
        found = np.clip(self._rounded(found), low, high)
        return found.astype(np.int64) if isinstance(self.low, int) else found

    def place(self, values: np.ndarray) -> Floats:
        """Undo :meth:`at` as far as rounding lets it: the middle of a listed value's share."""
        if self.listed:
            where = {value: place for place, value in enumerate(self.values)}
            return (np.array([where[value] for value in values.tolist()]) + 0.5) / len(self.values)
        low, high = self.ends
        found = values.astype(np.float64)
        if self.log:
            return np.log(found / low) / math.log(high / low)
        return (found - low) / (high - low)

    def _rounded(self, found: Floats) -> Floats:
        if self.fineness is not None:
            return np.round(found, self.fineness)
        return np.array([float(f"{value:.{DIGITS}g}") for value in found.tolist()])


def read_axis(base: Scenario, path: str, told: Any) -> Axis:
    """Read an axis of a study's file: a list of values, or a table of :class:`Range`.

    Raises
    ------
    InputError
        If the path names no parameter or one that no mechanism reads, or a value is out of bounds.
    """
    if not isinstance(told, Mapping | list | tuple):
        raise InputError(f"{path} = {told}: give a list of values, or {{low = ..., high = ...}}")
    span = validate(Range, told, path) if isinstance(told, Mapping) else Range(choices=tuple(told))
    values = span.choices
    if not values and None in (span.low, span.high):
        raise InputError(f"{path} has no values: give a list of them, or low and high")
    if values and not (span.low is None and span.high is None):
        raise InputError(f"{path} has choices, and low or high too: leave out one of the two")
    leaf = base.leaf(path)
    if not rehearsed(path):
        raise InputError(
            f"{path} is deployed, and no mechanism of the simulation reads it yet: every value "
            "would give the same runs"
        )
    about = Axis(path, str(leaf.info.description), leaf.unit, fineness=_fineness(leaf))
    if values:
        return _listed(about, tuple(_value(leaf, value) for value in values))
    return _spanned(about, leaf, span)


def _listed(about: Axis, values: tuple[Value, ...]) -> Axis:
    return Axis(about.path, about.label, about.unit, values, fineness=about.fineness)


def _spanned(about: Axis, leaf: Leaf, span: Range) -> Axis:
    path = about.path
    low, high = (_value(leaf, end) for end in (span.low, span.high))
    if isinstance(low, str | bool) or isinstance(high, str | bool):
        raise InputError(f"{path} is a choice and has no range: list its values")
    if low >= high:
        raise InputError(f"{path}: low = {low} is not below high = {high}")
    if span.log and low <= 0:
        raise InputError(f"{path}: low = {low} has no logarithm: start above 0, or leave out log")
    axis = Axis(path, about.label, about.unit, (), low, high, span.log, about.fineness)
    if span.levels is None:
        return axis
    steps = np.linspace(0.0, 1.0, span.levels)
    return _listed(about, tuple(dict.fromkeys(axis.at(steps).tolist())))


def _value(leaf: Leaf, value: Any) -> Value:
    """Return a value as the parameter holds it, whole numbers and choices as they are."""
    found = leaf.read(value)
    return found if isinstance(found, int | str) else float(found)


def _fineness(leaf: Leaf) -> int | None:
    if isinstance(leaf.value, int):
        return 0
    return 4 if leaf.whole_bps else None
