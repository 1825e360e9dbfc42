"""The court, step by step: jurors, panels, votes, appeals, execution."""

from dataclasses import replace

import pytest

from governance.units import BPS, DAY, SHARE, TOKEN
from tests.contracts.courtroom import (
    AGENTIC_COMMERCE,
    DUE,
    FAST,
    GENERAL,
    GENERAL_COURT,
    KNOWN,
    LOST,
    MINUTE,
    SEALED,
    TREASURY,
    Court,
    court,
    extra_data,
    predict,
    salt_of,
    tickets,
)
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    EVE,
    account,
    deploy,
    only,
    refused,
    role,
)

DAN = account("dan")
STAKE = 2_300
"""Least stake of the General Court, in shares and, at first, in tokens."""
FEE = GENERAL_COURT.fee


@pytest.fixture
def bench() -> Court:
    """Deploy a court with four jurors in each lane."""
    found = court()
    for juror in (ALICE, BOB, CAROL, DAN):
        found.seat(juror)
        found.seat(juror, lane=FAST)
    return found


# Jurors


def test_a_stake_is_locked_in_the_vault_and_weighs_what_it_is() -> None:
    found = court()
    shares = found.seat(ALICE)
    assert found.vault.read("lockedOf", ALICE) == shares == found.read("weightOf", GENERAL, ALICE)
    assert found.read("totalWeight", GENERAL) == shares
    assert found.read("totalWeight", FAST) == 0
    with refused("StakeLocked", ALICE, 0, 1):
        found.vault.send(ALICE, "requestExit", 1)

    found.send(ALICE, "setStake", GENERAL, 0)
    assert found.vault.read("lockedOf", ALICE) == found.read("totalWeight", GENERAL) == 0
    found.vault.send(ALICE, "requestExit", shares)


def test_a_stake_is_nothing_or_at_least_the_least() -> None:
    found = court()
    found.base.stake(ALICE, 10**5 * TOKEN)
    least = GENERAL_COURT.min_stake
    with refused("StakeTooSmall", least - 1, least):
        found.send(ALICE, "setStake", GENERAL, least - 1)
    found.send(ALICE, "setStake", GENERAL, least)
    with refused("InsufficientStake", ALICE, 10**5 * SHARE - least, 10**5 * SHARE):
        found.send(ALICE, "setStake", GENERAL, 10**5 * SHARE + least)
    with refused("UnknownLane", 2, 2):
        found.send(ALICE, "setStake", 2, least)


def test_what_is_at_risk_cannot_be_taken_back(bench: Court) -> None:
    dispute = bench.open()
    bench.empanel(dispute, [ALICE, ALICE, BOB])
    at_risk = 2 * GENERAL_COURT.min_stake
    stake = 10 * GENERAL_COURT.min_stake
    assert bench.read("jurorOf", GENERAL, ALICE) == (stake, at_risk, False)
    with refused("StakeAtRisk", ALICE, at_risk - 1, at_risk):
        bench.send(ALICE, "setStake", GENERAL, at_risk - 1)
    bench.send(ALICE, "setStake", GENERAL, at_risk)
    assert bench.read("weightOf", GENERAL, ALICE) == 0


def test_a_slash_by_others_is_seen_at_a_refresh_and_never_drawn(bench: Court) -> None:
    stake = bench.shares(ALICE)
    bench.vault.send(ADMIN, "slash", ALICE, stake, CAROL)
    dispute = bench.open(seats=9)
    bench.reveal_number(bench.ask(dispute), 1)
    events = bench.send(ADMIN, "draw", dispute, 1_000)
    assert ALICE not in {event.args.get("juror") for event in events if event.name == "Drawn"}

    bench.send(EVE, "refresh", GENERAL, ALICE)
    bench.send(EVE, "refresh", FAST, ALICE)
    assert bench.read("jurorOf", GENERAL, ALICE)[0] == bench.read("jurorOf", FAST, ALICE)[0] == 0
    assert bench.vault.read("lockedOf", ALICE) == 0


def test_a_least_stake_that_was_raised_takes_seats_from_smaller_ones(bench: Court) -> None:
    raised = replace(GENERAL_COURT, min_stake=11 * GENERAL_COURT.min_stake, alpha=100)
    bench.send(ADMIN, "setTerms", GENERAL, raised.encoded())
    bench.seat(EVE, stakes=20)
    dispute = bench.open(seats=63)
    bench.reveal_number(bench.ask(dispute), 3)
    bench.send(ADMIN, "draw", dispute, 63 + 4)
    assert bench.phase(dispute) == "Commit"
    assert bench.read("ballotOf", dispute, 0, EVE)[0] == 63
    for juror in (ALICE, BOB, CAROL, DAN):
        assert bench.read("weightOf", GENERAL, juror) == 0
    bench.send(ADMIN, "setTerms", GENERAL, GENERAL_COURT.encoded())
    bench.send(EVE, "refresh", GENERAL, ALICE)
    assert bench.read("weightOf", GENERAL, ALICE) == 10 * GENERAL_COURT.min_stake


