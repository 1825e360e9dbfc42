"""A registry of models with its gate, five auditors with stakes and an arbitrator to order."""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    EVE,
    Contract,
    Staking,
    account,
    deploy,
    only,
    role,
    staking,
)

STATES = (
    "None",
    "Draft",
    "Proposed",
    "Audited",
    "Approved",
    "Timelocked",
    "Deployable",
    "Suspended",
    "Deprecated",
    "Revoked",
)
"""States of a version, in the order of ModelRecords.State."""
BIAS, SAFETY, QUALITY = CRITERIA = (0, 1, 2)
REFUSED, UPHELD, REJECTED = 0, 1, 2
AUDITORS = tuple(account(f"auditor {number}") for number in range(5))
MAKER, TREASURY = account("maker"), account("treasury")
CHALLENGER = EVE

WINDOW, COOL_OFF, VALIDITY = 3 * DAY, 14 * DAY, 60 * DAY
BOND, FEE, STAKE = 1_000 * TOKEN, 50 * TOKEN, 100 * SHARE
SLASH_BPS, REWARD_BPS = 5_000, 2_500
POLICY = ((2, 80), (2, 70), (1, 60))
"""Auditors needed and least score, by criterion."""
NOWHERE = bytes(32)


def digest(name: str) -> bytes:
    """Hash a name."""
    return keccak(text=name)


def hashes_of(name: str) -> tuple[bytes, bytes, bytes, bytes]:
    """Make up the four hashes of a version."""
    weights, code, data, evaluation = (
        digest(f"{name} {part}") for part in ("weights", "code", "data", "evaluation")
    )
    return weights, code, data, evaluation


def record_of(name: str, *, parent: int = 0) -> tuple[Any, ...]:
    """Make up the record of a version."""
    return (
        hashes_of(name), (90, 85, 80), digest("Apache-2.0"), parent,
        digest(f"{name} card"), f"ipfs://{name}",
    )  # fmt: skip


def subject_of(version: int, hashes: tuple[bytes, ...]) -> bytes:
    """Name what attestations are about, as the gate does."""
    return keccak(
        encode(["uint256", "bytes32", "bytes32", "bytes32", "bytes32"], [version, *hashes])
    )


def evidence_of(subject: bytes, policy: int, ids: list[int]) -> bytes:
    """Commit to attestations, as the gate does."""
    return keccak(encode(["bytes32", "uint256", "uint256[]"], [subject, policy, ids]))


def gate_for(pool: Staking, registrar: str) -> Contract:
    """Deploy a gate on a vault; `ADMIN` accredits, `registrar` admits, holds and condemns."""
    gate = deploy(
        pool.chain, "AttestationGate", pool.vault.address, POLICY, STAKE, COOL_OFF, SLASH_BPS, ADMIN
    )
    for name in ("LOCKER_ROLE", "SLASHER_ROLE"):
        pool.vault.send(ADMIN, "grantRole", role(name), gate.address)
    gate.send(ADMIN, "grantRole", role("ACCREDITOR_ROLE"), ADMIN)
    gate.send(ADMIN, "grantRole", role("REGISTRY_ROLE"), registrar)
    for auditor in AUDITORS:
        pool.stake(auditor, 1_000 * TOKEN)
        gate.send(ADMIN, "accredit", auditor)
    return gate


def attest(
    gate: Contract,
    auditor: str,
    version: int,
    criterion: int,
    *,
    hashes: tuple[bytes, ...],
    score: int = 90,
    validity: int = VALIDITY,
) -> int:
    """Attest and return the attestation's number."""
    expiry = gate.chain.timestamp() + validity
    statement = (version, hashes, criterion, score, expiry, digest("report"), "ipfs://report")
    return int(only(gate.send(auditor, "attest", statement), "Attested")["id"])


