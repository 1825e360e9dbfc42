"""Grants: milestones, the court, what goes back, limits, and no wei paid twice."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from governance.chain import ZERO_ADDRESS, EmbeddedChain
from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    DEFAULT_ADMIN_ROLE,
    EVE,
    Contract,
    account,
    deploy,
    only,
    refused,
    role,
)

TREASURY = account("treasury")
APPROVER = account("approver")
FEE = 5 * TOKEN
REVIEW = 7 * DAY
PLAN = ((100 * TOKEN, 30), (200 * TOKEN, 60))
"""Wei and days until due of two milestones."""
TOTAL = 300 * TOKEN
REFUSED, MET, MISSED = 0, 1, 2
GUARDED = "3ee5aeb5"
"""Selector of ReentrancyGuardReentrantCall()."""


@dataclass(frozen=True)
class Funding:
    """Grants in a token of which `ADMIN`, the grantor, has granted nothing yet."""

    chain: EmbeddedChain
    token: Contract
    court: Contract
    grants: Contract
    start: int

    def held(self, who: str) -> int:
        """Wei in an account."""
        return int(self.token.read("balanceOf", who))

    def create(
        self,
        plan: tuple[tuple[int, int], ...] = PLAN,
        *,
        streaming: int = 0,
        token: str | None = None,
        to: str = ALICE,
    ) -> int:
        """Make a grant to Alice, its times counted in days from the start; return its number."""
        dated = [(wei, self.start + days * DAY) for wei, days in plan]
        events = self.grants.send(
            ADMIN, "create", token or self.token.address, to, dated, streaming, "ipfs://terms"
        )
        return int(only(events, "GrantCreated")["id"])

    def challenge(self, who: str = EVE, id_: int = 0, milestone: int = 0) -> int:
        """Go to court and return the dispute's number."""
        events = self.grants.send(who, "challenge", id_, milestone, FEE)
        return int(only(events, "MilestoneChallenged")["disputeID"])

    def milestone(self, milestone: int = 0, id_: int = 0) -> Any:
        """Read a milestone: amount, due, submitted, approved, disputed."""
        return self.grants.read("milestones", id_)[milestone]


def funding(name: str = "HookedToken", *, taken: int = FEE, limit: int = 10**6 * TOKEN) -> Funding:
    """Deploy grants on a chain of their own."""
    chain = EmbeddedChain()
    token = deploy(chain, name, ADMIN, 10**9 * TOKEN)
    court = deploy(chain, "RulingOnDemand", FEE, taken)
    grants = deploy(
        chain, "Grants", TREASURY, token.address, court.address, b"court 1", REVIEW, ADMIN
    )
    grants.send(ADMIN, "grantRole", role("GRANTOR_ROLE"), ADMIN)
    grants.send(ADMIN, "grantRole", role("APPROVER_ROLE"), APPROVER)
    grants.send(ADMIN, "setLimit", token.address, limit, 30 * DAY)
    token.send(ADMIN, "approve", grants.address, 2**256 - 1)
    for person in (ALICE, EVE):
        token.send(ADMIN, "transfer", person, 1_000 * TOKEN)
        token.send(person, "approve", grants.address, 2**256 - 1)
    return Funding(chain, token, court, grants, chain.timestamp())


@pytest.fixture
def it() -> Funding:
    """Deploy grants with one grant of two milestones to Alice, paid at once."""
    found = funding()
    found.create()
    return found


def test_a_grant_is_funded_in_full_and_told_in_full() -> None:
    it = funding()
    plan = [(100, it.start + DAY), (200, it.start + 2 * DAY)]
    events = it.grants.send(ADMIN, "create", it.token.address, ALICE, plan, DAY, "ipfs://terms")
    assert only(events, "GrantCreated") == {
        "id": 0, "beneficiary": ALICE, "token": it.token.address, "total": 300,
        "streaming": DAY, "plan": tuple(plan), "terms": "ipfs://terms",
    }  # fmt: skip
    assert it.held(it.grants.address) == 300
    assert it.grants.read("count") == 1
    assert it.grants.read("grant", 0) == (it.token.address, ALICE, 300, 0, 0, DAY, REVIEW, 0)
    assert it.milestone(1) == (200, it.start + 2 * DAY, 0, 0, False)


