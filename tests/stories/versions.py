"""How a version of a model comes to run: drafted, audited, voted on, deployed."""

from typing import Any

from governance.proposals import Call
from governance.units import DAY, SHARE
from tests.contracts.registries import STATES, digest, hashes_of, record_of, subject_of
from tests.stories.people import ANN, AUDITORS, DANA, IRA, JUNE, KOFI, ZOE
from tests.stories.stage import RULES, Deed, Stage

BIAS, SAFETY, QUALITY = 0, 1, 2
GOOD = 90
VALIDITY = 365 * DAY
LOCKED = int(RULES.gate.attestation_stake) * SHARE
"""Shares that each attestation locks."""
ENOUGH = ((BIAS, IRA), (BIAS, JUNE), (SAFETY, IRA), (SAFETY, JUNE), (QUALITY, KOFI))
"""Who has to vouch for what: two auditors for bias and safety each, one for quality."""


def draft(stage: Stage, name: str) -> int:
    """Let Dana register a model, draft its first version and propose it; return the version."""
    deed = stage.act(DANA, "registry", "registerModel", f"ipfs://{name}")
    model = deed.told("ModelRegistered")["modelId"]
    deed = stage.act(DANA, "registry", "draft", model, record_of(name))
    version = int(deed.told("VersionDrafted")["versionId"])
    assert state(stage, version) == "Draft"
    stage.act(DANA, "registry", "propose", version)
    assert state(stage, version) == "Proposed"
    return version


def state(stage: Stage, version: int) -> str:
    """Name of a version's state at this moment."""
    return STATES[stage.read("registry", "state", version)]


def subject(version: int, name: str) -> bytes:
    """Return what auditors attest to: the version and its four hashes."""
    return subject_of(version, hashes_of(name))


def accredit(stage: Stage) -> None:
    """Let the members accredit the three auditors, in one vote."""
    calls = [stage.call("gate", "accredit", auditor) for auditor in AUDITORS]
    stage.decide("Accredit Ira, June and Kofi as auditors", *calls)
    assert all(stage.read("gate", "isAccredited", auditor) for auditor in AUDITORS)


def attest(
    stage: Stage, auditor: str, version: int, name: str, criterion: int, score: int = GOOD
) -> int:
    """Let an auditor vouch for a version with its stake; return the attestation's number."""
    locked = stage.read("staked", "lockedOf", auditor)
    expiry = stage.now + VALIDITY
    statement = (
        version, hashes_of(name), criterion, score, expiry, digest("report"), "ipfs://report",
    )  # fmt: skip
    deed = stage.act(auditor, "gate", "attest", statement)
    assert stage.read("staked", "lockedOf", auditor) == locked + LOCKED
    return int(deed.told("Attested")["id"])


def audit(stage: Stage, version: int, name: str) -> list[int]:
    """Let just enough auditors vouch for a version; return the attestations' numbers."""
    ids = [attest(stage, auditor, version, name, criterion) for criterion, auditor in ENOUGH]
    assert state(stage, version) == "Audited"
    return ids


def deployment(stage: Stage, version: int, name: str) -> Call:
    """Write down the call that deploys this very version: its number and what was audited."""
    weights, _, _, evaluation = hashes_of(name)
    return stage.call("registry", "deploy", version, weights, evaluation)


def pass_deployment(stage: Stage, version: int, name: str, *, by: str = ANN) -> int:
    """Let a vote to deploy a version pass and wait in the treasury; return the proposal."""
    proposal = stage.propose(by, f"Deploy {name}", [deployment(stage, version, name)])
    stage.vote(proposal)
    record(stage, version, proposal)
    assert state(stage, version) == "Approved"
    stage.queue(proposal)
    assert state(stage, version) == "Timelocked"
    return proposal


def record(stage: Stage, version: int, proposal: int) -> None:
    """Let Zoe, who may because everyone may, tell the registry which proposal passed."""
    stage.act(ZOE, "registry", "recordApproval", version, *key_of(stage, proposal))
    assert stage.read("registry", "approvalOf", version) == (stage.at["governor"], proposal)


def key_of(stage: Stage, proposal: int) -> tuple[Any, ...]:
    """Return the parts that a proposal's number is the hash of."""
    status = stage.dao.proposal(proposal)
    targets, values, data = zip(*((c.target, c.value, c.data) for c in status.calls), strict=True)
    return list(targets), list(values), list(data), digest(status.description)


def run(stage: Stage, name: str) -> tuple[int, Deed]:
    """Bring a version all the way, as the first story tells it; return it and its deployment."""
    version = draft(stage, name)
    accredit(stage)
    audit(stage, version, name)
    deed = stage.execute(pass_deployment(stage, version, name))
    assert state(stage, version) == "Deployable"
    return version, deed
