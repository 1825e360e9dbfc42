"""The way out: when it opens, what it pays, and that everybody gets their part and no more."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.units import DAY
from simulations.actions import IllegalAction
from simulations.mechanisms.exit import Exit, State
from tests.simulations.markets import act, alone, conserved, ledger, renamed, rules

WINDOW, OPENING, VESTING, SILENCE = 14, 7, 100, 180
ONE = np.array([0])


def way(threshold=0.1, vesting=VESTING, liquid=((500.0, 300.0, 200.0),), treasury=0.0, gold=1e6):
    books = ledger(liquid, treasury)
    runs = len(books.liquid)
    times = {"window": WINDOW, "opening": OPENING, "silence": SILENCE}
    own = rules(runs, exit__threshold=threshold, exit__vesting=np.asarray(vesting) * DAY)
    own |= rules(runs, **{f"exit__{name}": days * DAY for name, days in times.items()})
    assets = np.broadcast_to([gold, 777.0], (runs, 2)).copy()
    return Exit(own, books, assets), books


def state(it, day, number=0):
    return State(it.state(ONE, np.array([number]), day)[0])


def open_and_settle(it, members, amounts, day=0):
    """Escrow what opens an exit, wait and settle; return the day after the opening."""
    it.escrow(act("escrow", members, amounts), day)
    number = int(it.current[0])
    assert state(it, day, number) == State.OPEN
    it.settle(act("settle", 0), day + OPENING)
    return day + OPENING


def test_an_exit_opens_settles_and_pays_pro_rata():
    """The figures of the contract's first test."""
    it, books = way()
    assert state(it, 0) == State.IDLE
    it.escrow(act("escrow", 0, 99.0), 0)
    assert state(it, 0) == State.GATHERING
    assert it.threshold()[0] == 100.0
    it.escrow(act("escrow", 1, 1.0), 0)
    it.escrow(act("escrow", 2, 100.0), 1)
    assert [state(it, day) for day in (6, 7)] == [State.OPEN, State.CLOSING]
    it.settle(act("settle", 0), 7)
    assert state(it, 7) == State.SETTLED
    assert books.supply[0] == 800.0
    assert it.due[0, 0].tolist() == [200_000.0, pytest.approx(155.4)]
    it.claim(act("claim", [0, 1, 2, 2], None, 0), 7 + VESTING)
    paid = it.claimed[0, :, 0].tolist()
    assert paid == [[99_000.0, pytest.approx(76.923)], [1_000.0, pytest.approx(0.777)],
                    [100_000.0, pytest.approx(77.7)]]  # fmt: skip
    assert it.assets[0].tolist() == [800_000.0, pytest.approx(621.6)]


def test_parts_vest_in_a_straight_line_and_never_expire():
    it, _ = way(vesting=10)
    day = open_and_settle(it, 0, 200.0)
    claimed = []
    for days in (0, 1, 5, 10, 5_000):
        it.claim(act("claim", 0, None, 0), day + days)
        claimed.append(it.claimed[0, 0, 0, 0])
    assert claimed == [0.0, 20_000.0, 100_000.0, 200_000.0, 200_000.0]
    at_once, _ = way(vesting=0)
    day = open_and_settle(at_once, 0, 200.0)
    assert at_once.entitlement(ONE, ONE, ONE)[0, 0] == 200_000.0
    at_once.collect(act("collect", 1, None, 0))
    assert at_once.claimable(ONE, ONE, ONE, day)[0, 0] == 200_000.0


def test_a_window_that_passes_lets_the_escrow_go_and_a_new_round_begin():
    it, books = way(threshold=0.5)
    it.escrow(act("escrow", [0, 1], [99.0, 7.0]), 3)
    it.withdraw(act("withdraw", 1, None, 0), 3)
    assert [state(it, day) for day in (16, 17)] == [State.GATHERING, State.LAPSED]
    it.escrow(act("escrow", 1, 1.0), 17)
    assert (it.current[0], state(it, 17, 1)) == (1, State.GATHERING)
    it.withdraw(act("withdraw", 0, None, 0), 40)
    assert books.liquid[0].tolist() == [500.0, 299.0, 200.0]
    for member, number in ((0, 0), (1, 0), (2, 1)):
        with pytest.raises(IllegalAction, match="what it escrowed"):
            it.withdraw(act("withdraw", member, None, number), 17)


