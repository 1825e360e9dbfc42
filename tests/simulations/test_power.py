"""Voting power against published games and what every power index promises."""

from itertools import combinations, permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulations.measures.power import (
    banzhaf,
    banzhaf_index,
    of_largest,
    pooled,
    sampled,
    shapley_shubik,
    to_whole,
)

COUNCILS = {
    1958: (12, [4] * 3 + [2] * 2 + [1]),
    1973: (41, [10] * 4 + [5] * 2 + [3] * 2 + [2]),
    1995: (62, [10] * 4 + [8] + [5] * 4 + [4] * 2 + [3] * 3 + [2]),
}
"""Quotas and votes of the Council of the European Communities in three years."""

PUBLISHED = {
    1958: ([10, 6, 0], 42, [14 / 60, 9 / 60, 0]),
    1973: ([53, 29, 21, 5], 317, [5 / 28, 17 / 210, 2 / 35, 1 / 105]),
    1995: (
        [1849, 1531, 973, 793, 595, 375],
        16_565,
        [7 / 60, 860 / 9_009, 19_883 / 360_360, 743 / 16_380, 1_588 / 45_045, 932 / 45_045],
    ),
}
"""Swings, their sum and the Shapley-Shubik index, by size of vote: the values of the literature
(Bilbao and others 2000 for 1995), with all digits from counting every coalition."""


