"""Rules by kind, bases of the quorum, expiry and cooldowns: both courts answer alike."""

import numpy as np
import pytest

from governance.units import DAY, GENESIS, SHARE
from simulations.actions import Actions, IllegalAction
from simulations.mechanisms.governor import AGAINST, FOR
from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import State
from tests.simulations.courts import PROPOSED, STAKES, Courts, same


def needed(courts: Courts, number: int) -> tuple[float, float]:
    """Quorum of an open proposal in both courts."""
    at = int((courts.governor.slots.number[0] == number).argmax())
    enforced = courts.court.read("governor", "proposalQuorum", courts.court.proposals[number][0])
    return float(courts.governor.slots.quorum[0, at]), enforced / SHARE


@pytest.mark.parametrize(
    ("approval", "opposing", "decided"),
    [
        (0.6, [2], State.SUCCEEDED),  # 70 of 90 for
        (0.78, [2], State.DEFEATED),
        (0.7, [1], State.DEFEATED),  # 40 of 70
        (0.8, [3], State.SUCCEEDED),  # 40 of 50: just enough
        (1, [], State.SUCCEEDED),
        (1, [3], State.DEFEATED),
    ],
)
def test_a_kind_asks_for_more_than_half(approval, opposing, decided):
    strict = {"kinds.constitutional.approval": 1, "kinds.funding.approval": approval}
    courts = Courts(STAKES, quorum=0, **strict)
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    supporting = [0] if opposing != [2] else [0, 1]
    courts.vote(number, FOR, *supporting)
    if opposing:
        courts.vote(number, AGAINST, *opposing)
    courts.open_day(PROPOSED + 5)
    assert same(courts.states(number)) == decided


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"quorum": 0.05}, 50.0),
        ({"quorum": 0.05, "quorum_floor": 60}, 60.0),
        ({"quorum": 0.05, "quorum_cap": 40}, 40.0),
        ({"quorum": 0.05, "quorum_floor": 10, "quorum_cap": 50}, 50.0),
        ({"quorum": 0.05, "quorum_base": "delegated"}, 50.0),
        ({"quorum": 0.05, "kinds.funding.quorum": 0.07}, 70.0),
        ({"quorum": 0.05, "kinds.funding.quorum": 0.03}, 50.0),
        ({"quorum": 0.05, "quorum_cap": 40, "kinds.funding.quorum": 0.07}, 70.0),
    ],
)
def test_the_quorum_is_that_of_the_base_within_floor_and_cap(rules, expected):
    courts = Courts(STAKES, **{"kinds.constitutional.quorum": 0.2}, **rules)
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    simulated, enforced = needed(courts, number)
    assert simulated == pytest.approx(enforced, rel=1e-12)
    assert simulated == pytest.approx(expected, rel=1e-12)


def test_a_quorum_of_the_supply_asks_for_votes_as_if_all_were_staked():
    courts = Courts(STAKES, quorum=0.0001, quorum_base="supply")
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    simulated, enforced = needed(courts, number)
    supply = float(courts.model.ledger.supply[0])
    assert supply == courts.court.read("token", "totalSupply") / 10**18
    assert simulated == pytest.approx(supply * 0.0001, rel=1e-12)
    assert simulated == pytest.approx(enforced, rel=1e-12)


def test_a_kind_asks_for_a_longer_vote_and_a_longer_wait():
    longer = {
        f"kinds.{kind}.{rule}": span
        for kind in ("constitutional", "funding")
        for rule, span in (("voting_period", "5d"), ("timelock_delay", "9d"))
    }
    courts = Courts(STAKES, quorum=0.05, **longer)
    number = courts.propose()
    assert same(courts.deadlines(number)) == PROPOSED + 6
    courts.open_day(PROPOSED + 2)
    courts.vote(number, FOR, 0, 1)
    courts.open_day(PROPOSED + 7)
    assert same(courts.states(number)) == State.SUCCEEDED
    courts.press("queue", number)
    courts.open_day(PROPOSED + 15)
    with pytest.raises(IllegalAction, match="delay"):
        courts.press("execute", number)
    courts.open_day(PROPOSED + 16)
    courts.press("execute", number)
    assert same(courts.states(number)) == State.EXECUTED


def test_what_nobody_queues_expires():
    courts = Courts(STAKES, quorum=0.05, grace_period="2d")
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    courts.vote(number, FOR, 0, 1)
    courts.open_day(PROPOSED + 6)
    assert same(courts.states(number)) == State.SUCCEEDED
    courts.open_day(PROPOSED + 7)
    assert same(courts.states(number)) == State.EXPIRED
    with pytest.raises(IllegalAction, match="succeeded"):
        courts.press("queue", number)


def test_what_nobody_executes_expires():
    courts = Courts(STAKES, quorum=0.05, grace_period="2d")
    number = courts.propose()
    courts.open_day(PROPOSED + 2)
    courts.vote(number, FOR, 0, 1)
    courts.open_day(PROPOSED + 5)
    courts.press("queue", number)
    eta = PROPOSED + 7
    courts.open_day(eta + 2)
    assert same(courts.states(number)) == State.QUEUED
    courts.open_day(eta + 3)
    assert same(courts.states(number)) == State.EXPIRED
    with pytest.raises(IllegalAction, match="queued"):
        courts.press("execute", number)


