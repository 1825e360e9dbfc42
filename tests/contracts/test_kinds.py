"""ProposalKinds: what a proposal is follows from its calls, and the strictest rule holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.chain import EmbeddedChain
from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    AGAINST,
    ALICE,
    BOB,
    CAROL,
    CONSTITUTIONAL,
    DEFAULT_ADMIN_ROLE,
    DEPLOYMENT,
    DISPUTE,
    EASY,
    EVE,
    FOR,
    FUNDING,
    PARAMETER,
    Contract,
    Dao,
    Rule,
    dao,
    deploy,
    populate,
    refused,
    role,
    rule,
)

PAY = bytes.fromhex("a9059cbb")
HARD = rule(threshold_bps=200, quorum_bps=5_000, approval_bps=6_000, period=7 * DAY, delay=5 * DAY)
RULES = (
    rule(approval_bps=6_000, quorum_bps=4_100, delay=3 * DAY),
    rule(quorum_bps=1_000, value_limit=10 * TOKEN),
    rule(period=5 * DAY),
    rule(threshold_bps=200, value_limit=0),
    HARD,
)


def bit(*kinds: int) -> int:
    return sum(1 << kind for kind in kinds)


@pytest.fixture(scope="module")
def kinds() -> Contract:
    found = deploy(EmbeddedChain(), "ProposalKinds", list(RULES), ADMIN)
    listed = {PAY: FUNDING, b"depl": DEPLOYMENT, b"parm": PARAMETER, b"disp": DISPUTE}
    for selector, kind in listed.items():
        found.send(ADMIN, "setKinds", [EVE], [selector], [kind])
    return found


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ((EVE, 0, PAY + bytes(64)), bit(FUNDING)),
        ((EVE, 0, b"depl"), bit(DEPLOYMENT)),
        ((BOB, 0, PAY + bytes(64)), bit(CONSTITUTIONAL)),
        ((EVE, 0, b"none"), bit(CONSTITUTIONAL)),
        ((EVE, 0, b"dep"), bit(CONSTITUTIONAL)),
        ((EVE, 0, b""), bit(CONSTITUTIONAL)),
        ((BOB, 1, b""), bit(FUNDING)),
        ((EVE, 1, b"disp"), bit(DISPUTE, FUNDING)),
        ((EVE, 1, b"d"), bit(CONSTITUTIONAL, FUNDING)),
    ],
)
def test_a_call_is_what_its_target_function_and_coins_say(
    kinds: Contract, call: tuple[str, int, bytes], expected: int
) -> None:
    assert kinds.read("kindsOfCall", *call) == expected


def test_a_bundle_is_of_all_the_kinds_of_its_calls(kinds: Contract) -> None:
    calls = [EVE, EVE, BOB], [0, 0, 5], [PAY + bytes(64), b"parm", b""]
    assert kinds.read("kindsOf", *calls) == bit(FUNDING, PARAMETER)
    assert kinds.read("delayOf", *calls) == 0
    assert kinds.read("delayOf", [EVE, EVE], [0, 0], [b"parm", b"depl"]) == 3 * DAY


@pytest.mark.parametrize("lengths", [(0, 0, 0), (1, 2, 1), (2, 1, 2), (1, 1, 2)])
def test_a_bundle_of_unequal_lists_is_refused(
    kinds: Contract, lengths: tuple[int, int, int]
) -> None:
    targets, values, calldatas = lengths
    with refused("InvalidBundleLength", *lengths):
        kinds.read("kindsOf", [EVE] * targets, [0] * values, [b""] * calldatas)


@given(chosen=st.sets(st.integers(0, 4)))
@settings(max_examples=60, deadline=None)
def test_the_strictest_rule_is_the_strictest_in_every_point(
    kinds: Contract, chosen: set[int]
) -> None:
    found = kinds.read("strictest", bit(*chosen))
    picked = [RULES[kind] for kind in chosen]
    for position in range(5):
        assert found[position] == max((one[position] for one in picked), default=0)
    assert found[5] == min((one[5] for one in picked), default=2**128 - 1)


@given(one=st.sets(st.integers(0, 4)), other=st.sets(st.integers(0, 4)))
@settings(max_examples=60, deadline=None)
def test_adding_a_call_never_makes_a_proposal_easier(
    kinds: Contract, one: set[int], other: set[int]
) -> None:
    alone, both = (kinds.read("strictest", bit(*found)) for found in (one, one | other))
    assert all(more >= less for less, more in zip(alone[:5], both[:5], strict=True))
    assert both[5] <= alone[5]


@pytest.mark.parametrize(
    ("changed", "error", "details"),
    [
        (rule(approval_bps=4_999), "ApprovalOutOfBounds", (FUNDING, 4_999, 5_000, 10_000)),
        (rule(approval_bps=10_001), "ApprovalOutOfBounds", (FUNDING, 10_001, 5_000, 10_000)),
        (rule(quorum_bps=10_001), "FractionOutOfBounds", (FUNDING, 10_001, 10_000)),
        (rule(threshold_bps=10_001), "FractionOutOfBounds", (FUNDING, 10_001, 10_000)),
        (rule(period=60 * DAY + 1), "PeriodOutOfBounds", (FUNDING, 60 * DAY + 1, 60 * DAY)),
        (rule(delay=60 * DAY + 1), "PeriodOutOfBounds", (FUNDING, 60 * DAY + 1, 60 * DAY)),
    ],
)
def test_rules_are_bounded(
    kinds: Contract, changed: Rule, error: str, details: tuple[int, ...]
) -> None:
    with refused(error, *details):
        kinds.send(ADMIN, "setRule", FUNDING, changed)


@pytest.mark.parametrize("position", range(5))
def test_no_rule_is_stricter_than_the_constitutional(kinds: Contract, position: int) -> None:
    harder = list(rule())
    harder[position] = HARD[position] + 1
    with refused("ConstitutionalRuleEasier"):
        kinds.send(ADMIN, "setRule", FUNDING, tuple(harder))
    easier = list(HARD)
    easier[position] = max(one[position] for one in RULES[:4]) - 1
    if easier[position] >= rule()[position]:
        with refused("ConstitutionalRuleEasier"):
            kinds.send(ADMIN, "setRule", CONSTITUTIONAL, tuple(easier))
    with refused("ConstitutionalRuleEasier"):
        deploy(kinds.chain, "ProposalKinds", [tuple(harder), *RULES[1:]], ADMIN)


def test_a_rule_is_read_back(kinds: Contract) -> None:
    for kind, expected in enumerate(RULES):
        assert kinds.read("ruleOf", kind) == expected


def test_lists_must_be_of_one_length(kinds: Contract) -> None:
    with refused("InvalidListLength", 2, 1, 1):
        kinds.send(ADMIN, "setKinds", [EVE, BOB], [PAY], [FUNDING])


def test_calls_on_the_kinds_stay_constitutional(kinds: Contract) -> None:
    call = kinds.encode("setRule", FUNDING, rule())
    with refused("KindsAreConstitutional"):
        kinds.send(ADMIN, "setKinds", [kinds.address], [call[:4]], [FUNDING])
    assert kinds.read("kindsOfCall", kinds.address, 0, call) == bit(CONSTITUTIONAL)


def test_a_call_is_taken_off_the_list(kinds: Contract) -> None:
    kinds.send(ADMIN, "setKinds", [BOB], [PAY], [FUNDING])
    assert kinds.read("kindOf", BOB, PAY) == FUNDING
    kinds.send(ADMIN, "setKinds", [BOB], [PAY], [CONSTITUTIONAL])
    assert kinds.read("kindOf", BOB, PAY) == CONSTITUTIONAL


def test_only_the_admin_sets_kinds_and_rules(kinds: Contract) -> None:
    for call in (("setRule", FUNDING, rule()), ("setKinds", [EVE], [PAY], [FUNDING])):
        with refused("AccessControlUnauthorizedAccount", EVE, DEFAULT_ADMIN_ROLE):
            kinds.send(EVE, *call)


@pytest.fixture
def moot() -> Dao:
    """Return a DAO whose payments are funding and whose threshold is settable as a parameter."""
    found = populate(dao(rules=RULES, cooldown=0))
    found.list_call(found.token.address, PAY, FUNDING)
    found.list_call(found.governor.address, threshold_call(found), PARAMETER)
    found.list_call(found.vault.address, found.vault.encode("setCooldown", 0), DISPUTE)
    found.list_call(found.governor.address, found.governor.encode("setVotingDelay", 0), DEPLOYMENT)
    return found


def threshold_call(moot: Dao) -> bytes:
    return moot.governor.encode("setProposalThresholdBps", 150)


def pay_call(moot: Dao) -> bytes:
    return moot.token.encode("transfer", EVE, TOKEN)


def test_each_kind_has_its_own_period(moot: Dao) -> None:
    funding = moot.propose(ALICE, moot.token, pay_call(moot), "pay")
    parameter = moot.propose(BOB, moot.governor, threshold_call(moot), "set")
    start = moot.chain.timestamp() + DAY
    assert (funding.deadline, parameter.deadline) == (start + 3 * DAY, start + 5 * DAY)
    assert moot.governor.read("votingPeriod") == 3 * DAY, "the governor's own stays as it was"


def test_a_bundle_is_voted_on_as_its_strictest_call(moot: Dao) -> None:
    calls = [
        (moot.token.address, 0, pay_call(moot)),
        (moot.governor.address, 0, threshold_call(moot)),
        (moot.token.address, 0, moot.token.encode("grantRole", bytes(32), EVE)),
    ]
    proposal = moot.bundle(ALICE, calls, "three in one")
    terms = moot.governor.read("proposalTerms", proposal.id)
    assert terms == (2 * SHARE, 5_000, 6_000, bit(FUNDING, PARAMETER, CONSTITUTIONAL))
    assert proposal.deadline == moot.chain.timestamp() + 8 * DAY


def test_a_kind_asks_for_more_votes_to_propose(moot: Dao) -> None:
    moot.propose(CAROL, moot.token, pay_call(moot), "one vote of a hundred is enough")
    call = moot.vault.encode("setCooldown", DAY)
    other = populate_again(moot)
    with refused("GovernorInsufficientProposerVotes", EVE, other, 2 * (100 * SHARE + other) // 100):
        moot.propose(EVE, moot.vault, call, "a dispute takes two of a hundred")


def populate_again(moot: Dao) -> int:
    """Give Eve one vote and a half and let it mature."""
    shares = moot.stake(EVE, 3 * TOKEN // 2)
    moot.chain.advance(2 * DAY)
    return shares


def test_a_proposer_needs_a_vote_even_if_nobody_has_one() -> None:
    moot = dao(threshold_bps=500)
    assert moot.governor.read("proposalThreshold") == 0
    with refused("GovernorInsufficientProposerVotes", EVE, 0, 1):
        moot.propose(EVE, moot.token, pay_call(moot), "nobody asks")
    moot.token.send(ADMIN, "approve", moot.vault.address, 1)
    moot.vault.send(ADMIN, "deposit", 1, EVE)
    with refused("GovernorInsufficientProposerVotes", EVE, 0, 1):
        moot.propose(EVE, moot.token, pay_call(moot), "not mature")
    moot.chain.advance(DAY + 1)
    proposal = moot.propose(EVE, moot.token, pay_call(moot), "mature")
    assert moot.governor.read("proposalTerms", proposal.id)[0] == 1_000 * 500 // 10_000


@pytest.mark.parametrize(("voter", "state"), [(BOB, "Defeated"), (ALICE, "Succeeded")])
def test_a_kind_has_its_own_quorum(moot: Dao, voter: str, state: str) -> None:
    """Bob's 39 of 100 are no 41 %, though the governor itself asks for 4 %."""
    proposal = moot.propose(
        ALICE, moot.governor, moot.governor.encode("setVotingDelay", 0), "deploy"
    )
    proposal.open()
    proposal.vote(voter, FOR)
    assert moot.governor.read("proposalQuorum", proposal.id) == 41 * SHARE
    proposal.close()
    assert proposal.state == state


