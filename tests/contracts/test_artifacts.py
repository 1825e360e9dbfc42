"""The committed artifacts are what the sources compile to, and fit on chain."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "governance" / "artifacts"
NAMES = sorted(path.stem for path in ARTIFACTS.glob("*.json"))
FILES = sorted(path.relative_to(ARTIFACTS) for path in ARTIFACTS.rglob("*.json"))
LARGEST = 24_576
"""Bytes a deployed contract may have (EIP-170)."""


@pytest.mark.parametrize("name", NAMES)
def test_contracts_fit_on_chain(name: str) -> None:
    artifact = json.loads((ARTIFACTS / f"{name}.json").read_text(encoding="utf-8"))
    code = bytes.fromhex(artifact["deployedBytecode"].removeprefix("0x"))
    assert 0 < len(code) < LARGEST
    assert artifact["contractName"] == name
    assert artifact["compiler"]["settings"]["evmVersion"] == "cancun"


@pytest.mark.ape
def test_compiling_through_ape_gives_the_committed_files(tmp_path: Path) -> None:
    if not (ROOT / "node_modules" / "solc").is_dir():
        pytest.fail("the compiler is not installed: run `npm ci --ignore-scripts`, or `make test`")
    environment = {key: value for key, value in os.environ.items() if key != "APE_DATA_FOLDER"}
    built = subprocess.run(
        [sys.executable, "-m", "tools.build_artifacts", "--out", tmp_path],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.json")) == FILES
    for name in FILES:
        compiled = (tmp_path / name).read_bytes()
        assert compiled == (ARTIFACTS / name).read_bytes(), f"{name}: run `make artifacts`"
