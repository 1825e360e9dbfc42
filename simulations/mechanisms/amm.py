"""AMM: a pool of tokens and quote whose product only fees change, where the token has its price.

This is of the World: no contract of the DAO and no twin. The rule is Uniswap v2's: who puts in
``d`` of a reserve ``x`` gets ``d' y / (x + d')`` of the other reserve ``y``, where
``d' = d (1 - fee)``; the fee stays in the pool. Without one, to take a share ``q`` of the tokens
costs ``q / (1 - q)`` of the quote reserve and multiplies the price by ``1 / (1 - q)**2``.

The quote is another currency, of which everybody has enough: the pool counts what each member has
got out of it and put in.
"""

import numpy as np

from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.batches import affordable, turns
from simulations.randomness import Floats, Ints


def swapped(paid: Floats, reserve_in: Floats, reserve_out: Floats, fee: Floats | float) -> Floats:
    """What a payment gets from a pool, of any one shape.

    Parameters
    ----------
    paid
        Put into the pool.
    reserve_in, reserve_out
        Reserves before it, of what is paid and of what is got.
    fee
        Share of the payment that is not exchanged, 0.003 at Uniswap v2.
    """
    counted = paid * (1.0 - fee)
    return counted * reserve_out / (reserve_in + counted)


def payment_for(
    got: Floats, reserve_in: Floats, reserve_out: Floats, fee: Floats | float
) -> Floats:
    """What has to be paid to get so much from a pool: the way back of :func:`swapped`.

    Infinite from the whole reserve on.
    """
    rest = reserve_out - got
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rest > 0, reserve_in * got / np.maximum(rest, 0.0) / (1.0 - fee), np.inf)


def divergence_loss(ratio: Floats) -> Floats:
    """Share by which a provider ends below holding, when the price changed by a ratio.

    ``2 sqrt(r) / (1 + r) - 1``, without fees.
    """
    return 2.0 * np.sqrt(ratio) / (1.0 + ratio) - 1.0


class Amm:
    """The pool of every run.

    Attributes
    ----------
    quote
        Quote in the pool, shape ``(runs,)``; its tokens are the ledger's pool ``amm``.
    traded
        Tokens ever bought and sold, shape ``(runs,)``.
    gained
        Quote that members have got out of the pool less what they put in, ``(runs, members)``.

    Parameters
    ----------
    ledger
        Holds the pool's tokens: what its pool ``amm`` has is the first reserve.
    fee
        Share of a payment that stays in the pool, shape ``(runs,)``.
    quote
        The other first reserve, shape ``(runs,)``.
    """

    def __init__(self, ledger: Ledger, fee: Floats, quote: Floats) -> None:
        self._ledger, self._fee = ledger, fee
        self.quote = quote.copy()
        self.gained = np.zeros_like(ledger.liquid)
        self.traded = np.zeros_like(quote)
        ledger.open("amm")

    @property
    def tokens(self) -> Floats:
        """Tokens in the pool, shape ``(runs,)``."""
        return self._ledger.pools["amm"]

    @property
    def price(self) -> Floats:
        """Quote for a token, of the smallest trade and without the fee, shape ``(runs,)``.

        NaN where the pool is empty.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.tokens > 0, self.quote / self.tokens, np.nan)

    def impact(self, run: Ints, paid: Floats) -> Floats:
        """Share by which quote payments would raise the price, shape ``(n,)``."""
        tokens, quote = self.tokens[run], self.quote[run]
        after = (quote + paid) / (tokens - swapped(paid, quote, tokens, self._fee[run]))
        return after / (quote / tokens) - 1.0

    def buy(self, actions: Actions, most: Floats | None = None) -> None:
        """Buy ``amount`` tokens for quote, in the order given.

        Tokens are what is on chain, so they are named and the quote follows
        (:func:`payment_for`). ``most`` is the quote a buyer pays at most, shape ``(n,)``.
        """
        assert actions.amount is not None
        run, got = actions.run, actions.amount
        tokens, quote = self.tokens.copy(), self.quote.copy()
        paid = np.empty_like(got)
        for turn in turns(run):
            at, fee = run[turn], self._fee[run[turn]]
            paid[turn] = payment_for(got[turn], quote[at], tokens[at], fee)
            quote[at] += paid[turn]
            tokens[at] -= got[turn]
        actions.require((got > 0) & np.isfinite(paid), "buys less than the pool has")
        actions.require(paid <= (np.inf if most is None else most), "pays no more than it accepts")
        self.quote = quote
        np.add.at(self.gained, (run, actions.member), -paid)
        np.add.at(self.traded, run, got)
        self._ledger.move("amm", run, actions.member, got)

    def sell(self, actions: Actions, least: Floats | None = None) -> None:
        """Sell ``amount`` tokens for quote, in the order given.

        ``least`` is the least quote a seller accepts, shape ``(n,)``.
        """
        assert actions.amount is not None
        run, paid = actions.run, actions.amount
        has = affordable(self._ledger.liquid, run, actions.member, paid)
        actions.require((paid > 0) & has, "sells what it has")
        tokens, quote = self.tokens.copy(), self.quote.copy()
        got = np.empty_like(paid)
        for turn in turns(run):
            at, fee = run[turn], self._fee[run[turn]]
            got[turn] = swapped(paid[turn], tokens[at], quote[at], fee)
            quote[at] -= got[turn]
            tokens[at] += paid[turn]
        actions.require(
            got >= (0.0 if least is None else least), "sells for no less than it accepts"
        )
        self.quote = quote
        np.add.at(self.gained, (run, actions.member), got)
        np.add.at(self.traded, run, paid)
        self._ledger.move("amm", run, actions.member, -paid)
