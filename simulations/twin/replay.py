"""Replay: drive both courts through the same actions, a day at a time, and compare."""

import time
from collections.abc import Callable

import numpy as np

from governance.chain.protocol import ActingChain
from governance.errors import CheckRefused, InputError
from simulations.model import DaoModel
from simulations.scenario import Scenario
from simulations.twin.court import Court
from simulations.twin.drift import Drift
from simulations.twin.driver import Today
from simulations.twin.log import ActionLog
from simulations.twin.rerun import Rerun, RowRefused

FULL_EVERY = 90
"""Days between comparisons of everything, unless told otherwise."""

ACCEPTED = "accepted"
"""What the contracts say of an action that they do not refuse."""

type OnDay = Callable[[int, int], None]
"""Called with days done and days in all."""


def replay_run(
    scenario: Scenario,
    run: int = 0,
    *,
    every: int = FULL_EVERY,
    on_day: OnDay | None = None,
    chain: ActingChain | None = None,
) -> Drift:
    """Replay one run on the bytecode.

    Every action is sent at its day's boundary. After each day all totals, every open proposal and
    what the day touched are compared; everything is now and then and on the last day. On that day
    getters are asked as well, which must say what storage holds. An action that the contracts
    refuse is drift too.

    Parameters
    ----------
    scenario
        What the run rehearsed.
    run
        Its replicate.
    every
        Days between comparisons of everything, from day 0 on.
    on_day
        Called with days done and days in all.
    chain
        Where to deploy; an embedded chain of its own if not given.
    """
    return _replay(DaoModel([scenario], [run], record=0), run, every, on_day, chain)


def replay_log(log: ActionLog, *, every: int = FULL_EVERY, on_day: OnDay | None = None) -> Drift:
    """Replay what a log says, in the simulation as on the bytecode, as :func:`replay_run` does.

    Parameters
    ----------
    log
        What the members did. Nobody decides anything else.
    every
        Days between comparisons of everything, from day 0 on.
    on_day
        Called with days done and days in all.

    Raises
    ------
    InputError
        If both courts refuse an action, or the simulation does by a rule that no contract has,
        naming its row, or the log is of a pulled DAO.
    CheckRefused
        If the simulation alone refuses it, by a rule that it says a contract has.
    """
    log.scenario.require_launch(f"{log.rows.origin}: the twin", "record a run of a launch")
    return _replay(Rerun(log), log.run, every, on_day)


def _replay(
    model: DaoModel,
    run: int,
    every: int,
    on_day: OnDay | None,
    chain: ActingChain | None = None,
) -> Drift:
    started = time.perf_counter()
    scenario, recorder = model.scenarios[0], model.recorder
    scenario.require_launch("the twin")
    assert recorder is not None
    insiders = model.places["insiders"].indices
    court = Court(scenario.constitution, model.ledger, 0, insiders, chain)
    drift = Drift(scenario, run)
    court.begin(model)
    for day in range(scenario.days + 1):
        if day:
            stepped = time.perf_counter()
            _step(model, court, day)
            drift.simulating += time.perf_counter() - stepped
            court.follow(model, day)
        done = recorder.days.get(day, [])
        full = day % every == 0 or day == scenario.days
        replay_day(court, Today(drift, model, day, done, full, day == scenario.days))
        if day and on_day is not None:
            on_day(day, scenario.days)
    drift.settle()
    drift.waiting.clear()
    drift.transactions, drift.seconds = court.transactions, time.perf_counter() - started
    return drift


def _step(model: DaoModel, court: Court, day: int) -> None:
    """Advance the simulation; where it refuses a row of a log, ask the contracts as well."""
    try:
        model.step()
    except RowRefused as refused:
        assert isinstance(model, Rerun) and model.recorder is not None
        court.follow(model, day)
        for actions in model.recorder.days.get(day, []):
            court.act(actions)
        say, (row, answer) = model.log.rows.say, _refused_too(court, refused)
        if not refused.by_rule:
            raise InputError(
                f"{say(row)}: names what is not there ({refused.reason}); the contracts: {answer}"
            ) from refused
        why = f"the simulation refuses it ({refused.reason})"
        if answer == ACCEPTED and not refused.on_chain:
            raise InputError(
                f"{say(row)}: {why}, by a rule of its own that no contract has"
            ) from refused
        if answer == ACCEPTED:
            raise CheckRefused(f"{say(row)}: {why}, and the contracts do not") from refused
        raise InputError(f"{say(row)}: {why}, and so do the contracts: {answer}") from None


def _refused_too(court: Court, refused: RowRefused) -> tuple[int, str]:
    """First of the rows in question that the contracts refuse, or the first, and what they say."""
    assert refused.actions.row is not None
    for place, row in enumerate(refused.actions.row.tolist()):
        answers = court.act(refused.actions.where(np.array([place])))
        if row in refused.suspects and answers:
            return row, answers[0].partition(": ")[2]
        if row == refused.suspects[-1]:
            break
    return refused.suspects[0], ACCEPTED


def replay_day(court: Court, today: Today) -> None:
    """Do in the other court what was done on a day, and compare."""
    refused = [reason for actions in today.done for reason in court.act(actions)]
    today.drift.refusals += [f"day {today.day}, {reason}" for reason in refused]
    acts = sum(map(len, today.done))
    today.compare("actions accepted", acts, acts - len(refused), "count")
    court.compare(today)
