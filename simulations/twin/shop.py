"""Market and curation in the other court: offers, payments, signal and fees."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from governance.units import DAY, GENESIS, SHARE
from simulations.randomness import Ints
from simulations.twin.deployed import EVERYTHING, wei
from simulations.twin.driver import Driver, Today
from simulations.twin.lines import ROW, Line

NEVER = 2**48 - 1
"""Deadline of a trade that is done on the day it is decided."""
PER_USE, PER_PERIOD, PERIOD, STAKE = range(4)
"""Places in an offer."""


class Market(Driver):
    """What versions cost, and who pays."""

    def price_use(self, member: int, price: float, version: int) -> None:
        """Set the price of a use."""
        self._offer(member, version, {PER_USE: wei(price)})

    def price_period(self, member: int, price: float, version: int, days: int) -> None:
        """Set the price of a period."""
        self._offer(member, version, {PER_PERIOD: wei(price), PERIOD: days * DAY})

    def ask_stake(self, member: int, shares: float, version: int) -> None:
        """Set the shares that give access."""
        self._offer(member, version, {STAKE: round(shares * 1e6) * (SHARE // 10**6)})

    def pay_uses(self, member: int, uses: float, version: int) -> None:
        """Pay for uses, whatever they cost."""
        self.dao.pay(member, "market", "payUses", version, round(uses), EVERYTHING)

    def subscribe(self, member: int, periods: float, version: int) -> None:
        """Pay for periods, whatever they cost."""
        self.dao.pay(member, "market", "subscribe", version, round(periods), EVERYTHING)

    def withdraw(self, member: int) -> None:
        """Take what one's versions have earned."""
        self.dao.send(member, "market", "withdraw")

    def _offer(self, member: int, version: int, change: dict[int, int]) -> None:
        offer = list(self.dao.read("market", "offer", version))
        for place, value in change.items():
            offer[place] = value
        self.dao.send(member, "market", "setOffer", version, tuple(offer))

    def totals(self, model: Any) -> Iterator[Line]:
        """Name what was used."""
        if model.market is not None:
            yield Line.of("market.usage", lambda: model.market.usage)

    def holdings(self, model: Any) -> Iterator[Line]:
        """Name what members have earned."""
        if model.market is not None:
            yield Line.of("market.earned", lambda: model.market.earned[0], "tokens", ROW)

    def compare(self, today: Today) -> None:
        """Compare what was offered and paid for."""
        if (market := today.mechanism("market")) is None:
            return
        priced = ("market.price_use", "market.price_period", "market.ask_stake")
        offered = np.arange(1, market.per_use.shape[1]) if today.full else today.targets(*priced)
        if offered.size:
            self._compare_offers(today, market, offered)
        self._compare_uses(today, market)

    def _compare_offers(self, today: Today, market: Any, versions: Ints) -> None:
        offers = self.dao.ask("market", "offer", versions, words=4)
        for name, word, simulated, unit in (
            ("perUse", PER_USE, market.per_use, "tokens"),
            ("perPeriod", PER_PERIOD, market.per_period, "tokens"),
            ("period", PERIOD, market.period, "seconds"),
            ("stake", STAKE, market.stake, "shares"),
        ):
            mine = simulated[0, versions]
            today.expect(f"market.offer {name}", mine, offers, unit, word=word)

    def _compare_uses(self, today: Today, market: Any) -> None:
        """Compare what those paid for who paid today, or all who ever did."""
        first = market.payers.start
        for getter, verb, simulated, since, unit in (
            ("paidUses", "market.pay_uses", market.paid_uses, 0, "uses"),
            ("subscribedUntil", "market.subscribe", market.subscribed_until, GENESIS, "seconds"),
        ):
            if not (today.full or today.acts(verb)):
                continue
            columns, versions = _pairs(today, simulated, first, verb)
            members = columns + first
            enforced = self.dao.ask("market", getter, versions, self.dao.who(members))
            mine = simulated[0, columns, versions] + since
            today.expect(f"market.{getter}", mine, enforced, unit, members)


class Curation(Driver):
    """Signal on models, and fees for it."""

    def buy(self, member: int, amount: float, model: int) -> None:
        """Put tokens behind a model."""
        self.dao.pay(member, "curation", "buy", model, wei(amount), 0, NEVER)

    def sell(self, member: int, signal: float, model: int) -> None:
        """Sell part of one's signal."""
        self.dao.send(member, "curation", "sell", model, wei(signal), 0, NEVER)

    def sell_all(self, member: int, model: int) -> None:
        """Sell all of one's signal."""
        held = self.dao.read("curation", "signalOf", model, self.dao.members[member])
        self.dao.send(member, "curation", "sell", model, held, 0, NEVER)

    def distribute(self, member: int, amount: float, model: int) -> None:
        """Give tokens to the curators of a model."""
        self.dao.pay(member, "curation", "distribute", model, wei(amount))

    def claim(self, member: int, model: int) -> None:
        """Take the fees of one's signal."""
        self.dao.send(member, "curation", "claim", model)

    def compare(self, today: Today) -> None:
        """Compare pools, signal and fees, if the day touched any."""
        curation = today.mechanism("curation")
        if curation is None or not (today.full or today.acts("curation", "market")):
            return
        models = np.arange(curation.signal.shape[1])
        for getter, simulated in (
            ("totalSignal", curation.signal),
            ("reserveOf", curation.reserve),
        ):
            enforced = self.dao.ask("curation", getter, models)
            today.expect(f"curation.{getter}", simulated[0, models], enforced)
        first = curation.curators.start
        for getter, simulated in (("signalOf", curation.held), ("claimable", curation.claimable)):
            columns, models = _pairs(today, simulated, first, "curation")
            members = columns + first
            enforced = self.dao.ask("curation", getter, models, self.dao.who(members))
            mine = simulated[0, columns, models]
            today.expect(f"curation.{getter}", mine, enforced, members=members)


def _pairs(today: Today, values: np.ndarray, first: int, *names: str) -> tuple[Ints, Ints]:
    """Columns and targets of the day's actions, and now and then all that have something.

    ``values`` has a column for each member from ``first`` on, shape ``(1, columns, targets)``.
    """
    found: set[tuple[int, int]] = set()
    for each in today.acts(*names):
        if each.target is not None:
            found.update(zip((each.member - first).tolist(), each.target.tolist(), strict=True))
    mine = {pair for pair in found if 0 <= pair[0] < values.shape[1]}
    if today.full:
        mine.update(zip(*(part.tolist() for part in np.nonzero(values[0] > 0)), strict=True))
    pairs = np.array(sorted(mine), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
