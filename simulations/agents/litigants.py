"""Litigants: the challenger and the maker of a version, who appeal when they lose."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.court_view import Side
from simulations.agents.view import View
from simulations.mechanisms.batches import affordable
from simulations.randomness import Draws


class Litigants(Cohort):
    """Speaks for auditors and developers while a dispute of theirs can be appealed.

    Who loses appeals with the chance ``world.jury.appeals``, if it can pay its part of the next
    panel's fees; then the winner pays its own. A cohort without members of its own.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws) -> None:
        super().__init__(model, members)
        self._draws = draws.keyed("appeals")

    def court(self, view: View) -> list[Actions]:
        """Fund appeals: the loser, and a day later the winner."""
        loser, winner = view.court.in_appeal()
        wants = self._draws.uniform(loser.run, loser.dispute, loser.member, loser.panel)
        appeals = wants < view.rules["world.jury.appeals"][loser.run]
        both = Side(*(np.concatenate(pair) for pair in zip(loser, winner, strict=True)))
        amount = np.ceil(both.lacking * 1e6) / 1e6
        pays = np.concatenate([appeals, loser.funded]) & (amount > 0)
        pays &= affordable(view.liquid, both.run, both.member, np.where(pays, amount, 0.0))
        at = both.run, both.member, amount, both.dispute, both.choice
        return [Actions("court", "fund_appeal", *at).where(pays)]
