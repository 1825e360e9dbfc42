"""Rehearse one scenario many times, and keep what happened."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from governance.errors import InputError
from simulations import metrics, store
from simulations.checks import ScenarioWarning, check
from simulations.economy import VARIABLES
from simulations.ensemble import OnDay, Outcome, step_in_batches
from simulations.launch import cohort_sizes
from simulations.provenance import now, provenance
from simulations.randomness import Ints
from simulations.scenario import Scenario

REPLICATES = 200
"""Runs where nobody says how many."""
_TABLES = ("proposals", "versions", "disputes")
_NUMBERS = ("run", "id", "proposer", "target", "voters", "entitled")


@dataclass(frozen=True)
class Rehearsal:
    """Replicates of one scenario.

    Attributes
    ----------
    scenario
        What was rehearsed.
    steps
        One row per run and day, one column per state variable.
    proposals, versions, disputes
        One row per proposal, version of a model and dispute.
    runs
        One row per run, one column per metric.
    actions
        The recorded run's actions, or None.
    recorded
        Which run that is.
    seconds
        Wall time.
    warnings
        What cannot happen in the scenario.
    """

    scenario: Scenario
    steps: pd.DataFrame
    proposals: pd.DataFrame
    versions: pd.DataFrame
    disputes: pd.DataFrame
    runs: pd.DataFrame
    actions: pa.Table | None
    recorded: int | None
    seconds: float
    warnings: tuple[ScenarioWarning, ...] = ()

    def headline(self) -> list[dict[str, Any]]:
        """Each metric with its interval, band and number of runs, as JSON data.

        ``concern`` is what it is about, and ``headline`` whether it is told first.
        """
        return [
            metric.meta()
            | {"concern": concern, "headline": metric.name in metrics.HEADLINE}
            | metric.summarise(self.runs[metric.name].to_numpy())
            for concern, group in metrics.CONCERNS.items()
            for metric in group
            if metric.name in self.runs
        ]

    def court(self) -> dict[str, Any]:
        """Who decided, as JSON data: here the simulated mechanisms."""
        return {"court": "model"}

    def write(self, folder: Path) -> None:
        """Write the rehearsal as a result folder, replacing an older one whole."""
        with store.new_folder(folder) as new:
            for name in ("steps", *_TABLES, "runs"):
                store.write_table(new / f"{name}.parquet", getattr(self, name))
            if self.actions is not None:
                store.write_table(new / "actions.parquet", self.actions)
            store.write_json(new / "metrics.json", self.headline())
            store.write_json(new / "run.json", self._record(folder.name))

    def _record(self, name: str) -> dict[str, Any]:
        return {
            "schema": store.SCHEMA,
            "name": name,
            "scenario": self.scenario.record(),
            "scenario_hash": self.scenario.hash(),
            "replicates": len(self.runs),
            "members": sum(cohort_sizes(self.scenario).values()),
            "recorded_run": self.recorded,
            "warnings": [warning.record() for warning in self.warnings],
            **self.court(),
            **provenance(),
            "created": now(),
            "wall_seconds": round(self.seconds, 3),
        }


def rehearse(
    scenario: Scenario,
    replicates: int = REPLICATES,
    *,
    batch: int | None = None,
    record: int | None = None,
    on_batch: Callable[[int, int], None] | None = None,
    on_day: OnDay | None = None,
) -> Rehearsal:
    """Run a scenario's replicates as one ensemble.

    Parameters
    ----------
    scenario
        What to rehearse.
    replicates
        Number of runs; run ``i`` is the same whatever this number is.
    batch
        Runs stepped at once; the result does not depend on it.
    record
        Run whose actions are kept for the twin.
    on_batch
        Called with runs done and runs in all.
    on_day
        Called with the runs that are stepped, the day they have come to and its state.

    Raises
    ------
    InputError
        If there is no run to do, the recorded run is not among them, or no proposal could pass
        in any world.
    """
    if replicates < 1:
        raise InputError(f"replicates = {replicates}: take at least 1")
    if record is not None and not 0 <= record < replicates:
        raise InputError(f"record = {record}: take a run from 0 to {replicates - 1}")
    warnings = tuple(check(scenario))
    started = time.perf_counter()
    points = [(scenario, replicate) for replicate in range(replicates)]
    outcomes = list(
        step_in_batches(points, batch=batch, record=record, on_batch=on_batch, on_day=on_day)
    )
    return Rehearsal(
        scenario,
        **gather(outcomes),
        recorded=record,
        seconds=time.perf_counter() - started,
        warnings=warnings,
    )


def gather(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Put the tables of batches together, in the order of their runs: a rehearsal's, by name."""
    starts = np.cumsum([0, *(len(outcome.points) for outcome in outcomes)])
    runs = pd.concat([pd.DataFrame(metrics.measure(outcome)) for outcome in outcomes])
    runs.insert(0, "run", np.arange(starts[-1], dtype=np.int32))
    steps = pd.concat(map(_steps, outcomes, starts), ignore_index=True)
    recorded = (outcome.actions for outcome in outcomes if outcome.actions is not None)
    tables = {name: _together(name, outcomes, starts) for name in _TABLES}
    return {
        "steps": steps,
        **tables,
        "runs": runs.reset_index(drop=True),
        "actions": next(recorded, None),
    }


def _steps(outcome: Outcome, start: int) -> pd.DataFrame:
    runs, days = len(outcome.points), outcome.days
    columns: dict[str, Any] = {
        "run": np.repeat(np.arange(start, start + runs, dtype=np.int32), days + 1),
        "day": np.tile(np.arange(days + 1, dtype=np.int32), runs),
    }
    columns |= {name: outcome.steps[name].T.ravel() for name in VARIABLES}
    return pd.DataFrame(columns)


def _together(name: str, outcomes: Sequence[Outcome], starts: Ints) -> pd.DataFrame:
    """Put one table of all batches together, with the runs counted through."""
    parts = [getattr(outcome, name) for outcome in outcomes]
    parts = [part.assign(run=part.run + start) for part, start in zip(parts, starts, strict=False)]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return table.astype({column: np.int32 for column in _NUMBERS if column in table})
