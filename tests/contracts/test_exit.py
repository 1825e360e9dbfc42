"""The way out: when it opens, what it pays, and that everybody gets their part and no more."""

from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from governance.chain import ZERO_ADDRESS, EmbeddedChain, Reverted
from governance.units import DAY, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    DEFAULT_ADMIN_ROLE,
    EVE,
    Contract,
    account,
    dao,
    deploy,
    only,
    populate,
    refused,
    role,
)

TREASURY = account("treasury")
WINDOW, OPENING, VESTING, SILENCE = 14 * DAY, 7 * DAY, 100 * DAY, 180 * DAY
IDLE, GATHERING, LAPSED, OPEN, CLOSING, SETTLED = range(6)
PEOPLE = (ALICE, BOB, CAROL)
UNLIMITED = 2**256 - 1
GUARDED = "3ee5aeb5"
"""Selector of ReentrancyGuardReentrantCall()."""


@dataclass(frozen=True)
class Way:
    """An exit from a treasury with two assets; Alice, Bob and Carol hold the whole supply."""

    chain: EmbeddedChain
    token: Contract
    exit: Contract
    gold: Contract
    silver: Contract

    def held(self, who: str, token: Contract | None = None) -> int:
        """Wei in an account."""
        return int((token or self.token).read("balanceOf", who))

    def escrow(self, who: str, wei: int) -> None:
        """Escrow in the latest or a new round."""
        self.exit.send(who, "escrow", wei)

    def settle(self) -> None:
        """Wait until the opening is over and settle."""
        id_ = self.exit.read("current")
        self.chain.set_time(max(self.exit.read("round", id_)[1], self.chain.timestamp()))
        self.exit.send(EVE, "settle")

    def claim(self, who: str, *assets: Contract, id_: int = 0) -> list[int]:
        """Claim in some assets and return the wei of each."""
        before = [self.held(who, asset) for asset in assets]
        self.exit.send(who, "claim", id_, [asset.address for asset in assets])
        after = [self.held(who, asset) for asset in assets]
        return [new - old for new, old in zip(after, before, strict=True)]

    def state(self, id_: int = 0) -> int:
        """State of a round."""
        return int(self.exit.read("state", id_))


def deploy_exit(chain: EmbeddedChain, token: Contract, **changes: object) -> Contract:
    """Deploy an exit with some settings changed."""
    arguments = {
        "token": token.address, "treasury": TREASURY, "threshold": 1_000, "window": WINDOW,
        "opening": OPENING, "vesting": VESTING, "silence": SILENCE, "admin": ADMIN, **changes,
    }  # fmt: skip
    return deploy(chain, "ExitModule", *arguments.values())


def way(
    *,
    holdings: tuple[int, ...] = (500, 300, 200),
    gold: int = 1_000_000,
    silver: int = 777,
    vesting: int = VESTING,
) -> Way:
    """Deploy an exit from a treasury that approved both its assets and lists them."""
    chain = EmbeddedChain()
    token = deploy(chain, "HookedToken", ADMIN, sum(holdings))
    exit_ = deploy_exit(chain, token, vesting=vesting)
    assets = (
        deploy(chain, "HookedToken", TREASURY, gold),
        deploy(chain, "StoppableToken", TREASURY, silver),
    )
    for asset in assets:
        exit_.send(ADMIN, "list", asset.address)
        asset.send(TREASURY, "approve", exit_.address, UNLIMITED)
    exit_.send(ADMIN, "grantRole", role("PINGER_ROLE"), TREASURY)
    for person, wei in zip(PEOPLE, holdings, strict=True):
        token.send(ADMIN, "transfer", person, wei)
        token.send(person, "approve", exit_.address, UNLIMITED)
    return Way(chain, token, exit_, *assets)


