"""Scenario discovery: the box of parameters in which something mostly happens.

The patient rule induction method (Friedman and Fisher 1999) as Bryant and Lempert (2010) use it:
peel off, again and again, the thin slice that lifts the mean most; keep the box that best joins
*coverage* (how much of all that happens lies inside) with *density* (how much of the inside
happens); then free the axes whose limits may well be chance or add next to nothing. It is written
here because the libraries that have it bring a machine-learning stack of hundreds of megabytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from governance.errors import InputError
from simulations.randomness import Floats

type Mask = np.ndarray
type Side = tuple[str, str]
"""An axis and what is limited of it: ``low``, ``high``, or for a choice ``kept``."""
type Sides = dict[Side, Any]
type Columns = dict[str, np.ndarray]

PEEL = 0.05
"""Part of the box that a slice of an axis with many values takes."""
SMALLEST = 0.05
"""Part of all points below which a box is an anecdote."""
CHANCE = 0.05
"""Chance that a limit is luck, from which on it is dropped."""
LITTLE = 0.01
"""Part of a box's worth that a limit must add to stay."""


@dataclass(frozen=True)
class Limit:
    """What a box says of one axis: the values of it that lie inside, of those tried.

    Attributes
    ----------
    path
        The axis.
    low, high
        Least and largest value inside; None where there is no such limit.
    kept
        Choices inside; empty for a number.
    chance
        Chance that the limit is luck, by the binomial test of Bryant and Lempert.
    """

    path: str
    low: float | None
    high: float | None
    kept: tuple[str, ...]
    chance: float


@dataclass(frozen=True)
class Around:
    """A point that a box must hold, and how dense the box is to be."""

    point: int
    density: float