# Opening


def test_a_dispute_costs_the_fee_of_each_seat(bench: Court) -> None:
    token = bench.token.address
    assert bench.read("arbitrationCost", b"", token) == 3 * FEE
    assert bench.read("arbitrationCost", extra_data(GENERAL, 7), token) == 7 * FEE
    assert bench.read("arbitrationCost", extra_data(FAST) + bytes(32), token) == 3 * (
        AGENTIC_COMMERCE.fee
    )
    before = bench.held(bench.arbitrable.address)
    dispute = bench.open()
    assert dispute == 0
    assert before - bench.held(bench.arbitrable.address) == bench.held(bench.contract.address)
    assert bench.held(bench.contract.address) == 3 * FEE
    assert bench.phase(dispute) == "Evidence"
    assert bench.open() == 1


def test_disputes_that_make_no_sense_are_refused(bench: Court) -> None:
    arbitrator, token = bench.contract.address, bench.token.address
    for error, args, call in (
        ("TooFewChoices", (1, 2), (1, b"", token, 3 * FEE)),
        ("FeeTooLow", (3 * FEE - 1, 3 * FEE), (2, b"", token, 3 * FEE - 1)),
        ("UnsupportedToken", (bench.vault.address, token), (2, b"", bench.vault.address, 1)),
        ("InvalidExtraData", (b"\1",), (2, b"\1", token, 3 * FEE)),
        ("InvalidSeats", (64, 63), (2, extra_data(GENERAL, 64), token, TOKEN)),
        ("UnknownLane", (2, 2), (2, extra_data(2), token, TOKEN)),
    ):
        with refused(error, *args):
            bench.send(EVE, "createDispute", *call)
        with refused(error, *args):
            bench.arbitrable.send(ADMIN, "open", arbitrator, *call)
    for function in ("disputeOf", "currentRuling", "advance", "requestDraw"):
        with refused("UnknownDispute", 0):
            bench.read(function, 0)


def test_evidence_is_put_on_record_until_the_end(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 1})
    events = bench.send(EVE, "submitEvidence", dispute, "ipfs://log")
    assert only(events, "Evidence") == {
        "disputeID": dispute, "party": EVE, "evidence": "ipfs://log",
    }  # fmt: skip
    bench.pass_phase(dispute, "Execution")
    with refused("WrongPhase", dispute, 5):
        bench.send(EVE, "submitEvidence", dispute, "too late")


# Drawing


def test_a_panel_is_drawn_as_the_model_draws_it(bench: Court) -> None:
    dispute = bench.open(seats=31)
    request = bench.ask(dispute)
    bench.reveal_number(request, 20_250_101)
    seats: list[str] = []
    while bench.phase(dispute) == "Drawing":
        events = bench.send(EVE, "draw", dispute, 7)
        seats += [event.args["juror"] for event in events if event.name == "Drawn"]
    stakes = bench.stakes[GENERAL]
    risk = GENERAL_COURT.risk
    assert seats == predict(stakes, stakes, risk, 31, tickets(20_250_101, dispute, 1))
    for juror, stake in stakes.items():
        assert seats.count(juror) <= stake // risk
        assert bench.read("jurorOf", GENERAL, juror)[1] == seats.count(juror) * risk


def test_nobody_knows_the_number_when_it_is_fixed(bench: Court) -> None:
    first, second, third = bench.open(), bench.open(), bench.open()
    with refused("TooEarly", first, bench.deadline(first)):
        bench.send(EVE, "requestDraw", first)
    request = bench.ask(first)
    bench.send(EVE, "requestDraw", second)
    assert bench.random.read("latest") == request
    with refused("RandomnessNotKnown", request):
        bench.send(EVE, "draw", first, 3)
    for status in (DUE, KNOWN):
        bench.random.send(ADMIN, "set", request, status, 5)
        with refused("DrawsInProgress", GENERAL):
            bench.send(EVE, "requestDraw", third)
    with refused("DrawsInProgress", GENERAL):
        bench.send(EVE, "requestDraw", first)


