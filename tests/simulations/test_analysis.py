"""Analyses of studies, on functions whose answers are known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from governance.errors import InputError
from simulations.studies.analysis.boxes import Around, discover
from simulations.studies.analysis.effects import main_effects, regional
from simulations.studies.analysis.fronts import front, perhaps
from simulations.studies.analysis.indices import morris, sobol
from simulations.studies.analysis.policies import difference, judge, recommend, safe_ranges
from simulations.studies.analysis.responses import Responses

NAMES = ["a", "b", "c"]
PROBLEM = {"num_vars": 3, "names": NAMES, "bounds": [[-np.pi, np.pi]] * 3}
FIRST = 0.313905, 0.442411, 0.0
TOTAL = 0.557589, 0.442411, 0.243684
"""Ishigami and Homma 1990, with a = 7 and b = 0.1."""


def ishigami(x):
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def runs_of(matrix, values, names=NAMES):
    """A table of runs from a matrix of points and values of shape (points, replicates)."""
    values = values if values.ndim == 2 else values[:, None]
    points, replicates = values.shape
    frame = pd.DataFrame(np.repeat(matrix, replicates, axis=0), columns=names)
    frame["point"] = np.repeat(np.arange(points), replicates)
    frame["replicate"] = np.tile(np.arange(replicates), points)
    return frame.assign(y=values.ravel())


@pytest.fixture(scope="module")
def saltelli():
    return sobol_sample.sample(PROBLEM, 1024, calc_second_order=False, seed=1)


@pytest.mark.parametrize("second", [False, True])
def test_sobol_indices_of_ishigami(second):
    matrix = sobol_sample.sample(PROBLEM, 1024, calc_second_order=second, seed=1)
    found = sobol(runs_of(matrix, ishigami(matrix)), NAMES, "y")
    assert found.base == 1024
    for name, known in ("first", FIRST), ("total", TOTAL):
        assert found.table[name].to_numpy() == pytest.approx(known, abs=0.03)
        low, high = found.table[f"{name}_lo"].to_numpy(), found.table[f"{name}_hi"].to_numpy()
        assert ((low - 0.01 <= known) & (known <= high + 0.01)).all()


def test_luck_between_replicates_is_told_apart_and_widens_the_interval(saltelli):
    clean = ishigami(saltelli)
    luck = np.random.default_rng(3).normal(0.0, 3.0, (clean.size, 4))
    found = sobol(runs_of(saltelli, clean[:, None] + luck), NAMES, "y")
    sure = sobol(runs_of(saltelli, clean[:, None] + np.zeros((1, 4))), NAMES, "y")
    assert found.noise == pytest.approx(9.0 / (clean.var() + 9.0), abs=0.03)
    assert sure.noise == 0.0
    width = found.table["first_hi"] - found.table["first_lo"]
    assert (width > sure.table["first_hi"] - sure.table["first_lo"]).all()
    assert "luck" in sobol(runs_of(saltelli, clean), NAMES, "y").warning
    assert not sure.warning


def test_luck_that_all_points_share_does_not_disturb_an_index(saltelli):
    clean = ishigami(saltelli)
    shared = np.random.default_rng(4).normal(0.0, 10.0, (1, 4))
    found = sobol(runs_of(saltelli, clean[:, None] + shared), NAMES, "y")
    alone = sobol(runs_of(saltelli, clean), NAMES, "y")
    assert found.table["first"].to_numpy() == pytest.approx(alone.table["first"], abs=1e-9)


def test_morris_effects_of_ishigami_and_of_a_plane():
    matrix = morris_sample.sample(PROBLEM, 40, num_levels=4, seed=1)
    found = morris(runs_of(matrix, ishigami(matrix)), NAMES, "y")
    # b takes -pi, -pi/3, pi/3 and pi: 7 sin^2 steps by 7 * 3/4 over 2/3 of the range
    assert found.table["mu_star"].to_numpy()[1] == pytest.approx(7 * 0.75 / (2 / 3))
    plane = matrix @ np.array([1.0, -2.0, 0.0]) / (2 * np.pi)
    flat = morris(runs_of(matrix, plane), NAMES, "y").table
    assert flat["mu"].to_numpy() == pytest.approx([1.0, -2.0, 0.0], abs=1e-9)
    assert flat["sigma"].to_numpy() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_designs_that_support_no_index_are_refused(saltelli):
    values = ishigami(saltelli)
    good = runs_of(saltelli, values)
    shuffled = np.random.default_rng(0).permutation(saltelli)
    with pytest.raises(InputError, match="no Saltelli design"):
        sobol(runs_of(shuffled, values), NAMES, "y")
    with pytest.raises(InputError, match="no trajectories"):
        morris(good, NAMES, "y")
    with pytest.raises(InputError, match="is a choice"):
        sobol(good.assign(a="flat"), NAMES, "y")
    with pytest.raises(InputError, match="one value at every point"):
        sobol(good.assign(a=1.0), NAMES, "y")
    with pytest.raises(InputError, match="answers to none"):
        sobol(good.assign(y=1.0), NAMES, "y")
    with pytest.raises(InputError, match="lack runs"):
        Responses.of(good[good["point"] != 7], "y")
    with pytest.raises(InputError, match="has no value at 1 of"):
        sobol(good.assign(y=good["y"].where(good["point"] != 7)), NAMES, "y")
    with pytest.raises(InputError, match="take at least 16"):
        sobol(good[good["point"] < 40], NAMES, "y")


def test_a_planted_box_is_found_and_no_more_than_it():
    draw = np.random.default_rng(5)
    points = pd.DataFrame(draw.random((600, 4)), columns=["w", "x", "y", "z"])
    points["kind"] = draw.choice(["flat", "square"], 600)
    happens = ((points["x"] > 0.6) & (points["y"] < 0.4) & (points["kind"] == "flat")) * 1.0
    box = discover(points, [*"wxyz", "kind"], happens.to_numpy())
    limits = {limit.path: limit for limit in box.limits}
    assert set(limits) == {"x", "y", "kind"}
    assert limits["x"].low == pytest.approx(0.6, abs=0.03)
    assert limits["x"].high is None
    assert limits["y"].low is None
    assert limits["y"].high == pytest.approx(0.4, abs=0.03)
    assert limits["kind"].kept == ("flat",)
    assert box.coverage > 0.9
    assert box.density > 0.9
    assert box.inside.mean() == pytest.approx(box.size)


def test_a_box_around_a_point_is_dense_and_holds_it():
    draw = np.random.default_rng(7)
    points = pd.DataFrame(draw.random((400, 2)), columns=["x", "y"])
    happens = ((points["x"] > 0.5) | (points["y"] > 0.7)).to_numpy() * 1.0
    inside = int(np.flatnonzero((points["x"] < 0.3) & (points["y"] > 0.8))[0])
    box = discover(points, ["x", "y"], happens, around=Around(inside, 0.95))
    assert box.inside[inside]
    assert box.density >= 0.95
    assert {limit.path: limit.low for limit in box.limits}["y"] == pytest.approx(0.7, abs=0.05)


def test_noise_makes_no_box():
    draw = np.random.default_rng(6)
    points = pd.DataFrame(draw.random((400, 3)), columns=["x", "y", "z"])
    found = [discover(points, [*"xyz"], (draw.random(400) < 0.3) * 1.0).limits for _ in range(20)]
    assert sum(map(len, found)) < 60 * 0.5
    with pytest.raises(InputError, match="never happens"):
        discover(points, [*"xyz"], np.zeros(400))


def test_main_effects_are_the_shares_of_variance():
    grid = pd.DataFrame(
        [(x, y, kind) for x in range(5) for y in range(6) for kind in ("flat", "square")],
        columns=["x", "y", "kind"],
    )
    values = 3.0 * grid["x"] - 1.0 * grid["y"] + np.where(grid["kind"] == "flat", 0.0, 2.0)
    parts = np.array([9.0 * 2.0, 35.0 / 12.0, 1.0])
    table = main_effects(grid, ["x", "y", "kind"], values.to_numpy()).set_index("path")
    assert table.index[0] == "x"
    assert table.loc[["x", "y", "kind"], "share"].to_numpy() == pytest.approx(
        parts / parts.sum(), abs=0.08
    )
    assert table.loc["x", "trend"] > 0 > table.loc["y", "trend"]
    assert np.isnan(table.loc["kind", "trend"])
    assert (main_effects(grid, ["x", "y"], np.ones(60))["share"] == 0).all()


def test_main_effects_of_luck_are_small():
    draw = np.random.default_rng(8)
    points = pd.DataFrame(draw.random((500, 2)), columns=["x", "y"])
    table = main_effects(points, ["x", "y"], draw.random(500))
    assert (table["share"] < 0.05).all()


def test_regional_sensitivity_is_the_distance_of_kolmogorov_and_smirnov():
    points = pd.DataFrame({"x": np.arange(10.0), "kind": ["flat"] * 5 + ["square"] * 5})
    points["still"] = np.tile([0.0, 1.0], 5)
    met = np.arange(10) < 5
    table = regional(points, ["x", "kind", "still"], met).set_index("path")
    assert table.loc["x", "distance"] == 1.0
    assert table.loc["kind", "distance"] == 1.0
    assert table.loc["still", "distance"] == pytest.approx(0.2)
    assert table.loc["x", "chance"] < 0.01 < table.loc["still", "chance"]
    assert regional(points, ["x"], np.ones(10, dtype=bool)).empty


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=25))
def test_the_front_holds_what_no_other_point_beats(points):
    values = np.array(points, dtype=float)
    on = front(values, [True, False])
    for place, (x, y) in enumerate(values):
        beaten = any(a >= x and b <= y and (a, b) != (x, y) for a, b in values)
        assert on[place] == (not beaten)
    wide = perhaps(values - 0.5, values + 0.5, [True, False])
    assert wide[on].all()
    assert np.array_equal(perhaps(values, values, [True, False]), on)


def test_an_undefined_figure_is_on_no_front():
    values = np.array([[1.0, np.nan], [0.0, 0.0]])
    assert front(values, [True, True]).tolist() == [False, True]


@dataclass(frozen=True)
class Least:
    """A goal of at least a threshold."""

    metric: str
    threshold: float
    probability: float

    def met(self, values):
        return values >= self.threshold


GOALS = [Least("y", 1.0, 0.8)]


def policy_runs(chance, worlds=(0.0, 1.0), replicates=50):
    """Runs of levers x and kind, of which a known part meets y >= 1."""
    rows = []
    for x in range(5):
        for kind in ("flat", "square"):
            for world in worlds:
                point = len(rows) // replicates
                for replicate in range(replicates):
                    met = replicate < round(chance(x, kind, world) * replicates)
                    rows.append((point, replicate, x, kind, world, 1.0 if met else 0.0))
    names = ["point", "replicate", "rule.x", "rule.kind", "world.w", "y"]
    return pd.DataFrame(rows, columns=names)


def test_policies_are_judged_over_their_uncertainties():
    runs = policy_runs(lambda x, kind, world: (1.0 if x in (1, 2) else 0.4) - 0.2 * world)
    policies = judge(runs, ["rule.x", "rule.kind"], ["world.w"], GOALS)
    assert len(policies.settings) == 10
    assert not policies.pooled
    table = policies.of(0).iloc[0]
    assert (table["n"], table["share"]) == (100, pytest.approx(0.3))
    assert policies.meets().tolist() == [x in (1, 2) for x in range(5) for _ in range(2)]


def test_a_future_without_a_value_counts_neither_way():
    runs = policy_runs(lambda x, kind, world: 0.5 if x else 0.0)
    runs["y"] = runs["y"].where((runs["replicate"] < 25) & (runs["rule.x"] > 0))
    policies = judge(runs, ["rule.x", "rule.kind"], ["world.w"], GOALS)
    assert policies.meets().tolist() == [False, False] + [True] * 8
    assert policies.of(0).loc[0, "n"] == 0
    assert policies.of(2).loc[0, ["n", "share"]].tolist() == [50, 1.0]


def test_the_safest_policy_is_recommended_with_the_ranges_around_it():
    runs = policy_runs(lambda x, kind, world: {1: 0.92, 2: 0.98, 3: 0.9}.get(x, 0.2))
    policies = judge(runs, ["rule.x", "rule.kind"], ["world.w"], GOALS)
    choice = recommend(policies, GOALS)
    assert policies.settings.iloc[choice.policy].tolist() == [2, "flat"]
    assert choice.verdict == "sure"
    ranges = safe_ranges(policies, choice).set_index("path")
    assert ranges.loc["rule.x", "inside"] == [1, 2, 3]
    assert ranges.loc["rule.kind", "inside"] == ["flat", "square"]
    assert (ranges["settings"] == 6).all()


def test_no_policy_is_called_good_when_none_is():
    runs = policy_runs(lambda x, kind, world: 0.1 * x)
    policies = judge(runs, ["rule.x", "rule.kind"], ["world.w"], GOALS)
    choice = recommend(policies, GOALS)
    assert choice.verdict == "none"
    assert policies.settings.iloc[choice.policy]["rule.x"] == 4
    assert safe_ranges(policies, choice) is None
    few = judge(policy_runs(lambda *_: 0.85, (0.0,), 20), ["rule.x", "rule.kind"], [], GOALS)
    assert recommend(few, GOALS).verdict == "likely"


def test_scattered_settings_borrow_from_their_neighbours():
    draw = np.random.default_rng(9)
    x, w = draw.random(300), draw.random(300)
    frame = pd.DataFrame({"point": range(300), "replicate": 0, "rule.x": x, "world.w": w})
    frame["y"] = np.where(draw.random(300) < np.where(x < 0.5, 0.95, 0.1), 1.0, 0.0)
    policies = judge(frame, ["rule.x"], ["world.w"], GOALS)
    assert policies.pooled
    chosen = policies.settings.iloc[recommend(policies, GOALS).policy]["rule.x"]
    assert chosen < 0.5
    assert policies.chances["n"].eq(12).all()


def test_differences_on_shared_draws_leave_the_shared_luck_out():
    luck = np.random.default_rng(2).normal(0.0, 100.0, 30)
    runs = runs_of(np.eye(2), np.stack([luck, luck + 1.0]), ["a", "b"])
    found = difference(runs, np.array([1]), np.array([0]), "y")
    assert (found["mean"], found["n"]) == (pytest.approx(1.0), 30)
    assert found["lo"] == pytest.approx(1.0)
