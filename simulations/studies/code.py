"""The version of the rules: what a run's figures depend on beside its scenario."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = (
    "governance/constitution.py", "governance/kinds.py", "governance/rules",
    "governance/settings.py",
    "governance/units.py", "simulations/*.py", "simulations/agents", "simulations/data",
    "simulations/day", "simulations/figures", "simulations/macro", "simulations/measures",
    "simulations/mechanisms", "simulations/worlds",
)  # fmt: skip
"""What decides the figures of a run: rules, world, models and metrics."""
TELLERS = frozenset(
    f"simulations/{name}.py"
    for name in ("assumptions", "calibration", "checks", "commands", "pull", "report", "store")
)
"""What only asks for them or tells them."""
LIBRARIES = ("numpy", "scipy")
"""Libraries whose versions may change the last digit of a figure."""


@cache
def code_version() -> str:
    """SHA-256 of the sources that decide a figure, and of the libraries' versions, in hex."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library}=={version(library)}\n".encode())
    for path in _sources():
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources() -> list[Path]:
    found: set[Path] = set()
    for source in SOURCES:
        path = ROOT / source
        parts = path.rglob("*") if path.is_dir() else path.parent.glob(path.name)
        found |= {each for each in parts if each.is_file() and "__pycache__" not in each.parts}
    return sorted(each for each in found if str(each.relative_to(ROOT)) not in TELLERS)
