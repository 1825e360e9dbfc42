"""The market and its stream in both courts: prices, payments, subscriptions, stakes and rewards."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from governance.units import DAY, SHARE, TOKEN
from simulations.mechanisms.market import MOST_PREPAID
from tests.contracts.law import ADMIN, ALICE, BOB, CAROL, EVE
from tests.simulations.beside import both
from tests.simulations.markets import act, conserved, same, wei
from tests.simulations.shops import SPLIT, TREASURY, chain_shop, in_bps, shop

PEOPLE = (ALICE, BOB, CAROL, EVE)
SPLITS = (
    SPLIT,
    (0.01, 0.99, 0.0, 0.0, 0.0),
    (0.0, 0.0, 0.45, 0.54, 0.01),
    (0.0333, 0.3333, 0.1111, 0.2223, 0.3),
)
PERIODS = (0, 1, DAY // 2, 7 * DAY, 30 * DAY, 365 * DAY)
LIKELY = True, True, True, False
BOUNDS = ((0.01, 1e6), (1.0, 5.0), (0.000001, 1.5))
members = st.integers(0, len(PEOPLE) - 1)
versions = st.integers(0, 2)
models = st.integers(0, 1)
prices = st.one_of(
    st.sampled_from([0, 10_000, 10**6, 3 * 10**6, 10**12, 10**12 + 1]), st.integers(0, 10**7)
).map(lambda micro: micro / 1e6)
tokens = st.one_of(st.integers(0, 5_000), st.integers(200_000, 300_000)).map(float)


class Courts(RuleBasedStateMachine):
    """Four people who sell, buy, signal and stake, on the chain and in the mechanisms."""

    @initialize(
        split=st.sampled_from(SPLITS),
        period=st.sampled_from(PERIODS),
        staked=st.booleans(),
        signalled=st.booleans(),
    )
    def begin(self, split: tuple[float, ...], period: int, staked: bool, signalled: bool) -> None:
        self.it = shop(split=split, period=period, cooldown=2 * DAY)
        self.chain = chain_shop(self.it, PEOPLE)
        for version in range(3):
            self.own_price(version, version + 1, 61)
        if staked:
            self.stake(0, 100.0)
        if signalled:
            self.signal(0, 0, 100)

    @property
    def now(self) -> int:
        """Time on chain."""
        return self.chain.start + self.it.day * DAY

    def expect(
        self, error: str | None, call: Any, who: int, contract: str, function: str, *more: Any
    ) -> None:
        """Do the same in both courts, which both refuse it with this error if there is one."""
        send = getattr(self.chain, contract).send
        found = both(call, lambda: send(PEOPLE[who], function, *more))
        assert found == (error or "")

    @rule(days=st.integers(1, 12))
    def wait(self, days: int) -> None:
        for _ in range(days):
            self.it.next_day()
        self.chain.token.chain.set_time(self.now)

    # Selling

    def bad_price(self, price: float) -> bool:
        """Whether a price that is asked lies outside the bounds."""
        low, high = (self.it.rules[f"market.{name}_price"][0] for name in ("least", "most"))
        return price != 0 and not low <= price <= high

    def offer(self, who: int, version: int, change: dict[int, int], call: Any) -> None:
        """Change some of an offer."""
        new = list(self.chain.market.read("offer", version))
        for place, value in change.items():
            new[place] = value
        error = None
        if self.it.listing.developer[0, version] != who:
            error = "NotDeveloper"
        elif any(self.bad_price(price / TOKEN) for price in new[:2]):
            error = "PriceOutOfBounds"
        elif new[1] and not 0 < new[2] <= MOST_PREPAID:
            error = "InvalidPeriod"
        self.expect(error, call, who, "market", "setOffer", version, tuple(new))

    @rule(who=members, version=versions, price=prices)
    def price_use(self, who: int, version: int, price: float) -> None:
        actions = act("price_use", who, price, version)
        self.offer(who, version, {0: wei(price)}, lambda: self.it.market.price_use(actions))

    @rule(version=versions, price=st.integers(1, 5), days=st.sampled_from([7, 61, 183, 366]))
    def own_price(self, version: int, price: int, days: int) -> None:
        if (who := int(self.it.listing.developer[0, version])) >= 0:
            self.price_use(who, version, float(price))
            self.price_period(who, version, 2.0 * price, days)

    @rule(who=members, version=versions, price=prices, days=st.sampled_from([0, 1, 30, 366, 367]))
    def price_period(self, who: int, version: int, price: float, days: int) -> None:
        actions = act("price_period", who, price, version, days)
        change = {1: wei(price), 2: days * DAY}
        self.offer(who, version, change, lambda: self.it.market.price_period(actions))

    @rule(who=members, version=versions, shares=st.integers(0, 300))
    def ask_stake(self, who: int, version: int, shares: int) -> None:
        actions = act("ask_stake", who, shares, version)
        change = {3: shares * SHARE}
        self.offer(who, version, change, lambda: self.it.market.ask_stake(actions))

    @rule(who=members)
    def withdraw(self, who: int) -> None:
        actions = act("withdraw", who)
        self.expect(None, lambda: self.it.market.withdraw(actions), who, "market", "withdraw")

    # Buying

    def cannot(self, who: int, version: int, price: int, count: int, most: int) -> str | None:
        """Why a payment is refused on chain, if it is."""
        held = self.chain.held(PEOPLE[who])
        return next(
            (
                error
                for error, holds in (
                    ("NotDeployable", not self.it.listing.deployable[0, version]),
                    ("NotForSale", price == 0),
                    ("NothingBought", count == 0),
                    ("PriceOutOfBounds", self.bad_price(price / TOKEN)),
                    ("CostAboveMaximum", price * count > most),
                    ("ERC20InsufficientBalance", price * count > held),
                )
                if holds
            ),
            None,
        )

    @rule(
        who=members,
        version=versions,
        uses=st.sampled_from([1, 3, 1_000, 0]),
        lacks=st.sampled_from(LIKELY).map(lambda likely: not likely),
    )
    def pay_uses(self, who: int, version: int, uses: int, lacks: bool) -> None:
        price = self.chain.market.read("offer", version)[0]
        most = max(price * uses - lacks, 0)
        error = self.cannot(who, version, price, uses, most)
        actions = act("pay_uses", who, uses, version)
        limit = np.array([price * uses / TOKEN - lacks * 1e-6])
        self.expect(
            error, lambda: self.it.market.pay_uses(actions, limit), who,
            "market", "payUses", version, uses, most,
        )  # fmt: skip

    @rule(who=members, version=versions, periods=st.sampled_from([1, 2, 6, 7, 0]))
    def subscribe(self, who: int, version: int, periods: int) -> None:
        _, price, period, _ = self.chain.market.read("offer", version)
        error = self.cannot(who, version, price, periods, 2**200)
        ends = self.chain.market.read("subscribedUntil", version, PEOPLE[who])
        ahead = max(ends - self.now, 0) + period * periods
        if ahead > MOST_PREPAID and error in (None, "ERC20InsufficientBalance"):
            error = "PaidTooFarAhead"
        actions = act("subscribe", who, periods, version)
        self.expect(
            error, lambda: self.it.market.subscribe(actions, self.it.day), who,
            "market", "subscribe", version, periods, 2**200,
        )  # fmt: skip

    # Those who are paid

    @rule(who=members, model=models, amount=st.integers(1, 500))
    def signal(self, who: int, model: int, amount: int) -> None:
        assume(self.chain.held(PEOPLE[who]) >= amount * TOKEN)
        actions = act("buy", who, amount, model)
        deposit = model, amount * TOKEN, 0, 2**48 - 1
        self.expect(None, lambda: self.it.curation.buy(actions), who, "curation", "buy", *deposit)

    @rule(who=members, model=models)
    def leave_model(self, who: int, model: int) -> None:
        held = self.chain.curation.read("signalOf", model, PEOPLE[who])
        actions = act("sell_all", who, None, model)
        error = None if held else "NothingToSell"
        self.expect(
            error, lambda: self.it.curation.sell_all(actions), who,
            "curation", "sell", model, held, 0, 2**48 - 1,
        )  # fmt: skip

    @rule(who=members, amount=tokens)
    def stake(self, who: int, amount: float) -> None:
        assume(0 < wei(amount) <= self.chain.held(PEOPLE[who]))
        actions = act("deposit", who, amount)
        self.expect(
            None, lambda: self.it.staking.deposit(actions), who,
            "vault", "deposit", wei(amount), PEOPLE[who],
        )  # fmt: skip

    @rule(who=members)
    def unstake(self, who: int) -> None:
        shares = self.chain.vault.read("balanceOf", PEOPLE[who])
        actions = act("request_exit", who)
        self.expect(
            None if shares else "NoSharesToExit",
            lambda: self.it.staking.request_exit(actions, self.it.day),
            who, "vault", "requestExit", shares,
        )  # fmt: skip

    @rule(who=members)
    def redeem(self, who: int) -> None:
        shares = self.chain.vault.read("maxRedeem", PEOPLE[who])
        assume(shares)
        actions, me = act("redeem", who), PEOPLE[who]
        self.expect(
            None, lambda: self.it.staking.redeem(actions, self.it.day), who,
            "vault", "redeem", shares, me, me,
        )  # fmt: skip

    @rule(version=versions)
    def everybody_unstakes(self, version: int) -> None:
        """Shares on their way out earn; in an emptied vault the stream stands still."""
        for who in range(len(PEOPLE)):
            if self.chain.vault.read("balanceOf", PEOPLE[who]):
                self.unstake(who)
        self.pay_uses(0, version, 3, False)
        self.wait(2)
        for who in range(len(PEOPLE)):
            if self.chain.vault.read("maxRedeem", PEOPLE[who]):
                self.redeem(who)

    @rule(who=members, amount=tokens)
    def reward(self, who: int, amount: float) -> None:
        shares, error = self.chain.vault.read("totalSupply"), None
        if shares == 0 or amount == 0:
            error = "EmptyReward"
        elif wei(amount) > self.chain.held(PEOPLE[who]):
            error = "ERC20InsufficientBalance"
        actions = act("reward", who, amount)
        self.expect(
            error, lambda: self.it.stream.reward(actions, self.it.staking.total > 0), who,
            "vault", "reward", wei(amount),
        )  # fmt: skip

    @precondition(lambda self: self.it.staking.total[0] > 0)
    @rule(amount=st.integers(1, 100))
    def emit(self, amount: int) -> None:
        self.chain.token.send(ADMIN, "mint", self.chain.vault.address, amount * TOKEN)
        self.it.ledger.mint_to("vault", np.array([float(amount)]))

    # Votes and the registry

    @rule(split=st.sampled_from(SPLITS), bounds=st.sampled_from(BOUNDS))
    def vote(self, split: tuple[float, ...], bounds: tuple[float, float]) -> None:
        self.chain.market.send(ADMIN, "setSplit", tuple(in_bps(split)))
        self.chain.market.send(ADMIN, "setPriceBounds", *map(wei, bounds))
        parts = shop(split=split, bounds=bounds).rules
        for path in parts:
            if path.startswith("market."):
                self.it.rules[path][:] = parts[path]

    @rule(period=st.sampled_from(PERIODS))
    def vote_another_period(self, period: int) -> None:
        self.chain.vault.send(ADMIN, "setRewardPeriod", period)
        self.it.rules["staking.reward_period"][:] = period

    @rule(version=versions, developer=st.integers(-1, 3), deployable=st.sampled_from(LIKELY))
    def register(self, version: int, developer: int, deployable: bool) -> None:
        listing = self.it.listing
        self.chain.list_version(version, int(listing.model[0, version]), developer, deployable)
        listing.developer[0, version], listing.deployable[0, version] = developer, deployable
        self.pay_uses(3, version, 1, False)

    @invariant()
    def the_books_agree(self) -> None:
        books, chain = self.it.ledger, self.chain
        same(books.liquid[0], [chain.held(person) for person in PEOPLE], what="balances")
        same(books.treasury[0], chain.held(TREASURY), what="treasury")
        same(books.pools["market"][0], chain.held(chain.market.address), what="market's balance")
        same(books.pools["curation"][0], chain.held(chain.curation.address), what="curation's")
        vault = books.vault[0] + books.pools["stream"][0]
        same(vault, chain.held(chain.vault.address), what="vault's balance")
        same(books.supply[0], chain.token.read("totalSupply") - chain.issued, what="supply")
        same(self.it.market.usage[0], chain.market.read("usage"), what="usage")
        assert conserved(books).max() < 1e-14

    @invariant()
    def the_stream_agrees(self) -> None:
        assets, seconds = self.chain.vault.read("unstreamed")
        left, until_end = self.it.stream.unstreamed()
        same(left[0], assets, what="unstreamed")
        same(self.it.ledger.pools["stream"][0], assets, what="what waits in the stream")
        assert until_end[0] == seconds
        if self.chain.vault.read("totalSupply"):
            same(self.it.ledger.vault[0], self.chain.vault.read("totalAssets"), what="totalAssets")

    @invariant()
    def members_agree(self) -> None:
        market, chain = self.it.market, self.chain
        for who, person in enumerate(PEOPLE):
            same(market.earned[0, who], chain.market.read("earned", person), what="earned")
            shares = chain.vault.read("balanceOf", person)
            same(self.it.staking.shares[0, who], shares, SHARE, "shares")
            for model in range(2):
                fees = chain.curation.read("claimable", model, person)
                same(self.it.curation.claimable[0, who, model], fees, what="fees")
            for version in range(3):
                paid = chain.market.read("paidUses", version, person)
                assert market.paid_uses[0, who, version] == paid
                until = chain.market.read("subscribedUntil", version, person)
                assert market.subscribed_until[0, who, version] == max(until - chain.start, 0)
                at = np.array([0]), np.array([who]), np.array([version])
                asked = market.stake[0, version]
                if abs(shares / SHARE - asked) > 1e-8 * asked:
                    access = chain.market.read("hasAccess", version, person)
                    assert market.has_access(*at, self.it.day)[0] == access

    @invariant()
    def offers_agree(self) -> None:
        market = self.it.market
        for version in range(3):
            per_use, per_period, period, stake = self.chain.market.read("offer", version)
            same(market.per_use[0, version], per_use, what="per use")
            same(market.per_period[0, version], per_period, what="per period")
            assert market.period[0, version] == period
            same(market.stake[0, version], stake, SHARE, "asked stake")


Courts.TestCase.settings = settings(stateful_step_count=25)
TestBothCourts = Courts.TestCase


@pytest.mark.parametrize(("tokens", "early"), [(1, 1), (7, 0)])
def test_a_mean_on_the_edge_of_a_second_falls_on_the_contracts_side(
    tokens: int, early: int
) -> None:
    """Five sevenths of a reward with five days and another with seven end after 74/12 days.

    What is left of one token is no whole number of wei; rounded up, it ends a second early.
    """
    it = shop(period=7 * DAY)
    chain = chain_shop(it, PEOPLE)
    chain.vault.send(ALICE, "deposit", TOKEN, ALICE)
    it.staking.deposit(act("deposit", 0, 1.0))
    for days in (2, 0):
        chain.vault.send(BOB, "reward", tokens * TOKEN)
        it.stream.reward(act("reward", 1, tokens), it.staking.total > 0)
        for _ in range(days):
            it.next_day()
        chain.token.chain.advance(days * DAY)
    assert chain.vault.read("unstreamed")[1] == 74 * DAY // 12 - early
    assert it.stream.unstreamed()[1][0] == 74 * DAY // 12 - early
