"""ModelRegistry: the life of a version, each clause of the gate, challenges, hostile calls."""

from collections.abc import Callable

import pytest
from eth_utils.crypto import keccak

from governance.chain import ZERO_ADDRESS
from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    EVE,
    FOR,
    Dao,
    Proposal,
    dao,
    deploy,
    only,
    refused,
    role,
)
from tests.contracts.registries import (
    AUDITORS,
    BIAS,
    BOND,
    CHALLENGER,
    COOL_OFF,
    CRITERIA,
    FEE,
    MAKER,
    NOWHERE,
    POLICY,
    QUALITY,
    REFUSED,
    REJECTED,
    REWARD_BPS,
    SAFETY,
    SLASH_BPS,
    STAKE,
    TREASURY,
    UPHELD,
    VALIDITY,
    WINDOW,
    Models,
    digest,
    evidence_of,
    hashes_of,
    models,
    record_of,
    subject_of,
)


@pytest.fixture
def world() -> Models:
    """Deploy a registry with its gate."""
    return models()


# Records


def test_a_record_says_everything_and_can_be_read_back(world: Models) -> None:
    first = world.propose("triage")
    child = record_of("triage 2", parent=first)
    now = world.chain.timestamp()
    version = only(world.registry.send(MAKER, "draft", 1, child), "VersionDrafted")["versionId"]
    model, record, proposer, drafted, proposed, window, closed, stored = world.registry.read(
        "version", version
    )
    assert (model, record, drafted, stored) == (1, child, now, 1)
    assert (proposer, proposed, window, closed) == (ZERO_ADDRESS, 0, 0, 0)
    assert world.registry.read("subjectOf", version) == subject_of(version, hashes_of("triage 2"))
    assert world.registry.read("ownerOf", 1) == MAKER
    assert world.registry.read("tokenURI", 1) == "ipfs://triage"


def test_a_draft_can_be_amended_and_a_proposal_cannot(world: Models) -> None:
    version = world.draft()
    world.registry.send(MAKER, "amend", version, record_of("better"))
    assert world.hashes(version) == hashes_of("better")
    now = world.chain.timestamp()
    events = world.registry.send(MAKER, "propose", version)
    assert only(events, "VersionProposed") == {
        "versionId": version, "modelId": 1, "proposer": MAKER,
        "subject": world.subject(version), "windowEndsAt": now + WINDOW,
    }  # fmt: skip
    for call in (("amend", version, record_of("worse")), ("propose", version)):
        with refused("WrongState", version, 2):
            world.registry.send(MAKER, *call)


def test_only_who_holds_a_model_writes_its_versions(world: Models) -> None:
    version = world.draft()
    calls: list[tuple[object, ...]] = [
        ("draft", 1, record_of("x")),
        ("amend", version, record_of("x")),
        ("propose", version),
        ("setOperator", version, EVE),
        ("deprecate", version),
    ]
    for name, *args in calls:
        with refused("NotModelOwner", 1, EVE):
            world.registry.send(EVE, str(name), *args)
    world.registry.send(MAKER, "transferFrom", MAKER, BOB, 1)
    with refused("NotModelOwner", 1, MAKER):
        world.registry.send(MAKER, "propose", version)
    world.registry.send(BOB, "propose", version)
    assert world.registry.read("operatorOf", version) == BOB
    world.registry.send(BOB, "setOperator", version, ALICE)
    assert world.registry.read("operatorOf", version) == ALICE


def test_records_without_hashes_or_with_impossible_values_are_refused(world: Models) -> None:
    world.draft()
    good = record_of("x")
    nothing = (NOWHERE,)
    for hashes in (nothing + good[0][1:], good[0][:3] + nothing):
        with refused("MissingHash", 2):
            world.registry.send(MAKER, "draft", 1, (hashes, *good[1:]))
    with refused("InvalidScore", 101, 100):
        world.registry.send(MAKER, "draft", 1, (good[0], (100, 101, 0), *good[2:]))
    with refused("UnknownVersion", 2, 1):
        world.registry.send(MAKER, "draft", 1, record_of("x", parent=2))
    with refused("ERC721NonexistentToken", 9):
        world.registry.send(MAKER, "draft", 9, good)


