"""Paths into a contract's storage: where they lead, by the rules of the language."""

import pytest
from eth_utils.crypto import keccak

from governance.chain.layout import elements, hashes, place
from governance.errors import InputError


def at(*words: int) -> int:
    """Hash of words."""
    return int.from_bytes(keccak(b"".join(word.to_bytes(32) for word in words)))


def test_a_variable_lies_in_its_slot_and_a_small_one_in_a_part_of_it() -> None:
    assert place("MootToken", "_totalSupply").slots([()]) == [2]
    assert place("MootToken", "_totalSupply").values([7, 2**255]) == [7, 2**255]
    rate = place("Curation", "taxBps")
    assert (rate.shift, rate.mask) == (0, 0xFFFF)
    assert place("StakedMoot", "_stream.remaining").values([5 << 208 | 3]) == [5]


def test_entries_of_mappings_lie_at_hashes_of_key_and_slot() -> None:
    locked = place("StakedMoot", "_lockedBy[{0}][{1}]")
    assert locked.slots([(5, 6), (5, 7)]) == [at(6, at(5, 20)), at(7, at(5, 20))]
    swapped = place("StakedMoot", "_lockedBy[{1}][{0}]")
    assert swapped.slots([(6, 5)]) == locked.slots([(5, 6)])[:1]
    ready = place("StakedMoot", "_exits[{0}].readyAt")
    assert ready.slots([(9,)]) == [at(9, 18)]
    assert ready.values([4 << 208 | 17]) == [4]


def test_elements_of_dynamic_arrays_begin_at_the_hash_of_the_slot() -> None:
    ruling = place("Court", "_disputes[{0}].ruling")
    assert ruling.slots([(0,), (2,)]) == [at(10) + 3, at(10) + 2 * 4 + 3]
    assert place("Court", "_disputes.length").slots([()]) == [10]
    nested = place("Court", "_rounds[{0}][{1}].pot")
    assert nested.slots([(3, 1)]) == [at(at(3, 11)) + 7 + 3]
    fixed = place("MootGovernor", "_proposalVotes[{0}].votes[2]")
    assert fixed.slots([(8,)]) == [at(8, 9) + 2]


def test_the_last_element_is_found_by_the_length() -> None:
    votes = place("StakedMoot", "_delegateCheckpoints[{0}]._checkpoints[-1]._value")
    (array,) = votes.slots([(4,)])
    assert votes.last
    assert array == at(4, 11)
    (first,) = elements([array])
    assert votes.of_last(first, 3) == at(at(4, 11)) + 2
    assert votes.values([9 << 48 | 1]) == [9]
    pot = place("Court", "_rounds[{0}][-1].pot")
    assert pot.of_last(100, 3) == 100 + 2 * 7 + 3


def test_no_text_is_hashed_twice() -> None:
    asked = []

    def counting(texts):
        asked.extend(texts)
        return hashes(texts)

    rows = [(lane, 1) for lane in (0, 0, 0)] + [(0, 2)]
    found = place("Court", "_jurors[{0}][{1}].stake").slots(rows, counting)
    assert found == [at(1, at(0, 4))] * 3 + [at(2, at(0, 4))]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("_exits", "is not one value"),
        ("_exits[{0}]", "struct StakedMoot.Exit is not one value"),
        ("_name", "string is not one value"),
        ("_exits[{0}].ready", "there is no 'ready', but shares, readyAt"),
        ("_stakes", "there is no '_stakes', but _balances, "),
        ("_exits(0)", r"'\(0\)' is no part of a path"),
        ("cooldown[0]", "uint48 has no elements"),
        ("cooldown.length", "uint48 has no members"),
        ("_balances[-1]", r"\[-1\] is for dynamic arrays, not mapping"),
        ("_totalCheckpoints._checkpoints", "is not one value"),
    ],
)
def test_a_path_that_leads_nowhere_is_said(path: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        place("StakedMoot", path)


def test_keys_behind_a_last_element_are_refused() -> None:
    with pytest.raises(InputError, match="has no keys"):
        place("Court", "_rounds[{0}][-1].votes[{1}]")


def test_only_deployed_contracts_tell_of_their_storage() -> None:
    with pytest.raises(InputError, match="Lens tells nothing of its storage"):
        place("Lens", "anything")
