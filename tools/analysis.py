"""Ask the compiler for syntax trees and storage layouts of the contracts, and for no bytecode.

Without code to generate and optimise it answers in five seconds instead of twenty-five, so that
what only reads the sources need not wait for `tools/build_artifacts.py`.
"""

import functools
import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from tools.build_artifacts import CONTRACTS, DEPLOYED, ROOT, prepare_environment

COMPILER = ROOT / "tools" / "solc-bin" / "solc-v0.8.37"
REMAPPING = "@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/"
OUTPUTS = {"*": {"": ["ast"], "*": ["abi", "storageLayout"]}}
OUTSIDE = {".cache", "mocks"}
"""Folders of copies and of test doubles, which are never deployed."""


def sources() -> dict[str, dict[str, str]]:
    """Return the text of every contract that is not a test double, by path from the root."""
    return {
        path.relative_to(ROOT).as_posix(): {"content": path.read_text(encoding="utf-8")}
        for path in sorted(CONTRACTS.rglob("*.sol"))
        if not OUTSIDE & set(path.relative_to(CONTRACTS).parts)
    }


def settings(outputs: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that Ape compiles with, for other outputs."""
    return {
        "evmVersion": "cancun",
        "metadata": {"bytecodeHash": "none"},
        "optimizer": {"enabled": True, "runs": 200},
        "outputSelection": outputs,
        "remappings": [REMAPPING],
    }


def compile_sources(found: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return the compiler's standard JSON output for some sources.

    Raises
    ------
    SystemExit
        If one does not compile.
    """
    prepare_environment()
    request = {"language": "Solidity", "sources": found, "settings": settings(OUTPUTS)}
    answer = subprocess.run(
        [COMPILER, "--standard-json"],
        cwd=ROOT,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    output: dict[str, Any] = json.loads(answer.stdout)
    errors = [error for error in output.get("errors", []) if error["severity"] == "error"]
    if errors:
        raise SystemExit("".join(error["formattedMessage"] for error in errors))
    return output


@functools.cache
def analyse() -> dict[str, Any]:
    """Return the compiler's output for all contracts; it is asked once in a process."""
    return compile_sources(sources())


def layouts() -> dict[str, dict[str, Any]]:
    """Return where each deployed contract keeps its state, by its name; see `layout`."""
    return {
        name: layout(contract["storageLayout"])
        for contracts in analyse()["contracts"].values()
        for name, contract in contracts.items()
        if name in DEPLOYED
    }


def layout(told: Mapping[str, Any]) -> dict[str, Any]:
    """Name types as the sources do: the compiler numbers them, anew when any source changes."""
    types = told["types"] or {}
    named = {kind: about["label"] for kind, about in types.items()}

    def places(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "name": entry["label"],
                "type": named[entry["type"]],
                "slot": int(entry["slot"]),
                "offset": entry["offset"],
            }
            for entry in entries
        ]

    found = {}
    for about in types.values():
        kind: dict[str, Any] = {"bytes": int(about["numberOfBytes"])}
        kind |= {part: named[about[part]] for part in ("key", "value", "base") if part in about}
        if "members" in about:
            kind["members"] = places(about["members"])
        found[about["label"]] = kind
    return {"variables": places(told["storage"]), "types": found}