@pytest.mark.parametrize(
    "call",
    [("state", 1), ("version", 1), ("subjectOf", 0), ("operatorOf", 1), ("wasDeployable", 1, 0)],
)
def test_versions_that_do_not_exist_are_refused(
    world: Models, call: tuple[str, int, *tuple[int, ...]]
) -> None:
    with refused("UnknownVersion", call[1], 0):
        world.registry.read(*call)


# The life of a version


def test_a_version_lives_from_draft_to_deprecated_by_a_vote() -> None:
    law = dao()
    world = models(governor=law.governor.address, pool=law)
    world.registry.send(ADMIN, "grantRole", role("DEPLOYER_ROLE"), law.treasury.address)
    law.stake(ALICE, 10_000 * TOKEN)
    law.chain.advance(2 * DAY)

    version = world.draft()
    seen = [world.state(version)]
    world.registry.send(MAKER, "propose", version)
    seen.append(world.state(version))
    ids = world.vouch(version)
    seen.append(world.state(version))

    proposal = vote_on(law, world, version)
    for step in ("queue", "execute"):
        world.registry.send(EVE, "recordApproval", version, *proposal.key)
        seen.append(world.state(version))
        proposal.send(BOB, step)
        law.chain.advance(2 * DAY)
    deployed_at = law.chain.timestamp() - 2 * DAY
    seen.append(world.state(version))
    evidence = evidence_of(world.subject(version), 0, ids)
    assert world.registry.read("wasDeployable", version, deployed_at) == (
        True, law.treasury.address, evidence,
    )  # fmt: skip
    assert world.registry.read("approvalOf", version)[1] == proposal.id
    world.registry.send(MAKER, "deprecate", version)
    seen.append(world.state(version))
    assert seen == [
        "Draft", "Proposed", "Audited", "Approved", "Timelocked", "Deployable", "Deprecated",
    ]  # fmt: skip
    assert world.was(version, law.chain.timestamp() - 1)
    law.chain.advance(1)
    assert not world.was(version, law.chain.timestamp() - 1)


def vote_on(law: Dao, world: Models, version: int) -> Proposal:
    """Propose to deploy a version and vote for it."""
    weights, _, _, evaluation = world.hashes(version)
    call = world.registry.encode("deploy", version, weights, evaluation)
    proposal = law.propose(ALICE, world.registry, call, "Deploy the triage model")
    with refused("NotApproved", proposal.id, 0):
        world.registry.send(EVE, "recordApproval", version, *proposal.key)
    proposal.open()
    proposal.vote(ALICE, FOR)
    proposal.close()
    return proposal


def test_a_vote_that_passed_but_lost_its_audit_is_stopped_at_execution() -> None:
    law = dao()
    world = models(governor=law.governor.address, pool=law)
    world.registry.send(ADMIN, "grantRole", role("DEPLOYER_ROLE"), law.treasury.address)
    law.stake(ALICE, 10_000 * TOKEN)
    law.chain.advance(2 * DAY)
    version = world.propose()
    ids = world.vouch(version)
    proposal = vote_on(law, world, version)
    proposal.send(BOB, "queue")
    law.chain.advance(2 * DAY)
    world.gate.send(AUDITORS[0], "revoke", ids[0])
    with refused("NotAttested", world.subject(version), BIAS, 1, 2):
        proposal.send(BOB, "execute")
    world.attest(AUDITORS[2], version, BIAS)
    proposal.send(BOB, "execute")
    assert world.state(version) == "Deployable"


def test_only_a_proposal_that_deploys_the_version_counts_as_its_approval() -> None:
    law = dao()
    world = models(governor=law.governor.address, pool=law)
    first, second = world.propose("one"), world.propose("two")
    call = world.registry.encode("deploy", first, digest("other weights"), digest("other suite"))
    for target, data in ((world.registry.address, call), (world.gate.address, b"")):
        with refused("NotItsDeployment", second):
            world.registry.send(
                EVE, "recordApproval", second, [target], [0], [data], digest("text")
            )


# Every clause of the gate


def too_few_auditors(world: Models, version: int) -> None:
    world.gate.send(AUDITORS[1], "revoke", 2)


