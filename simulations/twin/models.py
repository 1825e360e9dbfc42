"""Registry and gate in the other court: models, versions, audits and challenges."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from eth_utils.crypto import keccak

from governance.units import DAY, GENESIS
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.registry import MOVING
from simulations.randomness import Ints
from simulations.twin.deployed import Deployed
from simulations.twin.driver import Driver, Today, union
from simulations.twin.lines import ROW, Line

NOWHERE = "moot:twin"
"""Where reports and evidence would lie."""
MOVING_EVERY = 7
"""Days between questions about a version's state that nothing but the clock can move."""
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

    def __init__(self, dao: Deployed) -> None:
        super().__init__(dao)
        self._states: dict[int, int] = {}

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

    def totals(self, model: Any) -> Iterator[Line]:
        """Name counts and what the treasury is owed."""
        if (registry := model.registry) is None:
            return
        yield Line.of("registry.modelCount", lambda: registry.models, "count")
        yield Line.of("registry.versionCount", lambda: registry.versions, "count")
        yield Line.of("registry.challengeCount", lambda: registry.challenges, "count")
        treasury, name = self.dao.at["treasury"], "registry.creditOf(treasury)"
        yield Line.of(
            "registry.creditOf", lambda: registry.credit_treasury, "tokens", treasury, name=name
        )

    def holdings(self, model: Any) -> Iterator[Line]:
        """Name what members are owed."""
        if (registry := model.registry) is not None:
            yield Line.of("registry.creditOf", lambda: registry.credit[0], "tokens", ROW)

    def compare(self, today: Today) -> None:
        """Compare versions."""
        if (registry := today.mechanism("registry")) is None:
            return
        numbers = today.versions()
        self._compare_states(today, registry, numbers)
        if numbers.size:
            self._compare_versions(today, registry, numbers)

    def _compare_states(self, today: Today, registry: Any, touched: Ints) -> None:
        """Where versions are that were touched, or that the clock has or may have moved.

        What a state follows from is compared when it is touched, the moments at which it ends
        included. So of those that only the clock can move, the ones are asked about that it moved
        since yesterday or moves until tomorrow, and the others once in ``MOVING_EVERY`` days.
        """
        now, stored = float(today.day * DAY), registry.stored[0]
        moving = np.flatnonzero(np.logical_or.reduce([stored == each for each in MOVING]))
        numbers = union([touched, moving])
        runs = np.zeros_like(numbers)
        states, soon = (registry.state(runs, numbers, when) for when in (now, now + DAY))
        before = self._states
        self._states = dict(zip(numbers.tolist(), states.tolist(), strict=True))
        moved = [before.get(number) != state for number, state in self._states.items()]
        asked = (states != soon) | ((numbers + today.day) % MOVING_EVERY == 0)
        asked |= np.array(moved, dtype=bool)
        asked[np.searchsorted(numbers, touched)] = True
        found = self.dao.ask("registry", "state", numbers[asked])
        today.expect("registry.state", states[asked], found, "state")

    def _compare_versions(self, today: Today, registry: Any, numbers: Ints) -> None:
        ask = self.dao.ask
        stored = ask("registry", "version", numbers, words=8)
        names = ("proposed_at", "window_ends_at", "closed_at")
        for word, name in enumerate(names, 5):
            mine = seconds(getattr(registry, name)[0, numbers])
            today.expect(f"registry.version {name}", mine, stored, "seconds", word=word)
        for getter, simulated in (
            ("modelOf", registry.model),
            ("openChallengeOf", registry.open_challenge),
            ("condemnedBy", registry.condemned_by),
        ):
            found = ask("registry", getter, numbers)
            today.expect(f"registry.{getter}", simulated[0, numbers], found, "number")
        owner = self.dao.who(registry.owner[0, registry.model[0, numbers]])
        found = ask("registry", "developerOf", numbers)
        today.expect("registry.developerOf", owner, found, "member")


class Gate(Driver):
    """Auditors and what they vouch for."""

    def __init__(self, dao: Deployed) -> None:
        super().__init__(dao)
        self._known: dict[int, int] = {}
        self._auditors: Ints = np.empty(0, dtype=np.int64)

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

    def totals(self, model: Any) -> Iterator[Line]:
        """Name how many attestations there are."""
        if model.gate is not None:
            yield Line.of("gate.attestationCount", lambda: model.gate.count, "count")

    def compare(self, today: Today) -> None:
        """Compare auditors, admissions and seats."""
        if (gate := today.mechanism("gate")) is None:
            return
        members = self._to_accredit(today, gate)
        terms = self.dao.ask("gate", "isAccredited", self.dao.who(members))
        today.expect("gate.isAccredited", gate.accredited[0, members], terms, "truth", members)
        numbers = today.versions()
        if numbers.size:
            self._compare_subjects(today, gate, numbers)
            self._compare_seats(today, gate, numbers)

    def _to_accredit(self, today: Today, gate: Any) -> Ints:
        """Members who ever had a term or act like those who have; at the end everybody."""
        changed = today.targets("gate.accredit", "gate.end_accreditation", "gate.dismiss")
        acting = union([today.actors("gate"), changed])
        self._auditors = union([self._auditors, acting, np.flatnonzero(gate.accredited[0])])
        return today.members() if today.last else self._auditors

    def _compare_subjects(self, today: Today, gate: Any, numbers: Ints) -> None:
        ask, runs = self.dao.ask, np.zeros_like(numbers)
        subjects = self._subjects(numbers)
        mine = seconds(gate.admitted_until(runs, numbers))
        today.expect("gate.admittedUntil", mine, ask("gate", "admittedUntil", subjects), "seconds")
        holds = ask("gate", "holdOf", subjects, words=2)
        today.expect("gate.holdOf", gate.held[0, numbers], holds, "count")
        quiet = seconds(gate.quiet_since[0, numbers])
        today.expect("gate.holdOf endedAt", quiet, holds, "seconds", word=1)
        for criterion in range(len(CRITERIA)):
            taken = gate.seats.taken(runs, numbers, np.full_like(numbers, criterion))
            seated = ask("gate", "seatsOf", subjects, criterion, words=2)
            today.expect("gate.seatsOf", taken, seated, "count", word=1)

    def _subjects(self, numbers: Ints) -> list[int]:
        """What attestations on versions are about: it follows from their hashes, for good."""
        for number in numbers.tolist():
            if number not in self._known:
                self._known[number] = self.dao.word("registry", "subjectOf", number)
        return [self._known[number] for number in numbers.tolist()]

    def _compare_seats(self, today: Today, gate: Any, numbers: Ints) -> None:
        seats, ask = gate.seats, self.dao.ask
        rows = np.flatnonzero(np.isin(seats.version, numbers))
        listed = seats.number[rows]
        found = ask("gate", "attestation", listed, words=10)
        auditor = self.dao.who(seats.auditor[rows])
        today.expect("gate.attestation auditor", auditor, found, "member")
        for name, word in (("criterion", 7), ("score", 8), ("peak", 9)):
            mine = getattr(seats, name)[rows]
            today.expect(f"gate.attestation {name}", mine, found, "points", word=word)
        today.expect("gate.attestation stake", seats.stake[rows], found, "shares", word=5)
        today.expect(
            "gate.endOf", seconds(seats.end[rows]), ask("gate", "endOf", listed), "seconds"
        )
