"""What the contracts promise to the outside is what `contracts/snapshots` says."""

import pytest

from tools.analysis import layout
from tools.snapshots import artifacts, build, collisions, describe, selectors, storage_lines, stored

REFRESH = "if that is meant, run `make snapshots`"


@pytest.fixture(scope="module")
def built() -> dict[str, str]:
    return build()


@pytest.mark.solc
@pytest.mark.parametrize("part", ["abi/", "storage/", "selectors.txt", "sizes.txt"])
def test_snapshots_are_up_to_date(built: dict[str, str], part: str) -> None:
    kept = {path: text for path, text in stored().items() if path.startswith(part)}
    found = {path: text for path, text in built.items() if path.startswith(part)}
    assert found
    changed = {path for path in kept | found if kept.get(path) != found.get(path)}
    assert not changed, f"{', '.join(sorted(changed))} changed: {REFRESH}"


def test_no_two_signatures_share_a_selector() -> None:
    found = selectors({name: artifact["abi"] for name, artifact in artifacts().items()})
    assert len(found) > 500
    assert not collisions(found)


def test_shared_selectors_are_noticed() -> None:
    def function(name: str, kind: str) -> dict[str, object]:
        return {"type": "function", "name": name, "inputs": [{"type": kind, "name": "x"}]}

    pair = function("burn", "uint256"), function("collate_propagate_storage", "bytes16")
    found = selectors({"One": pair[:1], "Other": pair[1:]})
    assert {digest for _, digest, _ in found} == {"0x42966c68"}
    assert collisions(found) == [("burn(uint256)", "collate_propagate_storage(bytes16)")]
    assert not collisions(selectors({"One": pair[:1], "Other": pair[:1]}))


def test_abi_entries_read_as_declarations() -> None:
    plan = {
        "type": "tuple[]",
        "name": "plans",
        "components": [{"type": "uint128", "name": "amount"}, {"type": "address", "name": "to"}],
    }
    entry = {
        "type": "function",
        "name": "create",
        "inputs": [plan, {"type": "bytes32", "name": ""}],
        "outputs": [{"type": "uint256", "name": "id"}],
        "stateMutability": "payable",
    }
    text = "function create((uint128,address)[] plans, bytes32) payable returns (uint256 id)"
    assert describe(entry) == text
    topic = {"type": "address", "name": "who", "indexed": True}
    assert describe({"type": "event", "name": "Left", "inputs": [topic]}) == (
        "event Left(address indexed who)"
    )


def test_storage_lists_variables_by_slot_and_byte_and_then_structs() -> None:
    def at(slot: int, offset: int, label: str, kind: str) -> dict[str, object]:
        return {"slot": str(slot), "offset": offset, "label": label, "type": kind}

    told = {
        "storage": [at(0, 0, "paused", "flag"), at(0, 1, "exit", "pair")],
        "types": {
            "flag": {"label": "bool", "numberOfBytes": "1"},
            "pair": {
                "label": "struct Vault.Exit",
                "numberOfBytes": "32",
                "members": [at(0, 0, "done", "flag")],
            },
        },
    }
    assert [line.split() for line in storage_lines(layout(told))] == [
        ["slot", "byte", "bytes", "variable"],
        ["0", "0", "1", "bool", "paused"],
        ["0", "1", "32", "struct", "Vault.Exit", "exit"],
        ["struct", "Vault.Exit"],
        ["0", "0", "1", "bool", "done"],
    ]
