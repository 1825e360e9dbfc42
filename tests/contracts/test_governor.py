"""MootGovernor and Treasury: who may propose, what passes, and when it takes effect."""

from typing import Any

import pytest

from governance.chain import EmbeddedChain, Reverted
from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ABSTAIN,
    ADMIN,
    AGAINST,
    ALICE,
    BOB,
    CAROL,
    DEFAULT_ADMIN_ROLE,
    EVE,
    FOR,
    STAKED,
    Contract,
    Dao,
    Proposal,
    dao,
    only,
    populate,
    refused,
    role,
)


@pytest.fixture
def moot() -> Dao:
    return populate(dao())


def grant(moot: Dao, proposer: str = ALICE, text: str = "pay Eve") -> Proposal:
    """Propose to pay Eve 5 tokens from the treasury."""
    call = moot.token.encode("transfer", EVE, 5 * TOKEN)
    return moot.propose(proposer, moot.token, call, text)


def decide(moot: Dao, target: Contract, call: bytes) -> None:
    """Carry a call through a whole vote."""
    proposal = moot.propose(ALICE, target, call, f"call {call.hex()}")
    proposal.carry()
    proposal.send(EVE, "execute")


def test_a_grant_from_proposal_to_payment(moot: Dao) -> None:
    proposal = grant(moot)
    assert proposal.state == "Pending"
    proposal.open()
    assert proposal.state == "Active"
    assert proposal.vote(ALICE, FOR) == moot.vault.read("balanceOf", ALICE)
    proposal.vote(BOB, AGAINST)
    proposal.close()
    assert proposal.state == "Succeeded"
    proposal.send(EVE, "queue")
    assert proposal.state == "Queued"
    assert moot.governor.read("proposalEta", proposal.id) == moot.chain.timestamp() + 2 * DAY

    moot.chain.advance(2 * DAY - 1)
    with refused("TimelockUnexpectedOperationState"):
        proposal.send(EVE, "execute")
    assert moot.token.read("balanceOf", EVE) == 0
    moot.chain.advance(1)
    proposal.send(EVE, "execute")
    assert proposal.state == "Executed"
    assert moot.token.read("balanceOf", EVE) == 5 * TOKEN
    with refused("GovernorUnexpectedProposalState"):
        proposal.send(EVE, "execute")


def test_a_proposal_needs_its_fraction_of_the_votable_supply(moot: Dao) -> None:
    votable = moot.vault.read("balanceOf", CAROL) * 100
    assert moot.governor.read("proposalThreshold") == votable // 100
    grant(moot, CAROL)
    moot.stake(BOB, 10 * TOKEN)
    moot.chain.advance(2 * DAY)
    votes, needed = votable // 100, votable * 11 // 10 // 100
    with refused("GovernorInsufficientProposerVotes", CAROL, votes, needed):
        grant(moot, CAROL, "pay Eve again")


def test_exits_leave_the_base_of_threshold_and_quorum(moot: Dao) -> None:
    moot.vault.send(ALICE, "requestExit", moot.vault.read("balanceOf", ALICE))
    moot.chain.advance(1)
    votable = moot.vault.read("balanceOf", CAROL) * 40
    assert moot.governor.read("proposalThreshold") == votable // 100
    assert moot.governor.read("quorum", moot.chain.timestamp() - 1) == votable * 4 // 100


def test_stake_that_comes_after_a_proposal_has_no_say_in_it(moot: Dao) -> None:
    proposal = grant(moot)
    moot.chain.advance(1)
    moot.stake(EVE, 10**6 * TOKEN)
    proposal.open()
    assert proposal.vote(EVE, FOR) == 0
    proposal.close()
    assert proposal.state == "Defeated"


@pytest.mark.parametrize(
    ("voters", "support", "state"),
    [
        ([CAROL], FOR, "Defeated"),
        ([BOB], FOR, "Succeeded"),
        ([BOB], ABSTAIN, "Defeated"),
        ([ALICE, BOB], AGAINST, "Defeated"),
        ([], FOR, "Defeated"),
    ],
)
def test_what_passes(moot: Dao, voters: list[str], support: int, state: str) -> None:
    proposal = grant(moot)
    proposal.open()
    for voter in voters:
        proposal.vote(voter, support)
    proposal.close()
    assert proposal.state == state


def test_abstaining_makes_a_quorum_but_no_majority(moot: Dao) -> None:
    proposal = grant(moot)
    proposal.open()
    proposal.vote(CAROL, FOR)
    proposal.vote(BOB, ABSTAIN)
    proposal.close()
    assert proposal.state == "Succeeded"


@pytest.mark.parametrize(("bps", "state"), [(3_900, "Succeeded"), (3_901, "Defeated")])
def test_the_quorum_is_exact_to_the_basis_point(bps: int, state: str) -> None:
    moot = populate(dao(quorum_bps=bps))
    proposal = grant(moot)
    proposal.open()
    proposal.vote(BOB, FOR)
    proposal.close()
    assert proposal.state == state