@pytest.mark.parametrize(("approval", "state"), [(6_000, "Succeeded"), (6_061, "Defeated")])
def test_a_kind_has_its_own_approval(approval: int, state: str) -> None:
    """Alice's 60 against Bob's 39 are 60.606 %."""
    moot = populate(dao(rules=(rule(approval_bps=approval),) * 5))
    proposal = moot.propose(ALICE, moot.token, pay_call(moot), "pay")
    proposal.open()
    proposal.vote(ALICE, FOR)
    proposal.vote(BOB, AGAINST)
    proposal.close()
    assert proposal.state == state


def test_as_many_for_as_against_is_no_approval() -> None:
    moot = dao()
    for person in (ALICE, BOB):
        moot.stake(person, 50 * TOKEN)
    moot.chain.advance(2 * DAY)
    proposal = moot.propose(ALICE, moot.token, pay_call(moot), "pay")
    proposal.open()
    proposal.vote(ALICE, FOR)
    proposal.vote(BOB, AGAINST)
    proposal.close()
    assert proposal.state == "Defeated"


def test_the_floor_of_the_quorum_holds_for_every_kind() -> None:
    moot = populate(dao(quorum_floor=50 * SHARE, rules=(rule(quorum_bps=100),) * 5))
    proposal = moot.propose(ALICE, moot.token, pay_call(moot), "pay")
    proposal.open()
    assert moot.governor.read("proposalQuorum", proposal.id) == 50 * SHARE