@dataclass(frozen=True)
class Models(Staking):
    """A registry and what it needs; `MAKER` makes models, `TREASURY` deploys."""

    gate: Contract
    registry: Contract
    arbitrator: Contract

    def draft(self, name: str = "triage") -> int:
        """Register a model and draft its first version."""
        events = self.registry.send(MAKER, "registerModel", f"ipfs://{name}")
        model = only(events, "ModelRegistered")["modelId"]
        events = self.registry.send(MAKER, "draft", model, record_of(name))
        return int(only(events, "VersionDrafted")["versionId"])

    def propose(self, name: str = "triage") -> int:
        """Draft and propose a version."""
        version = self.draft(name)
        self.registry.send(MAKER, "propose", version)
        return version

    def hashes(self, version: int) -> tuple[bytes, ...]:
        """Return the four hashes on record."""
        return tuple(self.registry.read("version", version)[1][0])

    def subject(self, version: int) -> bytes:
        """Return what auditors attest to."""
        return subject_of(version, self.hashes(version))

    def attest(self, auditor: str, version: int, criterion: int, **options: Any) -> int:
        """Attest to a version, by default to its own hashes."""
        hashes = options.pop("hashes", None) or self.hashes(version)
        return attest(self.gate, auditor, version, criterion, hashes=hashes, **options)

    def vouch(self, version: int, **options: Any) -> list[int]:
        """Let just enough auditors vouch for a version on every criterion."""
        return [
            self.attest(auditor, version, criterion, **options)
            for criterion in CRITERIA
            for auditor in AUDITORS[: POLICY[criterion][0]]
        ]

    def deploy(self, version: int, *, hashes: tuple[bytes, ...] = ()) -> None:
        """Execute the action of a vote."""
        weights, _, _, evaluation = hashes or self.hashes(version)
        self.registry.send(TREASURY, "deploy", version, weights, evaluation)

    def deployed(self, name: str = "triage", **options: Any) -> int:
        """Bring a version all the way."""
        version = self.propose(name)
        self.vouch(version, **options)
        self.chain.advance(WINDOW)
        self.deploy(version)
        return version

    def challenge(self, version: int, criterion: int = BIAS, *, by: str = CHALLENGER) -> int:
        """Challenge a version with a bond and a fee given for it; return the dispute's number."""
        wei = BOND + self.arbitrator.read("cost")
        self.token.send(ADMIN, "transfer", by, wei)
        self.token.send(by, "approve", self.registry.address, wei)
        self.registry.send(by, "challenge", version, criterion, "ipfs://evidence")
        return int(self.arbitrator.read("count")) - 1

    def rule(self, dispute: int, ruling: int) -> None:
        """Give a ruling."""
        self.arbitrator.send(ADMIN, "giveRuling", dispute, ruling)

    def state(self, version: int) -> str:
        """Name of a version's state."""
        return STATES[self.registry.read("state", version)]

    def was(self, version: int, moment: int) -> bool:
        """Whether a version was deployable at a past second."""
        return bool(self.registry.read("wasDeployable", version, moment)[0])


def models(*, governor: str = ALICE, pool: Staking | None = None) -> Models:
    """Deploy a registry and its gate; `ADMIN` administers both."""
    base = pool or staking()
    arbitrator = deploy(base.chain, "SettableArbitrator", FEE)
    gate = gate_for(base, ADMIN)
    registry = deploy(
        base.chain, "ModelRegistry", gate.address, base.token.address, arbitrator.address,
        b"court 1", TREASURY, governor, WINDOW, BOND, REWARD_BPS, ADMIN,
    )  # fmt: skip
    gate.send(ADMIN, "grantRole", role("REGISTRY_ROLE"), registry.address)
    gate.send(ADMIN, "revokeRole", role("REGISTRY_ROLE"), ADMIN)
    registry.send(ADMIN, "grantRole", role("DEPLOYER_ROLE"), TREASURY)
    return Models(base.chain, base.token, base.vault, gate, registry, arbitrator)
