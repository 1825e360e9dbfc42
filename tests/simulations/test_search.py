"""The search: it finds what is known, keeps to its goals, and does not depend on who works."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from governance.errors import InputError, PartialStudy
from moot import main
from simulations.scenario import load_scenario
from simulations.studies.aim import Aim, best, constrained
from simulations.studies.fields import StudyFile
from simulations.studies.models import Function
from simulations.studies.runner import Options, run_study
from simulations.studies.search import RECORD, search
from simulations.studies.study import Study

LEVERS = {
    "emissions.per_day": {"low": 1_000, "high": 20_000},
    "governor.quorum": {"low": 0.02, "high": 0.3},
    "curation.curve": ["flat", "square-root"],
}
WORLD = {"world.staking.civic": {"low": 0.0, "high": 0.4}}


def hill(values, replicate):
    """A gain that is largest at 15,000 a day on the flat curve, ruin above 12,000."""
    emitted = np.asarray(values["emissions.per_day"], dtype=float)
    quorum = np.asarray(values["governor.quorum"], dtype=float)
    flat = np.asarray(values["curation.curve"]) == "flat"
    gain = -(((emitted - 15_000) / 5_000) ** 2) - (20 * (quorum - 0.1)) ** 2 + 2.0 * flat
    ruined = emitted + 1_000.0 * (replicate % 2) > 13_000.0
    return {"gain": gain + 0.3 * (replicate % 3), "ruined": ruined * 1.0}


HILL = Function("hill", hill, ("gain", "ruined"))


def asked(**fields):
    told = {
        "name": "hill", "question": "Where is the top?", "replicates": 4, "levers": LEVERS,
        "uncertainties": WORLD, "metrics": ["gain", "ruined"],
    }  # fmt: skip
    file = StudyFile.model_validate(told | fields)
    return Study.of(file.model_copy(update={"design": "lhs"}), load_scenario(), HILL.outputs)


AIM = Aim("gain", trials=32, batch=16, worlds=2)


def test_it_finds_the_top_and_stays_below_ruin(tmp_path):
    result, free = search(asked(), tmp_path / "free", AIM, model=HILL)
    top = best(free, AIM)
    assert top.setting[2] == "flat"
    assert top.setting[0] == pytest.approx(15_000, abs=3_000)
    assert top.setting[1] == pytest.approx(0.1, abs=0.04)
    assert len(result.runs) == 32 * 2 * 4
    values = [each.value for each in free]
    assert np.mean(values[16:]) > np.mean(values[:16])

    goal = {"metric": "ruined", "at_most": 0.0, "probability": 0.9}
    _, kept = search(asked(goals=(goal,)), tmp_path / "kept", AIM, model=HILL)
    safe = best(kept, AIM)
    assert safe.feasible
    assert safe.setting[0] <= 12_000
    assert safe.value < top.value
    ruined = [each for each in kept if each.setting[0] > 13_000]
    assert ruined
    assert all(each.short[0] == pytest.approx(0.9) for each in ruined)


def test_workers_and_interruptions_do_not_change_what_is_found(tmp_path):
    aim = Aim("gain", trials=6, batch=3, worlds=2)
    _, alone = search(asked(), tmp_path / "alone", aim, model=HILL)
    _, many = search(asked(), tmp_path / "many", aim, Options(2, batch=3), model=HILL)
    assert alone == many

    class Stop(Exception):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        search(asked(), tmp_path / "broken", aim, model=HILL, on_trials=stop)
    result, again = search(asked(), tmp_path / "broken", aim, model=HILL)
    assert again == alone
    for name in ("runs.parquet", "goals.parquet", RECORD):
        first, second = (tmp_path / each / name for each in ("alone", "broken"))
        assert first.read_bytes() == second.read_bytes()
    told = json.loads((tmp_path / "alone" / RECORD).read_text())
    assert told["tried"][told["best"]]["value"] == best(alone, aim).value
    assert result.complete


def stopped(values, replicate):
    """What a Ctrl-C does in the middle of a run."""
    raise KeyboardInterrupt


def broken(values, replicate):
    """A run that cannot be done."""
    raise ZeroDivisionError("nobody voted")


@pytest.mark.parametrize(("what", "part"), [(stopped, "interrupted: 0 of"), (broken, "failed")])
def test_a_search_ends_where_its_runs_do(tmp_path, what, part):
    model = Function("hill", what, ("gain", "ruined"))
    with pytest.raises(PartialStudy, match=part):
        search(asked(), tmp_path / "s", AIM, model=model)
    _, found = search(asked(), tmp_path / "s", AIM, model=HILL)
    assert len(found) == AIM.trials


def test_a_search_writes_over_no_other_study(tmp_path):
    plain = asked(samples=4)
    run_study(plain, tmp_path / "s", model=HILL)
    before = {path: path.read_bytes() for path in (tmp_path / "s").glob("*.*")}
    with pytest.raises(InputError, match="holds the study hill, and no search of these levers"):
        search(plain, tmp_path / "s", AIM, model=HILL)
    assert {path: path.read_bytes() for path in (tmp_path / "s").glob("*.*")} == before


def test_a_figure_without_a_value_is_not_infinite(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(
        'name = "short"\nquestion = "What passes in a day?"\ndays = 1\nreplicates = 1\n'
        'metrics = ["pass_rate"]\n[levers]\n"governor.quorum" = [0.04, 0.08]\n'
        '[uncertainties]\n"world.population.holders" = [40]\n'
    )
    words = ["study", "search", str(path), "--maximise", "pass_rate", "--trials", "1",
             "--workers", "1", "--out", str(tmp_path / "out")]  # fmt: skip
    said = CliRunner().invoke(main, words)
    assert (said.exit_code, "pass_rate = – (no run has a value)" in said.output) == (0, True)
    told = CliRunner().invoke(main, [*words, "--json"])
    assert json.loads(told.stdout)["value"] is None


def test_constraints_on_ruin_and_capture_are_goals_of_the_study():
    study = Study.of(
        StudyFile(name="s", question="q", levers=LEVERS, design="lhs", metrics=("pass_rate",)),
        load_scenario(),
    )
    limited = constrained(study, Aim("welfare"), 0.05, 0.2)
    assert limited.metrics == ("pass_rate", "welfare", "treasury_empty", "capture_pays")
    assert [(goal.metric, goal.probability) for goal in limited.goals] == [
        ("treasury_empty", 0.95),
        ("capture_pays", 0.8),
    ]
    assert constrained(study, Aim("welfare"), None, None).goals == ()


def test_what_cannot_be_searched_is_refused(tmp_path):
    study = asked()
    with pytest.raises(InputError, match="did you mean 'gini'"):
        constrained(study, Aim("ginni"), None, None)
    still = Study.of(
        StudyFile(name="s", question="q", uncertainties=WORLD, design="lhs"), load_scenario()
    )
    with pytest.raises(InputError, match="at least one to move"):
        constrained(still, Aim("welfare"), None, None)


def test_settings_that_are_no_constitution_are_passed_over(tmp_path):
    levers = {
        "governor.quorum_floor": {"low": 100_000, "high": 2_000_000},
        "governor.quorum_cap": {"low": 1_200_000, "high": 2_000_000},
    }

    file = StudyFile(
        name="s", question="q", levers=levers, design="lhs", samples=1, replicates=1,
        metrics=("y",),
    )  # fmt: skip
    model = Function("room", room, ("y",))
    study = Study.of(file, load_scenario(), ("y",))
    aim = Aim("y", trials=12, batch=6, worlds=1)
    result, tried = search(study, tmp_path / "s", aim, model=model)
    refused = [each for each in tried if each.value is None]
    assert refused
    assert all(floor > cap for floor, cap in (each.setting for each in refused))
    assert len(result.runs) == 12 - len(refused)


def room(values, replicate):
    """How far a cap lies above its floor."""
    return {"y": (values["governor.quorum_cap"] - values["governor.quorum_floor"]) * 1.0}
