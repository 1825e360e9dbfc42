"""AttestationGate: auditors, attestations and their stakes, admissions, settings."""

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    BOB,
    EVE,
    Contract,
    Staking,
    account,
    deploy,
    only,
    refused,
    role,
    staking,
)
from tests.contracts.registries import (
    AUDITORS,
    BIAS,
    COOL_OFF,
    CRITERIA,
    POLICY,
    QUALITY,
    SAFETY,
    SLASH_BPS,
    STAKE,
    VALIDITY,
    attest,
    digest,
    evidence_of,
    gate_for,
    hashes_of,
    subject_of,
)

HASHES = hashes_of("triage")
SUBJECT = subject_of(1, HASHES)
A, B, C, D, _ = AUDITORS
REGISTRAR = account("registrar")
YEAR = 365 * DAY


@pytest.fixture
def pool() -> Staking:
    """Deploy a token and a vault."""
    return staking(cooldown=DAY)


@pytest.fixture
def gate(pool: Staking) -> Contract:
    """Deploy a gate for a registrar that can be told what to do."""
    return gate_for(pool, REGISTRAR)


def say(
    gate: Contract, auditor: str, criterion: int, *, score: int = 90, validity: int = VALIDITY
) -> int:
    """Attest to version 1."""
    return attest(gate, auditor, 1, criterion, hashes=HASHES, score=score, validity=validity)


def vouch(gate: Contract, **options: int) -> list[int]:
    """Let just enough auditors vouch for version 1 on every criterion."""
    return [
        say(gate, auditor, criterion, **options)
        for criterion in CRITERIA
        for auditor in AUDITORS[: POLICY[criterion][0]]
    ]


def statement(gate: Contract, *, score: int = 90, expiry: int = 0) -> tuple[object, ...]:
    """Compose a statement on version 1's bias."""
    now = gate.chain.timestamp()
    return (1, HASHES, BIAS, score, expiry or now + VALIDITY, digest("report"), "ipfs://report")


def locked(pool: Staking, gate: Contract, auditor: str) -> int:
    """Shares the gate has locked of an auditor."""
    return int(pool.vault.read("lockedBy", auditor, gate.address))


# Attesting


def test_an_attestation_says_everything_and_locks_a_stake(pool: Staking, gate: Contract) -> None:
    now = gate.chain.timestamp()
    events = gate.send(A, "attest", statement(gate))
    told = only(events, "Attested")
    assert (told["id"], told["subject"], told["auditor"], told["stake"]) == (1, SUBJECT, A, STAKE)
    assert told["statement"] == statement(gate)
    assert gate.read("attestation", 1) == (
        A, now, now + VALIDITY, SUBJECT, digest("report"), STAKE, 1, BIAS, 90, 90,
    )  # fmt: skip
    assert gate.read("subjectOf", 1, HASHES) == SUBJECT
    assert gate.read("seatsOf", SUBJECT, BIAS) == (1,)
    assert locked(pool, gate, A) == STAKE
    pool.vault.send(A, "requestExit", 900 * SHARE)
    with refused("StakeLocked", A, 0, 1):
        pool.vault.send(A, "requestExit", 1)


def test_only_the_accredited_attest(gate: Contract) -> None:
    with refused("NotAccredited", EVE):
        gate.send(EVE, "attest", statement(gate))
    gate.send(A, "resign")
    with refused("NotAccredited", A):
        gate.send(A, "attest", statement(gate))


def test_attesting_takes_a_whole_stake(pool: Staking, gate: Contract) -> None:
    pool.vault.send(A, "requestExit", 1_000 * SHARE - STAKE + 1)
    with refused("InsufficientStake", A, STAKE - 1, STAKE):
        gate.send(A, "attest", statement(gate))


def test_scores_and_expiries_have_bounds(gate: Contract) -> None:
    now = gate.chain.timestamp()
    with refused("InvalidScore", 101, 100):
        gate.send(A, "attest", statement(gate, score=101))
    for expiry in (1, now, now + YEAR + 1):
        with refused("InvalidExpiry", expiry, now, now + YEAR):
            gate.send(A, "attest", statement(gate, expiry=expiry))
    for score, expiry in ((0, now + 1), (100, now + YEAR)):
        gate.send(A, "attest", statement(gate, score=score, expiry=expiry))


