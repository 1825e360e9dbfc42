"""The market: who is paid what for a use, who has access, and that no token is lost on the way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.units import DAY
from simulations.actions import IllegalAction
from tests.simulations.markets import act, alone, conserved, renamed
from tests.simulations.shops import SPLIT, shop


def opened(**options):
    """A shop that sells version 0, whose model has a curator, with a staker."""
    it = shop(**options)
    it.curation.buy(act("buy", 1, 100.0, 0))
    it.staking.deposit(act("deposit", 3, 1000.0))
    it.market.price_use(act("price_use", 2, 1.0, 0))
    it.market.price_period(act("price_period", 2, 20.0, 0, 30))
    return it


def test_a_use_is_split_five_ways_at_once():
    it = opened()
    it.market.pay_uses(act("pay_uses", 0, 10, 0))
    assert it.ledger.liquid[0, 0] == 1e5 - 10
    assert it.ledger.burned[0] == it.market.usage[0] == 1.0
    assert it.market.earned[0].tolist() == [0, 0, 6.0, 0]
    assert it.curation.claimable[0, 1, 0] == 1.0
    assert it.stream.unstreamed()[0] == 1.0
    assert it.ledger.vault[0] == 1000.0
    assert it.ledger.treasury[0] == 1.0
    assert it.ledger.pools["market"][0] == 6.0
    assert it.market.paid_uses[0, 0].tolist() == [10, 0, 0]
    it.market.withdraw(act("withdraw", [2, 2, 0]))
    assert it.ledger.liquid[0, 2] == 1e5 + 6
    assert it.ledger.pools["market"][0] == 0.0


def test_the_stakers_part_raises_the_price_of_a_share_as_it_streams():
    it = opened()
    it.market.pay_uses(act("pay_uses", 0, 1000, 0))
    prices = [it.staking.price[0]]
    for _ in range(12):
        it.next_day()
        prices.append(it.staking.price[0])
    assert np.diff(prices) == pytest.approx([0.01] * 10 + [0.0] * 2, abs=1e-12)


@pytest.mark.parametrize(
    ("missing", "treasury"),
    [("nobody", 1.0), ("curators", 2.0), ("stakers", 2.0), ("developer", 7.0)],
)
def test_a_part_that_nobody_is_there_to_receive_is_the_treasurys(missing, treasury):
    it = opened()
    if missing == "curators":
        it.curation.sell_all(act("sell_all", 1, None, 0))
    if missing == "stakers":
        it.staking.request_exit(act("request_exit", 3), 0)
        it.staking.redeem(act("redeem", 3), 0)
    if missing == "developer":
        it.listing.developer[:] = -1
    it.market.pay_uses(act("pay_uses", 0, 10, 0))
    assert it.ledger.treasury[0] == pytest.approx(treasury, rel=1e-14)
    assert it.ledger.burned[0] == 1.0
    assert conserved(it.ledger).max() < 1e-14


def test_shares_on_their_way_out_still_earn():
    it = opened()
    it.staking.request_exit(act("request_exit", 3), 0)
    it.market.pay_uses(act("pay_uses", 0, 10, 0))
    assert it.stream.unstreamed()[0] == 1.0


def test_a_subscription_runs_from_its_end_and_lends_access_until_then():
    it = opened()
    at = np.array([0, 0]), np.array([0, 1]), np.array([0, 0])
    it.market.subscribe(act("subscribe", 0, 1, 0), it.day)
    it.market.subscribe(act("subscribe", [0, 0], [2, 1], 0), it.day)
    assert it.market.subscribed_until[0, 0, 0] == 120 * DAY
    assert it.ledger.liquid[0, 0] == 1e5 - 80
    for _ in range(119):
        it.next_day()
    assert it.market.has_access(*at, it.day).tolist() == [True, False]
    it.listing.deployable[:] = False
    assert it.market.has_access(*at, it.day).tolist() == [False, False]
    it.listing.deployable[:] = True
    it.next_day()
    assert it.market.has_access(*at, it.day).tolist() == [False, False]
    it.next_day()
    it.market.subscribe(act("subscribe", 0, 1, 0), it.day)
    assert it.market.subscribed_until[0, 0, 0] == 151 * DAY


def test_at_most_366_days_are_paid_ahead():
    it = opened()
    it.market.subscribe(act("subscribe", 0, 12, 0), it.day)
    with pytest.raises(IllegalAction, match="366 days"):
        it.market.subscribe(act("subscribe", 0, 1, 0), it.day)
    for _ in range(24):
        it.next_day()
    it.market.subscribe(act("subscribe", 0, 1, 0), it.day)


def test_a_stake_gives_access_when_it_is_asked_for():
    it = opened()
    at = np.array([0]), np.array([3]), np.array([0])
    assert not it.market.has_access(*at, it.day)[0]
    it.market.ask_stake(act("ask_stake", 2, 1000.0, 0))
    assert it.market.has_access(*at, it.day)[0]
    it.market.ask_stake(act("ask_stake", 2, 1000.1, 0))
    assert not it.market.has_access(*at, it.day)[0]
    it.market.ask_stake(act("ask_stake", 2, 1000.0, 0))
    it.staking.request_exit(act("request_exit", 3), 0)
    assert not it.market.has_access(*at, it.day)[0]


@pytest.mark.parametrize(
    ("verb", "member", "amount", "choice", "rule"),
    [
        ("price_use", 0, 1.0, None, "it owns"),
        ("price_period", 0, 1.0, 30, "it owns"),
        ("ask_stake", 0, 1.0, None, "it owns"),
        ("price_use", 2, 0.009999, None, "bounds"),
        ("price_use", 2, 1000000.000001, None, "bounds"),
        ("price_period", 2, 0.009999, 30, "bounds"),
        ("price_period", 2, 1.0, 0, "366 days"),
        ("price_period", 2, 1.0, 367, "366 days"),
    ],
)
def test_offers_that_are_refused(verb, member, amount, choice, rule):
    it = opened()
    with pytest.raises(IllegalAction, match=rule):
        getattr(it.market, verb)(act(verb, member, amount, 0, choice))


def test_prices_may_lie_on_the_bounds():
    it = opened()
    for price in (0.01, 1e6):
        it.market.price_use(act("price_use", 2, price, 0))
        it.market.price_period(act("price_period", 2, price, 0, 366))
    assert it.market.per_use[0, 0] == it.market.per_period[0, 0] == 1e6


def test_an_offer_outside_new_bounds_is_neither_paid_nor_changed():
    it = opened()
    it.rules["market.most_price"][:] = 0.5
    for verb in ("pay_uses", "subscribe"):
        with pytest.raises(IllegalAction, match="bounds"):
            pay(it, verb, 1)
    with pytest.raises(IllegalAction, match="bounds"):
        it.market.price_period(act("price_period", 2, 0.0, 0, 30))
    it.rules["market.most_price"][:] = 20.0
    it.market.price_period(act("price_period", 2, 0.0, 0, 0))
    with pytest.raises(IllegalAction, match="what is sold"):
        pay(it, "subscribe", 1)


def pay(it, verb, amount, member=0, version=0, most=None):
    """Pay in either way."""
    actions = act(verb, member, amount, version)
    limit = None if most is None else np.array([most])
    if verb == "subscribe":
        it.market.subscribe(actions, it.day, limit)
    else:
        it.market.pay_uses(actions, limit)


@pytest.mark.parametrize("verb", ["pay_uses", "subscribe"])
@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"amount": 0}, "whole number"),
        ({"amount": 1.5}, "whole number"),
        ({"amount": 2**32}, "whole number"),
        ({"version": 1}, "what is sold"),
        ({"version": 2}, "may run"),
        ({"most": 0.999999}, "no more than it accepts"),
        ({"member": 1, "amount": 12}, "what it has"),
    ],
)
def test_payments_that_are_refused_leave_nothing_behind(verb, options, rule):
    it = opened(liquid=((1e5, 101.0, 0.0, 1e4),))
    it.listing.deployable[0, 2] = False
    with pytest.raises(IllegalAction, match=rule):
        pay(it, verb, **({"amount": 1} | options))
    assert it.market.paid_uses.sum() == it.market.subscribed_until.sum() == 0
    assert it.market.usage[0] == 0


def test_a_limit_that_is_just_the_cost_is_kept_whatever_its_rounding():
    it, price, uses = opened(), 2.021609, 1000
    assert price * uses > 2021.609, "float64 rounds the product up"
    it.market.price_use(act("price_use", 2, price, 0))
    it.market.pay_uses(act("pay_uses", 0, uses, 0), np.array([2021.609]))
    with pytest.raises(IllegalAction, match="no more than it accepts"):
        it.market.pay_uses(act("pay_uses", 0, uses, 0), np.array([2021.608999]))


def test_two_payments_of_one_member_need_the_sum():
    it = opened(liquid=((15.0, 200.0, 0.0, 1e4),))
    with pytest.raises(IllegalAction, match="what it has"):
        it.market.pay_uses(act("pay_uses", [0, 0], 8, 0))
    it.market.pay_uses(act("pay_uses", [0, 0], [8, 7], 0))
    assert it.ledger.liquid[0, 0] == 0.0


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(st.integers(0, 100), min_size=5, max_size=5).filter(lambda p: p[0] + p[4] > 5),
    uses=st.lists(st.integers(1, 50), min_size=1, max_size=8),
    price=st.integers(10_000, 10**9),
)
def test_every_payment_is_somebodys(parts, uses, price):
    split = np.round(np.array(parts) / sum(parts), 4)
    split[0 if split[0] > 0.01 else 4] += 1 - split.sum()
    it = opened(split=tuple(split))
    it.market.price_use(act("price_use", 2, price / 1e6, 0))
    cost = sum(uses) * price / 1e6
    try:
        it.market.pay_uses(act("pay_uses", [0] * len(uses), uses, 0))
    except IllegalAction:
        assert cost > 1e5 - 1
        return
    got = (
        it.market.usage[0], it.market.earned[0, 2], it.curation.claimable[0, 1, 0],
        it.stream.given[0], it.ledger.treasury[0],
    )  # fmt: skip
    np.testing.assert_allclose(got, split * cost, rtol=1e-9, atol=1e-9)
    assert conserved(it.ledger).max() < 1e-14


def busy(seed, runs=3):
    """Yield what happens in every run, many payments of a run in one call, and new days."""
    draw = np.random.default_rng(seed)
    each = np.arange(runs)
    for version, developer in ((0, 2), (1, 2), (2, 1)):
        yield act("price_use", [developer] * runs, draw.integers(1, 9, runs), version, run=each)
        yield act("price_period", [developer] * runs, 5.0, version, 7, run=each)
    for _ in range(15):
        run = np.tile(each, 4)
        member, version = draw.integers(0, 4, run.size), draw.integers(0, 3, run.size)
        yield act("buy", member, draw.integers(1, 99, run.size), version % 2, run=run)
        yield act("deposit", member, draw.integers(1, 99, run.size), run=run)
        yield act("pay_uses", member, draw.integers(1, 9, run.size), version, run=run)
        yield act("subscribe", member, 1, version, run=run)
        yield act("withdraw", member, run=run)
        yield None


def play(it, actions):
    """Do actions, or begin a day."""
    if actions is None:
        it.next_day()
    elif actions.verb == "subscribe":
        it.market.subscribe(actions, it.day)
    else:
        owner = {"buy": it.curation, "deposit": it.staking}.get(actions.verb, it.market)
        getattr(owner, actions.verb)(actions)


def test_a_run_in_a_batch_is_that_run_alone():
    splits, periods = (
        (SPLIT, (0.3, 0.3, 0.1, 0.2, 0.1), (0.01, 0, 0.49, 0.5, 0)),
        (0, DAY, 99 * DAY),
    )
    batch = shop(split=splits, period=periods, liquid=((1e5,) * 4,) * 3)
    for actions in busy(4):
        play(batch, actions)
    for run in range(3):
        single = shop(split=splits[run], period=periods[run])
        for actions in busy(4):
            play(single, None if actions is None else alone(actions, run))
        for name in ("earned", "usage", "paid_uses", "subscribed_until"):
            own, found = getattr(single.market, name)[0], getattr(batch.market, name)[run]
            assert own.tolist() == found.tolist(), name
        assert single.ledger.liquid[0].tolist() == batch.ledger.liquid[run].tolist()
        assert single.ledger.treasury[0] == batch.ledger.treasury[run]
        assert single.ledger.vault[0] == batch.ledger.vault[run]
        assert [p[0] for p in single.stream.unstreamed()] == [
            p[run] for p in batch.stream.unstreamed()
        ]
        assert single.curation.claimable[0].tolist() == batch.curation.claimable[run].tolist()


def test_members_in_another_order_have_the_same():
    order = [3, 1, 0, 2]
    place = np.argsort(order)
    liquid = ((1e5,) * 4,) * 3
    first, second = shop(liquid=liquid), shop(liquid=liquid, developers=tuple(place[[2, 2, 1]]))
    for actions in busy(8):
        play(first, actions)
        play(second, None if actions is None else renamed(actions, order))
    assert first.ledger.liquid[:, order].tolist() == second.ledger.liquid.tolist()
    assert first.market.earned[:, order].tolist() == second.market.earned.tolist()
    assert first.curation.claimable[:, order].tolist() == second.curation.claimable.tolist()


def test_payers_alone_have_room_and_all_else_is_the_same():
    every, some = opened(), opened(payers=slice(0, 1), curators=slice(1, 3))
    for it in (every, some):
        it.market.pay_uses(act("pay_uses", 0, 10, 0))
        it.market.subscribe(act("subscribe", 0, 1, 0), it.day)
    assert some.market.paid_uses[0].tolist() == every.market.paid_uses[0, :1].tolist()
    assert some.curation.claimable[0].tolist() == every.curation.claimable[0, 1:3].tolist()
    assert some.ledger.liquid.tolist() == every.ledger.liquid.tolist()
    for it in (every, some):
        access = it.market.has_access(np.zeros(4, int), np.arange(4), np.zeros(4, int), it.day)
        assert access.tolist() == [True, False, False, False]
    with pytest.raises(IllegalAction, match="may pay"):
        some.market.pay_uses(act("pay_uses", 3, 10, 0))
    with pytest.raises(IllegalAction, match="may signal"):
        some.curation.buy(act("buy", 0, 10.0, 0))


def test_a_market_makes_room_for_versions_that_are_drafted():
    it = opened()
    it.market.pay_uses(act("pay_uses", 0, 10, 0))
    it.listing.model, it.listing.developer = np.array([[0, 0, 1, 7]]), np.array([[2, 2, 1, 3]])
    it.listing.deployable = np.ones((1, 4), bool)
    it.market.price_use(act("price_use", 3, 2.0, 3))
    it.market.pay_uses(act("pay_uses", 0, 5, 3))
    assert it.market.paid_uses[0, 0, :4].tolist() == [10, 0, 0, 5]
    assert it.market.uses[0, :4].tolist() == [10, 0, 0, 5]
    assert it.market.turnover[0, :4].tolist() == [10, 0, 0, 10]
    assert it.curation.signal.shape[1] >= 8, "the new version is of model 7"
    assert it.market.earned[0].tolist() == [0, 0, 6.0, 6.0]
    assert sum(it.market.fees.values()) == pytest.approx(20)
    assert conserved(it.ledger).max() < 1e-14
