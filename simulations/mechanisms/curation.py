"""Curation: tokens put behind a model become signal, which shares in what the model earns.

Contract twin: ``contracts/market/Curation.sol``. With ``R`` tokens behind a model and the
constitution's minimum ``m``, the signal on it is

- ``R`` on the flat curve (The Graph's on Arbitrum): a token is a signal, whoever comes when;
- ``sqrt(R / m)`` on the square-root curve: ``m`` tokens buy the first signal, and the price of
  the next is ``2 m S`` at a signal of ``S``, so that who comes early buys cheaper. It is Bancor's
  formula with a reserve ratio of one half, The Graph's on Ethereum.

Part of every deposit, the tax, is burned; selling costs nothing and walks the same curve back.
Fees go to whoever holds signal when they are paid, and stay claimable after a sale. The contract
keeps an accumulator per unit of signal; here each curator's fees are added up as they come: in
floats, an accumulator that once saw little signal has no digits left for later fees. Whoever sells
a model's last signal gets all that is behind it.

A trade names the least it accepts. The contract's deadline has no place here: a trade is done on
the day it is decided.
"""

import numpy as np

from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.attestations import grown
from simulations.mechanisms.batches import affordable, bound, by_run, turns
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

FLAT, SQUARE_ROOT = 0.0, 1.0
"""Curves as the contract counts them."""
LEAST_REST = 1e-6
"""Signal that a partial sale leaves at least: whoever wants it all gone sells all."""
SMALL = 1e-6
"""Part of what was sold below which a pool's signal is summed anew: a small rest of a large sum."""
TOLERANCE = 1e-15
"""Share of the minimum that float64 may lack where a deposit after tax just reaches it."""
EVERYBODY = slice(None)
type Pool = tuple[Ints, Ints]
"""Runs and models, each of shape ``(n,)``."""


def bancor_signal(supply: Floats, reserve: Floats, ratio: Floats, deposit: Floats) -> Floats:
    """Signal a deposit buys at a constant reserve ratio, of any one shape.

    ``S ((1 + d / R) ** ratio - 1)`` with supply ``S`` and reserve ``R`` before the deposit ``d``
    (Bancor 2017). For comparison: the square-root curve is this with a ratio of one half, the
    flat one with a ratio of one.
    """
    return supply * np.expm1(ratio * np.log1p(deposit / reserve))


def bancor_tokens(supply: Floats, reserve: Floats, ratio: Floats, signal: Floats) -> Floats:
    """Tokens that selling signal pays at a constant reserve ratio, of any one shape.

    ``R (1 - (1 - s / S) ** (1 / ratio))``, the way back of :func:`bancor_signal`.
    """
    with np.errstate(divide="ignore"):
        return -reserve * np.expm1(np.log1p(-signal / supply) / ratio)


