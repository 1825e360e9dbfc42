"""Step the simulation and the contracts side by side, a day at a time, and compare."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from governance.units import DAY, GENESIS, SHARE, TOKEN
from simulations.mechanisms.proposals import State
from simulations.model import DaoModel
from simulations.randomness import Floats, Ints
from simulations.scenario import Scenario
from simulations.twin.court import Court
from simulations.twin.drift import Drift

FULL_EVERY = 30
"""Days between comparisons of every member; in between, those who acted and all totals."""


def replay_run(
    scenario: Scenario, run: int = 0, *, on_day: Callable[[int, int], None] | None = None
) -> Drift:
    """Replay one run on the bytecode in the embedded chain.

    Every action becomes one transaction at its day's boundary. After each day all totals,
    every open proposal and the members who acted are compared; every member is on day 0,
    each 30 days and on the last day. An action that the contracts refuse is drift too.

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
    everyone = np.arange(model.member_count)
    seen = 0
    _compare(drift, model, court, 0, everyone)
    for day in range(1, scenario.days + 1):
        model.step()
        court.open_day(day)
        done = model.recorder.days.get(day, [])
        refused = [reason for actions in done for reason in court.act(actions)]
        drift.refusals += [f"day {day}, {reason}" for reason in refused]
        acts = sum(map(len, done))
        drift.compare("actions accepted", day, acts, acts - len(refused), unit="count")
        full = day % FULL_EVERY == 0 or day == scenario.days
        acted = np.unique(np.concatenate([actions.member for actions in done]))
        _compare(drift, model, court, day, everyone if full else acted)
        finished = model.governor.log.added(seen)
        seen += len(finished)
        _compare_finished(drift, court, day, finished)
        if on_day is not None:
            on_day(day, scenario.days)
    drift.transactions, drift.seconds = court.transactions, time.perf_counter() - started
    return drift


def _compare(drift: Drift, model: DaoModel, court: Court, day: int, members: Ints) -> None:
    _compare_totals(drift, model, court, day)
    _compare_members(drift, model, court, day, members)
    _compare_proposals(drift, model, court, day)


def _compare_totals(drift: Drift, model: DaoModel, court: Court, day: int) -> None:
    ledger, staking = model.ledger, model.staking
    at, read = court.at, court.read
    totals = {
        "token.totalSupply": (ledger.supply, read("token", "totalSupply")),
        "treasury balance": (ledger.treasury, read("token", "balanceOf", at["treasury"])),
        "vesting balance": (ledger.vesting, read("token", "balanceOf", at["vesting"])),
        "staked.totalAssets": (ledger.vault, read("staked", "totalAssets")),
        "emissions.released": (model.emissions.released, read("emissions", "released")),
    }
    for name, (simulated, enforced) in totals.items():
        drift.compare(name, day, simulated, enforced / TOKEN)
    shares = read("staked", "totalSupply") / SHARE
    drift.compare("staked.totalSupply", day, staking.total, shares, unit="shares")
    if day:
        before = GENESIS + (day - 1) * DAY
        votable = read("staked", "getPastTotalSupply", before) / SHARE
        past = staking.past_votable(np.array([0]), np.array([(day - 1.0) * DAY]))
        drift.compare("staked.getPastTotalSupply", day, past, votable, unit="shares")


def _compare_members(drift: Drift, model: DaoModel, court: Court, day: int, members: Ints) -> None:
    staking = model.staking
    drift.compare(
        "token.balanceOf",
        day,
        model.ledger.liquid[0, members],
        court.read_all("token", "balanceOf", members) / TOKEN,
        members=members,
    )
    held = {
        "staked.balanceOf": (staking.shares, ("balanceOf",)),
        "staked.exitOf": (staking.cooling, ("exitOf",)),
    }
    for name, (simulated, (function,)) in held.items():
        enforced = court.read_all("staked", function, members) / SHARE
        drift.compare(name, day, simulated[0, members], enforced, unit="shares", members=members)
    if day:
        before = (day - 1.0) * DAY
        votes = court.read_all("staked", "getPastVotes", members, GENESIS + (day - 1) * DAY)
        past = staking.past_votes(np.array([0]), np.array([before]), slice(None))[0, members]
        drift.compare(
            "staked.getPastVotes", day, past, votes / SHARE, unit="shares", members=members
        )


def _compare_proposals(drift: Drift, model: DaoModel, court: Court, day: int) -> None:
    governor = model.governor
    slots = governor.slots
    drift.compare("proposals", day, governor.count, len(court.proposals), unit="count")
    for slot in np.flatnonzero(slots.state[0] >= 0):
        number, state = int(slots.number[0, slot]), int(slots.state[0, slot])
        tally = governor.tally[:, 0, slot]
        if _compare_proposal(drift, court, day, number, state, tally):
            proposal = court.proposals[number][0]
            deadline = court.read("governor", "proposalDeadline", proposal) - GENESIS
            expected = slots.deadline[0, slot]
            drift.compare("governor.proposalDeadline", day, expected, deadline, unit="seconds")
        if state > State.PENDING:
            needed = court.read("governor", "proposalQuorum", court.proposals[number][0]) / SHARE
            expected = slots.quorum[0, slot]
            drift.compare("governor.proposalQuorum", day, expected, needed, unit="shares")


def _compare_finished(drift: Drift, court: Court, day: int, rows: list[dict[str, Any]]) -> None:
    """Compare the proposals that were defeated or executed on this day."""
    for row in rows:
        votes = (row["against_votes"], row["for_votes"], row["abstain_votes"])
        for number, state, *tally in zip(row["id"], row["state"], *votes, strict=True):
            _compare_proposal(drift, court, day, int(number), int(state), np.array(tally))


def _compare_proposal(
    drift: Drift, court: Court, day: int, number: int, state: int, tally: Floats
) -> bool:
    """Compare state and tally; say whether the governor knows the proposal."""
    enforced = court.proposal_state(number)
    drift.compare("governor.state", day, state, enforced, unit="state")
    if enforced < 0:
        return False
    counted = court.read("governor", "proposalVotes", court.proposals[number][0])
    votes = np.array(counted, dtype=np.float64) / SHARE
    drift.compare("governor.proposalVotes", day, tally, votes, unit="shares")
    return True
