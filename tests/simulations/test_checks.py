"""Scenarios that contradict themselves are refused; those in which nothing can happen are told."""

import json

import pytest
from click.testing import CliRunner

from governance.errors import InputError
from governance.settings import validate
from moot import main
from simulations.checks import ScenarioWarning, _wage, check
from simulations.ensemble import step_together
from simulations.model import DaoModel
from simulations.rehearsal import rehearse
from simulations.scenario import Scenario, load_scenario
from tests.simulations.conftest import plain

PEOPLE = {
    "world.population.developers": 2,
    "world.population.auditors": 5,
    "world.population.jurors": 20,
    "world.population.workers_share": 0.1,
}

RAID = {"world__population__attackers": 1}


def scenario(days: int = 120, **values: object) -> Scenario:
    """The startup with people who make, audit and judge models; ``a__b`` stands for ``a.b``."""
    made = plain(load_scenario(days=days))
    named = {name.replace("__", "."): value for name, value in values.items()}
    for path, value in (PEOPLE | named).items():
        made = made.with_value(path, value)
    return made


@pytest.mark.parametrize("constitution", ["lab", "startup", "protocol", "model-critical"])
@pytest.mark.parametrize("world", ["typical", "village"])
def test_shipped_presets_give_no_cause(constitution, world):
    assert check(load_scenario(constitution, world)) == []


def test_people_who_can_do_their_work_give_no_cause():
    assert check(scenario()) == []


@pytest.mark.parametrize(
    ("values", "field", "parts"),
    [
        ({"governor__opening": "200d"}, "governor.opening", ["200d", "120d"]),
        ({"staking__cooldown": "130d", "staking__maturity": "130d"}, "staking.maturity", ["130d"]),
        ({"days": 30}, "governor.voting_period", ["30d 1h", "30d", "no vote comes to an end"]),
        ({"world__population__auditors": 0}, "world.population.auditors", ["0 auditors", "asks"]),
        ({"world__population__auditors": 1}, "world.population.auditors", ["1 auditors"]),
        ({"world__audits__panel": 1}, "world.audits.panel", ["1 auditors", "asks for 2"]),
        ({"gate__attestation_stake": 50_000}, "gate.attestation_stake", ["150,000", "89,550"]),
        ({"registry__challenge_bond": 200_000}, "registry.challenge_bond", ["200,150", "120,000"]),
        ({"world__population__jurors": 2}, "world.population.jurors", ["2 jurors", "3 seats"]),
        ({"court__people__least_stake": 31_000}, "court.people.least_stake", ["31,000", "30,000"]),
        (RAID | {"world__attack__start": "120d"}, "world.attack.start", ["120d", "do nothing"]),
        (
            RAID | {"world__attack__kind": "borrower"},
            "world.attack.term",
            ["after 3d", "after 14d", "nobody lends"],
        ),
        (
            RAID | {"world__attack__kind": "washer", "world__population__developers": 0},
            "world.population.developers",
            ["0 developers"],
        ),
        (
            RAID | {"world__attack__kind": "runner", "world__population__curators": 0},
            "world.population.curators",
            ["0 curators"],
        ),
    ],
)
def test_what_cannot_happen_is_told_with_numbers_and_a_fix(values, field, parts):
    told = {warning.field: str(warning) for warning in check(scenario(**values))}
    assert field in told
    for part in parts:
        assert part in told[field]


def test_nobody_makes_models_so_nobody_need_audit_them():
    quiet = {"world__population__developers": 0, "world__population__auditors": 0}
    assert check(scenario(**quiet, world__audits__panel=1, registry__challenge_bond=10**6)) == []


def test_a_wage_is_what_workers_hold_at_launch():
    some = scenario()
    model = DaoModel([some], [0])
    for name in ("developers", "auditors", "jurors"):
        each = model.ledger.liquid[0, model.places[name].indices]
        assert each == pytest.approx(_wage(some, name), abs=1e-5)
    assert _wage(plain(some), "auditors") == 0


def everything_to_the_treasury(**governor: object) -> Scenario:
    """A launch of 40 million tokens, of which the community gets 4 and the team 2, in years."""
    made = plain(load_scenario(days=120))
    law = made.constitution.model_dump(mode="python")
    law["allocation"] = {"community": 0.1, "treasury": 0.85, "team": 0.05, "investors": 0}
    law["governor"] |= governor
    constitution = validate(type(made.constitution), law, "test")
    return Scenario(constitution, made.world, 120)


def test_a_quorum_that_nobody_ever_reaches_is_refused():
    made = everything_to_the_treasury(quorum_floor=7_000_000)
    for refuses in (check, lambda each: rehearse(each, 1)):
        with pytest.raises(InputError) as caught:
            refuses(made)
        for part in ("governor.quorum_floor", "7,000,000", "6,000,000", "lower it"):
            assert part in str(caught.value)
    cap = everything_to_the_treasury(quorum=1, quorum_floor=100, quorum_cap=1_000)
    assert check(cap) == []


@pytest.mark.parametrize(
    ("governor", "field"),
    [
        ({"quorum_floor": 5_000_000}, "governor.quorum_floor"),
        ({"quorum": 0.12, "quorum_base": "supply"}, "governor.quorum"),
    ],
)
def test_a_quorum_of_what_is_not_vested_yet_is_told(governor, field):
    told = check(everything_to_the_treasury(**governor))
    assert {warning.field for warning in told} == {field}
    assert "4,000,000 tokens are free to be staked within 120 days" in told[0].numbers


def test_no_run_passes_anything_where_the_quorum_is_told_to_be_out_of_reach():
    made = everything_to_the_treasury(quorum_floor=5_000_000, opening=0)
    for path, value in (("proposals.per_month", 10), ("attention.holders_vote", 1),
                        ("population.holders", 60), ("staking.civic", 1)):  # fmt: skip
        made = made.with_value(f"world.{path}", value)
    made = made.with_value("governor.proposal_threshold", 0)
    steps = step_together([(made, run) for run in range(3)]).steps
    assert (steps["defeated"][-1] > 0).all()
    assert not steps["passed"].any()


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("allocation.team", 0.3, "sum to"),
        ("vesting.team.cliff", "2000d", "the cliff lies after the end"),
        ("vesting.team.cliff", -1, "greater than or equal to 0"),
        ("emissions.per_day", -1, "greater than or equal to 0"),
        ("world.staking.required_yield", -0.1, "greater than or equal to 0"),
        ("governor.quorum_floor", 10**9, "nothing could ever pass"),
    ],
)
def test_what_a_constitution_or_a_world_refuses_by_itself(path, value, part):
    with pytest.raises(InputError) as caught:
        load_scenario().with_value(path, value)
    assert part in str(caught.value)
    assert path.rpartition(".")[2] in str(caught.value) or "allocation" in str(caught.value)


def test_the_command_tells_before_it_runs_and_keeps_it(tmp_path):
    args = ["simulate", "lab", "--days", "5", "-n", "2", "--out", str(tmp_path / "a"), "--json"]
    result = CliRunner(mix_stderr=False).invoke(main, args)
    assert result.exit_code == 0, result.output
    warning = ScenarioWarning(
        "governor.voting_period",
        "the first vote ends after 5d at the earliest, and the horizon is 5d",
        "rehearse more days: no vote comes to an end",
    )
    assert f"warning: {warning}\n" in result.stderr
    assert json.loads(result.stdout)["warnings"] == [warning.record()]
    record = json.loads((tmp_path / "a" / "rehearsal" / "run.json").read_text())
    assert record["warnings"] == [warning.record()]
