"""Chunks: runs that are stepped together, and what is found of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from simulations.ensemble import Point
from simulations.randomness import Floats, Ints
from simulations.scenario import Scenario
from simulations.studies.axis import Value


class RunFailed(Exception):
    """Runs that could not be done, and at which stage.

    Attributes
    ----------
    stage
        ``scenario``, ``rehearsal`` or ``metrics``.
    """

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.stage = stage


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Say of every error within at which stage it happened."""
    try:
        yield
    except RunFailed:
        raise
    except Exception as error:
        raise RunFailed(name) from error


@dataclass(frozen=True)
class Chunk:
    """Runs to be stepped together.

    Attributes
    ----------
    base
        The study's scenario.
    paths
        Parameters that vary.
    values
        Their values at each of the chunk's points.
    keys
        Key of each point.
    place
        Which of the points each run is at, shape ``(runs,)``.
    replicate
        Replicate of each run, same shape.
    runs
        Number of each run in the study, same shape.
    metrics
        Names of what to measure.
    steps_every
        Days between the states to keep, 0 to keep none.
    version
        Version of the model that the keys are for.
    """

    base: Scenario
    paths: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    keys: tuple[str, ...]
    place: Ints
    replicate: Ints
    runs: Ints
    metrics: tuple[str, ...]
    steps_every: int = 0
    version: str = ""

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.runs)

    def scenarios(self) -> list[Scenario]:
        """Return the scenario of each point; those in one world share it."""
        worlds: dict[tuple[Value, ...], Scenario] = {}
        found = []
        for values in self.values:
            named = dict(zip(self.paths, values, strict=True))
            world = {path: value for path, value in named.items() if path.startswith("world.")}
            rules = {path: value for path, value in named.items() if path not in world}
            key = tuple(world.values())
            if key not in worlds:
                worlds[key] = self.base.with_values(world)
            found.append(worlds[key].with_values(rules))
        return found

    def points(self) -> list[Point]:
        """Return scenario and replicate of each run."""
        with stage("scenario"):
            scenarios = self.scenarios()
        pairs = zip(self.place.tolist(), self.replicate.tolist(), strict=True)
        return [(scenarios[place], replicate) for place, replicate in pairs]

    def halves(self) -> tuple["Chunk", "Chunk"]:
        """Return its first half and its second."""
        half = len(self) // 2
        return self.part(0, half), self.part(half, len(self))

    def part(self, start: int, stop: int) -> "Chunk":
        """Return some of the runs."""
        kept, place = np.unique(self.place[start:stop], return_inverse=True)
        values = tuple(self.values[point] for point in kept.tolist())
        keys = tuple(self.keys[point] for point in kept.tolist())
        cut = (place, self.replicate[start:stop], self.runs[start:stop])
        asked = (self.metrics, self.steps_every, self.version)
        return Chunk(self.base, self.paths, values, keys, *cut, *asked)


@dataclass(frozen=True)
class Measured:
    """What a model found for the runs of a chunk.

    Attributes
    ----------
    metrics
        Values of each metric, shape ``(runs,)``.
    days
        Days whose states are kept, shape ``(kept,)``.
    steps
        Each state variable on those days, shape ``(kept, runs)``.
    """

    metrics: Mapping[str, Floats]
    days: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    steps: Mapping[str, Floats] = field(default_factory=dict)