def test_an_approved_milestone_is_paid_once_whoever_asks(it: Funding) -> None:
    assert it.grants.send(EVE, "release", 0) == []
    events = it.grants.send(APPROVER, "approve", 0, 1)
    assert only(events, "MilestoneApproved") == {"id": 0, "milestone": 1, "approver": APPROVER}
    before = it.held(ALICE)
    events = it.grants.send(EVE, "release", 0)
    assert only(events, "GrantReleased") == {"id": 0, "beneficiary": ALICE, "amount": 200 * TOKEN}
    assert it.held(ALICE) - before == 200 * TOKEN
    assert it.grants.send(EVE, "release", 0) == []
    with refused("MilestoneDecided", 0, 1):
        it.grants.send(APPROVER, "approve", 0, 1)


def test_a_submission_nobody_challenges_is_met_when_its_review_ends(it: Funding) -> None:
    events = it.grants.send(ALICE, "submit", 0, 0, "ipfs://work")
    assert only(events, "MilestoneSubmitted") == {
        "id": 0, "milestone": 0, "evidence": "ipfs://work",
    }  # fmt: skip
    it.chain.advance(REVIEW - 1)
    assert it.grants.read("releasable", 0) == 0
    it.chain.advance(1)
    assert it.grants.read("releasable", 0) == 100 * TOKEN
    with refused("MilestoneDecided", 0, 0):
        it.challenge()
    it.grants.send(ADMIN, "clawback", 0)
    assert it.grants.read("releasable", 0) == 100 * TOKEN
    assert it.held(TREASURY) == 200 * TOKEN


def test_a_milestone_streams_from_the_moment_it_was_met() -> None:
    it = funding()
    it.create(streaming=10 * DAY)
    it.grants.send(APPROVER, "approve", 0, 0)
    it.chain.advance(3 * DAY)
    assert it.grants.read("releasable", 0) == 30 * TOKEN
    it.grants.send(EVE, "release", 0)
    it.grants.send(APPROVER, "approve", 0, 1)
    it.chain.advance(2 * DAY)
    assert it.grants.read("releasable", 0) == 20 * TOKEN + 40 * TOKEN
    it.chain.advance(30 * DAY)
    assert it.grants.read("releasable", 0) == TOTAL - 30 * TOKEN


def test_only_the_beneficiary_submits_in_time_and_once(it: Funding) -> None:
    with refused("NotBeneficiary", 0, EVE):
        it.grants.send(EVE, "submit", 0, 0, "")
    it.chain.set_time(it.start + 30 * DAY)
    it.grants.send(ALICE, "submit", 0, 0, "")
    with refused("MilestoneInReview", 0, 0, it.start + 37 * DAY):
        it.grants.send(ALICE, "submit", 0, 0, "")
    it.chain.set_time(it.start + 60 * DAY + 1)
    with refused("MilestoneOverdue", 0, 1, it.start + 60 * DAY):
        it.grants.send(ALICE, "submit", 0, 1, "")
    it.grants.send(APPROVER, "approve", 0, 1)


def test_a_missed_milestone_is_clawed_back_by_the_court(it: Funding) -> None:
    it.grants.send(APPROVER, "approve", 0, 0)
    with refused("MilestoneNotDue", 0, 1, it.start + 60 * DAY):
        it.challenge(milestone=1)
    it.chain.set_time(it.start + 60 * DAY + 1)
    eve = it.held(EVE)
    dispute = it.challenge(milestone=1)
    assert eve - it.held(EVE) == FEE == it.held(it.court.address)
    it.court.send(BOB, "give", dispute, MISSED)
    assert it.grants.read("grant", 0)[4] == 200 * TOKEN
    events = it.grants.send(BOB, "refund", 0)
    assert only(events, "GrantRefunded") == {"id": 0, "amount": 200 * TOKEN}
    assert it.held(TREASURY) == 200 * TOKEN
    assert it.grants.send(BOB, "refund", 0) == []
    it.grants.send(BOB, "release", 0)
    assert it.held(it.grants.address) == 0


def test_a_challenged_milestone_waits_for_the_court(it: Funding) -> None:
    it.grants.send(ALICE, "submit", 0, 0, "")
    dispute = it.challenge()
    it.chain.advance(365 * DAY)
    assert it.grants.read("releasable", 0) == 0
    for sender, call in ((APPROVER, ("approve", 0, 0)), (ALICE, ("submit", 0, 0, ""))):
        with refused("MilestoneDisputed", 0, 0):
            it.grants.send(sender, *call)
    with refused("MilestoneDisputed", 0, 0):
        it.challenge(ALICE)
    it.court.send(BOB, "give", dispute, MET)
    assert it.grants.read("releasable", 0) == 100 * TOKEN
    with refused("UnknownDispute", it.court.address, dispute):
        it.court.send(BOB, "give", dispute, MISSED)