def the_same_auditor_twice(world: Models, version: int) -> None:
    world.gate.send(AUDITORS[1], "revoke", 2)
    world.attest(AUDITORS[0], version, BIAS, score=95)


def an_attestation_expired(world: Models, version: int) -> None:
    world.attest(AUDITORS[1], version, BIAS, validity=WINDOW)


def an_accreditation_ended(world: Models, version: int) -> None:
    world.gate.send(ADMIN, "endAccreditation", AUDITORS[1])


def an_accreditation_begun_anew(world: Models, version: int) -> None:
    world.gate.send(ADMIN, "endAccreditation", AUDITORS[1])
    world.gate.send(ADMIN, "accredit", AUDITORS[1])


def an_attestation_to_other_hashes(world: Models, version: int) -> None:
    world.gate.send(AUDITORS[1], "revoke", 2)
    world.attest(AUDITORS[2], version, BIAS, hashes=hashes_of("swapped"))


def an_attestation_to_another_version(world: Models, version: int) -> None:
    world.gate.send(AUDITORS[1], "revoke", 2)
    world.attest(AUDITORS[2], version + 1, BIAS, hashes=world.hashes(version))


def a_score_too_low(world: Models, version: int) -> None:
    world.attest(AUDITORS[1], version, BIAS, score=POLICY[BIAS][1] - 1)


BAD_AUDITS = (
    too_few_auditors,
    the_same_auditor_twice,
    an_attestation_expired,
    an_accreditation_ended,
    an_accreditation_begun_anew,
    an_attestation_to_other_hashes,
    an_attestation_to_another_version,
    a_score_too_low,
)


@pytest.mark.parametrize("spoil", BAD_AUDITS, ids=lambda spoil: spoil.__name__)
def test_one_bad_audit_alone_blocks(world: Models, spoil: Callable[[Models, int], None]) -> None:
    version = world.propose()
    world.vouch(version)
    assert world.state(version) == "Audited"
    spoil(world, version)
    world.chain.advance(WINDOW)
    assert world.state(version) == "Proposed"
    with refused("NotAttested", world.subject(version), BIAS, 1, 2):
        world.deploy(version)
    for criterion in CRITERIA:
        world.attest(AUDITORS[3], version, criterion)
    world.deploy(version)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_missing_criterion_alone_blocks(world: Models, criterion: int) -> None:
    version = world.propose()
    for other in CRITERIA:
        for auditor in AUDITORS[: POLICY[other][0]]:
            if other != criterion:
                world.attest(auditor, version, other)
    world.chain.advance(WINDOW)
    with refused("NotAttested", world.subject(version), criterion, 0, POLICY[criterion][0]):
        world.deploy(version)


def test_the_window_alone_blocks_to_the_second(world: Models) -> None:
    version = world.propose()
    world.vouch(version)
    ends = world.chain.timestamp() + WINDOW
    world.registry.send(ADMIN, "setChallengeWindow", 3_600)
    world.chain.set_time(ends - 1)
    with refused("WindowOpen", version, ends):
        world.deploy(version)
    world.chain.set_time(ends)
    world.deploy(version)


def test_an_open_challenge_alone_blocks_until_it_is_rejected(world: Models) -> None:
    version = world.propose()
    world.vouch(version)
    dispute = world.challenge(version)
    world.chain.advance(WINDOW)
    with refused("ChallengeOpen", version, 1):
        world.deploy(version)
    world.rule(dispute, REJECTED)
    world.deploy(version)


@pytest.mark.parametrize("part", [0, 3], ids=["weights", "evaluation"])
def test_a_vote_for_other_hashes_alone_blocks(world: Models, part: int) -> None:
    version = world.propose()
    world.vouch(version)
    world.chain.advance(WINDOW)
    good = world.hashes(version)
    voted = tuple(digest("swapped") if i == part else value for i, value in enumerate(good))
    with refused("OtherHashes", version, good[0], good[3]):
        world.deploy(version, hashes=voted)
    world.deploy(version)


