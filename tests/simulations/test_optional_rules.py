"""Rules that have no contract here, against published values and what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from governance.units import DAY
from simulations.mechanisms import conviction, hatch, locks, optimistic, quadratic

YEAR = 365.0 * DAY
ROUND = np.zeros((1, 20, 3))
"""One round: five gifts of 200, two of 500 and twenty of 50."""
ROUND[0, :5, 0], ROUND[0, :2, 1], ROUND[0, :, 2] = 200, 500, 50

gifts = arrays.arrays(np.float64, (2, 5, 3), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1e6)))


def one(value: float) -> np.ndarray:
    return np.array([float(value)])


# quadratic


def test_three_gifts_raise_the_square_of_their_roots():
    small = np.array([[[9.0], [4.0], [1.0]]])
    assert quadratic.ideal(small) == pytest.approx(36)
    assert quadratic.subsidy(small) == pytest.approx(22)


def test_a_pool_is_shared_in_either_form():
    ideal = quadratic.matched(quadratic.ideal(ROUND), one(10_000))
    assert ideal[0] == pytest.approx([1_851.85, 740.74, 7_407.41], abs=0.005)
    subsidy = quadratic.matched(quadratic.subsidy(ROUND), one(10_000))
    assert subsidy[0] == pytest.approx([1_666.67, 416.67, 7_916.67], abs=0.005)


def test_a_pool_that_suffices_keeps_the_rest():
    assert quadratic.matched(quadratic.subsidy(ROUND), one(1e6)).sum() == pytest.approx(24_000)
    assert quadratic.share_paid(np.zeros((1, 3)), one(0)) == 1


def test_alpha_of_a_clr_fund_round():
    """clr.fund's test data of the EthStaker round, with a budget of twice the gifts."""
    given_, squares = 6_457_377_088, 8_202_951_014_814
    owed = np.array([[float(squares - given_)]])
    alpha = quadratic.share_paid(owed, one(given_))
    assert alpha == pytest.approx(787_821_887_432_283 / 1e18, rel=1e-12)
    total = given_ + quadratic.matched(owed, one(given_)).sum()
    assert total == pytest.approx(12_914_754_176)


@settings(deadline=None)
@given(gifts)
def test_gifts_split_over_names_raise_as_many_times_more(amounts):
    split = np.repeat(amounts / 4, 4, axis=1)
    np.testing.assert_allclose(quadratic.ideal(split), 4 * quadratic.ideal(amounts), rtol=1e-9)


@settings(deadline=None)
@given(gifts)
def test_without_a_bound_pairs_draw_the_whole_subsidy(amounts):
    bounded = quadratic.pairwise_subsidy(amounts, np.array([1e30, 1e30]))
    np.testing.assert_allclose(bounded, quadratic.subsidy(amounts), rtol=1e-9, atol=1e-6)


@settings(deadline=None)
@given(gifts, st.floats(0.1, 1e3))
def test_a_clique_draws_at_most_the_bound_of_its_pairs(amounts, bound):
    """``k (k - 1) D``, and never more than without a bound; nearly that for very large gifts."""
    drawn = quadratic.pairwise_subsidy(amounts, np.array([bound, 2 * bound]))
    assert (drawn <= quadratic.subsidy(amounts) * (1 + 1e-9) + 1e-6).all()
    assert (drawn.sum(axis=1) <= 5 * 4 * np.array([bound, 2 * bound]) * (1 + 1e-9)).all()
    rich = quadratic.pairwise_subsidy(np.full((1, 5, 3), 1e12), one(bound))
    assert rich.sum() == pytest.approx(5 * 4 * bound, rel=1e-6)


def test_a_pair_on_one_project_by_hand():
    """Gifts of 4 and 9: twice 6, times 3 / (3 + 6)."""
    assert quadratic.pairwise_subsidy(np.array([[[4.0], [9.0]]]), one(3)) == pytest.approx(4)


@settings(deadline=None)
@given(gifts, st.permutations(range(5)))
def test_who_gives_first_does_not_matter(amounts, order):
    bound = np.array([3.0, 30.0])
    for rule in (quadratic.ideal, lambda g: quadratic.pairwise_subsidy(g, bound)):
        np.testing.assert_allclose(rule(amounts[:, order]), rule(amounts), rtol=1e-9, atol=1e-6)


def test_votes_cost_their_square():
    credits = np.array([[1.0, 4, 9, 100, 0, -16]])
    assert quadratic.votes(credits)[0] == pytest.approx([1, 2, 3, 10, 0, -4])


# conviction: 1Hive's and Aragon's notebooks

THREE_DAYS = conviction.decay(one(3 * DAY))
SUPPLY, RHO, BETA = one(22_392.22), one(0.0025), one(0.2)


