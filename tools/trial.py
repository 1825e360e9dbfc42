"""Compile a fault and run the tests on it, in a copy of the tree."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tools.analysis import settings
from tools.build_artifacts import ARTIFACTS, CONTRACTS, ROOT
from tools.mutation import Mutant

PATIENCE = 5
"""How many times longer than without a fault tests may take before they have noticed it."""
RENEWAL = 40
"""Compilations after which the compiler starts anew, for it gives no memory back."""
PYTEST = (
    "-m", "pytest", "-x", "-q", "--no-header", "--hypothesis-seed=0", "-o", "addopts=",
    "-p", "no:cacheprovider", "-p", "no:ape_test",
)  # fmt: skip
QUICK = """from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "mutants",
    phases=(Phase.explicit, Phase.generate),  # a fault is noticed; what shows it best is no matter
    database=None,
    deadline=None,
    suppress_health_check=tuple(HealthCheck),
)
settings.load_profile("mutants")
"""


def find(name: str) -> Path:
    """Return the source of a deployed contract."""
    (path,) = CONTRACTS.rglob(f"{name}.sol")
    return path


def compiled(contract: str) -> str:
    """Return the creation code of a contract's artifact."""
    text = (ARTIFACTS / f"{contract}.json").read_text(encoding="utf-8")
    return str(json.loads(text)["bytecode"])


class Compiler:
    """The compiler, kept loaded."""

    def __init__(self) -> None:
        self._process: Any = None
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def bytecode(self, contract: str, mutant: Mutant | None = None) -> str | None:
        """Return a contract's creation code, with a fault if one is given; None if that fails."""
        path = find(contract).relative_to(ROOT).as_posix()
        sources = {path: {"content": find(contract).read_text(encoding="utf-8")}}
        if mutant is not None:
            text = mutant.apply((ROOT / mutant.path).read_bytes()).decode()
            sources[mutant.path] = {"content": text}
        outputs = {path: {contract: ["evm.bytecode.object"]}}
        output = self._ask({"sources": sources, "settings": settings(outputs)})
        if any(error["severity"] == "error" for error in output.get("errors", ())):
            return None
        return f"0x{output['contracts'][path][contract]['evm']['bytecode']['object']}"

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._process is None or self._done >= RENEWAL:
            self.close()
            self._process = subprocess.Popen(
                ["node", ROOT / "tools" / "solc-lines.cjs"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            )  # fmt: skip
        self._process.stdin.write(json.dumps({"language": "Solidity", **request}) + "\n")
        self._process.stdin.flush()
        self._done += 1
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process, self._done = None, 0


@dataclass(frozen=True)
class Copy:
    """A copy of what the contracts' tests need, in which artifacts are changed."""

    root: Path

    def passes(self, files: list[str], limit: float | None = None) -> bool:
        """Whether all tests pass, within a limit of seconds if one is given."""
        environment = {**os.environ, "PYTHONPATH": str(self.root)}
        try:
            done = subprocess.run(
                [sys.executable, *PYTEST, *files],
                cwd=self.root, env=environment, capture_output=True, timeout=limit, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        if done.returncode not in (0, 1):
            raise SystemExit(f"error: the tests could not run\n{done.stdout.decode()}")
        return done.returncode == 0

    @contextmanager
    def with_code(self, contract: str, bytecode: str) -> Iterator[None]:
        """Replace a contract's creation code for a while."""
        path = self.root / ARTIFACTS.relative_to(ROOT) / f"{contract}.json"
        before = path.read_text(encoding="utf-8")
        path.write_text(json.dumps({**json.loads(before), "bytecode": bytecode}), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")


@contextmanager
def copied() -> Iterator[Copy]:
    """Copy the tree for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder)
        for name in ("governance", "tests", "tools"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", root)
        (root / "conftest.py").write_text(QUICK, encoding="utf-8")
        yield Copy(root)
