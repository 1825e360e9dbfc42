"""Rewards that stream: earned by the second, standing still without shares, grabbed by nobody."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from governance.units import DAY, TOKEN
from tests.contracts.law import ADMIN, ALICE, BOB, EVE, MONTH, Staking, only, refused, staking

PEOPLE = (ALICE, BOB)
YEAR = 365 * DAY


def streaming(period: int = MONTH) -> Staking:
    """Deploy a vault without a cooldown in which Alice has 100 tokens; `ADMIN` can reward it."""
    pool = staking(cooldown=0, maturity=0, reward_period=period)
    pool.token.send(ADMIN, "approve", pool.vault.address, 2**256 - 1)
    pool.stake(ALICE, 100 * TOKEN)
    return pool


def leave(pool: Staking, who: str) -> int:
    """Redeem a whole stake at once and return the wei."""
    before = pool.token.read("balanceOf", who)
    shares = pool.vault.read("balanceOf", who)
    pool.vault.send(who, "requestExit", shares)
    pool.vault.send(who, "redeem", shares, who, who)
    return int(pool.token.read("balanceOf", who) - before)


def test_a_reward_streams_in_a_straight_line() -> None:
    pool = streaming()
    now = pool.chain.timestamp()
    events = pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    assert only(events, "Rewarded") == {
        "giver": ADMIN, "assets": 30 * TOKEN, "unstreamed": 30 * TOKEN, "until": now + MONTH,
    }  # fmt: skip
    assert pool.token.read("balanceOf", pool.vault.address) == 130 * TOKEN
    for day in range(31):
        pool.chain.set_time(now + day * DAY)
        assert pool.vault.read("totalAssets") == (100 + day) * TOKEN
        assert pool.vault.read("unstreamed") == ((30 - day) * TOKEN, (30 - day) * DAY)
    pool.chain.advance(YEAR)
    assert pool.vault.read("totalAssets") == 130 * TOKEN
    assert pool.vault.read("unstreamed") == (0, 0)


def test_what_has_not_streamed_is_rounded_up() -> None:
    pool = streaming(period=3)
    pool.vault.send(ADMIN, "reward", 100)
    streamed = []
    for _ in range(4):
        streamed.append(pool.vault.read("totalAssets") - 100 * TOKEN)
        pool.chain.advance(1)
    assert streamed == [0, 33, 66, 100]


def test_a_later_reward_joins_what_is_left() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    pool.chain.advance(20 * DAY)
    before = pool.vault.read("totalAssets")
    now = pool.chain.timestamp()
    # 10 tokens with 10 days to go and 30 with 30 days: 40 with 25.
    events = pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    assert only(events, "Rewarded") == {
        "giver": ADMIN, "assets": 30 * TOKEN, "unstreamed": 40 * TOKEN, "until": now + 25 * DAY,
    }  # fmt: skip
    assert pool.vault.read("totalAssets") == before == 120 * TOKEN
    pool.chain.advance(5 * DAY)
    assert pool.vault.read("totalAssets") == 128 * TOKEN


def test_rewards_of_a_wei_do_not_hold_the_stream_back() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    for _ in range(30 * 12):
        pool.chain.advance(DAY // 12)
        for _ in range(3):
            pool.vault.send(ADMIN, "reward", 1)
    assert pool.vault.read("unstreamed")[0] < 3 * 30 * 12
    assert pool.vault.read("totalAssets") >= 130 * TOKEN


def test_a_reward_without_a_period_counts_at_once() -> None:
    pool = streaming(period=0)
    now = pool.chain.timestamp()
    events = pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    assert only(events, "Rewarded") == {
        "giver": ADMIN, "assets": 30 * TOKEN, "unstreamed": 0, "until": now,
    }  # fmt: skip
    assert pool.vault.read("totalAssets") == 130 * TOKEN


def test_a_new_period_is_that_of_later_rewards() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    events = pool.vault.send(ADMIN, "setRewardPeriod", 0)
    assert only(events, "RewardPeriodSet") == {"oldPeriod": MONTH, "newPeriod": 0}
    assert pool.vault.read("rewardPeriod") == 0
    pool.chain.advance(DAY)
    pool.vault.send(ADMIN, "reward", 5 * TOKEN)
    assert pool.vault.read("totalAssets") == 106 * TOKEN
    assert pool.vault.read("unstreamed") == (29 * TOKEN, 29 * DAY)
    with refused("PeriodTooLong", YEAR + 1, YEAR):
        pool.vault.send(ADMIN, "setRewardPeriod", YEAR + 1)
    pool.vault.send(ADMIN, "setRewardPeriod", YEAR)


def test_nothing_is_given_to_nobody() -> None:
    pool = staking(reward_period=MONTH)
    with refused("EmptyReward", 1, 0):
        pool.vault.send(ADMIN, "reward", 1)
    shares = pool.stake(ALICE, TOKEN)
    with refused("EmptyReward", 0, shares):
        pool.vault.send(ADMIN, "reward", 0)
    with refused("ERC20InsufficientAllowance", pool.vault.address, 0, 1):
        pool.vault.send(EVE, "reward", 1)


def test_tokens_that_are_sent_count_at_once_and_leave_the_stream_alone() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    pool.token.send(ADMIN, "transfer", pool.vault.address, 7 * TOKEN)
    pool.token.send(ADMIN, "mint", pool.vault.address, TOKEN)
    assert pool.vault.read("totalAssets") == 108 * TOKEN
    assert pool.vault.read("unstreamed") == (30 * TOKEN, MONTH)


def test_an_emptied_vault_keeps_its_stream_for_those_who_come() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    pool.chain.advance(10 * DAY)
    shares = pool.vault.read("balanceOf", ALICE)
    pool.vault.send(ALICE, "requestExit", shares)
    events = pool.vault.send(ALICE, "redeem", shares, ALICE, ALICE)
    assert only(events, "StreamPaused") == {"unstreamed": 20 * TOKEN, "remaining": 20 * DAY}
    assert pool.token.read("balanceOf", ALICE) == pytest.approx(110 * TOKEN, rel=1e-12)

    pool.chain.advance(YEAR)
    assert pool.vault.read("unstreamed") == (20 * TOKEN, 20 * DAY)
    assert pool.vault.read("totalAssets") == 0
    now = pool.chain.timestamp()
    pool.token.send(ADMIN, "transfer", BOB, TOKEN)
    pool.token.send(BOB, "approve", pool.vault.address, TOKEN)
    events = pool.vault.send(BOB, "deposit", TOKEN, BOB)
    resumed = only(events, "StreamResumed")
    assert resumed == {"unstreamed": 20 * TOKEN, "until": now + 20 * DAY}
    left_behind = pool.vault.read("totalAssets") - TOKEN
    assert 0 <= left_behind < 10**6, "the wei that rounding left, and nothing of the stream"
    pool.chain.advance(10 * DAY)
    assert pool.vault.read("totalAssets") == 11 * TOKEN + left_behind


def test_a_stream_that_is_over_stays_over_in_an_emptied_vault() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    pool.chain.advance(MONTH)
    leave(pool, ALICE)
    assert pool.vault.read("unstreamed") == (0, 0)
    pool.stake(BOB, TOKEN)
    assert pool.vault.read("unstreamed") == (0, 0)
    assert TOKEN <= pool.vault.read("totalAssets") < TOKEN + 10**6


def test_the_first_staker_cannot_grab_the_stream() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    leave(pool, ALICE)
    pool.chain.advance(YEAR)
    pool.stake(EVE, TOKEN)
    assert leave(pool, EVE) <= TOKEN + 10**6
    assert pool.vault.read("unstreamed") == (30 * TOKEN, MONTH)


def test_a_stream_goes_on_while_anyone_stays() -> None:
    pool = streaming()
    pool.stake(BOB, TOKEN)
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    pool.chain.advance(DAY)
    shares = pool.vault.read("balanceOf", ALICE)
    pool.vault.send(ALICE, "requestExit", shares)
    events = pool.vault.send(ALICE, "redeem", shares, ALICE, ALICE)
    assert [event.name for event in events] == ["Transfer", "Withdraw"]
    pool.chain.advance(DAY)
    assert pool.vault.read("unstreamed") == (28 * TOKEN, 28 * DAY)


def test_a_slash_of_the_last_stake_stops_the_stream() -> None:
    pool = streaming()
    pool.vault.send(ADMIN, "reward", 30 * TOKEN)
    pool.chain.advance(DAY)
    pool.vault.send(ADMIN, "slash", ALICE, pool.vault.read("balanceOf", ALICE), EVE)
    assert pool.token.read("balanceOf", EVE) == pytest.approx(101 * TOKEN, rel=1e-12)
    pool.chain.advance(DAY)
    assert pool.vault.read("unstreamed") == (29 * TOKEN, 29 * DAY)


def sandwich(period: int, stake: int, reward: int, wait: int) -> int:
    """Stake before a reward of somebody else's, leave after it; return the profit."""
    pool = streaming(period)
    pool.stake(EVE, stake)
    pool.vault.send(ADMIN, "reward", reward)
    pool.chain.advance(wait)
    return leave(pool, EVE) - stake