def test_decay_from_a_half_life():
    assert conviction.decay(one(7 * DAY)) == pytest.approx(0.9057236642639067, rel=1e-14)
    hourly = conviction.decay(one(7 * DAY), step=3_600)
    assert hourly == pytest.approx(0.9958826236582974, rel=1e-14)
    assert THREE_DAYS[0] == pytest.approx(0.7937005259840998, rel=1e-14)


def test_conviction_gathers_and_decays():
    assert conviction.conviction(one(0), one(15_000), one(0.9), 10) == pytest.approx(97_698.234)
    week = conviction.decay(one(7 * DAY))
    assert conviction.conviction(one(100_000), one(0), week, 7) == pytest.approx(50_000)


def test_thresholds_as_published():
    at_nothing = conviction.threshold(one(0), SUPPLY, THREE_DAYS, RHO, BETA)
    reachable = conviction.most(SUPPLY, THREE_DAYS)
    assert at_nothing == pytest.approx(6_783.893932236272, rel=1e-12)
    assert reachable == pytest.approx(108_542.30291578037, rel=1e-12)
    assert at_nothing / reachable == pytest.approx(0.0625)
    fundable = conviction.largest_share(SUPPLY, SUPPLY, RHO, BETA) * 4_867.21
    assert fundable == pytest.approx(730.0815)
    assert np.isinf(conviction.threshold(one(0.2), SUPPLY, THREE_DAYS, RHO, BETA))
    assert np.isinf(conviction.threshold(one(0.3), SUPPLY, THREE_DAYS, RHO, BETA))
    assert conviction.largest_share(one(0), SUPPLY, RHO, BETA) == 0


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 50), st.floats(0, 50))
def test_two_spans_of_conviction_are_one(before, support, first, second):
    kept = THREE_DAYS
    middle = conviction.conviction(one(before), one(support), kept, first)
    whole = conviction.conviction(one(before), one(support), kept, first + second)
    np.testing.assert_allclose(
        conviction.conviction(middle, one(support), kept, second), whole, rtol=1e-9, atol=1e-6
    )


def test_the_wait_is_when_conviction_reaches_the_threshold():
    before, support, needed = one(50), one(5_000), one(7_000)
    steps = conviction.steps_to_pass(before, support, THREE_DAYS, needed)
    assert conviction.conviction(before, support, THREE_DAYS, steps[0]) == pytest.approx(7_000)
    assert conviction.steps_to_pass(needed, support, THREE_DAYS, needed) == 0
    assert conviction.steps_to_pass(needed + 1, one(1_000), THREE_DAYS, needed) == 0
    assert np.isinf(conviction.steps_to_pass(before, one(1_000), THREE_DAYS, needed))


def test_an_exit_makes_nothing_executable_under_an_averaged_supply():
    """Half of the supply leaves, its support too: conviction lags, and so must the threshold."""
    share, kept = one(0.1), THREE_DAYS
    held = conviction.most(one(4_000), kept)
    before = conviction.threshold(share, SUPPLY, kept, RHO, BETA)
    assert held < before
    assert held > conviction.threshold(share, SUPPLY / 2, kept, RHO, BETA), "passes at once"
    for steps in (0, 0.01, 1, 5, 50):
        supply = conviction.averaged(SUPPLY, SUPPLY / 2, kept, steps)
        left = conviction.conviction(held, one(2_000), kept, steps)
        assert left < conviction.threshold(share, supply, kept, RHO, BETA)


# locks: Curve's integers


@pytest.mark.parametrize(("years", "votes"), [(4, 999.99999999998), (1, 249.999999999995)])
def test_votes_of_a_lock_are_rounded_down(years, votes):
    power = locks.power(np.array([[1_000.0]]), np.array([[years * YEAR]]), 0.0)
    wei = 10**21 // (4 * 365 * DAY) * years * 365 * DAY
    assert power[0, 0] == pytest.approx(wei / 1e18, rel=1e-15)
    assert power[0, 0] == pytest.approx(votes, abs=1e-11)
    assert power[0, 0] < 250 * years


def test_a_lock_ends_on_a_week_and_then_has_no_votes():
    ends = locks.unlock(3.5 * DAY, np.array([[YEAR]]))
    assert ends % (7 * DAY) == 0
    assert ends == 52 * 7 * DAY
    amount = np.array([[1_000.0]])
    assert locks.power(amount, ends, float(ends[0, 0])) == 0
    assert locks.power(amount, ends, float(ends[0, 0]) + DAY) == 0
    later = [locks.power(amount, ends, t * DAY)[0, 0] for t in (0, 100, 200)]
    assert later[0] - later[1] == pytest.approx(later[1] - later[2])


