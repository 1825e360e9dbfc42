"""The market: who is paid what for a use, who has access, and that no wei is lost on the way."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from governance.chain import ZERO_ADDRESS, contract
from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ADMIN,
    ALICE,
    BOB,
    CAROL,
    DEFAULT_ADMIN_ROLE,
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
from tests.contracts.registries import MAKER, models

TREASURY = account("treasury")
VERSION, SECOND, MODEL = 3, 4, 7
SPLIT = (1_000, 6_000, 1_000, 1_000, 1_000)
"""Burned, developer, curators, stakers, treasury, in basis points."""
LOWEST, HIGHEST = 10, 10**6 * TOKEN
OFFER = (TOKEN, 20 * TOKEN, 30 * DAY, 100 * SHARE)
"""Price of a use, price of a period, the period, the stake that gives access."""
NEVER = 2**48 - 1
USERS = (ALICE, BOB, EVE)


@dataclass(frozen=True)
class Shop:
    """A market with one version of Carol's; three users have approved it."""

    pool: Staking
    registry: Contract
    curation: Contract
    market: Contract

    def held(self, who: str) -> int:
        """Wei in an account."""
        return int(self.pool.token.read("balanceOf", who))

    def say(self, version: int = VERSION, developer: str = CAROL, deployable: bool = True) -> None:
        """Tell the registry what to say of a version."""
        self.registry.send(ADMIN, "set", version, MODEL, developer, deployable)

    def use(self, who: str = ALICE, uses: int = 1, version: int = VERSION) -> dict[str, Any]:
        """Pay for uses and return how the payment was split."""
        events = self.market.send(who, "payUses", version, uses, 2**200)
        return only(events, "PaymentSplit")


def build(
    split: tuple[int, ...],
    lowest: int = LOWEST,
    highest: int = HIGHEST,
    reward_period: int = 0,
) -> Shop:
    """Deploy everything a market needs."""
    pool = staking(reward_period=reward_period)
    registry = deploy(pool.chain, "ListedVersions")
    curation = deploy(pool.chain, "Curation", pool.token.address, 0, 1, 0, ADMIN)
    market = deploy(
        pool.chain, "Market", pool.token.address, pool.vault.address, curation.address,
        registry.address, TREASURY, split, lowest, highest, ADMIN,
    )  # fmt: skip
    return Shop(pool, registry, curation, market)


def shop(
    *,
    split: tuple[int, ...] = SPLIT,
    offer: tuple[int, ...] = OFFER,
    staked: bool = True,
    reward_period: int = 0,
) -> Shop:
    """Open a market; somebody stakes and signals unless told otherwise."""
    found = build(split, reward_period=reward_period)
    found.say()
    found.market.send(CAROL, "setOffer", VERSION, offer)
    for user in USERS:
        found.pool.token.send(ADMIN, "transfer", user, 10**7 * TOKEN)
        found.pool.token.send(user, "approve", found.market.address, 2**256 - 1)
    if staked:
        found.pool.stake(BOB, 1_000 * TOKEN)
        found.pool.token.send(ADMIN, "approve", found.curation.address, 2**256 - 1)
        found.curation.send(ADMIN, "buy", MODEL, 1_000, 0, NEVER)
    return found


def test_a_use_is_split_five_ways_at_once() -> None:
    it = shop()
    supply = it.pool.token.read("totalSupply")
    assets = it.pool.vault.read("totalAssets")
    alice = it.held(ALICE)
    assert it.use(uses=10) == {
        "versionId": VERSION, "developer": CAROL, "burned": TOKEN, "toDeveloper": 6 * TOKEN,
        "toCurators": TOKEN, "toStakers": TOKEN, "toTreasury": TOKEN,
    }  # fmt: skip
    assert alice - it.held(ALICE) == 10 * TOKEN
    assert supply - it.pool.token.read("totalSupply") == TOKEN
    assert it.pool.vault.read("totalAssets") - assets == TOKEN
    assert it.curation.read("claimable", MODEL, ADMIN) == TOKEN
    assert it.held(TREASURY) == TOKEN
    assert it.held(it.market.address) == it.market.read("earned", CAROL) == 6 * TOKEN
    assert it.market.read("paidUses", VERSION, ALICE) == 10


