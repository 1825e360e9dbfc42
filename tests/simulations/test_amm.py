"""The AMM: Uniswap's published outputs, what a share of the tokens costs, and the product."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulations.actions import IllegalAction
from simulations.mechanisms.amm import Amm, divergence_loss, payment_for, swapped
from tests.simulations.markets import act, alone, conserved, ledger, renamed

FEE = 0.003
amounts = st.floats(1e-6, 1e6)


def pool(tokens=1000.0, quote=500.0, fee=FEE, liquid=((100.0,) * 3,)):
    books = ledger(liquid, treasury=5000.0)
    runs = len(books.liquid)
    own = (np.broadcast_to(np.asarray(value, float), runs).copy() for value in (fee, quote, tokens))
    fee, quote, tokens = own
    books.open("amm")
    books.pass_on("treasury", "amm", tokens)
    return Amm(books, fee, quote), books


@pytest.mark.parametrize(
    ("paid", "reserve_in", "reserve_out", "got"),
    [
        (1, 5, 10, 1662497915624478906),
        (1, 10, 5, 453305446940074565),
        (2, 5, 10, 2851015155847869602),
        (2, 10, 5, 831248957812239453),
        (1, 10, 10, 906610893880149131),
        (1, 100, 100, 987158034397061298),
        (1, 1000, 1000, 996006981039903216),
    ],
)
def test_outputs_are_uniswaps(paid, reserve_in, reserve_out, got):
    reserves = np.array([float(reserve_in)]), np.array([float(reserve_out)])
    out = swapped(np.array([float(paid)]), *reserves, FEE)
    assert out[0] * 1e18 == pytest.approx(got, rel=1e-15)
    assert payment_for(out, *reserves, FEE)[0] == pytest.approx(paid, rel=1e-14)


@pytest.mark.parametrize(
    ("share", "cost", "times"),
    [(0.1, 1 / 9, 1 / 0.81), (0.25, 1 / 3, 16 / 9), (0.5, 1.0, 4.0), (0.9, 9.0, 100.0)],
)
def test_what_a_share_of_the_tokens_costs(share, cost, times):
    market, books = pool(tokens=1000.0, quote=40.0, fee=0.0)
    paid = payment_for(np.array([1000.0 * share]), market.quote, market.tokens, 0.0)
    assert paid[0] == pytest.approx(40.0 * cost, rel=1e-14)
    assert market.impact(np.array([0]), paid)[0] == pytest.approx(times - 1, rel=1e-13)
    market.buy(act("buy", 0, 1000.0 * share))
    assert -market.gained[0, 0] == pytest.approx(40.0 * cost, rel=1e-14)
    assert market.traded == [1000.0 * share]
    assert books.liquid[0, 0] == pytest.approx(100 + 1000 * share, rel=1e-13)
    assert market.price[0] == pytest.approx(0.04 * times, rel=1e-13)
    assert payment_for(np.array([1000.0]), np.array([1.0]), np.array([1000.0]), FEE) == [np.inf]


@pytest.mark.parametrize(
    ("ratio", "loss"),
    [(1, 0), (1.25, -0.00619), (1.5, -0.0202), (2, -0.05719), (3, -0.13397), (4, -0.2),
     (5, -0.25464)],
)  # fmt: skip
def test_divergence_loss_is_the_published_one(ratio, loss):
    assert divergence_loss(np.array([float(ratio)]))[0] == pytest.approx(loss, abs=5.1e-6)


def test_a_trade_that_gets_too_little_is_refused():
    market, books = pool()
    paid = payment_for(np.array([10.0]), market.quote, market.tokens, FEE)
    with pytest.raises(IllegalAction, match="no more than"):
        market.buy(act("buy", 0, 10.0), paid / 1.0001)
    market.buy(act("buy", 0, 10.0), paid)
    back = swapped(np.array([10.0]), market.tokens, market.quote, FEE)
    with pytest.raises(IllegalAction, match="no less than"):
        market.sell(act("sell", 0, 10.0), back * 1.0001)
    market.sell(act("sell", 0, 10.0), back)
    assert books.liquid[0, 0] == pytest.approx(100.0, rel=1e-15)
    assert market.gained[0, 0] == pytest.approx(back[0] - paid[0])
    assert market.gained[0, 0] < 0
    assert market.traded == [20.0]


@pytest.mark.parametrize("amount", [0.0, -1.0, 100.000001])
def test_nobody_trades_nothing_or_more_than_it_has(amount):
    market, _ = pool()
    with pytest.raises(IllegalAction, match="has"):
        market.sell(act("sell", 0, amount))
    if amount <= 0:
        with pytest.raises(IllegalAction, match="less than the pool has"):
            market.buy(act("buy", 0, amount))
    with pytest.raises(IllegalAction, match="less than the pool has"):
        market.buy(act("buy", 0, 1000.0))
    with pytest.raises(IllegalAction, match="has"):
        market.sell(act("sell", [0, 0], 60.0))


trades = st.lists(st.tuples(st.booleans(), st.integers(0, 2), amounts), max_size=30)


@settings(max_examples=100, deadline=None)
@given(trades=trades, fee=st.sampled_from([0.0, FEE, 0.05]))
def test_the_product_never_falls_and_no_token_is_made(trades, fee):
    market, books = pool(fee=fee)
    for buys, member, amount in trades:
        before = market.quote[0] * market.tokens[0]
        try:
            (market.buy if buys else market.sell)(act("trade", member, amount))
        except IllegalAction:
            continue
        after = market.quote[0] * market.tokens[0]
        assert after >= before * (1 - 1e-12)
        if fee == 0:
            assert after == pytest.approx(before, rel=1e-9)
        assert market.quote[0] + market.gained[0].sum() == pytest.approx(500.0, rel=1e-9)
    assert conserved(books).max() < 1e-14


def busy(seed):
    draw = np.random.default_rng(seed)
    for verb in ("buy", "sell") * 4:
        run = np.tile(np.arange(3), 4)
        yield act(verb, draw.integers(0, 3, run.size), draw.uniform(0.1, 5, run.size), run=run)


def test_a_run_in_a_batch_is_that_run_alone_and_members_have_no_order():
    fees, order = (0.0, FEE, 0.01), [2, 0, 1]
    liquid = ((100.0,) * 3,) * 3
    (batch, books), (other, others) = (pool(fee=fees, liquid=liquid) for _ in range(2))
    for actions in busy(3):
        getattr(batch, actions.verb)(actions)
        getattr(other, actions.verb)(renamed(actions, order))
    assert books.liquid[:, order].tolist() == others.liquid.tolist()
    for run in range(3):
        single, own = pool(fee=fees[run])
        for actions in busy(3):
            getattr(single, actions.verb)(alone(actions, run))
        assert own.liquid[0].tolist() == books.liquid[run].tolist()
        assert single.price[0] == batch.price[run]
        assert single.gained[0].tolist() == batch.gained[run].tolist()


def test_a_pool_without_tokens_has_no_price_and_nothing_to_sell():
    market, _ = pool(tokens=0.0, quote=0.0)
    assert np.isnan(market.price[0])
    with pytest.raises(IllegalAction, match="less than the pool has"):
        market.buy(act("buy", 0, 1.0))
