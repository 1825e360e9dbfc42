"""Every figure of a small outcome worked out by hand, and the rows of a study."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from simulations.economy import VARIABLES
from simulations.ensemble import Outcome, step_together
from simulations.metrics import BY_NAME, METRICS, measure, summarise
from simulations.studies.runner import run_study
from simulations.studies.study import load_study
from tests.simulations.conftest import small

NAN = float("nan")


def outcome_of_three(days: int = 73) -> Outcome:
    """Three runs over a fifth of a year; only the first and the last day have sane values.

    Run 0 decides and pays, run 1 does nothing and nobody votes, run 2 rejects everything.
    """
    ends = {
        "supply": ([1000, 1000, 500], [1010, 1000, 400]),
        "treasury": ([7, 7, 7], [20, 0, 30]),
        "staked_share": ([0, 0, 0], [0.25, 0, 1]),
        "share_price": ([1, 2, 4], [1.02, 2, 5]),
        "apr": ([NAN, NAN, NAN], [0.08, NAN, 0.01]),
        "passed": ([0, 0, 0], [3, 0, 0]),
        "defeated": ([0, 0, 0], [1, 0, 2]),
        "executed": ([0, 0, 0], [2, 0, 0]),
    }
    steps = {name: np.full((days + 1, 3), 99.0) for name in VARIABLES}
    for name, (first, last) in ends.items():
        steps[name][0], steps[name][-1] = first, last
    proposals = pd.DataFrame(
        [
            (0, 0, "Executed", 100.0, 10, 0.4),
            (0, 1, "Succeeded", 1_000.0, 12, 0.2),
            (0, 2, "Queued", 10_000.0, 15, 0.3),
            (0, 3, "Defeated", 5.0, 20, 0.1),
            (0, 4, "Active", 7.0, -1, 0.9),
            (0, 5, "Executed", 11.0, 30, 0.5),
            (2, 0, "Defeated", 3.0, 8, 0.0),
            (2, 1, "Defeated", 3.0, 9, 0.5),
            (2, 2, "Pending", 3.0, -1, NAN),
        ],
        columns=["run", "id", "state", "amount", "closed_day", "turnout"],
    )
    votes = np.array([[10.0, 60, 0, 20, 10], [0, 0, 0, 0, 0], [20, 0, 50, 30, 0]])
    points = tuple((small(days=days), replicate) for replicate in range(3))
    return Outcome(points, steps, votes, proposals, None)


EXPECTED = {
    "pass_rate": [3 / 4, NAN, 0],
    "decided": [4, 0, 2],
    "turnout": [(0.4 + 0.2 + 0.3 + 0.1 + 0.5) / 5, NAN, 0.25],
    "staked_share": [0.25, 0, 1],
    "staking_yield": [0.08, NAN, 0.01],
    "staking_return": [1.02**5 - 1, 0, 1.25**5 - 1],
    "inflation": [1.01**5 - 1, 0, 0.8**5 - 1],
    "treasury": [20, 0, 30],
    "spent": [111, 0, 0],
    "nakamoto": [1, NAN, 2],
    "gini": [2 * 330 / (4 * 100) - 5 / 4, NAN, 2 * 230 / (3 * 100) - 4 / 3],
    "one_rules": [1, NAN, 0],
}


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_a_metric_by_hand(name, expected):
    """In run 2 one voter has exactly half of the votes, which is no majority."""
    np.testing.assert_allclose(measure(outcome_of_three())[name], expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["staking_return", "inflation"])
def test_a_few_days_are_not_annualised(name):
    assert np.isnan(BY_NAME[name].compute(outcome_of_three(days=29))).all()
    month = BY_NAME[name].compute(outcome_of_three(days=30))
    fifth = BY_NAME[name].compute(outcome_of_three(days=73))
    np.testing.assert_allclose(1 + month, (1 + fifth) ** (73 / 30), rtol=1e-12)


def test_every_run_has_one_value_of_every_metric():
    measured = measure(outcome_of_three())
    assert list(measured) == [metric.name for metric in METRICS]
    assert all(values.shape == (3,) for values in measured.values())
    proportions = [metric.name for metric in METRICS if metric.kind == "proportion"]
    assert proportions == ["one_rules"]


@pytest.mark.parametrize("count", [2, 4, 30])
def test_the_interval_of_a_mean_is_students(count):
    values = np.random.default_rng(count).normal(5, 20, count)
    found = summarise(np.append(values, [NAN, np.inf]), "mean")
    low, high = stats.t.interval(0.95, count - 1, loc=values.mean(), scale=stats.sem(values))
    assert found["n"] == count
    assert found["mean"] == pytest.approx(values.mean())
    assert (found["lo"], found["hi"]) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(("successes", "count"), [(0, 5), (3, 12), (40, 40)])
def test_the_interval_of_a_proportion_is_wilsons(successes, count):
    """``(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)``, Wilson 1927."""
    values = np.repeat([1.0, 0.0, NAN], [successes, count - successes, 2])
    found = summarise(values, "proportion")
    share, z = successes / count, stats.norm.ppf(0.975)
    middle = share + z**2 / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    ends = [(middle + sign * half) / (1 + z**2 / count) for sign in (-1, 1)]
    assert [found["lo"], found["hi"]] == [pytest.approx(end, abs=1e-12) for end in ends]
    assert (found["mean"], found["n"]) == (share, count)


def test_the_band_over_runs():
    shuffled = np.random.default_rng(0).permutation(np.arange(21.0))
    found = summarise(shuffled, "mean")
    assert [found[name] for name in ("p5", "p50", "p95")] == [1, 10, 19]


@pytest.mark.parametrize("kind", ["mean", "proportion"])
def test_one_run_has_no_interval(kind):
    found = summarise(np.array([1.0, NAN]), kind)
    assert found == {"mean": 1, "lo": None, "hi": None, "n": 1, "p5": 1, "p50": 1, "p95": 1}
    nothing = summarise(np.array([NAN]), kind)
    assert nothing == dict.fromkeys(("mean", "lo", "hi", "p5", "p50", "p95")) | {"n": 0}


def test_the_interval_of_shares_stays_among_shares():
    low, high = np.array([0.0, 0.0, 0.02]), np.array([1.0, 1.0, 0.98])
    assert summarise(low, "mean", bounded=True)["lo"] == 0
    assert 0.02 < summarise(low, "mean", bounded=True)["hi"] < 1
    assert summarise(high, "mean", bounded=True)["hi"] == 1
    assert summarise(low, "mean")["lo"] < 0, "a count may be below one and its interval is free"
    assert summarise(high, "mean")["hi"] > 1
    names = {metric.name for metric in METRICS if metric.bounded}
    assert names == {"pass_rate", "turnout", "staked_share", "gini", "one_rules"}


STUDY = """
name = "rows"
question = "Which row is which?"
days = 6
seed = 5
replicates = 2
metrics = ["treasury", "staked_share"]

[axes]
"token.initial_supply" = [10_000_000, 30_000_000, 20_000_000]
"world.population.holders" = [40, 30]
"""


def test_each_row_of_a_study_is_the_run_it_names(tmp_path):
    """Rerun alone, the parameters and replicate of a row give the figures of the row."""
    path = tmp_path / "rows.toml"
    path.write_text(STUDY)
    study = load_study(path)
    runs = run_study(study).runs
    assert runs.point.tolist() == np.repeat(range(6), 2).tolist()
    assert runs.replicate.tolist() == [0, 1] * 6
    axes = ["token.initial_supply", "world.population.holders"]
    assert len(runs[axes].drop_duplicates()) == 6
    assert (runs.groupby("point")[axes].nunique() == 1).all(axis=None)
    assert runs.staked_share.nunique() == 12, "runs must differ, or this test sees nothing"
    for _, row in runs.iterrows():
        scenario = study.base
        for axis in axes:
            scenario = scenario.with_value(axis, int(row[axis]))
        alone = step_together([(scenario, int(row.replicate))])
        for name in study.fields.metrics:
            assert BY_NAME[name].compute(alone)[0] == row[name]