@pytest.mark.parametrize(("votes", "state"), [(60, "Succeeded"), (61, "Defeated")])
def test_the_floor_binds_while_its_fraction_is_lower(votes: int, state: str) -> None:
    """Alice alone has 60 votes, far above 4 % of the 100 that can vote."""
    moot = populate(dao(quorum_floor=votes * SHARE))
    proposal = grant(moot)
    proposal.open()
    proposal.vote(ALICE, FOR)
    assert (
        moot.governor.read("quorum", moot.governor.read("proposalSnapshot", proposal.id))
        == votes * SHARE
    )
    proposal.close()
    assert proposal.state == state


def test_the_first_staker_cannot_decide_alone() -> None:
    moot = dao(quorum_floor=50 * SHARE)
    moot.stake(EVE, TOKEN)
    moot.chain.advance(2 * DAY)
    proposal = grant(moot, EVE)
    proposal.open()
    assert (
        moot.governor.read("getVotes", EVE, moot.governor.read("proposalSnapshot", proposal.id))
        == SHARE
    ), "all votes there are"
    proposal.vote(EVE, FOR)
    proposal.close()
    assert proposal.state == "Defeated"


def test_a_vote_changes_the_floor_of_later_votes_only(moot: Dao) -> None:
    before = moot.chain.timestamp()
    rule = moot.quorum_rule
    decide(moot, rule, rule.encode("setRule", STAKED, 400, 70 * SHARE, 0))
    assert rule.read("rule") == (STAKED, 400, 70 * SHARE, 0)
    assert moot.governor.read("quorum", before) == 4 * SHARE
    moot.chain.advance(1)
    assert moot.governor.read("quorum", moot.chain.timestamp() - 1) == 70 * SHARE


def test_a_vote_counts_once(moot: Dao) -> None:
    proposal = grant(moot)
    with refused("GovernorUnexpectedProposalState"):
        proposal.vote(ALICE, FOR)
    proposal.open()
    proposal.vote(ALICE, FOR)
    with refused("GovernorAlreadyCastVote", ALICE):
        proposal.vote(ALICE, AGAINST)
    proposal.close()
    with refused("GovernorUnexpectedProposalState"):
        proposal.vote(BOB, AGAINST)


def test_a_quorum_reached_late_extends_the_vote(moot: Dao) -> None:
    proposal = grant(moot)
    deadline = proposal.deadline
    moot.chain.set_time(deadline - 3_600)
    events = moot.governor.send(ALICE, "castVote", proposal.id, FOR)
    extended = deadline - 3_600 + DAY
    assert only(events, "ProposalExtended") == {
        "proposalId": proposal.id, "extendedDeadline": extended,
    }  # fmt: skip
    moot.chain.set_time(extended)
    assert proposal.state == "Active"
    proposal.vote(BOB, AGAINST)
    assert proposal.deadline == extended


def test_a_quorum_reached_early_extends_nothing(moot: Dao) -> None:
    proposal = grant(moot)
    deadline = proposal.deadline
    proposal.open()
    proposal.vote(ALICE, FOR)
    assert proposal.deadline == deadline


def test_a_proposer_may_cancel_only_before_the_vote(moot: Dao) -> None:
    proposal = grant(moot)
    with refused("GovernorUnableToCancel", proposal.id, EVE):
        proposal.send(EVE, "cancel")
    proposal.send(ALICE, "cancel")
    assert proposal.state == "Canceled"
    other = grant(moot, text="pay Eve again")
    other.open()
    with refused("GovernorUnableToCancel", other.id, ALICE):
        other.send(ALICE, "cancel")


def test_a_defeated_proposal_cannot_be_queued(moot: Dao) -> None:
    proposal = grant(moot)
    proposal.close()
    with refused("GovernorUnexpectedProposalState"):
        proposal.send(EVE, "queue")


def test_settings_change_by_a_vote_and_by_nothing_else(moot: Dao) -> None:
    calls = [
        moot.governor.encode("setProposalThresholdBps", 250),
        moot.governor.encode("setVotingPeriod", 5 * DAY),
    ]
    for call in calls:
        with refused("GovernorOnlyExecutor", ALICE):
            moot.chain.send(ALICE, moot.governor.address, call)
        decide(moot, moot.governor, call)
    assert moot.governor.read("proposalThresholdBps") == 250
    assert moot.governor.read("votingPeriod") == 5 * DAY


def test_a_threshold_above_half_of_all_votes_is_refused(moot: Dao) -> None:
    with refused("GovernorInvalidThresholdFraction", 5_001, 5_000):
        decide(moot, moot.governor, moot.governor.encode("setProposalThresholdBps", 5_001))
    assert dao(threshold_bps=5_000).governor.read("proposalThresholdBps") == 5_000


