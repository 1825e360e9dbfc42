"""The court twice, as arrays and as bytecode, under the same legal and illegal actions."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.units import BPS, SHARE, TOKEN
from simulations.mechanisms.court import TREASURY, Court
from simulations.mechanisms.disputes import Ballots, Phase
from simulations.mechanisms.jurors import BLOCK, FORESIGHT
from simulations.mechanisms.sortition import BILLION
from simulations.randomness import Keyed, Run
from tests.contracts import courtroom
from tests.contracts.courtroom import (
    AGENTIC_COMMERCE,
    DUE,
    HOUR,
    KNOWN,
    MINUTE,
    SEALED,
    Terms,
    extra_data,
    salt_of,
)
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, EVE, account, role
from tests.simulations.beside import both, close, court_rules, one, rules_of, world

MEMBERS = (ALICE, BOB, CAROL, account("dan"), EVE)
"""Four jurors and a backer."""
CHOICES = 2

PEOPLE = Terms(
    evidence=HOUR,
    commit=HOUR,
    reveal=HOUR,
    appeal=2 * HOUR + 1,
    patience=3 * HOUR,
    staking=MINUTE,
    alpha=6_667,
    max_seats=7,
    min_stake=101 * SHARE,
    fee=TOKEN // 7,
)
"""Odd amounts, so that divisions leave remainders."""
STRICTER = replace(PEOPLE, min_stake=202 * SHARE, seats=5, fee=TOKEN // 3, loser_bps=3 * BPS)
LAXER = replace(PEOPLE, min_stake=50 * SHARE, alpha=BPS, seats=1, max_seats=3, commit=2 * HOUR)
AGENTS = replace(
    AGENTIC_COMMERCE, evidence=MINUTE, commit=MINUTE, reveal=MINUTE, min_stake=77 * SHARE
)


@dataclass(frozen=True)
class Plan:
    """What members do with a dispute.

    ``absent`` does not commit, ``silent`` does not reveal; 4 is no juror. ``late`` choices are
    funded in the second half of the time.
    """

    number: int
    voted: tuple[int, int, int, int]
    absent: int
    silent: int
    funded: tuple[int, ...]
    late: bool


PASSED_THROUGH = 1e-12
"""Tokens that float64 may leave or lack in an account after many payments in and out."""
PLANS = st.builds(
    Plan,
    number=st.integers(0, 3),
    voted=st.sampled_from([(1, 1, 1, 1), (1, 2, 1, 2), (2, 2, 1, 2), (0, 1, 2, 2), (3, 1, 1, 2)]),
    absent=st.sampled_from([4, 4, 0, 1, 2]),
    silent=st.integers(0, 4),
    late=st.booleans(),
    funded=st.sampled_from([(), (1,), (2,), (0, 1), (1, 2), (2, 1), (2, 0)]),
)
jurors = st.integers(0, 3)
numbers = st.integers(0, 3)
lanes = st.sampled_from([0, 0, 1, 1, 2])


class CourtTwin(RuleBasedStateMachine):
    """Four jurors in two lanes, a backer and up to four disputes, in both courts."""

    def __init__(self) -> None:
        super().__init__()
        self.chain = courtroom.court(general=PEOPLE, fast=AGENTS)
        self.launch = self.chain.chain.timestamp()
        self.rules = rules = rules_of(**court_rules((PEOPLE, AGENTS)))
        self.ledger, self.staking = world(rules, 1, len(MEMBERS))
        self.court = Court(
            rules, self.ledger, self.staking, Keyed([Run(3, 0)], "court"), np.array([True])
        )
        self.ledger.open("recorder")[:] = 1_000.0
        self.court.serve("recorder", self.ruled)
        self.rulings: dict[int, int] = {}
        self.votes: dict[tuple[int, int, int], int] = {}
        self.chain.vault.send(ADMIN, "grantRole", role("SLASHER_ROLE"), ADMIN)
        for member, who in enumerate(MEMBERS):
            self.chain.token.send(ADMIN, "transfer", who, 3_000 * TOKEN)
            self.chain.token.send(who, "approve", self.chain.contract.address, 2**256 - 1)
            self.chain.token.send(who, "approve", self.chain.vault.address, 2**256 - 1)
            self.ledger.liquid[0, member] = 3_000.0
            if who != EVE:
                self.deposit(member, 2_000)
        for member in range(4):
            self.set_stake(member, 404, 0)
            self.set_stake(member, 154, 1)

    @property
    def now(self) -> float:
        """Seconds since launch."""
        return float(self.chain.chain.timestamp() - self.launch)

    def ruled(self, run: Any, number: Any, ruling: Any, now: float) -> None:
        """What the arbitrable hears."""
        assert now == self.now
        assert int(number[0]) not in self.rulings
        self.rulings[int(number[0])] = int(ruling[0])

    def press(self, verb: str, number: int, *, by: int = 4, timed: bool = True) -> str:
        """Press a button of the same name on both sides; return the error if it is refused."""
        named = {"request_draw": "requestDraw", "execute_ruling": "executeRuling"}.get(verb, verb)
        args = (1_000,) if verb == "draw" else ()
        action = one("court", verb, by, target=number)
        return both(
            lambda: getattr(self.court, verb)(action, *((self.now,) if timed else ())),
            lambda: self.chain.send(MEMBERS[by], named, number, *args),
        )

    def sync(self) -> None:
        """Let the numbers be known whose time has come."""
        for lane in range(2):
            request = int(self.court.jurors.request[lane, 0])
            if not self.court.jurors.panels[lane, 0]:
                continue
            known = float(self.court.jurors.known_at[lane, 0])
            seed = self.court.jurors.number_of(0, request)
            status = DUE if self.now >= known - FORESIGHT * BLOCK else SEALED
            status, value = (KNOWN, seed) if self.now >= known else (status, 0)
            if self.chain.random.read("statusOf", request) != status:
                self.chain.random.send(ADMIN, "set", request, status, value)

    @initialize()
    def begin(self) -> None:
        """Open two disputes and draw the first panel."""
        self.open(0, 0)
        self.open(0, 1)
        self.wait_for(0)
        self.request_draw(0)
        self.wait(2)
        self.draw(0)

    # Stakes

    @rule(member=jurors, tokens=st.integers(1, 900))
    def deposit(self, member: int, tokens: int) -> None:
        """Stake tokens."""
        tokens = min(tokens, int(self.ledger.liquid[0, member]))
        if tokens:
            action = one("staking", "deposit", member, amount=tokens)
            self.staking.deposit(action)
            who = MEMBERS[member]
            self.chain.vault.send(who, "deposit", tokens * TOKEN, who)

    @rule(member=jurors)
    def leave(self, member: int) -> None:
        """Ask to take out all that is free."""
        who = MEMBERS[member]
        free = self.chain.vault.read("freeOf", who)
        both(
            lambda: self.staking.request_exit(one("staking", "request_exit", member), 0),
            lambda: self.chain.vault.send(who, "requestExit", free),
        )

    @rule(member=jurors, shares=st.sampled_from([0, 5, 77, 101, 154, 202, 303.25, 808]), lane=lanes)
    def set_stake(self, member: int, shares: float, lane: int) -> None:
        """Put up more or take back."""
        action = one("court", "set_stake", member, amount=shares, target=lane)
        both(
            lambda: self.court.jurors.set_stake(action),
            lambda: self.chain.send(
                MEMBERS[member], "setStake", lane, int(shares * 100) * SHARE // 100
            ),
        )

    @rule(member=jurors, lane=lanes)
    def refresh(self, member: int, lane: int) -> None:
        """Bring a juror up to date; in a lane that is not there nothing happens."""
        action = one("court", "refresh", member, target=lane)
        both(
            lambda: self.court.jurors.refresh(action),
            lambda: self.chain.send(EVE, "refresh", lane, MEMBERS[member]),
        )

    @rule(member=jurors, shares=st.sampled_from([77, 404, 1_600]))
    def slash(self, member: int, shares: int) -> None:
        """Burn shares by yet another contract's doing, locked ones too."""
        held = int(self.staking.shares[0, member] + self.staking.cooling[0, member])
        action = one("other", "slash", member, amount=min(shares, held))
        self.staking.slash(action, "treasury")
        units = min(shares, held) * SHARE
        self.chain.vault.send(ADMIN, "slash", MEMBERS[member], units, courtroom.TREASURY)

    @rule(terms=st.sampled_from([PEOPLE, STRICTER, LAXER]))
    def set_terms(self, terms: Terms) -> None:
        """Change the terms of lane 0 by a vote; running disputes keep theirs."""
        self.rules.update(rules_of(**court_rules((terms, AGENTS))))
        self.court.jurors.terms.notice()
        self.chain.send(ADMIN, "setTerms", 0, terms.encoded())

    # Disputes

    @precondition(lambda self: self.court.count[0] < 4)
    @rule(seats=st.sampled_from([0, 1, 4, 7, 8]), lane=lanes)
    def open(self, seats: int, lane: int) -> None:
        """Open a dispute."""
        action = one("recorder", "open")
        fees = self.chain.token.address, 10**30
        both(
            lambda: self.court.open(action, "recorder", self.now, lane=lane, seats=seats),
            lambda: self.chain.arbitrable.send(
                ADMIN, "open", self.chain.contract.address, CHOICES, extra_data(lane, seats), *fees
            ),
        )

    @rule(number=numbers)
    def request_draw(self, number: int) -> None:
        """Ask for a number."""
        self.press("request_draw", number)

    @rule(number=numbers)
    def draw(self, number: int) -> None:
        """Fill seats, if the number is known."""
        self.press("draw", number)

    @rule(number=numbers, member=st.integers(0, 4), choice=st.integers(0, CHOICES + 1))
    def commit(self, number: int, member: int, choice: int) -> None:
        """Vote in hiding, once or again, perhaps for a choice there is not."""
        panel = self.panel(number)
        salt = salt_of(MEMBERS[member])
        hidden = self.chain.read("commitmentOf", number, panel, MEMBERS[member], choice, salt)
        action = one("court", "commit", member, target=number, choice=choice)
        both(
            lambda: self.court.commit(action, self.now),
            lambda: self.chain.send(MEMBERS[member], "commit", number, hidden),
        )

    @rule(number=numbers, member=st.integers(0, 4), choice=st.integers(0, CHOICES + 1))
    def reveal(self, number: int, member: int, choice: int) -> None:
        """Reveal a vote, or lie."""
        action = one("court", "reveal", member, target=number, choice=choice)
        both(
            lambda: self.court.reveal(action, self.now),
            lambda: self.chain.reveal(number, MEMBERS[member], choice),
        )

    @rule(number=numbers)
    def advance(self, number: int) -> None:
        """End a phase."""
        self.press("advance", number)

    @rule(
        number=numbers,
        member=st.integers(0, 4),
        choice=st.integers(0, CHOICES + 1),
        millionths=st.integers(0, 4_000_000),
    )
    def fund(self, number: int, member: int, choice: int, millionths: int) -> None:
        """Put up for a choice."""
        action = one(
            "court", "fund_appeal", member, target=number, choice=choice, amount=millionths / 1e6
        )
        wei = millionths * TOKEN // 10**6
        both(
            lambda: self.court.fund_appeal(action, self.now),
            lambda: self.chain.send(MEMBERS[member], "fundAppeal", number, choice, wei),
        )

    @rule(number=numbers)
    def execute_ruling(self, number: int) -> None:
        """Carry a ruling out."""
        self.press("execute_ruling", number)

    @rule(number=numbers)
    def execute(self, number: int) -> None:
        """Settle all panels."""
        action = one("court", "execute", 4, target=number)
        both(lambda: self.court.execute(action), lambda: self.settle(number))

    def settle(self, number: int) -> None:
        """Settle on chain what is not settled."""
        panels = range(self.chain.rounds(number)) if number < self.chain.read("disputes") else [0]
        left = [n for n in panels if n == 0 or not self.chain.read("roundOf", number, n)[2]]
        for panel in left:
            self.chain.send(EVE, "execute", number, panel, 1_000)

    @rule(number=numbers, member=st.integers(0, 4))
    def withdraw_contribution(self, number: int, member: int) -> None:
        """Take back what was put up, or what it won."""
        action = one("court", "withdraw_contribution", member, target=number)

        def enforce() -> None:
            for panel in range(self.panel(number) + 1):
                for choice in range(CHOICES + 1):
                    who = MEMBERS[member]
                    self.chain.send(EVE, "withdrawContribution", number, panel, choice, who)

        both(lambda: self.court.withdraw_contribution(action), enforce)

    @rule(member=st.integers(-1, 4))
    def withdraw(self, member: int) -> None:
        """Send an account what it is owed."""
        who = courtroom.TREASURY if member == TREASURY else MEMBERS[member]
        self.court.withdraw(one("court", "withdraw", 4, target=member))
        self.chain.send(EVE, "withdraw", who)

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.chain.chain.advance(minutes * MINUTE)
        self.sync()

    def wait_for(self, number: int) -> None:
        """Wait until a phase may end."""
        self.chain.wait(number)
        self.sync()

    # The usual way

    @rule(plan=PLANS)
    def carry_on(self, plan: Plan) -> None:
        """Take one dispute a step on, the usual way."""
        slots = self.court.slots
        open_now = np.sort(slots.number[0][slots.phase[0] >= 0]).tolist()
        if open_now:
            number = open_now[plan.number % len(open_now)]
            slot = self.court.slot_of(np.array([0]), np.array([number]))[0]
            self.STEPS[slots.phase[0, slot]](self, number, plan)

    @rule(plan=PLANS)
    def carry_on_more(self, plan: Plan) -> None:
        """Take one dispute several steps on."""
        for _ in range(4):
            self.carry_on(plan)

    def evidence(self, number: int, plan: Plan) -> None:
        """Wait for the evidence and ask for a number."""
        self.wait_for(number)
        if self.press("request_draw", number):
            self.wait(2)

    def drawing(self, number: int, plan: Plan) -> None:
        """Wait for the number and draw."""
        self.wait(2)
        self.press("draw", number)

    def commit_all(self, number: int, plan: Plan) -> None:
        """Let jurors vote in hiding and end the phase."""
        for member, choice in enumerate(plan.voted):
            if member != plan.absent:
                self.commit(number, member, choice)
        self.finish_phase(number)

    def reveal_all(self, number: int, plan: Plan) -> None:
        """Let jurors reveal, but for the silent one, and end the phase."""
        for member, choice in enumerate(plan.voted):
            if member != plan.silent:
                self.reveal(number, member, choice)
        self.finish_phase(number)

    def finish_phase(self, number: int) -> None:
        """End a phase early if both courts let one, else in time."""
        if self.press("advance", number):
            self.wait_for(number)
            self.advance(number)

    def appeal(self, number: int, plan: Plan) -> None:
        """Fund choices and end the phase."""
        if plan.late:
            self.wait(61)
        for choice in plan.funded:
            self.fund(number, plan.silent, choice, 400_000)
            self.fund(number, 4, choice, 9_000_000)
        if len(plan.funded) < 2 or plan.funded[0] == plan.funded[1]:
            self.wait_for(number)
            self.advance(number)

    def execution(self, number: int, plan: Plan) -> None:
        """Rule and settle."""
        self.execute_ruling(number)
        self.execute(number)
        for member in (plan.silent, 4):
            self.withdraw_contribution(number, member)

    def panel(self, number: int) -> int:
        """Last panel of a dispute."""
        known = number < self.chain.read("disputes")
        return self.chain.rounds(number) - 1 if known else 0

    STEPS = (evidence, drawing, commit_all, reveal_all, appeal, execution)
    """What is usual in each phase."""

    # What both must share

    @invariant()
    def the_jurors_are_the_same(self) -> None:
        """Stakes, risks, weights and sessions, to the unit."""
        own, unit = self.court.jurors, SHARE // BILLION
        for lane in range(2):
            for member, who in enumerate(MEMBERS):
                at = lane, 0, member
                expected = tuple(self.chain.read("jurorOf", lane, who))
                units = int(own.stake[at]) * unit, int(own.at_risk[at]) * unit
                assert expected == (*units, own.benched[at])
                assert self.chain.read("weightOf", lane, who) == int(own.weight[at]) * unit
            panels, ended, _, request = self.chain.read("sessionOf", lane)
            assert panels == own.panels[lane, 0]
            assert request == own.request[lane, 0]
            assert ended == (max(own.ended_at[lane, 0], -self.launch) + self.launch)

    @invariant()
    def the_stakes_and_tokens_are_the_same(self) -> None:
        """Shares, locks, tokens and debts, to a few wei."""
        vault, court = self.chain.vault, self.chain.contract.address
        for member, who in enumerate(MEMBERS):
            at = 0, member
            assert close(self.staking.shares[at], vault.read("balanceOf", who) / SHARE)
            assert close(self.staking.cooling[at], vault.read("exitOf", who)[0] / SHARE)
            assert close(self.staking.locked[at], vault.read("lockedOf", who) / SHARE)
            mine = self.staking.locked_by["court"][at]
            assert close(mine, vault.read("lockedBy", who, court) / SHARE)
            free = self.staking.free(np.array([0]), np.array([member]))[0]
            assert close(free, vault.read("freeOf", who) / SHARE)
            assert close(self.ledger.liquid[at], self.chain.held(who) / TOKEN)
            assert close(self.court.owed[at], self.chain.read("owed", who) / TOKEN)
        held = {"court": court, "recorder": self.chain.arbitrable.address}
        for pool, address in held.items():
            held_now = self.chain.held(address) / TOKEN
            assert abs(self.ledger.pools[pool][0] - held_now) < PASSED_THROUGH
        assert close(self.ledger.vault[0], vault.read("totalAssets") / TOKEN)
        assert close(self.staking.total[0], vault.read("totalSupply") / SHARE)
        assert close(self.ledger.treasury[0], self.chain.held(courtroom.TREASURY) / TOKEN)
        owed = self.chain.read("owed", courtroom.TREASURY) / TOKEN
        assert close(self.court.owed_treasury[0], owed)

    @invariant()
    def the_disputes_are_the_same(self) -> None:
        """Phases, deadlines, rulings, panels and ballots."""
        assert self.court.count[0] == self.chain.read("disputes")
        for number in range(int(self.court.count[0])):
            slot = int(self.court.slot_of(np.array([0]), np.array([number]))[0])
            if slot < 0:
                self.same_log(number)
            else:
                self.same_dispute(number, slot)

    def same_log(self, number: int) -> None:
        """Compare a finished dispute."""
        row = self.court.log.frame().query("id == @number").iloc[0]
        (_, phase, overridden, ruled, lane, _, closed, _, ruling), rounds = self.chain.read(
            "disputeOf", number
        )
        assert (phase, ruled) == (Phase.EXECUTION, True)
        assert all(self.chain.read("roundOf", number, panel)[2] for panel in range(rounds))
        assert (row.lane, row.panels, row.ruling) == (lane, rounds, ruling)
        assert (bool(row.overridden), row.closed_at) == (overridden, closed - self.launch)
        assert self.rulings[number] == self.chain.arbitrable.read("rulingOf", number) == ruling

    def same_dispute(self, number: int, slot: int) -> None:
        """Compare an open dispute."""
        slots, at = self.court.slots, (0, slot)
        (_, phase, overridden, ruled, lane, _, deadline, _, final), rounds = self.chain.read(
            "disputeOf", number
        )
        assert (slots.phase[at], slots.lane[at], slots.round[at] + 1) == (phase, lane, rounds)
        assert slots.deadline[at] == deadline - self.launch
        assert (slots.overridden[at], slots.ruled[at], slots.ruling[at]) == (
            overridden,
            ruled,
            final,
        )
        ruling, tied, _ = self.chain.read("currentRuling", number)
        verdict, level = slots.verdict((np.array([0]), np.array([slot])))
        if phase != Phase.EXECUTION:
            assert verdict[0] == ruling
        assert level[0] == tied
        for panel in range(rounds):
            self.same_panel(number, slot, panel)

    def same_panel(self, number: int, slot: int, panel: int) -> None:
        """Compare a panel, its ballots and its appeal."""
        slots, at = self.court.slots, (0, slot, panel)
        counts, pot, executed = self.chain.read("roundOf", number, panel)
        mine = slots.seats[at], slots.drawn[at], slots.committed[at], slots.revealed[at]
        assert mine == tuple(counts[:4])
        assert close(slots.pot[at], pot / TOKEN)
        assert slots.executed[at] == executed
        funding = self.court.appeals
        for choice in range(CHOICES + 1):
            for member, who in enumerate(MEMBERS):
                mine = (funding.number == number) & (funding.round == panel)
                mine &= (funding.choice == choice) & (funding.backer == member)
                paid, by, funded, _ = self.chain.read("appealOf", number, panel, choice, who)
                assert close(funding.amount[mine].sum(), by / TOKEN)
            assert close(funding.paid[*at, choice], paid / TOKEN)
            assert funding.funded[*at, choice] == (choice in funded)
        if executed:
            return
        for member, who in enumerate(MEMBERS):
            seats, revealed, choice, hidden = self.chain.read("ballotOf", number, panel, who)
            row = self.court.ballots.find(*(np.array([x]) for x in (0, slot, panel, member)))[0]
            assert (row >= 0) == (seats > 0)
            if seats:
                _, _, _, _, held, vote, shown = self.court.ballots.rows[row]
                assert (held, shown, vote >= 0) == (seats, revealed, any(hidden))
                assert not shown or vote == choice

    @invariant()
    def no_token_appears_or_vanishes(self) -> None:
        """All accounts hold what was given out."""
        given = 3_000.0 * len(MEMBERS) + 1_000.0
        assert abs(self.ledger.imbalance()[0] - given) < 1e-9
        assert Ballots.REVEALED == 6


