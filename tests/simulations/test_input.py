"""Bad input names the file, the field, the value, the limit and the nearest name."""

import json

import numpy as np
import pytest

from governance.errors import InputError
from governance.rules.voting import QUORUM_BASES
from simulations import store
from simulations.actions import Actions, IllegalAction
from simulations.model import DaoModel
from simulations.rehearsal import rehearse
from simulations.scenario import UNREHEARSED, Rules, Scenario, load_scenario
from simulations.studies.runner import run_study
from simulations.studies.study import PRESETS as STUDIES
from simulations.studies.study import load_study
from simulations.world import PRESETS as WORLDS
from simulations.world import load_world
from tests.simulations.conftest import small


def world_with(tmp_path, old: str, new: str):
    text = (WORLDS / "typical.toml").read_text()
    assert old in text
    path = tmp_path / "world.toml"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("holders = 1000", "holder = 1000", ["population.holder", "did you mean 'holders'"]),
        ("holders = 1000", "holders = 0", ["population.holders = 0", "greater than or equal to 1"]),
        ('"UNI"', '"UNICORN"', ["population.holder_data = UNICORN", "'UNI'"]),
        ('"3d"', '"3 days"', ["attention.delegates_look_every", "write it like"]),
        ("noise = 1.0", "noise = nan", ["proposals.noise", "finite"]),
    ],
)
def test_a_wrong_world(tmp_path, old, new, parts):
    with pytest.raises(InputError) as caught:
        load_world(world_with(tmp_path, old, new))
    for part in ["world.toml", *parts]:
        assert part in str(caught.value)
    assert caught.value.exit_code == 2


def study_with(tmp_path, old: str, new: str):
    text = (STUDIES / "quorum-and-emission.toml").read_text()
    assert old in text
    path = tmp_path / "study.toml"
    path.write_text(text.replace(old, new))
    return path


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("governor.quorum", "governor.quorom", ["'governor.quorom'", "'governor.quorum'"]),
        ("0.16]", "1.6]", ["governor.quorum = 1.6", "less than or equal to 1"]),
        ("0.16]", "0.04]", ["governor.quorum names a value twice"]),
        ("[0.04, 0.08, 0.12, 0.16]", "[]", ["governor.quorum has no values"]),
        ("replicates = 50", 'metrics = ["turnut"]', ["'turnut'", "'turnout'"]),
        ("replicates = 50", "replicates = 0", ["replicates = 0", "greater than or equal to 1"]),
        ('"startup"', '"startpu"', ["'startpu'", "'startup'"]),
    ],
)
def test_a_wrong_study(tmp_path, old, new, parts):
    with pytest.raises(InputError) as caught:
        load_study(study_with(tmp_path, old, new))
    for part in parts:
        assert part in str(caught.value)


def test_a_study_over_a_rule_that_nothing_reads_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"guardian\.term is deployed, and no mechanism"):
        load_study(study_with(tmp_path, '"governor.quorum" = [0.04, 0.08, 0.12, 0.16]',
                              '"guardian.term" = ["0d", "30d"]'))  # fmt: skip


def test_unrehearsed_rules_exist():
    known = small().leaves()
    for start in UNREHEARSED:
        assert any(path.startswith(start) for path in known), start


def test_choices_are_counted_in_the_order_of_the_contracts():
    scenarios = [small().with_value("governor.quorum_base", base) for base in QUORUM_BASES]
    assert Rules.stack(scenarios)["governor.quorum_base"].tolist() == [0, 1, 2]


def test_a_study_of_constitutions_beside_it(tmp_path):
    rules = load_scenario().constitution.to_toml()
    (tmp_path / "ours.toml").write_text(rules)
    study = load_study(study_with(tmp_path, '"startup"', '"ours.toml"'))
    assert study.base.constitution == load_scenario().constitution


@pytest.mark.parametrize(("days", "seed"), [(0, 1), (99_999, 1), (5, -1)])
def test_a_wrong_horizon_or_seed(days, seed):
    with pytest.raises(InputError, match="take"):
        load_scenario(days=days, seed=seed)