@pytest.mark.parametrize(
    ("delay", "waits"), [(DAY, 2 * DAY), (2 * DAY, 2 * DAY), (9 * DAY, 9 * DAY)]
)
def test_a_kind_waits_for_its_delay_but_never_less_than_the_treasurys(
    delay: int, waits: int
) -> None:
    moot = populate(dao(rules=(rule(delay=delay),) * 5))
    proposal = moot.propose(ALICE, moot.token, pay_call(moot), "pay")
    proposal.open()
    proposal.vote(ALICE, FOR)
    proposal.close()
    proposal.send(EVE, "queue")
    eta = moot.governor.read("proposalEta", proposal.id)
    assert eta == moot.chain.timestamp() + waits
    moot.chain.set_time(eta - 1)
    with refused("TimelockUnexpectedOperationState"):
        proposal.send(EVE, "execute")
    moot.chain.set_time(eta)
    proposal.send(EVE, "execute")
    assert proposal.state == "Executed"


@pytest.mark.parametrize(("kind", "waits"), [(FUNDING, 2 * DAY), (CONSTITUTIONAL, 5 * DAY)])
def test_the_treasury_makes_every_queuer_wait_for_the_kind(kind: int, waits: int) -> None:
    moot = populate(dao(rules=RULES))
    call = pay_call(moot)
    moot.list_call(moot.token.address, call, kind)
    grant = moot.treasury.encode("grantRole", role("PROPOSER_ROLE"), EVE)
    made = moot.propose(ALICE, moot.treasury, grant, "let Eve queue")
    made.carry()
    made.send(EVE, "execute")
    schedule = moot.token.address, 0, call, bytes(32), bytes(32)
    moot.treasury.send(EVE, "schedule", *schedule, 2 * DAY)
    operation = moot.treasury.read("hashOperation", *schedule)
    assert moot.treasury.read("getTimestamp", operation) == moot.chain.timestamp() + waits


