"""Market: users pay for a version that may run, by the use or by the period.

Contract twin: ``contracts/market/Market.sol``. Every payment is split at once by the constitution's
``market`` shares:

- burned, which is the usage that the usage curve of the emissions counts;
- to the developer, who withdraws it;
- to the curators of the version's model, by their signal (:mod:`simulations.mechanisms.curation`);
- to the stakers, streaming (:mod:`simulations.mechanisms.stream`);
- to the treasury, which also gets every part that nobody is there to receive: no developer, no
  signal on the model, no shares in the vault.

Prices lie within the constitution's bounds when they are set and when they are paid. Access without
paying for each use is a subscription that has not ended, or active shares as many as the developer
asks for; it ends when the version may not run. At most 366 days can be paid ahead. Prices are whole
millionths of a token, so that every part is a whole number of wei.
"""

from typing import Protocol

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.attestations import grown
from simulations.mechanisms.batches import affordable, bound, by_run, turns
from simulations.mechanisms.curation import Curation
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.stream import Stream
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

MOST_PREPAID = 366.0 * DAY
"""Longest time that can be paid ahead, in seconds."""
MOST_AT_ONCE = 2.0**32 - 1
"""Most uses or periods in one payment."""
HALF_MICRO = 5e-7
"""Costs and limits are whole millionths of a token; a product of float64 misses its own by less."""
EVERYBODY = slice(None)
RECEIVERS = ("burned", "developers", "curators", "stakers", "treasury")
"""Where payments go."""
TOLERANCE = 1e-9
"""Share of an asked stake that rounding may lack: shares are exact on chain and nearly so here."""


_BY_VERSION = ("per_use", "per_period", "period", "stake", "turnover", "uses")


class Listing(Protocol):
    """What a market needs to know of the registry, each of shape ``(runs, versions)``.

    Columns may be added as versions are drafted, and a market adds as many to what it knows.

    Attributes
    ----------
    model
        The model each version belongs to.
    developer
        The member who sets the price of a version and earns from it, -1 for nobody.
    deployable
        Whether a version may run now.
    """

    model: Ints
    developer: Ints
    deployable: np.ndarray