class Curation:
    """Signal, reserves and fees of every model of every run.

    Attributes
    ----------
    curators
        Member indices of those who may signal.
    signal, reserve
        Signal on each model and tokens behind it, shape ``(runs, models)``.
    held, claimable
        Curators' signal and the fees they have not claimed, shape ``(runs, curators, models)``.

    Parameters
    ----------
    rules, ledger
        What it reads, and where tokens move.
    models
        Models to begin with.
    curators
        Members who may signal; nobody else has room in the arrays by curator.
    """

    def __init__(
        self, rules: Rules, ledger: Ledger, models: int, curators: slice = EVERYBODY
    ) -> None:
        runs, members = ledger.liquid.shape
        self._rules, self._ledger = rules, ledger
        self.curators = range(*curators.indices(members))
        self.signal, self.reserve = np.zeros((2, runs, models))
        self.held, self.claimable = np.zeros((2, runs, len(self.curators), models))
        ledger.open("curation")

    def fit(self, models: int) -> None:
        """Make room for so many models."""
        for name in ("signal", "reserve"):
            setattr(self, name, grown(getattr(self, name), models, 0.0))
        for name in ("held", "claimable"):
            setattr(self, name, grown(getattr(self, name), models, 0.0, axis=2))

    def preview_buy(self, at: Pool, deposit: Floats) -> Floats:
        """Signal that deposits above nothing would buy now, tax taken off, shape ``(n,)``."""
        return self._bought(at, deposit * (1.0 - self._rules["curation.tax"][at[0]]))

    def preview_sell(self, at: Pool, signal: Floats) -> Floats:
        """Tokens that selling signal, but not a model's last, would pay now, shape ``(n,)``."""
        minimum = self._rules["curation.minimum"][at[0]]
        root = minimum * signal * (2.0 * self.signal[at] - signal)
        return np.where(self._flat(at[0]), signal, root)

    def buy(self, actions: Actions, least: Floats | None = None) -> None:
        """Deposit ``amount`` tokens on models ``target``, in the order given.

        Parameters
        ----------
        actions
            What came before an action that is refused stays done, as on chain.
        least
            Signal below which a buyer does not buy, shape ``(n,)``.
        """
        for turn in turns(actions.run):
            self._buy(actions.where(turn), bound(least, 0.0, turn))

    def sell(self, actions: Actions, least: Floats | None = None) -> None:
        """Sell ``amount`` signal on models ``target``, in the order given.

        A sale leaves at least ``LEAST_REST``; to be rid of all there is :meth:`sell_all`.
        ``least`` is the fewest tokens a seller accepts, shape ``(n,)``.
        """
        for turn in turns(actions.run):
            part = actions.where(turn)
            assert part.amount is not None and part.target is not None
            rest = self.held[part.run, self._curator(part), part.target] - part.amount
            part.require(part.amount > 0, "sells something", "NothingToSell")
            part.require(rest >= LEAST_REST, "sells signal it has", "InsufficientSignal")
            self._sell(part, part.amount, bound(least, 0.0, turn))

    def sell_all(self, actions: Actions, least: Floats | None = None) -> None:
        """Sell the whole signal of members on models ``target``, in the order given."""
        for turn in turns(actions.run):
            part = actions.where(turn)
            assert part.target is not None
            held = self.held[part.run, self._curator(part), part.target]
            part.require(held > 0, "sells signal it has", "NothingToSell")
            self._sell(part, held, bound(least, 0.0, turn))

    def distribute(self, actions: Actions) -> None:
        """Share ``amount`` tokens of members among the curators of models ``target``."""
        assert actions.amount is not None and actions.target is not None
        actions.require(
            self.signal[actions.run, actions.target] > 0, "pays curators that exist", "NoCurators"
        )
        has = affordable(self._ledger.liquid, actions.run, actions.member, actions.amount)
        actions.require(has & (actions.amount >= 0), "pays what it has", "ERC20InsufficientBalance")
        self._ledger.move("curation", actions.run, actions.member, -actions.amount)
        self.share_out((actions.run, actions.target), actions.amount)

    def share_out(self, at: Pool, amount: Floats) -> None:
        """Share tokens that the curation was paid among the curators of models that have any."""
        paid = np.zeros_like(self.signal)
        np.add.at(paid, at, amount)
        run, model = np.nonzero(paid)
        each = paid[run, model] / self.signal[run, model]
        self.claimable[run, :, model] += self.held[run, :, model] * each[:, None]

    def claim(self, actions: Actions) -> None:
        """Pay members the fees of their signal on models ``target``, if there are any."""
        assert actions.target is not None
        for turn in turns(actions.run):
            part = actions.where(turn)
            assert part.target is not None
            at = part.run, self._curator(part), part.target
            fees = self.claimable[at]
            self.claimable[at] = 0.0
            self._ledger.pay("curation", part.run, part.member, fees)

    def _curator(self, actions: Actions) -> Ints:
        column = actions.member - self.curators.start
        actions.require((column >= 0) & (column < len(self.curators)), "is one who may signal")
        return column

    def _buy(self, actions: Actions, least: Floats) -> None:
        assert actions.amount is not None and actions.target is not None
        at, deposit = (actions.run, actions.target), actions.amount
        actions.require(deposit > 0, "deposits something", "DepositTooSmall")
        tax = deposit * self._rules["curation.tax"][actions.run]
        minimum = self._rules["curation.minimum"][actions.run]
        opens = deposit - tax >= minimum * (1.0 - TOLERANCE)
        actions.require(
            (self.signal[at] > 0) | opens, "opens an empty pool with the minimum", "DepositTooSmall"
        )
        bought = self._bought(at, deposit - tax)
        actions.require(bought >= least, "buys no less signal than it accepts", "Slippage")
        held = self._ledger.liquid[actions.run, actions.member]
        actions.require(deposit <= held, "deposits what it has", "ERC20InsufficientBalance")
        self._ledger.move("curation", actions.run, actions.member, -deposit)
        self._ledger.burn("curation", by_run(actions.run, tax, len(self.signal)))
        self.held[actions.run, self._curator(actions), actions.target] += bought
        self.signal[at] += bought
        self.reserve[at] += deposit - tax

    def _sell(self, actions: Actions, signal: Floats, least: Floats) -> None:
        assert actions.target is not None
        at = actions.run, actions.target
        mine = actions.run, self._curator(actions), actions.target
        rest = self.held[mine] - signal
        curators = np.count_nonzero(self.held[actions.run, :, actions.target] > 0, axis=-1)
        last = (rest == 0) & (curators == 1)
        reserve = np.maximum(self.reserve[at], 0.0)
        amount = np.where(last, reserve, self.preview_sell(at, signal))
        actions.require(amount >= least, "sells for no less than it accepts", "Slippage")
        self.held[mine] = rest
        left = self.signal[at] - signal
        counted = self.held[actions.run, :, actions.target].sum(axis=-1)
        self.signal[at] = np.where(left < SMALL * signal, counted, left)
        self.reserve[at] = np.where(last, 0.0, self.reserve[at] - amount)
        self._ledger.move("curation", actions.run, actions.member, amount)

    def _bought(self, at: Pool, net: Floats) -> Floats:
        """Signal for a deposit without its tax; no difference of like roots, which would cancel."""
        minimum, before = self._rules["curation.minimum"][at[0]], self.signal[at]
        after = np.sqrt(before * before + net / minimum)
        return np.where(self._flat(at[0]), net, net / minimum / (before + after))

    def _flat(self, run: Ints) -> np.ndarray:
        return self._rules["curation.curve"][run] == FLAT
