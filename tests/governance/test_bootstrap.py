"""The set-up script: what it refuses at once, and which .venv it takes for its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with what the script reads, under a path with a space."""
    folder = tmp_path / "a checkout"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "bootstrap.sh", folder / "tools")
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    return folder


def programs(folder: Path, **scripts: str) -> Path:
    """Write shell programs."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in scripts.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    return folder


def run(checkout: Path, line: list[str], *path: Path) -> Done:
    """Run a program in a checkout, with some folders first on the path."""
    kept = {"HOME": str(checkout), "PATH": os.pathsep.join([*map(str, path), "/usr/bin", "/bin"])}
    return subprocess.run(line, cwd=checkout, env=kept, capture_output=True, text=True)


def bootstrap(checkout: Path, *path: Path) -> Done:
    return run(checkout, ["tools/bootstrap.sh", "demo"], *path)


def fake_venv(checkout: Path) -> None:
    """Make a .venv of programs that do nothing, and well."""
    programs(checkout / ".venv" / "bin", python="exit 0", uv="exit 0")
    activate = f'export VIRTUAL_ENV="{checkout / ".venv"}"\n'
    (checkout / ".venv" / "bin" / "activate").write_text(activate)


def test_linux_on_arm_is_refused_before_anything_is_made(checkout: Path, tmp_path: Path) -> None:
    uname = "case $1 in -s) echo Linux;; -m) echo aarch64;; esac"
    done = bootstrap(checkout, programs(tmp_path / "bin", uname=uname))
    assert done.returncode == 1
    assert "no package for Linux on ARM" in done.stderr
    assert "--platform linux/amd64" in done.stderr
    assert not (checkout / ".venv").exists()


def test_without_python_and_pip_the_advice_is_real(checkout: Path, tmp_path: Path) -> None:
    bare = programs(tmp_path / "bin", python3="exit 1")
    for name in ("bash", "dirname", "uname"):
        (bare / name).symlink_to(str(shutil.which(name)))
    script = [str(shutil.which("bash")), "tools/bootstrap.sh", "demo"]
    kept = {"HOME": str(checkout), "PATH": str(bare)}
    done = subprocess.run(script, cwd=checkout, env=kept, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no uv here, and no pip for python3 to install it with" in done.stderr
    assert "astral.sh/uv/install.sh" in done.stderr
    assert "Debian 12 and 13 have no 3.12" in done.stderr


def test_a_moved_checkout_gets_a_new_venv(checkout: Path, tmp_path: Path) -> None:
    fake_venv(checkout)
    assert "installing requirements/demo.lock" in bootstrap(checkout).stderr
    again = bootstrap(checkout)
    assert (again.returncode, again.stderr) == (0, "")
    moved = checkout.rename(tmp_path / "moved")
    python = programs(tmp_path / "bin", **{"python3.12": "case $1 in -m) exit 9;; esac"})
    done = bootstrap(moved, python)
    assert ".venv was made for another folder: making it anew" in done.stderr
    assert done.returncode == 9


def test_locks_installed_elsewhere_are_installed_anew(checkout: Path, tmp_path: Path) -> None:
    fake_venv(checkout)
    assert bootstrap(checkout).returncode == 0
    copy = tmp_path / "copy"
    shutil.copytree(checkout, copy)
    fake_venv(copy)
    assert "installing requirements/demo.lock" in bootstrap(copy).stderr


def test_make_runs_the_programs_of_a_checkout_with_a_space(checkout: Path) -> None:
    fake_venv(checkout)
    programs(checkout / ".venv" / "bin", moot='echo "moot $*"', ruff='echo "ruff $*"')
    assert run(checkout, ["make", "demo"]).stdout == "moot demo\n"
    assert "ruff format --check" in run(checkout, ["make", "check"]).stdout
    assert "make demo " in run(checkout, ["make"]).stdout