def test_jurors_who_refuse_to_choose_leave_the_milestone_unsubmitted(it: Funding) -> None:
    it.grants.send(ALICE, "submit", 0, 0, "")
    it.court.send(BOB, "give", it.challenge(), REFUSED)
    assert it.milestone() == (100 * TOKEN, it.start + 30 * DAY, 0, 0, False)
    it.grants.send(ALICE, "submit", 0, 0, "")
    it.court.send(BOB, "give", it.challenge(), 3)
    assert it.milestone()[2] == 0


def test_a_beneficiary_can_ask_the_court_too(it: Funding) -> None:
    it.chain.set_time(it.start + 30 * DAY + 1)
    it.court.send(BOB, "give", it.challenge(ALICE), MET)
    assert it.grants.read("releasable", 0) == 100 * TOKEN


def test_a_ruling_on_a_closed_grant_changes_nothing(it: Funding) -> None:
    it.grants.send(ALICE, "submit", 0, 0, "")
    dispute = it.challenge()
    it.grants.send(ADMIN, "clawback", 0)
    it.court.send(BOB, "give", dispute, MET)
    assert it.grants.read("releasable", 0) == 0
    assert it.held(TREASURY) == TOTAL


@pytest.mark.parametrize("ruling", [REFUSED, MET, MISSED])
def test_a_ruling_long_after_a_clawback_pays_nobody(it: Funding, ruling: int) -> None:
    """The review of what was submitted is over by then, and must not find it met."""
    it.grants.send(ALICE, "submit", 0, 0, "")
    dispute = it.challenge()
    it.chain.advance(365 * DAY)
    it.grants.send(ADMIN, "clawback", 0)
    it.court.send(BOB, "give", dispute, ruling)
    it.chain.advance(365 * DAY)
    assert it.grants.read("releasable", 0) == 0
    assert it.held(TREASURY) == TOTAL


def test_a_milestone_ruled_missed_after_its_review_pays_nothing(it: Funding) -> None:
    it.grants.send(ALICE, "submit", 0, 0, "")
    dispute = it.challenge()
    it.chain.advance(365 * DAY)
    it.court.send(BOB, "give", dispute, MISSED)
    it.chain.advance(365 * DAY)
    assert it.grants.read("releasable", 0) == 0
    it.grants.send(EVE, "refund", 0)
    assert it.held(TREASURY) == TOTAL


def test_what_the_court_does_not_take_goes_back_to_the_challenger() -> None:
    it = funding(taken=FEE - TOKEN)
    it.create()
    it.grants.send(ALICE, "submit", 0, 0, "")
    before = it.held(EVE)
    it.challenge()
    assert before - it.held(EVE) == FEE - TOKEN
    assert it.held(it.grants.address) == TOTAL
    assert it.token.read("allowance", it.grants.address, it.court.address) == 0


def test_a_court_cannot_take_more_than_its_price() -> None:
    it = funding(taken=FEE + 1)
    it.create()
    it.grants.send(ALICE, "submit", 0, 0, "")
    with refused("ERC20InsufficientAllowance", it.court.address, FEE, FEE + 1):
        it.challenge()


def test_a_fee_above_what_the_challenger_allows_is_refused(it: Funding) -> None:
    it.grants.send(ALICE, "submit", 0, 0, "")
    with refused("FeeAboveMaximum", FEE, FEE - 1):
        it.grants.send(EVE, "challenge", 0, 0, FEE - 1)


def test_nobody_but_the_arbitrator_of_a_dispute_rules(it: Funding) -> None:
    it.grants.send(ALICE, "submit", 0, 0, "")
    dispute = it.challenge()
    with refused("UnknownDispute", EVE, dispute):
        it.grants.send(EVE, "rule", dispute, MISSED)
    other = deploy(it.chain, "RulingOnDemand", FEE, FEE)
    it.grants.send(ADMIN, "setArbitrator", other.address, b"")
    it.court.send(BOB, "give", dispute, MET)
    assert it.milestone()[3] != 0
    it.chain.set_time(it.start + 61 * DAY)
    it.challenge(milestone=1)
    other.send(BOB, "give", 0, MISSED)
    assert it.grants.read("grant", 0)[4] == 200 * TOKEN