amounts = st.integers(1, 10**6 * TOKEN)


@given(period=st.integers(1, YEAR), stake=amounts, reward=amounts)
@settings(max_examples=60, deadline=None)
def test_a_sandwich_around_a_reward_never_profits(period: int, stake: int, reward: int) -> None:
    assert sandwich(period, stake, reward, wait=0) <= 0


def test_a_sandwich_profits_where_rewards_count_at_once() -> None:
    assert sandwich(0, 100 * TOKEN, 10 * TOKEN, wait=0) == pytest.approx(5 * TOKEN, rel=1e-9)


@given(period=st.integers(1, YEAR), stake=amounts, reward=amounts, wait=st.integers(0, 40 * DAY))
@settings(max_examples=60, deadline=None)
def test_a_stay_earns_its_part_of_its_seconds_and_no_more(
    period: int, stake: int, reward: int, wait: int
) -> None:
    part = Fraction(stake, stake + 100 * TOKEN)
    most = reward * min(Fraction(wait, period), Fraction(1)) * part
    assert sandwich(period, stake, reward, wait) <= most + 1


class Stream(RuleBasedStateMachine):
    """Two people come and go, are slashed and rewarded, beside an exact model of the stream."""

    people = st.sampled_from(PEOPLE)

    def __init__(self) -> None:
        super().__init__()
        self.pool = staking(cooldown=0, maturity=0, reward_period=MONTH)
        self.period = MONTH
        self.given = self.sent = self.paid = 0
        self.price = Fraction(0)
        for who in (*PEOPLE, ADMIN):
            self.pool.token.send(ADMIN, "transfer", who, 1_000 * TOKEN)
            self.pool.token.send(who, "approve", self.pool.vault.address, 2**256 - 1)

    def read(self, function: str, *args: Any) -> Any:
        """Read the vault."""
        return self.pool.vault.read(function, *args)

    def held(self, who: str) -> int:
        """Tokens of an account."""
        return int(self.pool.token.read("balanceOf", who))

    @rule(who=people, percent=st.integers(1, 100))
    def deposit(self, who: str, percent: int) -> None:
        """Stake part of what is held."""
        wei = self.held(who) * percent // 100
        self.pool.vault.send(who, "deposit", wei, who)
        self.paid -= wei

    @rule(who=people, percent=st.integers(1, 100))
    def leave(self, who: str, percent: int) -> None:
        """Take out part of a stake, or all."""
        shares = self.read("balanceOf", who) * percent // 100
        if shares:
            self.pool.vault.send(who, "requestExit", shares)
            before = self.held(who)
            self.pool.vault.send(who, "redeem", shares, who, who)
            self.paid += self.held(who) - before

    @rule(who=people, percent=st.integers(1, 100))
    def slash(self, who: str, percent: int) -> None:
        """Burn part of a stake, or all."""
        before = self.held(EVE)
        shares = self.read("balanceOf", who) * percent // 100
        self.pool.vault.send(ADMIN, "slash", who, shares, EVE)
        self.paid += self.held(EVE) - before

    @rule(wei=st.integers(1, 10**6) | st.integers(1, 50 * TOKEN))
    def reward(self, wei: int) -> None:
        """Give a reward, which is refused where nobody would earn it."""
        if self.read("totalSupply") == 0:
            with refused("EmptyReward", wei, 0):
                self.pool.vault.send(ADMIN, "reward", wei)
            return
        assets, (left, remaining) = self.read("totalAssets"), self.read("unstreamed")
        self.pool.vault.send(ADMIN, "reward", wei)
        self.given += wei
        if self.period == 0:
            assert self.read("totalAssets") == assets + wei
            assert self.read("unstreamed") == (left, remaining)
            return
        assert self.read("totalAssets") == assets, "a reward by itself is worth nothing yet"
        mean = (left * remaining + wei * self.period) // (left + wei)
        assert self.read("unstreamed") == (left + wei, mean)

    @rule(wei=st.integers(1, TOKEN))
    def send(self, wei: int) -> None:
        """Send tokens straight to the vault."""
        self.pool.token.send(ADMIN, "transfer", self.pool.vault.address, wei)
        self.sent += wei

    @rule(period=st.sampled_from((0, 1, 3, DAY, MONTH)))
    def set_period(self, period: int) -> None:
        """Decide another period."""
        self.pool.vault.send(ADMIN, "setRewardPeriod", period)
        self.period = period

    @rule(seconds=st.integers(1, 10) | st.integers(1, 40 * DAY))
    def wait(self, seconds: int) -> None:
        """Let time pass: a straight line with shares, and nothing without."""
        left, remaining = self.read("unstreamed")
        empty = self.read("totalSupply") == 0
        self.pool.chain.advance(seconds)
        now, still = self.read("unstreamed")
        if empty:
            assert (now, still) == (left, remaining)
            return
        assert still == max(remaining - seconds, 0)
        exact = Fraction(left * still, remaining) if remaining else Fraction(0)
        assert exact - 1 < now <= exact + 1, "what was rounded up before may be cut off now"

    @invariant()
    def what_was_given_has_streamed_or_is_still_to_come(self) -> None:
        """Every wei in the vault counts for the shares, streams, or was left as it was emptied."""
        left, remaining = self.read("unstreamed")
        held = self.held(self.pool.vault.address)
        assert held == self.given + self.sent - self.paid
        assert left <= min(held, self.given)
        assert (left == 0) == (remaining == 0)
        assert self.read("totalAssets") == (held - left if self.read("totalSupply") else 0)

    @invariant()
    def a_share_never_loses_value(self) -> None:
        """Not by a reward, time, a slash of others or rounding; an emptied vault starts anew."""
        shares = self.read("totalSupply")
        price = Fraction(self.read("totalAssets") + 1, shares + 1_000)
        assert shares == 0 or price >= self.price
        self.price = price if shares else Fraction(0)


TestStream = Stream.TestCase
TestStream.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