def test_coins_are_limited_by_kind(moot: Dao) -> None:
    moot.chain.fund(moot.treasury.address, 20 * TOKEN)
    with refused("ValueAboveLimit", 10 * TOKEN + 1, 10 * TOKEN):
        moot.bundle(ALICE, [(EVE, 10 * TOKEN, b""), (BOB, 1, b"")], "too much")
    dispute = moot.vault.encode("setCooldown", DAY)
    with refused("ValueAboveLimit", 1, 0):
        moot.bundle(ALICE, [(moot.vault.address, 0, dispute), (EVE, 1, b"")], "mixed")
    paid = moot.bundle(ALICE, [(EVE, 10 * TOKEN, b"")], "as much as allowed")
    paid.carry()
    before = moot.chain.balance(EVE)
    paid.send(BOB, "execute")
    assert moot.chain.balance(EVE) - before == 10 * TOKEN


def test_a_sum_of_coins_cannot_overflow(moot: Dao) -> None:
    with refused("ValueAboveLimit", 2**256 - 1, 10 * TOKEN):
        moot.bundle(ALICE, [(EVE, 2**255, b""), (BOB, 2**255, b"")], "wraps to nothing")


def test_terms_stay_as_they_were_when_a_proposal_was_made() -> None:
    moot = populate(dao(rules=EASY))
    proposal = moot.propose(ALICE, moot.token, pay_call(moot), "pay")
    before = moot.governor.read("proposalTerms", proposal.id), proposal.deadline
    moot.kinds.send(ADMIN, "setRule", CONSTITUTIONAL, HARD)
    assert (moot.governor.read("proposalTerms", proposal.id), proposal.deadline) == before
    assert before[0] == (SHARE, 0, 5_000, bit(CONSTITUTIONAL))