@dataclass(frozen=True)
class Box:
    """A box and how well it tells.

    Attributes
    ----------
    limits
        One for each axis that the box restricts, the surest first; empty where no box tells
        more than the whole.
    coverage
        Part of all that happens which lies inside.
    density
        Part of the inside that happens.
    base
        Part of everything that happens.
    size
        Part of all points that lie inside.
    inside
        Which points lie inside, shape ``(points,)``.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    base: float
    size: float
    inside: Mask

    def record(self) -> dict[str, Any]:
        """Return the box as JSON data."""
        limits = [
            {"path": each.path, "low": each.low, "high": each.high, "kept": [*each.kept],
             "chance": each.chance}
            for each in self.limits
        ]  # fmt: skip
        return {
            "limits": limits, "coverage": self.coverage, "density": self.density,
            "base": self.base, "size": self.size,
        }  # fmt: skip


def discover(
    points: pd.DataFrame, paths: Sequence[str], happens: Floats, *, around: Around | None = None
) -> Box:
    """Find the box of axes in which something happens most.

    Parameters
    ----------
    points
        One row per point with a column for each axis, numbers or choices.
    paths
        The axes that may be limited.
    happens
        How often it happens at each point, 0 to 1, shape ``(points,)``.
    around
        A point that must lie inside, and the density to keep to; then the box is the one that
        covers most of those as dense, or the densest.

    Raises
    ------
    InputError
        If it happens always or never, so that nothing tells them apart.
    """
    base = float(happens.mean())
    if np.ptp(happens) == 0.0:
        what = "never happens" if base == 0 else f"happens alike, at {base:.0%} of runs,"
        raise InputError(f"it {what} at all points: no box can tell them apart")
    columns = {path: points[path].to_numpy() for path in paths}
    trail = _peel(columns, happens, None if around is None else around.point)
    if around is None:
        best = max(trail, key=lambda sides: _worth(_within(columns, sides), happens))
        sides = _freed(columns, best, happens)
    else:
        sides = _densest(columns, trail, happens, around.density)
    inside = _within(columns, sides)
    return Box(
        tuple(_limits(columns, sides, happens)),
        float(happens[inside].sum() / happens.sum()),
        float(happens[inside].mean()),
        base,
        float(inside.mean()),
        inside,
    )


def _worth(inside: Mask, happens: Floats) -> float:
    """Harmonic mean of coverage and density."""
    coverage, density = happens[inside].sum() / happens.sum(), happens[inside].mean()
    both = coverage + density
    return float(2 * coverage * density / both) if both > 0 else 0.0


def _densest(columns: Columns, trail: list[Sides], happens: Floats, least: float) -> Sides:
    """The first box on the way down that is dense enough, or the densest."""
    density = [float(happens[_within(columns, sides)].mean()) for sides in trail]
    enough = [place for place, each in enumerate(density) if each >= least]
    return trail[enough[0] if enough else int(np.argmax(density))]


def _peel(columns: Columns, happens: Floats, kept: int | None = None) -> list[Sides]:
    """Boxes from the whole to the smallest, each a slice off the one before."""
    sides: Sides = {}
    trail = [sides]
    least = max(SMALLEST * happens.size, 2)
    while True:
        inside = _within(columns, sides)
        best, gain = None, 0.0 if kept is None else -np.inf
        for change in _slices(columns, sides, inside):
            slim = _within(columns, sides | change)
            left = int(slim.sum())
            if left < least or (kept is not None and not slim[kept]):
                continue
            lift = (happens[slim].mean() - happens[inside].mean()) / (int(inside.sum()) - left)
            if lift > gain + 1e-15:
                best, gain = change, lift
        if best is None:
            return trail
        sides = sides | best
        trail.append(sides)


def _slices(columns: Columns, sides: Sides, inside: Mask) -> Iterator[Sides]:
    """Limits that take off the lowest or highest values of an axis, or one choice."""
    for path, column in columns.items():
        values = np.unique(column[inside])
        if values.size < 2:
            continue
        if not np.issubdtype(column.dtype, np.number):
            for choice in values:
                yield {(path, "kept"): frozenset(values) - {choice}}
            continue
        ends = np.quantile(column[inside], [PEEL, 1.0 - PEEL], method="inverted_cdf")
        if (above := values[values > ends[0]]).size:
            yield {(path, "low"): above[0]}
        if (below := values[values < ends[1]]).size:
            yield {(path, "high"): below[-1]}


def _within(columns: Columns, sides: Sides) -> Mask:
    """Which points lie inside all limits."""
    out = np.ones(len(next(iter(columns.values()))), dtype=bool)
    for (path, side), value in sides.items():
        column = columns[path]
        if side == "kept":
            out &= np.isin(column, list(value))
        else:
            out &= column >= value if side == "low" else column <= value
    return out


def _freed(columns: Columns, sides: Sides, happens: Floats) -> Sides:
    """The limits without those that may be luck or that tell next to nothing, weakest first."""
    while sides:
        wider = {side: {k: v for k, v in sides.items() if k != side} for side in sides}
        worth = {side: _worth(_within(columns, rest), happens) for side, rest in wider.items()}
        weakest = max(worth, key=lambda side: worth[side])
        here = _worth(_within(columns, sides), happens)
        if worth[weakest] < (1.0 - LITTLE) * here:
            chances = {side: _chance(columns, sides, side, happens) for side in sides}
            weakest = max(chances, key=lambda side: chances[side])
            if chances[weakest] <= CHANCE:
                return sides
        sides = wider[weakest]
    return sides


def _chance(columns: Columns, sides: Sides, side: Side, happens: Floats) -> float:
    """Chance of so dense a box if one limit did not matter; 1 if it keeps nothing out."""
    inside = _within(columns, sides)
    without = _within(columns, {k: v for k, v in sides.items() if k != side})
    if without.sum() == inside.sum():
        return 1.0
    hits, size = int(np.floor(happens[inside].sum() + 1e-9)), int(inside.sum())
    return float(stats.binom.sf(hits - 1, size, happens[without].mean()))


def _limits(columns: Columns, sides: Sides, happens: Floats) -> list[Limit]:
    out = []
    for path in dict.fromkeys(path for path, _ in sides):
        mine = {side: value for (each, side), value in sides.items() if each == path}
        chance = max(_chance(columns, sides, (path, side), happens) for side in mine)
        kept = tuple(sorted(map(str, mine.get("kept", ()))))
        low, high = (float(mine[side]) if side in mine else None for side in ("low", "high"))
        out.append(Limit(path, low, high, kept, chance))
    return sorted(out, key=lambda each: each.chance)
