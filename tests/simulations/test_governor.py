"""The vote at its edges, driven by hand and decided by both courts: arrays and bytecode."""

import numpy as np
import pytest

from governance.units import DAY
from simulations.actions import IllegalAction
from simulations.mechanisms.governor import ABSTAIN, AGAINST, FOR
from simulations.mechanisms.proposals import State
from tests.simulations.courts import PROPOSED, STAKES, Courts, same


@pytest.mark.parametrize(
    ("supporting", "opposing", "abstaining", "decided"),
    [
        ([0, 1], [2], [], State.SUCCEEDED),
        ([0, 3], [1, 2], [], State.DEFEATED),  # 50 against 50: a tie
        ([0], [1, 3], [2], State.DEFEATED),  # 40 against 40, with the quorum: a tie
        ([1], [], [2], State.SUCCEEDED),  # 30 and 20 abstaining: just the quorum
        ([1], [], [3], State.DEFEATED),  # 30 and 10 abstaining: ten votes short
        ([3], [2], [4], State.DEFEATED),  # abstentions are no support
        ([2], [3], [4], State.SUCCEEDED),  # nor opposition
        ([], [], [4], State.DEFEATED),  # 0 against 0: a tie
        ([0], [1], [], State.DEFEATED),  # 70 voted, but those against bring no quorum
        ([], [4], [0, 1], State.DEFEATED),
        ([], [], [], State.DEFEATED),
    ],
)
def test_a_majority_of_for_over_against_and_a_quorum_of_for_and_abstain(
    supporting, opposing, abstaining, decided
):
    courts = Courts(STAKES, quorum=0.05)
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    for choice, members in ((FOR, supporting), (AGAINST, opposing), (ABSTAIN, abstaining)):
        if members:
            courts.vote(number, choice, *members)
    courts.open_day(PROPOSED + 5)
    assert same(courts.states(number)) == decided
    won = decided == State.SUCCEEDED
    assert (courts.governor.passed[0], courts.governor.defeated[0]) == (won, not won)


def test_the_floor_is_a_quorum_too():
    """30 votes are 3 % of 1,000: enough for the share of 2 %, not for a floor of 31."""
    for floor, decided in ((30, State.SUCCEEDED), (31, State.DEFEATED)):
        courts = Courts(STAKES, quorum=0.02, quorum_floor=floor)
        number = courts.propose()
        courts.open_day(PROPOSED + 2)
        courts.vote(number, FOR, 1)
        courts.open_day(PROPOSED + 5)
        assert same(courts.states(number)) == decided


@pytest.mark.parametrize(("delay", "first_day"), [(DAY - 1, 1), (DAY, 2), (DAY + 1, 2)])
def test_the_vote_opens_after_the_second_of_the_snapshot(delay, first_day):
    courts = Courts(STAKES, voting_delay=delay)
    number = courts.propose()
    for day in range(4):
        courts.open_day(PROPOSED + day)
        expected = State.ACTIVE if day >= first_day else State.PENDING
        assert same(courts.states(number)) == expected


@pytest.mark.parametrize(("period", "last_day"), [(3 * DAY - 1, 3), (3 * DAY, 4), (3 * DAY + 1, 4)])
def test_the_second_of_the_deadline_is_still_part_of_the_vote(period, last_day):
    courts = Courts(STAKES, voting_period=period)
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    courts.vote(number, FOR, 4)
    courts.open_day(PROPOSED + last_day)
    assert same(courts.states(number)) == State.ACTIVE
    courts.vote(number, AGAINST, 0)
    courts.open_day(PROPOSED + last_day + 1)
    assert same(courts.states(number)) == State.SUCCEEDED


@pytest.mark.parametrize(
    ("reached", "choice", "deadline"),
    [
        (2, FOR, 4),  # two days early: the deadline is not brought forward
        (3, FOR, 4),  # exactly the extension before the deadline
        (4, FOR, 5),  # at the deadline: one more day
        (4, ABSTAIN, 5),  # abstentions reach the quorum as well
        (4, AGAINST, 4),  # votes against do not
    ],
)
def test_a_late_quorum_leaves_a_day_to_answer(reached, choice, deadline):
    courts = Courts(STAKES, quorum=0.9)
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    courts.vote(number, FOR, 3)
    courts.open_day(PROPOSED + reached)
    courts.vote(number, choice, 4)
    assert same(courts.deadlines(number)) == PROPOSED + deadline
    courts.open_day(PROPOSED + deadline)
    assert same(courts.states(number)) == State.ACTIVE
    courts.vote(number, FOR, 0)
    assert same(courts.deadlines(number)) == PROPOSED + deadline, "it is extended once"
    courts.open_day(PROPOSED + deadline + 1)
    won = choice != AGAINST
    assert same(courts.states(number)) == (State.SUCCEEDED if won else State.DEFEATED)


def test_a_quorum_of_all_passes_when_everybody_votes():
    """However the stakes round in float64, and although the order of votes differs."""
    draws = np.random.default_rng(9)
    stakes = (np.floor(draws.lognormal(8, 2, 40) * 1e6) / 1e6).tolist()
    courts = Courts(stakes, quorum=1)
    everybody, missing = courts.propose(), courts.propose(11.0, by=1)
    order = draws.permutation(len(stakes)).tolist()
    smallest = int(np.argmin(stakes))
    for half, day in ((order[:20], 2), (order[20:], 3)):
        courts.open_day(PROPOSED + day)
        for member in half:
            courts.vote(everybody, FOR, member)
        courts.vote(missing, FOR, *(member for member in half if member != smallest))
    summed, needed = courts.governor.tally[FOR, 0, 0], courts.governor.slots.quorum[0, 0]
    assert summed < needed, "with these stakes the sum of votes must round below the quorum"
    courts.open_day(PROPOSED + 5)
    assert same(courts.states(everybody)) == State.SUCCEEDED
    assert same(courts.states(missing)) == State.DEFEATED


def test_a_passed_proposal_waits_for_the_timelock_and_pays():
    courts = Courts(STAKES)
    number = courts.propose(amount=123.0)
    courts.open_day(PROPOSED + 2)
    courts.vote(number, FOR, 4)
    courts.open_day(PROPOSED + 5)
    treasury = courts.model.ledger.treasury[0]
    courts.press("queue", number)
    courts.open_day(PROPOSED + 6)
    with pytest.raises(IllegalAction, match="delay"):
        courts.press("execute", number)
    courts.open_day(PROPOSED + 7)
    courts.press("execute", number)
    assert same(courts.states(number)) == State.EXECUTED
    assert courts.model.ledger.liquid[0, 1] == 123.0
    assert courts.model.ledger.treasury[0] == treasury - 123.0


def test_both_courts_refuse_the_same_votes():
    courts = Courts(STAKES)
    number = courts.propose()
    courts.open_day(PROPOSED + 1)
    with pytest.raises(IllegalAction, match="active"):
        courts.vote(number, FOR, 4)
    courts.open_day(PROPOSED + 2)
    courts.vote(number, AGAINST, 4)
    with pytest.raises(IllegalAction, match="once"):
        courts.vote(number, FOR, 4)
    courts.open_day(PROPOSED + 5)
    for refused in (lambda: courts.vote(number, FOR, 0), lambda: courts.press("queue", number)):
        with pytest.raises(IllegalAction):
            refused()
    assert same(courts.states(number)) == State.DEFEATED
