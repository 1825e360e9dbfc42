"""The ensemble: many runs stepped together, and what they leave behind."""

import gc
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

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
MEMORY = 2**29
"""Bytes that the members' arrays of a batch may take, and again what its days leave behind."""

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
    days
        Days stepped.
    steps
        Each state variable by day, shape ``(days + 1, runs)``; of those whose paths were not
        asked for the first day and the last, shape ``(2, runs)``.
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
    days: int
    steps: dict[str, Floats]
    votes: Floats
    quorum: Floats
    rules: Rules
    proposals: pd.DataFrame
    versions: pd.DataFrame = field(default_factory=tables.no_versions)
    disputes: pd.DataFrame = field(default_factory=tables.no_disputes)
    actions: pa.Table | None = None


type OnDay = Callable[[range, int, CadState], None]
"""Told the runs stepped together, the day they have come to, and the state of that day."""


def step_together(
    points: Sequence[Point],
    record: int | None = None,
    on_day: Callable[[int, CadState], None] | None = None,
    paths: Collection[str] | None = None,
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
    paths
        State variables to keep every day of; all by default.
    """
    scenarios, replicates = zip(*points, strict=True)
    return step_through(DaoModel(scenarios, replicates, record), points, on_day, paths)


def step_through(
    model: DaoModel,
    points: Sequence[Point],
    on_day: Callable[[int, CadState], None] | None = None,
    paths: Collection[str] | None = None,
) -> Outcome:
    """Step a model of some runs, all with one horizon, from its launch to the end."""
    days = points[0][0].days
    wanted = VARIABLES if paths is None else paths
    moving = [name for name in wanted if name in model.loop.updated]
    first, kept = model.state, {name: np.empty((days + 1, len(points))) for name in moving}
    for day in range(days + 1):
        if day:
            model.step()
        state = model.state
        for name, rows in kept.items():
            rows[day] = state[name]
        if on_day is not None:
            on_day(day, state)
    still = {name: np.broadcast_to(first[name], (days + 1, len(points))) for name in wanted}
    ends = {name: np.stack([first[name], state[name]]) for name in VARIABLES}
    quorum = model.governor.quorum_now(FUNDING)
    model.governor.finish()
    model.court.finish()
    recorder = model.recorder
    return Outcome(
        points=tuple(points),
        days=days,
        steps=ends | still | kept,
        votes=model.staking.votes,
        quorum=quorum,
        rules=model.rules,
        proposals=model.governor.log.frame(),
        versions=tables.versions(model, days),
        disputes=tables.disputes(model),
        actions=None if recorder is None else recorder.table(*points[recorder.run]),
    )


def step_in_batches(
    points: Sequence[Point],
    *,
    batch: int | None = None,
    record: int | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    on_day: OnDay | None = None,
    paths: Collection[str] | None = None,
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
    on_day
        Called after each day of a batch, long before it is done.
    paths
        State variables to keep every day of; all by default. Fewer take less memory and time.
    """
    for part in (part for alike in _alike(points) for part in _cut(points, alike, batch, paths)):
        mine = record - part.start if record is not None and record in part else None
        told = None if on_day is None else partial(on_day, part)
        yield _step_alone(points[part.start : part.stop], mine, told, paths)
        if on_batch is not None:
            on_batch(part.stop, len(points))


def _step_alone(
    points: Sequence[Point],
    record: int | None,
    on_day: Callable[[int, CadState], None] | None,
    paths: Collection[str] | None,
) -> Outcome:
    """Step one batch and leave nothing of it behind but the outcome.

    A Mesa model is a reference cycle that holds the batch's arrays, so garbage is collected; what
    was there before is kept out of that, or looking through it would take longer than a batch.
    """
    gc.freeze()
    try:
        outcome = step_together(points, record, on_day, paths)
        gc.collect()
    finally:
        gc.unfreeze()
    return outcome


def fitting(scenario: Scenario, paths: Collection[str] | None = None) -> int:
    """Return how many runs of a scenario to step at once, and keep the paths of."""
    population = scenario.world.population
    members = population.holders + population.delegates
    left = (len(VARIABLES) if paths is None else len(paths) + 2) * (scenario.days + 1)
    return max(1, min(CELLS // members, MEMORY // (8 * max(members * (SLOTS + ARRAYS), left))))


def _alike(points: Sequence[Point]) -> Iterable[range]:
    """Longest stretches of points with one horizon and one population."""
    kinds = [(scenario.days, scenario.world.population) for scenario, _ in points]
    start = 0
    for end in range(1, len(points) + 1):
        if end == len(points) or kinds[end] != kinds[start]:
            yield range(start, end)
            start = end


def _cut(
    points: Sequence[Point], alike: range, batch: int | None, paths: Collection[str] | None
) -> Iterable[range]:
    """Cut a stretch into batches, alike in size if nobody asked for another."""
    if batch is None:
        most = fitting(points[alike.start][0], paths)
        batch = math.ceil(len(alike) / math.ceil(len(alike) / most))
    return (alike[start : start + batch] for start in range(0, len(alike), batch))
