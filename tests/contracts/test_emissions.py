"""Emissions: Bitcoin's table and the exponential to the last unit, usage, the cap and the split."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from governance.chain import ZERO_ADDRESS
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
HALVING, EXPONENTIAL, USAGE = range(3)
"""Curves of Emissions."""
PERIOD = 210_000
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


def emit(
    pool: Staking,
    *,
    rate: int,
    curve: int = HALVING,
    period: int = 0,
    usage_bps: int = 0,
    meter: str = ZERO_ADDRESS,
    stakers_bps: int = 6_000,
) -> Contract:
    """Deploy a schedule that starts in a day and may mint."""
    start = pool.chain.timestamp() + DAY
    terms = (curve, rate, start, period, usage_bps, meter, stakers_bps)
    arguments = (pool.token.address, pool.vault.address, TREASURY, terms)
    emissions = deploy(pool.chain, "Emissions", *arguments)
    pool.token.send(ADMIN, "grantRole", role("MINTER_ROLE"), emissions.address)
    return emissions


def release(emissions: Contract) -> tuple[int, int]:
    """Release and return what the stakers and the treasury got."""
    split = only(emissions.send(EVE, "release"), "Released")
    return split["toStakers"], split["toTreasury"]


@pytest.mark.parametrize(("height", "units"), BITCOIN.items())
def test_the_schedule_is_bitcoins(height: int, units: int) -> None:
    emissions = emit(staking(), rate=5_000_000_000, period=PERIOD)
    assert emissions.read("scheduled", emissions.read("start") + height) == units


def test_a_period_of_zero_keeps_the_rate() -> None:
    emissions = emit(staking(), rate=7)
    start = emissions.read("start")
    assert emissions.read("scheduled", start - 1) == emissions.read("scheduled", start) == 0
    assert emissions.read("scheduled", start + 10**9) == 7 * 10**9


def exponential(rate: int, period: int, elapsed: int) -> tuple[Decimal, Decimal]:
    """What is due exactly, and the error the contract may make besides cutting off to a wei."""
    with localcontext(prec=150):
        ever = rate * period / Decimal(2).ln()
        due = ever * (1 - Decimal(2) ** (-Decimal(elapsed) / period))
        return due, ever / 2**125


rates = st.integers(0, 2**128 - 1)
periods = st.integers(1, 2**48 - 1)
moments = st.integers(0, 2**48) | st.integers(0, 10**4)


@given(rate=rates, period=periods | st.integers(1, 100), elapsed=moments)
@example(rate=2**128 - 1, period=2**48 - 1, elapsed=2**48 - 2)
@example(rate=2**128 - 1, period=2**48 - 1, elapsed=1)
@example(rate=2**128 - 1, period=1, elapsed=255)
@example(rate=TOKEN, period=4 * 365 * DAY, elapsed=10 * 365 * DAY)
@settings(max_examples=200, deadline=None)
def test_the_exponential_is_exact_to_its_bound(rate: int, period: int, elapsed: int) -> None:
    emissions = emit(staking(), rate=rate, curve=EXPONENTIAL, period=period)
    due = emissions.read("scheduled", emissions.read("start") + elapsed)
    exact, error = exponential(rate, period, elapsed)
    with localcontext(prec=150):
        assert exact - error - 1 <= due <= exact + error


def test_an_exponential_halves_within_each_period() -> None:
    emissions = emit(staking(), rate=TOKEN, curve=EXPONENTIAL, period=1_000)
    start = emissions.read("start")
    due = [emissions.read("scheduled", start + 1_000 * n) for n in (0, 1, 2, 3, 500)]
    # 1,000 / ln 2 tokens in all, of which a half, three quarters and seven eighths are due.
    assert due == [
        0,
        721_347_520_444_481_703_679,
        1_082_021_280_666_722_555_519,
        1_262_358_160_777_842_981_439,
        1_442_695_040_888_963_407_359,
    ]
    assert emissions.read("scheduled", start + 1) == 999_653_506_471_348_243


@given(
    curve=st.sampled_from((HALVING, EXPONENTIAL)),
    rate=rates,
    period=periods | st.integers(1, 100),
    seconds=st.lists(moments, min_size=1, max_size=6),
)
@settings(max_examples=100, deadline=None)
def test_the_schedule_never_falls(curve: int, rate: int, period: int, seconds: list[int]) -> None:
    emissions = emit(staking(), rate=rate, curve=curve, period=period)
    start = emissions.read("start")
    after = sorted({each + more for each in [*seconds, period - 1] for more in (0, 1)})
    due = [emissions.read("scheduled", start + elapsed) for elapsed in after]
    assert due == sorted(due)
    assert all(wei <= rate * elapsed for wei, elapsed in zip(due, after, strict=True))


def metered(pool: Staking, *, rate: int, usage_bps: int) -> tuple[Contract, Contract]:
    """Deploy a meter and a schedule that follows it and has begun; its period means nothing."""
    meter = deploy(pool.chain, "SettableMeter")
    emissions = emit(
        pool, rate=rate, curve=USAGE, usage_bps=usage_bps, meter=meter.address, period=3
    )
    pool.chain.advance(DAY)
    return meter, emissions


def test_usage_is_paid_in_part_and_at_most_at_the_rate() -> None:
    pool = staking()
    meter, emissions = metered(pool, rate=TOKEN, usage_bps=2_500)
    meter.send(EVE, "set", 100 * TOKEN)
    assert emissions.read("pending") == 0, "no second has passed"
    pool.chain.advance(10)
    assert release(emissions) == (0, 10 * TOKEN), "the rate binds"
    pool.chain.advance(100)
    assert release(emissions) == (0, 15 * TOKEN), "the usage binds"
    pool.chain.advance(10**6)
    assert emissions.send(EVE, "release") == []
    meter.send(EVE, "set", 100 * TOKEN + 7)
    assert release(emissions) == (0, 1), "a quarter of seven, cut off"


@given(
    usage_bps=st.integers(0, 10_000),
    steps=st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 10**5)), max_size=10),
)
@settings(max_examples=60, deadline=None)
def test_usage_never_mints_above_the_rate_or_the_share(
    usage_bps: int, steps: list[tuple[int, int]]
) -> None:
    pool = staking()
    meter, emissions = metered(pool, rate=7, usage_bps=usage_bps)
    supply, elapsed, burned = pool.token.read("totalSupply"), 0, 0
    for pause, burn in steps:
        pool.chain.advance(pause)
        elapsed, burned = elapsed + pause, burned + burn
        meter.send(EVE, "set", burned)
        emissions.send(EVE, "release")
        minted = pool.token.read("totalSupply") - supply
        assert minted == emissions.read("released")
        assert minted == min(7 * elapsed, burned * usage_bps // 10_000)


def test_a_meter_that_falls_takes_nothing_back() -> None:
    pool = staking()
    meter, emissions = metered(pool, rate=TOKEN, usage_bps=10_000)
    pool.chain.advance(100)
    meter.send(EVE, "set", 50)
    assert release(emissions) == (0, 50)
    meter.send(EVE, "set", 20)
    assert emissions.read("pending") == 0
    assert emissions.send(EVE, "release") == []


@given(
    curve=st.sampled_from((HALVING, EXPONENTIAL)),
    pauses=st.lists(st.integers(1, 30 * DAY), min_size=1, max_size=12),
)
@settings(max_examples=40, deadline=None)
def test_releasing_often_or_once_mints_the_same(curve: int, pauses: list[int]) -> None:
    pool = staking()
    emissions = emit(pool, rate=TOKEN // 1_000, curve=curve, period=10 * DAY)
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
    ("treasury", "terms", "error"),
    [
        (ZERO_ADDRESS, (HALVING, 1, 0, 0, 0, ZERO_ADDRESS, 0), "InvalidTreasury"),
        (TREASURY, (HALVING, 1, 0, 0, 0, ZERO_ADDRESS, 10_001), "ShareTooLarge"),
        (TREASURY, (USAGE, 1, 0, 0, 10_001, ZERO_ADDRESS, 0), "ShareTooLarge"),
        (TREASURY, (EXPONENTIAL, 1, 0, 0, 0, ZERO_ADDRESS, 0), "InvalidPeriod"),
        (TREASURY, (USAGE, 1, 0, 0, 1, ZERO_ADDRESS, 0), "InvalidMeter"),
        (TREASURY, (USAGE, 1, 0, 0, 1, ALICE, 0), "InvalidMeter"),
    ],
)
def test_impossible_schedules_cannot_be_deployed(
    treasury: str, terms: tuple[object, ...], error: str
) -> None:
    pool = staking()
    with refused(error):
        deploy(pool.chain, "Emissions", pool.token.address, pool.vault.address, treasury, terms)


def test_a_schedule_can_be_read_back() -> None:
    pool = staking()
    meter = deploy(pool.chain, "SettableMeter")
    terms = (USAGE, 5, pool.chain.timestamp(), 6, 7, meter.address, 8)
    emissions = deploy(
        pool.chain, "Emissions", pool.token.address, pool.vault.address, TREASURY, terms
    )
    names = ("curve", "rate", "start", "period", "usageBps", "meter", "stakersBps")
    assert tuple(emissions.read(name) for name in names) == terms
