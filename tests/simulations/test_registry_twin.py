"""Registry and gate twice, as arrays and as bytecode, under the same legal and illegal actions."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.units import BPS, DAY, SHARE, TOKEN
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.gate import Gate
from simulations.mechanisms.registry import TREASURY, Registry
from simulations.randomness import Floats, Ints
from tests.contracts import registries
from tests.contracts.law import ADMIN, BOB, EVE
from tests.contracts.registries import (
    AUDITORS,
    BOND,
    COOL_OFF,
    CRITERIA,
    FEE,
    MAKER,
    POLICY,
    REWARD_BPS,
    SLASH_BPS,
    STAKE,
    WINDOW,
    digest,
    record_of,
)
from tests.simulations.beside import both, close, one, rules_of, world

MEMBERS = (*AUDITORS, MAKER, EVE)
MAKES, CHALLENGES = 5, 6
STRICT = ((2, 95), (3, 95), (1, 95))
type Policy = tuple[tuple[int, int], ...]
NAMES = ("bias", "safety", "quality")
HOUR = 3_600


def registry_rules() -> dict[str, float]:
    """What the test registry is deployed with, as the constitution names it."""
    values: dict[str, float] = {
        "registry__challenge_window": WINDOW,
        "registry__challenge_bond": BOND / TOKEN,
        "registry__challenger_share": REWARD_BPS / BPS,
        "gate__attestation_stake": STAKE / SHARE,
        "gate__cool_off": COOL_OFF,
        "gate__slash": SLASH_BPS / BPS,
        "staking__cooldown": 7 * DAY,
    }
    for name, (auditors, score) in zip(NAMES, POLICY, strict=True):
        values |= {f"gate__{name}_auditors": auditors, f"gate__{name}_score": score}
    return values


class Judge:
    """An arbitrator that rules when it is told to."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.count = ledger, np.zeros(ledger.minted.size, dtype=np.int64)
        ledger.open("judge")

    def cost(self, run: Ints) -> Floats:
        return np.full(run.shape, FEE / TOKEN)

    def open(self, actions: Actions, arbitrable: str, now: float) -> Ints:
        fees = np.zeros(self.count.size)
        fees[actions.run] = FEE / TOKEN
        self.ledger.pass_on(arbitrable, "judge", fees)
        self.count[actions.run] += 1
        return self.count[actions.run] - 1


auditors = st.integers(0, 4)
members = st.integers(0, 6)
versions = st.integers(0, 3)
criteria = st.sampled_from(CRITERIA)


