"""What a study can be put to: the member model, the macro model, or a plain function.

A model takes a :class:`~simulations.studies.chunk.Chunk`, runs that can be stepped together, and
gives one value per run of each metric. A run's values do not depend on the chunk that it is in.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from simulations import ensemble
from simulations.economy import VARIABLES
from simulations.ensemble import Outcome, Point
from simulations.figures.metric import OURS, Metric
from simulations.macro import ensemble as macro
from simulations.mechanisms.proposals import SLOTS
from simulations.metrics import BY_NAME, paths
from simulations.randomness import Floats, Ints
from simulations.scenario import Scenario
from simulations.studies.chunk import Chunk, Measured, stage
from simulations.studies.code import code_version
from simulations.studies.reading import known_metrics


class Model(Protocol):
    """What a study can be put to."""

    @property
    def name(self) -> str:
        """Its name, part of every run's key."""

    @property
    def version(self) -> str:
        """What changes when its figures may, part of every run's key."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What it can tell, by name."""

    def alike(self, scenario: Scenario) -> Hashable:
        """Return what runs must share to be stepped together."""

    def fitting(self, scenario: Scenario, memory: int) -> int:
        """Return how many runs to step at once in so many bytes."""

    def run(self, chunk: Chunk) -> Measured:
        """Do the runs of a chunk."""


class _OfDays:
    """A model that steps a DAO day by day."""

    name: str

    @property
    def version(self) -> str:
        return code_version()

    @property
    def metrics(self) -> Mapping[str, Metric]:
        return {name: BY_NAME[name] for name in known_metrics(self.name)}

    def run(self, chunk: Chunk) -> Measured:
        points = chunk.points()
        with stage("rehearsal"):
            outcome = self._step(points, None if chunk.steps_every else paths(chunk.metrics))
        with stage("metrics"):
            found = {name: BY_NAME[name].compute(outcome) for name in chunk.metrics}
            for name, values in found.items():
                if values.shape != (len(points),):
                    raise ValueError(f"{name} has shape {values.shape}, not one value per run")
        if not chunk.steps_every:
            return Measured(found)
        days = np.unique(np.append(np.arange(0, outcome.days, chunk.steps_every), outcome.days))
        return Measured(found, days, {name: rows[days] for name, rows in outcome.steps.items()})

    def _step(self, points: Sequence[Point], paths: Collection[str] | None) -> Outcome:
        """Step runs, and keep every day of some state variables, or of all."""
        raise NotImplementedError


class Members(_OfDays):
    """The member model."""

    name = "members"

    def alike(self, scenario: Scenario) -> Hashable:
        """Runs of one population can be stepped together."""
        return scenario.world.population

    def fitting(self, scenario: Scenario, memory: int) -> int:
        """As many runs as the member model steps at once, if the memory holds them."""
        population = scenario.world.population
        members = (population.holders + population.delegates) * (SLOTS + ensemble.ARRAYS)
        left = len(VARIABLES) * (scenario.days + 1)
        return max(1, min(ensemble.fitting(scenario), memory // (8 * (members + left))))

    def _step(self, points: Sequence[Point], paths: Collection[str] | None) -> Outcome:
        return next(iter(ensemble.step_in_batches(points, batch=len(points), paths=paths)))


class Macro(_OfDays):
    """The macro model."""

    name = "macro"

    def alike(self, scenario: Scenario) -> Hashable:
        """All runs can be stepped together."""
        return None

    def fitting(self, scenario: Scenario, memory: int) -> int:
        """As many runs as the macro model steps at once, if the memory holds them."""
        most = macro.fitting(scenario)
        return max(1, min(most, most * memory // macro.MEMORY))

    def _step(self, points: Sequence[Point], paths: Collection[str] | None) -> Outcome:
        return macro.step_macro(points)


@dataclass(frozen=True)
class Function:
    """A plain function, run like a model: to check an analysis by what is known of it.

    Attributes
    ----------
    name
        Its name.
    function
        From the values of each axis by path, shape ``(runs,)`` each, and the replicates, same
        shape, to the values of each output by name. It must be importable.
    outputs
        Names of the outputs.
    version
        What to change when it changes.
    """

    name: str
    function: Callable[[Mapping[str, np.ndarray], Ints], Mapping[str, Floats]]
    outputs: tuple[str, ...]
    version: str = "1"

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """One metric per output."""
        return {name: Metric(name, name, "", name, OURS, "number", _none) for name in self.outputs}

    def alike(self, scenario: Scenario) -> Hashable:
        """Return nothing: all runs can be done together."""
        return None

    def fitting(self, scenario: Scenario, memory: int) -> int:
        """Return how many runs to do at once."""
        return 10_000

    def run(self, chunk: Chunk) -> Measured:
        """Do the runs of a chunk."""
        columns = zip(*chunk.values, strict=True)
        by_path = dict(zip(chunk.paths, (np.array(c)[chunk.place] for c in columns), strict=True))
        with stage("rehearsal"):
            found = self.function(by_path, chunk.replicate)
        return Measured({name: np.asarray(found[name], np.float64) for name in chunk.metrics})


def _none(outcome: Outcome) -> Any:
    raise NotImplementedError


def model_named(name: str) -> Model:
    """Return the model of a name."""
    return Macro() if name == "macro" else Members()