def test_an_exit_opens_settles_and_pays_pro_rata() -> None:
    it = way()
    start = it.chain.timestamp()
    assert it.state() == IDLE
    it.escrow(ALICE, 99)
    assert it.state() == GATHERING
    assert it.exit.read("threshold") == 100
    events = it.exit.send(BOB, "escrow", 1)
    assert only(events, "Escrowed") == {"round": 0, "account": BOB, "amount": 1}
    assert only(events, "ExitOpened") == {
        "round": 0, "openUntil": start + OPENING, "silent": False,
    }  # fmt: skip
    it.chain.advance(DAY)
    it.escrow(CAROL, 100)
    it.chain.set_time(start + OPENING - 1)
    assert it.state() == OPEN
    it.chain.advance(1)
    assert it.state() == CLOSING
    events = it.exit.send(EVE, "settle")
    assert only(events, "ExitSettled") == {"round": 0, "burned": 200, "supply": 1_000}
    assert it.state() == SETTLED
    assert it.token.read("totalSupply") == 800
    assert it.exit.read("part", 0, it.gold.address) == (200_000, 0)
    assert it.exit.read("part", 0, it.silver.address) == (155, 0)

    it.chain.advance(VESTING)
    assert it.claim(ALICE, it.gold, it.silver) == [99_000, 76]
    assert it.claim(BOB, it.gold, it.silver) == [1_000, 0]
    assert it.claim(CAROL, it.silver, it.gold) == [77, 100_000]
    assert it.claim(CAROL, it.silver, it.gold) == [0, 0]
    assert it.held(TREASURY, it.gold) == 800_000


