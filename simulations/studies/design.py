"""Designs: at which points of its axes a study looks.

=========  ===================================================================  ==================
design     points                                                               what it is for
=========  ===================================================================  ==================
grid       every combination of listed values, the last axis fastest            pictures, few axes
zip        first values together, second values together, ...                   named cases
random     ``samples`` independent points                                       a first look
lhs        ``samples`` points, each axis in even strata (McKay et al. 1979)     scenario discovery
sobol      ``samples * (axes + 2)``, Saltelli's (2010) layout over a scrambled  variance shares
           Sobol sequence; with ``second_order``, ``samples * (2 axes + 2)``
morris     ``samples * (axes + 1)``: trajectories over ``levels`` (Morris 1991)  screening many axes
=========  ===================================================================  ==================

All but grid and zip are drawn in the unit cube, from the study's seed and nothing else. The rows of
``sobol`` and ``morris`` stand as SALib expects them.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from governance.errors import InputError
from simulations.randomness import Floats, Run, Stream
from simulations.studies.axis import Axis
from simulations.studies.fields import StudyFile

MOST_POINTS = 10_000_000
DRAWN = ("random", "lhs", "sobol", "morris")
"""Designs drawn in the unit cube."""
NEEDS_RANGES = ("sobol", "morris")
"""Designs whose indices mean nothing on a list of values."""


def columns(file: StudyFile, axes: Sequence[Axis]) -> tuple[np.ndarray, ...]:
    """Values of each axis at every point, shape ``(points,)`` each.

    Raises
    ------
    InputError
        If the axes do not suit the design.
    """
    _require_suitable(file, axes)
    if file.design in DRAWN:
        places = unit_cube(file, len(axes))
        return tuple(axis.at(places[:, place]) for place, axis in enumerate(axes))
    if file.design == "zip":
        return tuple(np.array(axis.values) for axis in axes)
    combined = itertools.product(*(axis.values for axis in axes))
    return tuple(np.array(column) for column in zip(*combined, strict=True))


def unit_cube(file: StudyFile, axes: int) -> Floats:
    """Places of a drawn design in the unit cube, shape ``(points, axes)``."""
    if file.design == "random":
        stream = Stream([Run(file.seed, 0)], "design")
        return stream.uniform_rows(file.samples * axes).reshape(file.samples, axes)
    if file.design == "lhs":
        return qmc.LatinHypercube(axes, seed=_generator(file.seed)).random(file.samples)
    if file.design == "sobol":
        return _saltelli(file, axes)
    return _trajectories(file, axes)


def size(file: StudyFile, axes: Sequence[Axis]) -> int:
    """Return how many points a design has."""
    if file.design == "grid":
        return int(np.prod([len(axis.values) for axis in axes], dtype=object))
    if file.design == "zip":
        return len(axes[0].values)
    if file.design == "sobol":
        return file.samples * ((2 if file.second_order else 1) * len(axes) + 2)
    return file.samples * (len(axes) + 1 if file.design == "morris" else 1)


def some_of(seed: int, points: int, kept: int) -> np.ndarray:
    """Return the numbers of points drawn by lot, in order, shape ``(kept,)``."""
    return np.sort(_generator(seed).choice(points, kept, replace=False))


def _saltelli(file: StudyFile, axes: int) -> Floats:
    """Rows of A, then A with each column of B, then with ``second_order`` the reverse, then B."""
    base = qmc.Sobol(2 * axes, seed=_generator(file.seed)).random(file.samples)
    first, second = base[:, :axes], base[:, axes:]
    rows = [first]
    pairs = [(first, second), (second, first)] if file.second_order else [(first, second)]
    for kept, other in pairs:
        for axis in range(axes):
            mixed = kept.copy()
            mixed[:, axis] = other[:, axis]
            rows.append(mixed)
    return np.stack([*rows, second], axis=1).reshape(-1, axes)


def _trajectories(file: StudyFile, axes: int) -> Floats:
    """Walks of one step along each axis in random order, half the levels at a time."""
    draw = _generator(file.seed)
    jump = file.levels / (2.0 * (file.levels - 1))
    lower = np.arange(file.levels // 2) / (file.levels - 1)
    walks = np.empty((file.samples, axes + 1, axes))
    for walk in walks:
        start, upwards = draw.choice(lower, axes), draw.random(axes) < 0.5
        walk[:] = np.where(upwards, start, start + jump)
        for step, axis in enumerate(draw.permutation(axes), 1):
            walk[step:, axis] += jump if upwards[axis] else -jump
    return np.clip(walks.reshape(-1, axes), 0.0, 1.0)


def _generator(seed: int) -> np.random.Generator:
    """Return a generator of the design's own, so that no run's draws depend on the design."""
    return np.random.Generator(
        np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=(0xDE5169,)))
    )


def _require_suitable(file: StudyFile, axes: Sequence[Axis]) -> None:
    if file.design in NEEDS_RANGES:
        for axis in axes:
            if axis.listed:
                raise InputError(
                    f"{axis.path} lists its values, and the indices of a {file.design} design "
                    "need a range: give low and high, or take design = 'lhs'"
                )
    if file.design == "sobol" and file.samples & (file.samples - 1):
        near = 1 << (file.samples.bit_length() - 1)
        raise InputError(
            f"samples = {file.samples}: a Sobol sequence is even in powers of two: take {near} or "
            f"{2 * near}"
        )
    if file.design == "morris" and file.levels % 2:
        raise InputError(
            f"levels = {file.levels}: morris steps over half of them: take an even one"
        )
    if file.design in ("grid", "zip"):
        _require_lists(file.design, axes)
    if (count := size(file, axes)) > MOST_POINTS:
        raise InputError(f"the design has {count:,} points: take at most {MOST_POINTS:,}")


def _require_lists(design: str, axes: Sequence[Axis]) -> None:
    for axis in axes:
        if not axis.listed:
            raise InputError(
                f"{axis.path} has a range, and a {design} needs values: list them, or say how "
                "many with levels"
            )
        if design == "grid" and len(set(axis.values)) < len(axis.values):
            raise InputError(f"{axis.path} names a value twice")
    lengths = {axis.path: len(axis.values) for axis in axes}
    if design == "zip" and len(set(lengths.values())) > 1:
        told = ", ".join(f"{path} {length}" for path, length in lengths.items())
        raise InputError(f"a zip needs as many values of each axis: {told}")
