"""A study's file: designs, axes, goals and what is refused."""

import hashlib
import json
from decimal import Decimal

import jsonschema
import numpy as np
import pytest
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis

from governance.errors import InputError
from governance.settings import read_toml
from simulations.scenario import Scenario, load_scenario
from simulations.studies.fields import StudyFile
from simulations.studies.runner import run_study
from simulations.studies.shards import KEY, point_keys
from simulations.studies.store import open_study
from simulations.studies.study import PRESETS, Study, load_study
from simulations.studies.template import new_study, schema
from tests.simulations.futures import ISHIGAMI, LEVER, NOISY, OTHER, WAVES, study

RANGE = {"low": 0.01, "high": 0.4}
SPREAD = {"levers": {LEVER: RANGE}, "uncertainties": {OTHER: {"low": 0.5, "high": 2.0}}}


def spread(**fields) -> Study:
    return study(NOISY, **(SPREAD | fields))


def test_a_grid_combines_and_a_zip_pairs():
    assert study(NOISY).coordinates()[:3] == [(0.04, 0.5), (0.04, 1.0), (0.08, 0.5)]
    paired = study(NOISY, design="zip", uncertainties={OTHER: [0.5, 1.0, 0.5]})
    assert paired.coordinates() == [(0.04, 0.5), (0.08, 1.0), (0.3, 0.5)]
    assert study(NOISY, levers={LEVER: RANGE | {"levels": 4}}).size == 8


def test_levers_and_uncertainties_are_told_apart():
    made = study(NOISY, levers={}, uncertainties={}, axes={OTHER: [0.5, 1.0], LEVER: [0.1]})
    assert [axis.path for axis in made.levers] == [LEVER]
    assert [axis.path for axis in made.uncertainties] == [OTHER]
    assert list(made.design_matrix()) == ["point", LEVER, OTHER]


@pytest.mark.parametrize("design", ["random", "lhs", "sobol", "morris"])
def test_a_drawn_design_fills_its_ranges_and_depends_on_the_seed_alone(design):
    one, same, other = (spread(design=design, samples=32, seed=seed) for seed in (1, 1, 2))
    matrix = one.design_matrix()
    assert matrix.equals(same.design_matrix())
    assert not matrix.equals(other.design_matrix())
    assert matrix[LEVER].between(0.01, 0.4).all()
    assert matrix[LEVER].max() - matrix[LEVER].min() > 0.2
    assert np.array_equal(np.round(matrix[LEVER], 4), matrix[LEVER]), "whole basis points"
    unit = one.unit_matrix()
    assert np.allclose(0.01 + 0.39 * unit[LEVER], matrix[LEVER], atol=6e-5)
    assert one.size == {"sobol": 32 * 4, "morris": 32 * 3}.get(design, 32)


def test_a_latin_hypercube_has_one_point_in_every_stratum():
    strata = np.floor(spread(design="lhs", samples=50).unit_matrix()[OTHER] * 50)
    assert sorted(strata) == list(range(50))


def test_a_logarithmic_range_has_as_many_points_in_every_decade():
    levers = {"emissions.per_day": {"low": 10, "high": 100_000, "log": True}}
    values = spread(design="lhs", samples=400, levers=levers).design_matrix()["emissions.per_day"]
    assert np.histogram(values, [10, 100, 1_000, 10_000, 100_001])[0].tolist() == [100] * 4


def test_whole_numbers_choices_and_durations_stay_what_they_are():
    levers = {
        "staking.cooldown": {"low": "7d", "high": "30d"},
        "governor.quorum_base": ["staked", "supply"],
    }
    matrix = study(NOISY, design="lhs", samples=40, levers=levers).design_matrix()
    assert matrix["staking.cooldown"].dtype == np.int64
    assert matrix["staking.cooldown"].between(7 * 86_400, 30 * 86_400).all()
    assert set(matrix["governor.quorum_base"]) == {"staked", "supply"}


