"""The symbolic checks hold, for every value of their arguments.

halmos has an environment of its own, see `tools/halmos.sh`; one run of it serves all tests here.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHECKS = sorted(
    (path.name, name)
    for path in (ROOT / "tests" / "foundry" / "symbolic").glob("*.t.sol")
    for name in re.findall(r"function (check_\w+)\(", path.read_text(encoding="utf-8"))
)
_RESULT = re.compile(r"\[(\w+)\].{0,5} (check_\w+)\(")


@pytest.fixture(scope="module")
def results() -> dict[str, str]:
    """Run all checks, and return what became of each."""
    run = subprocess.run(
        [ROOT / "tools" / "halmos.sh", "--function", "check_"],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    found = {name: result for result, name in _RESULT.findall(run.stdout)}
    assert found, run.stdout[-4_000:]
    return found


@pytest.mark.symbolic
@pytest.mark.parametrize(("file", "check"), CHECKS)
def test_a_check_holds(file: str, check: str, results: dict[str, str]) -> None:
    assert results.get(check) == "PASS", f"{file}: {results.get(check, 'did not run')}"
