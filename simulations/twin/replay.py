"""Step the simulation and the contracts side by side, a day at a time, and compare."""

import time
from collections.abc import Callable

from simulations.model import DaoModel
from simulations.scenario import Scenario
from simulations.twin.court import Court
from simulations.twin.drift import Drift
from simulations.twin.driver import Today

FULL_EVERY = 30
"""Days between comparisons of everything; in between, what the day touched and all totals."""


def replay_run(
    scenario: Scenario, run: int = 0, *, on_day: Callable[[int, int], None] | None = None
) -> Drift:
    """Replay one run on the bytecode in the embedded chain.

    Every action is sent at its day's boundary. After each day all totals, every open proposal and
    what the day touched are compared; everything is on day 0, each 30 days and on the last day.
    An action that the contracts refuse is drift too.

    Parameters
    ----------
    scenario
        What the run rehearsed.
    run
        Its replicate.
    on_day
        Called with days done and days in all.
    """
    started = time.perf_counter()
    model = DaoModel([scenario], [run], record=0)
    assert model.recorder is not None
    court = Court(scenario.constitution, model.ledger, 0, model.places["insiders"].indices)
    drift = Drift(scenario, run)
    court.begin(model)
    for day in range(scenario.days + 1):
        if day:
            model.step()
            court.follow(model, day)
        done = model.recorder.days.get(day, [])
        full = day % FULL_EVERY == 0 or day == scenario.days
        replay_day(court, Today(drift, model, day, done, full))
        if day and on_day is not None:
            on_day(day, scenario.days)
    drift.transactions, drift.seconds = court.transactions, time.perf_counter() - started
    return drift


def replay_day(court: Court, today: Today) -> None:
    """Do in the other court what was done on a day, and compare."""
    refused = [reason for actions in today.done for reason in court.act(actions)]
    today.drift.refusals += [f"day {today.day}, {reason}" for reason in refused]
    acts = sum(map(len, today.done))
    today.compare("actions accepted", acts, acts - len(refused), "count")
    court.compare(today)