def test_nobody_leaves_an_open_exit():
    it, _ = way()
    it.escrow(act("escrow", 0, 100.0), 0)
    for day in (0, OPENING):
        with pytest.raises(IllegalAction, match="did not open"):
            it.withdraw(act("withdraw", 0, None, 0), day)
    with pytest.raises(IllegalAction, match="settled"):
        it.escrow(act("escrow", 0, 100.0), OPENING)
    with pytest.raises(IllegalAction, match="whose opening is over"):
        it.settle(act("settle", 0), OPENING - 1)
    it.settle(act("settle", 0), OPENING)
    with pytest.raises(IllegalAction, match="did not open"):
        it.withdraw(act("withdraw", 0, None, 0), OPENING)
    with pytest.raises(IllegalAction, match="whose opening is over"):
        it.settle(act("settle", 0), OPENING)


def test_the_treasurys_own_tokens_neither_count_nor_share():
    it, _ = way(treasury=9_000.0)
    assert it.circulating()[0] == 1_000.0
    open_and_settle(it, 0, 100.0)
    assert it.due[0, 0, 0] == 100_000.0


def test_silence_opens_an_exit_with_any_escrow_or_none():
    it, books = way()
    it.sign_of_life(ONE, 20)
    with pytest.raises(IllegalAction, match="silent"):
        it.trigger(act("trigger", 0), 20 + SILENCE - 1)
    it.escrow(act("escrow", 0, 1.0), 20 + SILENCE)
    with pytest.raises(IllegalAction, match="is not open"):
        it.trigger(act("trigger", [0, 1]), 20 + SILENCE)
    it.trigger(act("trigger", 1), 20 + SILENCE)
    with pytest.raises(IllegalAction, match="is not open"):
        it.trigger(act("trigger", 1), 20 + SILENCE)
    it.escrow(act("escrow", 1, 1.0), 20 + SILENCE + 1)
    with pytest.raises(IllegalAction, match="settled"):
        it.trigger(act("trigger", 1), 20 + SILENCE + OPENING)
    it.settle(act("settle", 0), 20 + SILENCE + OPENING)
    assert (books.burned[0], it.due[0, 0, 0]) == (2.0, 2_000.0)
    it.trigger(act("trigger", 1), 300)
    it.settle(act("settle", 0), 300 + OPENING)
    assert (it.current[0], state(it, 300 + OPENING, 1)) == (1, State.SETTLED)
    it.claim(act("claim", 0, None, 1), 500)
    assert it.claimed[0, :, 1].sum() == 0.0


def test_a_treasury_that_is_short_pays_as_it_can_and_later_rounds_do_not_count_on_it():
    it, _ = way(vesting=0)
    day = open_and_settle(it, [0, 1], [100.0, 100.0])
    it.assets[0, 0] = 50_000.0
    it.claim(act("claim", 0, None, 0), day)
    assert it.claimed[0, 0, 0, 0] == 25_000.0
    it.assets[0, 0] += 400_000.0
    assert it.outstanding()[0, 0] == 150_000.0
    day = open_and_settle(it, 2, 160.0, day)
    assert it.due[0, 1, 0] == pytest.approx(250_000.0 * 0.2)
    it.claim(act("claim", [0, 1, 2], None, [0, 0, 1]), day)
    assert it.claimed[0, :, :, 0].sum(axis=-1).tolist() == [100_000.0, 100_000.0, 50_000.0]


@pytest.mark.parametrize("amount", [0.0, -1.0, 500.000001])
def test_escrow_is_something_one_has(amount):
    it, _ = way()
    with pytest.raises(IllegalAction, match="escrows"):
        it.escrow(act("escrow", 0, amount), 0)
    with pytest.raises(IllegalAction, match="escrows what it has"):
        it.escrow(act("escrow", [0, 0], 251.0), 0)
    with pytest.raises(IllegalAction, match="settled round"):
        it.claim(act("claim", 0, None, 0), 0)
    it.escrow(act("escrow", 0, 1.0), 0)
    with pytest.raises(IllegalAction, match="what it escrowed"):
        it.withdraw(act("withdraw", [0, 0], None, 0), 0)
    it.withdraw(act("withdraw", 0, None, 0), 0)
    assert it.escrowed[0, 0] == 0.0