def test_a_newer_attestation_takes_seat_and_stake(pool: Staking, gate: Contract) -> None:
    say(gate, A, BIAS, score=95)
    gate.send(ADMIN, "setAttestationStake", 3 * STAKE)
    gate.chain.advance(DAY)
    say(gate, A, BIAS, score=10)
    assert gate.read("seatsOf", SUBJECT, BIAS) == (2,)
    assert locked(pool, gate, A) == 3 * STAKE
    assert gate.read("endOf", 1) == gate.chain.timestamp()
    assert gate.read("attestation", 1)[5] == 0
    assert gate.read("attestation", 2)[8:] == (10, 95)
    gate.send(ADMIN, "setAttestationStake", STAKE)
    say(gate, A, BIAS)
    assert locked(pool, gate, A) == 3 * STAKE


def test_eight_seats_to_a_criterion_and_no_more(pool: Staking, gate: Contract) -> None:
    crowd = [account(f"crowd {number}") for number in range(9)]
    for auditor in crowd:
        pool.stake(auditor, 1_000 * TOKEN)
        gate.send(ADMIN, "accredit", auditor)
    for auditor in crowd[:8]:
        say(gate, auditor, BIAS, score=1, validity=1)
    with refused("NoSeatLeft", SUBJECT, BIAS):
        say(gate, crowd[8], BIAS)
    say(gate, crowd[8], SAFETY)
    say(gate, crowd[0], BIAS)
    gate.chain.advance(1 + COOL_OFF)
    gate.send(EVE, "release", 2)
    say(gate, crowd[8], BIAS)
    assert len(gate.read("seatsOf", SUBJECT, BIAS)) == 8


def test_attestations_are_taken_back_by_their_auditor_or_the_accreditor(gate: Contract) -> None:
    first, second = say(gate, A, BIAS), say(gate, B, BIAS)
    with refused("NotYourAttestation", first, B):
        gate.send(B, "revoke", first)
    assert only(gate.send(A, "revoke", first), "Revoked") == {"id": first, "by": A}
    gate.send(ADMIN, "revoke", second)
    now = gate.chain.timestamp()
    with refused("AttestationEnded", first, now):
        gate.send(A, "revoke", first)
    for number in (0, 3):
        with refused("UnknownAttestation", number, 2):
            gate.send(A, "revoke", number)


# Accreditation


def test_a_term_ends_all_its_attestations_for_good(gate: Contract) -> None:
    vouch(gate)
    assert gate.read("passes", SUBJECT)
    ended = gate.chain.timestamp()
    events = gate.send(ADMIN, "endAccreditation", A)
    assert only(events, "AccreditationEnded") == {"auditor": A, "term": 1, "by": ADMIN}
    assert not gate.read("passes", SUBJECT)
    gate.chain.advance(DAY)
    assert only(gate.send(ADMIN, "accredit", A), "Accredited") == {"auditor": A, "term": 2}
    assert gate.read("isAccredited", A)
    assert not gate.read("passes", SUBJECT)
    assert gate.read("endOf", 1) == gate.read("termEndOf", A, 1) == ended
    for criterion in CRITERIA:
        say(gate, A, criterion)
    assert gate.read("passes", SUBJECT)


def test_terms_do_not_overlap_and_end_once(gate: Contract) -> None:
    with refused("AlreadyAccredited", A):
        gate.send(ADMIN, "accredit", A)
    gate.send(A, "resign")
    for sender, *call in ((A, "resign"), (ADMIN, "endAccreditation", A)):
        with refused("NotAccredited", A):
            gate.send(sender, *call)
    assert gate.read("termOf", EVE) == 0
    assert not gate.read("isAccredited", EVE)


def test_an_auditor_slashed_elsewhere_is_dismissed_by_anyone(pool: Staking, gate: Contract) -> None:
    say(gate, A, BIAS)
    with refused("StakeCovers", A, 1_000 * SHARE, STAKE):
        gate.send(EVE, "dismiss", A)
    pool.vault.send(ADMIN, "slash", A, 900 * SHARE, EVE)
    with refused("StakeCovers", A, STAKE, STAKE):
        gate.send(EVE, "dismiss", A)
    pool.vault.send(ADMIN, "slash", A, 1, EVE)
    gate.send(EVE, "dismiss", A)
    assert not gate.read("isAccredited", A)