def test_the_stakers_part_streams() -> None:
    it = shop(reward_period=10 * DAY)
    vault, chain = it.pool.vault, it.pool.chain
    assets = vault.read("totalAssets")
    it.use(uses=10)
    assert vault.read("totalAssets") == assets
    assert vault.read("unstreamed") == (TOKEN, 10 * DAY)
    chain.advance(5 * DAY)
    assert vault.read("totalAssets") == assets + TOKEN // 2
    chain.advance(5 * DAY)
    assert vault.read("totalAssets") == assets + TOKEN


def test_usage_is_what_payments_have_burned() -> None:
    it = shop()
    supply = it.pool.token.read("totalSupply")
    assert it.market.read("usage") == 0
    it.use(uses=10)
    it.market.send(ALICE, "subscribe", VERSION, 1, 2**200)
    assert it.market.read("usage") == 3 * TOKEN == supply - it.pool.token.read("totalSupply")
    it.pool.token.send(ALICE, "burn", TOKEN)
    assert it.market.read("usage") == 3 * TOKEN, "burning is not using"


def usage_emissions(it: Shop, usage_bps: int) -> Contract:
    """Deploy a schedule that mints to stakers a part of what the market burns."""
    terms = (2, 10**6 * TOKEN, 1, 0, usage_bps, it.market.address, 10_000)
    emissions = deploy(
        it.pool.chain, "Emissions", it.pool.token.address, it.pool.vault.address, TREASURY, terms
    )
    it.pool.token.send(ADMIN, "grantRole", role("MINTER_ROLE"), emissions.address)
    return emissions


@given(
    burned=st.integers(100, 10_000),
    usage_bps=st.integers(0, 10_000),
    uses=st.integers(1, 10**5),
)
@settings(max_examples=40, deadline=None)
def test_burning_for_what_is_minted_never_pays(burned: int, usage_bps: int, uses: int) -> None:
    it = shop(split=(burned, 10_000 - burned, 0, 0, 0), staked=False)
    emissions = usage_emissions(it, usage_bps)
    it.say(developer=EVE)
    it.pool.stake(EVE, 10**6 * TOKEN)
    before = it.held(EVE) + it.pool.vault.read("previewRedeem", it.pool.vault.read("totalSupply"))
    it.use(EVE, uses)
    it.market.send(EVE, "withdraw")
    emissions.send(EVE, "release")
    after = it.held(EVE) + it.pool.vault.read("previewRedeem", it.pool.vault.read("totalSupply"))
    assert after <= before
    assert emissions.read("released") == it.market.read("usage") * usage_bps // 10_000


def test_a_version_of_the_registry_is_paid_for_while_it_is_deployable() -> None:
    it = shop()
    found = models(pool=it.pool)
    market = deploy(
        it.pool.chain, "Market", it.pool.token.address, it.pool.vault.address,
        it.curation.address, found.registry.address, TREASURY, SPLIT, LOWEST, HIGHEST, ADMIN,
    )  # fmt: skip
    it.pool.token.send(ALICE, "approve", market.address, 2**256 - 1)
    version = found.deployed()
    model = found.registry.read("modelOf", version)
    assert model == found.registry.read("version", version)[0]
    assert found.registry.read("developerOf", version).lower() == MAKER.lower()
    with refused("NotDeveloper", version, EVE, MAKER):
        market.send(EVE, "setOffer", version, OFFER)
    market.send(MAKER, "setOffer", version, OFFER)
    paid = only(market.send(ALICE, "payUses", version, 10, 2**200), "PaymentSplit")
    assert (paid["developer"], paid["toDeveloper"]) == (MAKER, 6 * TOKEN)

    found.registry.send(MAKER, "transferFrom", MAKER, BOB, model)
    paid = only(market.send(ALICE, "payUses", version, 10, 2**200), "PaymentSplit")
    assert paid["developer"] == BOB, "whoever holds the model now"
    assert market.read("earned", MAKER) == market.read("earned", BOB) == 6 * TOKEN

    found.registry.send(ADMIN, "revoke", version, "unsafe")
    with refused("NotDeployable", version):
        market.send(ALICE, "payUses", version, 1, 2**200)
    for view in ("modelOf", "developerOf"):
        with refused("UnknownVersion", 99, 1):
            found.registry.read(view, 99)


