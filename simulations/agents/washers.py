"""Washers: attackers who pay for the models of one developer, to make them look popular."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.view import View
from simulations.randomness import Draws
from simulations.scenario import Rules
from simulations.worlds.attack import ATTACKS

PART = 0.02
"""Part of what it has left that a wallet pays each day."""


class Washers(Cohort):
    """Wallets of a developer that pays itself, as at Ocean's data farming until 2023.

    From ``world.attack.start`` on they use what the first developer has on sale, and nothing else.
    The developer gets its share of what they pay back; what is burned and goes to treasury,
    stakers and curators is what it costs to draw curators, and emissions that follow use.
    """

    kind = "washer"

    def __init__(
        self, model: mesa.Model, members: Members, draws: Draws, rules: Rules, developers: Members
    ) -> None:
        super().__init__(model, members)
        self._there = rules["world.attack.kind"] == ATTACKS.index(self.kind)
        self._friend = developers.first

    def market(self, view: View) -> list[Actions]:
        """Pay for uses of the developer's oldest version that may run."""
        catalogue, per_use = view.money.catalogue, view.money.per_use
        own = catalogue.deployable & (catalogue.developer == self._friend) & (per_use > 0)
        acts = self._there & (view.rules["world.attack.start"] <= view.now) & own.any(axis=1)
        run, member = self.everyone(view.runs)
        run, member = run[acts[run]], member[acts[run]]
        version = own.argmax(axis=1)[run]
        uses = np.floor(view.liquid[run, member] * PART / per_use[run, version])
        return [Actions("market", "pay_uses", run, member, uses, version).where(uses >= 1)]
