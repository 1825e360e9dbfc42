"""Curators: they put tokens behind the models whose fees they think pay for it."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Attention, Cohort, Members
from simulations.agents.earnings import Earnings
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.randomness import Draws, Floats, Ints
from simulations.scenario import Rules

LEAVE, GONE = 0.75, 0.05
"""Worth of a model, of the tokens behind it, below which curators sell some and all."""
STEP = 0.25
"""Part of what is missing behind a model that one curator puts there at once."""


class Curators(Cohort):
    """Noisy judges of what models earn.

    A model that earns its curators ``E`` a year is worth ``E / r`` tokens to one who asks for a
    yield ``r``; a curator sees ``E exp(noise)``, with an error that is new each month. It deposits
    on the model that lacks most, and sells so much of its signal that nothing is too much, if all
    do, on the one whose yield is furthest below what it asks. It claims its fees once a month.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        self._errors = draws.keyed("errors")
        every = rules["world.curators.look_every"]
        self._attention = Attention(every, members, draws.stream("attention"))
        self._earnings = Earnings(every.size)

    def curation(self, view: View) -> list[Actions]:
        """Claim, deposit, sell."""
        mine = slice((-view.day) % MONTH, self.members.count, MONTH)
        due: Floats = view.money.claimable[:, mine]
        rows, column, model = np.nonzero(due > 0)
        claimer: Ints = column * MONTH + (-view.day) % MONTH + self.members.first
        claim = Actions("curation", "claim", rows, claimer, target=model)
        daily = self._earnings.watch(view.money)
        run, member = self._attention.looking(view.day)
        worth = self._worth(view, run, member, daily)
        deposit = self._deposit(view, run, member, worth - view.money.reserve[run])
        return [claim, deposit, *self._sales(view, run, member, worth)]

    def _worth(self, view: View, run: Ints, member: Ints, daily: Floats) -> Floats:
        month, rules = view.day // MONTH, view.rules
        error = self._errors.normal(run[:, None], member[:, None], np.arange(daily.shape[1]), month)
        seen = np.exp(error * rules.rows("world.curators.noise")[run])
        income = daily[run] * 365.0 * rules.rows("market.curators")[run]
        return income * seen / rules.rows("world.curators.required_yield")[run]

    def _deposit(self, view: View, run: Ints, member: Ints, lacks: Floats) -> Actions:
        best = lacks.argmax(axis=1)
        room = lacks[np.arange(run.size), best]
        least = view.rules["curation.minimum"] / (1.0 - view.rules["curation.tax"]) + 1e-5
        wanted = np.maximum(STEP * room, least[run])
        amount = micro(np.minimum(wanted, view.liquid[run, member]))
        may = (room > 0) & (amount >= least[run] - 5e-6)
        return Actions("curation", "buy", run, member, amount, best).where(may)

    def _sales(self, view: View, run: Ints, member: Ints, worth: Floats) -> list[Actions]:
        mine = view.money.held[run, member - self.members.first]
        part = np.where(mine > 0, worth / np.maximum(view.money.reserve[run], 1e-9), 1.0)
        worst, every = part.argmin(axis=1), np.arange(run.size)
        kept, held = part[every, worst], mine[every, worst]
        signal = micro((1.0 - kept) * held)
        some = (kept < LEAVE) & (kept >= GONE) & (signal > 0) & (held - signal > 1e-5)
        sell = Actions("curation", "sell", run, member, signal, worst)
        leave = Actions("curation", "sell_all", run, member, target=worst)
        return [sell.where(some), leave.where(kept < GONE)]
