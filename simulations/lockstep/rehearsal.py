"""Rehearse a scenario with its contracts as the truth, one run at a time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from governance.errors import InputError
from simulations import rehearsal
from simulations.blocks import CadState
from simulations.checks import check
from simulations.ensemble import OnDay, Outcome, step_through
from simulations.lockstep.model import SIMULATED, LockstepModel, check_population
from simulations.scenario import Scenario

REPLICATES = 3
"""Runs where nobody says how many."""


@dataclass(frozen=True, kw_only=True)
class Rehearsal(rehearsal.Rehearsal):
    """Replicates of one scenario whose contracts decided.

    It is written like any rehearsal, so the dashboard opens it; ``run.json`` says
    ``"court": "evm"``, what stayed simulated, how many transactions were sent, and what was
    refused.

    Attributes
    ----------
    transactions
        Transactions of all runs.
    refused
        Actions that the contracts refused, with run, day and reason.
    """

    transactions: int = 0
    refused: tuple[str, ...] = ()

    def court(self) -> dict[str, Any]:
        """The contracts decided: what stayed simulated, and what they refused, as JSON data."""
        return {
            "court": "evm",
            "simulated": SIMULATED,
            "transactions": self.transactions,
            "refused": list(self.refused),
        }


def rehearse_in_lockstep(
    scenario: Scenario,
    replicates: int = REPLICATES,
    *,
    record: int | None = None,
    on_day: OnDay | None = None,
) -> Rehearsal:
    """Run a scenario's replicates one after the other on the bytecode.

    Parameters
    ----------
    scenario
        What to rehearse.
    replicates
        Number of runs; run ``i`` draws as run ``i`` of :func:`simulations.rehearsal.rehearse`.
    record
        Run whose actions are kept.
    on_day
        Called with the run that is stepped, the day it has come to and its state.

    Raises
    ------
    InputError
        If there is no run to do, the recorded run is not among them, there are too many members,
        or no proposal could pass in any world.
    """
    if replicates < 1:
        raise InputError(f"replicates = {replicates}: take at least 1")
    if record is not None and not 0 <= record < replicates:
        raise InputError(f"record = {record}: take a run from 0 to {replicates - 1}")
    check_population(scenario)
    warnings, started = tuple(check(scenario)), time.perf_counter()
    outcomes: list[Outcome] = []
    refused: list[str] = []
    transactions = 0
    for replicate in range(replicates):
        model = LockstepModel(scenario, replicate, 0 if replicate == record else None)
        told = None if on_day is None else _telling(on_day, replicate)
        outcomes.append(step_through(model, [(scenario, replicate)], told))
        transactions += model.contracts.transactions
        refused += [f"run {replicate}, {reason}" for reason in model.refused]
    return Rehearsal(
        scenario=scenario,
        **rehearsal.gather(outcomes),
        recorded=record,
        seconds=time.perf_counter() - started,
        warnings=warnings,
        transactions=transactions,
        refused=tuple(refused),
    )


def _telling(on_day: OnDay, replicate: int) -> Callable[[int, CadState], None]:
    run = range(replicate, replicate + 1)
    return lambda day, state: on_day(run, day, state)
