"""The ensemble: many runs stepped together, and what they leave behind."""

import gc
import math
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pyarrow as pa

from simulations import tables
from simulations.blocks import CadState
from simulations.economy import VARIABLES
from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import SLOTS
from simulations.model import DaoModel
from simulations.randomness import Floats
from simulations.scenario import Rules, Scenario

CELLS = 1_000_000
"""Members times runs stepped at once: past this the memory grows and the speed does not."""
MOST_RUNS = 4_000
"""Runs stepped at once at most, as each leaves every variable of every day behind."""
MEMORY = 2**29
"""Bytes that the members' arrays of a batch may take."""

ARRAYS = 12
"""Arrays of one value per member, beside the votes on the open proposals."""

type Point = tuple[Scenario, int]
"""A scenario and the replicate that fixes its draws."""


@dataclass(frozen=True, kw_only=True)
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
    quorum
        Votes that a grant would need by the stakes of the last day, shape ``(runs,)``, in shares.
    rules
        The rules of every run at the end.
    proposals, versions, disputes
        One row per proposal, version of a model and dispute; ``run`` counts from 0.
    actions
        The recorded run's actions, or None.
    """

    points: tuple[Point, ...]
    steps: dict[str, Floats]
    votes: Floats
    quorum: Floats
    rules: Rules
    proposals: pd.DataFrame
    versions: pd.DataFrame = field(default_factory=tables.no_versions)
    disputes: pd.DataFrame = field(default_factory=tables.no_disputes)
    actions: pa.Table | None = None

    @property
    def days(self) -> int:
        """Days stepped."""
        return len(self.steps["supply"]) - 1


type OnDay = Callable[[range, int, CadState], None]
"""Told the runs stepped together, the day they have come to, and the state of that day."""


def step_together(
    points: Sequence[Point],
    record: int | None = None,
    on_day: Callable[[int, CadState], None] | None = None,
) -> Outcome:
    """Step runs with one horizon and one population as a single batch.

    Parameters
    ----------
    points
        Scenario and replicate of each run.
    record
        Row whose actions are kept.
    on_day
        Called with each day and its state, one value per run of every variable.
    """
    scenarios, replicates = zip(*points, strict=True)
    model = DaoModel(scenarios, replicates, record)
    days = scenarios[0].days
    moving = [name for name in VARIABLES if name in model.loop.updated]
    steps = {name: np.empty((days + 1, len(points))) for name in moving}
    steps |= {
        name: np.broadcast_to(model.state[name], (days + 1, len(points)))
        for name in VARIABLES
        if name not in steps
    }
    for day in range(days + 1):
        state = model.loop.advance() if day else model.state
        for name in moving:
            steps[name][day] = state[name]
        if on_day is not None:
            on_day(day, state)
    quorum = model.governor.quorum_now(FUNDING)
    model.governor.finish()
    model.court.finish()
    return Outcome(
        points=tuple(points),
        steps=steps,
        votes=model.staking.votes,
        quorum=quorum,
        rules=model.rules,
        proposals=model.governor.log.frame(),
        versions=tables.versions(model, days),
        disputes=tables.disputes(model),
        actions=None if model.recorder is None else model.recorder.table(),
    )


def step_in_batches(
    points: Sequence[Point],
    *,
    batch: int | None = None,
    record: int | None = None,
    pool: Executor | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    on_day: OnDay | None = None,
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
    pool
        Where to step them, :func:`processes` say; here, one after the other, by default.
    on_batch
        Called with runs done and runs in all, after each batch.
    on_day
        Called after each day of a batch, long before it is done; not from a pool.
    """
    parts = [part for alike in _alike(points) for part in _cut(points, alike, batch, pool)]
    jobs = []
    for part in parts:
        mine = record - part.start if record is not None and record in part else None
        jobs.append((points[part.start : part.stop], mine))
    days = [None if on_day is None else partial(on_day, part) for part in parts]
    steps = map(_step_alone, jobs, days) if pool is None else map(_spread, pool.map(_send, jobs))
    for part, outcome in zip(parts, steps, strict=True):
        yield replace(outcome, points=tuple(points[part.start : part.stop]))
        if on_batch is not None:
            on_batch(part.stop, len(points))


def processes(count: int | None = None) -> ProcessPoolExecutor:
    """Return processes that batches can be stepped in, one per core by default.

    They take a second or two to start, so keep them for several ensembles; like any spawned
    processes they need the main module to be importable. Close them when done, or use ``with``.
    """
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


def _step_alone(
    job: tuple[Sequence[Point], int | None],
    on_day: Callable[[int, CadState], None] | None = None,
) -> Outcome:
    """Step one batch and leave nothing of it behind but the outcome.

    A Mesa model is a reference cycle that holds the batch's arrays, so garbage is collected; what
    was there before is kept out of that, or looking through it would take longer than a batch.
    """
    gc.freeze()
    try:
        outcome = step_together(*job, on_day)
        gc.collect()
    finally:
        gc.unfreeze()
    return replace(outcome, points=())


def _send(job: tuple[Sequence[Point], int | None]) -> Outcome:
    """Step a batch elsewhere; of what never changed one day is enough to send."""
    outcome = _step_alone(job)
    still = {name: rows[:1] for name, rows in outcome.steps.items() if (rows == rows[0]).all()}
    return replace(outcome, steps=outcome.steps | still)


def _spread(outcome: Outcome) -> Outcome:
    """Undo what sending left out."""
    days, runs = max(rows.shape for rows in outcome.steps.values())
    steps = {name: np.broadcast_to(rows, (days, runs)) for name, rows in outcome.steps.items()}
    return replace(outcome, steps=steps)


def fitting(scenario: Scenario) -> int:
    """Return how many runs of a scenario to step at once."""
    population = scenario.world.population
    members = population.holders + population.delegates
    return max(1, min(MOST_RUNS, CELLS // members, MEMORY // (8 * members * (SLOTS + ARRAYS))))


def _alike(points: Sequence[Point]) -> Iterable[range]:
    """Longest stretches of points with one horizon and one population."""
    kinds = [(scenario.days, scenario.world.population) for scenario, _ in points]
    start = 0
    for end in range(1, len(points) + 1):
        if end == len(points) or kinds[end] != kinds[start]:
            yield range(start, end)
            start = end


def _cut(
    points: Sequence[Point], alike: range, batch: int | None, pool: Executor | None
) -> Iterable[range]:
    """Cut a stretch into batches, of one size if nobody asked for another."""
    if batch is None:
        most = fitting(points[alike.start][0])
        least = 1 if pool is None else min(os.cpu_count() or 1, len(alike))
        batch = math.ceil(len(alike) / max(math.ceil(len(alike) / most), least))
    return (alike[start : start + batch] for start in range(0, len(alike), batch))
