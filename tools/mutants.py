"""Put small faults into the governor, the gate and the vault, and see whether the tests notice.

    python -m tools.mutants [NAME]... [--sample N] [--seed S]    anew
    python -m tools.mutants [NAME]... --again                    only what survived last time

Each fault is compiled alone and its bytecode put into a copy of the tree, where the contract's
tests run until the first that fails. Faults that compile to the same code as the contract are none.
Which are tried is drawn by the seed; the record says how many of how many. ``make mutants`` does
the first.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tools.analysis import analyse
from tools.build_artifacts import DEPLOYED, ROOT, closure, source_hash
from tools.mutation import Mutant, mutants
from tools.snapshots import SNAPSHOTS
from tools.trial import PATIENCE, Compiler, compiled, copied, find

RECORD = SNAPSHOTS / "mutants.json"


@dataclass(frozen=True)
class Target:
    """Deployed contracts that are tried together, with their own tests, quickest first."""

    contracts: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self, root: Path) -> list[str]:
        """List the test files that there are in a tree, each once."""
        tests = root / "tests" / "contracts"
        found = [path for name in self.tests for path in sorted(tests.glob(f"test_{name}.py"))]
        return [path.relative_to(root).as_posix() for path in dict.fromkeys(found)]


TARGETS = {
    "vault": Target(
        ("StakedMoot",),
        ("staking", "staking_rewards", "mutants_vault", "governor", "staking_*"),
    ),
    "gate": Target(
        ("AttestationGate",), ("gate", "registry", "mutants_gate", "registry_*")
    ),
    "governor": Target(
        ("MootGovernor", "QuorumRule", "ProposalKinds", "ProposalGuard"),
        (
            "governor", "governor_rules", "quorum", "kinds", "guard", "mutants_governor",
            "governor_behaviours", "guardian", "treasury", "governor_*",
        ),
    ),
}  # fmt: skip


@dataclass
class Tally:
    """What became of the faults of a target."""

    sources: dict[str, str]
    seed: int
    faults: int
    killed: int = 0
    same_code: int = 0
    survived: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """Faults that changed the code."""
        return self.killed + len(self.survived)

    def add(self, mutant: Mutant, *, same: bool, survived: bool) -> None:
        """Count a fault, and say so if nobody noticed it."""
        if same:
            self.same_code += 1
        elif survived:
            self.survived.append(mutant.name)
            print(f"survived  {mutant.path}:{mutant.line}  {mutant.name}", flush=True)
        else:
            self.killed += 1


def own_sources(name: str) -> list[Path]:
    """List a contract's source and those beside it that it is made of."""
    return [
        path
        for path in closure(find(name))
        if path.parent == find(name).parent and (path.stem == name or path.stem not in DEPLOYED)
    ]


def faults(target: Target) -> list[tuple[str, Mutant]]:
    """List all faults of a target, each with the contract it is compiled into."""
    trees = analyse()["sources"]
    found: dict[str, tuple[str, Mutant]] = {}
    for contract in target.contracts:
        for path in own_sources(contract):
            name = path.relative_to(ROOT).as_posix()
            for mutant in mutants(name, trees[name]["ast"], path.read_bytes()):
                found.setdefault(mutant.name, (contract, mutant))
    return list(found.values())


def try_target(name: str, sample: int, seed: int, survivors: list[str] | None) -> Iterator[Tally]:
    """Try a sample of a target's faults, or those that survived last time; yield after each."""
    target = TARGETS[name]
    every = faults(target)
    tally = Tally(hashes(target), seed, len(every))
    random.Random(seed).shuffle(every)  # noqa: S311
    if survivors is not None:
        every = [found for found in every if found[1].name in survivors]
    with copied() as copy, Compiler() as compiler:
        files, started = target.files(copy.root), time.monotonic()
        if not copy.passes(files):
            raise SystemExit(f"error: the tests of the {name} fail without any fault")
        trial = partial(copy.passes, files, PATIENCE * (time.monotonic() - started))
        for contract, mutant in every:
            if tally.tried >= sample:
                break
            bytecode = compiler.bytecode(contract, mutant)
            if bytecode is not None:
                with copy.with_code(contract, bytecode):
                    same = bytecode == compiled(contract)
                    tally.add(mutant, same=same, survived=not same and trial())
                yield tally


def hashes(target: Target) -> dict[str, str]:
    """Return the source hash of each contract of a target."""
    return {name: source_hash(find(name)) for name in target.contracts}


def load() -> dict[str, Any]:
    """Load the record: a tally for each target, and why some faults change nothing."""
    if not RECORD.exists():
        return {"targets": {}, "equivalent": {}}
    record: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return record


def save(record: dict[str, Any]) -> None:
    """Write the record."""
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def score(tally: dict[str, Any], equivalent: dict[str, str]) -> float:
    """Return the part that was killed of the faults that change what the contract does."""
    survived = [name for name in tally["survived"] if name not in equivalent]
    return float(tally["killed"] / (tally["killed"] + len(survived)))


def updated(record: dict[str, Any], name: str, tally: Tally, again: bool) -> dict[str, Any]:
    """Return a record with a new tally of one target."""
    new = {**vars(tally), "survived": sorted(tally.survived)}
    if again:
        old = record["targets"][name]
        new = {**old, "killed": old["killed"] + tally.killed, "survived": new["survived"]}
    return {**record, "targets": {**record["targets"], name: new}}


def last_survivors(record: dict[str, Any], name: str) -> list[str]:
    """List what survived last time and changes something; refuse if the contract is another now."""
    old = record["targets"].get(name)
    if old is None or old["sources"] != hashes(TARGETS[name]):
        raise SystemExit(f"error: the {name} has changed since: run without --again")
    return list(old["survived"])


def report(record: dict[str, Any]) -> str:
    """Return the record as a table."""
    lines = [
        f"{'target':<10} {'faults':>6} {'tried':>6} {'killed':>6} {'no change':>9} {'score':>6}"
    ]
    for name, tally in record["targets"].items():
        same = sum(found in record["equivalent"] for found in tally["survived"])
        tried = tally["killed"] + len(tally["survived"])
        killed, part = tally["killed"], score(tally, record["equivalent"])
        lines.append(
            f"{name:<10} {tally['faults']:>6} {tried:>6} {killed:>6} {same:>9} {part:>6.1%}"
        )
    return "\n".join(lines)


def main() -> int:
    """Try the targets that are named, or all, and keep the record as it goes."""
    parser = argparse.ArgumentParser(description="Put faults into contracts and run their tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--sample", type=int, default=100, help="faults to try of each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="only what survived last time")
    given = parser.parse_args()
    if unknown := set(given.names) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}")
    for name in given.names or TARGETS:
        survivors = last_survivors(load(), name) if given.again else None
        for tally in try_target(name, given.sample, given.seed, survivors):
            if not given.again or tally.tried == len(survivors or ()):
                save(updated(load(), name, tally, given.again))
    print(report(load()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