def test_the_treasury_claws_back_what_has_not_vested_and_nothing_else() -> None:
    it = funding()
    it.create(streaming=10 * DAY)
    it.grants.send(APPROVER, "approve", 0, 0)
    it.chain.advance(4 * DAY)
    with refused("AccessControlUnauthorizedAccount", EVE, role("GRANTOR_ROLE")):
        it.grants.send(EVE, "clawback", 0)
    events = it.grants.send(ADMIN, "clawback", 0)
    assert only(events, "GrantClosed") == {
        "id": 0, "kept": 40 * TOKEN, "refundable": 260 * TOKEN,
    }  # fmt: skip
    assert it.held(TREASURY) == 260 * TOKEN
    it.chain.advance(365 * DAY)
    assert it.grants.read("releasable", 0) == 40 * TOKEN
    it.grants.send(BOB, "release", 0)
    assert it.held(it.grants.address) == 0
    with refused("GrantIsClosed", 0):
        it.grants.send(ADMIN, "clawback", 0)
    with refused("GrantIsClosed", 0):
        it.grants.send(APPROVER, "approve", 0, 1)


def test_spending_is_limited_in_any_window_by_token() -> None:
    it = funding(limit=TOTAL)
    it.create(((100 * TOKEN, 30),))
    it.chain.advance(20 * DAY)
    it.create(((200 * TOKEN, 30),))
    assert it.grants.read("available", it.token.address) == 0
    with refused("SpendLimitExceeded", it.token.address, 1, 0):
        it.create(((1, 30),))
    it.chain.advance(10 * DAY - 1)
    assert it.grants.read("available", it.token.address) == 0
    it.chain.advance(1)
    assert it.grants.read("available", it.token.address) == 100 * TOKEN
    with refused("SpendLimitExceeded", it.token.address, 100 * TOKEN + 1, 100 * TOKEN):
        it.create(((100 * TOKEN + 1, 30),))
    it.create(((100 * TOKEN, 30),))
    other = deploy(it.chain, "TaxedToken", ADMIN, TOKEN)
    with refused("SpendLimitExceeded", other.address, 1, 0):
        it.create(((1, 30),), token=other.address)


def test_a_clawback_does_not_give_the_limit_back() -> None:
    it = funding(limit=TOTAL)
    it.create()
    it.grants.send(ADMIN, "clawback", 0)
    with refused("SpendLimitExceeded", it.token.address, 1, 0):
        it.create(((1, 30),))


def test_a_token_that_takes_a_cut_is_refused() -> None:
    it = funding("TaxedToken")
    with refused("TransferTaxed", it.token.address, 1_000, 990):
        it.create(((1_000, 30),))


def test_a_stopped_token_does_not_stand_in_the_way_of_a_ruling() -> None:
    it = funding()
    token = deploy(it.chain, "StoppableToken", ADMIN, TOTAL)
    token.send(ADMIN, "approve", it.grants.address, TOTAL)
    it.grants.send(ADMIN, "setLimit", token.address, TOTAL, DAY)
    it.create(token=token.address)
    it.grants.send(ALICE, "submit", 0, 0, "")
    dispute = it.challenge()
    token.send(EVE, "stop", True)
    it.court.send(BOB, "give", dispute, MISSED)
    with refused("Stopped"):
        it.grants.send(BOB, "refund", 0)
    token.send(EVE, "stop", False)
    it.grants.send(BOB, "refund", 0)
    assert token.read("balanceOf", TREASURY) == TOTAL


@pytest.mark.parametrize(
    ("plan", "streaming", "to", "error"),
    [
        ((), 0, ALICE, "InvalidMilestoneCount"),
        (((1, 1),) * 25, 0, ALICE, "InvalidMilestoneCount"),
        (((1, 1), (0, 1)), 0, ALICE, "EmptyMilestone"),
        (((1, 1),), 1_461 * DAY + 1, ALICE, "PeriodOutOfBounds"),
        (((1, 1),), 0, ZERO_ADDRESS, "InvalidBeneficiary"),
    ],
)
def test_impossible_grants_are_refused(
    plan: tuple[tuple[int, int], ...], streaming: int, to: str, error: str
) -> None:
    it = funding()
    with refused(error):
        it.create(plan, streaming=streaming, to=to)
    with refused("InvalidBeneficiary", it.grants.address):
        it.create(to=it.grants.address)


