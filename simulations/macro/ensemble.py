"""Many runs of the macro model, stepped in batches that fit the cache."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from governance.units import DAY
from simulations.blocks import DayLoop
from simulations.ensemble import Outcome, Point
from simulations.macro.launch import COLUMNS
from simulations.macro.model import VARIABLES, MacroModel, blocks, initial_state
from simulations.randomness import Ints
from simulations.scenario import Scenario

RUNS = 5_000
"""Runs stepped at once: with more, a day's arrays fall out of the cache."""
MEMORY = 2**30
"""Bytes that a batch may take."""


@dataclass(frozen=True, kw_only=True)
class MacroOutcome(Outcome):
    """What runs without members did.

    ``votes`` has no columns, the quorum is not known, there are no models and no actions, and
    proposer, target and voters of a proposal are -1.

    Attributes
    ----------
    kept
        Days that ``steps`` holds, the first and the last among them, shape ``(kept,)``.
    """

    kept: Ints


def step_macro(points: Sequence[Point], every: int = 1) -> MacroOutcome:
    """Step runs of one horizon as a single batch.

    Parameters
    ----------
    points
        Scenario and replicate of each run.
    every
        Keep the states of every so many days, and of the last.
    """
    scenarios, replicates = zip(*points, strict=True)
    model = MacroModel(scenarios, replicates)
    loop = DayLoop(initial_state(model), blocks(model))
    days = scenarios[0].days
    kept = _kept(days, every)
    steps = {name: np.empty((kept.size, len(points))) for name in VARIABLES}
    for row, day in enumerate(kept.tolist()):
        while loop.state["day"] < day:
            loop.advance()
        for name, rows in steps.items():
            rows[row] = loop.state[name]
    model.governor.finish()
    return MacroOutcome(
        points=tuple(points),
        days=days,
        steps=steps,
        votes=np.empty((len(points), 0)),
        quorum=np.full(len(points), np.nan),
        rules=model.rules,
        proposals=model.governor.log.frame(),
        kept=kept,
    )


def step_in_batches(
    points: Sequence[Point],
    *,
    batch: int | None = None,
    every: int = 1,
    on_batch: Callable[[int, int], None] | None = None,
) -> Iterable[MacroOutcome]:
    """Step runs batch by batch; the result of a run does not depend on them.

    Consecutive points must share the horizon to share a batch.

    Parameters
    ----------
    points
        Scenario and replicate of each run.
    batch
        Runs per batch; chosen from the horizon by default.
    every
        Keep the states of every so many days, and of the last.
    on_batch
        Called with runs done and runs in all, after each batch.
    """
    start = 0
    while start < len(points):
        most = min(start + (batch or fitting(points[start][0], every)), len(points))
        days = points[start][0].days
        end = start + 1
        while end < most and points[end][0].days == days:
            end += 1
        yield step_macro(points[start:end], every)
        start = end
        if on_batch is not None:
            on_batch(end, len(points))


def fitting(scenario: Scenario, every: int = 1) -> int:
    """Return how many runs of a scenario to step at once."""
    staking = scenario.constitution.staking
    kept = COLUMNS * ((staking.cooldown + staking.maturity) // DAY + 8)
    steps = len(VARIABLES) * _kept(scenario.days, every).size
    return max(1, min(RUNS, MEMORY // (8 * (kept + steps))))


def _kept(days: int, every: int) -> Ints:
    return np.unique(np.append(np.arange(0, days, every), days))
