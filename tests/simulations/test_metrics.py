"""How figures are summed up over runs and told, and the rows of a study."""

import numpy as np
import pytest
from scipy import stats

from simulations.ensemble import step_together
from simulations.metrics import BY_NAME, CONCERNS, HEADLINE, METRICS, summarise
from simulations.studies.runner import run_study
from simulations.studies.study import load_study

NAN = float("nan")


@pytest.mark.parametrize("count", [2, 4, 30])
def test_the_interval_of_a_mean_is_students(count):
    values = np.random.default_rng(count).normal(5, 20, count)
    found = summarise(np.append(values, [NAN, np.inf]), "mean")
    low, high = stats.t.interval(0.95, count - 1, loc=values.mean(), scale=stats.sem(values))
    assert found["n"] == count
    assert found["mean"] == pytest.approx(values.mean())
    assert (found["lo"], found["hi"]) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(("successes", "count"), [(1, 5), (3, 12), (39, 40)])
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


@pytest.mark.parametrize("count", [2, 30, 200])
@pytest.mark.parametrize(("kind", "limits"), [("proportion", (-np.inf, np.inf)), ("mean", (0, 1))])
def test_what_was_never_or_always_seen_has_the_rule_of_threes_bound(kind, limits, count):
    """With chance ``p`` it stays unseen in ``n`` runs with ``(1 - p)**n``, 5 % at the bound."""
    never, always = (summarise(np.full(count, value), kind, limits) for value in (0.0, 1.0))
    assert (never["lo"], always["hi"]) == (0, 1)
    assert (1 - never["hi"]) ** count == pytest.approx(0.05)
    assert always["lo"] == pytest.approx(1 - never["hi"])
    if count >= 30:
        assert never["hi"] == pytest.approx(3 / count, rel=0.06)


def test_a_rare_event_that_was_never_counted_has_poissons_bound():
    """Of a mean ``m`` of events in a run none is seen in ``n`` with the chance ``exp(-n m)``."""
    never = summarise(np.zeros(200), "count", (0, np.inf))
    assert (never["lo"], np.exp(-200 * never["hi"])) == (0, pytest.approx(0.05))
    once = summarise(np.eye(1, 200)[0], "count", (0, np.inf))
    assert once == summarise(np.eye(1, 200)[0], "mean", (0, np.inf))
    assert summarise(np.zeros(200), "mean", (0, np.inf))["hi"] == 0


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
    assert summarise(low, "mean", (0, 1))["lo"] == 0
    assert 0.02 < summarise(low, "mean", (0, 1))["hi"] < 1
    assert summarise(high, "mean", (0, 1))["hi"] == 1
    assert summarise(low, "mean")["lo"] < 0, "a count may be below one and its interval is free"
    assert summarise(high, "mean")["hi"] > 1
    assert {metric.limits for metric in METRICS if metric.format == "percent"} == {
        (0, 1), (-np.inf, np.inf),
    }  # fmt: skip
    assert BY_NAME["turnout"].limits == BY_NAME["hhi"].limits == (0, 1)
    assert BY_NAME["harms"].limits == (0, np.inf)
    assert BY_NAME["curation_rank"].limits == (-1, 1)
    assert BY_NAME["inflation"].limits == (-np.inf, np.inf)


def test_every_figure_is_declared_once_and_in_full():
    assert len(BY_NAME) == len(METRICS) == sum(map(len, CONCERNS.values()))
    assert set(HEADLINE) <= set(BY_NAME)
    assert len(HEADLINE) == 12
    for metric in METRICS:
        assert all(metric.meta().values()), metric.name
        if metric.kind == "proportion":
            assert metric.unit == "share of runs"
    labels = [metric.label for metric in METRICS]
    assert len(set(labels)) == len(labels)


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
