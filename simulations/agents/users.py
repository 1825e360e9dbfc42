"""Users: each a segment of customers, who want good models at a fair price and pay in tokens."""

import mesa
import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.agents.calendar import WEEK
from simulations.agents.choice import attraction, chosen, uses_of_all
from simulations.agents.cohort import Cohort, Members
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.mechanisms.batches import summed
from simulations.randomness import Draws, Floats
from simulations.scenario import Rules

REFILL = 0.25
"""Part of the purse at which it is filled again."""


class Users(Cohort):
    """Payers for use: a logit choice among the versions that may run, and nothing of them.

    A user pays once a week, for the version it picks that time. It keeps tokens for
    ``world.demand.purse`` and buys them in the pool when three quarters are gone. The first
    purchases are spread over that time.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        self._picks, self._growth = draws.keyed("picks"), draws.keyed("growth")
        spread = rules.rows("world.demand.spread")
        sizes = np.exp(draws.stream("sizes").normal_rows(members.count) * spread)
        self._share = sizes / sizes.sum(axis=1, keepdims=True)
        self._purse = np.ceil(rules.rows("world.demand.purse") / DAY)
        self._walk = np.zeros(len(sizes))

    def market(self, view: View) -> list[Actions]:
        """Pay for the coming week, and buy tokens for later."""
        self._walk += self._growth.normal(np.arange(view.runs), view.day) / np.sqrt(365.0)
        wanted = uses_of_all(view, self._walk)
        odds = attraction(view)
        every = summed(odds)
        wanted = wanted / (1.0 + every)
        return [
            self._pay(view, wanted * every, odds),
            self._buy(view, wanted * summed(odds * view.money.per_use)),
        ]

    def _pay(self, view: View, wanted: Floats, odds: Floats) -> Actions:
        today = np.arange((-view.day) % WEEK, self.members.count, WEEK)
        some = np.flatnonzero(wanted > 0)
        run, column = np.repeat(some, today.size), np.tile(today, some.size)
        member = column + self.members.first
        version = chosen(odds, run, self._picks.uniform(run, member, view.day, 0))
        exact = wanted[run] * self._share[run, column] * WEEK
        whole = np.floor(exact + self._picks.uniform(run, member, view.day, 1))
        has = np.floor(view.liquid[run, member] / view.money.per_use[run, version] * (1 - 1e-12))
        uses = np.minimum(whole, has)
        return Actions("market", "pay_uses", run, member, uses, version).where(uses >= 1)

    def _buy(self, view: View, daily: Floats) -> Actions:
        need = daily[:, None] * self._share * self._purse
        begun = np.arange(self.members.count) % self._purse < view.day
        lacks = need - view.liquid[:, self.members.slice]
        run, column = np.nonzero((lacks > need * (1.0 - REFILL)) & begun)
        amount = np.minimum(micro(lacks[run, column]), view.money.most_bought()[run])
        member = column + self.members.first
        return Actions("amm", "buy", run, member, amount).where(amount > 0)