def test_no_stake_changes_between_the_request_and_the_draw(bench: Court) -> None:
    settled = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.pass_phase(settled, "Execution")
    dispute = bench.open()
    bench.reveal_number(bench.ask(dispute), 5)
    for call in (
        ("setStake", GENERAL, 0),
        ("refresh", GENERAL, ALICE),
        ("execute", settled, 0, 10),
    ):
        with refused("DrawsInProgress", GENERAL):
            bench.send(ALICE, *call)
    bench.send(DAN, "setStake", FAST, 0)
    bench.send(EVE, "draw", dispute, 3)
    bench.send(DAN, "setStake", GENERAL, 10 * GENERAL_COURT.min_stake)


def test_stakes_can_change_for_a_while_between_two_draws(bench: Court) -> None:
    first, second = bench.open(), bench.open()
    bench.empanel(first, [ALICE, BOB, CAROL])
    until = bench.chain.timestamp() + GENERAL_COURT.staking
    with refused("StakingOpen", GENERAL, until):
        bench.send(EVE, "requestDraw", second)
    bench.chain.set_time(until)
    bench.send(EVE, "requestDraw", second)


def test_a_number_that_was_lost_is_asked_for_again(bench: Court) -> None:
    dispute = bench.open()
    request = bench.ask(dispute)
    with refused("DrawsInProgress", GENERAL):
        bench.send(EVE, "requestDraw", dispute)
    bench.random.send(ADMIN, "set", request, LOST, 0)
    bench.send(EVE, "requestDraw", dispute)
    assert bench.random.read("latest") == request + 1
    bench.reveal_number(request + 1, 5)
    bench.send(EVE, "draw", dispute, 3)
    assert bench.phase(dispute) == "Commit"


def test_a_source_that_fell_silent_can_be_replaced(bench: Court) -> None:
    dispute = bench.open()
    bench.ask(dispute)
    other = deploy(bench.chain, "SettableRandomness")
    bench.send(ADMIN, "setRandomness", other.address)
    bench.send(EVE, "requestDraw", dispute)
    other.send(ADMIN, "set", 1, KNOWN, 8)
    with refused("DrawsInProgress", GENERAL):
        bench.send(EVE, "requestDraw", dispute)
    bench.send(EVE, "draw", dispute, 3)
    assert bench.phase(dispute) == "Commit"


def test_a_panel_waits_for_jurors_and_then_goes_on_without_them() -> None:
    found = court()
    found.seat(ALICE, stakes=1)
    dispute = found.open()
    found.reveal_number(found.ask(dispute), 5)
    patient_until = found.deadline(dispute)
    found.send(EVE, "draw", dispute, 10)
    assert found.phase(dispute) == "Evidence"
    assert found.read("roundOf", dispute, 0)[0][:2] == (3, 1)

    found.seat(BOB, stakes=1)
    found.reveal_number(found.ask(dispute), 6)
    assert found.deadline(dispute) == patient_until
    found.chain.set_time(patient_until)
    found.send(EVE, "draw", dispute, 10)
    assert found.phase(dispute) == "Commit"
    assert found.read("roundOf", dispute, 0)[0][:2] == (3, 2)
    found.vote(dispute, {ALICE: 1, BOB: 1})
    found.pass_phase(dispute, "Execution")
    found.settle(dispute)
    assert found.read("owed", ALICE) == 3 * FEE // 2


def test_a_court_without_jurors_refuses_to_choose_in_the_end() -> None:
    found = court()
    dispute = found.open()
    found.reveal_number(found.ask(dispute), 5)
    found.wait(dispute)
    found.send(EVE, "draw", dispute, 1)
    found.pass_phase(dispute, "Reveal")
    found.pass_phase(dispute, "Appeal")
    found.pass_phase(dispute, "Execution")
    found.settle(dispute)
    found.send(EVE, "executeRuling", dispute)
    assert found.arbitrable.read("rulings", dispute) == 1
    assert found.arbitrable.read("rulingOf", dispute) == 0
    assert found.read("owed", TREASURY) == 3 * FEE


# Voting


def test_a_vote_is_hidden_until_all_are_in(bench: Court) -> None:
    dispute = bench.open()
    bench.empanel(dispute, [ALICE, ALICE, BOB])
    with refused("WrongPhase", dispute, 2):
        bench.reveal(dispute, ALICE, 1)
    with refused("NotOnPanel", dispute, CAROL):
        bench.commit(dispute, CAROL, 1)
    with refused("InvalidCommitment", bytes(32)):
        bench.send(ALICE, "commit", dispute, bytes(32))
    bench.commit(dispute, ALICE, 1)
    bench.commit(dispute, ALICE, 2)
    assert bench.read("roundOf", dispute, 0)[0][2] == 2
    with refused("TooEarly", dispute, bench.deadline(dispute)):
        bench.send(EVE, "advance", dispute)
    bench.commit(dispute, BOB, 1)
    bench.send(EVE, "advance", dispute)
    assert bench.phase(dispute) == "Reveal"
    with refused("WrongPhase", dispute, 3):
        bench.commit(dispute, ALICE, 1)


