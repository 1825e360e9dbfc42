"""The ensemble: many runs stepped together, and what they leave behind."""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from governance.units import DAY
from simulations.economy import VARIABLES
from simulations.mechanisms.proposals import SLOTS
from simulations.model import DaoModel
from simulations.randomness import Floats
from simulations.scenario import Scenario

CELLS = 200_000
"""Members times runs stepped at once: past this the memory grows and the speed does not."""
MEMORY = 2**29
"""Bytes that the members' arrays of a batch may take."""

ARRAYS = 12
"""Arrays of one value per member, beside the history of votes and the open proposals."""

type Point = tuple[Scenario, int]
"""A scenario and the replicate that fixes its draws."""


@dataclass(frozen=True)
class Outcome:
    """What an ensemble of runs did.

    Attributes
    ----------
    points
        Scenario and replicate of each run.
    steps
        Each state variable by day, shape ``(days + 1, runs)``.
    votes
        Votes delegated to each member on the last day, shape ``(runs, members)``, in shares.
    proposals
        One row per proposal; ``run`` counts from 0.
    actions
        The recorded run's actions, or None.
    """

    points: tuple[Point, ...]
    steps: dict[str, Floats]
    votes: Floats
    proposals: pd.DataFrame
    actions: pa.Table | None

    @property
    def days(self) -> int:
        """Days stepped."""
        return len(self.steps["supply"]) - 1


def step_together(points: Sequence[Point], record: int | None = None) -> Outcome:
    """Step runs with one horizon and one population as a single batch.

    Parameters
    ----------
    points
        Scenario and replicate of each run.
    record
        Row whose actions are kept.
    """
    scenarios, replicates = zip(*points, strict=True)
    model = DaoModel(scenarios, replicates, record)
    days = scenarios[0].days
    steps = {name: np.empty((days + 1, len(points))) for name in VARIABLES}
    for day in range(days + 1):
        state = model.loop.advance() if day else model.state
        for name, rows in steps.items():
            rows[day] = state[name]
    model.governor.finish()
    return Outcome(
        tuple(points),
        steps,
        model.staking.votes,
        model.governor.log.frame(),
        None if model.recorder is None else model.recorder.table(),
    )


def step_in_batches(
    points: Sequence[Point],
    *,
    batch: int | None = None,
    record: int | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> Iterable[Outcome]:
    """Step runs in batches that fit the cache; the result of a run does not depend on them.

    Consecutive points must share horizon and population to share a batch.

    Parameters
    ----------
    points
        Scenario and replicate of each run.
    batch
        Runs per batch; chosen from the population by default.
    record
        Run whose actions are kept.
    on_batch
        Called with runs done and runs in all, after each batch.
    """
    start = 0
    while start < len(points):
        size = batch or fitting(points[start][0])
        end = start + 1
        while end < min(start + size, len(points)) and _alike(points[start], points[end]):
            end += 1
        mine = record - start if record is not None and start <= record < end else None
        yield step_together(points[start:end], mine)
        # A Mesa model is a reference cycle, and it holds the batch's arrays.
        gc.collect()
        start = end
        if on_batch is not None:
            on_batch(end, len(points))


def fitting(scenario: Scenario) -> int:
    """Return how many runs of a scenario to step at once."""
    population = scenario.world.population
    members = population.holders + population.delegates
    days_kept = scenario.constitution.staking.maturity // DAY + SLOTS + ARRAYS
    return max(1, min(CELLS // members, MEMORY // (8 * members * days_kept)))


def _alike(first: Point, second: Point) -> bool:
    (one, _), (other, _) = first, second
    return one.days == other.days and one.world.population == other.world.population
