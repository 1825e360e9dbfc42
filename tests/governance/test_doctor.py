"""The doctor: what it finds, what it says about what is missing, and its exit."""

import json
import sys

import click
import pytest
from click.testing import CliRunner

from governance import doctor
from governance.chain.abi import contract_names
from governance.commands import COMMANDS
from governance.errors import MissingPart

GROUP = click.Group(commands=COMMANDS)


def test_everything_required_is_here() -> None:
    result = CliRunner().invoke(GROUP, ["doctor"])
    assert result.exit_code == 0, result.output
    assert all(name in result.output for name in ("Python 3.12", "pyrevm", "anvil", "Chromium"))


def test_the_same_as_data() -> None:
    result = CliRunner().invoke(GROUP, ["doctor", "--json"])
    parts = {part["name"]: part for part in json.loads(result.output)["parts"]}
    assert parts["pyrevm"]["version"] == "0.3.7"
    assert parts["artifacts"]["version"] == f"{len(contract_names())} contracts"
    assert [name for name, part in parts.items() if part["required"]] == [
        "Python 3.12",
        "pyrevm",
        "web3",
        "artifacts",
    ]


def test_a_missing_required_part_fails_with_the_fix(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyrevm", None)
    with pytest.raises(MissingPart, match=r"pyrevm \(pip install pyrevm==0.3.7\)"):
        doctor.report(as_json=False)
    assert "MISSING  pyrevm      get it: pip install pyrevm==0.3.7" in capsys.readouterr().out


def test_a_missing_optional_part_is_only_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOOT_CHROMIUM", "/nowhere/chromium")
    doctor.report(as_json=False)
    assert "missing  Chromium    get it: install it, or set MOOT_CHROMIUM" in (
        capsys.readouterr().out
    )