def test_gauges_divide_by_votes_that_fall():
    """Equal votes today, one lock twice as long: they part as the short one runs out."""
    given_ = np.array([[[1.0, 0.0], [0.25, 0.75]]])
    slopes, ends = np.array([[[2.0], [1.0]]]), np.array([[[7.0 * DAY], [14.0 * DAY]]])
    assert locks.gauge_weights(given_, slopes, ends, 6 * DAY)[0] == pytest.approx([0.625, 0.375])
    assert locks.gauge_weights(given_, slopes, ends, 7 * DAY)[0] == pytest.approx([0.25, 0.75])
    assert np.isnan(locks.gauge_weights(given_, slopes, ends, 14 * DAY)).all()


def test_a_change_waits_ten_days_and_is_whole_or_refused():
    given_ = np.zeros((1, 3, 2))
    never = np.full(given_.shape, -np.inf)
    wanted = np.array([[[0.6, 0.4], [0.9, 0.2], [-0.1, 0.5]]])
    first, last = locks.recast(given_, wanted, never, 0.0)
    np.testing.assert_array_equal(first, [[[0.6, 0.4], [0, 0], [0, 0]]])
    assert (last[0, 0] == 0).all()
    assert np.isinf(last[0, 1:]).all()
    swapped = first[..., ::-1].copy()
    early, _ = locks.recast(first, swapped, last, 10 * DAY - 1.0)
    np.testing.assert_array_equal(early, first)
    due, _ = locks.recast(first, swapped, last, 10 * DAY)
    np.testing.assert_array_equal(due, swapped)
    less, moved = locks.recast(first, first * [1, 0.5], np.where([1, 0], last, -np.inf), 5.0)
    np.testing.assert_array_equal(less[0, 0], [0.6, 0.2])
    np.testing.assert_array_equal(moved[0, 0], [0, 5])


@pytest.mark.parametrize(("votes", "times"), [(0.1, 2.5), (0.05, 1.75), (0.02, 1.3), (0, 1)])
def test_boost_of_a_tenth_of_a_pool(votes, times):
    assert locks.boost(one(0.1), one(1), one(votes), one(1)) == pytest.approx(times)


# optimistic


def test_only_vetoes_within_the_window_count():
    votes = np.array([[10.0, 20, 30, 40]])
    cast = np.array([[0.0, 50.0, 150.0, 151.0]])
    assert optimistic.vetoes(votes, cast, one(50), one(100)) == 50
    assert optimistic.vetoes(votes, np.full((1, 4), np.inf), one(50), one(100)) == 0
    assert optimistic.passes(one(19.9), one(100), one(0.2))
    assert not optimistic.passes(one(20), one(100), one(0.2))


def test_a_veto_over_the_supply_is_out_of_reach():
    """Fifteen of a hundred tokens are delegated, a fifth of all must object."""
    assert optimistic.reach(one(15), one(100), one(0.2)) == pytest.approx(0.75)
    assert optimistic.reach(one(15), one(15), one(0.2)) == pytest.approx(5)


def test_a_window_is_as_good_as_its_watchers():
    """PantherBase had twelve hours; one look a day misses that more often than not."""
    daily = one(1 / DAY)
    assert optimistic.unnoticed(daily, one(DAY / 2)) == pytest.approx(0.60653, abs=1e-5)
    window = optimistic.least_window(daily, one(0.001))
    assert window / DAY == pytest.approx(6.9078, abs=1e-4)
    assert optimistic.unnoticed(daily, window) == pytest.approx(0.001)


# hatch: the Commons Stack's tests


@pytest.mark.parametrize(("day", "share"), [(0, 0), (89, 0), (90, 0), (180, 0.5), (270, 0.75)])
def test_a_hatch_vests_by_half_lives(day, share):
    terms = one(90 * DAY), one(90 * DAY)
    assert hatch.vested_share(*terms, day * DAY) == pytest.approx(share, abs=1e-15)


def test_four_fifths_in_ninety_days():
    half_life = hatch.half_life_for(one(0.8), one(90), 2)
    assert half_life == pytest.approx(20.82403918437833, rel=1e-12)
    assert 2 * half_life == pytest.approx(41.64807836875666, rel=1e-12)
    assert hatch.vested_share(2 * half_life, half_life, 90) == pytest.approx(0.8)


def test_a_raise_is_split_whole():
    assert hatch.split(one(100_000), one(0.02)) == (2_000, 98_000)


# every rule: a batch is its runs


def test_runs_do_not_mix():
    both = np.concatenate([ROUND, ROUND[:, ::-1] * 3])
    bound = np.array([5.0, 50.0])
    together = quadratic.pairwise_subsidy(both, bound)
    for run in range(2):
        rows = slice(run, run + 1)
        np.testing.assert_array_equal(
            quadratic.pairwise_subsidy(both[rows], bound[rows]), together[rows]
        )
        np.testing.assert_array_equal(
            quadratic.matched(quadratic.ideal(both[rows]), bound[rows]),
            quadratic.matched(quadratic.ideal(both), bound)[rows],
        )