def test_only_what_was_committed_can_be_revealed(bench: Court) -> None:
    dispute = bench.open()
    bench.empanel(dispute, [ALICE, BOB, CAROL])
    bench.commit(dispute, ALICE, 1)
    copied = bench.read("ballotOf", dispute, 0, ALICE)[3]
    bench.send(BOB, "commit", dispute, copied)
    bench.commit(dispute, CAROL, 3)
    bench.send(EVE, "advance", dispute)

    given = bench.read("commitmentOf", dispute, 0, ALICE, 2, salt_of(ALICE))
    with refused("WrongReveal", copied, given):
        bench.reveal(dispute, ALICE, 2)
    with refused("WrongReveal"):
        bench.send(BOB, "reveal", dispute, 1, salt_of(ALICE))
    with refused("InvalidChoice", 3, 2):
        bench.reveal(dispute, CAROL, 3)
    bench.reveal(dispute, ALICE, 1)
    with refused("AlreadyRevealed", dispute, ALICE):
        bench.reveal(dispute, ALICE, 1)
    assert bench.read("roundOf", dispute, 0)[0][3] == 1


def test_votes_after_their_time_are_refused(bench: Court) -> None:
    dispute = bench.open()
    bench.empanel(dispute, [ALICE, BOB, CAROL])
    bench.commit(dispute, ALICE, 1)
    bench.wait(dispute)
    with refused("TooLate", dispute, bench.chain.timestamp()):
        bench.commit(dispute, BOB, 1)
    bench.send(EVE, "advance", dispute)
    bench.wait(dispute)
    with refused("TooLate", dispute, bench.chain.timestamp()):
        bench.reveal(dispute, ALICE, 1)


def test_the_ruling_is_what_most_seats_chose_and_a_tie_refuses_to_choose(bench: Court) -> None:
    dispute = bench.open(seats=4)
    bench.empanel(dispute, [ALICE, ALICE, BOB, CAROL])
    bench.vote(dispute, {BOB: 1, CAROL: 1, ALICE: 2})
    assert bench.read("currentRuling", dispute) == (0, True, False)
    bench.pass_phase(dispute, "Execution")
    bench.settle(dispute)
    assert [bench.read("owed", juror) for juror in (ALICE, BOB, CAROL)] == [2 * FEE, FEE, FEE]

    other = bench.open()
    bench.empanel(other, [ALICE, ALICE, BOB])
    bench.vote(other, {BOB: 1, ALICE: 0})
    assert bench.read("currentRuling", other) == (0, False, False)


# Execution: the check values of the General Court


def test_two_of_three_coherent_share_the_stake_of_the_third(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.pass_phase(dispute, "Execution")
    before = {juror: bench.shares(juror) for juror in (ALICE, BOB, CAROL)}
    bench.settle(dispute)
    assert before[CAROL] - bench.shares(CAROL) == STAKE * SHARE
    for juror in (ALICE, BOB):
        assert bench.shares(juror) == before[juror]
        assert bench.read("owed", juror) == STAKE // 2 * TOKEN + 3 * FEE // 2
        bench.send(EVE, "withdraw", juror)
        assert bench.held(juror) == 1_150 * TOKEN + 75 * TOKEN // 10_000
        assert bench.read("owed", juror) == 0
    assert bench.held(bench.contract.address) == 0
    assert bench.read("jurorOf", GENERAL, CAROL) == (9 * STAKE * SHARE, 0, False)
    assert bench.vault.read("lockedOf", CAROL) == (9 * STAKE + 10 * 11_000) * SHARE
    assert bench.read("weightOf", GENERAL, CAROL) == 9 * STAKE * SHARE


def test_without_a_coherent_juror_everything_goes_to_the_treasury(bench: Court) -> None:
    dispute = bench.try_dispute({}, silent=[ALICE, BOB, CAROL])
    bench.pass_phase(dispute, "Execution")
    bench.settle(dispute)
    assert bench.read("currentRuling", dispute) == (0, False, False)
    assert bench.read("owed", TREASURY) == 3 * STAKE * TOKEN + 3 * FEE
    bench.send(EVE, "withdraw", TREASURY)
    assert bench.held(bench.contract.address) == 0


def test_whoever_does_not_reveal_loses_and_is_benched(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1}, silent=[CAROL])
    bench.pass_phase(dispute, "Execution")
    before = bench.shares(CAROL)
    bench.settle(dispute)
    left = 9 * GENERAL_COURT.min_stake
    assert before - bench.shares(CAROL) == STAKE * SHARE
    assert bench.read("jurorOf", GENERAL, CAROL) == (left, 0, True)
    assert bench.read("weightOf", GENERAL, CAROL) == 0
    bench.send(EVE, "refresh", GENERAL, CAROL)
    assert bench.read("weightOf", GENERAL, CAROL) == 0
    bench.send(CAROL, "setStake", GENERAL, left)
    assert bench.read("weightOf", GENERAL, CAROL) == left


