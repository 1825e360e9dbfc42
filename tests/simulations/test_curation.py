"""Curation: published curves, who gains by coming first, and no token made by trading."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulations.actions import IllegalAction
from simulations.mechanisms.curation import (
    FLAT,
    SQUARE_ROOT,
    Curation,
    bancor_signal,
    bancor_tokens,
)
from tests.simulations.markets import act, alone, conserved, ledger, renamed, rules

WEALTH = 1e6
deposits = st.integers(1, 10**9).map(lambda micro: micro / 1e6)


def curation(curve=SQUARE_ROOT, minimum=100.0, tax=0.0, liquid=((WEALTH,) * 4,), models=2):
    books = ledger(liquid)
    own = rules(len(books.liquid), curation__curve=curve, curation__tax=tax,
                curation__minimum=minimum)  # fmt: skip
    return Curation(own, books, models), books


def test_a_thousand_tokens_carry_the_published_signal():
    """The Graph's curation with a reserve ratio of one half and a minimum of 100."""
    market, books = curation()
    market.buy(act("buy", 0, 1000.0, 0))
    assert market.held[0, 0, 0] == pytest.approx(3.162277660168379331, rel=1e-15)
    market.sell_all(act("sell_all", 0, None, 0))
    assert books.liquid[0, 0] == WEALTH
    assert market.signal[0, 0] == market.reserve[0, 0] == 0


def test_bancor_with_a_half_is_the_square_root():
    """The minimum buys the first signal, the other 900 what Bancor's formula gives."""
    rest = bancor_signal(np.array([1.0]), np.array([100.0]), np.array([0.5]), np.array([900.0]))
    assert 1.0 + rest[0] == pytest.approx(3.162277660168379331, rel=1e-15)
    back = bancor_tokens(1.0 + rest, np.array([1000.0]), np.array([0.5]), rest)
    assert back[0] == pytest.approx(900.0, rel=1e-14)


@pytest.mark.parametrize(
    ("supply", "reserve", "ratio", "deposit", "signal"),
    [
        # S = R = 1 and kappa = 2, the Commons Stack's tests: a ratio of one half.
        (1.0, 1.0, 0.5, 1.0, 0.4142135623730951),
        (1.0, 1.0, 0.5, 4.0, 1.2360679774997898),
        (7.0, 7.0, 1.0, 3.0, 3.0),
    ],
)
def test_bancor_against_published_values(supply, reserve, ratio, deposit, signal):
    arguments = (np.array([value]) for value in (supply, reserve, ratio, deposit))
    assert bancor_signal(*arguments)[0] == pytest.approx(signal, rel=1e-14)


def test_selling_half_of_the_signal_pays_three_quarters():
    """Commons Stack: burn 0.5 of 1 with a reserve of 1 pays 0.75, at 1.5 a signal."""
    one, half = np.array([1.0]), np.array([0.5])
    assert bancor_tokens(one, one, half, half)[0] == pytest.approx(0.75, rel=1e-15)
    assert bancor_tokens(one, one, half, one)[0] == 1.0
    market, books = curation(minimum=1.0)
    market.buy(act("buy", 0, 1.0, 0))
    assert market.preview_sell((np.array([0]), np.array([0])), half) == [0.75]
    market.sell(act("sell", 0, 0.5, 0))
    assert books.liquid[0, 0] == WEALTH - 0.25


def test_the_tax_is_burned_and_the_minimum_counts_after_it():
    market, books = curation(FLAT, minimum=99.0, tax=0.01)
    with pytest.raises(IllegalAction, match="minimum"):
        market.buy(act("buy", 0, 99.999999, 0))
    market.buy(act("buy", 0, 100.0, 0))
    assert books.burned[0] == 1.0
    assert market.signal[0, 0] == market.reserve[0, 0] == books.pools["curation"][0] == 99.0
    market.buy(act("buy", 1, 1e-6, 0))
    assert market.held[0, 1, 0] == pytest.approx(0.99e-6, rel=1e-12)


def test_a_preview_is_what_the_purchase_gives():
    market, _ = curation(tax=0.1)
    for amount in (1000.0, 50.0):
        expected = market.preview_buy((np.array([0]), np.array([0])), np.array([amount]))
        before = market.signal[0, 0]
        market.buy(act("buy", 0, amount, 0))
        assert market.signal[0, 0] - before == pytest.approx(expected[0], rel=1e-13)