# Releasing


def test_a_stake_is_released_one_cool_off_after_the_end(pool: Staking, gate: Contract) -> None:
    number = say(gate, A, BIAS, validity=DAY)
    ready = gate.chain.timestamp() + DAY + COOL_OFF
    gate.chain.set_time(ready - 1)
    with refused("TooEarlyToRelease", number, ready):
        gate.send(EVE, "release", number)
    gate.chain.set_time(ready)
    assert only(gate.send(EVE, "release", number), "Released") == {
        "id": number, "auditor": A, "stake": STAKE,
    }  # fmt: skip
    assert locked(pool, gate, A) == 0
    assert gate.read("seatsOf", SUBJECT, BIAS) == ()
    with refused("NothingLocked", number):
        gate.send(EVE, "release", number)


def test_a_dispute_holds_stakes_and_begins_the_cool_off_anew(gate: Contract) -> None:
    number = say(gate, A, BIAS, validity=DAY)
    gate.chain.advance(COOL_OFF)
    assert only(gate.send(REGISTRAR, "hold", SUBJECT), "Held")["open"] == 1
    gate.send(REGISTRAR, "hold", SUBJECT)
    gate.chain.advance(COOL_OFF)
    gate.send(REGISTRAR, "letGo", SUBJECT)
    with refused("SubjectHeld", SUBJECT):
        gate.send(A, "release", number)
    over = gate.chain.timestamp()
    gate.send(REGISTRAR, "letGo", SUBJECT)
    assert gate.read("holdOf", SUBJECT) == (0, over)
    with refused("SubjectNotHeld", SUBJECT):
        gate.send(REGISTRAR, "letGo", SUBJECT)
    gate.chain.set_time(over + COOL_OFF - 1)
    with refused("TooEarlyToRelease", number, over + COOL_OFF):
        gate.send(A, "release", number)
    gate.chain.advance(1)
    gate.send(A, "release", number)


# Admission


def test_admitting_commits_to_all_attestations_that_count(gate: Contract) -> None:
    counted = [say(gate, A, BIAS), say(gate, B, BIAS), say(gate, C, BIAS)]
    say(gate, D, BIAS, score=POLICY[BIAS][1] - 1)
    counted += [say(gate, B, SAFETY), say(gate, C, SAFETY), say(gate, D, QUALITY)]
    events = gate.send(REGISTRAR, "admit", SUBJECT)
    evidence = evidence_of(SUBJECT, 0, counted)
    assert only(events, "Admitted") == {
        "subject": SUBJECT, "policyId": 0, "attestations": tuple(counted), "evidence": evidence,
    }  # fmt: skip
    assert gate.read("evidenceOf", SUBJECT, 0, counted) == evidence
    assert gate.read("admission", SUBJECT) == (gate.chain.timestamp(), 0, 0)


def test_what_was_never_admitted_is_admitted_until_never(gate: Contract) -> None:
    vouch(gate)
    assert gate.read("passes", SUBJECT)
    assert gate.read("admittedUntil", SUBJECT) == 0


def test_an_admission_lasts_until_the_last_needed_auditor_ends(gate: Contract) -> None:
    now = gate.chain.timestamp()
    for days, auditor in ((3, A), (9, B), (6, C)):
        say(gate, auditor, BIAS, validity=days * DAY)
        say(gate, auditor, SAFETY)
        say(gate, auditor, QUALITY)
    gate.send(REGISTRAR, "admit", SUBJECT)
    assert gate.read("admittedUntil", SUBJECT) == now + 6 * DAY
    gate.send(B, "revoke", 4)
    assert gate.read("admittedUntil", SUBJECT) == now + 3 * DAY


def late_renewal(gate: Contract) -> None:
    vouch(gate)


def new_auditor(gate: Contract) -> None:
    say(gate, C, BIAS)


def released_seat(gate: Contract) -> None:
    gate.chain.advance(COOL_OFF)
    gate.send(EVE, "release", 1)


def new_term(gate: Contract) -> None:
    gate.send(A, "resign")
    gate.send(ADMIN, "accredit", A)
    say(gate, A, BIAS)


def new_policy(gate: Contract) -> None:
    gate.send(ADMIN, "setPolicy", ((1, 1),) * 3)