def test_payouts_vest_in_a_straight_line() -> None:
    it = way()
    it.escrow(ALICE, 200)
    it.settle()
    assert it.claim(ALICE, it.gold) == [0]
    assert it.exit.read("entitlement", 0, it.gold.address, ALICE) == 200_000
    it.chain.advance(VESTING // 4)
    assert it.exit.read("claimable", 0, it.gold.address, ALICE) == 50_000
    assert it.claim(ALICE, it.gold) == [50_000]
    it.chain.advance(VESTING // 2)
    assert it.claim(ALICE, it.gold, it.gold) == [100_000, 100_000]
    it.chain.advance(VESTING)
    assert it.claim(ALICE, it.gold) == [50_000]


def test_without_vesting_everything_is_paid_at_once() -> None:
    it = way(vesting=0)
    it.escrow(ALICE, 500)
    it.settle()
    assert it.claim(ALICE, it.gold) == [500_000]


def test_assets_that_were_forgotten_stay_claimable() -> None:
    it = way()
    it.escrow(ALICE, 200)
    it.settle()
    it.exit.send(EVE, "collect", 0, it.silver.address)
    it.chain.advance(VESTING)
    assert it.claim(ALICE, it.gold) == [200_000]
    it.exit.send(ADMIN, "unlist", it.silver.address)
    it.silver.send(TREASURY, "transfer", EVE, it.held(TREASURY, it.silver))
    it.chain.advance(3_650 * DAY)
    assert it.claim(ALICE, it.silver) == [155]


def test_a_round_lapses_when_its_window_passes() -> None:
    it = way()
    it.escrow(ALICE, 99)
    it.chain.advance(WINDOW - 1)
    assert it.state() == GATHERING
    it.chain.advance(1)
    assert it.state() == LAPSED
    it.escrow(BOB, 99)
    assert it.exit.read("current") == 1
    assert it.state(1) == GATHERING
    it.exit.send(ALICE, "withdraw", 0)
    assert it.held(ALICE) == 500
    it.escrow(ALICE, 1)
    assert it.state(1) == OPEN
    with refused("NothingEscrowed", 0, ALICE):
        it.exit.send(ALICE, "withdraw", 0)


def test_escrow_can_be_withdrawn_until_the_exit_opens() -> None:
    it = way()
    it.escrow(ALICE, 99)
    events = it.exit.send(ALICE, "withdraw", 0)
    assert only(events, "EscrowWithdrawn") == {"round": 0, "account": ALICE, "amount": 99}
    it.escrow(ALICE, 100)
    for state in (OPEN, CLOSING, SETTLED):
        assert it.state() == state
        with refused("WrongState", 0, state):
            it.exit.send(ALICE, "withdraw", 0)
        if state == OPEN:
            it.chain.advance(OPENING)
        elif state == CLOSING:
            it.exit.send(EVE, "settle")


def test_nothing_is_settled_or_claimed_before_its_time() -> None:
    it = way()
    for state in (IDLE, GATHERING, OPEN):
        if state == GATHERING:
            it.escrow(ALICE, 1)
        elif state == OPEN:
            it.escrow(ALICE, 99)
        with refused("WrongState", 0, state):
            it.exit.send(EVE, "settle")
        with refused("WrongState", 0, state):
            it.exit.send(ALICE, "claim", 0, [it.gold.address])
        assert it.exit.read("claimable", 0, it.gold.address, ALICE) == 0
        assert it.exit.read("entitlement", 0, it.gold.address, ALICE) == 0
    it.chain.advance(OPENING)
    with refused("WrongState", 0, CLOSING):
        it.escrow(BOB, 1)
    it.exit.send(EVE, "settle")
    with refused("WrongState", 0, SETTLED):
        it.exit.send(EVE, "settle")
    with refused("NothingEscrowed", 1, BOB):
        it.escrow(BOB, 0)


def test_the_treasurys_own_tokens_count_as_not_issued() -> None:
    it = way()
    it.token.send(ALICE, "transfer", TREASURY, 500)
    assert it.exit.read("circulating") == 500
    assert it.exit.read("threshold") == 50
    it.escrow(BOB, 50)
    it.settle()
    assert it.exit.read("part", 0, it.gold.address) == (100_000, 0)


def test_the_threshold_is_rounded_up() -> None:
    it = way(holdings=(501, 300, 200))
    assert it.exit.read("threshold") == 101
    it.escrow(ALICE, 100)
    assert it.state() == GATHERING


def test_when_all_leave_all_is_paid() -> None:
    it = way(vesting=0)
    for person in PEOPLE:
        it.escrow(person, it.held(person))
    it.settle()
    assert [it.claim(person, it.gold)[0] for person in PEOPLE] == [500_000, 300_000, 200_000]
    assert it.token.read("totalSupply") == 0
    assert it.held(it.exit.address, it.gold) == 0


def test_a_silent_dao_can_be_left_by_a_minority() -> None:
    it = way()
    start = it.chain.timestamp()
    it.escrow(ALICE, 5)
    it.chain.set_time(start + SILENCE - 1)
    with refused("StillAlive", start + SILENCE):
        it.exit.send(EVE, "trigger")
    it.chain.advance(1)
    events = it.exit.send(EVE, "trigger")
    assert only(events, "ExitOpened")["silent"] is True
    assert (it.state(0), it.state(1)) == (LAPSED, OPEN)
    with refused("WrongState", 1, OPEN):
        it.exit.send(EVE, "trigger")
    it.escrow(BOB, 1)
    it.settle()
    assert it.exit.read("part", 1, it.gold.address) == (1_000, 0)
    it.exit.send(EVE, "trigger")
    assert it.state(2) == OPEN


def test_a_silent_exit_nobody_joined_settles_for_nothing() -> None:
    it = way()
    it.chain.advance(SILENCE)
    it.exit.send(EVE, "trigger")
    it.settle()
    assert it.state(0) == SETTLED
    assert it.exit.read("part", 0, it.gold.address) == (0, 0)
    assert it.exit.read("claimable", 0, it.gold.address, ALICE) == 0
    assert it.exit.read("entitlement", 0, it.gold.address, ALICE) == 0


def test_a_trigger_takes_in_what_is_gathering() -> None:
    it = way()
    it.chain.advance(SILENCE)
    it.escrow(ALICE, 5)
    it.exit.send(EVE, "trigger")
    assert it.state(0) == OPEN
    with refused("WrongState", 0, OPEN):
        it.exit.send(ALICE, "withdraw", 0)


def test_a_sign_of_life_starts_the_silence_anew() -> None:
    it = way()
    it.chain.advance(SILENCE - 1)
    with refused("AccessControlUnauthorizedAccount", EVE, role("PINGER_ROLE")):
        it.exit.send(EVE, "ping")
    events = it.exit.send(TREASURY, "ping")
    assert only(events, "Pinged") == {"account": TREASURY}
    now = it.chain.timestamp()
    it.chain.advance(1)
    with refused("StillAlive", now + SILENCE):
        it.exit.send(EVE, "trigger")


def test_the_list_is_the_admins_and_stands_still_while_an_exit_is_open() -> None:
    it = way()
    for call in ("list", "unlist"):
        with refused("AccessControlUnauthorizedAccount", EVE, DEFAULT_ADMIN_ROLE):
            it.exit.send(EVE, call, it.gold.address)
    it.escrow(ALICE, 100)
    for state in (OPEN, CLOSING):
        for call in ("list", "unlist"):
            with refused("WrongState", 0, state):
                it.exit.send(ADMIN, call, it.gold.address)
        it.chain.advance(OPENING)
    it.exit.send(EVE, "settle")
    events = it.exit.send(ADMIN, "unlist", it.gold.address)
    assert only(events, "AssetUnlisted") == {"asset": it.gold.address}
    assert it.exit.read("assets") == (it.silver.address,)


def test_no_exit_opens_while_nothing_is_listed() -> None:
    """Settling would burn the escrow for nothing."""
    it = way()
    for asset in (it.gold, it.silver):
        it.exit.send(ADMIN, "unlist", asset.address)
    it.escrow(ALICE, 99)
    with refused("NothingListed"):
        it.escrow(BOB, 1)
    it.exit.send(ALICE, "withdraw", 0)
    assert (it.held(ALICE), it.held(BOB)) == (500, 300)
    it.chain.advance(SILENCE)
    it.escrow(ALICE, 99)
    with refused("NothingListed"):
        it.exit.send(EVE, "trigger")
    it.exit.send(ALICE, "withdraw", it.exit.read("current"))
    assert it.held(ALICE) == 500

    it.exit.send(ADMIN, "list", it.gold.address)
    it.escrow(ALICE, 100)
    assert it.state(it.exit.read("current")) == OPEN


def test_only_contracts_other_than_the_token_are_listed_once() -> None:
    it = way()
    for asset in (it.token.address, it.gold.address, EVE, ZERO_ADDRESS):
        with refused("InvalidAsset", asset):
            it.exit.send(ADMIN, "list", asset)
    with refused("InvalidAsset", EVE):
        it.exit.send(ADMIN, "unlist", EVE)
    for _ in range(14):
        it.exit.send(ADMIN, "list", deploy(it.chain, "TaxedToken", TREASURY, 1).address)
    with refused("TooManyAssets", 16):
        it.exit.send(ADMIN, "list", deploy(it.chain, "TaxedToken", TREASURY, 1).address)


def test_what_the_treasury_cannot_pay_stays_due_and_is_shared() -> None:
    it = way(vesting=0)
    it.escrow(ALICE, 300)
    it.escrow(BOB, 100)
    it.settle()
    it.gold.send(TREASURY, "transfer", EVE, 800_000)
    assert it.claim(ALICE, it.gold) == [150_000]
    assert it.exit.read("part", 0, it.gold.address) == (200_000, 200_000)
    assert it.exit.read("entitlement", 0, it.gold.address, ALICE) == 300_000
    assert it.claim(BOB, it.gold) == [50_000]
    it.gold.send(EVE, "transfer", TREASURY, 800_000)
    it.gold.send(TREASURY, "approve", it.exit.address, 100_000)
    assert it.claim(BOB, it.gold) == [25_000]
    it.gold.send(TREASURY, "approve", it.exit.address, UNLIMITED)
    assert it.claim(ALICE, it.gold) == [150_000]
    assert it.claim(BOB, it.gold) == [25_000]


def test_a_second_round_does_not_share_in_what_the_first_is_due() -> None:
    it = way(vesting=0)
    it.escrow(ALICE, 500)
    it.settle()
    assert it.exit.read("outstanding", it.gold.address) == 500_000
    it.escrow(BOB, 300)
    it.settle()
    assert it.exit.read("part", 1, it.gold.address) == (300_000, 0)
    assert it.claim(BOB, it.gold, id_=1) == [300_000]
    assert it.claim(ALICE, it.gold) == [500_000]


def test_a_taxed_asset_pays_what_arrived() -> None:
    it = way(vesting=0)
    taxed = deploy(it.chain, "TaxedToken", TREASURY, 10_000)
    it.exit.send(ADMIN, "list", taxed.address)
    taxed.send(TREASURY, "approve", it.exit.address, UNLIMITED)
    it.escrow(ALICE, 100)
    it.settle()
    events = it.exit.send(EVE, "collect", 0, taxed.address)
    assert only(events, "PartCollected") == {
        "round": 0, "asset": taxed.address, "amount": 1_000, "received": 990,
    }  # fmt: skip
    it.exit.send(ALICE, "claim", 0, [taxed.address])
    assert it.held(it.exit.address, taxed) == 0


def test_a_broken_asset_does_not_hold_the_others_back() -> None:
    it = way(vesting=0)
    it.silver.send(EVE, "hang", True)
    it.escrow(ALICE, 100)
    it.settle()
    assert it.exit.read("part", 0, it.silver.address) == (0, 0)
    assert it.exit.read("part", 0, it.gold.address) == (100_000, 0)
    it.silver.send(EVE, "hang", False)
    it.escrow(BOB, 200)
    it.settle()
    it.silver.send(EVE, "stop", True)
    with refused("Stopped"):
        it.exit.send(BOB, "claim", 1, [it.silver.address, it.gold.address])
    assert it.claim(BOB, it.gold, id_=1) == [200_000]
    it.silver.send(EVE, "stop", False)
    assert it.claim(BOB, it.silver, id_=1) == [777 * 200 // 900]


def settle_with(it: Way, gas: int) -> None:
    """Settle with no more than so much gas."""
    puppet = deploy(it.chain, "ReenteringReceiver")
    puppet.send(EVE, "actWithGas", it.exit.address, it.exit.encode("settle"), gas)


def test_whoever_settles_must_send_gas_for_every_asset() -> None:
    it = way()
    it.escrow(ALICE, 100)
    it.chain.advance(OPENING)
    with refused("NotEnoughGas"):
        settle_with(it, 400_000)
    assert it.state() == CLOSING


@pytest.mark.parametrize("gas", range(50_000, 800_000, 25_000))
def test_too_little_gas_cannot_make_an_asset_look_broken(gas: int) -> None:
    it = way()
    it.escrow(ALICE, 100)
    it.chain.advance(OPENING)
    with suppress(Reverted):
        settle_with(it, gas)
    if it.state() == CLOSING:
        it.exit.send(EVE, "settle")
    assert it.exit.read("part", 0, it.gold.address) == (100_000, 0)
    assert it.exit.read("part", 0, it.silver.address) == (77, 0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"treasury": ZERO_ADDRESS}, "InvalidTreasury"),
        ({"threshold": 99}, "ThresholdOutOfBounds"),
        ({"threshold": 10_001}, "ThresholdOutOfBounds"),
        ({"window": DAY - 1}, "PeriodOutOfBounds"),
        ({"window": 90 * DAY + 1}, "PeriodOutOfBounds"),
        ({"opening": DAY - 1}, "PeriodOutOfBounds"),
        ({"opening": 90 * DAY + 1}, "PeriodOutOfBounds"),
        ({"vesting": 730 * DAY + 1}, "PeriodOutOfBounds"),
        ({"silence": 30 * DAY - 1}, "PeriodOutOfBounds"),
        ({"silence": 3_653 * DAY + 1}, "PeriodOutOfBounds"),
    ],
)
def test_impossible_settings_are_refused(change: dict[str, object], error: str) -> None:
    chain = EmbeddedChain()
    token = deploy(chain, "HookedToken", ADMIN, 1)
    with refused(error):
        deploy_exit(chain, token, **change)