def test_a_bot_in_front_gains_under_the_root_alone():
    """3,500 before 20,000 and out after take 11,138 of them; flat, the bot loses its tax."""
    gains = {}
    for curve in (SQUARE_ROOT, FLAT):
        market, books = curation(curve, tax=0.0 if curve == SQUARE_ROOT else 0.01)
        market.buy(act("buy", [0, 1], [3500.0, 20_000.0], 0))
        market.sell_all(act("sell_all", 0, None, 0))
        gains[curve] = books.liquid[0, 0] - WEALTH
    assert gains[SQUARE_ROOT] == pytest.approx(11_138, abs=1)
    assert gains[FLAT] == pytest.approx(-35.0, abs=1e-9)


@pytest.mark.parametrize("curve", [FLAT, SQUARE_ROOT])
def test_slippage_bounds_stop_both_ways(curve):
    market, books = curation(curve)
    market.buy(act("buy", 0, 400.0, 0))
    expected = market.preview_buy((np.array([0]), np.array([0])), np.array([100.0]))
    with pytest.raises(IllegalAction, match="no less signal"):
        market.buy(act("buy", 1, 100.0, 0), expected * 1.001)
    market.buy(act("buy", 1, 100.0, 0), expected * 0.999)
    worth = market.preview_sell((np.array([0]), np.array([0])), expected)
    for verb, amount in (("sell", expected[0] / 2), ("sell_all", None)):
        with pytest.raises(IllegalAction, match="no less than"):
            getattr(market, verb)(act(verb, 1, amount, 0), worth * 1.001)
    market.sell_all(act("sell_all", 1, None, 0), worth * 0.999)
    assert books.liquid[0, 1] == pytest.approx(WEALTH, rel=1e-15)


def test_fees_go_by_the_signal_held_when_they_are_paid():
    market, books = curation(FLAT)
    market.buy(act("buy", [0, 1], [100.0, 300.0], 0))
    market.distribute(act("distribute", [2, 2], [10.0, 30.0], 0))
    market.buy(act("buy", 3, 400.0, 0))
    market.sell_all(act("sell_all", 1, None, 0))
    market.distribute(act("distribute", 2, 50.0, 0))
    assert market.claimable[0, :, 0].tolist() == [20.0, 30.0, 0.0, 40.0]
    market.claim(act("claim", [0, 1, 1, 2, 3], None, 0))
    assert books.liquid[0].tolist() == [WEALTH - 80, WEALTH + 30, WEALTH - 90, WEALTH - 360]
    assert books.pools["curation"][0] == 500.0
    with pytest.raises(IllegalAction, match="curators that exist"):
        market.distribute(act("distribute", 2, 1.0, 1))


def test_the_last_seller_takes_what_is_left():
    market, books = curation(minimum=7.0)
    for member, amount in enumerate((10.0, 123.456789, 0.000001)):
        market.buy(act("buy", member, amount, 0))
    for member in (2, 0, 1):
        market.sell_all(act("sell_all", member, None, 0))
    assert market.signal[0, 0] == market.reserve[0, 0] == 0
    assert books.pools["curation"][0] == pytest.approx(0, abs=1e-12)
    with pytest.raises(IllegalAction, match="minimum"):
        market.buy(act("buy", 0, 6.999999, 0))


def test_fees_on_little_signal_do_not_blur_later_ones():
    market, _ = curation(FLAT, minimum=1e-6)
    market.buy(act("buy", 0, 1e-6, 0))
    market.distribute(act("distribute", 2, WEALTH - 1, 0))
    market.buy(act("buy", 1, 1.0, 0))
    market.distribute(act("distribute", 2, 1e-6, 0))
    assert market.claimable[0, 1, 0] == pytest.approx(1e-6 / 1.000001, rel=1e-15)


def test_little_signal_is_left_by_much():
    market, _ = curation(minimum=1.0)
    market.buy(act("buy", [0, 1], [1e6 - 1, 1e-6], 0))
    little = market.held[0, 1, 0]
    assert 0 < little < 1e-9
    market.sell_all(act("sell_all", 0, None, 0))
    assert market.signal[0, 0] == little
    market.distribute(act("distribute", 2, 5.0, 0))
    assert market.claimable[0, 1, 0] == 5.0


@pytest.mark.parametrize("amount", [0.0, -1.0, 10.0, 9.9999995])
def test_a_sale_is_of_something_and_leaves_a_rest(amount):
    market, _ = curation(FLAT, minimum=1.0)
    market.buy(act("buy", 0, 10.0, 0))
    with pytest.raises(IllegalAction, match="sells"):
        market.sell(act("sell", 0, amount, 0))


