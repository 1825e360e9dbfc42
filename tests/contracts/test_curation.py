"""Curation: both curves to the wei, fees by signal, and no trade that profits from rounding."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from governance.units import TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    DEFAULT_ADMIN_ROLE,
    EVE,
    Contract,
    deploy,
    only,
    refused,
    staking,
)

FLAT, ROOT = 0, 1
CURVES = (FLAT, ROOT)
MODEL, OTHER = 7, 8
NEVER = 2**48 - 1
PEOPLE = (ALICE, BOB, CAROL, EVE)
WEALTH = 10**7 * TOKEN
amounts = st.integers(1, 10**6 * TOKEN)


@dataclass(frozen=True)
class Curators:
    """A token and curation; four people have ten million tokens each and have approved them."""

    token: Contract
    curation: Contract

    def buy(self, who: str, deposit: int, model: int = MODEL) -> int:
        """Signal and return how much."""
        events = self.curation.send(who, "buy", model, deposit, 0, NEVER)
        return int(only(events, "SignalBought")["signal"])

    def sell(self, who: str, signal: int, model: int = MODEL) -> int:
        """Sell signal and return the wei paid."""
        events = self.curation.send(who, "sell", model, signal, 0, NEVER)
        return int(only(events, "SignalSold")["amount"])

    def held(self, who: str) -> int:
        """Wei in an account."""
        return int(self.token.read("balanceOf", who))


def curators(curve: int = FLAT, *, minimum: int = 100 * TOKEN, tax_bps: int = 0) -> Curators:
    """Deploy curation on a chain of its own."""
    pool = staking()
    curation = deploy(pool.chain, "Curation", pool.token.address, curve, minimum, tax_bps, ADMIN)
    for person in (*PEOPLE, ADMIN):
        if person != ADMIN:
            pool.token.send(ADMIN, "transfer", person, WEALTH)
        pool.token.send(person, "approve", curation.address, 2**256 - 1)
    return Curators(pool.token, curation)


def test_the_square_root_of_a_thousand_is_the_published_one() -> None:
    market = curators(ROOT)
    signal = market.buy(ALICE, 1_000 * TOKEN)
    assert signal == 3_162_277_660_168_379_331
    assert market.sell(ALICE, signal) == 1_000 * TOKEN
    assert market.held(ALICE) == WEALTH
    assert market.curation.read("reserveOf", MODEL) == 0


def test_the_minimum_opens_a_square_root_pool_with_one_signal() -> None:
    market = curators(ROOT)
    assert market.buy(ALICE, 100 * TOKEN) == TOKEN
    assert market.buy(BOB, 300 * TOKEN) == TOKEN


@pytest.mark.parametrize("curve", CURVES)
def test_an_empty_pool_takes_the_minimum_after_tax_and_no_less(curve: int) -> None:
    market = curators(curve, minimum=99 * TOKEN, tax_bps=100)
    with refused("DepositTooSmall", 100 * TOKEN - 1, 99 * TOKEN):
        market.buy(ALICE, 100 * TOKEN - 1)
    market.buy(ALICE, 100 * TOKEN)
    assert market.curation.read("reserveOf", MODEL) == 99 * TOKEN


def test_a_token_is_a_signal_on_the_flat_curve() -> None:
    market = curators(minimum=1)
    assert market.buy(ALICE, 1) == 1
    assert market.buy(BOB, 5 * TOKEN) == 5 * TOKEN
    assert market.sell(ALICE, 1) == 1
    assert market.sell(BOB, 2 * TOKEN) == 2 * TOKEN


def test_a_deposit_that_buys_no_signal_is_refused() -> None:
    market = curators(ROOT, minimum=10**24)
    market.buy(ALICE, 10**24)
    with refused("DepositTooSmall", 1, 10**24):
        market.buy(BOB, 1)
    with refused("DepositTooSmall", 0, 10**24):
        market.buy(BOB, 0)


def test_the_tax_is_burned_and_rounded_up() -> None:
    market = curators(tax_bps=100, minimum=1)
    supply = market.token.read("totalSupply")
    events = market.curation.send(ALICE, "buy", MODEL, 1_001, 0, NEVER)
    assert only(events, "SignalBought") == {
        "modelId": MODEL, "curator": ALICE, "deposit": 1_001, "tax": 11, "signal": 990,
    }  # fmt: skip
    assert market.token.read("totalSupply") == supply - 11
    assert market.held(market.curation.address) == 990


def test_slippage_bounds_both_ways() -> None:
    market = curators(ROOT)
    expected, _ = market.curation.read("previewBuy", MODEL, 1_000 * TOKEN)
    market.buy(EVE, 500 * TOKEN)
    now, _ = market.curation.read("previewBuy", MODEL, 1_000 * TOKEN)
    assert now < expected
    with refused("Slippage", now, expected):
        market.curation.send(ALICE, "buy", MODEL, 1_000 * TOKEN, expected, NEVER)
    market.curation.send(ALICE, "buy", MODEL, 1_000 * TOKEN, now, NEVER)

    promised = market.curation.read("previewSell", MODEL, now)
    market.sell(EVE, TOKEN)
    worse = market.curation.read("previewSell", MODEL, now)
    assert worse < promised
    with refused("Slippage", worse, promised):
        market.curation.send(ALICE, "sell", MODEL, now, promised, NEVER)
    market.curation.send(ALICE, "sell", MODEL, now, worse, NEVER)
    assert market.held(ALICE) == WEALTH - 1_000 * TOKEN + worse


def test_a_trade_after_its_deadline_is_refused() -> None:
    market = curators()
    now = market.curation.chain.timestamp()
    market.curation.send(ALICE, "buy", MODEL, 200 * TOKEN, 0, now)
    market.curation.chain.advance(1)
    with refused("DeadlinePassed", now, now + 1):
        market.curation.send(ALICE, "buy", MODEL, 200 * TOKEN, 0, now)
    with refused("DeadlinePassed", now, now + 1):
        market.curation.send(ALICE, "sell", MODEL, 1, 0, now)


def test_nobody_sells_what_others_hold() -> None:
    market = curators()
    market.buy(ALICE, 200 * TOKEN)
    with refused("InsufficientSignal", MODEL, 0, 1):
        market.sell(EVE, 1)
    with refused("InsufficientSignal", OTHER, 0, 1):
        market.sell(ALICE, 1, OTHER)
    with refused("InsufficientSignal", MODEL, 200 * TOKEN, 200 * TOKEN + 1):
        market.curation.read("previewSell", MODEL, 200 * TOKEN + 1)
    with refused("NothingToSell", MODEL):
        market.sell(ALICE, 0)


def front_run(curve: int, tax_bps: int) -> int:
    """Let a bot buy before a curator and sell after; return its profit in wei."""
    market = curators(curve, tax_bps=tax_bps)
    signal = market.buy(EVE, 3_500 * TOKEN)
    market.buy(ALICE, 20_000 * TOKEN)
    market.sell(EVE, signal)
    return market.held(EVE) - WEALTH


def test_coming_first_pays_under_the_square_root_and_not_under_the_flat_curve() -> None:
    assert front_run(ROOT, tax_bps=0) == 11_138_357_147_217_054_396_510
    assert front_run(ROOT, tax_bps=100) > 10_000 * TOKEN
    assert front_run(FLAT, tax_bps=0) == 0
    assert front_run(FLAT, tax_bps=100) == -35 * TOKEN


@given(first=amounts, second=amounts, tax=st.integers(0, 1_000))
@settings(max_examples=60, deadline=None)
def test_nobody_gains_by_coming_first_on_the_flat_curve(first: int, second: int, tax: int) -> None:
    market = curators(FLAT, minimum=1, tax_bps=tax)
    first, second = first + 10, second + 10
    signal = market.buy(EVE, first)
    market.buy(ALICE, second)
    market.sell(EVE, signal)
    assert market.held(EVE) - WEALTH == -first * tax // 10_000


@pytest.mark.parametrize(("fee", "profit"), [(1_900, -50), (2_000, 0), (2_100, 50)])
def test_coming_for_a_fee_alone_pays_once_it_exceeds_the_tax_on_the_reserve(
    fee: int, profit: int
) -> None:
    market = curators(FLAT, tax_bps=100)
    market.buy(ALICE, 100_000 * TOKEN)
    signal = market.buy(EVE, 100_000 * TOKEN)
    market.curation.send(ADMIN, "distribute", MODEL, fee * TOKEN)
    market.curation.send(EVE, "claim", MODEL)
    market.sell(EVE, signal)
    assert profit * TOKEN - 1 <= market.held(EVE) - WEALTH <= profit * TOKEN


@given(curve=st.sampled_from(CURVES), crowd=amounts, deposit=amounts, tax=st.integers(0, 1_000))
@settings(max_examples=80, deadline=None)
def test_a_round_trip_never_profits(curve: int, crowd: int, deposit: int, tax: int) -> None:
    market = curators(curve, minimum=1, tax_bps=tax)
    market.buy(ALICE, crowd + 10)
    market.buy(BOB, crowd // 3 + 10**9)
    deposit += 10**12
    signal = market.buy(EVE, deposit)
    net = deposit - -(-deposit * tax // 10_000)
    assert market.sell(EVE, signal) <= net


@given(curve=st.sampled_from(CURVES), crowd=amounts, first=amounts, second=amounts)
@settings(max_examples=80, deadline=None)
def test_the_path_does_not_matter_beyond_rounding(
    curve: int, crowd: int, first: int, second: int
) -> None:
    market = curators(curve, minimum=TOKEN)
    market.buy(ALICE, crowd + TOKEN)
    whole, _ = market.curation.read("previewBuy", MODEL, first + second + 2 * 10**10)
    parts = market.buy(BOB, first + 10**10) + market.buy(CAROL, second + 10**10)
    assert whole - 2 <= parts <= whole

    sold = market.curation.read("previewSell", MODEL, parts)
    bob = market.curation.read("signalOf", MODEL, BOB)
    assert market.sell(BOB, bob) + market.sell(CAROL, parts - bob) == sold


@given(reserve=st.integers(0, 10**30), minimum=st.integers(1, 10**24))
@settings(max_examples=60, deadline=None)
def test_the_curve_rounds_against_the_trader(reserve: int, minimum: int) -> None:
    market = curators(ROOT, minimum=minimum)
    signal = market.curation.read("signalAt", reserve)
    needed = market.curation.read("reserveAt", signal)
    assert needed <= reserve
    assert signal**2 * minimum <= needed * 10**36
    assert (signal + 1) ** 2 * minimum > reserve * 10**36


def test_fees_are_shared_by_signal_held_at_the_time() -> None:
    market = curators(minimum=1)
    market.buy(ALICE, 1_000)
    market.curation.send(ADMIN, "distribute", MODEL, 400)
    market.buy(BOB, 3_000)
    events = market.curation.send(ADMIN, "distribute", MODEL, 400)
    assert only(events, "FeesDistributed") == {
        "modelId": MODEL, "payer": ADMIN, "amount": 400,
    }  # fmt: skip
    assert market.curation.read("claimable", MODEL, ALICE) == 500
    assert market.curation.read("claimable", MODEL, BOB) == 300
    market.sell(ALICE, 1_000)
    market.curation.send(ADMIN, "distribute", MODEL, 300)
    assert market.curation.read("claimable", MODEL, ALICE) == 500
    events = market.curation.send(ALICE, "claim", MODEL)
    assert only(events, "FeesClaimed") == {"modelId": MODEL, "curator": ALICE, "amount": 500}
    assert market.curation.send(ALICE, "claim", MODEL) == []
    assert market.held(ALICE) == WEALTH + 500
    assert market.curation.read("claimable", MODEL, BOB) == 600


def test_fees_of_a_model_without_curators_are_refused() -> None:
    market = curators()
    with refused("NoCurators", MODEL):
        market.curation.send(ADMIN, "distribute", MODEL, 1)


def test_only_the_admin_sets_the_tax_within_its_bound() -> None:
    market = curators(tax_bps=100)
    with refused("AccessControlUnauthorizedAccount", EVE, DEFAULT_ADMIN_ROLE):
        market.curation.send(EVE, "setTax", 0)
    with refused("TaxTooHigh", 1_001, 1_000):
        market.curation.send(ADMIN, "setTax", 1_001)
    events = market.curation.send(ADMIN, "setTax", 1_000)
    assert only(events, "TaxSet") == {"oldTaxBps": 100, "newTaxBps": 1_000}


@pytest.mark.parametrize(
    ("minimum", "tax", "error"),
    [(0, 0, "InvalidMinimum"), (10**24 + 1, 0, "InvalidMinimum"), (1, 1_001, "TaxTooHigh")],
)
def test_impossible_settings_are_refused(minimum: int, tax: int, error: str) -> None:
    with refused(error):
        curators(minimum=minimum, tax_bps=tax)


def hooked() -> tuple[Contract, Contract]:
    """Deploy curation of a token that calls out within every transfer; `ADMIN` has signalled."""
    chain = staking().chain
    token = deploy(chain, "HookedToken", ADMIN, 10**6 * TOKEN)
    curation = deploy(chain, "Curation", token.address, FLAT, 1, 0, ADMIN)
    token.send(ADMIN, "approve", curation.address, 2**256 - 1)
    curation.send(ADMIN, "buy", MODEL, 1_000, 0, NEVER)
    return token, curation


GUARDED = "0x3ee5aeb5"
"""Selector of ReentrancyGuardReentrantCall()."""


@pytest.mark.parametrize(
    "inner",
    [
        ("buy", MODEL, 0, 0, NEVER),
        ("sell", MODEL, 1, 0, NEVER),
        ("distribute", MODEL, 0),
        ("claim", MODEL),
    ],
)
@pytest.mark.parametrize(
    "outer",
    [
        ("buy", MODEL, 500, 0, NEVER),
        ("sell", MODEL, 500, 0, NEVER),
        ("distribute", MODEL, 500),
        ("claim", MODEL),
    ],
)
def test_a_hostile_token_cannot_get_back_in(outer: tuple, inner: tuple) -> None:
    token, curation = hooked()
    curation.send(ADMIN, "distribute", MODEL, 100)
    token.send(EVE, "arm", curation.address, curation.encode(*inner))
    curation.send(ADMIN, *outer)
    assert token.read("called")
    assert not token.read("succeeded")
    assert "0x" + token.read("answer").hex() == GUARDED


def test_a_hostile_receiver_is_paid_once() -> None:
    token, curation = hooked()
    chain = curation.chain
    receiver = deploy(chain, "ReenteringReceiver")
    token.send(ADMIN, "transfer", receiver.address, 600)
    for call in (
        token.encode("approve", curation.address, 600),
        curation.encode("buy", MODEL, 600, 0, NEVER),
    ):
        to = token.address if call[:4] == token.encode("approve", EVE, 0)[:4] else curation.address
        receiver.send(EVE, "act", to, call)
    token.send(EVE, "hook", receiver.address)
    receiver.send(EVE, "prepare", curation.address, curation.encode("sell", MODEL, 300, 0, NEVER))
    receiver.send(EVE, "act", curation.address, curation.encode("sell", MODEL, 300, 0, NEVER))
    assert receiver.read("attempts") == 1
    assert not receiver.read("succeeded")
    assert token.read("balanceOf", receiver.address) == 300
    assert curation.read("signalOf", MODEL, receiver.address) == 300


class Curating(RuleBasedStateMachine):
    """Four people signal on two models while fees come in."""

    @initialize(curve=st.sampled_from(CURVES), tax=st.integers(0, 1_000))
    def start(self, curve: int, tax: int) -> None:
        """Deploy either curve."""
        self.market = curators(curve, minimum=TOKEN, tax_bps=tax)
        self.curation = self.market.curation
        self.supply = self.market.token.read("totalSupply")
        self.burned = 0
        self.roundings = 0

    people = st.sampled_from(PEOPLE)
    models = st.sampled_from((MODEL, OTHER))

    @rule(person=people, model=models, wei=st.integers(2 * TOKEN, 10**5 * TOKEN))
    def buy(self, person: str, model: int, wei: int) -> None:
        """Signal, and get what was promised."""
        promised, tax = self.curation.read("previewBuy", model, wei)
        assert self.market.buy(person, wei, model) == promised
        self.burned += tax
        self.roundings += 1

    @rule(person=people, model=models, percent=st.integers(1, 100))
    def sell(self, person: str, model: int, percent: int) -> None:
        """Sell a part."""
        signal = self.curation.read("signalOf", model, person) * percent // 100
        if signal:
            promised = self.curation.read("previewSell", model, signal)
            assert self.market.sell(person, signal, model) == promised
            self.roundings += 1

    @rule(model=models, wei=st.integers(0, 10**4 * TOKEN))
    def distribute(self, model: int, wei: int) -> None:
        """Pay fees, if there is anyone to pay them to."""
        if self.curation.read("totalSignal", model):
            self.curation.send(ADMIN, "distribute", model, wei)
            self.roundings += 1
        else:
            with refused("NoCurators", model):
                self.curation.send(ADMIN, "distribute", model, wei)

    @rule(person=people, model=models)
    def claim(self, person: str, model: int) -> None:
        """Take the fees, and get what was promised."""
        promised = self.curation.read("claimable", model, person)
        before = self.market.held(person)
        self.curation.send(person, "claim", model)
        self.roundings += 1
        assert self.market.held(person) - before == promised
        assert self.curation.read("claimable", model, person) == 0

    @rule(person=people, model=models, wei=st.integers(2 * TOKEN, 10**5 * TOKEN))
    def come_and_go(self, person: str, model: int, wei: int) -> None:
        """Buy and sell at once, which never profits."""
        chain = self.curation.chain
        mark = chain.snapshot()
        _, tax = self.curation.read("previewBuy", model, wei)
        assert self.market.sell(person, self.market.buy(person, wei, model), model) <= wei - tax
        chain.revert(mark)

    @rule(person=people, model=models)
    def nobody_sells_more_than_is_held(self, person: str, model: int) -> None:
        """Ask for one unit more."""
        held = self.curation.read("signalOf", model, person)
        with refused("InsufficientSignal", model, held, held + 1):
            self.market.sell(person, held + 1, model)

    @rule(person=people, model=models, wei=st.integers(2 * TOKEN, 10**5 * TOKEN))
    def nobody_gets_more_signal_than_the_curve_gives(
        self, person: str, model: int, wei: int
    ) -> None:
        """Demand one unit more."""
        signal, _ = self.curation.read("previewBuy", model, wei)
        with refused("Slippage", signal, signal + 1):
            self.curation.send(person, "buy", model, wei, signal + 1, NEVER)

    @invariant()
    def signal_adds_up(self) -> None:
        """A model's signal is its curators'."""
        for model in (MODEL, OTHER):
            held = sum(self.curation.read("signalOf", model, person) for person in PEOPLE)
            assert self.curation.read("totalSignal", model) == held

    @invariant()
    def reserves_cover_all_signal(self) -> None:
        """What the curve asks for is there, and nothing is without signal."""
        for model in (MODEL, OTHER):
            signal = self.curation.read("totalSignal", model)
            reserve = self.curation.read("reserveOf", model)
            assert reserve >= self.curation.read("reserveAt", signal)
            assert signal or not reserve

    @invariant()
    def every_wei_is_somebodys(self) -> None:
        """Reserves and fees are here; rounding keeps less than a wei a time; the tax is burned."""
        owed = sum(self.curation.read("reserveOf", model) for model in (MODEL, OTHER)) + sum(
            self.curation.read("claimable", model, person)
            for model in (MODEL, OTHER)
            for person in PEOPLE
        )
        held = self.market.held(self.curation.address)
        assert owed <= held <= owed + self.roundings + len(PEOPLE) * 2
        assert self.market.token.read("totalSupply") == self.supply - self.burned


TestCurating = Curating.TestCase
TestCurating.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
