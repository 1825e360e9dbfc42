"""The way out in both courts: rounds, openings, settlements, and parts as they vest."""

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.chain import EmbeddedChain
from governance.units import BPS, DAY, TOKEN
from simulations.mechanisms.exit import NOT_YET, Exit, State
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    EVE,
    Contract,
    account,
    deploy,
    role,
)  # fmt: skip
from tests.simulations.beside import both
from tests.simulations.markets import act, conserved, ledger, rules, same, wei

PEOPLE = (ALICE, BOB, CAROL, EVE)
TREASURY = account("treasury")
WEALTH, TREASURED = 10_000, 3_000
UNLIMITED = 2**256 - 1
members = st.integers(0, len(PEOPLE) - 1)
amounts = st.one_of(
    st.integers(0, 10_000_000).map(lambda micro: micro / 1e6),
    st.integers(0, 2 * WEALTH).map(float),
)


class Courts(RuleBasedStateMachine):
    """Four holders who may leave a treasury of two other assets."""

    @initialize(
        threshold=st.sampled_from([100, 333, 2_000, 10_000]),
        window=st.integers(1, 20),
        opening=st.integers(1, 10),
        vesting=st.sampled_from([0, 1, 7, 100]),
        silence=st.integers(30, 60),
    )
    def begin(self, threshold: int, window: int, opening: int, vesting: int, silence: int) -> None:
        self.evm = EmbeddedChain()
        supply = (WEALTH * len(PEOPLE) + TREASURED) * TOKEN
        self.token = deploy(self.evm, "HookedToken", ADMIN, supply)
        self.token.send(ADMIN, "transfer", TREASURY, TREASURED * TOKEN)
        times = [days * DAY for days in (window, opening, vesting, silence)]
        self.exit = deploy(
            self.evm, "ExitModule", self.token.address, TREASURY, threshold, *times, ADMIN
        )
        self.exit.send(ADMIN, "grantRole", role("PINGER_ROLE"), TREASURY)
        for person in PEOPLE:
            self.token.send(ADMIN, "transfer", person, WEALTH * TOKEN)
            self.token.send(person, "approve", self.exit.address, UNLIMITED)
        self.assets = [self.found_asset(held) for held in (50_000, 7)]
        self.start, self.day = self.evm.timestamp(), 0
        names = "exit__window", "exit__opening", "exit__vesting", "exit__silence"
        own = rules(exit__threshold=threshold / BPS, **dict(zip(names, times, strict=True)))
        self.ledger = ledger([[WEALTH] * len(PEOPLE)], treasury=TREASURED)
        self.way = Exit(own, self.ledger, np.array([[50_000.0, 7.0]]))

    def found_asset(self, held: int) -> Contract:
        """Give the treasury an asset that the exit lists and may move."""
        asset = deploy(self.evm, "HookedToken", ADMIN, 10**9 * TOKEN)
        asset.send(ADMIN, "transfer", TREASURY, held * TOKEN)
        asset.send(TREASURY, "approve", self.exit.address, UNLIMITED)
        self.exit.send(ADMIN, "list", asset.address)
        return asset

    @property
    def rounds(self) -> int:
        """Rounds that began."""
        return int(self.exit.read("current")) + 1

    def state(self, number: int) -> State:
        """State of a round on chain."""
        return State(self.exit.read("state", number))

    def expect(
        self, error: str | None, call: Any, sender: str, function: str, *arguments: Any
    ) -> None:
        """Do the same in both courts, which both refuse it with this error if there is one."""
        found = both(call, lambda: self.exit.send(sender, function, *arguments))
        assert found == (error or "")

    @rule(days=st.integers(1, 25))
    def wait(self, days: int) -> None:
        self.day += days
        self.evm.set_time(self.start + self.day * DAY)

    @rule(extra=st.integers(-1, 1))
    def wait_for_the_end(self, extra: int) -> None:
        """Wait until the window or the opening ends, or just before or after."""
        started, open_until, *_ = self.exit.read("round", self.exit.read("current"))
        end = open_until or started + self.exit.read("window")
        days = (end - self.start) // DAY + extra - self.day
        if started + open_until and days > 0:
            self.wait(days)

    @rule(who=members, amount=amounts)
    def escrow(self, who: int, amount: float) -> None:
        error = None
        if self.state(self.exit.read("current")) == State.CLOSING:
            error = "WrongState"
        elif amount == 0:
            error = "NothingEscrowed"
        elif wei(amount) > self.token.read("balanceOf", PEOPLE[who]):
            error = "ERC20InsufficientBalance"
        actions = act("escrow", who, amount)
        self.expect(
            error, lambda: self.way.escrow(actions, self.day), PEOPLE[who], "escrow", wei(amount)
        )

    @rule(who=members, more=st.sampled_from([-1, 0]))
    def escrow_about_what_is_lacking(self, who: int, more: int) -> None:
        """Reach the threshold to the millionth, or miss it by one."""
        escrowed = self.exit.read("round", self.exit.read("current"))[3]
        lacking = -(-(self.exit.read("threshold") - escrowed) // 10**12) + more
        if lacking > 0:
            self.escrow(who, lacking / 1e6)

    @rule(who=members, spends=st.booleans())
    def a_round_settles(self, who: int, spends: bool) -> None:
        """Open an exit if that can be done, settle it, and perhaps spend what it is due."""
        self.escrow_about_what_is_lacking(who, 0)
        self.wait_for_the_end(0)
        self.settle(who)
        if spends:
            self.treasury_spends_or_earns(0, -0.9)

    @rule(who=members)
    def a_round_lapses(self, who: int) -> None:
        self.escrow(who, 1.0)
        self.wait_for_the_end(0)
        self.withdraw_from(who, self.rounds - 1)

    @rule(who=members, data=st.data())
    def withdraw(self, who: int, data: st.DataObject) -> None:
        self.withdraw_from(who, data.draw(st.integers(0, self.rounds)))

    def withdraw_from(self, who: int, number: int) -> None:
        """Withdraw from a round, be it one that never began."""
        error = None
        if self.state(number) not in (State.GATHERING, State.LAPSED):
            error = "WrongState"
        elif self.exit.read("escrowOf", number, PEOPLE[who]) == 0:
            error = "NothingEscrowed"
        actions = act("withdraw", who, None, number)
        self.expect(
            error, lambda: self.way.withdraw(actions, self.day), PEOPLE[who], "withdraw", number
        )

    @rule(who=members, patience=st.sampled_from([-1_000, -1, 0, 1]))
    def trigger(self, who: int, patience: int) -> None:
        silent_at, error = self.exit.read("lastSign") + self.exit.read("silence"), None
        self.wait(max((silent_at - self.start) // DAY - self.day + patience, 0))
        if self.evm.timestamp() < silent_at:
            error = "StillAlive"
        elif self.state(self.exit.read("current")) in (State.OPEN, State.CLOSING):
            error = "WrongState"
        actions = act("trigger", who)
        self.expect(error, lambda: self.way.trigger(actions, self.day), PEOPLE[who], "trigger")

    @rule()
    def ping(self) -> None:
        self.exit.send(TREASURY, "ping")
        self.way.sign_of_life(np.array([0]), self.day)

    @rule(who=members)
    def settle(self, who: int) -> None:
        closing = self.state(self.exit.read("current")) == State.CLOSING
        actions, error = act("settle", who), None if closing else "WrongState"
        self.expect(error, lambda: self.way.settle(actions, self.day), PEOPLE[who], "settle")

    @rule(who=members, data=st.data())
    def collect(self, who: int, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, self.rounds - 1))
        for asset in self.assets:
            self.exit.send(PEOPLE[who], "collect", number, asset.address)
        self.way.collect(act("collect", who, None, number))

    @rule(who=members, data=st.data())
    def claim(self, who: int, data: st.DataObject) -> None:
        number = data.draw(st.integers(0, self.rounds - 1))
        error = None if self.state(number) == State.SETTLED else "WrongState"
        actions, every = act("claim", who, None, number), [asset.address for asset in self.assets]
        self.expect(
            error, lambda: self.way.claim(actions, self.day), PEOPLE[who], "claim", number, every
        )

    @rule(which=st.integers(0, 1), share=st.sampled_from([-0.9, -0.5, 0.3]))
    def treasury_spends_or_earns(self, which: int, share: float) -> None:
        asset, held = self.assets[which], self.way.assets[0, which]
        amount = np.floor(abs(held * share) * 1e6) / 1e6
        giver, taker = (TREASURY, ADMIN) if share < 0 else (ADMIN, TREASURY)
        asset.send(giver, "transfer", taker, wei(amount))
        self.way.assets[0, which] += np.copysign(amount, share)

    @rule(who=members, amount=st.integers(1, 1_000))
    def token_goes_to_the_treasury(self, who: int, amount: int) -> None:
        if self.token.read("balanceOf", PEOPLE[who]) >= amount * TOKEN:
            self.token.send(PEOPLE[who], "transfer", TREASURY, amount * TOKEN)
            self.ledger.move("treasury", np.array([0]), np.array([who]), np.array([-amount]))

    @invariant()
    def the_tokens_agree(self) -> None:
        held = [self.token.read("balanceOf", person) for person in PEOPLE]
        same(self.ledger.liquid[0], held, what="balances")
        pool = self.token.read("balanceOf", self.exit.address)
        same(self.ledger.pools["exit"][0], pool, what="the exit's balance")
        same(self.ledger.supply[0], self.token.read("totalSupply"), what="supply")
        same(self.way.circulating()[0], self.exit.read("circulating"), what="circulating")
        same(self.way.threshold()[0], self.exit.read("threshold"), what="threshold")
        assert conserved(self.ledger).max() < 1e-14
        for place, asset in enumerate(self.assets):
            same(self.way.assets[0, place], asset.read("balanceOf", TREASURY), what="assets")
            owed = self.exit.read("outstanding", asset.address)
            same(self.way.outstanding()[0, place], owed, what="outstanding")

    @invariant()
    def the_rounds_agree(self) -> None:
        way = self.way
        assert way.current[0] == self.rounds - 1
        assert way.last_sign[0] == self.exit.read("lastSign") - self.start
        for number in range(self.rounds):
            state = way.state(np.array([0]), np.array([number]), self.day)[0]
            assert state == self.state(number), (number, state)
            *times, escrowed = self.exit.read("round", number)
            same(way.escrowed[0, number], escrowed, what="escrowed")
            expected = [time - self.start if time else NOT_YET for time in times]
            assert [
                moment[0, number] for moment in (way.started, way.open_until, way.settled_at)
            ] == expected

    @invariant()
    def the_parts_agree(self) -> None:
        for number in range(self.rounds):
            for place, asset in enumerate(self.assets):
                part = self.exit.read("part", number, asset.address)
                mine = self.way.due[0, number, place], self.way.collected[0, number, place]
                same(mine, part, what="part")
            for who, person in enumerate(PEOPLE):
                self.a_part_agrees(number, who, person)

    def a_part_agrees(self, number: int, who: int, person: str) -> None:
        """Compare one member's part of one round."""
        at = np.array([0]), np.array([who]), np.array([number])
        escrowed = self.exit.read("escrowOf", number, person)
        same(self.way.escrow_of[0, who, number], escrowed, what="escrowOf")
        assert (self.way.escrow_of[0, who, number] == 0) == (escrowed == 0)
        claimable, entitlement = self.way.claimable(*at, self.day), self.way.entitlement(*at)
        for place, asset in enumerate(self.assets):
            key = number, asset.address, person
            same(claimable[0, place], self.exit.read("claimable", *key), what="claimable")
            same(entitlement[0, place], self.exit.read("entitlement", *key), what="entitlement")
            claimed = self.way.claimed[0, who, number, place]
            same(claimed, self.exit.read("claimed", *key), what="claimed")


Courts.TestCase.settings = settings(stateful_step_count=25)
TestBothCourts = Courts.TestCase
