"""Vesting: the cliff, the straight line, the end, what revoking leaves, and who may."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    EVE,
    MONTH,
    Contract,
    deploy,
    only,
    refused,
    role,
    staking,
)

TOTAL = 48_000 * TOKEN
seconds = st.integers(0, 10 * 365 * DAY)


def grants() -> tuple[Contract, Contract]:
    """Deploy a token and vesting in which `ADMIN` may grant and has approved everything."""
    pool = staking()
    vesting = deploy(pool.chain, "Vesting", pool.token.address, ADMIN)
    vesting.send(ADMIN, "grantRole", role("GRANTOR_ROLE"), ADMIN)
    pool.token.send(ADMIN, "approve", vesting.address, 2**256 - 1)
    return pool.token, vesting


def create(
    vesting: Contract, total: int, cliff: int, duration: int, *, revocable: bool = False
) -> int:
    """Grant to Alice from now on and return the start."""
    start = vesting.chain.timestamp()
    vesting.send(ADMIN, "create", ALICE, total, start, cliff, duration, revocable)
    return start


@pytest.mark.parametrize(
    ("month", "vested"),
    [(0, 0), (11, 0), (12, TOTAL // 4), (24, TOTAL // 2), (48, TOTAL), (60, TOTAL)],
)
def test_four_years_with_a_cliff_of_one(month: int, vested: int) -> None:
    _, vesting = grants()
    start = create(vesting, TOTAL, 12 * MONTH, 48 * MONTH)
    assert vesting.read("vested", 0, start + month * MONTH) == vested


def test_the_cliff_and_the_end_are_exact_to_the_second() -> None:
    _, vesting = grants()
    start = create(vesting, TOTAL, 12 * MONTH, 48 * MONTH)
    assert vesting.read("vested", 0, start + 12 * MONTH - 1) == 0
    assert vesting.read("vested", 0, start + 48 * MONTH - 1) < TOTAL
    assert vesting.read("vested", 0, 0) == 0


def test_without_a_duration_everything_vests_at_the_start() -> None:
    _, vesting = grants()
    start = create(vesting, TOTAL, 0, 0)
    assert vesting.read("vested", 0, start - 1) == 0
    assert vesting.read("vested", 0, start) == TOTAL


def test_a_grant_is_paid_in_full_and_told_in_full() -> None:
    token, vesting = grants()
    start = vesting.chain.timestamp()
    events = vesting.send(ADMIN, "create", ALICE, TOTAL, start, MONTH, 2 * MONTH, True)
    assert only(events, "GrantCreated") == {
        "id": 0, "beneficiary": ALICE, "total": TOTAL,
        "start": start, "cliff": MONTH, "duration": 2 * MONTH, "revocable": True,
    }  # fmt: skip
    assert token.read("balanceOf", vesting.address) == TOTAL
    beneficiary, *rest = vesting.read("grant", 0)
    assert beneficiary.lower() == ALICE.lower()
    assert rest == [TOTAL, 0, start, MONTH, 2 * MONTH, True, 0]
    assert vesting.read("count") == 1


def test_anyone_releases_and_only_the_beneficiary_is_paid() -> None:
    token, vesting = grants()
    create(vesting, TOTAL, 12 * MONTH, 48 * MONTH)
    vesting.chain.advance(11 * MONTH)
    assert vesting.send(EVE, "release", 0) == []
    vesting.chain.advance(MONTH)
    assert vesting.read("releasable", 0) == TOTAL // 4
    events = vesting.send(EVE, "release", 0)
    assert only(events, "GrantReleased") == {"id": 0, "beneficiary": ALICE, "amount": TOTAL // 4}
    assert token.read("balanceOf", ALICE) == TOTAL // 4
    assert vesting.read("releasable", 0) == 0


def test_grants_do_not_mix() -> None:
    token, vesting = grants()
    create(vesting, 100, 0, 100)
    vesting.send(ADMIN, "create", BOB, 1_000, vesting.chain.timestamp(), 0, 10, False)
    vesting.chain.advance(50)
    vesting.send(EVE, "release", 0)
    vesting.send(EVE, "release", 1)
    assert token.read("balanceOf", ALICE) == 50
    assert token.read("balanceOf", BOB) == 1_000


@given(total=st.integers(1, 10**9 * TOKEN), cliff=seconds, extra=seconds, moments=st.lists(seconds))
@settings(max_examples=60, deadline=None)
def test_vesting_never_falls_and_never_exceeds_the_grant(
    total: int, cliff: int, extra: int, moments: list[int]
) -> None:
    _, vesting = grants()
    start = create(vesting, total, cliff, cliff + extra)
    vested = [vesting.read("vested", 0, start + moment) for moment in sorted(moments)]
    assert vested == sorted(vested)
    assert vesting.read("vested", 0, start + cliff + extra) == total


@given(total=st.integers(1, 10**6), pauses=st.lists(st.integers(1, 40 * DAY), max_size=10))
@settings(max_examples=40, deadline=None)
def test_releases_add_up_to_the_grant(total: int, pauses: list[int]) -> None:
    token, vesting = grants()
    create(vesting, total, 10 * DAY, 100 * DAY)
    for pause in pauses:
        vesting.chain.advance(pause)
        vesting.send(EVE, "release", 0)
        held = token.read("balanceOf", ALICE)
        assert held + token.read("balanceOf", vesting.address) == total
        assert held == vesting.read("vested", 0, vesting.chain.timestamp())
    vesting.chain.advance(100 * DAY)
    vesting.send(EVE, "release", 0)
    assert token.read("balanceOf", ALICE) == total


def test_revoking_leaves_what_has_vested_and_returns_the_rest() -> None:
    token, vesting = grants()
    create(vesting, TOTAL, 12 * MONTH, 48 * MONTH, revocable=True)
    vesting.chain.advance(12 * MONTH)
    vesting.send(EVE, "release", 0)
    vesting.chain.advance(12 * MONTH)
    now, held = vesting.chain.timestamp(), token.read("balanceOf", ADMIN)
    events = vesting.send(ADMIN, "revoke", 0)
    assert only(events, "GrantRevoked") == {
        "id": 0, "beneficiary": ALICE, "recipient": ADMIN, "amount": TOTAL // 2,
    }  # fmt: skip
    assert token.read("balanceOf", ADMIN) - held == TOTAL // 2
    assert vesting.read("grant", 0)[-1] == now
    assert vesting.read("releasable", 0) == TOTAL // 4
    vesting.chain.advance(100 * MONTH)
    vesting.send(EVE, "release", 0)
    assert token.read("balanceOf", ALICE) == TOTAL // 2
    assert token.read("balanceOf", vesting.address) == 0
    assert vesting.read("vested", 0, now - 12 * MONTH) == TOTAL // 4, "the past stays"
    with refused("AlreadyRevoked", 0, now):
        vesting.send(ADMIN, "revoke", 0)


@pytest.mark.parametrize(
    ("after", "returned"), [(0, TOTAL), (11 * MONTH, TOTAL), (48 * MONTH, 0), (60 * MONTH, 0)]
)
def test_revoking_before_the_cliff_takes_all_and_after_the_end_nothing(
    after: int, returned: int
) -> None:
    token, vesting = grants()
    create(vesting, TOTAL, 12 * MONTH, 48 * MONTH, revocable=True)
    vesting.chain.advance(after)
    events = vesting.send(ADMIN, "revoke", 0)
    assert only(events, "GrantRevoked")["amount"] == returned
    vesting.chain.advance(100 * MONTH)
    vesting.send(EVE, "release", 0)
    assert token.read("balanceOf", ALICE) == TOTAL - returned


@given(total=st.integers(1, 10**6), cliff=seconds, extra=seconds, revoked=seconds, later=seconds)
@settings(max_examples=60, deadline=None)
def test_a_revoked_grant_pays_what_had_vested_and_no_more(
    total: int, cliff: int, extra: int, revoked: int, later: int
) -> None:
    token, vesting = grants()
    start = create(vesting, total, cliff, cliff + extra, revocable=True)
    vesting.send(ADMIN, "create", BOB, 1_000, start, 0, 0, True)
    vesting.chain.advance(revoked)
    vested = vesting.read("vested", 0, vesting.chain.timestamp())
    held = token.read("balanceOf", ADMIN)
    vesting.send(ADMIN, "revoke", 0)
    assert token.read("balanceOf", ADMIN) - held == total - vested
    vesting.chain.advance(later)
    vesting.send(EVE, "release", 0)
    assert token.read("balanceOf", ALICE) == vested
    assert token.read("balanceOf", vesting.address) == 1_000, "the other grant is whole"


def test_a_grant_that_was_not_made_revocable_is_not_revoked() -> None:
    _, vesting = grants()
    create(vesting, TOTAL, 0, MONTH)
    with refused("NotRevocable", 0):
        vesting.send(ADMIN, "revoke", 0)


def test_only_grantors_grant_and_revoke_and_the_admin_makes_no_exception() -> None:
    _, vesting = grants()
    create(vesting, TOTAL, 0, MONTH, revocable=True)
    vesting.send(ADMIN, "revokeRole", role("GRANTOR_ROLE"), ADMIN)
    for sender in (ADMIN, ALICE):
        with refused("AccessControlUnauthorizedAccount", sender, role("GRANTOR_ROLE")):
            vesting.send(sender, "create", ALICE, 1, 0, 0, 0, True)
        with refused("AccessControlUnauthorizedAccount", sender, role("GRANTOR_ROLE")):
            vesting.send(sender, "revoke", 0)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("0x" + "00" * 20, 1, 0, 0, 0, True), "InvalidBeneficiary"),
        ((ALICE, 0, 0, 0, 0, True), "EmptyGrant"),
        ((ALICE, 1, 0, 2, 1, True), "CliffAfterEnd"),
    ],
)
def test_impossible_grants_are_refused(arguments: tuple[object, ...], error: str) -> None:
    _, vesting = grants()
    with refused(error):
        vesting.send(ADMIN, "create", *arguments)


def test_a_grant_nobody_can_take_out_is_refused() -> None:
    _, vesting = grants()
    with refused("InvalidBeneficiary", vesting.address):
        vesting.send(ADMIN, "create", vesting.address, 1, 0, 0, 0, True)


def test_an_unknown_grant_is_named() -> None:
    _, vesting = grants()
    for view in (("grant", 3), ("vested", 3, 0), ("releasable", 3)):
        with refused("UnknownGrant", 3, 0):
            vesting.read(*view)
    for sender, call in ((EVE, "release"), (ADMIN, "revoke")):
        with refused("UnknownGrant", 3, 0):
            vesting.send(sender, call, 3)
