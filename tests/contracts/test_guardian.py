"""Guardian: stops what was decided, for a while, and nothing else."""

import pytest

from governance.chain.abi import contract
from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    EVE,
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

COUNCIL = account("council")
TERM = 365 * DAY
MAX_TERM = 730 * DAY
NOBODY = "0x" + "0" * 40


@pytest.fixture
def moot() -> Dao:
    return populate(dao())


@pytest.fixture
def guardian(moot: Dao) -> Contract:
    """Return a guardian for one year that a vote let cancel."""
    found = deploy(
        moot.chain, "Guardian", moot.treasury.address, COUNCIL, moot.chain.timestamp() + TERM
    )
    call = moot.treasury.encode("grantRole", role("CANCELLER_ROLE"), found.address)
    decide(moot, moot.treasury, call)
    return found


def decide(moot: Dao, target: Contract, call: bytes) -> None:
    proposal = moot.propose(BOB, target, call, f"call {call.hex()}")
    proposal.carry()
    proposal.send(EVE, "execute")


def operation(proposal: Proposal) -> tuple[object, ...]:
    """Return what the treasury was given when the proposal was queued."""
    governor = bytes.fromhex(proposal.dao.governor.address[2:]) + bytes(12)
    salt = bytes(a ^ b for a, b in zip(governor, proposal.key[3], strict=True))
    return (*proposal.calls, bytes(32), salt)


def grant(moot: Dao) -> Proposal:
    call = moot.token.encode("transfer", EVE, TOKEN)
    return moot.propose(ALICE, moot.token, call, "pay Eve")


def test_a_veto_is_the_end_of_a_proposal(moot: Dao, guardian: Contract) -> None:
    proposal = grant(moot)
    proposal.carry()
    events = guardian.send(COUNCIL, "veto", *operation(proposal), "the recipient is a thief")
    vetoed = only(events, "Vetoed")
    assert vetoed["operation"] == moot.treasury.read("hashOperationBatch", *operation(proposal))
    assert (vetoed["member"], vetoed["reason"]) == (COUNCIL, "the recipient is a thief")
    assert proposal.state == "Canceled"
    for step in ("queue", "execute", "cancel"):
        with refused("GovernorUnableToCancel" if step == "cancel" else UNEXPECTED):
            proposal.send(ALICE, step)


UNEXPECTED = "GovernorUnexpectedProposalState"


def test_only_the_member_vetoes(moot: Dao, guardian: Contract) -> None:
    proposal = grant(moot)
    proposal.carry()
    for person in (EVE, ALICE, ADMIN):
        with refused("NotMember", person):
            guardian.send(person, "veto", *operation(proposal), "")


def test_only_what_waits_can_be_vetoed(moot: Dao, guardian: Contract) -> None:
    proposal = grant(moot)
    with refused("TimelockUnexpectedOperationState"):
        guardian.send(COUNCIL, "veto", *operation(proposal), "not queued yet")
    proposal.carry()
    proposal.send(EVE, "execute")
    with refused("TimelockUnexpectedOperationState"):
        guardian.send(COUNCIL, "veto", *operation(proposal), "too late")


@pytest.mark.parametrize(("late", "state"), [(0, "Canceled"), (1, "Queued")])
def test_a_term_ends_with_its_last_second(
    moot: Dao, guardian: Contract, late: int, state: str
) -> None:
    expires = guardian.read("expiresAt")
    moot.chain.set_time(expires - 10 * DAY)
    proposal = grant(moot)
    proposal.carry()
    moot.chain.set_time(expires + late)
    assert guardian.read("isActive") is not bool(late)
    if late:
        with refused("TermExpired", expires):
            guardian.send(COUNCIL, "veto", *operation(proposal), "")
    else:
        guardian.send(COUNCIL, "veto", *operation(proposal), "")
    assert proposal.state == state


def test_a_vote_renews_a_term_and_nobody_else(moot: Dao, guardian: Contract) -> None:
    moot.chain.advance(2 * TERM)
    later = moot.chain.timestamp() + TERM
    for person in (COUNCIL, ALICE, ADMIN):
        with refused("NotTreasury", person):
            guardian.send(person, "setTerm", person, later)
    decide(moot, guardian, guardian.encode("setTerm", COUNCIL, later))
    assert guardian.read("isActive") is True
    assert (guardian.read("member"), guardian.read("expiresAt")) == (COUNCIL, later)


def test_a_term_is_never_longer_than_two_years(moot: Dao, guardian: Contract) -> None:
    now = moot.chain.timestamp()
    longest = deploy(moot.chain, "Guardian", moot.treasury.address, COUNCIL, now + MAX_TERM)
    assert longest.read("expiresAt") == now + MAX_TERM
    with refused("TermOutOfBounds", now + MAX_TERM + 1, now + MAX_TERM):
        deploy(moot.chain, "Guardian", moot.treasury.address, COUNCIL, now + MAX_TERM + 1)
    with refused("TermOutOfBounds"):
        decide(moot, guardian, guardian.encode("setTerm", COUNCIL, now + 900 * DAY))


def test_a_guardian_cannot_stop_its_own_end(moot: Dao, guardian: Contract) -> None:
    dismissal = moot.propose(
        ALICE, guardian, guardian.encode("setTerm", NOBODY, 0), "dismiss the guardian"
    )
    dismissal.carry()
    with refused("ConcernsGuardianAlone"):
        guardian.send(COUNCIL, "veto", *operation(dismissal), "no")
    dismissal.send(EVE, "execute")
    proposal = grant(moot)
    proposal.carry()
    with refused("NotMember", COUNCIL):
        guardian.send(COUNCIL, "veto", *operation(proposal), "")


def test_a_call_to_the_guardian_shields_nothing_else(moot: Dao, guardian: Contract) -> None:
    renewal = guardian.encode("setTerm", COUNCIL, moot.chain.timestamp() + TERM)
    theft = moot.token.encode("transfer", EVE, 10**6 * TOKEN)
    proposal = moot.bundle(
        ALICE, [(guardian.address, 0, renewal), (moot.token.address, 0, theft)], "renew, and more"
    )
    proposal.carry()
    guardian.send(COUNCIL, "veto", *operation(proposal), "and more?")
    assert proposal.state == "Canceled"


def test_a_member_resigns(moot: Dao, guardian: Contract) -> None:
    with refused("NotMember", EVE):
        guardian.send(EVE, "resign")
    events = guardian.send(COUNCIL, "resign")
    assert only(events, "TermSet") == {"member": NOBODY, "expiresAt": 0}
    assert guardian.read("isActive") is False
    with refused("NotMember", COUNCIL):
        guardian.send(COUNCIL, "resign")


def test_the_guardian_holds_one_role_and_writes_nothing_but_vetoes(
    moot: Dao, guardian: Contract
) -> None:
    held = ("PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE")
    has = [moot.treasury.read("hasRole", role(name), guardian.address) for name in held]
    assert has == [False, False, True]
    assert not moot.treasury.read("hasRole", bytes(32), guardian.address)
    names = {function.name for function in contract("Guardian").functions.values()}
    reads = {"MAX_TERM", "expiresAt", "isActive", "member", "treasury"}
    assert names - reads == {"resign", "setTerm", "veto"}