def test_a_slash_takes_no_more_than_there_is(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.pass_phase(dispute, "Execution")
    bench.vault.send(ADMIN, "slash", CAROL, bench.shares(CAROL) - 100 * SHARE, EVE)
    bench.settle(dispute)
    assert bench.shares(CAROL) == 0
    assert bench.read("owed", ALICE) == 50 * TOKEN + 3 * FEE // 2
    bench.send(EVE, "refresh", GENERAL, CAROL)
    assert bench.read("jurorOf", GENERAL, CAROL)[:2] == (0, 0)


def test_settling_in_pages_gives_the_same(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 2, CAROL: 1})
    bench.pass_phase(dispute, "Execution")
    pages = 0
    while not bench.read("roundOf", dispute, 0)[2]:
        bench.send(EVE, "execute", dispute, 0, 1)
        pages += 1
    assert 5 <= pages <= 6
    assert bench.read("owed", ALICE) == bench.read("owed", CAROL) == 1_150 * TOKEN + 3 * FEE // 2
    with refused("AlreadyExecuted", dispute, 0):
        bench.send(EVE, "execute", dispute, 0, 1)
    with refused("UnknownRound", dispute, 1):
        bench.send(EVE, "execute", dispute, 1, 1)


def test_a_ruling_is_carried_out_once(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 2, BOB: 2, CAROL: 1})
    for call in (("executeRuling", dispute), ("execute", dispute, 0, 10)):
        with refused("WrongPhase", dispute, 4):
            bench.send(EVE, *call)
    bench.pass_phase(dispute, "Execution")
    events = bench.send(EVE, "executeRuling", dispute)
    assert only(events, "Ruling") == {
        "arbitrable": bench.arbitrable.address, "disputeID": dispute, "ruling": 2,
    }  # fmt: skip
    with refused("AlreadyRuled", dispute):
        bench.send(EVE, "executeRuling", dispute)
    assert bench.arbitrable.read("rulings", dispute) == 1
    assert bench.arbitrable.read("rulingOf", dispute) == 2
    with refused("WrongPhase", dispute, 5):
        bench.send(EVE, "advance", dispute)


def test_an_arbitrable_that_refuses_its_ruling_holds_up_nobody_else(bench: Court) -> None:
    bench.arbitrable.send(ADMIN, "behave", True, b"")
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.pass_phase(dispute, "Execution")
    with refused("Refused", dispute):
        bench.send(EVE, "executeRuling", dispute)
    bench.settle(dispute)
    bench.send(EVE, "withdraw", ALICE)
    assert bench.held(ALICE) == 1_150 * TOKEN + 3 * FEE // 2

    bench.arbitrable.send(ADMIN, "behave", False, b"")
    bench.send(EVE, "executeRuling", dispute)
    assert bench.arbitrable.read("rulings", dispute) == 1


@pytest.mark.parametrize("function", ["executeRuling", "withdraw", "execute", "createDispute"])
def test_an_arbitrable_that_calls_back_is_refused(bench: Court, function: str) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.pass_phase(dispute, "Execution")
    args = {
        "executeRuling": (dispute,),
        "withdraw": (ALICE,),
        "execute": (dispute, 0, 9),
        "createDispute": (2, b"", bench.token.address, TOKEN),
    }[function]
    callback = bench.contract.encode(function, *args)
    bench.arbitrable.send(ADMIN, "behave", False, callback)
    with refused("ReentrancyGuardReentrantCall"):
        bench.send(EVE, "executeRuling", dispute)


# Appeals

NEXT = 7 * FEE
"""Fees of the second panel."""


