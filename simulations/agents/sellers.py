"""Sellers: whoever was paid in tokens and has costs in quote."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.randomness import Ints

LEAST = 1.0
"""Tokens below which nobody bothers."""


class Sellers(Cohort):
    """All members, as far as they were paid what vested, a grant, or fees.

    They sell the world's part of it in the pool, as much a day as moves the price no more than
    they let it.
    """

    def __init__(self, model: mesa.Model, members: Members) -> None:
        super().__init__(model, members)
        self._who: Ints = np.empty(0, np.int64)
        self._left = np.empty(0)

    def books(self, view: View) -> list[Actions]:
        """Sell what is still to be sold."""
        run, member, paid = view.money.payments()
        if not view.rules["world.pool.depth"].any():
            return []
        who = np.concatenate([self._who, run * self.members.count + member])
        left = np.concatenate([self._left, paid * view.rules["world.pool.selling"][run]])
        who, place = np.unique(who, return_inverse=True)
        left = np.bincount(place, left, who.size)
        run, member = np.divmod(who, self.members.count)
        left = np.minimum(left, view.liquid[run, member])
        amount = np.minimum(micro(left), view.money.most_sold()[run])
        sells = (left > LEAST) & (amount > 0)
        self._who, self._left = who[sells], left[sells] - amount[sells]
        return [Actions("amm", "sell", run, member, amount).where(sells)]
