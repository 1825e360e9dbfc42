"""StakedMoot, step by step: maturing, leaving, being slashed, settings."""

import pytest

from governance.chain import ZERO_ADDRESS
from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    EVE,
    Staking,
    deploy,
    only,
    refused,
    role,
    staking,
)

YEAR = 365 * DAY


@pytest.fixture
def pool() -> Staking:
    """Deploy with a cooldown of seven days and a maturity of one."""
    return staking()


def test_a_first_token_mints_a_share_of_21_decimals(pool: Staking) -> None:
    assert pool.stake(ALICE, TOKEN) == SHARE
    assert pool.vault.read("decimals") == 21
    assert pool.vault.read("asset") == pool.token.address
    assert pool.vault.read("delegates", ALICE) == ALICE


def test_a_stake_votes_one_maturity_later_and_not_before(pool: Staking) -> None:
    chain, vault = pool.chain, pool.vault
    staked_at = chain.timestamp()
    shares = pool.stake(ALICE, 10 * TOKEN)
    assert vault.read("getVotes", ALICE) == 0

    chain.set_time(staked_at + DAY - 1)
    assert vault.read("getVotes", ALICE) == 0
    assert vault.read("getPastTotalSupply", staked_at + DAY - 2) == 0
    chain.set_time(staked_at + DAY)
    assert vault.read("getVotes", ALICE) == shares
    chain.advance(1)
    assert vault.read("getPastVotes", ALICE, staked_at + DAY - 1) == 0
    assert vault.read("getPastVotes", ALICE, staked_at + DAY) == shares
    assert vault.read("getPastTotalSupply", staked_at + DAY) == shares