def test_what_the_treasury_executes_is_a_sign_of_life() -> None:
    found = populate(dao())
    exit_ = deploy_exit(found.chain, found.token, treasury=found.treasury.address)
    exit_.send(ADMIN, "list", found.vault.address)
    launched = exit_.read("lastSign")
    assert launched == exit_.read("lastPing")
    call = found.token.encode("transfer", EVE, TOKEN)
    proposal = found.propose(ALICE, found.token, call, "Pay Eve")
    proposal.carry()
    assert exit_.read("lastSign") == launched, "a vote alone is none"
    proposal.send(EVE, "execute")
    executed = found.chain.timestamp()
    assert exit_.read("lastSign") == executed > launched
    found.chain.set_time(launched + SILENCE)
    with refused("StillAlive", executed + SILENCE):
        exit_.send(EVE, "trigger")
    found.chain.set_time(executed + SILENCE)
    exit_.send(EVE, "trigger")
    assert exit_.read("state", 0) == OPEN


INNER = (("escrow", 1), ("withdraw", 0), ("trigger",), ("settle",), ("claim", 0, []))


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("outer", ["escrow", "withdraw", "settle", "collect", "claim"])
def test_a_hostile_token_cannot_get_back_in(outer: str, inner: tuple) -> None:
    it = way(vesting=0)
    if outer == "withdraw":
        it.escrow(ALICE, 10)
    if outer in ("settle", "collect", "claim"):
        it.escrow(ALICE, 100)
        it.chain.advance(OPENING)
    if outer in ("collect", "claim"):
        it.exit.send(EVE, "settle")
    hostile = it.gold if outer in ("collect", "claim") else it.token
    hostile.send(EVE, "arm", it.exit.address, it.exit.encode(*inner))
    arguments = {
        "escrow": (10,), "withdraw": (0,), "collect": (0, it.gold.address),
        "claim": (0, [it.gold.address]),
    }  # fmt: skip
    it.exit.send(ALICE, outer, *arguments.get(outer, ()))
    assert hostile.read("called")
    assert not hostile.read("succeeded")
    assert hostile.read("answer").hex() == GUARDED