@pytest.mark.parametrize("later", [late_renewal, new_auditor, released_seat, new_term, new_policy])
def test_a_lapse_stays_where_it_was_whatever_comes_later(
    gate: Contract, later: Callable[[Contract], None]
) -> None:
    lapse = gate.chain.timestamp() + 2 * DAY
    vouch(gate, validity=2 * DAY)
    gate.send(REGISTRAR, "admit", SUBJECT)
    gate.chain.advance(5 * DAY)
    later(gate)
    assert gate.read("admittedUntil", SUBJECT) == lapse
    gate.chain.advance(DAY)
    vouch(gate)
    assert gate.read("admittedUntil", SUBJECT) == lapse
    gate.send(REGISTRAR, "admit", SUBJECT)
    assert gate.read("admittedUntil", SUBJECT) == gate.chain.timestamp() + VALIDITY


def test_a_low_score_in_place_of_a_sufficient_one_lapses_now(gate: Contract) -> None:
    vouch(gate)
    gate.send(REGISTRAR, "admit", SUBJECT)
    gate.chain.advance(DAY)
    say(gate, A, BIAS, score=0)
    now = gate.chain.timestamp()
    gate.chain.advance(DAY)
    assert gate.read("admittedUntil", SUBJECT) == now
    say(gate, A, BIAS)
    assert gate.read("admittedUntil", SUBJECT) == now


# Slashing


def test_condemning_slashes_who_vouched_on_that_criterion(pool: Staking, gate: Contract) -> None:
    vouch(gate)
    say(gate, C, BIAS, score=POLICY[BIAS][1] - 1)
    events = gate.send(REGISTRAR, "condemn", SUBJECT, BIAS, EVE)
    part = STAKE * SLASH_BPS // 10_000
    slashed = [event.args for event in events if event.name == "AttesterSlashed"]
    assert slashed == [
        {"id": number, "auditor": auditor, "shares": part, "assets": part // 1_000}
        for number, auditor in ((1, A), (2, B))
    ]
    assert pool.token.read("balanceOf", EVE) == 2 * part // 1_000
    assert gate.read("endOf", 1) == gate.read("endOf", 2) == gate.chain.timestamp()
    assert [locked(pool, gate, who) for who in (A, B, C)] == [
        3 * STAKE - part, 2 * STAKE - part, STAKE,
    ]  # fmt: skip
    gate.chain.advance(COOL_OFF)
    gate.send(EVE, "release", 1)
    assert locked(pool, gate, A) == 2 * STAKE


def test_a_later_policy_does_not_decide_who_vouched_for_the_admitted(
    pool: Staking, gate: Contract
) -> None:
    vouch(gate)
    gate.send(REGISTRAR, "admit", SUBJECT)
    gate.send(ADMIN, "setPolicy", ((1, 100),) * 3)
    gate.send(REGISTRAR, "condemn", SUBJECT, BIAS, EVE)
    assert pool.vault.read("balanceOf", A) == 1_000 * SHARE - STAKE // 2


# Roles and settings


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        (("accredit", EVE), role("ACCREDITOR_ROLE")),
        (("endAccreditation", A), role("ACCREDITOR_ROLE")),
        (("admit", SUBJECT), role("REGISTRY_ROLE")),
        (("hold", SUBJECT), role("REGISTRY_ROLE")),
        (("letGo", SUBJECT), role("REGISTRY_ROLE")),
        (("condemn", SUBJECT, BIAS, EVE), role("REGISTRY_ROLE")),
        (("setPolicy", POLICY), bytes(32)),
        (("setAttestationStake", 1), bytes(32)),
        (("setCoolOff", DAY), bytes(32)),
        (("setSlashBps", 100), bytes(32)),
        (("grantRole", role("REGISTRY_ROLE"), EVE), bytes(32)),
    ],
)
def test_roles_guard_what_is_dangerous(
    gate: Contract, call: tuple[str, *tuple[object, ...]], needed: bytes
) -> None:
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        gate.send(EVE, *call)


