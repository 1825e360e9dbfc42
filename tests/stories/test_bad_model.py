"""Second story: bad models are stopped by the gate, although the members voted for them.

Dana proposes three versions. The first lacks an auditor for safety. One auditor finds the second
too biased. The third is audited in full, but after the vote an auditor takes a word back. All
three votes pass and wait in the treasury; none can be carried out.
"""

import pytest

from governance.errors import CheckRefused
from governance.units import DAY, TOKEN
from tests.contracts.law import refused
from tests.stories.people import ANN, AUDITORS, BOB, CID, DANA, IRA, JUNE, KOFI, TOM, ZOE
from tests.stories.stage import RULES, Stage
from tests.stories.versions import (
    BIAS,
    ENOUGH,
    LOCKED,
    QUALITY,
    SAFETY,
    accredit,
    attest,
    audit,
    deployment,
    draft,
    record,
    state,
    subject,
)

UNSEEN, BIASED, DOUBTED = NAMES = ("unseen", "biased", "doubted")
TOO_LOW = RULES.gate.bias_score - 1
NEVER = (False, "0x" + "00" * 20, bytes(32))
"""What the registry answers for a second in which a version was not permitted."""


def test_bad_models_are_stopped_by_the_gate(stage: Stage) -> None:
    versions = {name: draft(stage, name) for name in NAMES}
    accredit(stage)
    word = the_auditors_look_at_them(stage, versions)
    proposals = the_members_vote_for_all_three(stage, versions)
    ira_takes_her_word_back(stage, versions[DOUBTED], word)
    none_can_be_carried_out(stage, versions, proposals)
    stage.wait(RULES.governor.grace_period + DAY)
    the_decisions_lapse(stage, versions, proposals)
    none_was_ever_deployable(stage, versions)


def the_auditors_look_at_them(stage: Stage, versions: dict[str, int]) -> int:
    """Return the number of Ira's word on the bias of the third."""
    unseen, biased = versions[UNSEEN], versions[BIASED]
    for criterion, auditor in ENOUGH:
        if (criterion, auditor) != (SAFETY, JUNE):
            attest(stage, auditor, unseen, UNSEEN, criterion)
    attest(stage, IRA, biased, BIASED, BIAS, RULES.gate.bias_score)
    attest(stage, JUNE, biased, BIASED, BIAS, TOO_LOW)
    for auditor in (IRA, JUNE):
        attest(stage, auditor, biased, BIASED, SAFETY)
    attest(stage, KOFI, biased, BIASED, QUALITY)
    assert [state(stage, version) for version in (unseen, biased)] == ["Proposed"] * 2
    word, *_ = audit(stage, versions[DOUBTED], DOUBTED)
    return word


def the_members_vote_for_all_three(stage: Stage, versions: dict[str, int]) -> list[int]:
    proposals = [
        stage.propose(member, f"Deploy {name}", [deployment(stage, version, name)])
        for member, (name, version) in zip((ANN, BOB, CID), versions.items(), strict=True)
    ]
    stage.vote(*proposals)
    for version, proposal in zip(versions.values(), proposals, strict=True):
        record(stage, version, proposal)
        assert state(stage, version) == "Approved"
        stage.queue(proposal)
        assert state(stage, version) == "Timelocked"
    return proposals


def ira_takes_her_word_back(stage: Stage, version: int, word: int) -> None:
    assert stage.read("gate", "passes", subject(version, DOUBTED))
    with refused("NotYourAttestation", word, JUNE):
        stage.act(JUNE, "gate", "revoke", word)
    locked = stage.read("staked", "lockedOf", IRA)
    stage.act(IRA, "gate", "revoke", word)
    assert not stage.read("gate", "passes", subject(version, DOUBTED))
    assert stage.read("staked", "lockedOf", IRA) == locked, "she still answers for it"


def none_can_be_carried_out(stage: Stage, versions: dict[str, int], proposals: list[int]) -> None:
    lacking = {UNSEEN: (SAFETY, 1, 2), BIASED: (BIAS, 1, 2), DOUBTED: (BIAS, 1, 2)}
    for (name, version), proposal in zip(versions.items(), proposals, strict=True):
        with refused("NotAttested", subject(version, name), *lacking[name]):
            stage.dao.execute(ZOE, proposal)
        assert stage.dao.proposal(proposal).state == "Queued"
        assert state(stage, version) == "Timelocked"


def the_decisions_lapse(stage: Stage, versions: dict[str, int], proposals: list[int]) -> None:
    """None waits in the treasury for the words it lacks: whoever wants it has to ask again."""
    for version, proposal in zip(versions.values(), proposals, strict=True):
        assert stage.dao.proposal(proposal).state == "Expired"
        with pytest.raises(CheckRefused, match="it takes a new vote"):
            stage.dao.execute(ZOE, proposal)
        assert state(stage, version) == "Proposed"


def none_was_ever_deployable(stage: Stage, versions: dict[str, int]) -> None:
    now, tom = stage.now, stage.held(TOM)
    for version in versions.values():
        drafted = stage.read("registry", "version", version)[3]
        moments = range(drafted - 1, now, (now - drafted) // 5)
        for moment in (*moments, now - 1):
            assert stage.read("registry", "wasDeployable", version, moment) == NEVER
        assert not stage.read("registry", "isDeployable", version)
        stage.act(DANA, "market", "setOffer", version, (TOKEN, 0, 0, 0))
        stage.allow(TOM, "market", TOKEN)
        with refused("NotDeployable", version):
            stage.act(TOM, "market", "payUses", version, 1, TOKEN)
    assert stage.held(TOM) == tom
    for auditor, words in zip(AUDITORS, (6, 5, 3), strict=True):
        assert stage.read("staked", "lockedOf", auditor) == words * LOCKED, "nobody was slashed"
