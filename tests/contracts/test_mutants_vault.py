"""What faults put into the vault showed that no test had looked at. See `tools/mutants.py`."""

import pytest

from governance.units import DAY, TOKEN
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, Staking, only, refused, role, staking


@pytest.fixture
def pool() -> Staking:
    """Deploy with a cooldown of seven days and a maturity of one."""
    return staking()


def test_at_the_beginning_of_time_nobody_had_a_vote(pool: Staking) -> None:
    pool.stake(ALICE, TOKEN)
    for account in (ALICE, BOB):
        assert pool.vault.read("getPastVotes", account, 0) == 0
        assert pool.vault.read("getPastBalanceOf", account, DAY - 1) == 0
    assert pool.vault.read("getPastTotalSupply", 0) == 0
    assert pool.vault.read("getPastDelegatedSupply", DAY - 1) == 0


def test_a_delegator_owns_the_mature_part_of_its_delegates_votes(pool: Staking) -> None:
    """As long as it had the same delegate then and one maturity before, and no longer."""
    chain, vault = pool.chain, pool.vault
    shares = pool.stake(ALICE, 2 * TOKEN)
    chain.advance(DAY)
    pool.stake(ALICE, TOKEN)
    grown = chain.timestamp()
    chain.advance(DAY)
    vault.send(ALICE, "delegate", BOB)
    moved = chain.timestamp()
    chain.advance(DAY + 1)
    more = shares + shares // 2
    known = {
        grown - 1: 0,
        grown: shares,
        moved - 1: shares,
        moved: 0,
        moved + DAY - 1: 0,
        moved + DAY: more,
    }
    assert {at: vault.read("getPastBalanceOf", ALICE, at) for at in known} == known


def test_a_single_locked_unit_stays(pool: Staking) -> None:
    shares = pool.stake(ALICE, TOKEN)
    pool.vault.send(ADMIN, "lock", ALICE, 1)
    with refused("StakeLocked", ALICE, shares - 1, shares):
        pool.vault.send(ALICE, "requestExit", shares)


def test_a_locker_counts_what_it_locked_and_let_go_of(pool: Staking) -> None:
    shares = pool.stake(ALICE, 10 * TOKEN)
    pool.vault.send(ADMIN, "grantRole", role("LOCKER_ROLE"), BOB)
    pool.vault.send(BOB, "lock", ALICE, shares // 2)
    for part in (5, 10):
        pool.vault.send(ADMIN, "lock", ALICE, shares // part)
    assert pool.vault.read("lockedBy", ALICE, ADMIN) == shares * 3 // 10
    pool.vault.send(ADMIN, "unlock", ALICE, shares // 5)
    assert pool.vault.read("lockedBy", ALICE, ADMIN) == shares // 10
    with refused("InsufficientLock", ALICE, ADMIN, shares // 10, shares // 5):
        pool.vault.send(ADMIN, "unlock", ALICE, shares // 5)
    assert pool.vault.read("lockedOf", ALICE) == shares * 6 // 10


def test_a_stream_goes_on_undisturbed_when_some_leave() -> None:
    pool = staking(reward_period=10 * DAY)
    for staker in (ALICE, BOB):
        pool.stake(staker, 5 * TOKEN)
    pool.token.send(ADMIN, "approve", pool.vault.address, TOKEN)
    pool.vault.send(ADMIN, "reward", TOKEN)
    pool.vault.send(ALICE, "requestExit", pool.vault.read("balanceOf", ALICE))
    pool.chain.advance(7 * DAY)
    events = pool.vault.send(ALICE, "redeem", pool.vault.read("maxRedeem", ALICE), CAROL, ALICE)
    assert not {event.name for event in events} & {"StreamPaused", "StreamResumed"}
    assert pool.vault.read("unstreamed") == (TOKEN * 3 // 10, 3 * DAY)


def test_the_last_wei_of_a_stream_waits_for_the_next_stake() -> None:
    pool = staking(reward_period=10 * DAY)
    shares = pool.stake(ALICE, TOKEN)
    pool.vault.send(ALICE, "requestExit", shares)
    pool.token.send(ADMIN, "approve", pool.vault.address, 10)
    pool.vault.send(ADMIN, "reward", 10)
    pool.chain.advance(9 * DAY)
    events = pool.vault.send(ALICE, "redeem", shares, CAROL, ALICE)
    assert only(events, "StreamPaused") == {"unstreamed": 1, "remaining": DAY}
    assert pool.vault.read("unstreamed") == (1, DAY)
