"""What made a result: versions, commit, bytecode. Gathered once, stored with everything."""

import json
import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "governance" / "artifacts"
_PACKAGES = ("moot", "numpy", "cadcad", "mesa", "pandas", "pyarrow", "pyrevm")


@cache
def provenance() -> dict[str, Any]:
    """Versions, commit and bytecode hashes of what runs now, as JSON data."""
    return {
        "versions": {"python": platform.python_version()} | {n: _version(n) for n in _PACKAGES},
        "commit": _git("rev-parse", "HEAD") or "unknown",
        "dirty": bool(_git("status", "--porcelain")),
        "bytecode": bytecode_hashes(),
    }


@cache
def bytecode_hashes() -> dict[str, str]:
    """Keccak-256 of every contract's creation code, in hex, by name."""
    hashes = {}
    for path in sorted(ARTIFACTS.glob("*.json")):
        code = json.loads(path.read_text(encoding="utf-8"))["bytecode"]
        hashes[path.stem] = keccak(bytes.fromhex(code.removeprefix("0x"))).hex()
    return hashes


def now() -> str:
    """The wall clock in UTC, for the record only."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _git(*arguments: str) -> str:
    if not (ROOT / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
