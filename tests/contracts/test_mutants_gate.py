"""What faults put into the gate showed that no test had looked at. See `tools/mutants.py`."""

import pytest

from governance.units import DAY, SHARE
from tests.contracts.law import ADMIN, EVE, Contract, Staking, account, only, staking
from tests.contracts.registries import (
    AUDITORS,
    BIAS,
    COOL_OFF,
    CRITERIA,
    POLICY,
    STAKE,
    VALIDITY,
    attest,
    gate_for,
    hashes_of,
    subject_of,
)

HASHES = hashes_of("triage")
SUBJECT = subject_of(1, HASHES)
REGISTRAR = account("registrar")
_STAKE = 5
"""Place of the stake in an attestation."""


@pytest.fixture
def pool() -> Staking:
    return staking(cooldown=DAY)


@pytest.fixture
def gate(pool: Staking) -> Contract:
    return gate_for(pool, REGISTRAR)


def say(gate: Contract, auditor: str, criterion: int, **options: int) -> int:
    """Attest to version 1."""
    return attest(gate, auditor, 1, criterion, hashes=HASHES, **options)


def test_scores_that_just_suffice_count(gate: Contract) -> None:
    ids = [
        say(gate, auditor, criterion, score=POLICY[criterion][1])
        for criterion in CRITERIA
        for auditor in AUDITORS[: POLICY[criterion][0]]
    ]
    assert gate.read("passes", SUBJECT)
    gate.send(REGISTRAR, "admit", SUBJECT)
    assert gate.read("admittedUntil", SUBJECT) == gate.read("endOf", ids[0])


def test_a_slash_leaves_the_rest_of_a_stake_locked(pool: Staking, gate: Contract) -> None:
    auditor = AUDITORS[0]
    number = say(gate, auditor, BIAS)
    gate.send(ADMIN, "setSlashBps", 2_500)
    gate.send(REGISTRAR, "condemn", SUBJECT, BIAS, EVE)
    assert gate.read("attestation", number)[_STAKE] == STAKE * 3 // 4
    assert pool.vault.read("lockedBy", auditor, gate.address) == STAKE * 3 // 4
    gate.chain.advance(COOL_OFF)
    gate.send(EVE, "release", number)
    assert pool.vault.read("lockedBy", auditor, gate.address) == 0


def test_an_empty_stake_is_not_slashed_at_all(pool: Staking, gate: Contract) -> None:
    auditor = AUDITORS[0]
    say(gate, auditor, BIAS)
    pool.vault.send(ADMIN, "slash", auditor, 1_000 * SHARE, EVE)
    call = gate.encode("condemn", SUBJECT, BIAS, EVE)
    receipt = pool.chain.send(REGISTRAR, gate.address, call)
    told = [log.decode() for log in receipt.logs_of(pool.vault.address)]
    assert [event.name for event in told if event] == ["Unlocked"]


def test_condemning_does_not_lengthen_what_has_ended(gate: Contract) -> None:
    number = say(gate, AUDITORS[0], BIAS)
    gate.send(AUDITORS[0], "revoke", number)
    ended = gate.chain.timestamp()
    gate.chain.advance(DAY)
    gate.send(REGISTRAR, "condemn", SUBJECT, BIAS, EVE)
    assert gate.read("endOf", number) == ended


def admitted_by_one_each(gate: Contract) -> int:
    """Admit version 1 by one auditor on each criterion, of which that on bias ends first."""
    gate.send(ADMIN, "setPolicy", ((1, 80),) * 3)
    for criterion in CRITERIA:
        say(gate, AUDITORS[0], criterion, validity=DAY if criterion == BIAS else VALIDITY)
    gate.send(REGISTRAR, "admit", SUBJECT)
    return gate.chain.timestamp() + DAY


def test_an_admission_lapses_though_the_next_auditor_comes_in_that_second(gate: Contract) -> None:
    end = admitted_by_one_each(gate)
    gate.chain.set_time(end)
    say(gate, AUDITORS[1], BIAS)
    assert gate.read("admittedUntil", SUBJECT) == end
    assert gate.read("passes", SUBJECT)


def test_an_admission_that_comes_to_end_in_this_second_is_written_down(gate: Contract) -> None:
    end = admitted_by_one_each(gate)
    say(gate, AUDITORS[1], BIAS)
    gate.chain.set_time(end)
    now = gate.chain.timestamp()
    statement = (1, HASHES, BIAS, 79, now + DAY, bytes(32), "")
    events = gate.send(AUDITORS[1], "attest", statement)
    assert only(events, "Lapsed") == {"subject": SUBJECT, "since": end}
