"""Whales: attackers with votes enough of their own."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.raiders import Raiders
from simulations.agents.view import View
from simulations.ledger import micro

SLACK = 0.9
"""Part of the money left that a purchase counts on: its price rises as it buys."""


class Whales(Raiders):
    """A band that bought its tokens, as at Steem in 2020, Build Finance in 2022 and Compound 289.

    What it does not hold at launch it buys in the pool for ``world.attack.budget`` in all, as much
    a day as moves the price no more than the world's ``pool.impact``. It acts as one: a proposal
    at a time.
    """

    kind = "whale"

    def books(self, view: View) -> list[Actions]:
        """Buy tokens."""
        run, member = self._awake(view)
        money = view.money
        budget = view.rules["world.attack.budget"][run] / self.members.count
        left = SLACK * np.maximum(budget + money.gained[run, member], 0.0)
        with np.errstate(invalid="ignore"):
            amount = micro(np.minimum(money.most_bought()[run], left / money.price[run]))
        return [Actions("amm", "buy", run, member, amount).where(amount >= 1.0)]