@pytest.mark.parametrize(
    ("setting", "low", "high", "error"),
    [
        ("attestationStake", 1, 10**27, "InvalidStake"),
        ("coolOff", DAY, YEAR, "InvalidCoolOff"),
        ("slashBps", 100, 10_000, "InvalidSlash"),
    ],
)
def test_settings_have_bounds(
    gate: Contract, setting: str, low: int, high: int, error: str
) -> None:
    setter = f"set{setting[0].upper()}{setting[1:]}"
    for value in (low, high):
        before = gate.read(setting)
        (event,) = gate.send(ADMIN, setter, value)
        assert tuple(event.args.values()) == (before, value)
        assert gate.read(setting) == value
    for value in {max(low - 1, 0), high + 1} - {low}:
        with refused(error):
            gate.send(ADMIN, setter, value)


@pytest.mark.parametrize("bad", [(0, 50), (9, 50), (1, 0), (1, 101)])
@pytest.mark.parametrize("criterion", CRITERIA)
def test_policies_have_bounds(gate: Contract, criterion: int, bad: tuple[int, int]) -> None:
    policy = tuple(bad if i == criterion else (8, 100) for i in CRITERIA)
    with refused("InvalidRequirement", criterion, *bad):
        gate.send(ADMIN, "setPolicy", policy)


def test_policies_are_kept(gate: Contract) -> None:
    strict = ((8, 100), (8, 100), (8, 100))
    assert only(gate.send(ADMIN, "setPolicy", strict), "PolicySet") == {
        "policyId": 1, "requirements": strict,
    }  # fmt: skip
    assert gate.read("currentPolicy") == 1
    assert [gate.read("policy", number) for number in (0, 1)] == [POLICY, strict]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({1: ((0, 1), (1, 1), (1, 1))}, "InvalidRequirement"),
        ({2: 0}, "InvalidStake"),
        ({3: DAY - 1}, "InvalidCoolOff"),
        ({4: 10_001}, "InvalidSlash"),
    ],
)
def test_impossible_settings_cannot_be_deployed(
    pool: Staking, change: dict[int, object], error: str
) -> None:
    good = [pool.vault.address, POLICY, STAKE, COOL_OFF, SLASH_BPS, BOB]
    with refused(error):
        deploy(pool.chain, "AttestationGate", *[change.get(i, arg) for i, arg in enumerate(good)])