def test_a_stake_borrowed_for_a_moment_never_votes(pool: Staking) -> None:
    pool.stake(ALICE, 10 * TOKEN)
    pool.chain.advance(2 * DAY)
    borrowed = pool.stake(EVE, 1_000_000 * TOKEN)
    pool.vault.send(EVE, "requestExit", borrowed)
    now = pool.chain.timestamp()
    pool.chain.advance(10 * DAY)
    for moment in range(now, now + 9 * DAY, DAY // 2):
        assert pool.vault.read("getPastVotes", EVE, moment) == 0


def test_without_maturity_a_stake_votes_at_once() -> None:
    pool = staking(maturity=0)
    now = pool.chain.timestamp()
    shares = pool.stake(ALICE, TOKEN)
    assert pool.vault.read("getVotes", ALICE) == shares
    pool.chain.advance(1)
    assert pool.vault.read("getPastVotes", ALICE, now) == shares
    assert pool.vault.read("getPastTotalSupply", now) == shares


def test_votes_of_the_present_and_future_cannot_be_looked_up(pool: Staking) -> None:
    now = pool.chain.timestamp()
    with refused("ERC5805FutureLookup", now, now):
        pool.vault.read("getPastVotes", ALICE, now)
    with refused("ERC5805FutureLookup", now + 1, now):
        pool.vault.read("getPastTotalSupply", now + 1)


def test_a_delegation_matures_at_its_new_delegate(pool: Staking) -> None:
    shares = pool.stake(ALICE, TOKEN)
    pool.chain.advance(2 * DAY)
    pool.vault.send(ALICE, "delegate", BOB)
    assert pool.vault.read("getVotes", ALICE) == pool.vault.read("getVotes", BOB) == 0
    pool.chain.advance(DAY)
    assert pool.vault.read("getVotes", BOB) == shares
    assert pool.stake(ALICE, TOKEN) == shares
    assert pool.vault.read("delegates", ALICE) == BOB


def test_shares_without_a_delegate_leave_the_delegated_supply(pool: Staking) -> None:
    chain, vault = pool.chain, pool.vault
    start = chain.timestamp()
    alice, bob = pool.stake(ALICE, 3 * TOKEN), pool.stake(BOB, 5 * TOKEN)
    chain.set_time(start + 2 * DAY)
    vault.send(ALICE, "delegate", ZERO_ADDRESS)
    chain.advance(DAY)
    vault.send(ALICE, "delegate", BOB)
    pool.stake(ALICE, TOKEN)
    chain.advance(DAY)
    vault.send(BOB, "requestExit", bob)
    chain.advance(DAY)
    vault.send(BOB, "cancelExit")
    chain.advance(2 * DAY)

    known = {
        start + DAY - 1: 0,
        start + DAY: alice + bob,
        start + 2 * DAY - 1: alice + bob,
        start + 2 * DAY: bob,
        start + 4 * DAY - 1: bob,
        start + 4 * DAY: alice + SHARE,
        start + 6 * DAY - 1: alice + SHARE,
        start + 6 * DAY: alice + SHARE + bob,
    }
    assert {at: vault.read("getPastDelegatedSupply", at) for at in known} == known
    assert vault.read("getPastTotalSupply", start + 2 * DAY) == alice + bob
    now = chain.timestamp()
    with refused("ERC5805FutureLookup", now, now):
        vault.read("getPastDelegatedSupply", now)


def test_an_exit_takes_the_votes_now_and_pays_after_the_cooldown(pool: Staking) -> None:
    chain, vault = pool.chain, pool.vault
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.stake(BOB, 10 * TOKEN)
    chain.advance(2 * DAY)

    requested = chain.timestamp()
    events = vault.send(ALICE, "requestExit", shares)
    assert only(events, "ExitRequested") == {
        "account": ALICE, "shares": shares, "readyAt": requested + 7 * DAY,
    }  # fmt: skip
    assert vault.read("getVotes", ALICE) == 0
    assert vault.read("exitOf", ALICE) == (shares, requested + 7 * DAY)
    assert vault.read("maxRedeem", ALICE) == vault.read("maxWithdraw", ALICE) == 0
    chain.set_time(requested + 7 * DAY - 1)
    assert vault.read("getPastTotalSupply", requested) == shares
    with refused("ERC4626ExceededMaxRedeem", ALICE, shares, 0):
        vault.send(ALICE, "redeem", shares, ALICE, ALICE)

    chain.advance(1)
    assert vault.read("maxWithdraw", ALICE) == 10 * TOKEN
    vault.send(ALICE, "withdraw", 4 * TOKEN, CAROL, ALICE)
    vault.send(ALICE, "redeem", vault.read("maxRedeem", ALICE), ALICE, ALICE)
    assert pool.token.read("balanceOf", CAROL) == 4 * TOKEN
    assert pool.token.read("balanceOf", ALICE) == 6 * TOKEN
    assert vault.read("totalAssets") == 10 * TOKEN


def test_asking_again_adds_and_starts_the_cooldown_anew(pool: Staking) -> None:
    shares = pool.stake(ALICE, 3 * TOKEN)
    pool.vault.send(ALICE, "requestExit", shares // 3)
    pool.chain.advance(6 * DAY)
    pool.vault.send(ALICE, "requestExit", shares // 3)
    ready = pool.chain.timestamp() + 7 * DAY
    assert pool.vault.read("exitOf", ALICE) == (shares // 3 * 2, ready)
    assert pool.vault.read("balanceOf", ALICE) == shares // 3


def test_an_exit_taken_back_votes_again_once_mature(pool: Staking) -> None:
    shares = pool.stake(ALICE, TOKEN)
    pool.chain.advance(2 * DAY)
    pool.vault.send(ALICE, "requestExit", shares)
    pool.chain.advance(3 * DAY)
    events = pool.vault.send(ALICE, "cancelExit")
    assert only(events, "ExitCanceled") == {"account": ALICE, "shares": shares}
    assert pool.vault.read("exitOf", ALICE) == (0, 0)
    assert pool.vault.read("getVotes", ALICE) == 0
    pool.chain.advance(DAY)
    assert pool.vault.read("getVotes", ALICE) == shares


def test_there_is_nothing_to_exit_without_shares(pool: Staking) -> None:
    with refused("NoSharesToExit", ALICE):
        pool.vault.send(ALICE, "requestExit", 0)
    with refused("NoSharesToExit", ALICE):
        pool.vault.send(ALICE, "cancelExit")
    with refused("ERC20InsufficientBalance", ALICE, 0, 1):
        pool.vault.send(ALICE, "requestExit", 1)


def test_another_account_redeems_only_with_an_allowance(pool: Staking) -> None:
    shares = pool.stake(ALICE, TOKEN)
    pool.vault.send(ALICE, "requestExit", shares)
    pool.chain.advance(7 * DAY)
    with refused("ERC20InsufficientAllowance", EVE, 0, shares):
        pool.vault.send(EVE, "redeem", shares, EVE, ALICE)
    pool.vault.send(ALICE, "approve", BOB, shares)
    pool.vault.send(BOB, "redeem", shares, BOB, ALICE)
    assert pool.token.read("balanceOf", BOB) == TOKEN


def test_shares_do_not_move(pool: Staking) -> None:
    pool.stake(ALICE, TOKEN)
    pool.vault.send(ALICE, "approve", BOB, SHARE)
    for sender, call in (
        (ALICE, ("transfer", BOB, 1)),
        (ALICE, ("transfer", pool.vault.address, 1)),
        (BOB, ("transferFrom", ALICE, BOB, 1)),
    ):
        with refused("SharesNotTransferable"):
            pool.vault.send(sender, *call)


def test_nobody_stakes_for_the_vault_itself(pool: Staking) -> None:
    vault = pool.vault.address
    with refused("ERC4626ExceededMaxDeposit", vault, 1, 0):
        pool.vault.send(ADMIN, "deposit", 1, vault)
    with refused("ERC4626ExceededMaxMint", vault, 1, 0):
        pool.vault.send(ADMIN, "mint", 1, vault)


def test_a_slash_takes_active_shares_first_and_then_the_exit(pool: Staking) -> None:
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.stake(BOB, 10 * TOKEN)
    pool.vault.send(ALICE, "requestExit", shares * 6 // 10)
    pool.chain.advance(DAY)

    events = pool.vault.send(ADMIN, "slash", ALICE, shares // 2, CAROL)
    assert only(events, "Slashed") == {
        "account": ALICE, "recipient": CAROL,
        "active": shares * 4 // 10, "exiting": shares // 10, "assets": 5 * TOKEN,
    }  # fmt: skip
    assert pool.token.read("balanceOf", CAROL) == 5 * TOKEN
    assert pool.vault.read("balanceOf", ALICE) == pool.vault.read("getVotes", ALICE) == 0
    assert pool.vault.read("exitOf", ALICE)[0] == shares // 2
    assert pool.vault.read("convertToAssets", shares) == 10 * TOKEN
    with refused("InsufficientStake", ALICE, shares // 2, shares):
        pool.vault.send(ADMIN, "slash", ALICE, shares, CAROL)


def test_exits_cannot_be_slashed_through_the_vault(pool: Staking) -> None:
    shares = pool.stake(ALICE, TOKEN)
    pool.vault.send(ALICE, "requestExit", shares)
    with refused("InsufficientStake", pool.vault.address, 0, 1):
        pool.vault.send(ADMIN, "slash", pool.vault.address, 1, CAROL)


def test_a_slash_to_the_vault_rewards_the_others(pool: Staking) -> None:
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.stake(BOB, 10 * TOKEN)
    pool.vault.send(ADMIN, "slash", ALICE, shares, pool.vault.address)
    assert pool.vault.read("convertToAssets", shares) == pytest.approx(20 * TOKEN, rel=1e-12)


def test_locked_shares_vote_and_stay(pool: Staking) -> None:
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.chain.advance(DAY)
    events = pool.vault.send(ADMIN, "lock", ALICE, shares * 6 // 10)
    expected = {"account": ALICE, "locker": ADMIN, "shares": shares * 6 // 10}
    assert only(events, "Locked") == expected
    assert pool.vault.read("getVotes", ALICE) == shares
    with refused("StakeLocked", ALICE, shares * 4 // 10, shares * 4 // 10 + 1):
        pool.vault.send(ALICE, "requestExit", shares * 4 // 10 + 1)
    pool.vault.send(ALICE, "requestExit", shares * 4 // 10)
    with refused("InsufficientStake", ALICE, 0, 1):
        pool.vault.send(ADMIN, "lock", ALICE, 1)
    assert only(pool.vault.send(ADMIN, "unlock", ALICE, shares * 6 // 10), "Unlocked") == expected
    pool.vault.send(ALICE, "requestExit", shares * 6 // 10)
    assert pool.vault.read("lockedOf", ALICE) == 0


def test_a_locker_lets_go_of_its_own_locks_only(pool: Staking) -> None:
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.vault.send(ADMIN, "grantRole", role("LOCKER_ROLE"), BOB)
    pool.vault.send(ADMIN, "lock", ALICE, shares // 2)
    pool.vault.send(BOB, "lock", ALICE, shares // 4)
    with refused("InsufficientLock", ALICE, BOB, shares // 4, shares // 4 + 1):
        pool.vault.send(BOB, "unlock", ALICE, shares // 4 + 1)
    pool.vault.send(ADMIN, "revokeRole", role("LOCKER_ROLE"), BOB)
    pool.vault.send(BOB, "unlock", ALICE, shares // 4)
    assert pool.vault.read("lockedOf", ALICE) == pool.vault.read("lockedBy", ALICE, ADMIN)
    assert pool.vault.read("freeOf", ALICE) == shares - shares // 2


def test_a_slash_may_take_what_is_locked(pool: Staking) -> None:
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.vault.send(ADMIN, "lock", ALICE, shares)
    pool.vault.send(ADMIN, "slash", ALICE, shares * 3 // 10, CAROL)
    assert pool.vault.read("freeOf", ALICE) == 0
    assert pool.vault.read("lockedOf", ALICE) == shares
    with refused("StakeLocked", ALICE, 0, 1):
        pool.vault.send(ALICE, "requestExit", 1)
    pool.vault.send(ADMIN, "unlock", ALICE, shares)
    pool.vault.send(ALICE, "requestExit", shares * 7 // 10)


def test_rewards_raise_every_share_even_on_its_way_out(pool: Staking) -> None:
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.stake(BOB, 10 * TOKEN)
    pool.vault.send(ALICE, "requestExit", shares)
    pool.token.send(ADMIN, "transfer", pool.vault.address, 2 * TOKEN)
    pool.chain.advance(7 * DAY)
    assert 11 * TOKEN - 2 <= pool.vault.read("maxWithdraw", ALICE) <= 11 * TOKEN


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        (("slash", ALICE, 1, EVE), role("SLASHER_ROLE")),
        (("lock", ALICE, 1), role("LOCKER_ROLE")),
        (("setCooldown", 0), bytes(32)),
        (("setRewardPeriod", 0), bytes(32)),
        (("grantRole", role("SLASHER_ROLE"), EVE), bytes(32)),
    ],
)
def test_roles_guard_what_is_dangerous(
    pool: Staking, call: tuple[str, *tuple[object, ...]], needed: bytes
) -> None:
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        pool.vault.send(EVE, *call)


def test_the_admin_sets_the_cooldown_of_later_exits(pool: Staking) -> None:
    shares = pool.stake(ALICE, 2 * TOKEN)
    pool.vault.send(ALICE, "requestExit", shares // 2)
    before = pool.vault.read("exitOf", ALICE)
    events = pool.vault.send(ADMIN, "setCooldown", YEAR)
    assert only(events, "CooldownSet") == {"oldCooldown": 7 * DAY, "newCooldown": YEAR}
    assert pool.vault.read("exitOf", ALICE) == before
    with refused("PeriodTooLong", YEAR + 1, YEAR):
        pool.vault.send(ADMIN, "setCooldown", YEAR + 1)


def votes_of_two_instants(cooldown: int) -> int:
    """Stake the same tokens for a second twice, one maturity apart; return their votes then."""
    pool = staking(cooldown=cooldown, maturity=DAY)
    chain, vault = pool.chain, pool.vault
    start = chain.timestamp()
    shares = pool.stake(EVE, 1_000_000 * TOKEN)
    chain.set_time(start + 1)
    vault.send(EVE, "requestExit", shares)
    chain.set_time(start + 1 + cooldown)
    vault.send(EVE, "redeem", shares, EVE, EVE)
    assert pool.token.read("balanceOf", EVE) == 1_000_000 * TOKEN, "liquid in between"
    chain.set_time(max(start + DAY, chain.timestamp()))
    again = chain.timestamp()
    pool.token.send(EVE, "approve", vault.address, 1_000_000 * TOKEN)
    vault.send(EVE, "deposit", 1_000_000 * TOKEN, EVE)
    chain.advance(1)
    return int(vault.read("getPastVotes", EVE, again))


@pytest.mark.parametrize("cooldown", [0, 1, DAY - 1])
def test_tokens_that_were_liquid_in_between_never_vote(cooldown: int) -> None:
    with refused("CooldownTooShort", cooldown, DAY):
        assert votes_of_two_instants(cooldown) == 0
    assert votes_of_two_instants(DAY) == 0
    pool = staking(cooldown=DAY, maturity=DAY)
    with refused("CooldownTooShort", cooldown, DAY):
        pool.vault.send(ADMIN, "setCooldown", cooldown)


@pytest.mark.parametrize("periods", [(YEAR + 1, 0, 0), (0, YEAR + 1, 0), (0, 0, YEAR + 1)])
def test_periods_over_a_year_cannot_be_deployed(periods: tuple[int, int, int]) -> None:
    pool = staking(cooldown=YEAR, maturity=YEAR, reward_period=YEAR)
    with refused("PeriodTooLong", YEAR + 1, YEAR):
        deploy(pool.chain, "StakedMoot", pool.token.address, "S", "S", *periods, ADMIN)


def test_the_clock_counts_seconds(pool: Staking) -> None:
    assert pool.vault.read("CLOCK_MODE") == "mode=timestamp"
    assert pool.vault.read("clock") == pool.chain.timestamp()