def test_unknown_grants_and_milestones_are_named(it: Funding) -> None:
    for view in (("grant", 9), ("milestones", 9), ("releasable", 9), ("vested", 9, 0)):
        with refused("UnknownGrant", 9, 1):
            it.grants.read(*view)
    with refused("UnknownGrant", 9, 1):
        it.grants.send(BOB, "refund", 9)
    with refused("UnknownMilestone", 0, 2, 2):
        it.grants.send(APPROVER, "approve", 0, 2)


def test_roles_and_settings_are_the_admins_to_give() -> None:
    it = funding()
    for call in (
        ("setReview", DAY),
        ("setArbitrator", EVE, b""),
        ("setLimit", it.token.address, 1, DAY),
    ):
        with refused("AccessControlUnauthorizedAccount", EVE, DEFAULT_ADMIN_ROLE):
            it.grants.send(EVE, *call)
    with refused("AccessControlUnauthorizedAccount", EVE, role("GRANTOR_ROLE")):
        it.grants.send(EVE, "create", it.token.address, EVE, [(1, 0)], 0, "")
    with refused("AccessControlUnauthorizedAccount", ADMIN, role("APPROVER_ROLE")):
        it.create()
        it.grants.send(ADMIN, "approve", 0, 0)
    for period in (DAY - 1, 90 * DAY + 1):
        with refused("PeriodOutOfBounds", period, DAY, 90 * DAY):
            it.grants.send(ADMIN, "setReview", period)
    for window in (DAY - 1, 366 * DAY + 1):
        with refused("WindowOutOfBounds", window, DAY, 366 * DAY):
            it.grants.send(ADMIN, "setLimit", it.token.address, 1, window)
    assert it.grants.read("limitOf", it.token.address) == (10**6 * TOKEN, 30 * DAY)
    events = it.grants.send(ADMIN, "setReview", 2 * DAY)
    assert only(events, "ReviewSet") == {"oldReview": REVIEW, "newReview": 2 * DAY}


def test_a_new_review_is_not_for_grants_that_exist(it: Funding) -> None:
    it.grants.send(ADMIN, "setReview", DAY)
    it.grants.send(ALICE, "submit", 0, 0, "")
    it.chain.advance(REVIEW - 1)
    assert it.grants.read("releasable", 0) == 0


def test_grants_that_pay_back_to_nobody_are_refused() -> None:
    it = funding()
    with refused("InvalidTreasury", ZERO_ADDRESS):
        deploy(
            it.chain, "Grants", ZERO_ADDRESS, it.token.address, it.court.address, b"", DAY, ADMIN
        )


INNER = (("release", 0), ("refund", 0), ("clawback", 0), ("challenge", 0, 1, FEE))


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("outer", ["create", "release", "clawback", "challenge"])
def test_a_hostile_token_cannot_get_back_in(it: Funding, outer: str, inner: tuple) -> None:
    it.grants.send(ADMIN, "grantRole", role("GRANTOR_ROLE"), it.token.address)
    it.grants.send(APPROVER, "approve", 0, 0)
    it.grants.send(ALICE, "submit", 0, 1, "")
    it.token.send(EVE, "arm", it.grants.address, it.grants.encode(*inner))
    if outer == "create":
        it.create()
    elif outer == "challenge":
        it.challenge(milestone=1)
    else:
        it.grants.send(ADMIN, outer, 0)
    assert it.token.read("called")
    assert not it.token.read("succeeded")
    assert it.token.read("answer").hex() == GUARDED


def test_a_hostile_beneficiary_is_paid_once() -> None:
    it = funding()
    greedy = deploy(it.chain, "ReenteringReceiver")
    it.create(to=greedy.address)
    it.create()
    it.token.send(EVE, "hook", greedy.address)
    greedy.send(EVE, "prepare", it.grants.address, it.grants.encode("release", 0))
    it.grants.send(APPROVER, "approve", 0, 0)
    it.grants.send(EVE, "release", 0)
    assert greedy.read("attempts") == 1
    assert not greedy.read("succeeded")
    assert it.held(greedy.address) == 100 * TOKEN


