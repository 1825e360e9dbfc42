"""Registry and gate in the other court: models, versions, audits and challenges."""

from typing import Any

import numpy as np
from eth_utils.crypto import keccak

from governance.units import DAY, GENESIS, SHARE, TOKEN
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.records import State
from simulations.randomness import Ints
from simulations.twin.driver import RUN, Driver, Today, union

NOWHERE = "moot:twin"
"""Where reports and evidence would lie."""
SCORES = (90, 85, 80)
"""Scores a maker claims; nothing depends on them."""


def hashes_of(version: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Hashes that stand for a version's weights, code, data and evaluation."""
    weights, code, data, evaluation = (
        keccak(text=f"{part} of version {version}")
        for part in ("weights", "code", "data", "evaluation")
    )
    return weights, code, data, evaluation


def seconds(when: Any) -> np.ndarray:
    """Seconds since launch as the contracts count them, 0 for never."""
    times = np.atleast_1d(np.asarray(when, dtype=np.float64))
    return np.where(np.isfinite(times), times + GENESIS, 0.0)


class Registry(Driver):
    """Models, their versions and challenges to them."""

    def register_model(self, member: int) -> None:
        """Register a model."""
        self.dao.send(member, "registry", "registerModel", NOWHERE)

    def draft(self, member: int, model: int) -> None:
        """Draft a version, whose hashes follow from its number."""
        number = self.dao.read("registry", "versionCount") + 1
        card = keccak(text=f"card of version {number}")
        record = hashes_of(number), SCORES, keccak(text="Apache-2.0"), 0, card, NOWHERE
        self.dao.send(member, "registry", "draft", model, record)

    def propose(self, member: int, version: int) -> None:
        """Propose a draft."""
        self.dao.send(member, "registry", "propose", version)

    def deprecate(self, member: int, version: int) -> None:
        """End the life of a version in good order."""
        self.dao.send(member, "registry", "deprecate", version)

    def poke(self, member: int, version: int) -> None:
        """Write a lapse down."""
        self.dao.send(member, "registry", "poke", version)

    def challenge(self, member: int, version: int, criterion: int) -> None:
        """Challenge a version with a bond and the court's fee."""
        self.dao.pay(member, "registry", "challenge", version, criterion, NOWHERE)

    def withdraw(self, member: int, account: int) -> None:
        """Send an account what challenges brought it."""
        self.dao.send(member, "registry", "withdraw", self.dao.account(account))

    def compare(self, today: Today) -> None:
        """Compare counts, versions and what is owed."""
        if (registry := today.mechanism("registry")) is None:
            return
        word = self.dao.word
        for name, simulated in (
            ("modelCount", registry.models),
            ("versionCount", registry.versions),
            ("challengeCount", registry.challenges),
        ):
            today.compare(f"registry.{name}", simulated, word("registry", name), "count")
        credit = word("registry", "creditOf", self.dao.at["treasury"]) / TOKEN
        today.compare("registry.creditOf(treasury)", registry.credit_treasury, credit)
        members = today.members()
        credits = self.dao.read_all("registry", "creditOf", members) / TOKEN
        today.compare("registry.creditOf", registry.credit[0, members], credits, members=members)
        self._compare_states(today, registry)
        self._compare_versions(today, registry)

    def _compare_states(self, today: Today, registry: Any) -> None:
        """Where every version is that may have moved, be it by the clock."""
        moving = np.isin(registry.stored[0], (State.PROPOSED, State.DEPLOYABLE))
        numbers = union([touched(today), np.flatnonzero(moving)])
        states = [self.dao.word("registry", "state", number) for number in numbers.tolist()]
        now = float(today.day * DAY)
        mine = registry.state(np.zeros_like(numbers), numbers, now)
        today.compare("registry.state", mine, states, "state")

    def _compare_versions(self, today: Today, registry: Any) -> None:
        numbers = touched(today)
        listed = numbers.tolist()
        stored = [self.dao.read("registry", "version", number) for number in listed]
        names = ("proposed_at", "window_ends_at", "closed_at")
        for place, name in enumerate(names, 4):
            enforced = [version[place] for version in stored]
            mine = seconds(getattr(registry, name)[0, numbers])
            today.compare(f"registry.version {name}", mine, enforced, "seconds")
        for getter, simulated in (
            ("modelOf", registry.model),
            ("openChallengeOf", registry.open_challenge),
            ("condemnedBy", registry.condemned_by),
        ):
            enforced = [self.dao.word("registry", getter, number) for number in listed]
            today.compare(f"registry.{getter}", simulated[0, numbers], enforced, "number")
        words = [self.dao.word("registry", "developerOf", number) for number in listed]
        owner = [self.dao.member_of(word) for word in words]
        mine = registry.owner[0, registry.model[0, numbers]]
        today.compare("registry.developerOf", mine, owner, "member")


class Gate(Driver):
    """Auditors and what they vouch for."""

    def accredit(self, member: int, auditor: int) -> None:
        """Let a member attest, as a vote would."""
        self.dao.decide("gate", "accredit", self.dao.members[auditor])

    def end_accreditation(self, member: int, auditor: int) -> None:
        """End a member's term, as a vote would."""
        self.dao.decide("gate", "endAccreditation", self.dao.members[auditor])

    def resign(self, member: int) -> None:
        """End one's own term."""
        self.dao.send(member, "gate", "resign")

    def dismiss(self, member: int, auditor: int) -> None:
        """End the term of a member whose shares do not cover its locks."""
        self.dao.send(member, "gate", "dismiss", self.dao.members[auditor])

    def attest(self, member: int, score: float, version: int, criterion: int, seconds: int) -> None:
        """Vouch for a version, or warn of it; it counts for so long."""
        expiry = self.dao.chain.timestamp() + seconds
        report = keccak(text=f"report of {member} on {version}"), NOWHERE
        statement = version, hashes_of(version), criterion, round(score), expiry, *report
        self.dao.send(member, "gate", "attest", statement)

    def revoke(self, member: int, number: int) -> None:
        """Take an attestation back."""
        self.dao.send(member, "gate", "revoke", number)

    def release(self, member: int, number: int) -> None:
        """Give a stake back."""
        self.dao.send(member, "gate", "release", number)

    def compare(self, today: Today) -> None:
        """Compare auditors, admissions and seats."""
        if (gate := today.mechanism("gate")) is None:
            return
        count = self.dao.word("gate", "attestationCount")
        today.compare("gate.attestationCount", gate.count, count, "count")
        members = union([today.members(), today.targets("gate.accredit")])
        terms = self.dao.read_all("gate", "isAccredited", members)
        today.compare("gate.isAccredited", gate.accredited[0, members], terms, "truth", members)
        numbers = touched(today)
        if numbers.size:
            self._compare_subjects(today, gate, numbers)
            self._compare_seats(today, gate, numbers)

    def _compare_subjects(self, today: Today, gate: Any, numbers: Ints) -> None:
        dao, runs = self.dao, np.zeros_like(numbers)
        subjects = [dao.word("registry", "subjectOf", number) for number in numbers.tolist()]
        until = [dao.word("gate", "admittedUntil", subject) for subject in subjects]
        mine = seconds(gate.admitted_until(runs, numbers))
        today.compare("gate.admittedUntil", mine, until, "seconds")
        holds = np.array([dao.words("gate", "holdOf", subject) for subject in subjects], float)
        today.compare("gate.holdOf", gate.held[0, numbers], holds[:, 0], "count")
        quiet = seconds(gate.quiet_since[0, numbers])
        today.compare("gate.holdOf endedAt", quiet, holds[:, 1], "seconds")
        seated = [
            dao.words("gate", "seatsOf", subject, criterion)[1]
            for subject in subjects
            for criterion in range(len(CRITERIA))
        ]
        runs, versions, criteria = (
            np.tile(RUN, len(seated)),
            np.repeat(numbers, len(CRITERIA)),
            np.tile(np.arange(len(CRITERIA)), numbers.size),
        )
        taken = gate.seats.taken(runs, versions, criteria)
        today.compare("gate.seatsOf", taken, seated, "count")

    def _compare_seats(self, today: Today, gate: Any, numbers: Ints) -> None:
        seats, dao = gate.seats, self.dao
        rows = np.flatnonzero(np.isin(seats.version, numbers))
        listed = seats.number[rows].tolist()
        found = [dao.words("gate", "attestation", number) for number in listed]
        auditor = [dao.member_of(each[0]) for each in found]
        today.compare("gate.attestation auditor", seats.auditor[rows], auditor, "member")
        for name, place in (("criterion", 7), ("score", 8), ("peak", 9)):
            enforced = [each[place] for each in found]
            today.compare(
                f"gate.attestation {name}", getattr(seats, name)[rows], enforced, "points"
            )
        stakes = np.array([each[5] / SHARE for each in found])
        today.compare("gate.attestation stake", seats.stake[rows], stakes, "shares")
        ends = [dao.word("gate", "endOf", number) for number in listed]
        today.compare("gate.endOf", seconds(seats.end[rows]), ends, "seconds")


def touched(today: Today) -> Ints:
    """Versions to compare: all of them, or those that something happened to today."""
    registry, gate, now = today.model.registry, today.model.gate, float(today.day * DAY)
    every = np.arange(1, int(registry.versions[0]) + 1)
    if today.full:
        return every
    moments = registry.proposed_at, registry.closed_at, gate.admitted_at, gate.quiet_since
    moved = np.any([when[0, every] == now for when in moments], axis=0)
    drafted = sum(len(each) for each in today.acts("registry.draft"))
    fresh = every[every.size - drafted :]
    named = today.targets("registry.challenge", "registry.poke", "gate.attest")
    return union([every[moved], fresh, named])