@pytest.mark.parametrize(("replicates", "record"), [(0, None), (2, 2), (2, -1)])
def test_a_wrong_number_of_runs(replicates, record):
    with pytest.raises(InputError, match="take"):
        rehearse(small(days=1), replicates, record=record)


def test_runs_of_one_ensemble_share_their_population():

    with pytest.raises(InputError, match=r"world\.population"):
        DaoModel([small(holders=10), small(holders=11)], [0, 1])


def test_a_scenario_survives_its_record():
    scenario = small()
    record = json.loads(json.dumps(scenario.record()))
    assert Scenario.from_record(record, "test") == scenario
    assert Scenario.from_record(record, "test").hash() == scenario.hash()
    del record["world"]
    with pytest.raises(InputError, match="lacks world"):
        Scenario.from_record(record, "test")


def test_nothing_is_left_half_written(tmp_path):
    target = tmp_path / "result"
    rehearse(small(days=5), 2).write(target)
    before = sorted(path.name for path in target.iterdir())
    with pytest.raises(ValueError, match="not JSON compliant"), store.new_folder(target) as new:
        store.write_json(new / "run.json", {"turnout": float("nan")})
    assert sorted(path.name for path in target.iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


@pytest.mark.parametrize(
    ("text", "part"), [('{"schema": 99}', "schema = 99"), ("{", "damaged"), (None, "no such file")]
)
def test_a_record_that_cannot_be_read(tmp_path, text, part):
    path = tmp_path / "run.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=part):
        store.read_json(path)


def test_a_small_study_says_what_it_found(tmp_path):
    path = study_with(tmp_path, "replicates = 50", "replicates = 3")
    text = path.read_text().replace("days = 365", "days = 120")
    path.write_text(text.replace("[0.04, 0.08, 0.12, 0.16]", "[0.04, 0.9]"))
    result = run_study(load_study(path), tmp_path / "sweep")
    assert len(result.runs) == 2 * 3 * 3
    assert len(result.points) == 6 * len(load_study(path).metrics)
    passed = result.runs.groupby("governor.quorum").pass_rate.mean()
    assert passed[0.04] > passed[0.9]
    record = store.read_json(tmp_path / "sweep" / "study.json")
    assert [axis["path"] for axis in record["axes"]] == ["governor.quorum", "emissions.per_day"]
    assert record["axes"][1]["values"] == [5000.0, 10000.0, 20000.0]


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path):
    theirs = tmp_path / "rehearsal"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("x")
    with pytest.raises(InputError, match="holds no results of moot"):
        rehearse(small(days=2), 1).write(theirs)
    assert (theirs / "thesis.txt").read_text() == "x"
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="not a folder you can write to"):
        store.require_free(tmp_path / "file" / "rehearsal")


def test_results_are_replaced_whole(tmp_path):
    target = tmp_path / "rehearsal"
    rehearse(small(days=2), 1, record=0).write(target)
    assert (target / "actions.parquet").exists()
    rehearse(small(days=3), 1).write(target)
    assert not (target / "actions.parquet").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["rehearsal"]


@pytest.mark.parametrize(
    ("verb", "apply", "error"),
    [
        ("deposit", lambda m, a: m.staking.deposit(a), "ERC20InsufficientBalance"),
        ("request_exit", lambda m, a: m.staking.request_exit(a, 1), "NoSharesToExit"),
        ("redeem", lambda m, a: m.staking.redeem(a, 1), "ERC4626ExceededMaxRedeem"),
        ("vote", lambda m, a: m.governor.vote(a, 1), "GovernorNonexistentProposal"),
        ("queue", lambda m, a: m.governor.queue(a, 1), "GovernorNonexistentProposal"),
        ("execute", lambda m, a: m.governor.execute(a, 1), "GovernorNonexistentProposal"),
    ],
)
def test_mechanisms_refuse_what_the_contracts_would(verb, apply, error):
    model = DaoModel([small(holders=5)], [0])
    one = np.array([0])
    actions = Actions("any", verb, one, one, np.array([1e12]), np.array([77]), np.array([1]))
    before = model.ledger.liquid.copy()
    with pytest.raises(IllegalAction) as refused:
        apply(model, actions)
    assert refused.value.errors == (error,)
    np.testing.assert_array_equal(model.ledger.liquid, before)