def test_one_proposal_at_a_time_for_each_proposer():
    courts = Courts(STAKES)
    courts.propose(10.0)
    with pytest.raises(IllegalAction, match="one thing at a time"):
        courts.propose(11.0)
    courts.propose(11.0, by=1)


def test_the_same_payment_is_not_put_twice_at_once():
    courts = Courts(STAKES)
    courts.propose(10.0)
    with pytest.raises(IllegalAction, match="put to the vote"):
        courts.propose(10.0, by=1)


def test_after_a_defeat_proposer_and_calls_wait():
    courts = Courts(STAKES, proposal_cooldown="3d")
    number = courts.propose(10.0)
    courts.open_day(PROPOSED + 5)
    assert same(courts.states(number)) == State.DEFEATED
    with pytest.raises(IllegalAction, match="just lost"):
        courts.propose(12.0)
    with pytest.raises(IllegalAction, match="just refused"):
        courts.propose(10.0, by=1)
    courts.open_day(PROPOSED + 7)
    with pytest.raises(IllegalAction, match="just lost"):
        courts.propose(12.0)
    courts.open_day(PROPOSED + 8)
    courts.propose(12.0)
    courts.propose(10.0, by=1)


def test_after_a_pass_nobody_waits():
    courts = Courts(STAKES, quorum=0.05)
    number = courts.propose(10.0)
    courts.open_day(PROPOSED + 2)
    courts.vote(number, FOR, 0, 1)
    courts.open_day(PROPOSED + 5)
    courts.press("queue", number)
    courts.propose(11.0)


def test_nothing_is_proposed_before_the_opening():
    courts = Courts(STAKES, opening=f"{PROPOSED + 2}d")
    with pytest.raises(IllegalAction, match="governor is open"):
        courts.propose()
    courts.open_day(PROPOSED + 2)
    courts.propose()


def pass_(courts: Courts, amount: float, by: int) -> int:
    """Propose, pass and queue a payment; it can be executed two days later."""
    number, begun = courts.propose(amount, by=by), courts.day
    courts.open_day(begun + 2)
    courts.vote(number, FOR, 4)
    courts.open_day(begun + 5)
    courts.press("queue", number)
    return number


def test_what_no_period_allows_is_not_proposed():
    limited = {"kinds.funding.spend_limit": 100, "kinds.funding.spend_period": "10d"}
    with pytest.raises(IllegalAction, match="a period's limit"):
        Courts(STAKES, **limited).propose(100.000001)
    Courts(STAKES, **limited).propose(100.0)


def test_spending_is_limited_in_each_period_and_waits_for_the_next():
    limited = {"kinds.funding.spend_limit": 100, "kinds.funding.spend_period": "10d"}
    courts = Courts(STAKES, **limited)
    first, second = pass_(courts, 60.0, 0), pass_(courts, 40.000001, 0)
    period_begins = next(day for day in range(courts.day, 60) if (GENESIS // DAY + day) % 10 == 0)
    courts.open_day(period_begins)
    courts.press("execute", first)
    assert courts.governor.payable(courts.day * DAY).sum() == 0
    with pytest.raises(IllegalAction, match="left of the period"):
        courts.press("execute", second)
    courts.open_day(period_begins + 9)
    assert courts.governor.payable(courts.day * DAY).sum() == 0
    courts.open_day(period_begins + 10)
    assert courts.governor.payable(courts.day * DAY).sum() == 1
    courts.press("execute", second)


def test_what_the_treasury_cannot_pay_waits_until_it_can():
    courts = Courts(STAKES)
    most = np.floor(0.6 * courts.model.ledger.treasury[0])
    first, second = pass_(courts, most, 0), pass_(courts, most - 1.0, 0)
    courts.open_day(courts.day + 8)
    assert courts.governor.payable(courts.day * DAY).sum() == 1
    courts.press("execute", first)
    assert courts.governor.payable(courts.day * DAY).sum() == 0
    with pytest.raises(IllegalAction, match="what the treasury has"):
        courts.press("execute", second)


def test_a_kind_asks_proposers_for_more():
    strict = {f"kinds.{kind}.proposal_threshold": 0.035 for kind in ("constitutional", "funding")}
    courts = Courts(STAKES, **strict)
    view = courts.model.view("governor", courts.day)
    able = view.can_propose(np.zeros(5, dtype=np.int64), np.arange(5), np.full(5, FUNDING))
    assert able.tolist() == [True, False, False, False, True]
    for member, may in enumerate(able):
        asked = Actions(
            "governor", "propose", np.array([0]), np.array([member]),
            np.array([10.0 + member]), np.array([1]),
        )  # fmt: skip
        assert bool(courts.court.act(asked)) != may