def test_a_developer_withdraws_once() -> None:
    it = shop()
    it.use(uses=10)
    assert it.market.send(EVE, "withdraw") == []
    events = it.market.send(CAROL, "withdraw")
    assert only(events, "Withdrawn") == {"account": CAROL, "amount": 6 * TOKEN}
    assert it.held(CAROL) == 6 * TOKEN
    assert it.market.send(CAROL, "withdraw") == []
    assert it.held(it.market.address) == 0


def test_parts_without_anyone_to_receive_them_go_to_the_treasury() -> None:
    it = shop(staked=False)
    paid = it.use(uses=10)
    assert paid["toCurators"] == paid["toStakers"] == 0
    assert paid["toTreasury"] == it.held(TREASURY) == 3 * TOKEN
    it.say(developer=ZERO_ADDRESS)
    paid = it.use(uses=10)
    assert paid["toDeveloper"] == 0
    assert it.held(TREASURY) == 12 * TOKEN


def test_dust_goes_to_the_treasury() -> None:
    it = shop(split=(3_333, 3_333, 1_111, 1_111, 1_112), offer=(99, 0, 0, 0))
    paid = it.use()
    parts = [paid[name] for name in ("burned", "toDeveloper", "toCurators", "toStakers")]
    assert parts == [32, 32, 10, 10]
    assert paid["toTreasury"] == 99 - 84


def cuts_of(bps: int) -> st.SearchStrategy[list[int]]:
    """Places at which basis points are cut into five."""
    return st.lists(st.integers(0, bps), min_size=4, max_size=4).map(sorted)


