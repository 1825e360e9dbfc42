"""MootGovernor's own rules: expiry, one vote at a time, kept thresholds and overrides."""

from typing import Any

import pytest

from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ABSTAIN,
    AGAINST,
    ALICE,
    BOB,
    CAROL,
    EVE,
    FOR,
    Dao,
    Proposal,
    dao,
    only,
    populate,
    refused,
    rule,
)

GRACE, COOLDOWN = 14 * DAY, 10 * DAY


@pytest.fixture
def moot() -> Dao:
    return populate(dao(cooldown=COOLDOWN))


def grant(moot: Dao, proposer: str = ALICE, text: str = "pay Eve", tokens: int = 5) -> Proposal:
    call = moot.token.encode("transfer", EVE, tokens * TOKEN)
    return moot.propose(proposer, moot.token, call, text)


def finish(proposal: Proposal, support: int) -> None:
    """Let Alice decide it."""
    proposal.open()
    proposal.vote(ALICE, support)
    proposal.close()


def decide(moot: Dao, function: str, *args: Any) -> None:
    proposal = moot.propose(
        BOB, moot.governor, moot.governor.encode(function, *args), f"{function} {args}"
    )
    proposal.carry()
    proposal.send(EVE, "execute")


# Expiry


@pytest.mark.parametrize(("late", "state"), [(0, "Queued"), (1, "Expired")])
def test_a_decision_is_queued_in_its_grace_period_or_never(
    moot: Dao, late: int, state: str
) -> None:
    proposal = grant(moot)
    finish(proposal, FOR)
    last = proposal.deadline + GRACE
    assert moot.governor.read("proposalExpiry", proposal.id) == last
    moot.chain.set_time(last + late)
    if late:
        with refused("GovernorUnexpectedProposalState"):
            proposal.send(EVE, "queue")
    else:
        proposal.send(EVE, "queue")
    assert proposal.state == state


@pytest.mark.parametrize(("late", "state"), [(0, "Executed"), (1, "Expired")])
def test_what_is_queued_is_executed_in_its_grace_period_or_never(
    moot: Dao, late: int, state: str
) -> None:
    proposal = grant(moot)
    proposal.carry()
    last = moot.governor.read("proposalEta", proposal.id) + GRACE
    assert moot.governor.read("proposalExpiry", proposal.id) == last
    moot.chain.set_time(last + late)
    if late:
        with refused("GovernorUnexpectedProposalState"):
            proposal.send(EVE, "execute")
    else:
        proposal.send(EVE, "execute")
    assert proposal.state == state


def test_a_longer_grace_period_revives_nothing(moot: Dao) -> None:
    proposal = grant(moot)
    finish(proposal, FOR)
    moot.chain.set_time(proposal.deadline + GRACE + 1)
    decide(moot, "setGracePeriod", 90 * DAY)
    assert moot.governor.read("gracePeriod") == 90 * DAY
    assert proposal.state == "Expired"
    with refused("GovernorUnableToCancel", proposal.id, ALICE):
        proposal.send(ALICE, "cancel")


def test_a_defeat_stays_a_defeat(moot: Dao) -> None:
    proposal = grant(moot)
    finish(proposal, AGAINST)
    moot.chain.advance(10 * GRACE)
    assert proposal.state == "Defeated"


@pytest.mark.parametrize("grace", [3_599, 90 * DAY + 1])
def test_the_grace_period_is_bounded(grace: int) -> None:
    with refused("GovernorGracePeriodOutOfBounds", grace, 3_600, 90 * DAY):
        dao(grace=grace)


# One at a time


def test_a_proposer_has_one_open_vote(moot: Dao) -> None:
    first = grant(moot)
    assert moot.governor.read("lastProposalOf", ALICE) == first.id
    with refused("GovernorProposalStillOpen", first.id):
        grant(moot, text="pay more", tokens=6)
    first.open()
    with refused("GovernorProposalStillOpen", first.id):
        grant(moot, text="pay more", tokens=6)
    grant(moot, BOB, "another proposer", tokens=6)
    first.vote(ALICE, FOR)
    first.close()
    grant(moot, text="pay more", tokens=7)


