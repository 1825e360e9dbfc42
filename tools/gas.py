"""Measure what transactions cost on a node, and write it into `contracts/README.md`.

The embedded chain cannot tell: nothing is mined there, so storage stays warm. Anvil is a node, and
with its clock standing still the figures are the same in every run. OpenZeppelin's own Governor is
measured beside ours, in the same run.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from tests.contracts.metering import Figures, measure
from tools.build_artifacts import CONTRACTS, ROOT
from tools.snapshots import SNAPSHOTS

SNAPSHOT = SNAPSHOTS / "gas.json"
PAGE = CONTRACTS / "README.md"
OPEN, CLOSE = "<!-- gas: written by `make snapshots` -->", "<!-- /gas -->"


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure of ours, what it stands for, and its like in a plain DAO."""

    key: str
    call: str
    meaning: str
    plain: str = ""


ROWS = (
    Row("deposit", "StakedMoot.deposit", "a first stake"),
    Row("requestExit", "StakedMoot.requestExit", "of the whole stake"),
    Row("redeem", "StakedMoot.redeem", "after the cooldown"),
    Row("propose", "MootGovernor.propose", "one call", "plain.propose"),
    Row("castVote", "MootGovernor.castVote", "not the first vote", "plain.castVote"),
    Row("castVoteBySig", "MootGovernor.castVoteBySig", "a key's", "plain.castVoteBySig"),
    Row("queue", "MootGovernor.queue", "one call", "plain.queue"),
    Row("execute", "MootGovernor.execute", "a token transfer", "plain.execute"),
    Row("draw", "Court.draw", "three seats among five jurors"),
    Row("commit", "Court.commit", "a hidden vote"),
    Row("reveal", "Court.reveal", "not the first"),
    Row("attest", "AttestationGate.attest", "not an auditor's first"),
    Row("buy", "Curation.buy", "not the first signal of a model"),
    Row("pay", "Market.payUses", "split five ways"),
)


def table(figures: Mapping[str, int]) -> str:
    """Return the figures as a table in Markdown."""
    lines = ["| call | gas | OpenZeppelin's Governor | measured |", "| --- | ---: | ---: | --- |"]
    for row in ROWS:
        plain = f"{figures[row.plain]:,}" if row.plain else ""
        lines.append(f"| `{row.call}` | {figures[row.key]:,} | {plain} | {row.meaning} |")
    return "\n".join(lines)


def filled(page: str, figures: Mapping[str, int]) -> str:
    """Return a page with the table between its marks."""
    head, _, rest = page.partition(OPEN)
    _, mark, tail = rest.partition(CLOSE)
    if not mark:
        raise SystemExit(f"error: {PAGE.relative_to(ROOT)} has no place marked {OPEN}")
    return f"{head}{OPEN}\n{table(figures)}\n{mark}{tail}"


def stored() -> Figures:
    """Load the figures of the last measurement."""
    figures: Figures = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return figures


def main() -> int:
    """Measure, and write the snapshot and the table."""
    argparse.ArgumentParser(description="Measure gas and write it down.").parse_args()
    figures = measure()
    SNAPSHOT.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