def test_a_hostile_receiver_is_paid_once() -> None:
    it = way(vesting=0)
    greedy = deploy(it.chain, "ReenteringReceiver")
    it.token.send(ALICE, "transfer", greedy.address, 100)
    approve = it.token.encode("approve", it.exit.address, 100)
    greedy.send(EVE, "act", it.token.address, approve)
    greedy.send(EVE, "act", it.exit.address, it.exit.encode("escrow", 100))
    it.escrow(BOB, 100)
    it.settle()
    claim = it.exit.encode("claim", 0, [it.gold.address])
    it.gold.send(EVE, "hook", greedy.address)
    greedy.send(EVE, "prepare", it.exit.address, claim)
    greedy.send(EVE, "act", it.exit.address, claim)
    assert greedy.read("attempts") == 1
    assert not greedy.read("succeeded")
    assert it.held(greedy.address, it.gold) == 100_000
    assert it.claim(BOB, it.gold) == [100_000]


wei = st.integers(1, 10**9 * TOKEN)


@given(
    holdings=st.tuples(wei, wei, wei),
    percents=st.tuples(st.integers(10, 100), st.integers(0, 100), st.integers(0, 100)),
    gold=st.integers(0, 10**9 * TOKEN),
)
@settings(max_examples=60, deadline=None)
def test_nobody_is_paid_more_than_pro_rata(
    holdings: tuple[int, ...], percents: tuple[int, ...], gold: int
) -> None:
    it = way(holdings=holdings, gold=gold, vesting=0)
    it.chain.advance(SILENCE)
    it.exit.send(EVE, "trigger")
    stakes = [held * percent // 100 for held, percent in zip(holdings, percents, strict=True)]
    for person, stake in zip(PEOPLE, stakes, strict=True):
        if stake:
            it.escrow(person, stake)
    it.settle()
    for person, stake in zip(PEOPLE, stakes, strict=True):
        (paid,) = it.claim(person, it.gold)
        exact = gold * stake // sum(holdings)
        assert exact - 1 <= paid <= exact or paid == exact == 0
    assert it.held(TREASURY, it.gold) >= gold - gold * sum(stakes) // sum(holdings)


class Leaving(RuleBasedStateMachine):
    """Three people come and go through rounds while the treasury earns, spends and falls silent."""

    people = st.sampled_from(PEOPLE)

    def __init__(self) -> None:
        super().__init__()
        self.it = way(holdings=(5_000, 3_000, 2_000), gold=10**6, silver=10**4, vesting=10 * DAY)
        self.exit = self.it.exit
        self.supply = 10_000
        self.escrowed: dict[tuple[int, str], int] = {}
        self.entitled: dict[tuple[int, str], int] = {}
        self.claimed: dict[tuple[int, str], int] = {}

    @property
    def current(self) -> int:
        """Number of the latest round."""
        return int(self.exit.read("current"))

    @rule(person=people, percent=st.integers(1, 40))
    def escrow(self, person: str, percent: int) -> None:
        """Escrow a part, unless the latest round waits to be settled."""
        part = self.it.held(person) * percent // 100
        if self.it.state(self.current) == CLOSING:
            with refused("WrongState", self.current, CLOSING):
                self.it.escrow(person, part)
        elif part:
            self.it.escrow(person, part)
            key = (self.current, person)
            self.escrowed[key] = self.escrowed.get(key, 0) + part

    @rule(person=people, back=st.integers(0, 3))
    def withdraw(self, person: str, back: int) -> None:
        """Take escrow back, which is legal while a round is not open."""
        id_ = max(self.current - back, 0)
        state, mine = self.it.state(id_), self.escrowed.get((id_, person), 0)
        if state not in (GATHERING, LAPSED):
            with refused("WrongState", id_, state):
                self.exit.send(person, "withdraw", id_)
        elif not mine:
            with refused("NothingEscrowed", id_, person):
                self.exit.send(person, "withdraw", id_)
        else:
            before = self.it.held(person)
            self.exit.send(person, "withdraw", id_)
            assert self.it.held(person) - before == mine
            del self.escrowed[(id_, person)]

    @rule()
    def settle(self) -> None:
        """Settle, which is legal once the opening is over, and check everybody's part."""
        id_ = self.current
        state = self.it.state(id_)
        if state != CLOSING:
            with refused("WrongState", id_, state):
                self.exit.send(EVE, "settle")
            return
        supply = self.exit.read("circulating")
        free = self.it.held(TREASURY, self.it.gold) - self.exit.read(
            "outstanding", self.it.gold.address
        )
        self.exit.send(EVE, "settle")
        for person in PEOPLE:
            mine = self.escrowed.get((id_, person), 0)
            entitled = self.exit.read("entitlement", id_, self.it.gold.address, person)
            exact = max(free, 0) * mine // supply
            assert exact - 1 <= entitled <= exact or entitled == exact == 0
            self.entitled[(id_, person)] = entitled
        self.supply -= sum(wei for (at, _), wei in self.escrowed.items() if at == id_)

    @rule()
    def trigger(self) -> None:
        """Open because of silence, which is legal after it."""
        silent = self.exit.read("lastPing") + SILENCE
        state = self.it.state(self.current)
        if self.it.chain.timestamp() < silent:
            with refused("StillAlive", silent):
                self.exit.send(EVE, "trigger")
        elif state in (OPEN, CLOSING):
            with refused("WrongState", self.current, state):
                self.exit.send(EVE, "trigger")
        else:
            self.exit.send(EVE, "trigger")
            assert self.it.state(self.current) == OPEN

    @rule(person=people, back=st.integers(0, 3))
    def claim(self, person: str, back: int) -> None:
        """Claim gold, which is legal of settled rounds."""
        id_ = max(self.current - back, 0)
        state = self.it.state(id_)
        if state != SETTLED:
            with refused("WrongState", id_, state):
                self.it.claim(person, self.it.gold, id_=id_)
        else:
            (paid,) = self.it.claim(person, self.it.gold, id_=id_)
            key = (id_, person)
            self.claimed[key] = self.claimed.get(key, 0) + paid

    @rule(wei=st.integers(1, 10**5))
    def earn(self, wei: int) -> None:
        """Let the treasury receive gold it had spent."""
        part = min(wei, self.it.held(EVE, self.it.gold))
        self.it.gold.send(EVE, "transfer", TREASURY, part)

    @rule(wei=st.integers(1, 10**5))
    def spend(self, wei: int) -> None:
        """Let the treasury spend gold, even what is due."""
        part = min(wei, self.it.held(TREASURY, self.it.gold))
        self.it.gold.send(TREASURY, "transfer", EVE, part)

    @rule()
    def ping(self) -> None:
        """Give a sign of life."""
        self.exit.send(TREASURY, "ping")

    @rule(days=st.sampled_from((1, 3, 7, 14, 200)))
    def wait(self, days: int) -> None:
        """Let time pass."""
        self.it.chain.advance(days * DAY)

    @invariant()
    def escrow_is_held_until_it_is_burned(self) -> None:
        """The tokens here are the escrow of rounds that are not settled."""
        waiting = sum(
            wei for (id_, _), wei in self.escrowed.items() if self.it.state(id_) != SETTLED
        )
        assert self.it.held(self.exit.address) == waiting
        assert self.it.token.read("totalSupply") == self.supply

    @invariant()
    def nobody_is_paid_more_than_their_part(self) -> None:
        """Claims stay within what was fixed, and what is left of it stays claimable."""
        gold = self.it.gold.address
        for (id_, person), entitled in self.entitled.items():
            assert self.exit.read("entitlement", id_, gold, person) == entitled
            now = self.exit.read("claimable", id_, gold, person)
            assert self.claimed.get((id_, person), 0) + now <= entitled

    @invariant()
    def what_was_collected_and_not_claimed_is_here(self) -> None:
        """Gold here covers all that is collected, and what is due is told in full."""
        gold = self.it.gold.address
        parts = [self.exit.read("part", id_, gold) for id_ in range(self.current + 1)]
        collected = sum(part[1] for part in parts)
        claimed = sum(self.claimed.values())
        assert self.it.held(self.exit.address, self.it.gold) == collected - claimed
        assert self.exit.read("outstanding", gold) == sum(part[0] for part in parts)


TestLeaving = Leaving.TestCase
TestLeaving.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
