"""The court under any sequence of actions: no wei and no share is lost, no seat votes twice."""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.units import BPS, SHARE, TOKEN
from tests.contracts.courtroom import (
    AGENTIC_COMMERCE,
    GENERAL,
    HOUR,
    KNOWN,
    MINUTE,
    PHASES,
    TREASURY,
    Court,
    Terms,
    court,
)
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, EVE, account, refused

DAN = account("dan")
JURORS = (ALICE, BOB, CAROL, DAN)
CHOICES = 2
TERMS = Terms(
    evidence=HOUR,
    commit=HOUR,
    reveal=HOUR,
    appeal=2 * HOUR,
    patience=3 * HOUR,
    staking=MINUTE,
    alpha=BPS // 2,
    max_seats=7,
    min_stake=101 * SHARE,
    fee=TOKEN // 7,
)
"""Odd amounts, so that divisions leave remainders."""


def some(*phases: str) -> Any:
    """Demand that a dispute is in one of these phases."""
    return precondition(lambda self: any(self.court.phase(n) in phases for n in range(self.count)))


jurors = st.sampled_from(JURORS)
numbers = st.integers(0, 2)
choices = st.integers(0, CHOICES)


class Disputes(RuleBasedStateMachine):
    """Four jurors, up to three disputes and one backer; stakes are slashed from elsewhere too."""

    def __init__(self) -> None:
        super().__init__()
        self.court: Court = court(general=TERMS, fast=replace(AGENTIC_COMMERCE, min_stake=SHARE))
        self.paid_in = 0
        self.paid_out = 0
        self.votes: dict[tuple[int, int, str], int] = {}
        self.backed: set[tuple[int, int, int]] = set()
        self.slashed: dict[tuple[int, int, str], int] = {}
        for juror in JURORS:
            self.court.base.stake(juror, 2_000 * TOKEN)
            self.court.send(juror, "setStake", GENERAL, 4 * TERMS.min_stake)
        self.court.token.send(ADMIN, "transfer", EVE, 10_000 * TOKEN)
        self.court.token.send(EVE, "approve", self.court.contract.address, 2**256 - 1)

    # What the machine reads

    def read(self, function: str, *args: Any) -> Any:
        """Read the court."""
        return self.court.read(function, *args)

    @property
    def count(self) -> int:
        """Number of disputes."""
        return int(self.read("disputes"))

    @property
    def drawing(self) -> bool:
        """Whether a session of draws is open."""
        return bool(self.read("sessionOf", GENERAL)[0])

    def pick(self, number: int, *phases: str) -> int:
        """Choose among the disputes that are in one of these phases."""
        found = [n for n in range(self.count) if self.court.phase(n) in phases]
        return number if number in found else found[number % len(found)]

    def in_phase(self, number: int, *phases: str) -> bool:
        """Tell whether there is such a dispute in one of these phases."""
        return number < self.count and self.court.phase(number) in phases

    def open_for(self, number: int, phase: str) -> bool:
        """Tell whether the phase is this one and its time is not over."""
        return self.in_phase(number, phase) and (
            self.court.chain.timestamp() < self.court.deadline(number)
        )

    def panels(self) -> list[tuple[int, int]]:
        """All panels so far."""
        return [(d, r) for d in range(self.count) for r in range(self.court.rounds(d))]

    def ballot(self, number: int, juror: str) -> Any:
        """Ballot of a juror on the last panel: seats, revealed, choice, commitment."""
        return self.read("ballotOf", number, self.court.rounds(number) - 1, juror)

    def tokens_of(self, who: str) -> int:
        """Tokens outside court and vault."""
        return self.court.held(who)

    @initialize(seed=st.integers(1, 2**64))
    def begin(self, seed: int) -> None:
        """Open two disputes and draw the first panel."""
        self.open(seats=3)
        self.open(seats=1)
        self.request(0)
        self.empanel(0, seed)

    # Jurors

    @rule(juror=jurors, stakes=st.integers(0, 8))
    def set_stake(self, juror: str, stakes: int) -> None:
        """Put up more or take back."""
        stake, at_risk, _ = self.read("jurorOf", GENERAL, juror)
        wanted = stakes * TERMS.min_stake
        if self.drawing:
            with refused("DrawsInProgress", GENERAL):
                self.court.send(juror, "setStake", GENERAL, wanted)
        elif wanted < at_risk:
            with refused("StakeAtRisk", juror, wanted, at_risk):
                self.court.send(juror, "setStake", GENERAL, wanted)
        elif wanted - stake > self.court.vault.read("freeOf", juror):
            with refused("InsufficientStake"):
                self.court.send(juror, "setStake", GENERAL, wanted)
        else:
            self.court.send(juror, "setStake", GENERAL, wanted)

    @rule(juror=jurors)
    def refresh(self, juror: str) -> None:
        """Bring a juror up to date."""
        if self.drawing:
            with refused("DrawsInProgress", GENERAL):
                self.court.send(EVE, "refresh", GENERAL, juror)
        else:
            self.court.send(EVE, "refresh", GENERAL, juror)

    @rule(juror=jurors, percent=st.integers(1, 100))
    def slash_from_elsewhere(self, juror: str, percent: int) -> None:
        """Let another slasher take from a juror's shares, and the juror stake anew."""
        shares = self.court.shares(juror) * percent // 100
        self.court.vault.send(ADMIN, "slash", juror, shares, ADMIN)
        self.court.base.stake(juror, 300 * TOKEN)

    # Disputes

    @precondition(lambda self: self.count < 3)
    @rule(seats=st.integers(1, 5))
    def open(self, seats: int) -> None:
        """Open a dispute."""
        before = self.court.held(self.court.contract.address)
        self.court.open(seats=seats)
        paid = self.court.held(self.court.contract.address) - before
        assert paid == max(seats, TERMS.seats) * TERMS.fee
        self.paid_in += paid

    @some("Evidence")
    @rule(number=numbers)
    def request(self, number: int) -> None:
        """Ask for the number of a draw when it is due, or join a session that is sealed."""
        number = self.pick(number, "Evidence")
        if self.drawing:
            self.court.wait(number)
            _, _, _, request = self.read("sessionOf", GENERAL)
            if self.court.random.read("statusOf", request) == KNOWN:
                with refused("DrawsInProgress", GENERAL):
                    self.court.send(EVE, "requestDraw", number)
                return
            self.court.send(EVE, "requestDraw", number)
        else:
            self.court.ask(number)

    @rule(seed=st.integers(1, 2**256 - 1))
    def reveal_number(self, seed: int) -> None:
        """Let the number of the session be known."""
        if self.drawing:
            _, _, _, request = self.read("sessionOf", GENERAL)
            if self.court.random.read("statusOf", request) != KNOWN:
                self.court.reveal_number(request, seed)

    @some("Drawing")
    @rule(number=numbers, pages=st.integers(0, 7))
    def draw(self, number: int, pages: int) -> None:
        """Fill seats."""
        number = self.pick(number, "Drawing")
        _, _, _, request = self.read("sessionOf", GENERAL)
        if self.court.random.read("statusOf", request) != KNOWN:
            with refused("RandomnessNotKnown", request):
                self.court.send(EVE, "draw", number, pages)
        else:
            events = self.court.send(EVE, "draw", number, pages)
            assert sum(event.name == "Drawn" for event in events) <= pages

    @some("Commit")
    @rule(number=numbers, juror=jurors, choice=choices)
    def commit(self, number: int, juror: str, choice: int) -> None:
        """Vote in hiding, once or again."""
        number = self.pick(number, "Commit")
        if not self.open_for(number, "Commit"):
            return
        if self.ballot(number, juror)[0]:
            self.court.commit(number, juror, choice)
            self.votes[number, self.court.rounds(number) - 1, juror] = choice
        else:
            with refused("NotOnPanel", number, juror):
                self.court.commit(number, juror, choice)

    @some("Commit")
    @rule(number=numbers, choice=choices)
    def commit_all(self, number: int, choice: int) -> None:
        """Let all vote, most for one choice."""
        number = self.pick(number, "Commit")
        for index, juror in enumerate(JURORS):
            if self.open_for(number, "Commit") and self.ballot(number, juror)[0]:
                self.commit(number, juror, choice if index else (choice + 1) % (CHOICES + 1))

    @some("Reveal")
    @rule(number=numbers, juror=jurors, lie=st.booleans())
    def reveal(self, number: int, juror: str, lie: bool) -> None:
        """Reveal what was committed, or try something else."""
        number = self.pick(number, "Reveal")
        if not self.open_for(number, "Reveal"):
            return
        key = (number, self.court.rounds(number) - 1, juror)
        seats, revealed, _, _ = self.ballot(number, juror)
        choice = self.votes.get(key, 0)
        if not seats:
            with refused("NotOnPanel", number, juror):
                self.court.reveal(number, juror, choice)
        elif key not in self.votes or lie:
            with refused("AlreadyRevealed" if revealed else "WrongReveal"):
                self.court.reveal(number, juror, choice + lie)
        elif revealed:
            with refused("AlreadyRevealed", number, juror):
                self.court.reveal(number, juror, choice)
        else:
            self.court.reveal(number, juror, choice)

    @some("Reveal")
    @rule(number=numbers)
    def reveal_all(self, number: int) -> None:
        """Let all reveal who can."""
        number = self.pick(number, "Reveal")
        for juror in JURORS:
            if self.open_for(number, "Reveal") and not self.ballot(number, juror)[1]:
                self.reveal(number, juror, lie=False)

    @some("Commit")
    @rule(number=numbers, choice=choices)
    def hear(self, number: int, choice: int) -> None:
        """Let a panel vote and reveal."""
        number = self.pick(number, "Commit")
        self.commit_all(number, choice)
        self.advance(number)
        self.reveal_all(number)
        self.advance(number)

    @some("Drawing")
    @rule(number=numbers, seed=st.integers(1, 2**64))
    def empanel(self, number: int, seed: int) -> None:
        """Fill all seats that can be filled."""
        number = self.pick(number, "Drawing")
        self.reveal_number(seed)
        self.draw(number, 1_000)

    @some("Commit", "Reveal", "Appeal")
    @rule(number=numbers)
    def advance(self, number: int) -> None:
        """End the phase once its time is over."""
        number = self.pick(number, "Commit", "Reveal", "Appeal")
        self.court.wait(number)
        self.court.send(EVE, "advance", number)

    @some("Appeal")
    @rule(number=numbers, choice=choices, percent=st.integers(1, 130))
    def fund(self, number: int, choice: int, percent: int) -> None:
        """Put up for a choice in an appeal."""
        number = self.pick(number, "Appeal")
        needed, deadline = self.read("appealCost", number, choice)
        panel = self.court.rounds(number) - 1
        paid = self.read("appealOf", number, panel, choice, EVE)[0]
        call = ("fundAppeal", number, choice, needed * percent // 100)
        if self.court.chain.timestamp() >= deadline:
            with refused("TooLate", number, deadline):
                self.court.send(EVE, *call)
        elif paid == needed:
            with refused("AlreadyFunded", number, choice):
                self.court.send(EVE, *call)
        else:
            before = self.tokens_of(EVE)
            self.court.send(EVE, *call)
            self.paid_in += before - self.tokens_of(EVE)
            self.backed.add((number, panel, choice))

    @some("Appeal")
    @rule(number=numbers)
    def fund_two_sides(self, number: int) -> None:
        """Take the dispute to the next panel."""
        number = self.pick(number, "Appeal")
        for choice in range(CHOICES + 1):
            if self.in_phase(number, "Appeal"):
                self.fund(number, choice, 100)

    # Execution

    @some("Execution")
    @rule(number=numbers, pages=st.integers(0, 9))
    def execute(self, number: int, pages: int) -> None:
        """Settle a page of each panel."""
        number = self.pick(number, "Execution")
        for panel in range(self.court.rounds(number)):
            if self.read("roundOf", number, panel)[2]:
                with refused("AlreadyExecuted", number, panel):
                    self.court.send(EVE, "execute", number, panel, pages)
            elif self.drawing:
                with refused("DrawsInProgress", GENERAL):
                    self.court.send(EVE, "execute", number, panel, pages)
            else:
                for event in self.court.send(EVE, "execute", number, panel, pages):
                    if event.name == "JurorSlashed":
                        self.paid_in += event.args["assets"]
                        key = (number, panel, event.args["juror"])
                        assert key not in self.slashed
                        self.slashed[key] = event.args["assets"]

    @some("Execution")
    @rule(number=numbers)
    def execute_ruling(self, number: int) -> None:
        """Carry the ruling out, once."""
        number = self.pick(number, "Execution")
        if self.court.arbitrable.read("rulings", number):
            with refused("AlreadyRuled", number):
                self.court.send(EVE, "executeRuling", number)
        else:
            self.court.send(EVE, "executeRuling", number)
            final = self.read("currentRuling", number)[0]
            assert self.court.arbitrable.read("rulingOf", number) == final

    @rule(who=st.sampled_from((*JURORS, TREASURY)))
    def withdraw(self, who: str) -> None:
        """Send an account what it is owed."""
        owed, before = self.read("owed", who), self.tokens_of(who)
        self.court.send(EVE, "withdraw", who)
        assert self.tokens_of(who) - before == owed
        self.paid_out += owed

    @some("Execution")
    @rule(number=numbers, panel=st.integers(0, 1), choice=choices)
    def withdraw_contribution(self, number: int, panel: int, choice: int) -> None:
        """Take back what was put up, or what it won."""
        number = self.pick(number, "Execution")
        before = self.tokens_of(EVE)
        self.court.send(BOB, "withdrawContribution", number, panel, choice, EVE)
        self.paid_out += self.tokens_of(EVE) - before

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.court.chain.advance(minutes * MINUTE)

    @precondition(lambda self: self.count)
    @rule(number=numbers)
    def nothing_happens_in_the_wrong_phase(self, number: int) -> None:
        """Call everything that the phase does not allow."""
        if number >= self.count:
            with refused("UnknownDispute", number):
                self.court.send(EVE, "advance", number)
            return
        phase = self.court.phase(number)
        for allowed, call in (
            ("Drawing", ("draw", number, 1)),
            ("Commit", ("commit", number, bytes(31) + b"\1")),
            ("Reveal", ("reveal", number, 1, bytes(32))),
            ("Appeal", ("fundAppeal", number, 1, 1)),
            ("Execution", ("executeRuling", number)),
            ("Execution", ("execute", number, 0, 9)),
            ("Execution", ("withdrawContribution", number, 0, 1, EVE)),
        ):
            if phase != allowed:
                with refused("WrongPhase", number, PHASES.index(phase)):
                    self.court.send(EVE, *call)

    # What always holds

    @invariant()
    def the_court_holds_what_went_in_and_not_out(self) -> None:
        """No wei appears or vanishes, and all that is owed is there."""
        held = self.court.held(self.court.contract.address)
        pots = sum(self.read("roundOf", *panel)[1] for panel in self.panels())
        owed = sum(self.read("owed", who) for who in (*JURORS, TREASURY))
        assert held == self.paid_in - self.paid_out
        assert held >= pots + owed

    @invariant()
    def what_is_locked_is_what_jurors_put_up(self) -> None:
        """The vault locks for the court exactly the stakes."""
        for juror in JURORS:
            stake = self.read("jurorOf", GENERAL, juror)[0]
            mine = self.court.vault.read("lockedBy", juror, self.court.contract.address)
            assert mine == stake

    @invariant()
    def what_is_at_risk_is_what_unsettled_seats_risk(self) -> None:
        """A slash can take the risk of a juror's seats and no more."""
        for (_, _, _), assets in self.slashed.items():
            assert assets <= 31 * TERMS.risk // 1_000
        for juror in JURORS:
            at_risk = self.read("jurorOf", GENERAL, juror)[1]
            unsettled = sum(
                self.read("ballotOf", *panel, juror)[0]
                for panel in self.panels()
                if not self.read("roundOf", *panel)[2] and (*panel, juror) not in self.slashed
            )
            assert at_risk <= unsettled * TERMS.risk

    @invariant()
    def weights_are_stakes_that_cover_a_seat(self) -> None:
        """A weight is the whole stake or nothing, and the tree sums them."""
        weights = {juror: self.read("weightOf", GENERAL, juror) for juror in JURORS}
        assert self.read("totalWeight", GENERAL) == sum(weights.values())
        for juror, weight in weights.items():
            stake, at_risk, benched = self.read("jurorOf", GENERAL, juror)
            assert weight in (0, stake)
            assert not weight or (not benched and stake >= at_risk + TERMS.risk)

    @invariant()
    def no_seat_votes_twice(self) -> None:
        """Seats are drawn, then committed, then revealed, each at most once."""
        for panel in self.panels():
            seats, drawn, committed, revealed, _, holders = self.read("roundOf", *panel)[0]
            ballots = [self.read("ballotOf", *panel, juror) for juror in JURORS]
            assert revealed <= committed <= drawn <= seats <= TERMS.max_seats
            assert drawn == sum(ballot[0] for ballot in ballots)
            assert committed == sum(ballot[0] for ballot in ballots if any(ballot[3]))
            assert revealed == sum(ballot[0] for ballot in ballots if ballot[1])
            assert holders == sum(bool(ballot[0]) for ballot in ballots)

    @invariant()
    def a_dispute_is_ruled_on_once(self) -> None:
        """The arbitrable heard the ruling at most once."""
        for number in range(self.count):
            ruled = self.read("disputeOf", number)[0][3]
            assert self.court.arbitrable.read("rulings", number) == int(ruled)

    # In the end

    def teardown(self) -> None:
        """Bring every dispute to its end: all is paid out to the wei, and all stakes are free."""
        for _ in range(40):
            unfinished = [n for n in range(self.count) if not self.in_phase(n, "Execution")]
            if not unfinished:
                break
            for number in unfinished:
                self.step(number)
        for number in range(self.count):
            assert self.in_phase(number, "Execution")
            self.execute(number, 1_000)
            self.execute_ruling(number)
        for number, panel, choice in self.backed:
            self.withdraw_contribution(number, panel, choice)
        for who in (*JURORS, TREASURY):
            self.withdraw(who)
        assert self.court.held(self.court.contract.address) == 0
        for juror in JURORS:
            assert self.read("jurorOf", GENERAL, juror)[1] == 0
            self.court.send(juror, "setStake", GENERAL, 0)
        assert self.read("totalWeight", GENERAL) == 0

    def step(self, number: int) -> None:
        """Take a dispute one step on."""
        if self.in_phase(number, "Drawing"):
            self.reveal_number(7)
            self.draw(number, 1_000)
        elif self.in_phase(number, "Evidence"):
            self.request(number)
        else:
            self.advance(number)


TestDisputes = Disputes.TestCase
TestDisputes.settings = settings(max_examples=20, stateful_step_count=40, deadline=None)
