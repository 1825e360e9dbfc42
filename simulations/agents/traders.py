"""Traders: a pull towards what they hold to be the value, and noise."""

import mesa
import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.agents.cohort import Attention, Cohort, Members
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.randomness import Draws, Floats
from simulations.scenario import Rules

LEAST = 0.01
"""Part of their wealth below which they leave their holdings as they are."""


class Traders(Cohort):
    """Fundamentalists with noise, a guess after Day and Huang (1990) and De Long et al. (1990).

    The value of a token is that of the whole network over the supply ``S``:
    ``V = p0 S0 / S (1 - w + w spent / expected) exp(z)``. What users spend is averaged, beginning
    with what is expected at launch: that they pay for all the uses they could have. ``z`` is a
    random walk of opinion, common to all. A trader who looks wants a part
    ``1/2 + pull ln(V / P) + noise`` of its wealth in tokens, and trades towards that as far as one
    trade may move the price, allowing for its own effect on it. It pays with quote it has.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        self._moods, self._opinion = draws.keyed("moods"), draws.keyed("opinion")
        every = rules["world.traders.look_every"]
        self._attention = Attention(every, members, draws.stream("attention"))
        self._walk, self._paid = np.zeros((2, every.size))
        self._expected = rules["world.demand.uses"] * rules["world.demand.price"]
        self._spending = self._expected.copy()
        self._quote = np.zeros((every.size, members.count))

    def books(self, view: View) -> list[Actions]:
        """Buy and sell."""
        money, rules = view.money, view.rules
        if view.day == 1:  # as much quote as tokens
            held = view.liquid[:, self.members.slice]
            self._quote = held * rules.rows("world.pool.price")
        value = self._value(view)
        run, member = self._attention.looking(view.day)
        price, held, pull = money.price[run], view.liquid[run, member], rules["world.traders.pull"]
        quote = self._quote[run, member - self.members.first] + money.gained[run, member]
        wealth = quote / price + held
        part = 0.5 + pull[run] * np.log(value[run] / price)
        part += self._moods.normal(run, member, view.day) * rules["world.traders.noise"][run]
        change = np.clip(part, 0.0, 1.0) * wealth - held
        # A token bought of x in the pool raises ln P by 2 / x, which changes what is wanted.
        moved = 1.0 + 2.0 * pull[run] * wealth / money.tokens[run]
        may_buy = np.minimum(money.most_bought()[run], 0.9 * quote / price)
        may_sell = np.minimum(money.most_sold()[run], held)
        most = np.where(change > 0, may_buy, may_sell)
        amount = micro(np.minimum(np.abs(change) / moved, most))
        matters = (np.abs(change) > LEAST * wealth) & (amount > 0)
        buy, sell = (Actions("amm", verb, run, member, amount) for verb in ("buy", "sell"))
        return [buy.where(matters & (change > 0)), sell.where(matters & (change < 0))]

    def _value(self, view: View) -> Floats:
        rules, money = view.rules, view.money
        self._walk += self._opinion.normal(np.arange(view.runs), view.day) / np.sqrt(365.0)
        spent = (money.fees - self._paid) * money.price
        self._paid = money.fees
        self._spending += (spent - self._spending) * (DAY / rules["world.traders.memory"])
        part, walk = rules["world.traders.use_part"], self._walk
        use = 1.0 - part + part * self._spending / self._expected
        network = rules["world.pool.price"] * rules["token.initial_supply"] * use
        return network / money.supply * np.exp(rules["world.traders.volatility"] * walk)
