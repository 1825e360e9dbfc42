"""Write down what the contracts promise to the outside, so that a change of it shows in a diff.

``contracts/snapshots`` holds for each deployed contract its ABI and its storage, and for all of
them the selectors and the sizes. ``make snapshots`` writes them; tests compare.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from governance.chain.abi import canonical
from tools.build_artifacts import ARTIFACTS, CONTRACTS, DEPLOYED

SNAPSHOTS = CONTRACTS / "snapshots"
CODE_LIMIT = 24_576
"""Bytes a deployed contract may have (EIP-170)."""
INIT_LIMIT = 2 * CODE_LIMIT
"""Bytes that creating it may take (EIP-3860), constructor arguments included."""
SELECTED = {"function": 4, "error": 4, "event": 32}
"""Bytes of the hash by which each kind of ABI entry is known on chain."""
STANDARD = {"Error(string)", "Panic(uint256)"}
"""Errors of the language itself."""

Entry = Mapping[str, Any]


def artifacts() -> dict[str, dict[str, Any]]:
    """Load the committed artifacts of the deployed contracts, by name."""
    return {
        name: json.loads((ARTIFACTS / f"{name}.json").read_text(encoding="utf-8"))
        for name in sorted(DEPLOYED)
    }


def signature(entry: Entry) -> str:
    """Return ``name(type,…)``, which is what selectors are hashes of."""
    return f"{entry['name']}({','.join(map(canonical, entry.get('inputs', ())))})"


def _parameters(found: Iterable[Entry]) -> str:
    words = (
        (canonical(item), "indexed" * bool(item.get("indexed")), item.get("name") or "")
        for item in found
    )
    return ", ".join(" ".join(filter(None, parts)) for parts in words)


def describe(entry: Entry) -> str:
    """Return an ABI entry on one line, as Solidity would declare it."""
    head = f"{entry['type']} {entry.get('name', '')}".strip()
    text = f"{head}({_parameters(entry.get('inputs', ()))})"
    if entry.get("stateMutability", "nonpayable") != "nonpayable":
        text += f" {entry['stateMutability']}"
    if entry.get("outputs"):
        text += f" returns ({_parameters(entry['outputs'])})"
    return text


def selectors(abis: Mapping[str, Iterable[Entry]]) -> dict[tuple[str, str, str], list[str]]:
    """List the contracts that have each function, error and event, by kind, selector and text."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name, abi in abis.items():
        for entry in abi:
            if length := SELECTED.get(entry["type"]):
                text = signature(entry)
                digest = f"0x{keccak(text=text)[:length].hex()}"
                holders = found.setdefault((entry["type"], digest, text), [])
                if name not in holders:
                    holders.append(name)
    return found


def collisions(found: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """List signatures of one kind that share a selector; errors include the language's own."""
    own = [("error", f"0x{keccak(text=text)[:4].hex()}", text) for text in sorted(STANDARD)]
    first: dict[tuple[str, str], str] = {}
    clashes = []
    for kind, digest, text in [*own, *found]:
        other = first.setdefault((kind, digest), text)
        if other != text:
            clashes.append((other, text))
    return clashes


def storage_lines(layout: Mapping[str, Any]) -> Iterator[str]:
    """Yield where each state variable lies, and each struct below, by slot and byte."""
    types = layout["types"]
    yield "slot  byte  bytes  variable"
    yield from _places(layout["variables"], types)
    for label in sorted(label for label, kind in types.items() if "members" in kind):
        yield f"\n{label}"
        yield from _places(types[label]["members"], types)


def _places(variables: Iterable[Entry], types: Mapping[str, Any]) -> Iterator[str]:
    for item in variables:
        size = types[item["type"]]["bytes"]
        yield f"{item['slot']:>4}  {item['offset']:>4}  {size:>5}  {item['type']} {item['name']}"


def sizes(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the bytes of each contract on chain and in its creation, and what is left of both."""
    yield f"{'contract':<20} {'deployed':>9} {'left':>7} {'creation':>9} {'left':>7}"
    for name, artifact in found.items():
        code, init = (
            len(artifact[part].removeprefix("0x")) // 2 for part in ("deployedBytecode", "bytecode")
        )
        left, init_left = CODE_LIMIT - code, INIT_LIMIT - init
        yield f"{name:<20} {code:>9,} {left:>7,} {init:>9,} {init_left:>7,}"


def _selector_table(abis: Mapping[str, Iterable[Entry]]) -> Iterator[str]:
    for (kind, digest, text), names in sorted(selectors(abis).items()):
        yield f"{kind:<8} {digest}  {text}  {' '.join(sorted(names))}"


def build() -> dict[str, str]:
    """Return the text of every snapshot, by path below `SNAPSHOTS`."""
    found = artifacts()
    abis = {name: artifact["abi"] for name, artifact in found.items()}
    lines: dict[str, Iterable[str]] = {
        **{f"abi/{name}.txt": sorted(map(describe, abi)) for name, abi in abis.items()},
        **{f"storage/{name}.txt": storage_lines(each["storage"]) for name, each in found.items()},
        "selectors.txt": _selector_table(abis),
        "sizes.txt": sizes(found),
    }
    return {path: "\n".join(text) + "\n" for path, text in sorted(lines.items())}


def stored(folder: Path = SNAPSHOTS) -> dict[str, str]:
    """Return the text of every snapshot in a folder, by path below it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.txt"))
    }


def main() -> int:
    """Write the snapshots, and say which changed."""
    argparse.ArgumentParser(description="Write the contracts' snapshots.").parse_args()
    before, after = stored(), build()
    for path in sorted(set(before) - set(after)):
        (SNAPSHOTS / path).unlink()
        print(f"removed {path}")
    for path, text in after.items():
        if before.get(path) != text:
            (SNAPSHOTS / path).parent.mkdir(parents=True, exist_ok=True)
            (SNAPSHOTS / path).write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