@pytest.mark.parametrize(
    ("settings", "error", "args"),
    [
        ({"delay": 30 * DAY + 1}, "GovernorVotingDelayTooLong", (30 * DAY + 1, 30 * DAY)),
        ({"period": 59}, "GovernorVotingPeriodOutOfBounds", (59, 60, 60 * DAY)),
        ({"period": 60 * DAY + 1}, "GovernorVotingPeriodOutOfBounds", (60 * DAY + 1, 60, 60 * DAY)),
        ({"threshold_bps": 5_001}, "GovernorInvalidThresholdFraction", (5_001, 5_000)),
    ],
)
def test_first_settings_are_bounded_as_later_ones(
    settings: dict[str, Any], error: str, args: tuple[int, ...]
) -> None:
    with refused(error, *args):
        dao(extension=0, **settings)


@pytest.mark.parametrize("settings", [(0, 60), (30 * DAY, 60 * DAY)])
def test_a_vote_can_set_delay_and_period_to_their_bounds(
    moot: Dao, settings: tuple[int, int]
) -> None:
    for function, value in zip(("setVotingDelay", "setVotingPeriod"), settings, strict=True):
        decide(moot, moot.governor, moot.governor.encode(function, value))
    assert (moot.governor.read("votingDelay"), moot.governor.read("votingPeriod")) == settings
    delay, period = settings
    first = dao(delay=delay, period=period, extension=0)
    assert (first.governor.read("votingDelay"), first.governor.read("votingPeriod")) == settings


def test_nobody_proposes_before_the_opening() -> None:
    """Eve staked before the others; all have votes when the first vote is asked for."""
    opens = EmbeddedChain().timestamp() + 4 * DAY
    moot = dao(opens_at=opens)
    assert moot.governor.read("opensAt") == opens
    moot.stake(EVE, 10 * TOKEN)
    moot.chain.advance(DAY + 1)
    assert moot.vault.read("getVotes", EVE) > 0
    with refused("GovernorNotOpenYet", opens):
        grant(moot, EVE)
    populate(moot)
    moot.chain.set_time(opens - 1)
    with refused("GovernorNotOpenYet", opens):
        grant(moot, EVE)
    moot.chain.set_time(opens)
    proposal = grant(moot, EVE)
    proposal.open()
    proposal.vote(EVE, FOR)
    assert proposal.vote(ALICE, AGAINST) > 0
    proposal.close()
    assert proposal.state == "Defeated"


def test_a_dao_without_an_opening_is_open_at_once(moot: Dao) -> None:
    assert moot.governor.read("opensAt") == 0
    assert grant(moot).state == "Pending"


def test_an_opening_in_years_is_refused() -> None:
    latest = EmbeddedChain().timestamp() + 730 * DAY
    with pytest.raises(Reverted) as caught:
        dao(opens_at=latest + DAY)
    assert caught.value.name == "GovernorOpensTooLate"


def test_a_fixed_threshold_cannot_be_set(moot: Dao) -> None:
    with refused("GovernorThresholdIsFraction"):
        moot.governor.send(ALICE, "setProposalThreshold", 1)


def test_the_treasury_obeys_the_governor_alone(moot: Dao) -> None:
    treasury = moot.treasury
    call = moot.token.encode("transfer", EVE, TOKEN)
    schedule = (moot.token.address, 0, call, bytes(32), bytes(32), 2 * DAY)
    for person in (ADMIN, ALICE, EVE):
        needed = role("PROPOSER_ROLE")
        with refused("AccessControlUnauthorizedAccount", person, needed):
            treasury.send(person, "schedule", *schedule)
        with refused("AccessControlUnauthorizedAccount", person, DEFAULT_ADMIN_ROLE):
            treasury.send(person, "grantRole", needed, person)
        with refused("TimelockUnauthorizedCaller", person):
            treasury.send(person, "updateDelay", 0)
    assert treasury.read("hasRole", DEFAULT_ADMIN_ROLE, treasury.address)


def test_a_vote_changes_the_delay_of_the_treasury(moot: Dao) -> None:
    decide(moot, moot.treasury, moot.treasury.encode("updateDelay", 5 * DAY))
    assert moot.treasury.read("getMinDelay") == 5 * DAY


def test_an_extension_longer_than_the_vote_cannot_be_deployed() -> None:
    with refused("GovernorPreventLateQuorumVoteExtensionTooLarge", 3 * DAY + 1, 3 * DAY):
        dao(extension=3 * DAY + 1)


def test_governor_and_vault_share_a_clock(moot: Dao) -> None:
    assert moot.governor.read("CLOCK_MODE") == moot.vault.read("CLOCK_MODE") == "mode=timestamp"
    assert moot.governor.read("token") == moot.vault.address
    assert moot.governor.read("timelock") == moot.treasury.address
