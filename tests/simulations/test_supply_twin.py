"""Where tokens come from, in both courts: emissions on every curve, and grants as they vest."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.chain import ZERO_ADDRESS, EmbeddedChain
from governance.units import BPS, DAY, TOKEN
from simulations.mechanisms.emissions import EXPONENTIAL, HALVING, USAGE, Emissions
from simulations.mechanisms.vesting import Vesting
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, EVE, account, deploy, role
from tests.simulations.beside import both, one, rules_of, world
from tests.simulations.markets import conserved, same

PEOPLE = (ALICE, BOB, CAROL, EVE)
TREASURY, STAKER = account("treasury"), 0
WEALTH, GRANTED = 1_000, (40_000, 7, 123_456)
TERMS = ("team", "investors", "team")
RATES = (10**12, 3 * 10**15, 10**18 + 7)
"""Wei a second: one a day makes nothing of, one for years, one that reaches the cap."""
periods = st.sampled_from([0, 1, 3, 30, 400]).map(lambda days: days * DAY)


class SupplyTwin(RuleBasedStateMachine):
    """Emissions that anybody releases, three grants, a staker who comes and goes, and burns."""

    @initialize(
        curve=st.sampled_from([HALVING, EXPONENTIAL, USAGE]),
        rate=st.sampled_from(RATES),
        period=periods,
        usage_bps=st.sampled_from([0, 3_333, BPS]),
        stakers_bps=st.sampled_from([0, 1, 6_000, BPS]),
        room=st.sampled_from([1, 5_000, 10**9]),
        cliffs=st.tuples(periods, periods),
        lasts=st.tuples(st.sampled_from([0, 1, 200]), st.integers(1, 800)),
    )
    def begin(
        self,
        curve: int,
        rate: int,
        period: int,
        usage_bps: int,
        stakers_bps: int,
        room: int,
        cliffs: tuple[int, int],
        lasts: tuple[int, int],
    ) -> None:
        """Deploy token, vault, emissions and vesting; ``room`` tokens are left below the cap."""
        period = period or (DAY if curve == EXPONENTIAL else 0)
        supply = WEALTH * len(PEOPLE) + sum(GRANTED)
        durations = [cliff + days * DAY or DAY for cliff, days in zip(cliffs, lasts, strict=True)]
        self.rules = rules_of(
            emissions__curve=curve,
            emissions__rate=rate / TOKEN,
            emissions__halving=period,
            emissions__usage_share=usage_bps / BPS,
            emissions__stakers_share=stakers_bps / BPS,
            token__cap=supply + room,
            staking__cooldown=0,
            staking__maturity=0,
            vesting__team__cliff=cliffs[0],
            vesting__team__duration=durations[0],
            vesting__investors__cliff=cliffs[1],
            vesting__investors__duration=durations[1],
        )
        self.ledger, self.staking = world(self.rules, 1, len(PEOPLE))
        self.ledger.liquid[:] = WEALTH
        self.ledger.minted[:], self.ledger.vesting[:] = supply, sum(GRANTED)
        self.emissions, self.day, self.usage = Emissions(self.rules, self.ledger), 0, 0
        receivers, totals = np.arange(3), np.array([GRANTED], dtype=float)
        self.vesting = Vesting(self.rules, self.ledger, TERMS, receivers, totals)
        self.deploy(curve, rate, period, (usage_bps, stakers_bps), supply + room)
        terms = dict(zip(("team", "investors"), zip(cliffs, durations, strict=True), strict=True))
        for member, (name, tokens) in enumerate(zip(TERMS, GRANTED, strict=True)):
            lasting = self.start, *terms[name], False
            self.grants.send(ADMIN, "create", PEOPLE[member], tokens * TOKEN, *lasting)

    def deploy(self, curve: int, rate: int, period: int, shares: tuple[int, int], cap: int) -> None:
        """Deploy the contracts, and give everybody what it has in the ledger."""
        self.chain = EmbeddedChain()
        self.start = self.chain.timestamp()
        supply = round(self.ledger.minted[0]) * TOKEN
        self.token = deploy(
            self.chain, "MootToken", "Moot", "MOOT", cap * TOKEN, ADMIN, ADMIN, supply
        )
        names = "Staked Moot", "sMOOT"
        self.vault = deploy(self.chain, "StakedMoot", self.token.address, *names, 0, 0, 0, ADMIN)
        self.meter = deploy(self.chain, "SettableMeter")
        meter = self.meter.address if curve == USAGE else ZERO_ADDRESS
        terms = curve, rate, self.start, period, shares[0], meter, shares[1]
        self.source = deploy(
            self.chain, "Emissions", self.token.address, self.vault.address, TREASURY, terms
        )
        self.grants = deploy(self.chain, "Vesting", self.token.address, ADMIN)
        self.token.send(ADMIN, "grantRole", role("MINTER_ROLE"), self.source.address)
        self.grants.send(ADMIN, "grantRole", role("GRANTOR_ROLE"), ADMIN)
        self.token.send(ADMIN, "approve", self.grants.address, 2**256 - 1)
        for who in PEOPLE:
            self.token.send(ADMIN, "transfer", who, WEALTH * TOKEN)
            self.token.send(who, "approve", self.vault.address, 2**256 - 1)

    @rule(days=st.sampled_from([1, 1, 2, 7, 30, 200]))
    def wait(self, days: int) -> None:
        """Let days pass."""
        self.day += days
        self.chain.advance(days * DAY)

    @rule(who=st.integers(0, 3))
    def emit(self, who: int) -> None:
        """Mint what is due."""
        has_stakers, usage = self.staking.total > 0, np.array([float(self.usage)])
        action = one("emissions", "release", who)
        error = both(
            lambda: self.emissions.release(action, self.day, has_stakers, usage),
            lambda: self.source.send(PEOPLE[who], "release"),
        )
        assert not error

    @rule(who=st.integers(0, 3), grant=st.integers(-1, 3))
    def release(self, who: int, grant: int) -> None:
        """Pay a grant out, or one that there is not."""
        action = one("vesting", "release", who, target=grant)
        number = grant if grant >= 0 else 2**256 - 1
        error = both(
            lambda: self.vesting.release(action, self.day),
            lambda: self.grants.send(PEOPLE[who], "release", number),
        )
        assert error == ("" if 0 <= grant < len(GRANTED) else "UnknownGrant")

    @rule()
    def stake(self) -> None:
        """Let somebody stake, so that there is who earns."""
        both(
            lambda: self.staking.deposit(one("staking", "deposit", STAKER, amount=10)),
            lambda: self.vault.send(PEOPLE[STAKER], "deposit", 10 * TOKEN, PEOPLE[STAKER]),
        )

    @rule()
    def unstake(self) -> None:
        """Let the staker take everything out at once."""
        who = PEOPLE[STAKER]
        units = self.vault.read("balanceOf", who)
        both(
            lambda: self.staking.request_exit(one("staking", "exit", STAKER), self.day),
            lambda: self.vault.send(who, "requestExit", units),
        )
        both(
            lambda: self.staking.redeem(one("staking", "redeem", STAKER), self.day),
            lambda: self.vault.send(who, "redeem", max(units, 1), who, who),
        )

    @rule(tokens=st.sampled_from([1, 40, 400]))
    def use(self, tokens: int) -> None:
        """Burn tokens in use, which makes room below the cap."""
        if self.ledger.liquid[0, 3] >= tokens:
            self.token.send(PEOPLE[3], "burn", tokens * TOKEN)
            self.usage += tokens
            self.meter.send(ADMIN, "set", self.usage * TOKEN)
            self.ledger.open("used")
            self.ledger.move("used", np.array([0]), np.array([3]), np.array([-float(tokens)]))
            self.ledger.burn("used", np.array([float(tokens)]))

    @rule(who=st.integers(0, 3), tokens=st.sampled_from([1, 40, 400]))
    def use_and_emit(self, who: int, tokens: int) -> None:
        """Burn, and mint before long what that and the rate allow."""
        self.use(tokens)
        self.emit(who)
        self.wait(1)
        self.emit(who)

    @invariant()
    def the_books_agree(self) -> None:
        """Tokens of all accounts, what was emitted, and what can be released."""
        held = {who: self.token.read("balanceOf", who) for who in (*PEOPLE, TREASURY)}
        same(self.ledger.liquid[0], [held[who] for who in PEOPLE], what="balances")
        same(self.ledger.treasury[0], held[TREASURY], what="treasury")
        vault, grants = (
            self.token.read("balanceOf", part.address) for part in (self.vault, self.grants)
        )
        same(self.ledger.vault[0], vault, what="vault")
        same(self.ledger.vesting[0], grants, what="vesting")
        same(self.ledger.supply[0], self.token.read("totalSupply"), what="supply")
        same(self.emissions.released[0], self.source.read("released"), what="emitted")
        due = [self.grants.read("releasable", grant) for grant in range(len(GRANTED))]
        same(self.vesting.releasable(self.day)[0], due, what="releasable")
        paid = [self.grants.read("grant", grant)[2] for grant in range(len(GRANTED))]
        same(self.vesting.released[0], paid, what="released")
        assert conserved(self.ledger).max() < 1e-14


TestSupplyTwin = SupplyTwin.TestCase
TestSupplyTwin.settings = settings(stateful_step_count=40)
