"""What OpenZeppelin's Governor does holds for ours under every pair of options."""

from itertools import combinations, product
from typing import Any

import pytest
from eth_utils.crypto import keccak

from governance.chain import Log
from governance.units import DAY, SHARE, TOKEN
from tests.contracts.governing import (
    CROWD,
    IDLE,
    OPTIONS,
    SETTINGS,
    STAKES,
    UNIT,
    VOTABLE,
    Settings,
    all_pairs,
    pass_,
    pay,
)
from tests.contracts.law import (
    ABSTAIN,
    AGAINST,
    ALICE,
    BOB,
    CAROL,
    CONSTITUTIONAL,
    EVE,
    FOR,
    Contract,
    Dao,
    Proposal,
    deploy,
    only,
    refused,
)

UNEXPECTED = "GovernorUnexpectedProposalState"
LONG = 60 * DAY + 1
"""More seconds than any period of the governor may have."""


@pytest.fixture(params=SETTINGS, ids=str)
def options(request: pytest.FixtureRequest) -> Settings:
    found: Settings = request.param
    return found


@pytest.fixture
def moot(options: Settings) -> Dao:
    return options.deploy()


def votes(proposal: Proposal) -> tuple[int, ...]:
    found = proposal.dao.governor.read("proposalVotes", proposal.id)
    return tuple(part // SHARE for part in found)


def crowd(proposal: Proposal, support: int, count: int, first: int = 0) -> None:
    for voter in CROWD[first : first + count]:
        proposal.vote(voter, support)


# The options


def test_every_pair_of_options_is_covered() -> None:
    chosen = [vars(found) for found in SETTINGS]
    for one, other in combinations(OPTIONS, 2):
        for pair in product(OPTIONS[one], OPTIONS[other]):
            assert any((each[one], each[other]) == pair for each in chosen), (one, other, pair)
    assert len(SETTINGS) <= 12, "far fewer than all combinations"


def test_covering_pairs_works_for_any_options() -> None:
    assert len(all_pairs({"a": (0, 1), "b": (0, 1)})) == 4
    found = all_pairs({"a": (0, 1), "b": (0, 1), "c": (0, 1, 2)})
    assert {(each["b"], each["c"]) for each in found} == set(product((0, 1), (0, 1, 2)))
    assert len(found) < 12


# Life


def test_a_proposal_goes_through_its_states_in_order(moot: Dao, options: Settings) -> None:
    chain = moot.chain
    proposal = pay(moot)
    snapshot = chain.timestamp() + options.delay
    deadline = snapshot + options.period
    seen = [proposal.state]
    for time in (snapshot, snapshot + 1):
        chain.set_time(time)
        seen.append(proposal.state)
    proposal.vote(ALICE, FOR)
    for time in (deadline, deadline + 1):
        chain.set_time(time)
        seen.append(proposal.state)
    proposal.send(EVE, "queue")
    seen.append(proposal.state)
    eta = chain.timestamp() + options.wait
    assert moot.governor.read("proposalEta", proposal.id) == eta
    chain.set_time(eta - 1)
    with refused("TimelockUnexpectedOperationState"):
        proposal.send(EVE, "execute")
    chain.set_time(eta)
    proposal.send(EVE, "execute")
    assert [*seen, proposal.state] == [
        "Pending", "Pending", "Active", "Active", "Succeeded", "Queued", "Executed",
    ]  # fmt: skip
    assert moot.token.read("balanceOf", CAROL) == 5 * TOKEN


def test_a_proposal_says_what_it_is(moot: Dao, options: Settings) -> None:
    governor = moot.governor
    call = moot.token.encode("transfer", CAROL, 1)
    bundle = [moot.token.address], [0], [call]
    events = governor.send(ALICE, "propose", *bundle, "pay")
    start = moot.chain.timestamp() + options.delay
    proposal = Proposal(moot, bundle, "pay")
    created = only(events, "ProposalCreated")
    assert created == {
        "proposalId": proposal.id, "proposer": ALICE, "targets": (moot.token.address,),
        "values": (0,), "signatures": ("",), "calldatas": (call,), "voteStart": start,
        "voteEnd": start + options.period, "description": "pay",
    }  # fmt: skip
    assert proposal.id == governor.read("getProposalId", *proposal.key)
    for function, value in {
        "proposalSnapshot": start, "proposalDeadline": start + options.period,
        "proposalProposer": ALICE, "proposalEta": 0, "proposalNeedsQueuing": True,
    }.items():  # fmt: skip
        assert governor.read(function, proposal.id) == value
    quorum, approval = (3_000, 6_000) if options.strict else (0, 5_000)
    terms = (max(options.threshold * SHARE, 1), quorum, approval, 1 << CONSTITUTIONAL)
    assert governor.read("proposalTerms", proposal.id) == terms
    said = {"proposalId": proposal.id, "terms": terms}
    assert only(events, "ProposalTermsSet") == said


def test_what_was_never_proposed_is_nothing(moot: Dao) -> None:
    ghost = Proposal(moot, ([EVE], [0], [b""]), "never")
    for function in ("state", "castVote"):
        with refused("GovernorNonexistentProposal", ghost.id):
            moot.governor.read(function, ghost.id, *([FOR] if function == "castVote" else []))
    for step in ("queue", "execute", "cancel"):
        with refused("GovernorNonexistentProposal", ghost.id):
            ghost.send(EVE, step)


def test_no_event_hides_the_number_of_a_proposal(moot: Dao, options: Settings) -> None:
    """Readers look for it in the data, as every governor has it; only voters are topics."""
    proposal = pay(moot)
    proposal.open()
    proposal.vote(ALICE, FOR)
    moot.governor.send(BOB, "castOverrideVote", proposal.id, FOR, "")
    proposal.close()
    proposal.send(EVE, "queue")
    moot.chain.advance(options.wait)
    proposal.send(EVE, "execute")
    other = pay(moot, BOB, "withdrawn", 6)
    other.send(BOB, "cancel")
    topics = {_name(log): len(log.topics) - 1 for log in moot.chain.logs(moot.governor.address)}
    expected = {
        "ProposalCreated": 0, "ProposalQueued": 0, "ProposalExecuted": 0, "ProposalCanceled": 0,
        "VoteCast": 1, "OverrideVoteCast": 1,
    }  # fmt: skip
    assert expected.items() <= topics.items()


def _name(log: Log) -> str:
    event = log.decode()
    return event.name if event else ""


def test_the_governor_says_what_it_is(moot: Dao, options: Settings) -> None:
    mode = "support=bravo,override&quorum=for,abstain&overridable=true"
    for function, value in {
        "COUNTING_MODE": mode, "CLOCK_MODE": "mode=timestamp", "name": "Moot", "version": "1",
        "clock": moot.chain.timestamp(), "votingDelay": options.delay, "votingPeriod": 3 * DAY,
        "lateQuorumVoteExtension": options.extension, "gracePeriod": options.grace,
        "proposalCooldown": options.cooldown, "proposalThresholdBps": options.threshold_bps,
        "proposalThreshold": VOTABLE * options.threshold_bps // 10_000 * SHARE,
    }.items():  # fmt: skip
        assert moot.governor.read(function) == value, function
    for interface in ("01ffc9a7", "4e2312e0"):
        assert moot.governor.read("supportsInterface", bytes.fromhex(interface))
    assert not moot.governor.read("supportsInterface", b"\xff" * 4)


# Proposing


def test_a_bundle_has_as_many_values_and_calls_as_targets(moot: Dao) -> None:
    for lengths in ((0, 0, 0), (1, 0, 1), (2, 1, 1), (1, 1, 2)):
        bundle = [EVE] * lengths[0], [0] * lengths[1], [b""] * lengths[2]
        with refused("InvalidBundleLength", *lengths):
            moot.governor.send(ALICE, "propose", *bundle, "uneven")


def test_a_description_can_name_its_only_proposer(moot: Dao) -> None:
    text = f"pay Carol#proposer={ALICE.lower()}"
    with refused("GovernorRestrictedProposer", BOB):
        pay(moot, BOB, text)
    assert pay(moot, ALICE, text).state == "Pending"


def test_the_same_proposal_is_made_once(moot: Dao, options: Settings) -> None:
    first = pay(moot)
    with refused("GovernorProposalStillOpen", first.id):
        pay(moot, BOB)
    pass_(first)
    first.send(EVE, "queue")
    moot.chain.advance(options.wait)
    first.send(EVE, "execute")
    with refused(UNEXPECTED):
        pay(moot, BOB)


def test_a_proposer_needs_the_threshold_and_keeps_it(moot: Dao, options: Settings) -> None:
    chain, needed = moot.chain, options.threshold * SHARE
    shares, more = 0, 1
    if needed:
        shares = moot.stake(EVE, options.threshold * TOKEN)
        chain.advance(2 * DAY)
        more = needed + needed * options.threshold // VOTABLE
        assert shares == needed < more, "its own stake has raised the threshold"
    with refused("GovernorInsufficientProposerVotes", EVE, shares, more):
        pay(moot, EVE)
    moot.stake(EVE, UNIT * TOKEN)
    chain.advance(2 * DAY)
    proposal = pay(moot, EVE)
    with refused("GovernorUnableToCancel", proposal.id, BOB):
        proposal.send(BOB, "cancel")
    moot.vault.send(EVE, "requestExit", moot.vault.read("balanceOf", EVE))
    chain.advance(1)
    proposal.send(BOB, "cancel")
    assert proposal.state == "Canceled"


def test_a_defeat_cools_down_if_the_dao_wants_it(moot: Dao, options: Settings) -> None:
    first = pay(moot)
    first.close()
    assert first.state == "Defeated"
    if options.cooldown:
        until = first.deadline + options.cooldown
        for proposer in (ALICE, BOB):
            with refused("GovernorProposalOnCooldown", first.id, until):
                pay(moot, proposer, "again")
        moot.chain.set_time(until + 1)
    assert pay(moot, ALICE, "again").state == "Pending"


# Voting


def test_the_quorum_is_met_by_as_many_as_the_options_say(moot: Dao, options: Settings) -> None:
    proposal = pay(moot)
    proposal.open()
    snapshot = moot.governor.read("proposalSnapshot", proposal.id)
    assert moot.governor.read("quorum", snapshot) == options.quorum * SHARE
    assert moot.governor.read("proposalQuorum", proposal.id) == options.needed * SHARE
    mark = moot.chain.snapshot()
    enough = -(-options.needed // UNIT)
    for count, state in ((enough - 1, "Defeated"), (enough, "Succeeded")):
        crowd(proposal, FOR, count)
        proposal.close()
        assert proposal.state == state
        if state == "Defeated":
            with refused(UNEXPECTED):
                proposal.send(EVE, "queue")
            moot.chain.revert(mark)


@pytest.mark.parametrize(
    ("against", "states"),
    [(4, ("Succeeded", "Succeeded")), (5, ("Succeeded", "Defeated")), (6, ("Defeated",) * 2)],
)
def test_approval_is_that_of_the_kind(
    moot: Dao, options: Settings, against: int, states: tuple[str, str]
) -> None:
    """Six for it, beside four, five or six against it."""
    proposal = pay(moot)
    proposal.open()
    proposal.vote(ALICE, FOR)
    crowd(proposal, AGAINST, against)
    proposal.close()
    assert votes(proposal) == (against * UNIT, 6 * UNIT, 0)
    assert proposal.state == states[options.strict]


def test_abstaining_makes_a_quorum_and_opposing_none(moot: Dao, options: Settings) -> None:
    proposal = pay(moot)
    proposal.open()
    assert proposal.vote(IDLE, FOR) == 0, "who has no delegate has no votes"
    crowd(proposal, FOR, 1)
    others = -(-options.needed // UNIT) - 1
    mark = moot.chain.snapshot()
    crowd(proposal, ABSTAIN, others, first=1)
    proposal.close()
    assert proposal.state == "Succeeded"
    moot.chain.revert(mark)
    crowd(proposal, ABSTAIN, others - 1, first=1)
    proposal.vote(BOB, AGAINST)
    proposal.close()
    assert proposal.state == "Defeated"


def test_an_account_votes_once_and_only_while_the_vote_is_open(moot: Dao) -> None:
    governor, proposal = moot.governor, pay(moot)
    with refused(UNEXPECTED):
        proposal.vote(ALICE, FOR)
    proposal.open()
    assert not governor.read("hasVoted", proposal.id, ALICE)
    with refused("GovernorInvalidVoteType"):
        proposal.vote(ALICE, 3)
    events = governor.send(ALICE, "castVoteWithReason", proposal.id, FOR, "because")
    assert only(events, "VoteCast") == {
        "voter": ALICE, "proposalId": proposal.id, "support": FOR,
        "weight": STAKES[ALICE] * SHARE, "reason": "because",
    }  # fmt: skip
    assert governor.read("hasVoted", proposal.id, ALICE)
    for support in (AGAINST, FOR, ABSTAIN):
        with refused("GovernorAlreadyCastVote", ALICE):
            proposal.vote(ALICE, support)
    params = (proposal.id, AGAINST, "why", b"\x01")
    events = governor.send(BOB, "castVoteWithReasonAndParams", *params)
    assert only(events, "VoteCastWithParams")["params"] == b"\x01"
    assert votes(proposal) == (STAKES[BOB], STAKES[ALICE], 0)
    proposal.close()
    with refused(UNEXPECTED):
        proposal.vote(CROWD[0], FOR)


def test_votes_are_those_of_the_snapshot(moot: Dao) -> None:
    proposal = pay(moot)
    proposal.open()
    moot.stake(BOB, 10**6 * TOKEN)
    moot.vault.send(CROWD[0], "delegate", CROWD[1])
    moot.vault.send(CROWD[2], "requestExit", UNIT * SHARE)
    moot.chain.advance(2 * DAY)
    counted = [proposal.vote(voter, FOR) // SHARE for voter in (BOB, *CROWD[:3])]
    assert counted == [STAKES[BOB], UNIT, UNIT, UNIT]


def test_a_late_quorum_extends_the_vote_if_the_dao_wants_it(moot: Dao, options: Settings) -> None:
    proposal = pay(moot)
    deadline = proposal.deadline
    moot.chain.set_time(deadline - 60)
    events = moot.governor.send(ALICE, "castVote", proposal.id, FOR)
    names = [event.name for event in events]
    if not options.extension:
        assert "ProposalExtended" not in names
        assert proposal.deadline == deadline
        return
    extended = deadline - 60 + options.extension
    assert only(events, "ProposalExtended")["extendedDeadline"] == proposal.deadline == extended
    moot.chain.set_time(extended)
    proposal.vote(BOB, AGAINST)
    assert proposal.deadline == extended, "a vote is extended once"


def test_overrides_create_no_votes(moot: Dao) -> None:
    governor = moot.governor
    for voter in CROWD:
        moot.vault.send(voter, "delegate", BOB)
    moot.chain.advance(2 * DAY)
    proposal = pay(moot)
    proposal.open()

    def override(person: str, support: int) -> int:
        events = governor.send(person, "castOverrideVote", proposal.id, support, "mine")
        return int(only(events, "OverrideVoteCast")["weight"]) // SHARE

    early = [override(voter, AGAINST) for voter in CROWD[:3]]
    assert proposal.vote(BOB, FOR) == (STAKES[BOB] + 7 * UNIT) * SHARE
    late = [override(voter, ABSTAIN) for voter in CROWD[3:5]]
    assert early + late == [UNIT] * 5
    assert override(IDLE, AGAINST) == UNIT, "a stake without a delegate is its holder's"
    assert override(EVE, AGAINST) == 0
    with refused("GovernorAlreadyOverriddenVote", CROWD[0]):
        override(CROWD[0], FOR)
    assert votes(proposal) == (4 * UNIT, STAKES[BOB] + 5 * UNIT, 2 * UNIT)
    proposal.vote(ALICE, FOR)
    for voter in CROWD[5:]:
        override(voter, FOR)
    assert sum(votes(proposal)) == VOTABLE


# After the vote


def test_a_decision_is_queued_once_within_its_grace_period(moot: Dao, options: Settings) -> None:
    proposal = pay(moot)
    with refused(UNEXPECTED):
        proposal.send(EVE, "queue")
    pass_(proposal)
    last = proposal.deadline + options.grace
    assert moot.governor.read("proposalExpiry", proposal.id) == last
    mark = moot.chain.snapshot()
    moot.chain.set_time(last + 1)
    assert proposal.state == "Expired"
    for step in ("queue", "execute"):
        with refused(UNEXPECTED):
            proposal.send(EVE, step)
    moot.chain.revert(mark)
    moot.chain.set_time(last)
    events = proposal.send(EVE, "queue")
    eta = last + options.wait
    assert only(events, "ProposalQueued") == {"proposalId": proposal.id, "etaSeconds": eta}
    with refused(UNEXPECTED):
        proposal.send(EVE, "queue")
    moot.chain.set_time(eta + options.grace)
    assert proposal.state == "Queued"
    moot.chain.set_time(eta + options.grace + 1)
    assert proposal.state == "Expired"
    with refused(UNEXPECTED):
        proposal.send(EVE, "execute")


def test_a_decision_is_executed_once_and_whole(moot: Dao, options: Settings) -> None:
    record = deploy(moot.chain, "Recorder", 1)
    broken = moot.token.encode("transfer", EVE, 10**9 * TOKEN)
    calls = [(record.address, 0, record.encode("record", 1))]
    good = moot.bundle(ALICE, calls, "works")
    bad = moot.bundle(BOB, [*calls, (moot.token.address, 0, broken)], "its second call reverts")
    for proposal in (good, bad):
        with refused(UNEXPECTED):
            proposal.send(EVE, "execute")
    good.open()
    for proposal, voter in product((good, bad), (ALICE, BOB)):
        proposal.vote(voter, FOR)
    with refused(UNEXPECTED):
        good.send(EVE, "execute")
    good.close()
    for proposal in (good, bad):
        proposal.send(EVE, "queue")
    moot.chain.advance(options.wait)
    with refused("ERC20InsufficientBalance"):
        bad.send(EVE, "execute")
    assert (bad.state, record.read("total")) == ("Queued", 0)
    assert only(good.send(EVE, "execute"), "ProposalExecuted") == {"proposalId": good.id}
    assert record.read("total") == 1
    with refused(UNEXPECTED):
        good.send(EVE, "execute")


def test_only_its_proposer_withdraws_and_only_before_the_vote(moot: Dao) -> None:
    first, second = pay(moot), pay(moot, BOB, "another", 6)
    for person in (BOB, EVE):
        with refused("GovernorUnableToCancel", first.id, person):
            first.send(person, "cancel")
    events = first.send(ALICE, "cancel")
    assert only(events, "ProposalCanceled") == {"proposalId": first.id}
    assert first.state == "Canceled"
    for step in ("queue", "execute"):
        with refused(UNEXPECTED):
            first.send(ALICE, step)
    pass_(second)
    for _ in ("succeeded", "queued"):
        with refused("GovernorUnableToCancel", second.id, BOB):
            second.send(BOB, "cancel")
        if second.state == "Succeeded":
            second.send(EVE, "queue")


# Settings


def changes(moot: Dao) -> list[tuple[Contract, str, Any, str, str]]:
    """List each setting of the governor with another value, its reader and its event."""
    governor = moot.governor
    return [
        (governor, "setVotingDelay", 5 * DAY, "votingDelay", "VotingDelaySet"),
        (governor, "setVotingPeriod", 6 * DAY, "votingPeriod", "VotingPeriodSet"),
        (governor, "setProposalThresholdBps", 7, "proposalThresholdBps", "ProposalThresholdBpsSet"),
        (governor, "setLateQuorumVoteExtension", 9, "lateQuorumVoteExtension",
         "LateQuorumVoteExtensionSet"),
        (governor, "setGracePeriod", 5 * DAY, "gracePeriod", "GracePeriodSet"),
        (governor, "setProposalCooldown", 6 * DAY, "proposalCooldown", "ProposalCooldownSet"),
        (moot.treasury, "updateDelay", 3 * DAY, "getMinDelay", "MinDelayChange"),
        (governor, "updateTimelock", EVE, "timelock", "TimelockChange"),
    ]  # fmt: skip


def test_a_vote_changes_every_setting_and_nothing_else_does(moot: Dao, options: Settings) -> None:
    listed = changes(moot)
    for target, function, value, *_ in listed:
        error = "TimelockUnauthorizedCaller" if target == moot.treasury else "GovernorOnlyExecutor"
        with refused(error, ALICE):
            target.send(ALICE, function, value)
    with refused("GovernorOnlyExecutor", ALICE):
        moot.governor.send(ALICE, "relay", EVE, 0, b"")
    calls = [(target.address, 0, target.encode(name, value)) for target, name, value, *_ in listed]
    before = [target.read(reader) for target, _, _, reader, _ in listed]
    proposal = moot.bundle(ALICE, calls, "change everything")
    pass_(proposal)
    proposal.send(EVE, "queue")
    moot.chain.advance(options.wait)
    start = moot.chain.block() + 1
    proposal.send(EVE, "execute")
    events = {
        event.name: event.args for log in moot.chain.logs(since=start) if (event := log.decode())
    }
    for old, (target, _, value, reader, event) in zip(before, listed, strict=True):
        assert target.read(reader) == value
        assert tuple(events[event].values()) == (old, value)


def test_settings_out_of_bounds_are_refused(moot: Dao, options: Settings) -> None:
    governor = moot.governor
    calls = [
        ("setVotingPeriod", 0, "GovernorVotingPeriodOutOfBounds", (0, 60, 60 * DAY)),
        ("setVotingPeriod", 59, "GovernorVotingPeriodOutOfBounds", (59, 60, 60 * DAY)),
        ("setVotingPeriod", LONG, "GovernorVotingPeriodOutOfBounds", (LONG, 60, 60 * DAY)),
        ("setVotingDelay", LONG, "GovernorVotingDelayTooLong", (LONG, 30 * DAY)),
        ("setProposalThresholdBps", 5_001, "GovernorInvalidThresholdFraction", (5_001, 5_000)),
        ("setProposalThreshold", 0, "GovernorThresholdIsFraction", ()),
    ]
    for number, (function, value, error, args) in enumerate(calls):
        call = (governor.address, 0, governor.encode(function, value))
        proposal = moot.bundle((ALICE, BOB)[number % 2], [call], f"{function} {number}")
        pass_(proposal)
        proposal.send(EVE, "queue")
        moot.chain.advance(options.wait)
        with refused(error, *args):
            proposal.send(EVE, "execute")


def test_a_proposals_number_is_that_of_its_calls_and_text(moot: Dao) -> None:
    proposal = pay(moot)
    targets, values, data = proposal.calls
    key = targets, values, data, keccak(text="pay Carol")
    assert proposal.id == moot.governor.read("hashProposal", *key)
    for other in (
        ([EVE], values, data), (targets, [1], data), (targets, values, [b""]),
    ):  # fmt: skip
        assert Proposal(moot, other, proposal.text).id != proposal.id
    assert Proposal(moot, proposal.calls, "pay carol").id != proposal.id
