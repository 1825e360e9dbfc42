"""Rehearse one scenario very many times without members, and keep what happened."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from governance.errors import InputError
from simulations import rehearsal
from simulations.checks import check
from simulations.ensemble import Outcome
from simulations.macro.ensemble import MacroOutcome, step_in_batches
from simulations.macro.model import VARIABLES
from simulations.metrics import BY_NAME
from simulations.scenario import Scenario
from simulations.tables import no_disputes, no_versions

METRICS = tuple(
    BY_NAME[name]
    for name in (
        "pass_rate", "decided", "turnout", "staked_share", "staking_yield", "staking_return",
        "supply", "inflation", "real_yield", "treasury", "spent", "runway",
    )
)  # fmt: skip
"""The metrics that need no members."""

ROWS = 2_000_000
"""Most rows of ``steps.parquet``: more runs than that allows keep fewer of their days.

Turnout is that of the proposals which closed on the days kept; the metrics know all of them.
"""


class Rehearsal(rehearsal.Rehearsal):
    """Replicates of one scenario without members.

    It is written like any rehearsal, so the dashboard opens it; ``run.json`` says ``"model":
    "macro"``. Proposer and target of a proposal are -1.
    """

    def _record(self, name: str) -> dict[str, Any]:
        return super()._record(name) | {"model": "macro"}


def measure(outcome: Outcome) -> dict[str, Any]:
    """Every metric of every run, shape ``(runs,)`` each."""
    return {metric.name: metric.compute(outcome) for metric in METRICS}


def rehearse_macro(
    scenario: Scenario,
    replicates: int = 2_000,
    *,
    batch: int | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> Rehearsal:
    """Run a scenario's replicates as one ensemble of the macro model.

    Parameters
    ----------
    scenario
        What to rehearse.
    replicates
        Number of runs; run ``i`` is the same whatever this number is, and has the holders and
        the ideas for proposals of run ``i`` of the member model.
    batch
        Runs stepped at once; the result does not depend on it.
    on_batch
        Called with runs done and runs in all.

    Raises
    ------
    InputError
        If there is no run to do, or no proposal could pass in any world.
    """
    scenario.require_launch("the macro model")
    if replicates < 1:
        raise InputError(f"replicates = {replicates}: take at least 1")
    warnings = tuple(check(scenario))
    started = time.perf_counter()
    points = [(scenario, replicate) for replicate in range(replicates)]
    every = -(-replicates * (scenario.days + 1) // ROWS)
    parts: dict[str, list[pd.DataFrame]] = {"steps": [], "proposals": [], "runs": []}
    done = 0
    for outcome in step_in_batches(points, batch=batch, every=every, on_batch=on_batch):
        parts["steps"].append(_steps(outcome, done))
        parts["proposals"].append(_proposals(outcome, done))
        parts["runs"].append(pd.DataFrame(measure(outcome)))
        done += len(outcome.points)
    tables = {name: pd.concat(each, ignore_index=True) for name, each in parts.items()}
    tables["runs"].insert(0, "run", np.arange(replicates, dtype=np.int32))
    seconds = time.perf_counter() - started
    nothing = {"versions": no_versions(), "disputes": no_disputes()}
    return Rehearsal(
        scenario,
        **tables,
        **nothing,
        actions=None,
        recorded=None,
        seconds=seconds,
        warnings=warnings,
    )


def _steps(outcome: MacroOutcome, start: int) -> pd.DataFrame:
    days, runs = outcome.kept, len(outcome.points)
    columns: dict[str, Any] = {
        "run": np.repeat(np.arange(start, start + runs, dtype=np.int32), days.size),
        "day": np.tile(days.astype(np.int32), runs),
    }
    columns |= {name: outcome.steps[name].T.ravel() for name in VARIABLES}
    return pd.DataFrame(columns)


def _proposals(outcome: Outcome, start: int) -> pd.DataFrame:
    table = outcome.proposals
    return table.assign(run=table.run + start).astype(
        dict.fromkeys(("run", "id", "proposer", "target", "voters", "entitled"), np.int32)
    )
