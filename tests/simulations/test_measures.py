"""Measures of concentration, capture, chance and juries against published and derived values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from simulations.measures import capture, chances, concentration, juries, welfare
from simulations.measures.concentration import nakamoto
from simulations.measures.ranks import rank_correlation

YEAR = 365.0 * 86_400
VECTORS = {
    (1, 1, 1, 1): 0.25,
    (0, 0, 0, 1): 1,
    (1, 2, 3, 4): 0.30,
    (50, 20, 10, 10, 10): 0.32,
}
holdings = arrays.arrays(np.float64, (2, 6), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1e6)))


def one(value: float) -> np.ndarray:
    return np.array([float(value)])


# concentration


@pytest.mark.parametrize(("values", "expected"), VECTORS.items())
def test_herfindahl(values, expected):
    row = np.array([values], dtype=float)
    assert concentration.herfindahl(row) == pytest.approx(expected)
    assert concentration.effective_members(row) == pytest.approx(1 / expected)


def test_nobody_holds_anything():
    nothing = np.zeros((2, 3))
    for measure in (concentration.herfindahl, concentration.effective_members):
        assert np.isnan(measure(nothing)).all()
    assert np.isnan(concentration.top_share(nothing, 2)).all()
    np.testing.assert_array_equal(concentration.least_reaching(nothing, np.zeros(2)), [0, 0])


def test_top_share():
    row = np.array([[10.0, 50, 10, 20, 10]])
    assert [concentration.top_share(row, k)[0] for k in (1, 2, 5, 9)] == [0.5, 0.7, 1, 1]


@pytest.mark.parametrize(("needed", "members"), [(0, 0), (1, 1), (50, 1), (51, 2), (100, 5)])
def test_least_that_reach_a_quorum(needed, members):
    row = np.array([[10.0, 50, 10, 20, 10]])
    assert concentration.least_reaching(row, one(needed)) == members


def test_a_quorum_nobody_can_reach():
    assert np.isnan(concentration.least_reaching(np.array([[10.0, 20]]), one(30.1)))


@settings(deadline=None)
@given(holdings, st.permutations(range(6)), st.integers(1, 5))
def test_who_is_who_does_not_matter(values, order, count):
    """Also a transfer to a richer member never spreads, and the bounds hold."""
    needed = values.sum(axis=1) * 0.4
    for measure in (
        concentration.herfindahl,
        lambda v: concentration.top_share(v, count),
        lambda v: concentration.least_reaching(v, needed),
    ):
        np.testing.assert_allclose(measure(values[:, order]), measure(values), rtol=1e-9)
    squares = concentration.herfindahl(values)
    held = values.sum(axis=1) > 0
    assert ((squares[held] >= 1 / 6 - 1e-12) & (squares[held] <= 1 + 1e-12)).all()
    richer = np.sort(values, axis=1)
    richer[:, -1] += richer[:, 0]
    richer[:, 0] = 0
    assert (concentration.herfindahl(richer)[held] >= squares[held] - 1e-12).all()


@settings(deadline=None)
@given(holdings)
def test_just_over_half_is_the_nakamoto_coefficient(values):
    total = values.sum(axis=1)
    majority = concentration.least_reaching(values, np.nextafter(total * 0.5, np.inf))
    known = total > 0
    np.testing.assert_array_equal(majority[known], nakamoto(values)[known])


# capture


@pytest.mark.parametrize(("share", "paid"), [(0.1, 1 / 9), (0.25, 1 / 3), (0.5, 1), (0.9, 9)])
def test_buying_a_share_of_a_pool(share, paid):
    assert capture.to_buy(one(1_000 * share), one(1_000), one(7)) == pytest.approx(7 * paid)


def test_buying_in_parts_costs_the_same_and_all_of_it_cannot_be_had():
    first = capture.to_buy(one(100), one(1_000), one(7))
    second = capture.to_buy(one(150), one(900), 7 + first)
    assert first + second == pytest.approx(capture.to_buy(one(250), one(1_000), one(7)))
    assert np.isinf(capture.to_buy(one(1_000), one(1_000), one(7)))
    assert capture.to_buy(one(0), one(1_000), one(7)) == 0


def test_a_lease_cost_a_sixth_of_a_percent_of_the_token():
    """LobbyFi on Arbitrum, April 2025: 19.3 million votes for about 10,000 dollars."""
    votes, price = one(19.3e6), one(6.5e6 / 19.3e6)
    lease = capture.to_lease(votes, one(0.0005), offered=votes)
    assert lease == pytest.approx(9_650)
    value = votes * price
    assert value / capture.to_lease(votes, one(1e4 / 19.3e6), votes) == pytest.approx(650)
    assert np.isinf(capture.to_lease(votes, one(0.0005), offered=votes - 1))


def test_borrowing_costs_interest_for_as_long_as_votes_must_be_held():
    terms = one(1_000), one(2), one(0.1)
    assert capture.to_borrow(*terms, one(YEAR), one(1_000)) == pytest.approx(200)
    week = capture.to_borrow(*terms, one(7 * 86_400), one(1_000))
    assert week == pytest.approx(200 * 7 / 365)
    assert capture.to_borrow(*terms, one(0), one(1_000)) == 0, "a flash loan"
    assert np.isinf(capture.to_borrow(*terms, one(0), one(999)))


def test_capture_takes_the_cheapest_way():
    buy, borrow, lease = np.array([[9.0, 5, 5], [8, 2, 6], [7, 3, np.inf]])
    least = capture.cost_to_capture(buy, borrow, lease)
    np.testing.assert_array_equal(least, [7, 2, 5])
    treasury = np.array([14.0, 1, 0])
    np.testing.assert_array_equal(capture.security(least, treasury), [0.5, 2, np.inf])


@pytest.mark.parametrize(
    ("against", "quorum", "approval", "needed"),
    [
        (633_636, 400_000, 0.5, 633_636),  # Compound 289 took 682,191
        (100_000, 400_000, 0.5, 400_000),
        (100, 10, 2 / 3, 200),
        (100, 10, 0.4, 100),
        (0, 0, 1.0, 0),
        (1, 0, 1.0, np.inf),
    ],
)
def test_votes_needed(against, quorum, approval, needed):
    assert capture.votes_needed(one(against), one(quorum), one(approval)) == pytest.approx(needed)


# chances


@pytest.mark.parametrize("count", [1, 7, 200])
@pytest.mark.parametrize("part", [0, 0.1, 0.5, 1])
def test_wilson_is_scipys(count, part):
    successes = round(part * count)
    ours = chances.wilson(np.array([successes]), count)
    theirs = stats.binomtest(successes, count).proportion_ci(method="wilson")
    assert (ours.low[0], ours.high[0]) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert ours.share == successes / count


@pytest.mark.parametrize(("trials", "half"), [(100, 0.059), (1_000, 0.019), (10_000, 0.0059)])
def test_error_of_one_in_ten(trials, half):
    found = chances.wilson(np.array([trials // 10]), trials)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.03)


@pytest.mark.parametrize("trials", [30, 100, 1_000])
def test_rule_of_three(trials):
    """Exactly the chance at which nothing is seen one time in twenty."""
    bound = chances.never_seen(trials)
    assert (1 - bound) ** trials == pytest.approx(0.05)
    assert bound == pytest.approx(3 / trials, rel=0.06)
    wilson = chances.wilson(np.array([0]), trials)
    assert wilson.low == 0
    assert bound < wilson.high[0] < 1.3 * bound


def test_when_a_treasury_is_first_empty():
    balances = np.array([[5.0, 3, 1], [5, 0, 4], [5, -1, -2], [0, 1, 1]])
    first = chances.first_empty(balances)
    np.testing.assert_array_equal(first, [np.inf, 1, 1, 0])
    np.testing.assert_array_equal(chances.first_empty(balances, least=3), [1, 1, 1, 0])
    by = chances.empty_by(first, np.array([0, 1, 2]))
    np.testing.assert_array_equal(by.share, [0.25, 0.75, 0.75])
    assert ((by.low < by.share) & (by.share < by.high)).all()


def test_a_runway_without_luck():
    """12 million at half a million a month last 24 months."""
    months = 12 - 0.5 * np.arange(37.0)
    assert chances.first_empty(months[None]) == 24


def test_ruin_as_published():
    assert chances.ruin(one(12), one(0.2), one(2)) == pytest.approx(0.3012, abs=5e-5)
    assert chances.ruin(one(12), one(-0.2), one(2)) == 1
    assert chances.ruin(one(12), one(0), one(2)) == 1
    late = chances.ruin_by(one(12), one(0.2), one(2), one(1e6))
    assert late == pytest.approx(chances.ruin(one(12), one(0.2), one(2)))
    assert chances.ruin_by(one(12), one(-0.2), one(2), one(1e6)) == pytest.approx(1)


def test_random_walks_run_dry_as_often_as_brownian_motion_or_less():
    """In fine steps nearly as often; the gap is the dips between steps."""
    draws = np.random.default_rng(5).standard_normal((4_000, 100 * 16))
    fine = 12 + np.cumsum(0.2 / 16 + 2 / 4 * draws, axis=1)
    ends = np.array([20.0, 50.0, 100.0])
    exact = chances.ruin_by(one(12), one(0.2), one(2), ends)
    steps = (ends * 16).astype(int) - 1
    found = chances.empty_by(chances.first_empty(fine), steps)
    coarse = chances.empty_by(chances.first_empty(fine[:, 15::16]), ends.astype(int) - 1)
    assert (found.low < exact).all()
    assert found.share == pytest.approx(exact, abs=0.02)
    assert (coarse.share < found.share).all()
    assert (np.diff(found.share) > 0).all()


# juries


@pytest.mark.parametrize(("jurors", "right"), [(1, 0.7), (3, 0.784), (5, 0.83692), (7, 0.873964)])
def test_condorcet(jurors, right):
    assert juries.condorcet(one(0.7), np.array([jurors])) == pytest.approx(right, abs=1e-12)
    assert juries.panel(np.full((1, jurors), 0.7)) == pytest.approx(right, abs=1e-12)


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(1, 30))
def test_a_panel_of_equals_is_condorcets(accuracy, jurors):
    """And a coin-decided even panel is as good as the odd one below it."""
    equal = juries.condorcet(one(accuracy), np.array([jurors]))
    np.testing.assert_allclose(juries.panel(np.full((1, jurors), accuracy)), equal, atol=1e-12)
    mirrored = juries.condorcet(one(1 - accuracy), np.array([jurors]))
    np.testing.assert_allclose(equal + mirrored, 1, atol=1e-12)
    if jurors % 2 == 0:
        below = juries.condorcet(one(accuracy), np.array([jurors - 1]))
        np.testing.assert_allclose(equal, below, atol=1e-12)


@settings(deadline=None)
@given(arrays.arrays(np.float64, (2, 5), elements=st.floats(0, 1)), st.permutations(range(5)))
def test_a_better_juror_never_hurts_and_seats_do_not_matter(accuracies, seats):
    right = juries.panel(accuracies)
    np.testing.assert_allclose(juries.panel(accuracies[:, seats]), right, atol=1e-12)
    better = accuracies.copy()
    better[:, 2] = 1.0
    assert (juries.panel(better) >= right - 1e-12).all()
    np.testing.assert_array_equal(juries.panel(accuracies[:1]), right[:1])


def test_panels_grow_with_appeals():
    sizes = juries.panel_sizes(3, 4)
    np.testing.assert_array_equal(sizes, [3, 7, 15, 31, 63])
    assert (np.diff(juries.condorcet(np.full(5, 0.6), sizes)) > 0).all()
    assert (np.diff(juries.condorcet(np.full(5, 0.4), sizes)) < 0).all()


def test_ruling_accuracy():
    rulings = np.array([[1, 2, 0, -1], [2, 2, 2, 2], [-1, -1, -1, -1]])
    truth = np.array([[1, 1, 0, 2], [2, 2, 2, -1], [1, 1, 1, 1]])
    np.testing.assert_array_equal(juries.ruling_accuracy(rulings, truth), [2 / 3, 1, np.nan])


# ranks


def test_rank_correlation_by_hand():
    """``1 - 6 sum d**2 / (n (n**2 - 1))`` without ties: rank differences 1, 1, 0, 0."""
    assert np.isnan(rank_correlation(np.array([1.0, 2]), np.array([1.0, 2]))), "too few"
    found = rank_correlation(np.array([1.0, 20, 30, 400]), np.array([2.0, 1, 3, 9]))
    assert found == pytest.approx(1 - 6 * 2 / (4 * 15))
    flat = np.ones(4)
    assert np.isnan(rank_correlation(flat, np.arange(4.0)))
    assert np.isnan(rank_correlation(np.arange(4.0), flat))


@given(arrays.arrays(np.float64, 6, elements=st.floats(-50, 50), unique=True))
def test_rank_correlation_sees_order_alone(values):
    assert rank_correlation(values, np.cbrt(values)) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)


# welfare


def test_surplus_by_hand():
    """No version, one of quality 0, two of which one is flawed."""
    quality = np.array([[0.0, 5], [0, 5], [np.log(2), 0]])
    runs = np.array([[False, False], [True, False], [True, True]])
    flawed = np.array([[True, True], [False, True], [True, False]])
    found = welfare.surplus(quality, runs, flawed, 2.0)
    np.testing.assert_allclose(found, [0, np.log(2), np.log(4) - 2 * 2 / 4])


@given(arrays.arrays(np.float64, (1, 5), elements=st.floats(-3, 3)), st.integers(0, 4))
def test_surplus_grows_with_quality_and_choice_and_falls_with_flaws(quality, place):
    runs, sound = np.ones((1, 5), dtype=bool), np.zeros((1, 5), dtype=bool)
    here = np.eye(5, dtype=bool)[place : place + 1]
    base = welfare.surplus(quality, runs, sound, 2.0)
    assert welfare.surplus(quality + here, runs, sound, 2.0) > base
    assert welfare.surplus(quality, runs & ~here, sound, 2.0) < base
    assert welfare.surplus(quality, runs, here, 2.0) < base
    padded = (np.pad(each, ((0, 0), (0, 3))) for each in (quality, runs, sound))
    assert welfare.surplus(*padded, 2.0) == base, "versions of other runs change no digit"


@pytest.mark.parametrize("count", [1, 2])
def test_the_logarithm_of_a_surplus_is_not_taken_of_a_column(count):
    """Of a column numpy's logarithm has a last digit that depends on where its result lies."""
    total = welfare._total(np.ones((count, 5)))
    assert total.base is None
    assert total.strides == (8,)