def test_the_same_calls_are_voted_on_once_at_a_time(moot: Dao) -> None:
    first = grant(moot)
    with refused("GovernorProposalStillOpen", first.id):
        grant(moot, BOB, "the same in other words")


@pytest.mark.parametrize(("wait", "again"), [(0, False), (1, True)])
def test_a_defeat_is_followed_by_a_cooldown(moot: Dao, wait: int, again: bool) -> None:
    first = grant(moot)
    finish(first, AGAINST)
    until = first.deadline + COOLDOWN
    moot.chain.set_time(until + wait)
    if again:
        assert grant(moot, text="once more").state == "Pending"
        return
    with refused("GovernorProposalOnCooldown", first.id, until):
        grant(moot, text="by the same proposer", tokens=6)
    with refused("GovernorProposalOnCooldown", first.id, until):
        grant(moot, BOB, "with the same calls")
    grant(moot, BOB, "by another, with other calls", tokens=6)


def test_a_success_is_followed_by_no_cooldown(moot: Dao) -> None:
    first = grant(moot)
    first.carry()
    first.send(EVE, "execute")
    assert grant(moot, text="the next month").state == "Pending"


def test_withdrawing_before_the_vote_costs_nothing(moot: Dao) -> None:
    first = grant(moot)
    first.send(ALICE, "cancel")
    assert moot.governor.read("lastProposalOf", ALICE) == 0
    second = grant(moot, text="the same in better words")
    assert second.state == "Pending"
    second.send(ALICE, "cancel")
    with refused("GovernorUnexpectedProposalState"):
        grant(moot)


def test_a_vote_sets_the_cooldown(moot: Dao) -> None:
    decide(moot, "setProposalCooldown", 3 * DAY)
    assert moot.governor.read("proposalCooldown") == 3 * DAY
    with refused("GovernorCooldownTooLong", 90 * DAY + 1, 90 * DAY):
        decide(moot, "setProposalCooldown", 90 * DAY + 1)
    with refused("GovernorOnlyExecutor", ALICE):
        moot.governor.send(ALICE, "setProposalCooldown", 0)
    with refused("GovernorOnlyExecutor", ALICE):
        moot.governor.send(ALICE, "setGracePeriod", DAY)


# Kept thresholds


@pytest.mark.parametrize("opened", [False, True])
def test_a_proposer_that_leaves_can_be_canceled_by_anyone(moot: Dao, opened: bool) -> None:
    proposal = grant(moot, CAROL)
    with refused("GovernorUnableToCancel", proposal.id, EVE):
        proposal.send(EVE, "cancel")
    if opened:
        proposal.open()
    moot.vault.send(CAROL, "requestExit", 1)
    with refused("GovernorUnableToCancel", proposal.id, EVE):
        proposal.send(EVE, "cancel")
    moot.chain.advance(1)
    proposal.send(EVE, "cancel")
    assert proposal.state == "Canceled"


def test_a_proposer_canceled_during_the_vote_waits_out_the_cooldown(moot: Dao) -> None:
    proposal = grant(moot, CAROL)
    proposal.open()
    moot.vault.send(CAROL, "requestExit", 1)
    moot.chain.advance(1)
    until = proposal.deadline + COOLDOWN
    proposal.send(EVE, "cancel")
    moot.vault.send(CAROL, "cancelExit")
    moot.chain.advance(2 * DAY)
    with refused("GovernorProposalOnCooldown", proposal.id, until):
        grant(moot, CAROL, "again", tokens=6)


def test_new_stakers_do_not_take_a_threshold_away(moot: Dao) -> None:
    """Carol has exactly 1 % when she proposes and half of it once others stake."""
    proposal = grant(moot, CAROL)
    moot.stake(EVE, 100 * TOKEN)
    moot.chain.advance(3 * DAY)
    assert moot.governor.read("proposalThreshold") == 2 * SHARE
    assert proposal.state == "Active"
    with refused("GovernorUnableToCancel", proposal.id, EVE):
        proposal.send(EVE, "cancel")


def test_the_threshold_of_the_kind_has_to_be_kept() -> None:
    moot = populate(dao(rules=(rule(threshold_bps=3_900),) * 5))
    proposal = grant(moot, BOB)
    moot.vault.send(BOB, "requestExit", 1)
    moot.chain.advance(1)
    proposal.send(EVE, "cancel")
    assert proposal.state == "Canceled"