def test_drafts_and_closed_versions_are_not_deployed(world: Models) -> None:
    version = world.draft()
    with refused("WrongState", version, 1):
        world.deploy(version)
    world.registry.send(MAKER, "propose", version)
    world.vouch(version)
    world.chain.advance(WINDOW)
    world.registry.send(ADMIN, "revoke", version, "withdrawn licence")
    assert world.state(version) == "Revoked"
    with refused("WrongState", version, 9):
        world.deploy(version)
    for call in (("revoke", version, ""), ("deprecate", version)):
        with refused("WrongState", version, 9):
            world.registry.send(ADMIN, *call)


# Suspension


def test_expiry_suspends_at_once_and_the_past_knows_it_unpoked(world: Models) -> None:
    version = world.deployed(validity=10 * DAY)
    deployed = world.chain.timestamp()
    lapses = deployed - WINDOW + 10 * DAY
    world.chain.set_time(lapses - 1)
    assert world.registry.read("isDeployable", version)
    world.chain.set_time(lapses)
    assert not world.registry.read("isDeployable", version)
    assert world.state(version) == "Suspended"
    world.chain.advance(30 * DAY)
    answers = [
        world.was(version, moment) for moment in (deployed - 1, deployed, lapses - 1, lapses)
    ]
    assert answers == [False, True, True, False]

    events = world.registry.send(BOB, "poke", version)
    assert only(events, "VersionSuspended") == {"versionId": version, "since": lapses}
    assert only(events, "StateChanged") == {"versionId": version, "from": 6, "to": 7}
    assert world.registry.send(BOB, "poke", version) == []
    assert [world.was(version, moment) for moment in (lapses - 1, lapses)] == [True, False]


def test_fresh_attestations_do_not_bring_a_lapsed_version_back(world: Models) -> None:
    version = world.deployed(validity=10 * DAY)
    lapsed = world.chain.timestamp() - WINDOW + 10 * DAY
    world.chain.advance(20 * DAY)
    ids = world.vouch(version)
    world.chain.advance(DAY)
    assert world.state(version) == "Suspended"
    assert not world.was(version, world.chain.timestamp() - 1)
    world.deploy(version)
    again = world.chain.timestamp()
    assert world.state(version) == "Deployable"
    world.chain.advance(1)
    evidence = evidence_of(world.subject(version), 0, ids)
    assert world.registry.read("wasDeployable", version, again) == (True, TREASURY, evidence)
    answers = [world.was(version, moment) for moment in (lapsed - 1, lapsed, again - 1)]
    assert answers == [True, False, False]


def test_attestations_renewed_in_time_keep_a_version_deployable(world: Models) -> None:
    version = world.deployed(validity=10 * DAY)
    world.chain.advance(5 * DAY)
    world.vouch(version)
    world.chain.advance(30 * DAY)
    assert world.state(version) == "Deployable"
    assert world.gate.read("admittedUntil", world.subject(version)) == (
        world.chain.timestamp() - 30 * DAY + VALIDITY
    )


def revoked(world: Models) -> None:
    world.gate.send(AUDITORS[0], "revoke", 1)


def resigned(world: Models) -> None:
    world.gate.send(AUDITORS[0], "resign")


def withdrawn(world: Models) -> None:
    world.gate.send(ADMIN, "endAccreditation", AUDITORS[0])


def judged_anew(world: Models) -> None:
    world.attest(AUDITORS[0], 1, BIAS, score=10)


@pytest.mark.parametrize("spoil", [revoked, resigned, withdrawn, judged_anew])
def test_losing_an_attestation_suspends_in_the_same_second(
    world: Models, spoil: Callable[[Models], None]
) -> None:
    version = world.deployed()
    world.chain.advance(DAY)
    spoil(world)
    now = world.chain.timestamp()
    assert world.state(version) == "Suspended"
    world.chain.advance(DAY)
    assert [world.was(version, moment) for moment in (now - 1, now)] == [True, False]


def test_a_new_policy_neither_kills_nor_revives_a_deployed_version(world: Models) -> None:
    version = world.deployed()
    strict, lax = ((3, 95),) * 3, ((1, 1),) * 3
    world.gate.send(ADMIN, "setPolicy", strict)
    assert world.state(version) == "Deployable"
    with refused("NotAttested", world.subject(version), BIAS, 0, 3):
        world.deploy(version)
    world.gate.send(AUDITORS[0], "revoke", 1)
    world.gate.send(ADMIN, "setPolicy", lax)
    assert world.state(version) == "Suspended"
    world.deploy(version)
    assert world.state(version) == "Deployable"