class Stakes(RuleBasedStateMachine):
    """Auditors come, go and are slashed from two sides, while a subject is admitted anew.

    What the gate says is compared with what a reader of the attestations counts, second by second.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pool = staking(cooldown=DAY)
        self.gate = gate_for(self.pool, REGISTRAR)
        self.chain = self.gate.chain
        self.policy: int | None = None
        self.lapsed = True
        self.seen: list[tuple[int, bool]] = []
        self.holds = 0
        self.paid = 0

    def counted(self, criterion: int, least: int) -> list[int]:
        """Count the attestations in their seats that stand now."""
        seats = self.gate.read("seatsOf", SUBJECT, criterion)
        now = self.chain.timestamp()
        return [
            number
            for number in seats
            if self.gate.read("attestation", number)[8] >= least
            and self.gate.read("endOf", number) > now
        ]

    def enough(self, policy: int) -> bool:
        """Whether each criterion has its auditors, by counting."""
        return all(
            len(self.counted(criterion, least)) >= needed
            for criterion, (needed, least) in enumerate(self.gate.read("policy", policy))
        )

    def numbers(self) -> range:
        """Return the numbers of all attestations."""
        return range(1, self.gate.read("attestationCount") + 1)

    @rule(
        auditor=st.sampled_from(AUDITORS), criterion=st.sampled_from(CRITERIA),
        score=st.sampled_from((0, 75, 100)), hours=st.integers(1, 500),
    )  # fmt: skip
    def attest(self, auditor: str, criterion: int, score: int, hours: int) -> None:
        """Attest, or fail for want of accreditation or free stake."""
        seats = self.gate.read("seatsOf", SUBJECT, criterion)
        mine = [n for n in seats if self.gate.read("attestation", n)[0] == auditor]
        carried = self.gate.read("attestation", mine[0])[5] if mine else 0
        lacking = max(self.gate.read("attestationStake") - carried, 0)
        free = self.pool.vault.read("freeOf", auditor)
        before = locked(self.pool, self.gate, auditor)
        if not self.gate.read("isAccredited", auditor):
            with refused("NotAccredited", auditor):
                say(self.gate, auditor, criterion, score=score, validity=hours * 3_600)
        elif lacking > free:
            with refused("InsufficientStake", auditor, free, lacking):
                say(self.gate, auditor, criterion, score=score, validity=hours * 3_600)
        else:
            say(self.gate, auditor, criterion, score=score, validity=hours * 3_600)
            assert locked(self.pool, self.gate, auditor) == before + lacking

    @rule(days=st.integers(1, 40))
    def all_vouch(self, days: int) -> None:
        """Let everybody who can vouch."""
        for criterion in CRITERIA:
            for auditor in AUDITORS[:2]:
                self.attest(auditor, criterion, 100, days * 24)

    @rule()
    def admit(self) -> None:
        """Admit the subject, or fail."""
        current = self.gate.read("currentPolicy")
        if not self.enough(current):
            with refused("NotAttested"):
                self.gate.send(REGISTRAR, "admit", SUBJECT)
            return
        self.gate.send(REGISTRAR, "admit", SUBJECT)
        self.policy, self.lapsed, self.seen = current, False, []

    @rule(needed=st.integers(1, 3), least=st.sampled_from((50, 90)))
    def set_policy(self, needed: int, least: int) -> None:
        """Change the policy of later admissions."""
        until = self.gate.read("admittedUntil", SUBJECT)
        self.gate.send(ADMIN, "setPolicy", ((needed, least),) * 3)
        assert self.gate.read("admittedUntil", SUBJECT) == until

    @rule(stake=st.integers(1, 400 * SHARE))
    def set_stake(self, stake: int) -> None:
        """Change the stake of later attestations."""
        self.gate.send(ADMIN, "setAttestationStake", stake)

    @precondition(lambda self: self.gate.read("attestationCount"))
    @rule(pick=st.integers(0, 100))
    def revoke(self, pick: int) -> None:
        """Take an attestation back, or fail."""
        number = self.numbers()[pick % len(self.numbers())]
        end = self.gate.read("endOf", number)
        if end <= self.chain.timestamp():
            with refused("AttestationEnded", number, end):
                self.gate.send(ADMIN, "revoke", number)
        else:
            self.gate.send(ADMIN, "revoke", number)

    @precondition(lambda self: self.gate.read("attestationCount"))
    @rule(pick=st.integers(0, 100))
    def release(self, pick: int) -> None:
        """Release a stake; only an ended, cool and quiet one goes."""
        number = self.numbers()[pick % len(self.numbers())]
        auditor, stake = (self.gate.read("attestation", number)[i] for i in (0, 5))
        _, quiet_since = self.gate.read("holdOf", SUBJECT)
        ready = max(self.gate.read("endOf", number), quiet_since) + COOL_OFF
        before = locked(self.pool, self.gate, auditor)
        if stake == 0:
            with refused("NothingLocked", number):
                self.gate.send(EVE, "release", number)
        elif self.holds:
            with refused("SubjectHeld", SUBJECT):
                self.gate.send(EVE, "release", number)
        elif self.chain.timestamp() < ready:
            with refused("TooEarlyToRelease", number, ready):
                self.gate.send(EVE, "release", number)
        else:
            self.gate.send(EVE, "release", number)
            assert locked(self.pool, self.gate, auditor) == before - stake

    @rule(auditor=st.sampled_from(AUDITORS))
    def change_accreditation(self, auditor: str) -> None:
        """Resign, or be accredited again."""
        if self.gate.read("isAccredited", auditor):
            self.gate.send(auditor, "resign")
        else:
            self.gate.send(ADMIN, "accredit", auditor)

    @rule(auditor=st.sampled_from(AUDITORS), percent=st.integers(1, 60))
    def slash_elsewhere(self, auditor: str, percent: int) -> None:
        """Lose shares to another court; whoever no longer covers its locks can be dismissed."""
        shares = self.pool.vault.read("balanceOf", auditor)
        self.pool.vault.send(ADMIN, "slash", auditor, shares * percent // 100, BOB)
        left, bound = (self.pool.vault.read(f, auditor) for f in ("balanceOf", "lockedOf"))
        if left >= bound:
            with refused("StakeCovers", auditor, left, bound):
                self.gate.send(EVE, "dismiss", auditor)
        elif self.gate.read("isAccredited", auditor):
            self.gate.send(EVE, "dismiss", auditor)

    @rule(criterion=st.sampled_from(CRITERIA), luck=st.integers(0, 3))
    def condemn(self, criterion: int, luck: int) -> None:
        """Slash whoever vouched, at most the stake of each."""
        if luck:
            return
        policy = self.gate.read("currentPolicy") if self.policy is None else self.policy
        least = self.gate.read("policy", policy)[criterion][1]
        seats = self.gate.read("seatsOf", SUBJECT, criterion)
        stakes = {n: self.gate.read("attestation", n) for n in seats}
        events = self.gate.send(REGISTRAR, "condemn", SUBJECT, criterion, EVE)
        slashed = [event.args for event in events if event.name == "AttesterSlashed"]
        assert {args["id"] for args in slashed} == {n for n, a in stakes.items() if a[9] >= least}
        for args in slashed:
            assert args["shares"] <= stakes[args["id"]][5] * SLASH_BPS // 10_000
            self.paid += args["assets"]

    @rule(opening=st.booleans())
    def dispute(self, opening: bool) -> None:
        """Open a dispute, or end one."""
        if opening:
            self.gate.send(REGISTRAR, "hold", SUBJECT)
            self.holds += 1
        elif self.holds:
            self.gate.send(REGISTRAR, "letGo", SUBJECT)
            self.holds -= 1
        else:
            with refused("SubjectNotHeld", SUBJECT):
                self.gate.send(REGISTRAR, "letGo", SUBJECT)

    @rule(auditor=st.sampled_from(AUDITORS))
    def nobody_leaves_with_a_locked_stake(self, auditor: str) -> None:
        """Ask for one share more than is free."""
        free = self.pool.vault.read("freeOf", auditor)
        if self.pool.vault.read("lockedOf", auditor):
            with refused("StakeLocked", auditor, free, free + 1):
                self.pool.vault.send(auditor, "requestExit", free + 1)

    @rule(hours=st.integers(1, 200))
    def wait(self, hours: int) -> None:
        """Let time pass, counting at every end on the way."""
        target = self.chain.timestamp() + hours * 3_600
        ends = {self.gate.read("endOf", number) for number in self.numbers()}
        for end in sorted(end for end in ends if self.chain.timestamp() < end < target):
            self.chain.set_time(end)
            self.look()
        self.chain.set_time(target)

    def look(self) -> None:
        """Count now, write down what was found, and go on to the next second."""
        if self.policy is None:
            return
        self.lapsed = self.lapsed or not self.enough(self.policy)
        now = self.chain.timestamp()
        self.seen.append((now, not self.lapsed))
        self.chain.advance(1)
        self.lapsed = self.lapsed or not self.enough(self.policy)

    @invariant()
    def what_is_admitted_is_what_was_counted_in_every_second(self) -> None:
        """The answer for a second is the count of that second, now and ever after."""
        self.look()
        until = self.gate.read("admittedUntil", SUBJECT)
        assert [(moment, moment < until) for moment, _ in self.seen] == self.seen
        assert (until > self.chain.timestamp()) == (not self.lapsed)

    @invariant()
    def passing_is_having_enough(self) -> None:
        """The k-th largest end agrees with counting."""
        assert self.gate.read("passes", SUBJECT) == self.enough(self.gate.read("currentPolicy"))

    @invariant()
    def stakes_are_locked_and_seats_are_single(self) -> None:
        """What is locked is the sum of the stakes; an auditor sits once to a criterion."""
        stakes = dict.fromkeys(AUDITORS, 0)
        for number in self.numbers():
            found = self.gate.read("attestation", number)
            stakes[found[0]] += found[5]
        assert stakes == {who: locked(self.pool, self.gate, who) for who in AUDITORS}
        for criterion in CRITERIA:
            seats = self.gate.read("seatsOf", SUBJECT, criterion)
            sitting = [self.gate.read("attestation", number)[0] for number in seats]
            assert len(set(sitting)) == len(sitting) <= 8

    @invariant()
    def slashes_are_paid_out(self) -> None:
        """The gate keeps nothing."""
        assert self.pool.token.read("balanceOf", EVE) == self.paid
        assert self.pool.token.read("balanceOf", self.gate.address) == 0


TestStakes = Stakes.TestCase
TestStakes.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
