"""Runners: attackers who buy signal ahead of curators and sell it to them."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.earnings import Earnings
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.mechanisms.batches import summed
from simulations.mechanisms.curation import Curation
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules
from simulations.worlds.attack import ATTACKS

PART = 0.25
"""Part of what is missing behind a model that they put there first. On the square-root curve, with
nothing there before, it gains most: ``2 (sqrt(f) - f)`` of what is missing, for a part ``f``."""
OPEN, FILLED = 0.5, 0.1
"""Parts of a model's worth that lack when they buy, at least, and when they sell, at most."""


class Runners(Cohort):
    """Bots as on The Graph's bonding curve: first in, and out when the others have come.

    They know what curators want to know without an error: what a model earns, and so what curators
    will put behind it. From ``world.attack.start`` on they act each day before the curators do.
    Each model is one runner's, so they do not run ahead of each other. They leave fees unclaimed.
    """

    kind = "runner"

    def __init__(
        self, model: mesa.Model, members: Members, rules: Rules, first: int, developers: int
    ) -> None:
        super().__init__(model, members)
        self._there = rules["world.attack.kind"] == ATTACKS.index(self.kind)
        self._start = rules["world.attack.start"]
        self._earnings = Earnings(self._there.size)
        self._column = members.first - first
        self._each = max(-(-developers // members.count), 1)
        self._had = np.zeros(self._there.size)

    def gain(self, liquid: Floats, curation: Curation) -> Floats:
        """Tokens they have more than at first, shape ``(runs,)``; 0 where they are something else.

        Signal counts as its part of what is behind its model.
        """
        columns = slice(self._column, self._column + self.members.count)
        part = curation.held[:, columns] / np.maximum(curation.signal, 1e-18)[:, None]
        inside = part * curation.reserve[:, None] + curation.claimable[:, columns]
        has = liquid[:, self.members.slice].sum(axis=1) + summed(inside.sum(axis=1))
        return np.where(self._there, has - self._had, 0.0)

    def curation(self, view: View) -> list[Actions]:
        """Buy ahead, and sell what others have come for."""
        if view.day <= 1:
            self._had = view.liquid[:, self.members.slice].sum(axis=1)
        income = self._earnings.watch(view.money) * 365.0 * view.rules.rows("market.curators")
        worth = income / view.rules.rows("world.curators.required_yield")
        lacks = worth - view.money.reserve
        models: Ints = np.arange(worth.shape[1])
        mine = models % self.members.count
        held = view.money.held[:, self._column + mine, models] > 0
        awake = (self._there & (self._start <= view.now))[:, None]
        sell = np.nonzero(awake & held & (lacks <= FILLED * worth))
        buy = np.nonzero(awake & ~held & (lacks > OPEN * worth) & (worth > 0))
        run, model = buy
        member = self.members.first + mine[model]
        purse = view.liquid[run, member] / self._each
        amount = micro(np.minimum(PART * lacks[buy], purse))
        least = view.rules["curation.minimum"] / (1.0 - view.rules["curation.tax"]) + 1e-5
        bought = Actions("curation", "buy", run, member, amount, model)
        sold = Actions(
            "curation", "sell_all", sell[0], self.members.first + mine[sell[1]], target=sell[1]
        )
        return [sold, bought.where(amount >= least[run])]