class RegistryTwin(RuleBasedStateMachine):
    """Five auditors, a maker, a challenger and up to three versions, in both courts."""

    def __init__(self) -> None:
        super().__init__()
        self.chain = registries.models()
        self.launch = self.chain.chain.timestamp()
        self.rules = rules_of(**registry_rules())
        self.ledger, self.staking = world(self.rules, 1, len(MEMBERS))
        self.ledger.treasury[:] = self.chain.token.read("balanceOf", registries.TREASURY) / TOKEN
        self.gate = Gate(self.rules, self.staking)
        self.judge = Judge(self.ledger)
        self.registry = Registry(self.rules, self.ledger, self.gate, self.judge)
        for auditor in range(5):
            self.ledger.liquid[0, auditor] = 1_000.0
            self.staking.deposit(one("staking", "deposit", auditor, amount=1_000.0))
            self.gate.accredit(one("gate", "accredit", target=auditor))
        for member in (0, CHALLENGES):
            wei = 9_000 * TOKEN
            self.chain.token.send(ADMIN, "transfer", MEMBERS[member], wei)
            self.chain.token.send(MEMBERS[member], "approve", self.chain.registry.address, wei)
            self.ledger.liquid[0, member] += 9_000.0
        self.given = self.ledger.imbalance()[0]
        self.looked: list[float] = []
        self.open_disputes: list[int] = []
        for who in MEMBERS:
            self.chain.token.send(who, "approve", self.chain.registry.address, 2**256 - 1)

    @property
    def now(self) -> float:
        """Seconds since launch."""
        return float(self.chain.chain.timestamp() - self.launch)

    @initialize()
    def begin(self) -> None:
        """Register a model and bring one version all the way."""
        self.registry.register_model(one("registry", "register_model", MAKES))
        self.chain.registry.send(MAKER, "registerModel", "ipfs://model")
        self.draft(MAKES, 1)
        self.propose(MAKES, 1)
        self.vouch(1, 60)
        self.wait(80)
        self.deploy(1)

    # Versions

    @rule(member=st.sampled_from([MAKES, 0]), model=st.integers(1, 2))
    def draft(self, member: int, model: int) -> None:
        """Draft a version, of which three are enough."""
        if self.registry.versions[0] < 3:
            record = record_of(f"version {self.registry.versions[0] + 1}")
            action = one("registry", "draft", member, target=model)
            both(
                lambda: self.registry.draft(action),
                lambda: self.chain.registry.send(MEMBERS[member], "draft", model, record),
            )

    @rule(member=st.sampled_from([MAKES, 0]), version=versions)
    def propose(self, member: int, version: int) -> None:
        """Propose a draft."""
        action = one("registry", "propose", member, target=version)
        both(
            lambda: self.registry.propose(action, self.now),
            lambda: self.chain.registry.send(MEMBERS[member], "propose", version),
        )

    @rule(version=versions)
    def deploy(self, version: int) -> None:
        """Carry out a vote for a version."""
        weights, evaluation = digest("none"), digest("none")
        if 0 < version <= self.registry.versions[0]:
            weights, _, _, evaluation = self.chain.hashes(version)
        both(
            lambda: self.registry.deploy(one("registry", "deploy", target=version), self.now),
            lambda: self.chain.registry.send(
                registries.TREASURY, "deploy", version, weights, evaluation
            ),
        )

    @rule(version=versions)
    def poke(self, version: int) -> None:
        """Write a lapse down."""
        both(
            lambda: self.registry.poke(one("registry", "poke", target=version), self.now),
            lambda: self.chain.registry.send(BOB, "poke", version),
        )

    @rule(version=st.sampled_from([2, 3]), member=st.sampled_from([MAKES, 0, None]))
    def close(self, version: int, member: int | None) -> None:
        """Deprecate or revoke a version."""
        if member is None:
            both(
                lambda: self.registry.revoke(one("registry", "revoke", target=version), self.now),
                lambda: self.chain.registry.send(ADMIN, "revoke", version, "harm"),
            )
        else:
            action = one("registry", "deprecate", member, target=version)
            both(
                lambda: self.registry.deprecate(action, self.now),
                lambda: self.chain.registry.send(MEMBERS[member], "deprecate", version),
            )

    # Auditors

    @rule(
        auditor=members,
        version=st.integers(1, 3),
        criterion=criteria,
        score=st.sampled_from([50, 65, 75, 90, 101]),
        validity=st.sampled_from([0, HOUR, 5 * DAY, 60 * DAY, 366 * DAY]),
    )
    def attest(
        self, auditor: int, version: int, criterion: int, score: int = 90, validity: int = DAY
    ) -> None:
        """Vouch for a version or warn of it."""
        if version > self.registry.versions[0]:
            return
        action = one("gate", "attest", auditor, target=version, choice=criterion, amount=score)
        expiry = self.chain.chain.timestamp() + validity
        hashes = self.chain.hashes(version)
        report = digest("report"), "ipfs://report"
        both(
            lambda: self.gate.attest(action, np.array([float(validity)]), self.now),
            lambda: self.chain.gate.send(
                MEMBERS[auditor], "attest", (version, hashes, criterion, score, expiry, *report)
            ),
        )

    @rule(days=st.sampled_from([2, 20, 60]))
    def launch_version(self, days: int) -> None:
        """Bring another version all the way."""
        self.draft(MAKES, 1)
        number = int(self.registry.versions[0])
        self.propose(MAKES, number)
        self.vouch(number, days)
        self.wait(80)
        self.deploy(number)

    @rule(version=st.integers(1, 3), hours=st.sampled_from([24, 80]))
    def renew(self, version: int, hours: int) -> None:
        """Vouch for a version that has lapsed for a while and put it to work again."""
        self.wait(400)
        self.wait(hours)
        self.vouch(version, 20)
        self.deploy(version)

    @rule(version=st.integers(1, 3), days=st.sampled_from([2, 20, 60]))
    def vouch(self, version: int, days: int) -> None:
        """Let just enough auditors vouch for a version."""
        for criterion in CRITERIA:
            for auditor in range(POLICY[criterion][0]):
                self.attest(auditor, version, criterion, 90, days * DAY)

    @rule(auditor=auditors, number=st.integers(0, 12))
    def revoke(self, auditor: int, number: int) -> None:
        """Take an attestation back."""
        action = one("gate", "revoke", auditor, target=number)
        both(
            lambda: self.gate.revoke(action, self.now),
            lambda: self.chain.gate.send(MEMBERS[auditor], "revoke", number),
        )

    @rule(number=st.integers(0, 12))
    def release(self, number: int) -> None:
        """Give a stake back."""
        both(
            lambda: self.gate.release(one("gate", "release", target=number), self.now),
            lambda: self.chain.gate.send(BOB, "release", number),
        )

    @rule(place=st.integers(0, 20), wait=st.sampled_from([0, 0, 400]), then=st.booleans())
    def end_a_seat(self, place: int, wait: int, then: bool) -> None:
        """Let an auditor take back what it said, and have its stake back after a while."""
        seats = self.gate.seats
        if seats.run.size:
            row = place % seats.run.size
            number, auditor = int(seats.number[row]), int(seats.auditor[row])
            self.revoke(auditor, number)
            if wait:
                self.wait(wait)
            if then:
                self.release(number)

    @rule(auditor=auditors, verb=st.sampled_from(["accredit", "end", "resign", "dismiss"]))
    def term(self, auditor: int, verb: str) -> None:
        """Begin or end a term."""
        who, other = MEMBERS[auditor], one("gate", verb, target=auditor)
        calls = {
            "accredit": (lambda: self.gate.accredit(other), ADMIN, "accredit"),
            "end": (
                lambda: self.gate.end_accreditation(other, self.now),
                ADMIN,
                "endAccreditation",
            ),
            "dismiss": (lambda: self.gate.dismiss(other, self.now), BOB, "dismiss"),
            "resign": (
                lambda: self.gate.resign(one("gate", "resign", auditor), self.now),
                who,
                "resign",
            ),
        }
        simulate, sender, name = calls[verb]
        args = () if verb == "resign" else (who,)
        both(simulate, lambda: self.chain.gate.send(sender, name, *args))

    @rule(auditor=auditors)
    def leave(self, auditor: int) -> None:
        """Ask to take out all that is free."""
        who = MEMBERS[auditor]
        free = self.chain.vault.read("freeOf", who)
        both(
            lambda: self.staking.request_exit(one("staking", "request_exit", auditor), 0),
            lambda: self.chain.vault.send(who, "requestExit", free),
        )

    @rule(auditor=auditors, percent=st.sampled_from([10, 60, 99, 120]))
    def slash_from_elsewhere(self, auditor: int, percent: int) -> None:
        """Let another slasher take from an auditor's shares."""
        shares = round(self.staking.shares[0, auditor] * percent) / 100
        action = one("staking", "slash", auditor, amount=shares)
        units = round(shares * 100) * SHARE // 100
        both(
            lambda: self.staking.slash(action, "treasury"),
            lambda: self.chain.vault.send(
                ADMIN, "slash", MEMBERS[auditor], units, registries.TREASURY
            ),
        )

    @rule(policy=st.sampled_from([POLICY, STRICT, ((1, 80), (1, 90), (1, 60))]))
    def set_policy(self, policy: Policy) -> None:
        """Change by a vote what later admissions ask for."""
        for name, (needed, score) in zip(NAMES, policy, strict=True):
            self.rules[f"gate.{name}_auditors"][:] = needed
            self.rules[f"gate.{name}_score"][:] = score
        self.chain.gate.send(ADMIN, "setPolicy", policy)

    @rule(stake=st.sampled_from([50, 100, 130]), slash=st.sampled_from([0.1, 0.5, 1.0]))
    def set_stakes(self, stake: int, slash: float) -> None:
        """Change by a vote what auditors risk."""
        self.rules["gate.attestation_stake"][:] = stake
        self.rules["gate.slash"][:] = slash
        self.chain.gate.send(ADMIN, "setAttestationStake", stake * SHARE)
        self.chain.gate.send(ADMIN, "setSlashBps", int(slash * BPS))

    # Challenges

    @rule(member=members, version=versions, criterion=criteria)
    def challenge(self, member: int, version: int, criterion: int) -> None:
        """Challenge a version."""
        action = one("registry", "challenge", member, target=version, choice=criterion)
        if not both(
            lambda: self.registry.challenge(action, self.now),
            lambda: self.chain.registry.send(
                MEMBERS[member], "challenge", version, criterion, "ipfs://evidence"
            ),
        ):
            self.open_disputes.append(int(self.judge.count[0]) - 1)

    @rule(
        version=versions,
        criterion=criteria,
        ruling=st.sampled_from([0, 1, 1, 2]),
        policy=st.sampled_from([None, STRICT, POLICY]),
        bare=st.booleans(),
    )
    def contest(
        self, version: int, criterion: int, ruling: int, policy: Policy | None, bare: bool
    ) -> None:
        """Challenge a version that can be, and rule after a vote and a slash from elsewhere."""
        proposed = np.flatnonzero(self.registry.proposed_at[0] > -np.inf)
        self.challenge(CHALLENGES, int(proposed[version % proposed.size]), criterion)
        if policy:
            self.set_policy(policy)
        if bare:
            self.slash_from_elsewhere(0, 99)
        self.judgement(0, ruling)

    @rule(place=st.integers(0, 2), ruling=st.integers(0, 2))
    def judgement(self, place: int, ruling: int) -> None:
        """Rule on a challenge."""
        if self.open_disputes:
            dispute = self.open_disputes.pop(place % len(self.open_disputes))
            given = (np.array([each]) for each in (0, dispute, ruling))
            self.registry.rule(*given, self.now)
            self.chain.rule(dispute, ruling)

    @rule(member=st.integers(-1, 6))
    def withdraw(self, member: int) -> None:
        """Send an account what challenges brought it."""
        who = registries.TREASURY if member == TREASURY else MEMBERS[member]
        self.registry.withdraw(one("registry", "withdraw", target=member))
        self.chain.registry.send(BOB, "withdraw", who)

    @rule(hours=st.sampled_from([1, 7, 24, 80, 400]))
    def wait(self, hours: int) -> None:
        """Let time pass, and remember a second to ask about later."""
        self.looked.append(self.now)
        self.chain.chain.advance(hours * HOUR)

    # What both must share

    @invariant()
    def the_versions_are_the_same(self) -> None:
        """States, windows, challenges and history."""
        own, registry = self.registry, self.chain.registry
        assert own.versions[0] == registry.read("versionCount")
        assert own.challenges[0] == registry.read("challengeCount")
        for number in range(1, int(own.versions[0]) + 1):
            run, version = np.array([0]), np.array([number])
            stored = registry.read("version", number)
            times = own.proposed_at, own.window_ends_at, own.closed_at
            assert [self.second(each[0, number]) for each in times] == list(stored[4:7])
            state = int(own.state(run, version, self.now)[0])
            assert registries.STATES[state] == self.chain.state(number)
            assert own.open_challenge[0, number] == registry.read("openChallengeOf", number)
            assert own.condemned_by[0, number] == registry.read("condemnedBy", number)
            for when in self.looked[-12:]:
                if when < self.now:
                    was = own.was_deployable(run, version, np.array([when]))[0]
                    assert was == self.chain.was(number, int(when) + self.launch)

    @invariant()
    def the_gate_is_the_same(self) -> None:
        """Seats, admissions, holds and terms."""
        gate, seats = self.chain.gate, self.gate.seats
        assert self.gate.count[0] == gate.read("attestationCount")
        for auditor in range(5):
            accredited = gate.read("isAccredited", MEMBERS[auditor])
            assert self.gate.accredited[0, auditor] == accredited
        for number in range(1, int(self.registry.versions[0]) + 1):
            run, version, subject = np.array([0]), np.array([number]), self.chain.subject(number)
            until = self.gate.admitted_until(run, version)[0]
            assert self.second(until) == gate.read("admittedUntil", subject)
            passes = self.gate.passes(run, version, self.now)[0]
            assert passes == gate.read("passes", subject)
            held = self.gate.held[0, number], self.second(self.gate.quiet_since[0, number])
            assert held == tuple(gate.read("holdOf", subject))
            for criterion in CRITERIA:
                rows = (seats.version == number) & (seats.criterion == criterion)
                ids = sorted(gate.read("seatsOf", subject, criterion))
                assert sorted(seats.number[rows].tolist()) == ids
        for row in range(seats.run.size):
            self.same_attestation(row)

    def same_attestation(self, row: int) -> None:
        """Compare an attestation that has a seat."""
        seats, number = self.gate.seats, int(self.gate.seats.number[row])
        auditor, _, _, _, _, stake, _, criterion, score, peak = self.chain.gate.read(
            "attestation", number
        )
        assert MEMBERS[seats.auditor[row]] == auditor
        mine = seats.criterion[row], seats.score[row], seats.peak[row]
        assert mine == (criterion, score, peak)
        assert close(seats.stake[row], stake / SHARE)
        assert self.second(seats.end[row]) == self.chain.gate.read("endOf", number)

    @invariant()
    def the_stakes_and_tokens_are_the_same(self) -> None:
        """Shares, locks, tokens and credits, to a few wei."""
        vault, token = self.chain.vault, self.chain.token
        for member, who in enumerate(MEMBERS):
            at = 0, member
            assert close(self.staking.shares[at], vault.read("balanceOf", who) / SHARE)
            assert close(self.staking.cooling[at], vault.read("exitOf", who)[0] / SHARE)
            assert close(self.staking.locked[at], vault.read("lockedOf", who) / SHARE)
            assert close(self.ledger.liquid[at], token.read("balanceOf", who) / TOKEN)
            credit = self.chain.registry.read("creditOf", who) / TOKEN
            assert close(self.registry.credit[at], credit)
        treasury = registries.TREASURY
        credit = self.chain.registry.read("creditOf", treasury) / TOKEN
        assert close(self.registry.credit_treasury[0], credit)
        assert close(self.ledger.treasury[0], token.read("balanceOf", treasury) / TOKEN)
        held = {"registry": self.chain.registry, "judge": self.chain.arbitrator}
        for pool, contract in held.items():
            wei = token.read("balanceOf", contract.address)
            assert close(self.ledger.pools[pool][0], wei / TOKEN)
        assert close(self.ledger.vault[0], vault.read("totalAssets") / TOKEN)
        assert abs(self.ledger.imbalance()[0] - self.given) < 1e-9

    def second(self, when: float) -> int:
        """A second since launch as the chain counts it, 0 for never."""
        return int(when) + self.launch if when > -np.inf else 0


TestRegistryTwin = RegistryTwin.TestCase
TestRegistryTwin.settings = settings(stateful_step_count=50)