def test_the_quorum_of_a_kind_is_that_of_the_snapshot() -> None:
    moot = populate(dao(rules=(rule(quorum_bps=3_900),) * 5))
    proposal = moot.propose(ALICE, moot.token, pay_call(moot), "pay")
    proposal.open()
    moot.stake(EVE, 1_000 * TOKEN)
    moot.chain.advance(2 * DAY)
    assert moot.governor.read("proposalQuorum", proposal.id) == 39 * SHARE
    proposal.vote(BOB, FOR)
    proposal.close()
    assert proposal.state == "Succeeded"


def test_a_long_period_ends_with_the_proposal_that_asked_for_it() -> None:
    """Whoever proposes twice in one transaction gets each proposal's own period."""
    moot = populate(dao(threshold_bps=0, rules=(rule(), *(rule(period=5 * DAY),) * 4)))
    moot.list_call(moot.token.address, pay_call(moot), DEPLOYMENT)
    proposer = deploy(moot.chain, "GreedyReceiver")
    moot.token.send(ADMIN, "approve", moot.vault.address, 1)
    moot.vault.send(ADMIN, "deposit", 1, proposer.address)
    moot.chain.advance(2 * DAY)
    long = [moot.vault.address], [0], [moot.vault.encode("setCooldown", 0)], "long"
    for function, args in (("propose", long), ("votingPeriod", ())):
        call = moot.governor.encode(function, *args)
        proposer.send(EVE, "prepare", moot.governor.address, call)
    moot.chain.fund(EVE, 1)
    moot.chain.send(EVE, proposer.address, b"", value=1)
    (*_, proposed, _), (*_, period) = proposer.read("attempts")
    assert proposed
    assert int.from_bytes(period) == 3 * DAY


def test_a_vote_sets_a_rule() -> None:
    moot = populate(dao())
    call = moot.kinds.encode("setRule", CONSTITUTIONAL, HARD)
    proposal = moot.propose(ALICE, moot.kinds, call, "make it harder")
    proposal.carry()
    proposal.send(EVE, "execute")
    assert moot.kinds.read("ruleOf", CONSTITUTIONAL) == HARD