class Market:
    """Offers, subscriptions and earnings of every run.

    Attributes
    ----------
    per_use, per_period, period, stake
        What versions cost in tokens, the seconds of a period, and the shares that give access,
        shape ``(runs, versions)``; 0 means that a version is not sold that way.
    payers
        Member indices of those who may pay.
    paid_uses, subscribed_until
        Uses payers have paid for, and the second their subscription ends,
        shape ``(runs, payers, versions)``.
    earned
        Tokens developers can withdraw, shape ``(runs, members)``.
    fees
        Tokens paid so far to each of :data:`RECEIVERS`, shape ``(runs,)``.
    turnover, uses
        Tokens paid for each version so far, and uses, shape ``(runs, versions)``.

    Parameters
    ----------
    rules, ledger, listing, curation, staking, stream
        What it reads, and where its payments go.
    payers
        Members who may pay; nobody else has room in the arrays by payer.
    """

    def __init__(
        self,
        rules: Rules,
        ledger: Ledger,
        listing: Listing,
        curation: Curation,
        staking: Staking,
        stream: Stream,
        payers: slice = EVERYBODY,
    ) -> None:
        runs, members = ledger.liquid.shape
        self.payers = range(*payers.indices(members))
        versions = listing.model.shape[1]
        self._rules, self._ledger, self._listing = rules, ledger, listing
        self._curation, self._staking, self._stream = curation, staking, stream
        self.per_use, self.per_period, self.period, self.stake = np.zeros((4, runs, versions))
        self.turnover, self.uses = np.zeros((2, runs, versions))
        self.paid_uses, self.subscribed_until = np.zeros((2, runs, len(self.payers), versions))
        self.earned = np.zeros((runs, members))
        self.fees = {receiver: np.zeros(runs) for receiver in RECEIVERS}
        ledger.open("market")

    @property
    def usage(self) -> Floats:
        """Tokens that payments have burned, shape ``(runs,)``."""
        return self.fees["burned"]

    def fit(self) -> None:
        """Make room for the versions that were drafted and their models."""
        listing = self._listing
        versions = listing.model.shape[1]
        for name in _BY_VERSION:
            setattr(self, name, grown(getattr(self, name), versions, 0.0))
        for name in ("paid_uses", "subscribed_until"):
            setattr(self, name, grown(getattr(self, name), versions, 0.0, axis=2))
        self._curation.fit(int(listing.model.max(initial=0)) + 1)

    def price_use(self, actions: Actions) -> None:
        """Set the price of a use of versions ``target`` to ``amount`` tokens, 0 for not sold.

        This and the two that follow are the contract's ``setOffer`` with all else as it is.
        """
        at = self._own(actions)
        assert actions.amount is not None
        self._check_offer(actions, actions.amount, self.per_period[at])
        self.per_use[at] = actions.amount

    def price_period(self, actions: Actions) -> None:
        """Set the price of ``choice`` days of versions ``target`` to ``amount`` tokens."""
        at = self._own(actions)
        assert actions.amount is not None and actions.choice is not None
        period = actions.choice * float(DAY)
        self._check_offer(actions, self.per_use[at], actions.amount)
        whole = (period > 0) & (period <= MOST_PREPAID)
        actions.require(
            (actions.amount == 0) | whole, "sells periods of at most 366 days", "InvalidPeriod"
        )
        self.per_period[at], self.period[at] = actions.amount, period

    def ask_stake(self, actions: Actions) -> None:
        """Let ``amount`` active shares give access to versions ``target``, 0 for none do."""
        at = self._own(actions)
        assert actions.amount is not None
        self._check_offer(actions, self.per_use[at], self.per_period[at])
        self.stake[at] = actions.amount

    def pay_uses(self, actions: Actions, most: Floats | None = None) -> None:
        """Pay for ``amount`` uses of versions ``target``.

        ``most`` is the cost above which a user does not pay, shape ``(n,)``.
        """
        assert actions.amount is not None and actions.target is not None
        self.fit()
        every = np.arange(len(actions))
        cost = self._cost(actions, self.per_use, bound(most, np.inf, every))
        self._pay(actions, cost)
        at = actions.run, actions.target
        np.add.at(self.paid_uses, (at[0], self._payer(actions), at[1]), actions.amount)
        np.add.at(self.uses, at, actions.amount)

    def subscribe(self, actions: Actions, day: int, most: Floats | None = None) -> None:
        """Pay for ``amount`` periods of versions ``target``, from now or the subscription's end.

        ``most`` is the cost above which a user does not pay, shape ``(n,)``.
        """
        self.fit()
        for turn in turns(actions.run):
            part = actions.where(turn)
            assert part.amount is not None and part.target is not None
            at = part.run, self._payer(part), part.target
            cost = self._cost(part, self.per_period, bound(most, np.inf, turn))
            until = np.maximum(self.subscribed_until[at], float(day * DAY))
            until += self.period[part.run, part.target] * part.amount
            part.require(
                until <= day * DAY + MOST_PREPAID, "pays at most 366 days ahead", "PaidTooFarAhead"
            )
            self._pay(part, cost)
            self.subscribed_until[at] = until

    def withdraw(self, actions: Actions) -> None:
        """Pay developers what their versions have earned, if anything."""
        for turn in turns(actions.run):
            at = actions.run[turn], actions.member[turn]
            amount = self.earned[at]
            self.earned[at] = 0.0
            self._ledger.pay("market", *at, amount)

    def has_access(self, run: Ints, member: Ints, version: Ints, day: int) -> np.ndarray:
        """Whether members may use versions now without paying for the use, shape ``(n,)``."""
        self.fit()
        column = member - self.payers.start
        pays = (column >= 0) & (column < len(self.payers))
        until = self.subscribed_until[run, np.where(pays, column, 0), version]
        subscribed = pays & (until > day * DAY)
        asked = self.stake[run, version]
        staked = (asked > 0) & (self._staking.shares[run, member] >= asked * (1.0 - TOLERANCE))
        return self._listing.deployable[run, version] & (subscribed | staked)

    def _payer(self, actions: Actions) -> Ints:
        column = actions.member - self.payers.start
        actions.require((column >= 0) & (column < len(self.payers)), "is one who may pay")
        return column

    def _own(self, actions: Actions) -> tuple[Ints, Ints]:
        assert actions.target is not None
        self.fit()
        at = actions.run, actions.target
        actions.require(
            self._listing.developer[at] == actions.member,
            "prices a version it owns",
            "NotDeveloper",
        )
        return at

    def _check_offer(self, actions: Actions, per_use: Floats, per_period: Floats) -> None:
        for price in (per_use, per_period):
            fits = (price == 0) | self._in_bounds(actions.run, price)
            actions.require(fits, "asks prices within the bounds", "PriceOutOfBounds")

    def _in_bounds(self, run: Ints, price: Floats) -> np.ndarray:
        least, most = self._rules["market.least_price"][run], self._rules["market.most_price"][run]
        return (price >= least) & (price <= most)

    def _cost(self, actions: Actions, prices: Floats, most: Floats) -> Floats:
        assert actions.amount is not None and actions.target is not None
        at, count = (actions.run, actions.target), actions.amount
        price = prices[at]
        actions.require(
            self._listing.deployable[at], "pays for a version that may run", "NotDeployable"
        )
        actions.require(price > 0, "pays for what is sold", "NotForSale")
        whole = (count >= 1) & (count <= MOST_AT_ONCE) & (count == np.floor(count))
        actions.require(whole, "buys a whole number of them", "NothingBought")
        actions.require(
            self._in_bounds(actions.run, price), "pays prices within the bounds", "PriceOutOfBounds"
        )
        cost = price * count
        accepted = cost <= most + HALF_MICRO
        actions.require(accepted, "pays no more than it accepts", "CostAboveMaximum")
        return cost

    def _pay(self, actions: Actions, cost: Floats) -> None:
        """Split payments; a part that nobody is there to receive goes to the treasury."""
        assert actions.target is not None
        run, ledger, rules = actions.run, self._ledger, self._rules
        has = affordable(ledger.liquid, run, actions.member, cost)
        actions.require(has, "pays what it has", "ERC20InsufficientBalance")
        model = self._listing.model[run, actions.target]
        developer = self._listing.developer[run, actions.target]
        share = {
            "developer": np.where(developer >= 0, rules["market.developer"][run], 0.0),
            "curators": self._curators_share(run, model),
            "stakers": np.where(self._staking.total > 0, rules["market.stakers"], 0.0)[run],
        }
        part = {name: cost * portion for name, portion in share.items()}
        burned = cost * rules["market.burned"][run]
        rest = cost - burned - part["developer"] - part["curators"] - part["stakers"]
        parts = (burned, part["developer"], part["curators"], part["stakers"], rest)
        paid = {
            receiver: by_run(run, amount, len(self.usage))
            for receiver, amount in zip(RECEIVERS, parts, strict=True)
        }
        for receiver, amount in paid.items():
            self.fees[receiver] += amount
        np.add.at(self.turnover, (run, actions.target), cost)
        ledger.move("market", run, actions.member, -cost)
        ledger.burn("market", paid["burned"])
        np.add.at(self.earned, (run, developer), part["developer"])
        ledger.pass_on("market", "curation", paid["curators"])
        some = part["curators"] > 0
        self._curation.share_out((run[some], model[some]), part["curators"][some])
        ledger.pass_on("market", "stream", paid["stakers"])
        self._stream.add(run, part["stakers"])
        ledger.pass_on("market", "treasury", paid["treasury"])

    def _curators_share(self, run: Ints, model: Ints) -> Floats:
        signalled = self._curation.signal[run, model] > 0
        return np.where(signalled, self._rules["market.curators"][run], 0.0)