def test_two_funded_sides_lead_to_a_panel_of_twice_the_seats_and_one(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    end = bench.deadline(dispute)
    assert bench.read("appealCost", dispute, 1) == (NEXT, end)
    assert bench.read("appealCost", dispute, 2) == (2 * NEXT, end - GENERAL_COURT.appeal // 2)
    bench.fund(dispute, EVE, 2, NEXT)
    bench.fund(dispute, CAROL, 2, 5 * NEXT)
    assert bench.held(CAROL) == 4 * NEXT
    with refused("AlreadyFunded", dispute, 2):
        bench.fund(dispute, CAROL, 2, 1)
    bench.fund(dispute, ALICE, 1, NEXT)
    assert bench.phase(dispute) == "Evidence"
    assert bench.rounds(dispute) == 2
    assert bench.read("roundOf", dispute, 1)[:2] == ((7, 0, 0, 0, 0, 0), NEXT)
    assert bench.read("currentRuling", dispute) == (1, False, False)

    bench.empanel(dispute, [ALICE, BOB, CAROL, CAROL, DAN, DAN, DAN])
    bench.vote(dispute, {ALICE: 1, BOB: 1, CAROL: 2, DAN: 2})
    assert bench.read("currentRuling", dispute) == (2, False, False)
    bench.pass_phase(dispute, "Execution")
    bench.settle(dispute)
    bench.send(EVE, "executeRuling", dispute)
    assert bench.arbitrable.read("rulingOf", dispute) == 2

    assert bench.read("owed", CAROL) == (2 * STAKE + 2 * STAKE * 2 // 5) * TOKEN + 3 * FEE + (
        NEXT * 2 // 5
    )
    assert bench.read("owed", DAN) == 2 * STAKE * 3 // 5 * TOKEN + NEXT * 3 // 5
    assert bench.read("owed", ALICE) == bench.read("owed", BOB) == 0

    # 14 fees of the losing side and 7 of the winning one, less 7 for the panel: 14 to share.
    held = {who: bench.held(who) for who in (ALICE, CAROL, EVE)}
    for who, choice in ((EVE, 2), (CAROL, 2), (ALICE, 1)):
        bench.send(DAN, "withdrawContribution", dispute, 0, choice, who)
        bench.send(DAN, "withdrawContribution", dispute, 0, choice, who)
    assert bench.held(EVE) - held[EVE] == bench.held(CAROL) - held[CAROL] == NEXT
    assert bench.held(ALICE) == held[ALICE]
    for who in (CAROL, DAN):
        bench.send(EVE, "withdraw", who)
    assert bench.held(bench.contract.address) == 0


def test_backers_of_the_verdict_that_stands_double_their_stake(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.fund(dispute, EVE, 2, 2 * NEXT)
    bench.fund(dispute, DAN, 1, NEXT)
    bench.empanel(dispute, [ALICE] * 7)
    bench.vote(dispute, {ALICE: 1})
    bench.pass_phase(dispute, "Execution")
    bench.send(EVE, "withdrawContribution", dispute, 0, 1, DAN)
    bench.send(EVE, "withdrawContribution", dispute, 0, 2, EVE)
    assert bench.held(DAN) == 2 * NEXT
    assert bench.held(EVE) == 0


def test_a_ruling_that_nobody_backed_returns_what_is_left_to_both_sides(bench: Court) -> None:
    dispute = bench.open(choices=3)
    bench.empanel(dispute, [ALICE, BOB, CAROL])
    bench.vote(dispute, {ALICE: 1, BOB: 1, CAROL: 2})
    bench.fund(dispute, EVE, 2, 2 * NEXT)
    bench.fund(dispute, CAROL, 3, NEXT)
    bench.fund(dispute, DAN, 1, NEXT)
    bench.empanel(dispute, [ALICE] * 7)
    bench.vote(dispute, {ALICE: 3})
    bench.pass_phase(dispute, "Execution")
    for who, choice, back in ((EVE, 2, NEXT * 4 // 3), (DAN, 1, NEXT * 2 // 3), (CAROL, 3, NEXT)):
        bench.send(EVE, "withdrawContribution", dispute, 0, choice, who)
        assert abs(bench.held(who) - back) <= 1
    assert sum(map(bench.held, (EVE, DAN, CAROL))) == 3 * NEXT


def test_a_winner_that_is_not_funded_loses_by_default(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.fund(dispute, EVE, 2, 2 * NEXT)
    bench.fund(dispute, DAN, 1, NEXT - 1)
    bench.pass_phase(dispute, "Execution")
    assert bench.read("currentRuling", dispute) == (2, False, True)
    bench.send(EVE, "executeRuling", dispute)
    assert bench.arbitrable.read("rulingOf", dispute) == 2
    bench.settle(dispute)
    assert bench.read("owed", ALICE) == STAKE // 2 * TOKEN + 3 * FEE // 2
    for who, choice, paid in ((EVE, 2, 2 * NEXT), (DAN, 1, NEXT - 1)):
        bench.send(EVE, "withdrawContribution", dispute, 0, choice, who)
        assert bench.held(who) == paid


def test_a_loser_that_is_not_funded_in_time_has_lost(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.fund(dispute, DAN, 1, NEXT)
    bench.fund(dispute, EVE, 2, 2 * NEXT - 1)
    half = bench.deadline(dispute) - GENERAL_COURT.appeal // 2
    bench.chain.set_time(half)
    with refused("TooLate", dispute, half):
        bench.fund(dispute, EVE, 2, 1)
    with refused("InvalidChoice", 3, 2):
        bench.fund(dispute, EVE, 3, 1)
    with refused("TooEarly", dispute, bench.deadline(dispute)):
        bench.send(EVE, "advance", dispute)
    with refused("WrongPhase", dispute, 4):
        bench.send(EVE, "withdrawContribution", dispute, 0, 1, DAN)
    bench.pass_phase(dispute, "Execution")
    assert bench.read("currentRuling", dispute) == (1, False, False)
    bench.send(EVE, "withdrawContribution", dispute, 0, 1, DAN)
    assert bench.held(DAN) == NEXT


def test_the_winner_may_answer_until_the_last_second(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.fund(dispute, EVE, 2, 2 * NEXT)
    bench.chain.set_time(bench.deadline(dispute) - 1)
    bench.fund(dispute, DAN, 1, NEXT)
    assert bench.rounds(dispute) == 2


def test_the_largest_panel_has_the_last_word() -> None:
    found = court(general=replace(GENERAL_COURT, max_seats=7))
    for juror in (ALICE, BOB, CAROL):
        found.seat(juror)
    dispute = found.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    found.fund(dispute, EVE, 2, 2 * NEXT)
    found.fund(dispute, EVE, 1, NEXT)
    found.empanel(dispute, [ALICE] * 3 + [BOB] * 4)
    found.vote(dispute, {ALICE: 1, BOB: 2})
    assert found.phase(dispute) == "Execution"
    assert found.read("currentRuling", dispute) == (2, False, False)


def test_a_panel_that_keeps_silent_overturns_nothing(bench: Court) -> None:
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2})
    bench.fund(dispute, EVE, 2, 2 * NEXT)
    bench.fund(dispute, EVE, 1, NEXT)
    bench.empanel(dispute, [DAN] * 7)
    bench.vote(dispute, {}, silent=[DAN])
    assert bench.read("currentRuling", dispute) == (1, False, False)
    bench.pass_phase(dispute, "Execution")
    bench.settle(dispute)
    assert bench.read("owed", TREASURY) == 7 * STAKE * TOKEN + NEXT
    assert bench.read("owed", ALICE) == STAKE // 2 * TOKEN + 3 * FEE // 2


# The fast lane


def test_agents_rule_within_hours_and_risk_little(bench: Court) -> None:
    start = bench.chain.timestamp()
    dispute = bench.try_dispute({ALICE: 1, BOB: 1, CAROL: 2}, lane=FAST)
    bench.pass_phase(dispute, "Execution")
    assert bench.chain.timestamp() - start <= 2 * DAY
    before = bench.shares(CAROL)
    bench.settle(dispute)
    risk = 11_000 * SHARE * 170 // BPS
    assert before - bench.shares(CAROL) == risk == 187 * SHARE
    assert bench.read("owed", ALICE) == 187 * TOKEN // 2 + 3 * AGENTIC_COMMERCE.fee // 2
    assert bench.read("weightOf", GENERAL, CAROL) == 10 * GENERAL_COURT.min_stake
    assert bench.read("weightOf", FAST, CAROL) == 10 * AGENTIC_COMMERCE.min_stake - risk


# Terms and roles


def test_a_dispute_keeps_the_terms_it_was_created_under(bench: Court) -> None:
    dispute = bench.open()
    changed = replace(GENERAL_COURT, alpha=100, commit=DAY, fee=TOKEN)
    bench.send(ADMIN, "setTerms", GENERAL, changed.encoded())
    assert bench.read("termsOf", GENERAL)[1] == 1
    bench.empanel(dispute, [ALICE, BOB, CAROL])
    assert bench.deadline(dispute) - bench.chain.timestamp() == GENERAL_COURT.commit
    bench.vote(dispute, {ALICE: 1, BOB: 1, CAROL: 2})
    assert bench.read("appealCost", dispute, 1)[0] == NEXT
    bench.pass_phase(dispute, "Execution")
    bench.settle(dispute)
    assert bench.read("owed", ALICE) == STAKE // 2 * TOKEN + 3 * FEE // 2
    assert bench.read("arbitrationCost", b"", bench.token.address) == 3 * TOKEN


CHANGES = [
    {"min_stake": 11 * AGENTIC_COMMERCE.min_stake},
    {"min_stake": AGENTIC_COMMERCE.min_stake // 100},
    {"alpha": BPS},
    {"alpha": 1},
    {"staking": DAY, "patience": MINUTE, "commit": DAY},
]


@pytest.mark.parametrize("change", CHANGES)
def test_new_terms_change_no_draw_of_an_open_dispute(bench: Court, change: dict[str, int]) -> None:
    """Even if everybody's weight is brought up to date in between."""
    bench.empanel(bench.open(FAST), [ALICE, BOB, CAROL])
    dispute = bench.open(FAST, seats=7)
    outcomes = []
    for terms in (AGENTIC_COMMERCE, replace(AGENTIC_COMMERCE, **change)):
        mark = bench.chain.snapshot()
        bench.send(ADMIN, "setTerms", FAST, terms.encoded())
        for juror in (ALICE, BOB, CAROL, DAN):
            bench.send(EVE, "refresh", FAST, juror)
        bench.reveal_number(bench.ask(dispute), 5)
        events = bench.send(ADMIN, "draw", dispute, 1_000)
        panel = [event.args["juror"] for event in events if event.name == "Drawn"]
        assert len(panel) == 7
        jurors = [bench.read("jurorOf", FAST, juror) for juror in (ALICE, BOB, CAROL, DAN)]
        outcomes.append((panel, jurors, bench.phase(dispute), bench.deadline(dispute)))
        bench.chain.revert(mark)
    assert outcomes[0] == outcomes[1]


def test_a_least_stake_that_was_lowered_lets_nobody_onto_an_open_dispute(bench: Court) -> None:
    dispute = bench.open(FAST, seats=7)
    least = AGENTIC_COMMERCE.min_stake
    lowered = replace(AGENTIC_COMMERCE, min_stake=least // 2)
    bench.send(ADMIN, "setTerms", FAST, lowered.encoded())
    for juror in (BOB, CAROL, DAN):
        bench.send(juror, "setStake", FAST, 0)
    bench.send(ALICE, "setStake", FAST, least)
    bench.base.stake(EVE, least // 1_000)
    bench.send(EVE, "setStake", FAST, least - 1)
    bench.reveal_number(bench.ask(dispute), 5)
    bench.send(ADMIN, "draw", dispute, 1_000)
    assert bench.read("ballotOf", dispute, 0, ALICE)[0] == 7
    assert bench.read("jurorOf", FAST, EVE) == (least - 1, 0, False)
    assert bench.read("weightOf", FAST, EVE) == 0, "drawn in vain"
    bench.send(ADMIN, "refresh", FAST, EVE)
    assert bench.read("weightOf", FAST, EVE) == least - 1, "under the new terms it can be drawn"


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("evidence", 59),
        ("commit", 59),
        ("reveal", 60 * DAY + 1),
        ("appeal", 0),
        ("patience", 0),
        ("staking", DAY + 1),
        ("alpha", 0),
        ("alpha", BPS + 1),
        ("winner_bps", BPS - 1),
        ("loser_bps", BPS - 1),
        ("seats", 0),
        ("seats", 64),
        ("max_seats", 512),
        ("min_stake", BPS - 1),
        ("fee", 0),
    ],
)
def test_terms_have_bounds(bench: Court, term: str, value: int) -> None:
    with refused("TermOutOfBounds"):
        bench.send(ADMIN, "setTerms", GENERAL, replace(GENERAL_COURT, **{term: value}).encoded())


def test_lanes_are_added_in_their_order_and_up_to_eight(bench: Court) -> None:
    terms = GENERAL_COURT.encoded()
    with refused("UnknownLane", 3, 2):
        bench.send(ADMIN, "setTerms", 3, terms)
    for lane in range(2, 8):
        bench.send(ADMIN, "setTerms", lane, terms)
    assert bench.read("lanes") == 8
    with refused("TooManyLanes", 8):
        bench.send(ADMIN, "setTerms", 8, terms)


def test_only_a_role_sets_terms_and_source(bench: Court) -> None:
    needed = role("TERMS_ROLE")
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        bench.send(EVE, "setTerms", GENERAL, GENERAL_COURT.encoded())
    with refused("AccessControlUnauthorizedAccount", EVE, needed):
        bench.send(EVE, "setRandomness", EVE)
    with refused("InvalidRandomness"):
        bench.send(ADMIN, "setRandomness", "0x" + "0" * 40)


def test_a_court_needs_a_treasury_a_lane_and_a_source() -> None:
    base = court()
    zero = "0x" + "0" * 40
    lane = [GENERAL_COURT.encoded()]
    vault, random = base.vault.address, base.random.address
    for error, lanes, source, treasury in (
        ("InvalidTreasury", lane, random, zero),
        ("InvalidRandomness", lane, zero, TREASURY),
        ("UnknownLane", [], random, TREASURY),
    ):
        with refused(error):
            deploy(base.chain, "Court", vault, lanes, source, treasury, ADMIN)
    assert base.random.read("statusOf", 1) == SEALED