def test_the_present_and_the_future_cannot_be_looked_up(world: Models) -> None:
    version = world.deployed()
    now = world.chain.timestamp()
    for moment in (now, now + 1, 2**256 - 1):
        with refused("FutureLookup", moment, now):
            world.was(version, moment)


# Challenges


def test_an_upheld_challenge_suspends_slashes_and_pays(world: Models) -> None:
    version = world.deployed()
    world.chain.advance(DAY)
    dispute = world.challenge(version, BIAS)
    assert world.state(version) == "Deployable"
    before = {auditor: world.vault.read("balanceOf", auditor) for auditor in AUDITORS}
    world.chain.advance(DAY)
    ruled = world.chain.timestamp()
    world.rule(dispute, UPHELD)

    slashed_shares = STAKE * SLASH_BPS // 10_000
    lost = {who: before[who] - world.vault.read("balanceOf", who) for who in AUDITORS}
    assert lost == {who: slashed_shares if who in AUDITORS[:2] else 0 for who in AUDITORS}
    slashed = 2 * slashed_shares // 1_000
    reward = slashed * REWARD_BPS // 10_000
    assert world.registry.read("creditOf", CHALLENGER) == BOND + reward
    assert world.registry.read("creditOf", TREASURY) == slashed - reward
    assert world.token.read("balanceOf", world.arbitrator.address) == FEE
    world.registry.send(BOB, "withdraw", CHALLENGER)
    world.registry.send(BOB, "withdraw", TREASURY)
    assert world.token.read("balanceOf", CHALLENGER) == BOND + reward
    assert world.token.read("balanceOf", TREASURY) == slashed - reward
    assert world.token.read("balanceOf", world.registry.address) == 0
    assert world.registry.send(BOB, "withdraw", TREASURY) == []

    assert world.state(version) == "Suspended"
    assert world.registry.read("condemnedBy", version) == 1
    world.chain.advance(1)
    assert [world.was(version, moment) for moment in (ruled - 1, ruled)] == [True, False]
    world.vouch(version)
    with refused("VersionCondemned", version, 1):
        world.deploy(version)
    with refused("VersionCondemned", version, 1):
        world.challenge(version)


@pytest.mark.parametrize(
    ("ruling", "winner"), [(REJECTED, TREASURY), (REFUSED, CHALLENGER)], ids=["rejected", "refused"]
)
def test_a_challenge_not_upheld_moves_the_bond_only(
    world: Models, ruling: int, winner: str
) -> None:
    version = world.deployed()
    dispute = world.challenge(version)
    world.chain.advance(DAY)
    world.rule(dispute, ruling)
    assert world.state(version) == "Deployable"
    assert world.registry.read("creditOf", winner) == BOND
    assert world.vault.read("lockedBy", AUDITORS[0], world.gate.address) == 3 * STAKE
    assert world.challenge(version) == 1


