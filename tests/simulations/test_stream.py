"""The stream: straight lines, weighted ends, standing still, and nothing lost on the way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.units import DAY
from simulations.actions import IllegalAction
from simulations.mechanisms.stream import Stream
from tests.simulations.markets import act, alone, conserved, ledger, rules

MONTH = 30 * DAY
YES, NO = np.array([True]), np.array([False])


def stream(period=MONTH, liquid=((1e6, 1e6),)):
    books = ledger(liquid)
    return Stream(rules(len(books.liquid), staking__reward_period=period), books), books


def test_a_reward_streams_in_a_straight_line():
    flow, books = stream()
    flow.reward(act("reward", 0, 30.0), YES)
    for day in range(1, 31):
        assert flow.open_day(YES) == pytest.approx([1.0], rel=1e-15)
        assert books.vault[0] == pytest.approx(day, rel=1e-14)
        left, seconds = flow.unstreamed()
        assert (left[0], seconds[0]) == (30 - day, (30 - day) * DAY)
    assert flow.open_day(YES) == [0.0]
    assert books.pools["stream"][0] == pytest.approx(0.0, abs=1e-14)
    assert flow.given == [30.0]


def test_a_later_reward_joins_what_is_left():
    """10 tokens with 10 days to go and 30 with 30 days: 40 with 25, as in the vault's tests."""
    flow, books = stream()
    flow.reward(act("reward", 0, 30.0), YES)
    for _ in range(20):
        flow.open_day(YES)
    flow.reward(act("reward", 1, 30.0), YES)
    assert flow.unstreamed() == (np.array([40.0]), np.array([25.0 * DAY]))
    assert flow.open_day(YES) == pytest.approx([40 / 25])
    assert books.vault[0] == pytest.approx(20 + 40 / 25)


def test_the_time_left_is_rounded_down_at_every_reward():
    """Five sevenths of a token with five days and one with seven: 74/12 days, which is whole.

    But the vault rounds what is unstreamed up to a wei, so that the mean ends just before.
    """
    flow, _ = stream(7 * DAY)
    flow.reward(act("reward", 0, 1.0), YES)
    flow.open_day(YES)
    flow.open_day(YES)
    flow.reward(act("reward", 0, 1.0), YES)
    assert flow.unstreamed()[1] == 74 * DAY // 12 - 1


def test_an_emptied_vault_keeps_what_was_rounded_up():
    """What is unstreamed when the last share leaves streams on as a whole number of wei."""
    flow, _ = stream(7 * DAY + 1)
    flow.reward(act("reward", 0, 1e-10), YES)
    flow.open_day(YES)
    flow.stand_still(np.array([0]))
    flow.open_day(NO)
    flow.open_day(YES)
    left = -(-(10**8) * (6 * DAY + 1) // (7 * DAY + 1))
    left = -(-left * (5 * DAY + 1) // (6 * DAY + 1))
    assert flow.unstreamed() == (np.array([left / 1e18]), np.array([5.0 * DAY + 1]))


def test_rewards_of_a_millionth_do_not_hold_the_stream_back():
    flow, books = stream()
    flow.reward(act("reward", 0, 30.0), YES)
    for _ in range(30):
        flow.reward(act("reward", [1, 1, 1], 1e-6), YES)
        flow.open_day(YES)
    assert books.vault[0] > 29.999


def test_without_a_period_a_reward_counts_at_once():
    flow, books = stream(period=[0, DAY], liquid=((10.0,), (10.0,)))
    flow.reward(act("reward", [0, 0], 4.0, run=[0, 1]), np.array([True, True]))
    assert books.vault.tolist() == [4.0, 0.0]
    assert books.pools["stream"].tolist() == [0.0, 4.0]
    assert flow.open_day(np.array([True, True])).tolist() == [0.0, 4.0]


def test_an_empty_vault_lets_the_stream_stand_still():
    flow, books = stream()
    flow.reward(act("reward", 0, 30.0), YES)
    for has_shares in (YES,) * 10 + (NO,) * 100 + (YES,) * 5:
        flow.open_day(has_shares)
    assert flow.unstreamed() == (np.array([15.0]), np.array([15.0 * DAY]))
    assert books.vault[0] == 15.0


@pytest.mark.parametrize(("amount", "has_shares"), [(0.0, YES), (-1.0, YES), (1.0, NO)])
def test_nothing_is_given_to_nobody(amount, has_shares):
    flow, _ = stream()
    with pytest.raises(IllegalAction, match="rewards shares with something"):
        flow.reward(act("reward", 0, amount), has_shares)


def test_nobody_gives_what_it_lacks():
    flow, _ = stream(liquid=((10.0, 10.0),))
    with pytest.raises(IllegalAction, match="pays what it has"):
        flow.reward(act("reward", [0, 0], 6.0), YES)


days = st.lists(st.tuples(st.booleans(), st.integers(0, 10**9)), max_size=40)


@settings(max_examples=100, deadline=None)
@given(days=days, period=st.sampled_from([1, DAY - 1, 7 * DAY, 365 * DAY]))
def test_what_was_given_is_in_the_vault_or_on_its_way(days, period):
    flow, books = stream(period, liquid=((1e6, 1e6),))
    for has_shares, millionths in days:
        flow.open_day(YES if has_shares else NO)
        if has_shares and millionths and millionths / 1e6 <= books.liquid[0, 0]:
            flow.reward(act("reward", 0, millionths / 1e6), YES)
        left, seconds = flow.unstreamed()
        assert left[0] == pytest.approx(books.pools["stream"][0], rel=1e-9, abs=1e-9)
        assert left[0] + books.vault[0] == pytest.approx(flow.given[0], rel=1e-9, abs=1e-9)
        assert seconds[0] <= period
    assert conserved(books).max() < 1e-14


def test_a_run_in_a_batch_is_that_run_alone():
    periods, liquid = (7 * DAY, 0, MONTH), ((1e6,) * 2,) * 3
    batch, books = stream(periods, liquid)
    singles = [stream(period) for period in periods]
    draw = np.random.default_rng(1)
    for _ in range(60):
        has_shares = draw.random(3) < 0.9
        batch.open_day(has_shares)
        run = np.flatnonzero(has_shares).repeat(3)
        member, amount = draw.integers(0, 2, run.size), draw.integers(1, 10**9, run.size) / 1e6
        given = act("reward", member, amount, run=run)
        batch.reward(given, has_shares)
        for place, (flow, _) in enumerate(singles):
            flow.open_day(has_shares[[place]])
            flow.reward(alone(given, place), has_shares[[place]])
    for place, (flow, own) in enumerate(singles):
        assert own.vault[0] == books.vault[place]
        assert [part[0] for part in flow.unstreamed()] == [p[place] for p in batch.unstreamed()]