def test_after_the_vote_leaving_cancels_nothing(moot: Dao) -> None:
    proposal = grant(moot, CAROL)
    finish(proposal, FOR)
    moot.vault.send(CAROL, "requestExit", SHARE)
    moot.chain.advance(1)
    with refused("GovernorUnableToCancel", proposal.id, EVE):
        proposal.send(EVE, "cancel")


# Delegators override their delegates


@pytest.fixture
def delegated() -> Dao:
    """Bob and Carol have delegated to Alice long ago."""
    moot = populate(dao())
    for person in (BOB, CAROL):
        moot.vault.send(person, "delegate", ALICE)
    moot.chain.advance(2 * DAY)
    return moot


def votes(proposal: Proposal) -> tuple[int, ...]:
    found = proposal.dao.governor.read("proposalVotes", proposal.id)
    return tuple(part // SHARE for part in found)


def override(proposal: Proposal, person: str, support: int) -> int:
    events = proposal.dao.governor.send(person, "castOverrideVote", proposal.id, support, "mine")
    return int(only(events, "OverrideVoteCast")["weight"]) // SHARE


def test_a_delegator_takes_its_votes_back_from_a_vote_that_was_cast(delegated: Dao) -> None:
    proposal = grant(delegated)
    proposal.open()
    assert proposal.vote(ALICE, FOR) == 100 * SHARE
    assert override(proposal, BOB, AGAINST) == 39
    assert votes(proposal) == (39, 61, 0)
    assert delegated.governor.read("hasVotedOverride", proposal.id, BOB)
    with refused("GovernorAlreadyOverriddenVote", BOB):
        override(proposal, BOB, FOR)


def test_a_delegator_takes_its_votes_back_before_they_are_cast(delegated: Dao) -> None:
    proposal = grant(delegated)
    proposal.open()
    override(proposal, BOB, ABSTAIN)
    override(proposal, CAROL, AGAINST)
    assert proposal.vote(ALICE, FOR) == 60 * SHARE
    assert votes(proposal) == (1, 60, 39)


def test_overriding_creates_no_votes(delegated: Dao) -> None:
    proposal = grant(delegated)
    proposal.open()
    for person in (ALICE, BOB):
        override(proposal, person, FOR)
    proposal.vote(ALICE, AGAINST)
    override(proposal, CAROL, ABSTAIN)
    assert votes(proposal) == (0, 99, 1)


def test_a_stake_that_is_not_mature_overrides_nothing(delegated: Dao) -> None:
    delegated.chain.advance(10 * DAY)
    proposal = grant(delegated)
    delegated.chain.advance(1)
    delegated.stake(BOB, 1_000 * TOKEN)
    delegated.stake(EVE, 1_000 * TOKEN)
    delegated.vault.send(EVE, "delegate", ALICE)
    proposal.open()
    proposal.vote(ALICE, FOR)
    assert override(proposal, BOB, AGAINST) == 39
    assert override(proposal, EVE, AGAINST) == 0
    assert votes(proposal) == (39, 61, 0)


def test_votes_on_their_way_between_delegates_override_nothing(delegated: Dao) -> None:
    proposal = grant(delegated)
    delegated.chain.advance(1)
    delegated.vault.send(BOB, "delegate", CAROL)
    proposal.open()
    assert override(proposal, BOB, AGAINST) == 0
    assert proposal.vote(ALICE, FOR) == 61 * SHARE
    assert proposal.vote(CAROL, FOR) == 0, "Bob's are not mature with Carol yet"


def test_overrides_are_cast_in_the_open_vote_only(delegated: Dao) -> None:
    proposal = grant(delegated)
    with refused("GovernorUnexpectedProposalState"):
        override(proposal, BOB, AGAINST)
    proposal.open()
    with refused("GovernorInvalidVoteType"):
        override(proposal, BOB, 3)
    proposal.close()
    with refused("GovernorUnexpectedProposalState"):
        override(proposal, BOB, AGAINST)


def test_the_governor_says_how_it_counts(moot: Dao) -> None:
    mode = "support=bravo,override&quorum=for,abstain&overridable=true"
    assert moot.governor.read("COUNTING_MODE") == mode
