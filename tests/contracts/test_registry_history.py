"""ModelRegistry and its gate under any sequence of actions, against a model in small steps."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from governance.units import DAY
from tests.contracts.law import ADMIN, BOB, refused
from tests.contracts.registries import (
    AUDITORS,
    BIAS,
    BOND,
    CHALLENGER,
    COOL_OFF,
    CRITERIA,
    FEE,
    MAKER,
    POLICY,
    REFUSED,
    REJECTED,
    REWARD_BPS,
    SLASH_BPS,
    STAKE,
    STATES,
    TREASURY,
    UPHELD,
    WINDOW,
    digest,
    evidence_of,
    hashes_of,
    models,
    subject_of,
)

NAMES = ("triage", "climate", "credit")
VERSIONS = (1, 2, 3)
auditors = st.sampled_from(AUDITORS[:3])
versions = st.sampled_from(VERSIONS)
criteria = st.sampled_from(CRITERIA)
numbers = st.integers(0, 60)
MOSTLY = st.sampled_from((True, True, True, False))


@dataclass
class Attestation:
    """An attestation as the model knows it."""

    number: int
    auditor: str
    subject: bytes
    criterion: int
    score: int
    end: int
    stake: int
    peak: int

    def counts(self, least: int, moment: int) -> bool:
        """Whether it counts at a moment, none of its changes being later than that."""
        return self.score >= least and moment < self.end


@dataclass
class Permission:
    """A time during which a version was permitted."""

    begin: int
    end: int | None
    evidence: bytes
    policy: int


@dataclass
class Version:
    """A version as the model knows it."""

    number: int
    name: str
    stored: str = "Draft"
    window_ends: int = 0
    permissions: list[Permission] = field(default_factory=list)
    challenge: int = 0
    condemned: int = 0
    dispute_over: int = 0

    @property
    def subject(self) -> bytes:
        """What attestations are about."""
        return subject_of(self.number, hashes_of(self.name))

    @property
    def open(self) -> Permission | None:
        """The permission that has not ended."""
        return next((p for p in self.permissions if p.end is None), None)

    def at(self, moment: int) -> Permission | None:
        """The permission at a moment."""
        for found in self.permissions:
            if found.begin <= moment and (found.end is None or moment < found.end):
                return found
        return None


class History(RuleBasedStateMachine):
    """Three versions, three auditors, a challenger, a maker, a community that changes its mind."""

    def __init__(self) -> None:
        super().__init__()
        self.world = models()
        self.chain = self.world.chain
        self.versions = {number: Version(number, name) for number, name in enumerate(NAMES, 1)}
        self.attestations: list[Attestation] = []
        self.seats: dict[tuple[str, bytes, int], Attestation] = {}
        self.accredited = set(AUDITORS)
        self.shares = {who: self.world.vault.read("balanceOf", who) for who in AUDITORS}
        self.policies = [POLICY]
        self.challenges: list[tuple[Version, int]] = []
        self.credits = {CHALLENGER: 0, TREASURY: 0}
        for name in NAMES:
            self.world.draft(name)

    @property
    def now(self) -> int:
        """The chain's time."""
        return self.chain.timestamp()

    # The model

    def counted(self, version: Version, criterion: int, policy: int, moment: int) -> list[int]:
        """Attestations that count for a criterion of a version."""
        least = self.policies[policy][criterion][1]
        seats = [self.seats.get((who, version.subject, criterion)) for who in AUDITORS]
        return sorted(a.number for a in seats if a is not None and a.counts(least, moment))

    def satisfied(self, version: Version, policy: int, moment: int) -> bool:
        """Whether every criterion has its auditors."""
        return all(
            len(self.counted(version, criterion, policy, moment)) >= needed
            for criterion, (needed, _) in enumerate(self.policies[policy])
        )

    def close_unsatisfied(self, moment: int) -> None:
        """End the permissions that have lost their ground at a moment."""
        for version in self.versions.values():
            found = version.open
            if found is not None and not self.satisfied(version, found.policy, moment):
                found.end = moment
                version.stored = "Suspended"

    def pass_time(self, seconds: int) -> None:
        """Let time pass, stopping at every expiry on the way."""
        target = self.now + seconds
        for moment in sorted({a.end for a in self.attestations if self.now < a.end <= target}):
            self.close_unsatisfied(moment)
        self.chain.set_time(target)

    def policy_of(self, version: Version) -> int:
        """The policy a version is judged by."""
        return version.permissions[-1].policy if version.permissions else len(self.policies) - 1

    # Auditors

    @rule(
        auditor=auditors, version=versions, criterion=criteria, right=MOSTLY,
        score=st.sampled_from((0, 65, 90)), validity=st.integers(1, 40 * DAY),
    )  # fmt: skip
    def attest(
        self, auditor: str, version: int, criterion: int, right: bool, score: int, validity: int
    ) -> None:
        """Attest, or fail for want of accreditation or stake."""
        hashes = hashes_of(NAMES[version - 1] if right else "swapped")
        subject = subject_of(version, hashes)
        seat = (auditor, subject, criterion)
        old = self.seats.get(seat)
        carried = old.stake if old else 0
        stake = max(carried, STAKE)
        statement = (version, hashes, criterion, score, self.now + validity, digest("report"), "")
        if auditor not in self.accredited:
            with refused("NotAccredited", auditor):
                self.world.gate.send(auditor, "attest", statement)
            return
        locked = sum(a.stake for a in self.attestations if a.auditor == auditor)
        free = max(self.shares[auditor] - locked, 0)
        if stake - carried > free:
            with refused("InsufficientStake", auditor, free, stake - carried):
                self.world.gate.send(auditor, "attest", statement)
            return
        self.world.gate.send(auditor, "attest", statement)
        peak = max(score, old.peak) if old else score
        if old:
            old.end, old.stake = min(old.end, self.now), 0
        made = Attestation(
            len(self.attestations) + 1, auditor, subject, criterion, score,
            self.now + validity, stake, peak,
        )  # fmt: skip
        self.attestations.append(made)
        self.seats[seat] = made
        self.close_unsatisfied(self.now)

    @precondition(lambda self: self.attestations)
    @rule(number=numbers)
    def revoke_attestation(self, number: int) -> None:
        """Take an attestation back, or fail if it has ended."""
        found = self.attestations[number % len(self.attestations)]
        if found.end <= self.now:
            with refused("AttestationEnded", found.number, found.end):
                self.world.gate.send(found.auditor, "revoke", found.number)
            return
        self.world.gate.send(found.auditor, "revoke", found.number)
        found.end = self.now
        self.close_unsatisfied(self.now)

    @precondition(lambda self: self.attestations)
    @rule(number=numbers)
    def release(self, number: int) -> None:
        """Ask for a stake back, early or in time."""
        found = self.attestations[number % len(self.attestations)]
        about = [v for v in self.versions.values() if v.subject == found.subject]
        ready = max([found.end, *(v.dispute_over for v in about)]) + COOL_OFF
        if found.stake == 0:
            with refused("NothingLocked", found.number):
                self.world.gate.send(BOB, "release", found.number)
        elif any(v.challenge for v in about):
            with refused("SubjectHeld", found.subject):
                self.world.gate.send(BOB, "release", found.number)
        elif self.now < ready:
            with refused("TooEarlyToRelease", found.number, ready):
                self.world.gate.send(BOB, "release", found.number)
        else:
            self.world.gate.send(BOB, "release", found.number)
            found.stake = 0
            del self.seats[found.auditor, found.subject, found.criterion]

    @rule(auditor=auditors)
    def change_accreditation(self, auditor: str) -> None:
        """End a term, or begin one."""
        if auditor not in self.accredited:
            self.world.gate.send(ADMIN, "accredit", auditor)
            self.accredited.add(auditor)
            return
        self.world.gate.send(ADMIN, "endAccreditation", auditor)
        self.accredited.remove(auditor)
        for found in self.attestations:
            if found.auditor == auditor:
                found.end = min(found.end, self.now)
        self.close_unsatisfied(self.now)

    # The maker and the community

    @rule(number=versions)
    def propose(self, number: int) -> None:
        """Propose a draft, or fail if it is none."""
        version = self.versions[number]
        if version.stored != "Draft":
            state = self.world.registry.read("state", number)
            with refused("WrongState", number, state):
                self.world.registry.send(MAKER, "propose", number)
            return
        self.world.registry.send(MAKER, "propose", number)
        version.stored = "Proposed"
        version.window_ends = self.now + WINDOW

    @rule(number=versions, right=MOSTLY)
    def deploy(self, number: int, right: bool) -> None:
        """Execute a vote, or fail by the first clause that is not met."""
        version = self.versions[number]
        weights, _, _, evaluation = hashes_of(version.name if right else "swapped")
        call = (TREASURY, "deploy", number, weights, evaluation)
        error = self.first_obstacle(version, right)
        if error:
            with refused(*error):
                self.world.registry.send(*call)
            return
        self.world.registry.send(*call)
        policy = len(self.policies) - 1
        ids = [n for c in CRITERIA for n in self.counted(version, c, policy, self.now)]
        if version.open:
            version.open.end = self.now
        seats = [self.world.gate.read("seatsOf", version.subject, c) for c in CRITERIA]
        ids = [n for criterion in seats for n in criterion if n in ids]
        evidence = evidence_of(version.subject, policy, ids)
        version.permissions.append(Permission(self.now, None, evidence, policy))
        version.stored = "Deployable"

    def first_obstacle(self, version: Version, right: bool) -> tuple[Any, ...]:
        """Name the error that deploying must meet, if any."""
        number, hashes = version.number, hashes_of(version.name)
        if not right:
            return "OtherHashes", number, hashes[0], hashes[3]
        if version.stored not in ("Proposed", "Deployable", "Suspended"):
            return "WrongState", number, STATES.index(version.stored)
        if self.now < version.window_ends:
            return "WindowOpen", number, version.window_ends
        if version.challenge:
            return "ChallengeOpen", number, version.challenge
        if version.condemned:
            return "VersionCondemned", number, version.condemned
        policy = len(self.policies) - 1
        for criterion, (needed, _) in enumerate(self.policies[policy]):
            counted = len(self.counted(version, criterion, policy, self.now))
            if counted < needed:
                return "NotAttested", version.subject, criterion, counted, needed
        return ()

    @rule(number=versions, validity=st.integers(2 * WINDOW, 40 * DAY))
    def campaign(self, number: int, validity: int) -> None:
        """Do what it takes to deploy a version, whether it suffices or not."""
        if self.versions[number].stored == "Draft":
            self.propose(number)
        for criterion in CRITERIA:
            for auditor in AUDITORS[: self.policies[-1][criterion][0]]:
                self.attest(auditor, number, criterion, True, 90, validity)
        self.pass_time(WINDOW)
        self.deploy(number, True)

    @rule(number=versions, verb=st.sampled_from(("deprecate", "revoke")), doubt=st.integers(0, 7))
    def retire(self, number: int, verb: str, doubt: int) -> None:
        """Close a version now and then; twice is refused."""
        if doubt:
            return
        version = self.versions[number]
        args = (number,) if verb == "deprecate" else (number, "harm")
        if version.stored in ("Deprecated", "Revoked"):
            with refused("WrongState", number, STATES.index(version.stored)):
                self.world.registry.send(ADMIN, verb, *args)
            return
        self.world.registry.send(ADMIN, verb, *args)
        if version.open:
            version.open.end = self.now
        version.stored = "Deprecated" if verb == "deprecate" else "Revoked"

    @rule(needed=st.integers(1, 3), least=st.sampled_from((50, 80)))
    def set_policy(self, needed: int, least: int) -> None:
        """Change what later admissions demand."""
        policy = ((needed, least), (1, least), (1, 50))
        self.world.gate.send(ADMIN, "setPolicy", policy)
        self.policies.append(policy)

    # Disputes

    @rule(number=versions, criterion=criteria)
    def challenge(self, number: int, criterion: int) -> None:
        """Challenge a version, or fail."""
        version = self.versions[number]
        error: tuple[Any, ...] = ()
        if version.window_ends == 0:
            error = "WrongState", number, STATES.index(version.stored)
        elif version.challenge:
            error = "ChallengeOpen", number, version.challenge
        elif version.condemned:
            error = "VersionCondemned", number, version.condemned
        if error:
            with refused(*error):
                self.world.challenge(number, criterion)
            return
        self.world.challenge(number, criterion)
        self.challenges.append((version, criterion))
        version.challenge = len(self.challenges)

    @precondition(lambda self: self.challenges)
    @rule(number=numbers, ruling=st.sampled_from((REJECTED, REFUSED, REJECTED, UPHELD)))
    def rule_on(self, number: int, ruling: int) -> None:
        """Rule on a challenge; twice is refused."""
        index = number % len(self.challenges)
        version, criterion = self.challenges[index]
        if version.challenge != index + 1:
            with refused("AlreadyRuled", index + 1):
                self.world.rule(index, ruling)
            return
        self.world.rule(index, ruling)
        version.challenge, version.dispute_over = 0, self.now
        slashed = 0
        if ruling == UPHELD:
            version.condemned = index + 1
            slashed = self.condemn(version, criterion)
        reward = slashed * REWARD_BPS // 10_000
        self.credits[TREASURY if ruling == REJECTED else CHALLENGER] += BOND + reward
        self.credits[TREASURY] += slashed - reward

    def condemn(self, version: Version, criterion: int) -> int:
        """Suspend a version and slash its attesters; return the wei."""
        least = self.policies[self.policy_of(version)][criterion][1]
        if version.open:
            version.open.end = self.now
        if version.stored in ("Deployable", "Proposed"):
            version.stored = "Suspended"
        wei = 0
        for (auditor, subject, about), found in self.seats.items():
            if subject == version.subject and about == criterion and found.peak >= least:
                due = found.stake * SLASH_BPS // 10_000
                found.stake -= due
                found.end = min(found.end, self.now)
                taken = min(due, self.shares[auditor])
                self.shares[auditor] -= taken
                wei += taken // 1_000
        return wei

    # Everyone

    @rule(number=versions)
    def poke(self, number: int) -> None:
        """Record where a version is."""
        self.world.registry.send(BOB, "poke", number)

    @rule(seconds=st.integers(1, 20 * DAY))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.pass_time(seconds)

    # What always holds

    @invariant()
    def the_present_is_as_the_model_says(self) -> None:
        """States follow from the model at this second."""
        for number, version in self.versions.items():
            state = self.world.state(number)
            assert self.world.registry.read("isDeployable", number) == (version.open is not None)
            if version.stored == "Proposed":
                audited = self.satisfied(version, len(self.policies) - 1, self.now)
                assert state == ("Audited" if audited else "Proposed")
            else:
                assert state == version.stored

    @invariant()
    def the_past_is_as_the_model_says(self) -> None:
        """Every edge of every permission is where it was, seen from before and after."""
        for number, version in self.versions.items():
            edges = {edge for p in version.permissions for edge in (p.begin, p.end) if edge}
            moments = {edge + step for edge in edges for step in (-1, 0)} | {self.now - 1}
            for moment in (moment for moment in moments if moment < self.now):
                found = version.at(moment)
                answer = self.world.registry.read("wasDeployable", number, moment)
                if found is None:
                    assert answer == (False, "0x" + 40 * "0", bytes(32))
                else:
                    assert answer == (True, TREASURY, found.evidence)

    @invariant()
    def locked_stakes_are_those_of_the_attestations(self) -> None:
        """No stake is locked without an attestation, none is free with one."""
        for auditor in AUDITORS[:3]:
            stakes = sum(a.stake for a in self.attestations if a.auditor == auditor)
            assert self.world.vault.read("lockedBy", auditor, self.world.gate.address) == stakes
            assert self.world.vault.read("balanceOf", auditor) == self.shares[auditor]

    @invariant()
    def every_wei_of_the_registry_is_somebodys(self) -> None:
        """Open bonds and credits are what it holds, the arbitrator holds the fees."""
        bonds = BOND * sum(1 for v in self.versions.values() if v.challenge)
        token, registry = self.world.token, self.world.registry
        assert token.read("balanceOf", registry.address) == bonds + sum(self.credits.values())
        for who, amount in self.credits.items():
            assert registry.read("creditOf", who) == amount
        arbitrator = self.world.arbitrator.address
        assert token.read("balanceOf", arbitrator) == FEE * len(self.challenges)


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)


def test_the_model_would_notice_a_lapse_that_is_forgotten() -> None:
    machine = History()
    machine.campaign(1, 10 * DAY)
    machine.pass_time(20 * DAY)
    for criterion in CRITERIA:
        for auditor in AUDITORS[:2]:
            machine.attest(auditor, 1, criterion, True, 90, 10 * DAY)
    machine.the_past_is_as_the_model_says()
    (permission,) = machine.versions[1].permissions
    assert permission.end is not None
    assert machine.versions[1].at(permission.end) is None
    assert machine.world.was(1, permission.end - 1)
    assert not machine.world.was(1, machine.now - 1)
    assert machine.world.gate.read("passes", machine.versions[1].subject)
    assert machine.seats[AUDITORS[0], machine.versions[1].subject, BIAS].stake == STAKE