def test_sobol_indices_of_ishigami_come_out_of_our_runner():
    """Exact: S1 .3139 .4424 0, ST .5576 .4424 .2437 (Ishigami and Homma 1990)."""
    axes = {path: {"low": low, "high": high} for path, (low, high) in ISHIGAMI.items()}
    asked = study(
        WAVES, design="sobol", samples=1024, replicates=1, levers={}, uncertainties=axes, goals=[],
        second_order=True,
    )  # fmt: skip
    runs = run_study(asked, model=WAVES).runs
    problem = {"num_vars": 3, "names": np.array([*ISHIGAMI]), "bounds": [[0, 1]] * 3}
    found = sobol_analysis.analyze(problem, runs.y.to_numpy(), seed=1)
    assert found["S1"] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert found["ST"] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert found["S2"][0][2] == pytest.approx(0.2437, abs=0.03)


def test_morris_effects_of_a_line_are_its_slopes():
    asked = spread(design="morris", samples=8, replicates=1)
    unit = asked.unit_matrix()[[LEVER, OTHER]].to_numpy()
    problem = {"num_vars": 2, "names": np.array([LEVER, OTHER]), "bounds": [[0, 1]] * 2}
    found = morris_analysis.analyze(problem, unit, unit @ np.array([3.0, -2.0]), num_levels=4)
    assert np.asarray(found["mu"]) == pytest.approx([3.0, -2.0])
    assert np.asarray(found["sigma"]) == pytest.approx([0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"levers": {"governor.quorom": [0.1]}}, "did you mean 'governor.quorum'"),
        ({"levers": {LEVER: [1.5]}}, "less than or equal to 1"),
        ({"levers": {LEVER: {"low": 0.1, "high": 1.5}, OTHER: [1]}}, "less than or equal to 1"),
        ({"levers": {LEVER: 0.1}}, "give a list of values"),
        ({"levers": {LEVER: {"low": 0.1}}}, "has no values"),
        ({"levers": {LEVER: {"low": 0.2, "high": 0.1}}}, "is not below high"),
        ({"levers": {LEVER: RANGE | {"choices": [0.1]}}}, "leave out one of the two"),
        ({"levers": {LEVER: RANGE | {"loog": True}}}, "did you mean 'log'"),
        ({"levers": {LEVER: RANGE}}, "a grid needs values"),
        ({"levers": {LEVER: [0.1, 0.1]}}, "names a value twice"),
        ({"levers": {OTHER: [0.1]}}, "is one of the uncertainties: move it there"),
        ({"axes": {LEVER: [0.2]}}, "stands twice"),
        ({"levers": {}, "uncertainties": {}}, "nothing to vary"),
        ({"design": "zip"}, f"{LEVER} 3, {OTHER} 2"),
        ({"design": "sobol"}, "lists its values, and the indices of a sobol design need a range"),
        (SPREAD | {"design": "sobol", "samples": 100}, "take 64 or 128"),
        (SPREAD | {"design": "morris", "levels": 5}, "take an even one"),
        (SPREAD | {"design": "sobol", "sample": 9}, "give fewer samples instead"),
        ({"levers": {"governor.quorum_base": {"low": "staked", "high": "supply"}}}, "has no range"),
        ({"levers": {"emissions.per_day": {"low": 0, "high": 9, "log": True}}}, "no logarithm"),
        ({"goals": [{"metric": "x", "at_least": 1}]}, "'x' is not among the study's metrics"),
        ({"levers": {LEVER: [0.1], "governor": {"quorum": [0.2]}}}, f"{LEVER} stands twice"),
        ({"goals": [{"metric": "y", "at_least": float("nan")}]}, "should be a finite number"),
        ({"goals": [{"metric": "y", "at_most": float("inf")}]}, "should be a finite number"),
        ({"goals": [{"metric": "y"}]}, "give at_least or at_most"),
        ({"goals": [{"metric": "y", "at_least": 1, "probability": 2}]}, "less than or equal to 1"),
    ],
)
def test_a_wrong_study_is_refused_by_name(fields, part):
    with pytest.raises(InputError) as caught:
        study(NOISY, **fields)
    assert part in str(caught.value)


