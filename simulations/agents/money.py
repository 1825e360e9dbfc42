"""What cohorts see of money: the pool, the models that can be used, and what curators get."""

from dataclasses import dataclass

import numpy as np

from simulations.agents.windows import frozen
from simulations.ledger import Ledger, micro
from simulations.mechanisms.amm import Amm
from simulations.mechanisms.curation import Curation
from simulations.mechanisms.market import Market
from simulations.mechanisms.registry import Registry
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules
from simulations.truth import Truth


@dataclass
class Catalogue:
    """The versions there are, each array of shape ``(runs, versions)``; no number 0 exists.

    Attributes
    ----------
    model, developer, deployable
        See :class:`simulations.mechanisms.market.Listing`.
    quality
        Latent quality of each, standard normal among models.
    """

    model: Ints
    developer: Ints
    deployable: np.ndarray
    quality: Floats

    @classmethod
    def empty(cls, runs: int) -> "Catalogue":
        """Return a catalogue without a version."""
        none = np.zeros((runs, 1), dtype=np.int64)
        return cls(none, none - 1, none > 0, np.zeros((runs, 1)))

    def follow(self, registry: Registry, truth: Truth, now: float) -> None:
        """Show what is in the registry at a second since launch."""
        self.model, self.developer = registry.model, registry.maker
        self.deployable, self.quality = registry.deployable(now), truth.quality


@dataclass(frozen=True)
class Money:
    """Read-only windows on pool, market and curation."""

    _rules: Rules
    _ledger: Ledger
    _amm: Amm
    _market: Market
    _curation: Curation
    _catalogue: Catalogue

    @property
    def price(self) -> Floats:
        """Quote for a token, NaN without a pool, shape ``(runs,)``."""
        return self._amm.price

    @property
    def tokens(self) -> Floats:
        """Tokens in the pool, shape ``(runs,)``."""
        return frozen(self._amm.tokens)

    @property
    def gained(self) -> Floats:
        """Quote that members have got out of the pool, net, shape ``(runs, members)``."""
        return frozen(self._amm.gained)

    @property
    def supply(self) -> Floats:
        """Tokens in existence, shape ``(runs,)``."""
        return self._ledger.supply

    def most_bought(self) -> Floats:
        """Tokens that a purchase takes when it moves the price by ``world.pool.impact``.

        ``x (1 - 1 / sqrt(1 + i))`` of a reserve of ``x`` tokens: the product stays and the price
        is the ratio of the reserves. In whole millionths, shape ``(runs,)``.
        """
        moved = np.sqrt(1.0 + self._rules["world.pool.impact"])
        return micro(self._amm.tokens * (1.0 - 1.0 / moved))

    def most_sold(self) -> Floats:
        """Tokens whose sale moves the price down by as much: ``x (sqrt(1 + i) - 1)``."""
        return micro(self._amm.tokens * (np.sqrt(1.0 + self._rules["world.pool.impact"]) - 1.0))

    def payments(self) -> tuple[Ints, Ints, Floats]:
        """Run, member and tokens of what members earned or were granted today."""
        paid = self._ledger.payments
        if not paid:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        run, member, amount = (np.concatenate(column) for column in zip(*paid, strict=True))
        return run, member, amount

    @property
    def catalogue(self) -> Catalogue:
        """The versions there are, of which arrays by version have a column each."""
        return self._catalogue

    @property
    def per_use(self) -> Floats:
        """Tokens a use costs, 0 where it is not sold, shape ``(runs, versions)``."""
        self._market.fit()
        return frozen(self._market.per_use[:, : self._catalogue.model.shape[1]])

    @property
    def earned(self) -> Floats:
        """Tokens that developers can withdraw, shape ``(runs, members)``."""
        return frozen(self._market.earned)

    @property
    def fees(self) -> Floats:
        """Tokens ever paid for use, shape ``(runs,)``."""
        return sum(self._market.fees.values(), np.zeros_like(self._amm.quote))

    def turnover(self) -> Floats:
        """Tokens ever paid for the use of each model, shape ``(runs, models)``."""
        self._market.fit()
        model = self._catalogue.model
        paid = np.zeros(self.reserve.shape)
        at = np.arange(len(model))[:, None], model
        np.add.at(paid, at, self._market.turnover[:, : model.shape[1]])
        return paid

    @property
    def reserve(self) -> Floats:
        """Tokens behind each model, shape ``(runs, models)``."""
        return frozen(self._curation.reserve)

    @property
    def signal(self) -> Floats:
        """Signal on each model, shape ``(runs, models)``."""
        return frozen(self._curation.signal)

    @property
    def held(self) -> Floats:
        """Each curator's signal on each model, shape ``(runs, curators, models)``."""
        return frozen(self._curation.held)

    @property
    def claimable(self) -> Floats:
        """Fees that each curator has not claimed, shape ``(runs, curators, models)``."""
        return frozen(self._curation.claimable)
