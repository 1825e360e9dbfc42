"""Slither finds nothing in the contracts that is not answered beside the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.analysis import compile_sources, sources
from tools.audit import Report, audit

pytestmark = pytest.mark.solc
ANSWER = re.compile(r"// slither-disable-(\S+) ?(.*)")
REASONED = re.compile(r"[a-z0-9-]+(,[a-z0-9-]+)*: \S.{8,}")


@pytest.fixture(scope="module")
def report() -> Report:
    return audit()


def test_nothing_above_informational_is_unanswered(report: Report) -> None:
    assert not report.findings, "\n".join(
        [*report.findings, "mend it, or answer it in the line above and say why it is no fault"]
    )


def test_no_answer_outlives_what_it_answered(report: Report) -> None:
    assert not report.idle, "\n".join(report.idle)


def answers() -> Iterator[tuple[str, str, str]]:
    for name, source in sources().items():
        for number, line in enumerate(source["content"].splitlines(), start=1):
            if found := ANSWER.search(line):
                yield f"{name}:{number}", found[1], found[2]


def test_every_answer_stands_above_one_line_and_gives_a_reason() -> None:
    found = list(answers())
    assert len(found) > 10
    for place, scope, text in found:
        assert scope == "next-line", f"{place}: answer each finding where it is"
        assert REASONED.fullmatch(text), f"{place}: say why, as in `detector: reason`"


FAULTY = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

contract Faulty {
    mapping(address => uint256) public owed;

    function pay() external {
        (bool sent,) = msg.sender.call{value: owed[msg.sender]}("");
        require(sent);
        owed[msg.sender] = 0;
    }
}
"""


def test_a_fault_is_found(tmp_path: Path) -> None:
    path = tmp_path / "Faulty.sol"
    path.write_text(FAULTY, encoding="utf-8")
    found = audit(compile_sources({str(path): {"content": FAULTY}})).findings
    assert [line.split(": ")[:2] for line in found] == [["High", "reentrancy-eth"]]
