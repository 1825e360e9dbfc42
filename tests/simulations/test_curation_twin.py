"""Curation in both courts: the same legal and illegal trades, the same signal, tokens and fees."""

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.units import BPS, TOKEN
from simulations.mechanisms.curation import FLAT, LEAST_REST, Curation
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, Contract, deploy, staking
from tests.simulations.beside import both
from tests.simulations.markets import act, conserved, ledger, rules, same, wei

PEOPLE = (ALICE, BOB, CAROL)
WEALTH = 100_000
MODELS = 2
NEVER = 2**48 - 1
members = st.integers(0, len(PEOPLE) - 1)
models = st.integers(0, MODELS - 1)
amounts = st.one_of(
    st.integers(1, 1_000).map(lambda micro: micro / 1e6),
    st.integers(1, 40_000_000).map(lambda micro: micro / 1e3),
    st.integers(0, 2 * WEALTH).map(float),
)


class Courts(RuleBasedStateMachine):
    """Three curators on two models, on the chain and in the mechanism."""

    @initialize(
        curve=st.integers(0, 1),
        minimum=st.sampled_from([1, 1_000_000, 990_000, 99_000_000, 123_456_789]),
        tax_bps=st.sampled_from([0, 1, 100, 777, 1_000]),
    )
    def begin(self, curve: int, minimum: int, tax_bps: int) -> None:
        pool = staking()
        self.token: Contract = pool.token
        self.curation = deploy(
            pool.chain, "Curation", pool.token.address, curve, minimum * 10**12, tax_bps, ADMIN
        )
        for person in PEOPLE:
            pool.token.send(ADMIN, "transfer", person, WEALTH * TOKEN)
            pool.token.send(person, "approve", self.curation.address, 2**256 - 1)
        self.supply = pool.token.read("totalSupply") - len(PEOPLE) * WEALTH * TOKEN
        self.rules = rules(
            curation__curve=curve, curation__minimum=minimum / 1e6, curation__tax=tax_bps / BPS
        )
        self.ledger = ledger([[WEALTH] * len(PEOPLE)])
        self.market = Curation(self.rules, self.ledger, MODELS)

    def expect(
        self, error: str | None, actions: Any, who: int, function: str, *arguments: Any, **more: Any
    ) -> None:
        """Do the same in both courts, which both refuse it with this error if there is one."""
        apply = getattr(self.market, actions.verb)
        found = both(
            lambda: apply(actions, **more),
            lambda: self.curation.send(PEOPLE[who], function, *arguments),
        )
        assert found == (error or "")

    def signal(self, who: int, model: int) -> int:
        """Units of signal of a member on chain."""
        return int(self.curation.read("signalOf", model, PEOPLE[who]))

    def held(self, who: int) -> int:
        """Wei of a member on chain."""
        return int(self.token.read("balanceOf", PEOPLE[who]))

    @rule(who=members, model=models, amount=amounts, strict=st.sampled_from([0.0, 0.999, 1.001]))
    def buy(self, who: int, model: int, amount: float, strict: float) -> None:
        deposit, error = wei(amount), None
        tax = -(-deposit * self.curation.read("taxBps") // BPS)
        empty = self.curation.read("totalSignal", model) == 0
        least = 0
        if deposit == 0 or (empty and deposit - tax < self.curation.read("minimum")):
            error = "DepositTooSmall"
        else:
            bought = self.curation.read("previewBuy", model, deposit)[0]
            least = int(bought * strict)
            if least > bought:
                error = "Slippage"
            elif deposit > self.held(who):
                error = "ERC20InsufficientBalance"
        self.expect(
            error, act("buy", who, amount, model), who, "buy", model, deposit, least, NEVER,
            least=np.array([least / TOKEN * (1 - 1e-7 if strict < 1 else 1 - 1e-12)]),
        )  # fmt: skip

    @rule(who=members, model=models, more=st.integers(-1, 1))
    def buy_about_the_minimum(self, who: int, model: int, more: int) -> None:
        """Open a pool with just enough after tax, or a millionth more or less."""
        after_tax = BPS - self.curation.read("taxBps")
        enough = -(-self.curation.read("minimum") * BPS // after_tax)
        self.buy(who, model, (-(-enough // 10**12) + more) / 1e6, 0.0)

    @rule(who=members, model=models, amount=amounts)
    def sell(self, who: int, model: int, amount: float) -> None:
        self.sell_some(who, model, amount)

    @rule(who=members, model=models, share=st.floats(0, 1), strict=st.sampled_from([0.999, 1.001]))
    def sell_share(self, who: int, model: int, share: float, strict: float) -> None:
        millionths = int(self.signal(who, model) * share) // 10**12
        self.sell_some(who, model, millionths / 1e6, strict)

    def sell_some(self, who: int, model: int, amount: float, strict: float = 0.0) -> None:
        """Sell so much, unless it is nearly all, which the mechanism has another verb for."""
        signal, held, error, least = wei(amount), self.signal(who, model), None, 0
        if 0 <= held - signal < 2 * LEAST_REST * TOKEN and signal:
            return
        if signal == 0:
            error = "NothingToSell"
        elif signal > held:
            error = "InsufficientSignal"
        else:
            worth = self.curation.read("previewSell", model, signal)
            least = int(worth * strict)
            error = "Slippage" if least > worth else None
        bound = np.array([least / TOKEN - (1e-9 if strict < 1 else 0.0)])
        if error == "Slippage" and least - worth < 2 * 10**9:
            return
        self.expect(
            error, act("sell", who, amount, model), who, "sell", model, signal, least, NEVER,
            least=bound,
        )  # fmt: skip

    @rule(who=members, model=models)
    def sell_all(self, who: int, model: int) -> None:
        signal = self.signal(who, model)
        error = None if signal else "NothingToSell"
        self.expect(error, act("sell_all", who, None, model), who, "sell", model, signal, 0, NEVER)

    @rule(model=models, order=st.permutations(range(len(PEOPLE))))
    def everybody_sells(self, model: int, order: list[int]) -> None:
        for who in order:
            self.sell_all(who, model)

    @rule(who=members, model=models, amount=amounts)
    def distribute(self, who: int, model: int, amount: float) -> None:
        error = None
        if self.curation.read("totalSignal", model) == 0:
            error = "NoCurators"
        elif wei(amount) > self.held(who):
            error = "ERC20InsufficientBalance"
        self.expect(
            error, act("distribute", who, amount, model), who, "distribute", model, wei(amount)
        )

    @rule(who=members, model=models)
    def claim(self, who: int, model: int) -> None:
        self.expect(None, act("claim", who, None, model), who, "claim", model)

    @rule(tax_bps=st.sampled_from([0, 100, 1_000]))
    def vote_another_tax(self, tax_bps: int) -> None:
        self.curation.send(ADMIN, "setTax", tax_bps)
        self.rules["curation.tax"][:] = tax_bps / BPS

    @invariant()
    def both_courts_agree(self) -> None:
        every = range(len(PEOPLE))
        for model in range(MODELS):
            fees = self.market.claimable[0, :, model]
            chain = [self.curation.read("claimable", model, person) for person in PEOPLE]
            same(fees, chain, what="claimable")
            signals = [self.signal(who, model) for who in every]
            same(self.market.held[0, :, model], signals, what="signalOf")
            total = self.curation.read("totalSignal", model)
            same(self.market.signal[0, model], total, what="totalSignal")
            assert (total == 0) == (self.market.signal[0, model] == 0)
            same(self.market.reserve[0, model], self.curation.read("reserveOf", model))
        same(self.ledger.liquid[0], [self.held(who) for who in every], what="balanceOf")
        pool = self.token.read("balanceOf", self.curation.address)
        same(self.ledger.pools["curation"][0], pool, what="curation's balance")
        same(self.ledger.supply[0], self.token.read("totalSupply") - self.supply, what="supply")
        assert conserved(self.ledger).max() < 1e-14


Courts.TestCase.settings = settings(stateful_step_count=25)
TestBothCourts = Courts.TestCase


def test_the_machine_knows_the_curves() -> None:
    """The mechanism's numbers of curves are the contract's."""
    pool = staking()
    flat = deploy(pool.chain, "Curation", pool.token.address, int(FLAT), TOKEN, 0, ADMIN)
    assert flat.read("signalAt", 5 * TOKEN) == 5 * TOKEN
