"""Numbers as people read them: one format for each kind of quantity, never a bare float."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.units import format_duration

GAP = "\N{NO-BREAK SPACE}"
"""Stands between a number and its unit, so that a line break never parts them."""
ABSENT = "n/a"
"""What a missing or infinite number reads as."""

NO_INTERVAL = "one run, no interval"
"""What stands in place of an interval that a single run cannot give."""

_SCALES = ((1e9, "B", "billion"), (1e6, "M", "million"), (1e3, "k", "thousand"))
_BARE_UNITS = {"Gini", "HHI", "rank correlation", "state", "", "1", "-", "count", "fraction"}
_BARE_UNITS |= {"share", "tokens", "days", "%"}


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Quantity:
    """What a number measures.

    Parameters
    ----------
    label
        Name in sentence case, as it stands on an axis.
    unit
        Unit in words, such as ``"tokens"``; empty for a pure number.
    format
        ``"percent"`` (a fraction shown times 100), ``"tokens"``, ``"days"``, ``"number"``,
        ``"duration"`` (seconds, written like ``7d``) or ``"text"`` (a name, written as it is).
    """

    label: str
    unit: str = ""
    format: str = "number"

    def text(self, value: float, digits: int = 3) -> str:
        """Write one value with its unit, to about ``digits`` significant digits."""
        if not math.isfinite(value):
            return ABSENT
        if self.format == "percent":
            return f"{_trim(value * 100, max(1, digits - 2))}{GAP}%"
        unit = self.noun()
        return _compact(value, digits) + (f"{GAP}{unit}" if unit else "")

    def setting(self, value: float | str) -> str:
        """Write a chosen value, such as a parameter, exactly and without trailing zeros."""
        if isinstance(value, str):
            return value
        if self.format == "duration":
            return format_duration(round(value))
        if self.format == "percent":
            return f"{value * 100:.6g}{GAP}%"
        unit = self.noun()
        number = f"{value:,.6f}".rstrip("0").rstrip(".")
        return f"{number}{GAP}{unit}" if unit else number

    def noun(self) -> str:
        """Return the word that follows a value, or nothing for a count."""
        if self.format in ("tokens", "days"):
            return self.format
        return "" if self.format == "percent" or self.unit in _BARE_UNITS else self.unit

    def range(self, low: float, high: float) -> str:
        """Write an interval with just enough digits to tell its ends apart."""
        for digits in (3, 4, 5, 6):
            left, right = self.text(low, digits), self.text(high, digits)
            if left != right:
                break
        else:
            return f"about {self.text(low)}"
        number, _, tail = left.partition(GAP)
        end = right.partition(GAP)[2]
        return f"{number} to {right}" if tail == end else f"{left} to {right}"

    def interval(self, low: float, high: float, n: int) -> str:
        """Write the 95 % interval of a mean over ``n`` runs, or that there is none."""
        if n > 1 and math.isfinite(high - low):
            return f"95{GAP}% interval {self.range(low, high)}"
        return {0: "undefined in every run", 1: NO_INTERVAL}.get(n, "no interval")

    def spread(self, mean: float, low: float, high: float, n: int) -> str:
        """Write an interval beside its mean: ``±0.4`` when even, its ends when cut off or skew."""
        if n < 2 or not math.isfinite(high - low):
            return self.interval(low, high, n)
        width = (high - low) / 2
        if abs(high + low - 2 * mean) > 0.02 * width:
            return self.range(low, high)
        if self.format == "percent":
            return f"\N{PLUS-MINUS SIGN}{_trim(width * 100, 1 if width >= 0.001 else 2)}"
        return f"\N{PLUS-MINUS SIGN}{_compact(width, 2)}"


@dataclass(frozen=True)
class Axis:
    """How a quantity is drawn: divide by ``divisor``, then title and tick formats apply."""

    divisor: float
    title: str
    ticks: str
    hover: str


def axis_of(quantity: Quantity, values: npt.NDArray[np.float64]) -> Axis:
    """Choose the scale of an axis so that its ticks stay short and its title carries the unit."""
    if quantity.format == "percent":
        return Axis(1.0, quantity.label, ".1~%", ".2%")
    finite = np.abs(values[np.isfinite(values)])
    top = float(finite.max()) if finite.size else 0.0
    divisor, word = next(((size, word) for size, _, word in _SCALES if top >= size), (1.0, ""))
    unit = " ".join(part for part in (word, quantity.noun()) if part)
    title = f"{quantity.label} ({unit})" if unit else quantity.label
    return Axis(divisor, title, ",.4~f", ",.4~f")


def count(value: float) -> str:
    """Write a whole number with thin groups of three."""
    return f"{round(value):,}" if math.isfinite(value) else ABSENT


def power(value: float) -> str:
    """Write a very small or large number as a multiple of a power of ten."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else ABSENT
    lead, exponent = f"{value:.0e}".split("e")
    return f"{lead}{GAP}\N{MULTIPLICATION SIGN}{GAP}10{str(int(exponent)).translate(_RAISED)}"


def _compact(value: float, digits: int) -> str:
    for size, letter, _ in _SCALES:
        # What rounds up to the scale belongs to it: 999,999 reads 1 M, not 1,000 k.
        if abs(value) >= size * (1 - 0.5 * 10.0**-digits):
            return f"{_significant(value / size, digits)}{GAP}{letter}"
    return _significant(value, digits)


def _significant(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    # Of the rounded number: 0.9996 to three digits is 1.00, not 1.000.
    exponent = int(f"{value:.{digits - 1}e}".split("e")[1])
    places = digits - 1 - exponent
    return _trim(value, min(max(places, 0), 9))


def _trim(value: float, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text if float(text.replace(",", "")) else text.lstrip("-")