def test_a_challenge_before_deployment_condemns_too(world: Models) -> None:
    version = world.propose()
    world.vouch(version)
    world.rule(world.challenge(version, QUALITY), UPHELD)
    assert world.state(version) == "Suspended"
    locked = [world.vault.read("lockedBy", who, world.gate.address) for who in AUDITORS[:2]]
    assert locked == [2 * STAKE + STAKE // 2, 2 * STAKE]
    world.chain.advance(WINDOW)
    with refused("VersionCondemned", version, 1):
        world.deploy(version)


def test_closing_a_version_does_not_save_its_auditors(world: Models) -> None:
    version = world.deployed()
    world.chain.advance(DAY)
    world.registry.send(MAKER, "deprecate", version)
    for auditor in AUDITORS[:2]:
        world.gate.send(auditor, "resign")
    world.chain.advance(COOL_OFF - 1)
    dispute = world.challenge(version)
    world.chain.advance(COOL_OFF)
    with refused("SubjectHeld", world.subject(version)):
        world.gate.send(AUDITORS[0], "release", 1)
    world.rule(dispute, UPHELD)
    assert world.state(version) == "Deprecated"
    slashed = STAKE * SLASH_BPS // 10_000
    assert world.vault.read("balanceOf", AUDITORS[0]) == 1_000 * SHARE - slashed


def test_a_warning_is_not_slashed_but_a_withdrawn_praise_is(world: Models) -> None:
    version = world.deployed()
    world.attest(AUDITORS[2], version, BIAS, score=POLICY[BIAS][1] - 1)
    world.attest(AUDITORS[0], version, BIAS, score=1)
    world.rule(world.challenge(version), UPHELD)
    left = [world.vault.read("balanceOf", who) for who in AUDITORS[:3]]
    assert left == [1_000 * SHARE - STAKE // 2, 1_000 * SHARE - STAKE // 2, 1_000 * SHARE]


def test_an_auditor_without_stake_left_does_not_block_a_ruling(world: Models) -> None:
    version = world.deployed()
    world.vault.send(ADMIN, "slash", AUDITORS[0], 1_000 * SHARE - 1, EVE)
    world.rule(world.challenge(version), UPHELD)
    assert world.vault.read("balanceOf", AUDITORS[0]) == 0
    assert world.state(version) == "Suspended"


def test_one_challenge_at_a_time_and_none_to_a_draft(world: Models) -> None:
    draft = world.draft()
    with refused("WrongState", draft, 1):
        world.challenge(draft)
    version = world.propose("two")
    world.challenge(version)
    with refused("ChallengeOpen", version, 1):
        world.challenge(version)
    with refused("UnknownVersion", 9, 2):
        world.challenge(9)


def test_a_challenge_takes_bond_and_fee_or_nothing(world: Models) -> None:
    version = world.propose()
    world.token.send(ADMIN, "transfer", BOB, BOND + FEE)
    world.token.send(BOB, "approve", world.registry.address, BOND + FEE - 1)
    with refused("ERC20InsufficientAllowance", world.registry.address, BOND + FEE - 1, BOND + FEE):
        world.registry.send(BOB, "challenge", version, BIAS, "")
    world.token.send(BOB, "approve", world.registry.address, BOND + FEE)
    events = world.registry.send(BOB, "challenge", version, SAFETY, "ipfs://e")
    assert only(events, "Challenged") == {
        "challengeId": 1, "versionId": version, "challenger": BOB, "criterion": SAFETY,
        "bond": BOND, "fee": FEE, "evidenceURI": "ipfs://e",
    }  # fmt: skip
    assert world.token.read("balanceOf", BOB) == 0
    assert world.token.read("balanceOf", world.registry.address) == BOND
    assert world.registry.read("challengeAt", 1) == (
        version, BOB, SAFETY, False, 0, BOND, world.arbitrator.address, 0,
    )  # fmt: skip
    for number in (0, 2):
        with refused("UnknownChallenge", number, 1):
            world.registry.read("challengeAt", number)


# Hostile calls


def test_only_the_arbitrator_of_a_dispute_rules_and_once(world: Models) -> None:
    version = world.propose()
    dispute = world.challenge(version)
    with refused("UnknownDispute", EVE, dispute):
        world.registry.send(EVE, "rule", dispute, UPHELD)
    newer = deploy(world.chain, "SettableArbitrator", 0)
    world.registry.send(ADMIN, "setArbitrator", newer.address, b"")
    with refused("InvalidRuling", 3, 2):
        world.rule(dispute, 3)
    world.rule(dispute, REJECTED)
    with refused("AlreadyRuled", 1):
        world.rule(dispute, UPHELD)
    assert world.state(version) == "Proposed"


def test_an_arbitrator_cannot_rule_while_asked_nor_use_a_number_twice(world: Models) -> None:
    version = world.propose()
    snapshot = world.chain.snapshot()
    world.arbitrator.send(EVE, "rush", UPHELD)
    with refused("ReentrancyGuardReentrantCall"):
        world.challenge(version)
    world.chain.revert(snapshot)
    world.rule(world.challenge(version), REJECTED)
    world.arbitrator.send(EVE, "repeatNumbers")
    with refused("DisputeRepeated", world.arbitrator.address, 0):
        world.challenge(version)


@pytest.mark.parametrize("again", ["challenge", "withdraw"])
def test_a_token_that_calls_back_gets_nowhere(world: Models, again: str) -> None:
    token = deploy(world.chain, "ReenteringToken", 10**6 * TOKEN)
    registry = deploy(
        world.chain, "ModelRegistry", world.gate.address, token.address, world.arbitrator.address,
        b"", TREASURY, ALICE, WINDOW, BOND, REWARD_BPS, ADMIN,
    )  # fmt: skip
    world.gate.send(ADMIN, "grantRole", role("REGISTRY_ROLE"), registry.address)
    registry.send(MAKER, "registerModel", "")
    registry.send(MAKER, "draft", 1, record_of("x"))
    registry.send(MAKER, "propose", 1)
    token.send(ADMIN, "approve", registry.address, 2**256 - 1)
    args = (1, BIAS, "") if again == "challenge" else (TREASURY,)
    call = registry.encode(again, *args)
    token.send(ADMIN, "arm", registry.address, call)
    with refused("ReentrancyGuardReentrantCall"):
        registry.send(ADMIN, "challenge", 1, BIAS, "")
    token.send(ADMIN, "arm", ZERO_ADDRESS, b"")
    registry.send(ADMIN, "challenge", 1, BIAS, "")
    world.arbitrator.send(ADMIN, "giveRuling", 0, REJECTED)
    token.send(ADMIN, "arm", registry.address, call)
    with refused("ReentrancyGuardReentrantCall"):
        registry.send(EVE, "withdraw", TREASURY)


# Roles and settings


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        (("deploy", 1, NOWHERE, NOWHERE), role("DEPLOYER_ROLE")),
        (("revoke", 1, "because"), bytes(32)),
        (("setChallengeWindow", DAY), bytes(32)),
        (("setChallengeBond", TOKEN), bytes(32)),
        (("setChallengerBps", 0), bytes(32)),
        (("setArbitrator", EVE, b""), bytes(32)),
        (("setGovernor", EVE), bytes(32)),
        (("grantRole", role("DEPLOYER_ROLE"), EVE), bytes(32)),
    ],
)
def test_roles_guard_what_is_dangerous(
    world: Models, call: tuple[str, *tuple[object, ...]], needed: bytes
) -> None:
    world.propose()
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        world.registry.send(EVE, *call)