@settings(max_examples=60, deadline=None)
@given(
    escrows=st.lists(st.integers(1, 10**8), min_size=3, max_size=3),
    claims=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 120)), max_size=12),
    spends=st.floats(0, 1),
)
def test_parts_sum_to_the_whole_and_nobody_gets_more(escrows, claims, spends):
    it, books = way(threshold=0.01, liquid=((100.0, 100.0, 100.0),))
    amounts = np.maximum(np.array(escrows) / 1e6, 1.0)
    day = open_and_settle(it, [0, 1, 2], amounts)
    whole = it.due[0, 0].copy()
    it.assets[0] *= spends
    before = it.assets[0].copy()
    for member, later in sorted(claims, key=lambda claim: claim[1]):
        it.claim(act("claim", member, None, 0), day + later)
    entitled = it.entitlement(np.zeros(3, int), np.arange(3), np.zeros(3, int))
    np.testing.assert_allclose(entitled.sum(axis=0), whole, rtol=1e-12)
    assert np.all(it.claimed[0, :, 0] <= entitled * (1 + 1e-12))
    np.testing.assert_allclose(it.assets[0] + it.collected[0, 0], before, rtol=1e-12, atol=1e-9)
    assert np.all(it.claimed[0, :, 0].sum(axis=0) <= it.collected[0, 0] * (1 + 1e-12))
    assert conserved(books).max() < 1e-14


def busy(seed, runs=3):
    """Yield a day's actions that every run can do, whatever state its round is in."""
    draw = np.random.default_rng(seed)
    for day in range(0, 200, 5):
        run = np.repeat(np.arange(runs), 2)
        yield "escrow", act("escrow", draw.integers(0, 3, run.size), 1.0, run=run), day
        yield "claim", act("claim", draw.integers(0, 3, run.size), None, 0, run=run), day + 2
        yield "settle", act("settle", [0] * runs, run=np.arange(runs)), day + 4


def play(it, verb, actions, day):
    """Do those of the actions that their runs allow."""
    number = it.current[actions.run] if verb != "claim" else actions.target
    found = it.state(actions.run, number, day)
    legal = {
        "escrow": found != State.CLOSING,
        "claim": found == State.SETTLED,
        "settle": found == State.CLOSING,
    }[verb]
    getattr(it, verb)(actions.where(legal), day)


def test_a_run_in_a_batch_is_that_run_alone_and_members_have_no_order():
    thresholds, order = (0.003, 0.01, 0.5), [1, 2, 0]
    liquid = ((500.0, 300.0, 200.0),) * 3
    batch, books = way(thresholds, liquid=liquid)
    other, others = way(thresholds, liquid=np.array(liquid)[:, order])
    singles = [way(threshold) for threshold in thresholds]
    for verb, actions, day in busy(2):
        play(batch, verb, actions, day)
        play(other, verb, renamed(actions, order), day)
        for run, (single, _) in enumerate(singles):
            play(single, verb, alone(actions, run), day)
    assert batch.current.tolist()[0] > 5
    np.testing.assert_allclose(books.liquid[:, order], others.liquid, rtol=1e-14)
    np.testing.assert_allclose(batch.claimed[:, order], other.claimed, rtol=1e-13)
    for run, (single, own) in enumerate(singles):
        rounds = single.started.shape[1]
        assert single.current[0] == batch.current[run]
        assert own.liquid[0].tolist() == books.liquid[run].tolist()
        assert own.burned[0] == books.burned[run]
        for name in ("started", "open_until", "settled_at", "escrowed", "due", "collected"):
            found = getattr(batch, name)[run, :rounds]
            assert getattr(single, name)[0].tolist() == found.tolist(), name
        assert single.claimed[0].tolist() == batch.claimed[run, :, :rounds].tolist()