def test_a_budget_that_does_not_hold_the_study_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"budget.runs = 17: .* 18 runs: raise it"):
        run_study(study(NOISY, budget={"runs": 17}), tmp_path / "s", model=NOISY)
    assert not (tmp_path / "s").exists()


def test_a_point_that_contradicts_itself_is_named(tmp_path):
    levers = {"token.cap": [100_000_000, 20_000_000], "token.initial_supply": [30_000_000]}
    with pytest.raises(InputError, match=r"point 2 of 4: .*lower it"):
        run_study(study(NOISY, levers=levers), tmp_path / "s", model=NOISY)


def test_a_macro_study_knows_its_metrics():
    with pytest.raises(InputError, match="the macro model does not know it"):
        load_macro("nakamoto")
    assert load_macro("turnout").metrics == ("turnout",)


def load_macro(metric: str) -> Study:
    told = {"name": "m", "question": "?", "model": "macro", "metrics": [metric]}
    return Study.of(StudyFile.model_validate(told | {"levers": {LEVER: [0.1]}}), load_scenario())


def test_a_sample_is_a_part_of_the_design():
    full, some = study(NOISY).coordinates(), study(NOISY, sample=4).coordinates()
    assert len(some) == 4
    assert [each for each in full if each in some] == some


def test_keys_are_those_of_the_scenarios():
    """A point's key tells the canonical scenario, whatever the axes were called."""
    levers = {
        LEVER: [0.04, Decimal("0.30")],
        "staking.cooldown": ["7d"],
        "governor.quorum_base": ["staked", "supply"],
        "emissions.per_day": [5_000, 1e4],
    }
    asked = study(NOISY, levers=levers)
    keys = point_keys(asked, NOISY)
    assert len(set(keys)) == asked.size
    for point in range(asked.size):
        scenario = single(asked, point)
        hashed = bytes.fromhex(scenario.hash())
        assert keys[point] == hashlib.sha256(b"noisy 1" + hashed).hexdigest()[:KEY]
        assert asked.scenario(point) == scenario


def single(asked: Study, point: int) -> Scenario:
    scenario = asked.base
    for axis, value in zip(asked.axes, asked.values(point), strict=True):
        scenario = scenario.with_value(axis.path, value)
    return scenario


def test_the_shipped_studies_and_the_template_fit_the_schema(tmp_path):
    jsonschema.Draft202012Validator.check_schema(schema())
    check = jsonschema.Draft202012Validator(schema())
    fresh = tmp_path / "fresh.toml"
    fresh.write_text(new_study("fresh"))
    assert load_study(fresh).goals[0].metric == "pass_rate"
    for path in [fresh, *PRESETS.glob("*.toml")]:
        check.validate(plain(read_toml(path)))
    wrong = plain(read_toml(fresh))
    wrong["levers"]["governor.quorum"] = [7]
    assert [error.json_path for error in check.iter_errors(wrong)] == [
        "$.levers['governor.quorum']"
    ]


def plain(data):
    return json.loads(json.dumps(data, default=float))


def test_a_study_survives_its_record(tmp_path):
    made = run_study(study(NOISY), tmp_path / "s", model=NOISY)
    read = open_study(tmp_path / "s").study
    assert read.coordinates() == made.study.coordinates()
    assert (read.name, read.question, read.goals, read.metrics) == (
        made.study.name, made.study.question, made.study.goals, made.study.metrics,
    )  # fmt: skip
    assert read.base.hash() == made.study.base.hash()
    again = made.study.record()
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"study": {**again, "file": {**again["file"], "goals": []}}}))
    assert load_study(path).coordinates() == made.study.coordinates()


def test_points_can_be_named():
    """As a search does, which asks for points as it goes."""
    asked = study(NOISY).with_points({LEVER: [0.05, 0.05, 0.2], OTHER: [0.7, 0.9, 0.7]})
    assert asked.coordinates() == [(0.05, 0.7), (0.05, 0.9), (0.2, 0.7)]
    assert asked.goals == study(NOISY).goals
