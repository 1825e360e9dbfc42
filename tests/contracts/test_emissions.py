"""Emissions: Bitcoin's halving table to the last unit, the cap, the split and the empty vault."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    EVE,
    Contract,
    Staking,
    deploy,
    only,
    refused,
    role,
    staking,
)

TREASURY = BOB
HALVING = 210_000
# Units mined before each block height: 50 coins of 10**8 units a block, halved every 210,000 blocks
# by an integer shift. The last line is the supply Bitcoin ends with, which floats get wrong.
BITCOIN = {
    0: 0,
    1: 5_000_000_000,
    210_000: 1_050_000_000_000_000,
    420_000: 1_575_000_000_000_000,
    630_000: 1_837_500_000_000_000,
    840_000: 1_968_750_000_000_000,
    1_050_000: 2_034_375_000_000_000,
    6_930_000: 2_099_999_997_690_000,
    100_000_000: 2_099_999_997_690_000,
}


def emit(pool: Staking, *, rate: int, halving: int = 0, stakers_bps: int = 6_000) -> Contract:
    """Deploy a schedule that starts in a day and may mint."""
    start = pool.chain.timestamp() + DAY
    arguments = (pool.token.address, pool.vault.address, TREASURY, rate, start, halving)
    emissions = deploy(pool.chain, "Emissions", *arguments, stakers_bps)
    pool.token.send(ADMIN, "grantRole", role("MINTER_ROLE"), emissions.address)
    return emissions


def release(emissions: Contract) -> tuple[int, int]:
    """Release and return what the stakers and the treasury got."""
    split = only(emissions.send(EVE, "release"), "Released")
    return split["toStakers"], split["toTreasury"]


@pytest.mark.parametrize(("height", "units"), BITCOIN.items())
def test_the_schedule_is_bitcoins(height: int, units: int) -> None:
    emissions = emit(staking(), rate=5_000_000_000, halving=HALVING)
    assert emissions.read("scheduled", emissions.read("start") + height) == units


def test_a_period_of_zero_keeps_the_rate() -> None:
    emissions = emit(staking(), rate=7)
    start = emissions.read("start")
    assert emissions.read("scheduled", start - 1) == emissions.read("scheduled", start) == 0
    assert emissions.read("scheduled", start + 10**9) == 7 * 10**9


@given(
    rate=st.integers(0, 2**128 - 1),
    halving=st.integers(0, 2**48 - 1),
    seconds=st.lists(st.integers(0, 2**48), min_size=2, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_the_schedule_never_falls(rate: int, halving: int, seconds: list[int]) -> None:
    emissions = emit(staking(), rate=rate, halving=halving)
    start = emissions.read("start")
    due = [emissions.read("scheduled", start + elapsed) for elapsed in sorted(seconds)]
    assert due == sorted(due)
    assert due[-1] <= rate * max(seconds)


@given(pauses=st.lists(st.integers(1, 30 * DAY), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_releasing_often_or_once_mints_the_same(pauses: list[int]) -> None:
    pool = staking()
    emissions = emit(pool, rate=TOKEN // 1_000, halving=10 * DAY)
    before = pool.token.read("totalSupply")
    pool.chain.advance(DAY)
    for pause in pauses:
        pool.chain.advance(pause)
        emissions.send(EVE, "release")
        due = emissions.read("scheduled", pool.chain.timestamp())
        assert emissions.read("released") == due
        assert pool.token.read("totalSupply") - before == due
        assert emissions.read("pending") == 0


def test_nothing_is_minted_before_the_start() -> None:
    pool = staking()
    emissions = emit(pool, rate=TOKEN)
    assert emissions.send(EVE, "release") == []
    pool.chain.advance(DAY)
    assert emissions.send(EVE, "release") == []
    pool.chain.advance(1)
    assert release(emissions) == (0, TOKEN)


def test_stakers_and_treasury_share_what_is_due() -> None:
    pool = staking()
    emissions = emit(pool, rate=TOKEN, stakers_bps=6_000)
    pool.stake(ALICE, 100 * TOKEN)
    pool.chain.advance(DAY + 10)
    assert release(emissions) == (6 * TOKEN, 4 * TOKEN)
    assert pool.vault.read("totalAssets") == 106 * TOKEN
    assert pool.token.read("balanceOf", TREASURY) == 4 * TOKEN


def test_an_empty_vault_leaves_all_to_the_treasury() -> None:
    pool = staking()
    emissions = emit(pool, rate=TOKEN, stakers_bps=10_000)
    pool.chain.advance(DAY + 10)
    assert release(emissions) == (0, 10 * TOKEN)
    assert pool.vault.read("totalAssets") == 0


def test_the_cap_cuts_and_what_was_cut_stays_due() -> None:
    pool = staking(supply=1)
    emissions = emit(pool, rate=TOKEN)
    pool.chain.advance(DAY + 100)
    assert emissions.read("pending") == 9 * TOKEN
    assert release(emissions) == (0, 9 * TOKEN)
    assert pool.token.read("totalSupply") == pool.token.read("cap") == 10 * TOKEN
    assert emissions.read("released") == 9 * TOKEN
    assert emissions.send(EVE, "release") == []
    pool.token.send(TREASURY, "burn", 2 * TOKEN)
    assert release(emissions) == (0, 2 * TOKEN)


def test_without_the_minter_role_nothing_is_released() -> None:
    pool = staking()
    emissions = emit(pool, rate=TOKEN)
    pool.token.send(ADMIN, "revokeRole", role("MINTER_ROLE"), emissions.address)
    pool.chain.advance(2 * DAY)
    with refused("AccessControlUnauthorizedAccount", emissions.address, role("MINTER_ROLE")):
        emissions.send(EVE, "release")
    assert emissions.read("released") == 0


@pytest.mark.parametrize(
    ("treasury", "rate", "stakers_bps", "error"),
    [
        ("0x" + "00" * 20, 1, 0, "InvalidTreasury"),
        (TREASURY, 2**128, 0, "RateTooHigh"),
        (TREASURY, 1, 10_001, "ShareTooLarge"),
    ],
)
def test_impossible_schedules_cannot_be_deployed(
    treasury: str, rate: int, stakers_bps: int, error: str
) -> None:
    pool = staking()
    arguments: tuple[Any, ...] = (treasury, rate, 0, 0, stakers_bps)
    with refused(error):
        deploy(pool.chain, "Emissions", pool.token.address, pool.vault.address, *arguments)
