"""MootToken: the cap, the minter role, burning and permits."""

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from governance.chain import EmbeddedChain
from governance.units import TOKEN
from tests.contracts.law import ADMIN, ALICE, BOB, EVE, Contract, deploy, refused, role


@pytest.fixture
def token() -> Contract:
    chain = EmbeddedChain()
    return deploy(chain, "MootToken", "Moot", "MOOT", 1_000 * TOKEN, ADMIN, ALICE, 600 * TOKEN)


def test_first_supply_goes_to_the_holder(token: Contract) -> None:
    assert token.read("name") == "Moot"
    assert token.read("symbol") == "MOOT"
    assert token.read("decimals") == 18
    assert token.read("cap") == 1_000 * TOKEN
    assert token.read("balanceOf", ALICE) == token.read("totalSupply") == 600 * TOKEN


def test_only_minters_mint_and_the_admin_makes_no_exception(token: Contract) -> None:
    minter = role("MINTER_ROLE")
    with refused("AccessControlUnauthorizedAccount", ADMIN, minter):
        token.send(ADMIN, "mint", BOB, 1)
    token.send(ADMIN, "grantRole", minter, EVE)
    token.send(EVE, "mint", BOB, 5)
    assert token.read("balanceOf", BOB) == 5
    token.send(ADMIN, "revokeRole", minter, EVE)
    with refused("AccessControlUnauthorizedAccount", EVE, minter):
        token.send(EVE, "mint", BOB, 5)


def test_nobody_mints_above_the_cap(token: Contract) -> None:
    token.send(ADMIN, "grantRole", role("MINTER_ROLE"), ADMIN)
    token.send(ADMIN, "mint", BOB, 400 * TOKEN)
    with refused("ERC20ExceededCap", 1_000 * TOKEN + 1, 1_000 * TOKEN):
        token.send(ADMIN, "mint", BOB, 1)
    token.send(BOB, "burn", TOKEN)
    token.send(ADMIN, "mint", BOB, TOKEN)
    assert token.read("totalSupply") == 1_000 * TOKEN


def test_a_first_supply_above_the_cap_cannot_be_deployed() -> None:
    with refused("ERC20ExceededCap"):
        deploy(EmbeddedChain(), "MootToken", "Moot", "MOOT", 10, ADMIN, ALICE, 11)


def test_a_signed_permit_works_once(token: Contract) -> None:
    owner = Account.from_key("0x" + "11" * 32)
    deadline = token.chain.timestamp() + 60
    values = {"owner": owner.address, "spender": BOB, "value": 7, "nonce": 0, "deadline": deadline}
    kinds = {"owner": "address", "spender": "address"}
    fields = [{"name": name, "type": kinds.get(name, "uint256")} for name in values]
    _, name, version, chain_id, verifier, _, _ = token.read("eip712Domain")
    message = encode_typed_data(
        {"name": name, "version": version, "chainId": chain_id, "verifyingContract": verifier},
        {"Permit": fields},
        values,
    )
    signed = owner.sign_message(message)
    arguments = (owner.address, BOB, 7, deadline, signed.v)
    halves = (signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big"))
    token.send(EVE, "permit", *arguments, *halves)
    assert token.read("allowance", owner.address, BOB) == 7
    with refused("ERC2612InvalidSigner"):
        token.send(EVE, "permit", *arguments, *halves)
