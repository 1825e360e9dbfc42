"""What the project says about itself is true."""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from simulations.assumptions import PAGE, filled

ROOT = Path(__file__).resolve().parent.parent


def test_assumptions_are_the_declared_ones():
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page, "run: python -m simulations.assumptions"


def test_lock_files_name_no_addresses():
    locks = [*(ROOT / "requirements").glob("*.lock"), ROOT / "package-lock.json"]
    assert len(locks) >= 3
    for lock in locks:
        assert "://" not in re.sub(r'"(url|homepage)": "[^"]*"', "", lock.read_text()), lock


def test_version_is_told_once():
    assert f"[{version('moot')}]" in (ROOT / "CHANGELOG.md").read_text()
    assert f"version: {version('moot')}" in (ROOT / "CITATION.cff").read_text()


def test_bench_prints_one_json_line_per_figure():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "command"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines
    for line in lines:
        assert set(line) == {"name", "value", "unit", "baseline", "ratio", "runs", "interval"}


def test_readme_links_lead_somewhere():
    for page in ROOT.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (ROOT / target).exists(), f"{page.name} links to {target}"