def test_the_admin_alone_can_deploy_nothing(world: Models) -> None:
    version = world.propose()
    assert not world.registry.read("hasRole", role("DEPLOYER_ROLE"), ADMIN)
    with refused("AccessControlUnauthorizedAccount", ADMIN, role("DEPLOYER_ROLE")):
        world.registry.send(ADMIN, "deploy", version, NOWHERE, NOWHERE)


@pytest.mark.parametrize(
    ("setting", "low", "high", "error"),
    [
        ("challengeWindow", 3_600, 90 * DAY, "InvalidWindow"),
        ("challengeBond", 1, 10**6 * TOKEN, "InvalidBond"),
        ("challengerBps", 0, 10_000, "InvalidPart"),
    ],
)
def test_settings_have_bounds(world: Models, setting: str, low: int, high: int, error: str) -> None:
    setter = f"set{setting[0].upper()}{setting[1:]}"
    for value in (low, high):
        before = world.registry.read(setting)
        (event,) = world.registry.send(ADMIN, setter, value)
        assert tuple(event.args.values()) == (before, value)
        assert world.registry.read(setting) == value
    for value in {max(low - 1, 0), high + 1} - {low}:
        with refused(error):
            world.registry.send(ADMIN, setter, value)


def test_the_bond_of_an_open_challenge_does_not_change(world: Models) -> None:
    version = world.propose()
    dispute = world.challenge(version)
    world.registry.send(ADMIN, "setChallengeBond", 5 * BOND)
    world.rule(dispute, REFUSED)
    assert world.registry.read("creditOf", CHALLENGER) == BOND
    assert world.token.read("balanceOf", world.registry.address) == BOND


def test_it_says_what_it_is(world: Models) -> None:
    for interface in ("80ac58cd", "5b5e139f", "7965db0b", "01ffc9a7"):
        assert world.registry.read("supportsInterface", bytes.fromhex(interface))
    assert not world.registry.read("supportsInterface", bytes.fromhex("ffffffff"))
    assert keccak(text="DEPLOYER_ROLE") == world.registry.read("DEPLOYER_ROLE")