@given(
    amounts=st.lists(st.integers(1, 10**4 * TOKEN), min_size=1, max_size=24),
    streaming=st.integers(0, 100 * DAY),
    pauses=st.lists(st.integers(0, 60 * DAY), max_size=8),
)
@settings(max_examples=40, deadline=None)
def test_a_grant_pays_exactly_what_was_funded_when_all_is_met(
    amounts: list[int], streaming: int, pauses: list[int]
) -> None:
    it = funding()
    it.create(tuple((wei, 30) for wei in amounts), streaming=streaming)
    before = it.held(ALICE)
    for milestone in range(len(amounts)):
        it.grants.send(APPROVER, "approve", 0, milestone)
        if milestone < len(pauses):
            it.chain.advance(pauses[milestone])
            it.grants.send(EVE, "release", 0)
            assert it.held(ALICE) - before <= sum(amounts[: milestone + 1])
    it.chain.advance(100 * DAY)
    it.grants.send(EVE, "release", 0)
    assert it.held(ALICE) - before == sum(amounts)
    assert it.held(it.grants.address) == 0


PERIOD = 20 * DAY
LIMIT = 500 * TOKEN


class Granting(RuleBasedStateMachine):
    """Two people get grants, submit, are challenged, judged and clawed back."""

    def __init__(self) -> None:
        super().__init__()
        self.it = funding()
        self.grants = self.it.grants
        self.grants.send(ADMIN, "setLimit", self.it.token.address, LIMIT, PERIOD)
        self.funded: list[int] = []
        self.spent: list[tuple[int, int]] = []
        self.paid: list[int] = []
        self.returned: list[int] = []
        self.disputes: dict[int, tuple[int, int]] = {}

    @property
    def now(self) -> int:
        """The chain's time."""
        return self.it.chain.timestamp()

    def pick(self, which: int) -> int | None:
        """Choose a grant, if there is any."""
        return which % len(self.funded) if self.funded else None

    def state(self, id_: int, milestone: int) -> str:
        """Name what a milestone is in."""
        _, due, submitted, approved, disputed = self.it.milestone(milestone, id_)
        if self.grants.read("grant", id_)[7]:
            return "closed"
        if disputed:
            return "disputed"
        if approved or (submitted and self.now >= submitted + REVIEW):
            return "met"
        if submitted:
            return "submitted"
        return "waiting" if self.now <= due else "overdue"

    which = st.integers(0, 50)
    milestones = st.integers(0, 1)

    @rule(
        first=st.integers(1, 200 * TOKEN),
        second=st.integers(1, 200 * TOKEN),
        streaming=st.sampled_from((0, DAY, 10 * DAY)),
        to=st.sampled_from((BOB, CAROL)),
    )
    def create(self, first: int, second: int, streaming: int, to: str) -> None:
        """Make a grant, if the limit allows it."""
        recent = sum(wei for at, wei in self.spent if at > self.now - PERIOD)
        plan = [(first, self.now + 5 * DAY), (second, self.now + 10 * DAY)]
        call = ("create", self.it.token.address, to, plan, streaming, "")
        if recent + first + second > LIMIT:
            with refused(
                "SpendLimitExceeded", self.it.token.address, first + second, LIMIT - recent
            ):
                self.grants.send(ADMIN, *call)
            return
        self.grants.send(ADMIN, *call)
        self.spent.append((self.now, first + second))
        self.funded.append(first + second)
        self.paid.append(0)
        self.returned.append(0)

    @rule(which=which, milestone=milestones)
    def submit(self, which: int, milestone: int) -> None:
        """Submit, which is legal for a waiting milestone alone."""
        id_ = self.pick(which)
        if id_ is None:
            return
        beneficiary = self.grants.read("grant", id_)[1]
        error = {
            "closed": "GrantIsClosed",
            "disputed": "MilestoneDisputed",
            "met": "MilestoneDecided",
            "submitted": "MilestoneInReview",
            "overdue": "MilestoneOverdue",
        }.get(self.state(id_, milestone))
        if error:
            with refused(error):
                self.grants.send(beneficiary, "submit", id_, milestone, "")
        else:
            self.grants.send(beneficiary, "submit", id_, milestone, "")

    @rule(which=which, milestone=milestones)
    def approve(self, which: int, milestone: int) -> None:
        """Approve, which is legal unless decided or in court."""
        id_ = self.pick(which)
        if id_ is None:
            return
        error = {
            "closed": "GrantIsClosed",
            "disputed": "MilestoneDisputed",
            "met": "MilestoneDecided",
        }.get(self.state(id_, milestone))
        if error:
            with refused(error):
                self.grants.send(APPROVER, "approve", id_, milestone)
        else:
            self.grants.send(APPROVER, "approve", id_, milestone)

    @rule(which=which, milestone=milestones)
    def challenge(self, which: int, milestone: int) -> None:
        """Go to court, which is legal in review and when overdue."""
        id_ = self.pick(which)
        if id_ is None:
            return
        error = {
            "closed": "GrantIsClosed",
            "disputed": "MilestoneDisputed",
            "met": "MilestoneDecided",
            "waiting": "MilestoneNotDue",
        }.get(self.state(id_, milestone))
        if error:
            with refused(error):
                self.it.challenge(EVE, id_, milestone)
        elif self.it.held(EVE) >= FEE:
            self.disputes[self.it.challenge(EVE, id_, milestone)] = (id_, milestone)

    @rule(ruling=st.integers(0, 3))
    def judge(self, ruling: int) -> None:
        """Rule on the oldest open dispute."""
        if not self.disputes:
            return
        dispute = min(self.disputes)
        id_, milestone = self.disputes.pop(dispute)
        closed = self.state(id_, milestone) == "closed"
        self.it.court.send(BOB, "give", dispute, ruling)
        if not closed:
            after = self.state(id_, milestone)
            wanted = {MET: {"met"}, MISSED: {"closed"}}.get(ruling, {"waiting", "overdue"})
            assert after in wanted

    @rule(which=which)
    def release(self, which: int) -> None:
        """Pay what has vested."""
        id_ = self.pick(which)
        if id_ is None:
            return
        beneficiary = self.grants.read("grant", id_)[1]
        promised, before = self.grants.read("releasable", id_), self.it.held(beneficiary)
        self.grants.send(EVE, "release", id_)
        assert self.it.held(beneficiary) - before == promised
        assert self.grants.read("releasable", id_) == 0
        self.paid[id_] += promised

    @rule(which=which)
    def clawback(self, which: int) -> None:
        """Close a grant, once."""
        id_ = self.pick(which)
        if id_ is None:
            return
        if self.state(id_, 0) == "closed":
            with refused("GrantIsClosed", id_):
                self.grants.send(ADMIN, "clawback", id_)
            return
        vested, before = self.grants.read("vested", id_, self.now), self.it.held(TREASURY)
        self.grants.send(ADMIN, "clawback", id_)
        self.returned[id_] += self.it.held(TREASURY) - before
        assert self.returned[id_] == self.funded[id_] - vested

    @rule(which=which)
    def refund(self, which: int) -> None:
        """Send back what the court took."""
        id_ = self.pick(which)
        if id_ is None:
            return
        before = self.it.held(TREASURY)
        self.grants.send(EVE, "refund", id_)
        self.returned[id_] += self.it.held(TREASURY) - before

    @rule(hours=st.integers(1, 120))
    def wait(self, hours: int) -> None:
        """Let time pass, in which nothing vested is lost."""
        before = [self.grants.read("releasable", id_) for id_ in range(len(self.funded))]
        self.it.chain.advance(hours * 3_600)
        after = [self.grants.read("releasable", id_) for id_ in range(len(self.funded))]
        assert all(old <= new for old, new in zip(before, after, strict=True))

    @invariant()
    def no_grant_pays_more_than_was_funded(self) -> None:
        """Paid, still payable and returned fit in what was funded, to the wei once closed."""
        for id_, funded in enumerate(self.funded):
            releasable = self.grants.read("releasable", id_)
            refundable, closed = (self.grants.read("grant", id_)[field] for field in (4, 7))
            known = self.paid[id_] + self.returned[id_] + releasable + refundable
            assert known <= funded
            assert not closed or known == funded

    @invariant()
    def the_contract_holds_what_is_neither_paid_nor_returned(self) -> None:
        """Every wei in it belongs to a grant."""
        held = sum(self.funded) - sum(self.paid) - sum(self.returned)
        assert self.it.held(self.grants.address) == held

    @invariant()
    def no_window_spends_more_than_its_limit(self) -> None:
        """Any stretch of a period stays within the limit."""
        for end, _ in self.spent:
            assert sum(wei for at, wei in self.spent if end - PERIOD < at <= end) <= LIMIT


TestGranting = Granting.TestCase
TestGranting.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
