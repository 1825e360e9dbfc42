"""MootToken: the cap, the minter role, burning, permits and past supplies."""

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.chain import EmbeddedChain
from governance.units import TOKEN
from tests.contracts.law import ADMIN, ALICE, BOB, EVE, Contract, deploy, refused, role


def moot() -> Contract:
    """Deploy a token of which Alice has 600 and 400 can still be minted."""
    chain = EmbeddedChain()
    return deploy(chain, "MootToken", "Moot", "MOOT", 1_000 * TOKEN, ADMIN, ALICE, 600 * TOKEN)


@pytest.fixture
def token() -> Contract:
    return moot()


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


def test_the_past_supply_is_that_of_the_end_of_a_second(token: Contract) -> None:
    chain = token.chain
    start = chain.timestamp()
    token.send(ADMIN, "grantRole", role("MINTER_ROLE"), ADMIN)
    chain.advance(10)
    token.send(ADMIN, "mint", BOB, 5)
    token.send(BOB, "burn", 2)
    chain.advance(10)
    token.send(ALICE, "transfer", BOB, TOKEN)
    token.send(BOB, "burn", 0)
    chain.advance(1)
    known = {start - 1: 0, start: 0, start + 9: 0, start + 10: 3, start + 20: 3}
    for moment, more in known.items():
        expected = 600 * TOKEN + more if moment >= start else 0
        assert token.read("getPastTotalSupply", moment) == expected
    for moment in (start + 21, 2**48):
        with refused("ERC5805FutureLookup", moment, start + 21):
            token.read("getPastTotalSupply", moment)


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(-9, 9)), max_size=20))
@settings(max_examples=40, deadline=None)
def test_a_past_supply_never_changes(steps: list[tuple[int, int]]) -> None:
    token = moot()
    token.send(ADMIN, "grantRole", role("MINTER_ROLE"), ADMIN)
    seen = {token.chain.timestamp(): token.read("totalSupply")}
    for pause, change in steps:
        token.chain.advance(pause)
        token.send(ADMIN, "mint", ALICE, max(change, 0))
        token.send(ALICE, "burn", max(-change, 0))
        seen[token.chain.timestamp()] = token.read("totalSupply")
    token.chain.advance(1)
    for moment, supply in seen.items():
        assert token.read("getPastTotalSupply", moment) == supply


def test_the_clock_counts_seconds(token: Contract) -> None:
    assert token.read("CLOCK_MODE") == "mode=timestamp"
    assert token.read("clock") == token.chain.timestamp()
