"""Developers: each makes one model, and better versions of it the better it is paid."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Attention, Cohort, Members
from simulations.agents.offers import Offers
from simulations.agents.view import View
from simulations.mechanisms.attestations import BIAS, SAFETY
from simulations.randomness import Draws, Floats, Ints
from simulations.scenario import Rules
from simulations.truth import NO_FLAW

_LUCK, _FLAWED, _KIND = range(3)


class Developers(Cohort):
    """Makers of models.

    Each registers its model on the first day and releases a version now and then. Its quality is
    normal around the developer's talent plus what income allows,
    ``reward_response log2(1 + income / cost)``; a flaw is the rarer the more income there is,
    ``flaw / (1 + income / cost)``, in bias or in safety.

    Attributes
    ----------
    income
        Quote earned over the last month, shape ``(runs, developers)``.
    quality, flaw
        Truth about the versions drafted today, one entry each.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        spread = rules.rows("world.models.talent_spread")
        self._talent = draws.stream("talent").normal_rows(members.count) * spread
        every = rules["world.models.release_every"]
        self._releases = Attention(every, members, draws.stream("releases"))
        self._luck = draws.keyed("luck")
        self._offers = Offers(members, len(self._talent))
        self.income: Floats = np.zeros_like(self._talent)
        self.quality: Floats = np.empty(0)
        self.flaw: Ints = np.empty(0, dtype=np.int64)

    def market(self, view: View) -> list[Actions]:
        """Set offers, and withdraw a month's earnings, every developer on a day of its own."""
        today = np.arange((-view.day) % MONTH, self.members.count, MONTH)
        run, place = np.repeat(np.arange(view.runs), today.size), np.tile(today, view.runs)
        member = self.members.first + place
        earned = view.money.earned[run, member]
        self.income[run, place] = earned * np.nan_to_num(view.money.price[run])
        withdraw = Actions("market", "withdraw", run, member).where(earned > 0)
        return [self._offers.due(view), withdraw]

    def registry(self, view: View) -> list[Actions]:
        """Register, propose yesterday's drafts, draft."""
        if view.day == 1:
            return [Actions("registry", "register_model", *self.everyone(view.runs))]
        drafts, number = view.models.drafts()
        maker = view.models.maker(drafts, number)
        run, member = self._releases.looking(view.day)
        self._make(view, run, member - self.members.first)
        return [
            Actions("registry", "propose", drafts, maker, target=number),
            Actions("registry", "draft", run, member, target=member - self.members.first + 1),
        ]

    def _make(self, view: View, run: Ints, place: Ints) -> None:
        paid = 1.0 + self.income[run, place] / view.rules["world.models.cost"][run]
        gain = view.rules["world.models.reward_response"][run] * np.log2(paid)
        luck = self._luck.normal(run, _LUCK, place, view.day)
        self.quality = self._talent[run, place] + gain + luck
        flawed = self._luck.uniform(run, _FLAWED, place, view.day)
        kind = np.where(self._luck.uniform(run, _KIND, place, view.day) < 0.5, BIAS, SAFETY)
        self.flaw = np.where(flawed < view.rules["world.models.flaw"][run] / paid, kind, NO_FLAW)