@given(
    cuts=cuts_of(10_000),
    price=st.integers(LOWEST, HIGHEST),
    uses=st.integers(1, 9),
    staked=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_the_split_conserves_every_wei(
    cuts: list[int], price: int, uses: int, staked: bool
) -> None:
    edges = [0, *cuts, 10_000]
    split = tuple(right - left for left, right in pairwise(edges))
    if split[0] + split[4] < 100:
        with refused("TooLittleLost", split[0] + split[4], 100):
            build(split)
        return
    it = shop(split=split, offer=(price, 0, 0, 0), staked=staked)
    token = it.pool.token
    supply, vault = token.read("totalSupply"), it.held(it.pool.vault.address)
    curation, alice = it.held(it.curation.address), it.held(ALICE)
    paid = it.use(uses=uses)
    names = ("burned", "toDeveloper", "toCurators", "toStakers", "toTreasury")
    assert sum(paid[name] for name in names) == price * uses == alice - it.held(ALICE)
    for name, bps in zip(names[:4], split[:4], strict=True):
        assert paid[name] in (price * uses * bps // 10_000, 0)
    assert supply - token.read("totalSupply") == paid["burned"]
    assert it.held(it.market.address) == paid["toDeveloper"]
    assert it.held(it.curation.address) - curation == paid["toCurators"]
    assert it.held(it.pool.vault.address) - vault == paid["toStakers"]
    assert it.held(TREASURY) == paid["toTreasury"]


@given(cuts=cuts_of(9_900), uses=st.integers(1, 10**5))
@settings(max_examples=40, deadline=None)
def test_using_ones_own_model_always_costs_something(cuts: list[int], uses: int) -> None:
    edges = [0, *cuts, 9_900]
    free = [right - left for left, right in pairwise(edges)]
    split = (50 + free[0], free[1], free[2], free[3], 50 + free[4])
    it = shop(split=split, staked=False)
    it.say(developer=EVE)
    it.pool.stake(EVE, TOKEN)
    it.pool.token.send(EVE, "approve", it.curation.address, 1)
    it.curation.send(EVE, "buy", MODEL, 1, 0, NEVER)
    paid = it.use(EVE, uses)
    returned = paid["toDeveloper"] + paid["toCurators"] + paid["toStakers"]
    assert uses * TOKEN - returned >= uses * TOKEN // 100


def test_a_version_that_may_not_run_cannot_be_paid_for() -> None:
    it = shop()
    it.market.send(ALICE, "subscribe", VERSION, 1, 2**200)
    it.say(deployable=False)
    for call in ("payUses", "subscribe"):
        with refused("NotDeployable", VERSION):
            it.market.send(ALICE, call, VERSION, 1, 2**200)
        with refused("NotDeployable", 99):
            it.market.send(ALICE, call, 99, 1, 2**200)
    assert not it.market.read("hasAccess", VERSION, ALICE)
    it.say(deployable=True)
    assert it.market.read("hasAccess", VERSION, ALICE)


def test_a_subscription_adds_up_and_ends() -> None:
    it = shop()
    chain = it.pool.chain
    start = chain.timestamp()
    events = it.market.send(ALICE, "subscribe", VERSION, 2, 40 * TOKEN)
    assert only(events, "Subscribed") == {
        "versionId": VERSION, "account": ALICE, "until": start + 60 * DAY, "cost": 40 * TOKEN,
    }  # fmt: skip
    chain.advance(10 * DAY)
    it.market.send(ALICE, "subscribe", VERSION, 1, 20 * TOKEN)
    assert it.market.read("subscribedUntil", VERSION, ALICE) == start + 90 * DAY
    chain.set_time(start + 90 * DAY - 1)
    assert it.market.read("hasAccess", VERSION, ALICE)
    chain.advance(1)
    assert not it.market.read("hasAccess", VERSION, ALICE)
    it.market.send(ALICE, "subscribe", VERSION, 1, 20 * TOKEN)
    assert it.market.read("subscribedUntil", VERSION, ALICE) == start + 120 * DAY


def test_nobody_pays_more_than_a_year_ahead() -> None:
    it = shop()
    now = it.pool.chain.timestamp()
    with refused("PaidTooFarAhead", now + 390 * DAY, now + 366 * DAY):
        it.market.send(ALICE, "subscribe", VERSION, 13, 2**200)
    it.market.send(ALICE, "subscribe", VERSION, 12, 2**200)
    with refused("PaidTooFarAhead", now + 390 * DAY, now + 366 * DAY):
        it.market.send(ALICE, "subscribe", VERSION, 1, 2**200)


def test_a_held_stake_gives_access_while_it_is_held() -> None:
    it = shop()
    assert not it.market.read("hasAccess", VERSION, ALICE)
    it.pool.stake(ALICE, 100 * TOKEN)
    assert it.pool.vault.read("balanceOf", ALICE) == 100 * SHARE
    assert it.market.read("hasAccess", VERSION, ALICE)
    it.pool.vault.send(ALICE, "requestExit", 1)
    assert not it.market.read("hasAccess", VERSION, ALICE)
    it.market.send(CAROL, "setOffer", VERSION, (TOKEN, 0, 0, 0))
    assert not it.market.read("hasAccess", VERSION, BOB)


def test_a_price_that_rose_meanwhile_is_not_paid() -> None:
    it = shop()
    it.market.send(CAROL, "setOffer", VERSION, (2 * TOKEN, 50 * TOKEN, DAY, 0))
    with refused("CostAboveMaximum", 20 * TOKEN, 10 * TOKEN):
        it.market.send(ALICE, "payUses", VERSION, 10, 10 * TOKEN)
    with refused("CostAboveMaximum", 50 * TOKEN, 20 * TOKEN):
        it.market.send(ALICE, "subscribe", VERSION, 1, 20 * TOKEN)


def test_what_is_not_sold_or_not_bought_is_refused() -> None:
    it = shop(offer=(TOKEN, 0, 0, 0))
    with refused("NotForSale", VERSION):
        it.market.send(ALICE, "subscribe", VERSION, 1, 2**200)
    with refused("NothingBought", VERSION):
        it.market.send(ALICE, "payUses", VERSION, 0, 2**200)


def test_only_the_developer_sets_an_offer_within_the_bounds() -> None:
    it = shop()
    with refused("NotDeveloper", VERSION, EVE, CAROL):
        it.market.send(EVE, "setOffer", VERSION, OFFER)
    for price in (LOWEST - 1, HIGHEST + 1):
        with refused("PriceOutOfBounds", price, LOWEST, HIGHEST):
            it.market.send(CAROL, "setOffer", VERSION, (price, 0, 0, 0))
        with refused("PriceOutOfBounds", price, LOWEST, HIGHEST):
            it.market.send(CAROL, "setOffer", VERSION, (0, price, DAY, 0))
    for period in (0, 366 * DAY + 1):
        with refused("InvalidPeriod", period, 366 * DAY):
            it.market.send(CAROL, "setOffer", VERSION, (0, TOKEN, period, 0))
    offer = (TOKEN, TOKEN, 366 * DAY, 5)
    events = it.market.send(CAROL, "setOffer", VERSION, offer)
    assert only(events, "OfferSet") == {
        "versionId": VERSION, "developer": CAROL, "offer": offer,
    }  # fmt: skip
    assert it.market.read("offer", VERSION) == offer


def test_an_offer_outside_new_bounds_is_not_paid() -> None:
    it = shop()
    it.market.send(ADMIN, "setPriceBounds", LOWEST, TOKEN - 1)
    with refused("PriceOutOfBounds", TOKEN, LOWEST, TOKEN - 1):
        it.market.send(ALICE, "payUses", VERSION, 1, 2**200)


def test_only_the_admin_changes_the_split_and_the_bounds() -> None:
    it = shop()
    for call in (("setSplit", SPLIT), ("setPriceBounds", 1, 2)):
        with refused("AccessControlUnauthorizedAccount", EVE, DEFAULT_ADMIN_ROLE):
            it.market.send(EVE, *call)
    with refused("SplitNotWhole", 9_999, 10_000):
        it.market.send(ADMIN, "setSplit", (1_000, 6_000, 1_000, 1_000, 999))
    with refused("TooLittleLost", 99, 100):
        it.market.send(ADMIN, "setSplit", (50, 9_901, 0, 0, 49))
    split = (50, 9_900, 0, 0, 50)
    assert only(it.market.send(ADMIN, "setSplit", split), "SplitSet") == {"split": split}
    assert it.market.read("split") == split
    with refused("InvalidPriceBounds", 0, 1):
        it.market.send(ADMIN, "setPriceBounds", 0, 1)
    with refused("InvalidPriceBounds", 2, 1):
        it.market.send(ADMIN, "setPriceBounds", 2, 1)


def test_a_market_without_a_treasury_is_refused() -> None:
    it = build(SPLIT)
    with refused("InvalidTreasury", ZERO_ADDRESS):
        deploy(
            it.pool.chain, "Market", it.pool.token.address, it.pool.vault.address,
            it.curation.address, it.registry.address, ZERO_ADDRESS, SPLIT, 1, 2, ADMIN,
        )  # fmt: skip


GUARDED = "3ee5aeb5"
"""Selector of ReentrancyGuardReentrantCall()."""


def hostile() -> tuple[Contract, Contract]:
    """Open a market whose token calls out within every transfer; `ADMIN` develops and pays."""
    pool = staking()
    chain = pool.chain
    token = deploy(chain, "HookedToken", ADMIN, 10**6 * TOKEN)
    vault = deploy(chain, "StakedMoot", token.address, "S", "S", DAY, DAY, DAY, ADMIN)
    registry = deploy(chain, "ListedVersions")
    curation = deploy(chain, "Curation", token.address, 0, 1, 0, ADMIN)
    market = deploy(
        chain, "Market", token.address, vault.address, curation.address, registry.address,
        TREASURY, SPLIT, 1, 10**6 * TOKEN, ADMIN,
    )  # fmt: skip
    registry.send(ADMIN, "set", VERSION, MODEL, ADMIN, True)
    market.send(ADMIN, "setOffer", VERSION, (1_000, 1_000, DAY, 0))
    for spender in (market, curation, vault):
        token.send(ADMIN, "approve", spender.address, 2**256 - 1)
    curation.send(ADMIN, "buy", MODEL, 100, 0, NEVER)
    return token, market


@pytest.mark.parametrize("inner", [("payUses", VERSION, 1, 2**200), ("withdraw",)])
@pytest.mark.parametrize(
    "outer",
    [("payUses", VERSION, 1, 2**200), ("subscribe", VERSION, 1, 2**200), ("withdraw",)],
)
def test_a_hostile_token_cannot_get_back_in(outer: tuple, inner: tuple) -> None:
    token, market = hostile()
    market.send(ADMIN, "payUses", VERSION, 1, 2**200)
    token.send(EVE, "arm", market.address, market.encode(*inner))
    market.send(ADMIN, *outer)
    assert token.read("called")
    assert not token.read("succeeded")
    assert token.read("answer").hex() == GUARDED
    assert token.read("balanceOf", market.address) == market.read("earned", ADMIN)


def test_a_hostile_developer_is_paid_once() -> None:
    token, market = hostile()
    developer = deploy(market.chain, "ReenteringReceiver")
    registry = Contract(market.chain, contract("ListedVersions"), market.read("registry"))
    registry.send(ADMIN, "set", VERSION, MODEL, developer.address, True)
    market.send(ADMIN, "payUses", VERSION, 1, 2**200)
    token.send(EVE, "hook", developer.address)
    developer.send(EVE, "prepare", market.address, market.encode("withdraw"))
    developer.send(EVE, "act", market.address, market.encode("withdraw"))
    assert developer.read("attempts") == 1
    assert not developer.read("succeeded")
    assert token.read("balanceOf", developer.address) == 600


class Trading(RuleBasedStateMachine):
    """Users pay, developers come and go, the DAO suspends versions and changes the split."""

    users = st.sampled_from(USERS)
    versions = st.sampled_from((VERSION, SECOND))

    def __init__(self) -> None:
        super().__init__()
        self.it = shop(staked=False, reward_period=DAY)
        self.market = self.it.market
        self.token = self.it.pool.token
        self.supply = self.token.read("totalSupply")
        self.deployable = {VERSION: True, SECOND: False}
        self.developer = {VERSION: CAROL, SECOND: BOB}
        self.offered = {VERSION: True, SECOND: False}
        self.paid = 0
        self.seen = dict.fromkeys(
            ("burned", "toDeveloper", "toCurators", "toStakers", "toTreasury"), 0
        )
        self.withdrawn = 0
        self.staked = 0
        self.it.say(SECOND, BOB, False)

    def buy(self, call: str, user: str, version: int, amount: int) -> None:
        """Pay, or be refused for the right reason."""
        if not self.deployable[version]:
            with refused("NotDeployable", version):
                self.market.send(user, call, version, amount, 2**200)
        elif not self.offered[version]:
            with refused("NotForSale", version):
                self.market.send(user, call, version, amount, 2**200)
        else:
            before = self.it.held(user)
            split = only(self.market.send(user, call, version, amount, 2**200), "PaymentSplit")
            self.paid += before - self.it.held(user)
            assert split["developer"] == self.developer[version]
            for name in self.seen:
                self.seen[name] += split[name]

    @rule(user=users, version=versions, uses=st.integers(1, 1_000))
    def use(self, user: str, version: int, uses: int) -> None:
        """Pay for uses."""
        self.buy("payUses", user, version, uses)

    @rule(user=users, version=versions)
    def subscribe(self, user: str, version: int) -> None:
        """Pay for a period, unless that is too far ahead."""
        ahead = self.market.read("subscribedUntil", version, user) - self.it.pool.chain.timestamp()
        if ahead < 300 * DAY:
            self.buy("subscribe", user, version, 1)

    @rule(version=versions, price=st.integers(LOWEST, 10 * TOKEN))
    def offer(self, version: int, price: int) -> None:
        """Let the developer set the prices."""
        developer = self.developer[version]
        self.market.send(developer, "setOffer", version, (price, price, 30 * DAY, 0))
        self.offered[version] = True

    @rule(version=versions, price=st.integers(LOWEST, TOKEN))
    def nobody_else_sets_an_offer(self, version: int, price: int) -> None:
        """Try as a stranger."""
        with refused("NotDeveloper", version, EVE, self.developer[version]):
            self.market.send(EVE, "setOffer", version, (price, 0, 0, 0))

    @rule(version=versions, developer=st.sampled_from((BOB, CAROL)), deployable=st.booleans())
    def decide(self, version: int, developer: str, deployable: bool) -> None:
        """Suspend or admit a version, or give it to someone."""
        self.it.say(version, developer, deployable)
        self.deployable[version], self.developer[version] = deployable, developer

    @rule(who=st.sampled_from((BOB, CAROL, EVE)))
    def withdraw(self, who: str) -> None:
        """Take what was earned."""
        earned, before = self.market.read("earned", who), self.it.held(who)
        self.market.send(who, "withdraw")
        assert self.it.held(who) - before == earned
        self.withdrawn += earned

    @rule(wei=st.integers(1, 100 * TOKEN))
    def signal(self, wei: int) -> None:
        """Give the model a curator."""
        self.token.send(ADMIN, "approve", self.it.curation.address, wei)
        self.it.curation.send(ADMIN, "buy", MODEL, wei, 0, NEVER)

    @rule(wei=st.integers(1, 100 * TOKEN), days=st.integers(0, 2))
    def stake(self, wei: int, days: int) -> None:
        """Give the vault a staker, and time."""
        self.it.pool.stake(ADMIN, wei)
        self.staked += wei
        self.it.pool.chain.advance(days * DAY)

    @rule(burned=st.integers(100, 3_000), developer=st.integers(0, 7_000))
    def change_split(self, burned: int, developer: int) -> None:
        """Decide another split."""
        rest = 10_000 - burned - developer
        split = (burned, developer, rest // 3, rest // 3, rest - 2 * (rest // 3))
        self.market.send(ADMIN, "setSplit", split)

    @invariant()
    def payments_are_the_sum_of_their_parts(self) -> None:
        """Nothing is lost."""
        assert self.paid == sum(self.seen.values())
        assert self.token.read("totalSupply") == self.supply - self.seen["burned"]
        assert self.market.read("usage") == self.seen["burned"]
        assert self.it.held(TREASURY) == self.seen["toTreasury"]
        assert self.it.held(self.it.pool.vault.address) == self.staked + self.seen["toStakers"]

    @invariant()
    def the_market_holds_what_developers_can_withdraw(self) -> None:
        """Every wei in it is somebody's."""
        earned = sum(self.market.read("earned", who) for who in (BOB, CAROL, EVE))
        assert self.it.held(self.market.address) == earned
        assert earned + self.withdrawn == self.seen["toDeveloper"]


TestTrading = Trading.TestCase
TestTrading.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