def game(quota: int, weights: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([weights]), np.array([quota])


def by_size(values: np.ndarray, weights: list[int]) -> list[float]:
    return [values[weights.index(size)] for size in sorted(set(weights), reverse=True)]


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_council_as_published(year):
    quota, weights = COUNCILS[year]
    swings, total, shapleys = PUBLISHED[year]
    index = banzhaf_index(*game(quota, weights))[0]
    assert by_size(index, weights) == pytest.approx(np.array(swings) / total, abs=1e-14)
    measure = banzhaf(*game(quota, weights))[0] * 2 ** (len(weights) - 1)
    assert by_size(measure, weights) == pytest.approx(swings, abs=1e-9)
    shapley = shapley_shubik(*game(quota, weights))[0]
    assert by_size(shapley, weights) == pytest.approx(shapleys, abs=1e-14)


def test_luxembourg_had_no_power_in_1958():
    luxembourg = game(*COUNCILS[1958])
    assert banzhaf(*luxembourg)[0, -1] == pytest.approx(0, abs=1e-15)
    assert shapley_shubik(*luxembourg)[0, -1] == pytest.approx(0, abs=1e-15)


def test_the_security_council():
    """Shapley and Shubik 1954, with the fifteen members since 1965."""
    council = game(39, [7] * 5 + [1] * 10)
    assert shapley_shubik(*council)[0, [0, -1]] == pytest.approx([421 / 2145, 4 / 2145])
    assert banzhaf_index(*council)[0, [0, -1]] == pytest.approx([848 / 5080, 84 / 5080])


@pytest.mark.parametrize(
    ("quota", "weights", "swings", "index", "shapley"),
    [
        (51, [50, 49, 1], [0.75, 0.25, 0.25], [0.6, 0.2, 0.2], [2 / 3, 1 / 6, 1 / 6]),
        (
            6, [4, 3, 2, 1], [5 / 8, 3 / 8, 3 / 8, 1 / 8], [5 / 12, 1 / 4, 1 / 4, 1 / 12],
            [5 / 12, 1 / 4, 1 / 4, 1 / 12],
        ),
        (
            50, [10, 10, 20, 30], [1 / 8, 1 / 8, 3 / 8, 5 / 8], [0.1, 0.1, 0.3, 0.5],
            [1 / 12, 1 / 12, 1 / 4, 7 / 12],
        ),
    ],
)  # fmt: skip
def test_small_games(quota, weights, swings, index, shapley):
    small = game(quota, weights)
    assert banzhaf(*small)[0] == pytest.approx(swings)
    assert banzhaf_index(*small)[0] == pytest.approx(index)
    assert shapley_shubik(*small)[0] == pytest.approx(shapley)


def enumerated(quota: int, weights: list[int]) -> tuple[list[float], list[float]]:
    """Both powers by counting every coalition and every order."""
    members = range(len(weights))
    swings = [0.0] * len(weights)
    pivots = [0.0] * len(weights)
    for member in members:
        others = [m for m in members if m != member]
        for size in range(len(others) + 1):
            for coalition in combinations(others, size):
                held = sum(weights[m] for m in coalition)
                swings[member] += held < quota <= held + weights[member]
    for order in permutations(members):
        held = 0
        for member in order:
            pivots[member] += held < quota <= held + weights[member]
            held += weights[member]
    return [s / 2 ** (len(weights) - 1) for s in swings], [
        p / factorial(len(weights)) for p in pivots
    ]


games = st.lists(st.integers(0, 12), min_size=1, max_size=6).flatmap(
    lambda weights: st.tuples(st.integers(0, sum(weights) + 1), st.just(weights))
)


@settings(max_examples=150, deadline=None)
@given(games)
def test_powers_are_those_of_all_coalitions_and_orders(drawn):
    quota, weights = drawn
    swings, pivots = enumerated(quota, weights)
    assert banzhaf(*game(quota, weights))[0] == pytest.approx(swings, abs=1e-14)
    assert shapley_shubik(*game(quota, weights))[0] == pytest.approx(pivots, abs=1e-14)


wide = st.lists(st.integers(0, 60), min_size=2, max_size=40).filter(lambda w: sum(w) > 0)


@settings(max_examples=60, deadline=None)
@given(wide, st.floats(0, 1), st.randoms())
def test_what_every_power_index_promises(weights, share, random):
    """Efficiency, order by weight, nothing for nothing, permutation, and the dual game's power."""
    total = sum(weights)
    quota = min(total, 1 + int(share * total))
    order = list(range(len(weights)))
    random.shuffle(order)
    by_weight = np.argsort(weights, kind="stable")
    assert shapley_shubik(*game(quota, weights)).sum() == pytest.approx(1, abs=1e-12)
    for power in (banzhaf, shapley_shubik):
        values = power(*game(quota, weights))[0]
        assert (np.diff(values[by_weight]) >= -1e-13).all()
        assert (values[np.array(weights) == 0] == 0).all()
        assert (values >= 0).all()
        shuffled = power(*game(quota, [weights[m] for m in order]))[0]
        np.testing.assert_allclose(shuffled, values[order], atol=1e-14)
        dual = power(*game(total + 1 - quota, weights))[0]
        np.testing.assert_allclose(dual, values, atol=1e-13)


def test_equals_in_a_thousand_share_equally():
    weights, quota = np.ones((1, 1_001), dtype=int), np.array([501])
    np.testing.assert_allclose(shapley_shubik(weights, quota), 1 / 1_001, rtol=1e-10)
    root = np.sqrt(2 / (np.pi * 1_000))
    assert banzhaf(weights, quota)[0, 0] == pytest.approx(root, rel=1e-3), "Penrose's square root"


def test_unanimity_of_two_hundred_is_not_lost_in_rounding():
    weights, quota = np.ones((1, 200), dtype=int), np.array([200])
    np.testing.assert_allclose(banzhaf(weights, quota), 2.0**-199, rtol=1e-12)
    np.testing.assert_allclose(shapley_shubik(weights, quota), 1 / 200, rtol=1e-10)


def test_a_whale_in_an_ocean_has_more_power_than_tokens():
    """With 40 % against very many small holders, ``r / (1 - r)`` (Milnor and Shapley 1978)."""
    weights = np.array([[666] + [1] * 999])
    power = shapley_shubik(weights, weights.sum(axis=1) // 2 + 1)[0]
    assert power[0] == pytest.approx(2 / 3, abs=1e-3)
    assert power.sum() == pytest.approx(1, abs=1e-11)


def test_nothing_passes_nothing_decides():
    none, weights = np.zeros(3), np.array([[3, 2, 1]] * 3)
    for power in (banzhaf, shapley_shubik):
        values = power(weights, np.array([0, 7, 4]))
        np.testing.assert_array_equal(values[:2], [none, none])
        assert values[2].sum() > 0
    assert np.isnan(banzhaf_index(weights[:1], np.array([7]))).all()


def test_runs_do_not_mix():
    weights = np.array([COUNCILS[1995][1], list(range(15))])
    quota = np.array([62, 40])
    for power in (banzhaf, shapley_shubik):
        alone = [power(weights[r : r + 1], quota[r : r + 1])[0] for r in range(2)]
        np.testing.assert_array_equal(power(weights, quota), alone)


@pytest.mark.parametrize(
    ("kind", "exact"), [("banzhaf", banzhaf), ("shapley_shubik", shapley_shubik)]
)
def test_sampling_is_within_its_bounds(kind, exact):
    """At 95 % for all members at once, two games of fifty members."""
    weights = np.stack([np.arange(50) ** 2, np.arange(50)])
    quota = weights.sum(axis=1) // 2 + 1
    generators = [np.random.default_rng(seed) for seed in (1, 2)]
    found = sampled(weights.astype(float), quota.astype(float), generators, 20_000, kind=kind)
    true = exact(weights, quota)
    assert ((found.low <= true) & (true <= found.high)).all()
    assert (found.high - found.low).max() < 0.03
    np.testing.assert_allclose(found.power, true, atol=0.015)
    again = sampled(
        weights[1:].astype(float), quota[1:].astype(float), [np.random.default_rng(2)], 20_000,
        kind=kind,
    )  # fmt: skip
    np.testing.assert_array_equal(again.power[0], found.power[1])


def test_bounds_of_what_was_never_or_always_seen():
    """A dictator always swings, the others never: the rule of three, for three members at once."""
    found = sampled(np.array([[5.0, 1, 1]]), np.array([4.0]), [np.random.default_rng(0)], 1_000)
    np.testing.assert_array_equal(found.power[0], [1, 0, 0])
    edge = 1 - (0.05 / 6) ** (1 / 1_000)
    np.testing.assert_allclose(found.low[0], [1 - edge, 0, 0], rtol=1e-9)
    np.testing.assert_allclose(found.high[0], [1, edge, edge], rtol=1e-9)


def test_whole_weights_keep_shares():
    whole = to_whole(np.array([[0.5, 0.25, 0.2499, 1e-9], [0, 0, 0, 0]]), 1_000)
    np.testing.assert_array_equal(whole, [[500, 250, 250, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize("year", COUNCILS)
def test_the_largest_alone_has_the_power_it_has_among_all(year):
    weights, quota = game(*COUNCILS[year])
    swings, total, index = PUBLISHED[year]
    coalitions = 2 ** (weights.shape[1] - 1)
    assert of_largest(weights, quota) == pytest.approx(swings[0] / coalitions)
    assert of_largest(weights, quota, "shapley_shubik") == pytest.approx(index[0])
    assert total > 0


@settings(deadline=None, max_examples=40)
@given(wide, st.integers(0, 600))
def test_the_largest_alone_in_any_game(weights, quota):
    weights, quotas = game(quota, weights)
    place = int(weights.argmax())
    for kind, power in (("banzhaf", banzhaf), ("shapley_shubik", shapley_shubik)):
        alone = of_largest(weights, quotas, kind)
        np.testing.assert_allclose(alone, power(weights, quotas)[:, place], atol=1e-12)


def test_pooled_votes_by_hand():
    """Running sums of 3.6, 6.6, 9, 9.4, 9.7 and 10: the small ones together have the tenth vote."""
    weights = np.array([[0.4, 3.6, 3, 2.4, 0.3, 0.3], [0, 0, 0, 0, 0, 0]])
    assert pooled(weights, 10).tolist() == [[4, 3, 2, 0, 1, 0], [0, 0, 0, 0, 0, 0]]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=80), st.integers(1, 2_000))
def test_pooled_votes_lose_no_weight(weights, total):
    """Each is off by less than a unit, and so is any number of the largest together."""
    held = np.sort(np.array([weights]))[:, ::-1]
    votes = pooled(np.array([weights]), total)
    assert votes.sum() == total
    assert votes.min() >= 0
    exact = held / held.sum() * total
    assert (np.abs(votes - exact) < 1 + 1e-9).all()
    assert (np.abs(np.cumsum(votes - exact)) <= 0.5 + 1e-9).all()


def test_pooling_keeps_the_power_of_a_whale_in_an_ocean():
    """A third of the votes against two thousand: rounding loses the ocean, pooling does not."""
    weights = np.append(1_000.0, np.ones(2_000))[None]
    exact = of_largest(weights.astype(int), np.array([1_501]), "shapley_shubik")
    near = pooled(weights, 300)
    assert of_largest(near, near.sum(axis=1) // 2 + 1, "shapley_shubik") == pytest.approx(
        exact, abs=0.01
    )
    lost = to_whole(weights, 300)
    assert of_largest(lost, lost.sum(axis=1) // 2 + 1, "shapley_shubik") == 1