TestCourtTwin = CourtTwin.TestCase
TestCourtTwin.settings = settings(stateful_step_count=50)


# Rare stories


def alone(stake: float) -> CourtTwin:
    """Both courts with one juror in lane 0."""
    courts = CourtTwin()
    for member, shares in enumerate((stake, 0, 0, 0)):
        courts.set_stake(member, shares, 0)
    return courts


def drawn(courts: CourtTwin) -> int:
    """Draw the first panel; return the seats that were filled."""
    courts.wait_for(0)
    courts.request_draw(0)
    courts.wait(2)
    courts.draw(0)
    the_same(courts)
    return int(courts.court.slots.drawn[0, 0, 0])


def the_same(courts: CourtTwin) -> None:
    """Compare everything."""
    courts.the_jurors_are_the_same()
    courts.the_stakes_and_tokens_are_the_same()
    courts.the_disputes_are_the_same()


def test_stricter_terms_change_no_draw_of_an_older_dispute():
    courts = alone(101)
    courts.open(0, 0)
    courts.set_terms(STRICTER)
    courts.refresh(0, 0)
    the_same(courts)
    assert drawn(courts) == 1


def test_milder_terms_seat_nobody_in_an_older_dispute():
    courts = alone(202)
    courts.set_terms(STRICTER)
    courts.open(0, 0)
    courts.set_terms(LAXER)
    courts.set_stake(0, 101, 0)
    the_same(courts)
    assert drawn(courts) == 0


def test_who_was_slashed_elsewhere_weighs_nothing_until_brought_up_to_date():
    courts = alone(404)
    courts.slash(0, 1_600)
    courts.set_stake(0, 303.25, 0)
    the_same(courts)
    assert courts.court.jurors.weight[0, 0, 0] == 0
    courts.refresh(0, 0)
    the_same(courts)
    assert courts.court.jurors.weight[0, 0, 0] > 0
