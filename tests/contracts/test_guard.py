"""ProposalGuard: what was voted on is what is executed, and not more of it than is allowed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.chain import ZERO_ADDRESS, EmbeddedChain
from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CONSTITUTIONAL,
    DEFAULT_ADMIN_ROLE,
    DISPUTE,
    EVE,
    FUNDING,
    PARAMETER,
    Contract,
    Dao,
    Proposal,
    account,
    dao,
    deploy,
    only,
    populate,
    refused,
    role,
)

COIN = ZERO_ADDRESS
UNLIMITED = 2**256 - 1
NEVER_PINNED = (0, ())


@pytest.fixture
def moot() -> Dao:
    return populate(dao(grace=60 * DAY))


@pytest.fixture
def guard() -> Contract:
    """Return a guard whose governor is `ADMIN`."""
    found = deploy(EmbeddedChain(), "ProposalGuard", 10, ADMIN)
    found.send(ADMIN, "grantRole", role("GOVERNOR_ROLE"), ADMIN)
    return found


def recorder(found: Dao | Contract, step: int) -> Contract:
    return deploy(found.chain, "Recorder", step)


def proxy(found: Dao | Contract, behind: Contract, *, silent: bool = False) -> Contract:
    return deploy(found.chain, "SwappableTarget", behind.address, silent)


def use(moot: Dao, target: Contract, *more: tuple[str, int, bytes]) -> Proposal:
    """Carry a call of a target, and others after it, to the moment it can be executed."""
    call = recorder(moot, 1).encode("record", 7)
    proposal = moot.bundle(ALICE, [(target.address, 0, call), *more], "use the target")
    proposal.carry()
    return proposal


def total(target: Contract) -> int:
    kind = deploy(target.chain, "Recorder", 1).type
    return int(kind.decode("total", target.chain.call(target.address, kind.encode("total"))))


# Targets


def test_a_target_that_stays_is_executed(moot: Dao) -> None:
    target = proxy(moot, recorder(moot, 1))
    proposal = use(moot, target)
    kinds, fingerprints = moot.guard.read("pinOf", proposal.id)
    assert kinds == 1 << CONSTITUTIONAL
    assert fingerprints == (moot.guard.read("fingerprint", target.address),)
    proposal.send(EVE, "execute")
    assert total(target) == 7
    assert moot.guard.read("pinOf", proposal.id) == NEVER_PINNED, "the pins are forgotten"


def test_an_implementation_swapped_after_the_vote_is_not_executed(moot: Dao) -> None:
    target = proxy(moot, recorder(moot, 1))
    before = moot.guard.read("fingerprint", target.address)
    proposal = use(moot, target)
    target.send(EVE, "swap", recorder(moot, 1_000).address)
    after = moot.guard.read("fingerprint", target.address)
    with refused("TargetChanged", proposal.id, target.address, before, after):
        proposal.send(EVE, "execute")
    assert proposal.state == "Queued"
    assert total(target) == 0


def test_an_implementation_swapped_and_swapped_back_is_executed(moot: Dao) -> None:
    first = recorder(moot, 1)
    target = proxy(moot, first)
    proposal = use(moot, target)
    target.send(EVE, "swap", recorder(moot, 2).address)
    target.send(EVE, "swap", first.address)
    proposal.send(EVE, "execute")
    assert total(target) == 7


def test_the_same_code_at_another_address_is_another_implementation(moot: Dao) -> None:
    target = proxy(moot, recorder(moot, 1))
    proposal = use(moot, target)
    target.send(EVE, "swap", recorder(moot, 1).address)
    with refused("TargetChanged"):
        proposal.send(EVE, "execute")


def test_an_announced_change_is_executed(moot: Dao) -> None:
    first, second = recorder(moot, 1), recorder(moot, 3)
    target = proxy(moot, first)
    target.send(EVE, "swap", second.address)
    coming = moot.guard.read("fingerprint", target.address)
    target.send(EVE, "swap", first.address)

    call = moot.guard.encode("expectChange", target.address, coming)
    proposal = use(moot, target, (moot.guard.address, 0, call))
    target.send(EVE, "swap", recorder(moot, 9).address)
    with refused("TargetChanged"):
        proposal.send(EVE, "execute")
    target.send(EVE, "swap", second.address)
    proposal.send(EVE, "execute")
    assert total(target) == 21


def test_an_announcement_for_one_target_is_none_for_another(moot: Dao) -> None:
    first, second = recorder(moot, 1), recorder(moot, 3)
    target, other = proxy(moot, first), proxy(moot, first)
    other.send(EVE, "swap", second.address)
    coming = moot.guard.read("fingerprint", other.address)
    other.send(EVE, "swap", first.address)
    call = moot.guard.encode("expectChange", other.address, coming)
    proposal = use(moot, target, (moot.guard.address, 0, call))
    target.send(EVE, "swap", second.address)
    with refused("TargetChanged"):
        proposal.send(EVE, "execute")


def test_a_bundle_may_upgrade_its_own_target(moot: Dao) -> None:
    target, second = proxy(moot, recorder(moot, 1)), recorder(moot, 3)
    swap = target.encode("swap", second.address)
    record = second.encode("record", 2)
    calls = [(target.address, 0, swap), (target.address, 0, record)]
    proposal = moot.bundle(ALICE, calls, "upgrade and use")
    proposal.carry()
    proposal.send(EVE, "execute")
    assert total(target) == 6


def test_a_silent_proxy_is_pinned_through_a_probe_only(moot: Dao) -> None:
    target = proxy(moot, recorder(moot, 1), silent=True)
    assert moot.guard.read("implementationOf", target.address) == ZERO_ADDRESS
    proposal = use(moot, target)
    target.send(EVE, "swap", recorder(moot, 2).address)
    mark = moot.chain.snapshot()
    proposal.send(EVE, "execute")
    assert total(target) == 14, "nobody could tell on chain"
    moot.chain.revert(mark)

    current = target.encode("current", EVE)[:4]
    events = moot.guard.send(ADMIN, "setProbe", target.address, target.address, current)
    assert only(events, "ProbeSet")["reader"] == target.address
    assert moot.guard.read("probeOf", target.address) == (target.address, current)
    with refused("TargetChanged"):
        proposal.send(EVE, "execute")
    again = moot.bundle(BOB, [(target.address, 0, recorder(moot, 1).encode("record", 1))], "again")
    again.carry()
    target.send(EVE, "swap", recorder(moot, 5).address)
    with refused("TargetChanged"):
        again.send(EVE, "execute")


def test_code_that_appears_after_the_vote_is_not_called(moot: Dao) -> None:
    mark = moot.chain.snapshot()
    place = recorder(moot, 1).address
    moot.chain.revert(mark)
    call = moot.token.encode("transfer", EVE, 1)
    proposal = moot.bundle(ALICE, [(place, 0, call)], "call what is not there yet")
    proposal.carry()
    assert moot.guard.read("pinOf", proposal.id)[1] == (bytes(32),)
    assert recorder(moot, 1).address == place
    with refused("TargetChanged"):
        proposal.send(EVE, "execute")


def test_a_stranger_cannot_block_a_payment_by_paying_first(moot: Dao) -> None:
    moot.chain.fund(moot.treasury.address, TOKEN)
    new = account("never seen")
    proposal = moot.bundle(ALICE, [(new, TOKEN, b"")], "pay a new account")
    proposal.carry()
    moot.chain.fund(new, 1)
    proposal.send(EVE, "execute")
    assert moot.chain.balance(new) == TOKEN + 1


@pytest.mark.parametrize("word", [0, 1, 2**160, 2**256 - 1])
@pytest.mark.parametrize("length", [0, 31, 32, 100_000])
def test_an_answer_that_is_no_contract_is_no_implementation(
    guard: Contract, word: int, length: int
) -> None:
    target = deploy(guard.chain, "LongAnswer", word, length)
    assert guard.read("implementationOf", target.address) == ZERO_ADDRESS


@pytest.mark.parametrize(("length", "found"), [(31, False), (32, True), (100_000, True)])
def test_a_contract_is_an_implementation_however_long_the_answer(
    guard: Contract, length: int, found: bool
) -> None:
    behind = recorder(guard, 1).address
    target = deploy(guard.chain, "LongAnswer", int(behind, 16), length)
    assert (guard.read("implementationOf", target.address) == behind) is found


def test_nobody_executes_past_the_guard(moot: Dao) -> None:
    target = proxy(moot, recorder(moot, 1))
    proposal = use(moot, target)
    salt = bytes(
        a ^ b
        for a, b in zip(
            bytes.fromhex(moot.governor.address[2:]) + bytes(12), proposal.key[3], strict=True
        )
    )
    operation = moot.treasury.read("hashOperationBatch", *proposal.calls, bytes(32), salt)
    assert moot.treasury.read("isOperationReady", operation)
    for person in (EVE, ALICE, ADMIN):
        with refused("AccessControlUnauthorizedAccount", person, role("EXECUTOR_ROLE")):
            moot.treasury.send(person, "executeBatch", *proposal.calls, bytes(32), salt)


def test_only_the_governor_pins_and_checks(guard: Contract) -> None:
    needed = role("GOVERNOR_ROLE")
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        guard.send(EVE, "pin", 1, 1, [EVE], [0], [b""])
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        guard.send(EVE, "check", 1, [EVE], [0], [b""])


def test_a_proposal_is_pinned_once_and_checked_once(guard: Contract) -> None:
    call = [EVE], [0], [b""]
    with refused("NotPinned", 1):
        guard.send(ADMIN, "check", 1, *call)
    guard.send(ADMIN, "pin", 1, 1, *call)
    with refused("AlreadyPinned", 1):
        guard.send(ADMIN, "pin", 1, 1, *call)
    assert only(guard.send(ADMIN, "check", 1, *call), "Checked") == {"proposalId": 1}
    with refused("NotPinned", 1):
        guard.send(ADMIN, "check", 1, *call)


# Bundles


def test_a_bundle_is_as_large_as_each_of_its_kinds_allows(moot: Dao) -> None:
    moot.guard.send(ADMIN, "setBundleLimit", FUNDING, 2)
    assert moot.guard.read("bundleLimit", FUNDING) == 2
    call = moot.token.encode("transfer", EVE, 1)
    moot.list_call(moot.token.address, call, FUNDING)
    pay = (moot.token.address, 0, call)
    with refused("BundleTooLarge", FUNDING, 3, 2):
        moot.bundle(ALICE, [pay] * 3, "three payments")
    with refused("BundleTooLarge", FUNDING, 3, 2):
        moot.bundle(ALICE, [pay, (EVE, 0, b""), (EVE, 0, b"")], "one payment hides")
    moot.bundle(ALICE, [pay] * 2, "two payments")
    moot.bundle(BOB, [(EVE, 0, b"")] * 10, "nothing, ten times")


@pytest.mark.parametrize("calls", [0, 33])
def test_the_size_of_bundles_is_bounded(guard: Contract, calls: int) -> None:
    with refused("BundleLimitOutOfBounds", calls, 32):
        guard.send(ADMIN, "setBundleLimit", FUNDING, calls)
    with refused("BundleLimitOutOfBounds", calls, 32):
        deploy(guard.chain, "ProposalGuard", calls, ADMIN)


def test_there_are_five_kinds(guard: Contract) -> None:
    guard.send(ADMIN, "setBundleLimit", CONSTITUTIONAL, 1)
    with refused("UnknownKind", 5):
        guard.send(ADMIN, "setBundleLimit", 5, 1)
    with refused("UnknownKind", 5):
        guard.send(ADMIN, "setSpendLimit", 5, COIN, 1, DAY)


# Spending

PAY = bytes.fromhex("a9059cbb")


def spend(guard: Contract, number: int, kinds: int, wei: int, tokens: int = 0) -> None:
    """Pin and check a proposal that pays coins and tokens, as the governor."""
    call = PAY + bytes(32) + tokens.to_bytes(32)
    bundle = [EVE, ALICE], [wei, 0], [b"", call]
    guard.send(ADMIN, "pin", number, kinds, *bundle)
    guard.send(ADMIN, "check", number, *bundle)


def test_a_period_has_its_budget(guard: Contract) -> None:
    guard.send(ADMIN, "setSpendLimit", FUNDING, COIN, 100, 30 * DAY)
    assert guard.read("spendLimit", FUNDING, COIN) == (100, 30 * DAY)
    kinds = 1 << FUNDING
    spend(guard, 1, kinds, 60)
    assert guard.read("available", FUNDING, COIN) == 40
    with refused("SpendAboveLimit", FUNDING, COIN, 41, 40):
        spend(guard, 2, kinds, 41)
    spend(guard, 3, kinds, 40)
    guard.chain.set_time((guard.chain.timestamp() // (30 * DAY) + 1) * 30 * DAY)
    assert guard.read("available", FUNDING, COIN) == 100
    guard.send(ADMIN, "check", 2, [EVE, ALICE], [41, 0], [b"", PAY + bytes(64)])
    assert guard.read("available", FUNDING, COIN) == 59


def test_what_exceeds_a_whole_period_cannot_be_proposed(guard: Contract) -> None:
    guard.send(ADMIN, "setSpendLimit", FUNDING, COIN, 100, DAY)
    with refused("SpendAboveLimit", FUNDING, COIN, 101, 100):
        guard.send(ADMIN, "pin", 1, 1 << FUNDING, [EVE], [101], [b""])
    guard.send(ADMIN, "pin", 1, 1 << DISPUTE, [EVE], [101], [b""])


def test_tokens_are_metered_where_the_calldata_says(guard: Contract) -> None:
    assert guard.read("spendOf", ALICE, PAY + bytes(32) + (5).to_bytes(32)) == (COIN, 0)
    guard.send(ADMIN, "setMeter", ALICE, PAY, BOB, 2)
    assert guard.read("meterOf", ALICE, PAY) == (BOB, 2)
    assert guard.read("spendOf", ALICE, PAY + bytes(32) + (5).to_bytes(32)) == (BOB, 5)
    assert guard.read("spendOf", ALICE, b"else" + bytes(64)) == (COIN, 0)
    assert guard.read("spendOf", ALICE, b"") == (COIN, 0)
    with refused("MeteredCallTooShort", ALICE, PAY, 67):
        guard.read("spendOf", ALICE, PAY + bytes(63))
    guard.send(ADMIN, "setSpendLimit", FUNDING, BOB, 10, DAY)
    spend(guard, 1, 1 << FUNDING, 0, 10)
    with refused("SpendAboveLimit", FUNDING, BOB, 1, 0):
        spend(guard, 2, 1 << FUNDING, 0, 1)


def test_a_bundle_is_charged_to_every_one_of_its_kinds(guard: Contract) -> None:
    for kind, most in ((FUNDING, 100), (PARAMETER, 10)):
        guard.send(ADMIN, "setSpendLimit", kind, COIN, most, DAY)
    both = 1 << FUNDING | 1 << PARAMETER
    spend(guard, 1, both, 8)
    assert guard.read("available", FUNDING, COIN) == 92
    assert guard.read("available", PARAMETER, COIN) == 2
    with refused("SpendAboveLimit", PARAMETER, COIN, 3, 2):
        spend(guard, 2, both, 3)
    spend(guard, 3, 1 << FUNDING, 92)


def test_no_limit_is_no_limit(guard: Contract) -> None:
    assert guard.read("available", FUNDING, COIN) == UNLIMITED
    spend(guard, 1, 1 << FUNDING, 2**255)
    guard.send(ADMIN, "setSpendLimit", FUNDING, COIN, 0, DAY)
    with refused("SpendAboveLimit", FUNDING, COIN, 1, 0):
        spend(guard, 2, 1 << FUNDING, 1)
    guard.send(ADMIN, "setSpendLimit", FUNDING, COIN, 0, 0)
    spend(guard, 2, 1 << FUNDING, 1)


@given(
    payments=st.lists(
        st.tuples(st.integers(0, 3 * DAY), st.integers(0, 120), st.integers(1, 31)), max_size=20
    )
)
@settings(max_examples=60, deadline=None)
def test_no_period_spends_more_than_its_limit(payments: list[tuple[int, int, int]]) -> None:
    found = deploy(EmbeddedChain(), "ProposalGuard", 10, ADMIN)
    found.send(ADMIN, "grantRole", role("GOVERNOR_ROLE"), ADMIN)
    most = {kind: 50 + 10 * kind for kind in range(5)}
    for kind, limit in most.items():
        found.send(ADMIN, "setSpendLimit", kind, COIN, limit, DAY)
    spent: dict[tuple[int, int], int] = {}
    for number, (wait, amount, kinds) in enumerate(payments):
        found.chain.advance(wait)
        window = found.chain.timestamp() // DAY
        charged = [kind for kind in range(5) if kinds >> kind & 1]
        after = {kind: spent.get((kind, window), 0) + amount for kind in charged}
        if amount and any(after[kind] > most[kind] for kind in charged):
            with refused("SpendAboveLimit"):
                spend(found, number, kinds, amount)
        else:
            spend(found, number, kinds, amount)
            spent.update({(kind, window): value for kind, value in after.items()})
    assert all(value <= most[kind] for (kind, _), value in spent.items())


def test_a_spend_limit_holds_from_proposal_to_payment(moot: Dao) -> None:
    call = moot.token.encode("transfer", EVE, 6 * TOKEN)
    moot.list_call(moot.token.address, call, FUNDING)
    moot.guard.send(ADMIN, "setMeter", moot.token.address, call[:4], moot.token.address, 2)
    moot.guard.send(ADMIN, "setSpendLimit", FUNDING, moot.token.address, 10 * TOKEN, 30 * DAY)
    moot.chain.set_time((moot.chain.timestamp() // (30 * DAY) + 1) * 30 * DAY)
    for person, text in ((ALICE, "first"), (BOB, "second")):
        proposal = moot.bundle(
            person, [(moot.token.address, 0, call), (EVE, 0, text.encode())], text
        )
        proposal.carry()
        if text == "first":
            proposal.send(EVE, "execute")
    with refused("SpendAboveLimit", FUNDING, moot.token.address, 6 * TOKEN, 4 * TOKEN):
        proposal.send(EVE, "execute")
    assert proposal.state == "Queued"
    moot.chain.advance(30 * DAY)
    proposal.send(EVE, "execute")
    assert moot.token.read("balanceOf", EVE) == 12 * TOKEN


@pytest.mark.parametrize(
    "call",
    [
        ("setProbe", EVE, EVE, PAY),
        ("setMeter", EVE, PAY, EVE, 1),
        ("setBundleLimit", FUNDING, 1),
        ("setSpendLimit", FUNDING, COIN, 1, DAY),
    ],
)
def test_only_the_admin_sets_limits(guard: Contract, call: tuple[str, *tuple[object, ...]]) -> None:
    with refused("AccessControlUnauthorizedAccount", EVE, DEFAULT_ADMIN_ROLE):
        guard.send(EVE, *call)


def test_a_vote_sets_a_limit(moot: Dao) -> None:
    call = moot.guard.encode("setSpendLimit", FUNDING, COIN, 5, DAY)
    proposal = moot.propose(ALICE, moot.guard, call, "limit coins")
    proposal.carry()
    proposal.send(EVE, "execute")
    assert moot.guard.read("available", FUNDING, COIN) == 5
