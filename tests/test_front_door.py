"""The moot command: quick to answer, one message and one exit code per error."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from moot import main

HEAVY = ("numpy", "pandas", "mesa", "cadCAD", "web3", "streamlit", "plotly", "pyrevm", "pydantic")


def test_help_imports_nothing_heavy():
    script = "import sys, json, moot; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded.intersection(HEAVY)


def test_every_command_explains_itself_with_an_example():
    runner = CliRunner()
    for name, command in main.commands.items():
        text = runner.invoke(main, [name, "--help"]).output
        assert command.help, name
        if not hasattr(command, "commands"):
            assert "moot" in text.split("\n", 1)[1], f"{name} --help shows no example"


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["simulate", "startpu"], 2, "did you mean 'startup'"),
        (["simulate", "--days", "0"], 2, "days = 0"),
        (["simulate", "--world", "nowhere.toml"], 2, "nowhere.toml: no such file"),
        (["study", "run", "missing"], 2, "no preset 'missing'"),
        (["twin", "--run", "x"], 2, "'x' is not a valid integer"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(tmp_path, arguments, code, part):
    runner = CliRunner()
    with runner.isolated_filesystem(tmp_path) as folder:
        done = runner.invoke(main, arguments)
        assert done.exit_code == code, done.output
        assert part in done.output
        assert "Traceback" not in done.output
        written = subprocess.run(["ls", "-A", folder], capture_output=True, text=True, check=True)
        assert not written.stdout, "nothing may be written on bad input"


def test_simulate_writes_and_prints(tmp_path):
    out = tmp_path / "mine"
    done = CliRunner().invoke(
        main, ["simulate", "lab", "--world", "village", "--days", "60", "-n", "5", "--json",
               "--out", str(out)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert {row["name"] for row in told["metrics"]} > {"turnout", "treasury"}
    assert (out / "rehearsal" / "steps.parquet").exists()


def test_study_writes_and_prints(tmp_path):
    study = tmp_path / "mine.toml"
    study.write_text(
        'name = "mine"\nquestion = "Does cooldown matter?"\ndays = 30\nreplicates = 2\n'
        '[axes]\n"staking.cooldown" = ["7d", "30d"]\n'
    )
    done = CliRunner().invoke(main, ["study", "run", str(study), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "Does cooldown matter?" in done.output
    assert (tmp_path / "out" / "sweep" / "points.parquet").exists()


def test_twin_prints_drift_and_says_when_it_is_beyond(tmp_path, monkeypatch):
    call = ["twin", "lab", "--world", "village", "--days", "40", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, call)
    assert done.exit_code == 0, done.output
    assert "│ staked " in done.output
    monkeypatch.setattr("simulations.twin.variable.BOUND_REL", 0.0)
    monkeypatch.setattr("simulations.twin.variable.BOUND_ABS", -1.0)
    refused = CliRunner().invoke(main, call)
    assert refused.exit_code == 3
    assert "drifts from the contracts" in refused.output
