"""Litigants: the challenger and the maker of a version, who appeal when they lose."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.court_view import Side
from simulations.agents.view import View
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
        return [
            self._fund(view, loser, appeals),
            self._fund(view, winner, loser.funded),
        ]

    @staticmethod
    def _fund(view: View, side: Side, wants: np.ndarray) -> Actions:
        amount = np.ceil(side.lacking * 1e6) / 1e6
        pays = wants & (amount > 0) & (view.liquid[side.run, side.member] >= amount)
        funded = Actions(
            "court", "fund_appeal", side.run, side.member, amount, side.dispute, side.choice
        )
        return funded.where(pays)
