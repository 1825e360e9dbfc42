"""The commands on studies, as a user calls them."""

import json

import pytest
from click.testing import CliRunner

from moot import main
from simulations.studies.store import open_study

STUDY = """
name = "mine"
question = "Does the first supply matter?"
days = 20
replicates = 2
metrics = ["treasury", "staked_share"]

[levers]
token.initial_supply = [10_000_000, 30_000_000]

[uncertainties]
"world.population.holders" = [40]

[[goals]]
metric = "staked_share"
at_least = 0.1
"""


@pytest.fixture
def call(tmp_path):
    """Calls moot beside a study file; returns code and output."""
    (tmp_path / "mine.toml").write_text(STUDY)
    runner = CliRunner()

    def run(*arguments: str):
        with runner.isolated_filesystem(tmp_path):
            done = runner.invoke(main, [word.replace("@", str(tmp_path)) for word in arguments])
        assert "Traceback" not in done.output
        return done

    return run


def test_new_writes_a_file_that_runs_dry(call, tmp_path):
    done = call("study", "new", "fresh", "--out", "@/fresh.toml")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "fresh.toml").read_text()
    again = call("study", "new", "fresh", "--out", "@/fresh.toml")
    assert (again.exit_code, "choose another name" in again.output) == (2, True)
    assert (tmp_path / "fresh.toml").read_text() == text
    wrong = call("study", "new", "Not A Name", "--out", "@/wrong.toml")
    assert wrong.exit_code == 2
    assert not (tmp_path / "wrong.toml").exists()


def test_a_dry_run_tells_and_writes_nothing(call, tmp_path):
    done = call("study", "run", "@/mine.toml", "--out", "@/out", "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["points"], told["runs"], told["missing"]) == (2, 4, 4)
    assert 0 < told["seconds"] < 60
    assert 0 < told["bytes"] < 1e6
    assert not (tmp_path / "out").exists()


def test_run_show_change_and_replay(call, tmp_path):
    done = call("study", "run", "@/mine.toml", "--out", "@/out")
    assert done.exit_code == 0, done.output
    assert "4 of 4 runs, 2 per point" in done.output
    assert "goal 1: staked_share at least 0.1 in 90% of runs: met at 2 of 2 points" in done.output
    shown = json.loads(call("study", "show", "@/out", "--json").stdout)
    assert (shown["done"], shown["ended"], shown["running"]) == (4, "done", False)
    assert shown["goals"][0]["met"] is True
    found = open_study(tmp_path / "out" / "sweep")
    assert "Does the first supply matter?" in call("study", "show", "@/out").output
    again = call("study", "replay", "@/out", "1", "1")
    assert f"staked_share: {found.runs.staked_share[3]:.17g}" in again.output
    assert call("study", "replay", "@/out", "2", "0").exit_code == 2
    text = STUDY.replace("replicates = 2", "replicates = 3")
    (tmp_path / "mine.toml").write_text(text)
    refused = call("study", "run", "@/mine.toml", "--out", "@/out")
    assert (refused.exit_code, "--resume" in refused.output) == (2, True)
    more = call("study", "run", "@/mine.toml", "--out", "@/out", "--resume", "--json")
    assert json.loads(more.stdout)["done"] == 6
    folder = call("study", "run", "@/out", "--resume", "--json")
    assert json.loads(folder.stdout)["runs"] == 6


def test_words_from_a_file_are_printed_as_they_are(call, tmp_path):
    (tmp_path / "mine.toml").write_text(STUDY.replace("Does", "What [/x] or [red]"))
    for command in (("study", "run", "@/mine.toml", "--out", "@/out"), ("study", "show", "@/out")):
        done = call(*command)
        assert (done.exit_code, "What [/x] or [red] the first" in done.output) == (0, True)


def test_values_that_a_zip_repeats_are_told_once(call, tmp_path):
    text = STUDY.replace("days = 20", 'days = 20\ndesign = "zip"').replace("[40]", "[40, 40]")
    (tmp_path / "mine.toml").write_text(text)
    assert call("study", "run", "@/mine.toml", "--out", "@/out").exit_code == 0
    assert "40, 40" not in call("study", "show", "@/out").output
    assert call("report", "@/out").exit_code == 0
    assert "40, 40" not in (tmp_path / "out" / "report.html").read_text()


def test_a_folder_without_a_study_is_named(call, tmp_path):
    for command in (("study", "show", "@"), ("report", "@/mine.toml")):
        done = call(*command)
        assert (done.exit_code, "holds no study: make one with" in done.output) == (2, True)


def test_a_partial_study_ends_with_code_5(call, tmp_path):
    text = STUDY + "[budget]\nseconds = 2\n"
    (tmp_path / "mine.toml").write_text(text.replace("replicates = 2", "replicates = 999"))
    done = call("study", "run", "@/mine.toml", "--out", "@/out", "--batch", "1", "--workers", "1")
    assert done.exit_code == 5, done.output
    assert "continue with: moot study run" in done.output
    assert "of 1,998 runs" in call("study", "show", "@/out").output


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--model", "macro"], "4 runs of the macro model"),
        (["--sample", "1"], "1 points, 2 runs of the members model"),
    ],
)
def test_options_that_change_the_study(call, arguments, part):
    done = call("study", "run", "@/mine.toml", "--out", "@/out", "--dry-run", *arguments)
    assert done.exit_code == 0, done.output
    assert part in done.output


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("runs = 3", "budget.runs = 3: the study has 2 points of 2 replicates, 4 runs"),
        ("seconds = 1e-9", "budget.seconds = 1e-09 does not hold one run"),
        ("hours = 1", "unknown field 'budget.hours'"),
    ],
)
def test_a_budget_that_holds_nothing(call, tmp_path, change, part):
    (tmp_path / "mine.toml").write_text(f"{STUDY}[budget]\n{change}\n")
    done = call("study", "run", "@/mine.toml", "--out", "@/out")
    assert (done.exit_code, part in done.output) == (2, True), done.output
    assert not (tmp_path / "out").exists()


def test_list_and_schema(call):
    listed = json.loads(call("study", "list", "--json").stdout)
    assert {"name", "question", "points", "runs", "design"} == set(listed[0])
    assert listed[0]["name"] in call("study", "list").output
    schema = json.loads(call("study", "schema").stdout)
    quorum = schema["properties"]["levers"]["properties"]["governor.quorum"]
    assert quorum["anyOf"][0]["items"]["maximum"] == 1
    assert "guardian.term" not in schema["properties"]["levers"]["properties"]
    assert "governor.quorum" not in schema["properties"]["uncertainties"]["properties"]
