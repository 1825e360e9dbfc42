"""What a new user does: clone, and type what the README says."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def visitor_environment() -> dict[str, str]:
    """This environment less what our own make put there."""
    ours = str(ROOT)
    path = [part for part in os.environ["PATH"].split(os.pathsep) if not part.startswith(ours)]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MOOT_", "APE_", "SOLCX_", "VIRTUAL_ENV", "PYTHON"))
    }
    return kept | {"PATH": os.pathsep.join(path), "MOOT_HEADLESS": "1"}


@pytest.mark.clone
def test_make_demo_in_a_clean_clone(tmp_path):
    assert "    make demo" in (ROOT / "README.md").read_text()
    clone = tmp_path / "moot"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    done = subprocess.run(
        ["make", "demo"], cwd=clone, env=visitor_environment(), capture_output=True, text=True
    )
    try:
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert "7/7 Look at it" in done.stdout
        assert "The dashboard answers at http://127.0.0.1:" in done.stdout
        results = clone / "results" / "demo"
        for name in ("rehearsal/steps", "sweep/points", "twin/drift"):
            assert (results / f"{name}.parquet").stat().st_size > 1_000
        assert (results / "story.json").exists()
        assert not (clone / "node_modules").exists(), "the demo needs pip alone"
        status = ["git", "-C", str(clone), "status", "--porcelain"]
        assert not subprocess.run(status, capture_output=True, check=True).stdout
    finally:
        shutil.rmtree(clone / ".venv", ignore_errors=True)