def test_nobody_pays_what_it_lacks():
    market, _ = curation(FLAT, minimum=1.0, liquid=((10.0, 10.0),))
    for amount in (0.0, -1.0, 10.000001):
        with pytest.raises(IllegalAction, match="deposits"):
            market.buy(act("buy", 0, amount, 0))
    with pytest.raises(IllegalAction, match="what it has"):
        market.buy(act("buy", [0, 0], 6.0, 0))
    for amount in (-1.0, 4.000001):
        with pytest.raises(IllegalAction, match="what it has"):
            market.distribute(act("distribute", 0, amount, 0))
    with pytest.raises(IllegalAction, match="signal it has"):
        market.sell_all(act("sell_all", 1, None, 0))


@settings(deadline=None, max_examples=200)
@given(first=deposits, second=deposits, before=deposits, curve=st.sampled_from([FLAT, SQUARE_ROOT]))
def test_two_purchases_are_one(first, second, before, curve):
    """Path independence: no gain by splitting a purchase."""
    market, _ = curation(curve, minimum=1e-6, liquid=((WEALTH,) * 3, (WEALTH,) * 3))
    market.buy(act("buy", [2, 2], before, 0, run=[0, 1]))
    market.buy(act("buy", [0, 0], [first, second], 0))
    market.buy(act("buy", 0, first + second, 0, run=1))
    assert market.held[0, 0, 0] == pytest.approx(market.held[1, 0, 0], rel=1e-12)


trades = st.lists(
    st.tuples(
        st.sampled_from(["buy", "sell", "sell_all", "distribute", "claim"]),
        st.integers(0, 3),
        deposits,
        st.integers(0, 1),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=100)
@given(trades=trades, curve=st.sampled_from([FLAT, SQUARE_ROOT]), tax=st.sampled_from([0, 0.05]))
def test_no_token_is_made_and_reserves_cover_signal(trades, curve, tax):
    market, books = curation(curve, minimum=0.5, tax=tax)
    for verb, member, amount, model in trades:
        part = None if verb in ("sell_all", "claim") else amount
        try:
            getattr(market, verb)(act(verb, member, part, model))
        except IllegalAction:
            continue
    assert conserved(books).max() < 1e-14
    need = market.signal[0] if curve == FLAT else 0.5 * market.signal[0] ** 2
    np.testing.assert_allclose(market.reserve[0], need, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(market.held[0].sum(axis=0), market.signal[0], rtol=1e-9, atol=1e-9)
    owed = market.claimable.sum() + market.reserve.sum()
    assert books.pools["curation"][0] == pytest.approx(owed, rel=1e-9, abs=1e-9)


def busy_days(market, seed, runs=3, members=4):
    """Yield actions that every run can do, many of the same run in one call."""
    draw = np.random.default_rng(seed)
    for _ in range(6):
        run = np.repeat(np.arange(runs), 5)
        member = draw.integers(0, members, run.size)
        model = draw.integers(0, 2, run.size)
        amount = np.floor(draw.uniform(200, 5000, run.size) * 1e6) / 1e6
        yield act("buy", member, amount, model, run=run)
        yield act("distribute", member, np.round(amount / 100, 6), model, run=run)
        yield act("sell", member, np.full(run.size, 0.000003), model, run=run)
        yield act("claim", member, None, model, run=run)


CURVES, MINIMA, TAXES = (FLAT, SQUARE_ROOT, SQUARE_ROOT), (100.0, 100.0, 0.25), (0.01, 0.0, 0.1)


def test_a_run_in_a_batch_is_that_run_alone():
    batch, books = curation(CURVES, MINIMA, TAXES, liquid=((WEALTH,) * 4,) * 3)
    for actions in busy_days(batch, 5):
        getattr(batch, actions.verb)(actions)
    for run in range(3):
        single, own = curation(CURVES[run], MINIMA[run], TAXES[run])
        for actions in busy_days(single, 5):
            getattr(single, actions.verb)(alone(actions, run))
        assert own.liquid[0].tolist() == books.liquid[run].tolist()
        assert own.burned[0] == books.burned[run]
        for name in ("signal", "reserve", "held"):
            assert getattr(single, name)[0].tolist() == getattr(batch, name)[run].tolist()


def test_members_in_another_order_have_the_same():
    order = [2, 0, 3, 1]
    (first, books), (second, others) = (
        curation(CURVES, MINIMA, TAXES, liquid=((WEALTH,) * 4,) * 3) for _ in range(2)
    )
    for actions in busy_days(first, 6):
        getattr(first, actions.verb)(actions)
        getattr(second, actions.verb)(renamed(actions, order))
    assert first.held[:, order].tolist() == second.held.tolist()
    assert books.liquid[:, order].tolist() == others.liquid.tolist()
