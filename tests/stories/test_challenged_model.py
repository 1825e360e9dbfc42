"""Third story: a deployed model is challenged, suspended, and its auditors are slashed.

The model runs and earns. Uma finds that it is biased, puts up a bond and goes to court. While the
court sits the model goes on. Jurors are drawn by their stake and by the number of a block that
nobody knew beforehand. Two uphold the challenge, one does not. With the ruling the model is
suspended at once and its users lose access; who vouched for its fairness loses half the stake;
Uma and the jurors who were right are paid.
"""

from governance.units import BPS, DAY, TOKEN
from tests.contracts.law import refused
from tests.contracts.registries import REJECTED, UPHELD
from tests.stories import court
from tests.stories.people import AUDITORS, DANA, IRA, JUNE, TOM, UMA, ZOE
from tests.stories.stage import RULES, Deed, Stage
from tests.stories.versions import BIAS, LOCKED, run, state, subject

NAME = "triage"
PRICE = 50 * TOKEN
BOND = int(RULES.registry.challenge_bond) * TOKEN
COST = BOND + court.TERMS.seats * court.FEE
SLASHED = LOCKED * int(RULES.gate.slash * BPS) // BPS
"""Shares that each auditor of bias loses."""


def test_a_challenged_model_is_suspended_and_its_auditors_slashed(stage: Stage) -> None:
    version, deployed = run(stage, NAME)
    a_user_subscribes(stage, version)
    court.take_seats(stage)
    dispute = uma_challenges_it(stage, version)
    panel = court.draw(stage, dispute)
    votes = dict(zip(panel, (UPHELD, REJECTED, UPHELD), strict=True))
    court.vote(stage, dispute, votes)
    it_runs_until_the_ruling(stage, version)
    ruled = the_ruling_suspends_it_and_slashes_its_auditors(stage, version, dispute)
    everybody_is_paid(stage, ruled)
    court.settle(stage, dispute, votes, UPHELD)
    nobody_uses_it_any_more(stage, version, deployed.at, ruled.at)


def a_user_subscribes(stage: Stage, version: int) -> None:
    stage.act(DANA, "market", "setOffer", version, (PRICE, PRICE, 300 * DAY, 0))
    stage.allow(TOM, "market", PRICE)
    stage.act(TOM, "market", "subscribe", version, 1, PRICE)
    assert stage.read("market", "hasAccess", version, TOM)


def uma_challenges_it(stage: Stage, version: int) -> int:
    before = stage.held(UMA)
    stage.allow(UMA, "registry", COST)
    deed = stage.act(UMA, "registry", "challenge", version, BIAS, "ipfs://worse-for-women")
    dispute = int(deed.told("DisputeRequest")["arbitratorDisputeID"])
    assert before - stage.held(UMA) == COST
    assert stage.held(stage.at["registry"]) == BOND
    assert stage.held(stage.at["court"]) == COST - BOND
    assert stage.read("registry", "openChallengeOf", version) == 1
    assert state(stage, version) == "Deployable", "a bond is not the price of switching off a rival"
    with refused("SubjectHeld", subject(version, NAME)):
        stage.act(IRA, "gate", "release", 1)
    return dispute


def it_runs_until_the_ruling(stage: Stage, version: int) -> None:
    assert stage.read("court", "currentRuling", 0) == (UPHELD, False, False)
    assert state(stage, version) == "Deployable"
    assert stage.read("market", "hasAccess", version, TOM)


def the_ruling_suspends_it_and_slashes_its_auditors(
    stage: Stage, version: int, dispute: int
) -> Deed:
    shares = {auditor: stage.dao.shares(auditor) for auditor in AUDITORS}
    vault, supply = stage.held(stage.at["staked"]), stage.total()
    sent = court.worth(stage, SLASHED, SLASHED)
    deed = stage.act(ZOE, "court", "executeRuling", dispute)

    assert state(stage, version) == "Suspended"
    assert deed.told("VersionSuspended") == {"versionId": version, "since": deed.at}
    slashes = [(s["auditor"], s["shares"], s["assets"]) for s in deed.all("AttesterSlashed")]
    assert slashes == [(IRA, SLASHED, sent[0]), (JUNE, SLASHED, sent[1])]
    for auditor, (lost, words) in zip(AUDITORS, ((1, 2), (1, 2), (0, 1)), strict=True):
        assert stage.dao.shares(auditor) == shares[auditor] - lost * SLASHED
        assert stage.read("staked", "lockedOf", auditor) == words * LOCKED - lost * SLASHED
    assert vault - stage.held(stage.at["staked"]) == sum(sent)
    assert stage.total() == supply, "what is slashed goes to somebody"
    return deed


def everybody_is_paid(stage: Stage, ruled: Deed) -> None:
    slashed = ruled.told("ChallengeResolved")["slashed"]
    reward = slashed * int(RULES.registry.challenger_share * BPS) // BPS
    assert stage.held(stage.at["registry"]) == BOND + slashed
    before = {who: stage.held(who) for who in (UMA, stage.treasury)}
    for who in before:
        stage.act(ZOE, "registry", "withdraw", who)
    assert stage.held(UMA) - before[UMA] == BOND + reward
    assert stage.held(stage.treasury) - before[stage.treasury] == slashed - reward
    assert stage.held(stage.at["registry"]) == 0


def nobody_uses_it_any_more(stage: Stage, version: int, deployed: int, ruled: int) -> None:
    assert stage.read("market", "subscribedUntil", version, TOM) > stage.now
    assert not stage.read("market", "hasAccess", version, TOM)
    stage.allow(TOM, "market", PRICE)
    for purchase in ("payUses", "subscribe"):
        with refused("NotDeployable", version):
            stage.act(TOM, "market", purchase, version, 1, PRICE)
    stage.wait(1)
    moments = deployed - 1, deployed, ruled - 1, ruled
    was = [stage.read("registry", "wasDeployable", version, moment)[0] for moment in moments]
    assert was == [False, True, True, False]
    assert stage.read("registry", "condemnedBy", version) == 1
    with refused("VersionCondemned", version, 1):
        stage.act(UMA, "registry", "challenge", version, BIAS, "")
