"""Contract types: encoding, decoding, overloads, tuples, refusals."""

import pytest
from eth_abi.abi import encode

from governance.chain.abi import ContractType, contract, contract_names
from governance.chain.decoding import decode_log, decode_revert
from governance.errors import InputError, MissingPart

ANN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
WIDE = [
    {
        "type": "function",
        "name": "store",
        "inputs": [
            {
                "name": "items",
                "type": "tuple[]",
                "components": [{"name": "a", "type": "uint8"}, {"name": "b", "type": "address"}],
            }
        ],
        "outputs": [{"name": "", "type": "address[]"}, {"name": "", "type": "bool"}],
    },
    {"type": "function", "name": "same", "inputs": [], "outputs": []},
    {"type": "function", "name": "same", "inputs": [{"name": "", "type": "bool"}]},
    {"type": "receive", "stateMutability": "payable"},
]


@pytest.fixture
def wide() -> ContractType:
    return ContractType.from_abi("Wide", WIDE, b"\x00")


def test_known_selectors() -> None:
    """ERC-20's transfer and ERC-165's supportsInterface are public constants."""
    assert contract("MootToken").function("transfer").selector.hex() == "a9059cbb"
    assert contract("MootToken").function("supportsInterface").selector.hex() == "01ffc9a7"


def test_calldata_is_the_abi_encoding() -> None:
    data = contract("MootToken").encode("transfer", ANN, 5)
    assert data == bytes.fromhex("a9059cbb") + encode(["address", "uint256"], [ANN, 5])


def test_a_call_is_read_back() -> None:
    kind = contract("MootToken")
    decoded = kind.decode_call(kind.encode("transfer", ANN, 5))
    assert decoded is not None
    assert (decoded[0].name, decoded[1]) == ("transfer", (ANN, 5))
    assert kind.decode_call(b"\x00\x00\x00\x00") is None
    assert kind.decode_call(bytes.fromhex("a9059cbb00")) is None


def test_tuples_and_arrays(wide: ContractType) -> None:
    assert wide.function("store").text == "store((uint8,address)[])"
    data = wide.encode("store", [(1, ANN)])
    assert data[4:] == encode(["(uint8,address)[]"], [[(1, ANN)]])
    answer = encode(["address[]", "bool"], [[ANN], True])
    assert wide.decode("store", answer) == ((ANN,), True)


def test_overloads_need_their_signature(wide: ContractType) -> None:
    assert len(wide.encode("same(bool)", True)) == 36
    assert len(wide.encode("same()")) == 4
    assert wide.decode("same()", b"") is None
    with pytest.raises(InputError, match="no single function 'same'"):
        wide.encode("same", True)


def test_wrong_arguments_are_named() -> None:
    kind = contract("MootToken")
    with pytest.raises(InputError, match="takes 2 arguments, not 1"):
        kind.encode("transfer", ANN)
    with pytest.raises(InputError, match=r"transfer\(address,uint256\)"):
        kind.encode("transfer", ANN, -1)
    with pytest.raises(InputError, match="no single function 'fly'"):
        kind.encode("fly")


def test_an_empty_answer_means_no_contract() -> None:
    with pytest.raises(InputError, match="is this contract deployed"):
        contract("MootToken").decode("balanceOf", b"")


def test_all_six_contracts_are_built_and_an_unknown_one_is_not() -> None:
    assert set(contract_names()) >= {
        "Emissions",
        "MootGovernor",
        "MootToken",
        "StakedMoot",
        "Treasury",
        "Vesting",
    }
    with pytest.raises(MissingPart, match="make artifacts"):
        contract("Nothing")


def test_malformed_revert_data_are_told_not_raised() -> None:
    reason = decode_revert(bytes.fromhex("08c379a0ff"))
    assert (reason.name, reason.args) == ("0x08c379a0", (b"\xff",))
    assert "malformed" in reason.text


def test_foreign_events_are_none() -> None:
    assert decode_log((), b"") is None
    assert decode_log((b"\x01" * 32,), b"") is None
