"""The faults that are put into contracts, and the record of which of them the tests noticed."""

import re
from pathlib import Path

import pytest

from tools.analysis import compile_sources
from tools.mutants import RECORD, TARGETS, Tally, load, report, score, updated
from tools.mutation import Mutant, mutants

LEAST = 0.85
"""Part of the faults that change a contract which its tests must notice."""
SOURCE = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

contract Till {
    uint256 public constant MOST = 1_000 wei;
    uint256 public held;
    bool public open = true;
    event Paid(uint256 wei_);
    error TooMuch(uint256 wei_);

    modifier whenOpen() {
        require(open);
        _;
    }

    function pay(uint256 amount) external whenOpen {
        if (held + amount > MOST) revert TooMuch(amount);
        held += amount;
        emit Paid(amount);
        for (uint256 i = 0; i < amount; ++i) {}
    }
}
"""


def faults() -> list[Mutant]:
    tree = compile_sources({"Till.sol": {"content": SOURCE}})["sources"]["Till.sol"]["ast"]
    return mutants("Till.sol", tree, SOURCE.encode())


@pytest.mark.solc
def test_each_kind_of_fault_is_made() -> None:
    found = {mutant.name for mutant in faults()}
    assert {
        "Till: uint256 public constant MOST = [1_000 → 1001] wei;",
        "Till: bool public open = [true → false];",
        "Till.whenOpen: [require(open); → {}]",
        "Till.pay: function pay(uint256 amount) external [whenOpen → ] {",
        "Till.pay: if (held [+ → -] amount > MOST) revert TooMuch(amount);",
        "Till.pay: if (held + amount [> → >=] MOST) revert TooMuch(amount);",
        "Till.pay: if (held + amount [> → <=] MOST) revert TooMuch(amount);",
        "Till.pay: if ([held + amount > MOST → false]) revert TooMuch(amount);",
        "Till.pay: held [+= → -=] amount;",
        "Till.pay: held [+= → =] amount;",
        "Till.pay: [held += amount; → {}]",
        "Till.pay: [emit Paid(amount); → {}]",
        "Till.pay: for (uint256 i = 0; i [< → <=] amount; ++i) {}",
        "Till.pay: for (uint256 i = 0; i < amount; [++ → --]i) {}",
    } <= found
    assert "Till.pay: for (uint256 i = 0; i < amount; [++i → {}]) {}" not in found


@pytest.mark.solc
def test_faults_have_names_of_their_own_and_compile() -> None:
    found = faults()
    assert len({mutant.name for mutant in found}) == len(found)
    for mutant in found:
        text = mutant.apply(SOURCE.encode()).decode()
        assert text != SOURCE
        assert text.count("\n") == SOURCE.count("\n")
        assert f"{mutant.text}" in text.splitlines()[mutant.line - 1]


def tally(killed: int, survived: list[str]) -> Tally:
    return Tally({"Till": "0"}, seed=1, faults=50, killed=killed, survived=survived)


def test_the_score_leaves_out_what_changes_nothing() -> None:
    found = vars(tally(17, ["a", "b", "c"]))
    assert score(found, {}) == pytest.approx(0.85)
    assert score(found, {"a": "as it was", "b": "as it was"}) == pytest.approx(17 / 18)


def test_trying_the_survivors_again_adds_to_what_was_killed() -> None:
    first = updated({"targets": {}, "equivalent": {}}, "till", tally(17, ["b", "a"]), again=False)
    assert first["targets"]["till"]["survived"] == ["a", "b"]
    second = updated(first, "till", tally(1, ["b"]), again=True)
    assert second["targets"]["till"] == {
        **first["targets"]["till"], "killed": 18, "survived": ["b"],
    }  # fmt: skip
    assert re.search(r"till +50 +19 +18 +0  94\.7%", report(second))


@pytest.mark.parametrize("name", TARGETS)
def test_the_tests_notice_faults(name: str) -> None:
    record = load()
    found = record["targets"][name]
    assert found["killed"] + len(found["survived"]) >= 50
    assert score(found, record["equivalent"]) >= LEAST, f"see {Path(RECORD).name}"


def test_what_is_called_no_change_survived_and_has_a_reason() -> None:
    record = load()
    survived = {name for found in record["targets"].values() for name in found["survived"]}
    for name, reason in record["equivalent"].items():
        assert name in survived, f"{name}: was noticed, so it is no longer without effect"
        assert len(reason) > 20, f"{name}: say why it changes nothing"
