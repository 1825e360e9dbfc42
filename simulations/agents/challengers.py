"""Challengers: auditors who know of a flaw, and say so with a bond."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.findings import Findings
from simulations.agents.view import View
from simulations.randomness import Draws

_ORDER, _ACTS = range(2)


class Challengers(Cohort):
    """The auditors once more, as challengers.

    Each who sees a flaw challenges the version with the chance ``world.audits.vigilance`` a day, as
    long as it can pay the bond and the court: for a month after the audit of a version that nobody
    has challenged, and whenever a harm is known that no challenge has answered.
    """

    def __init__(
        self, model: mesa.Model, members: Members, draws: Draws, findings: Findings
    ) -> None:
        super().__init__(model, members)
        self._findings, self._draws = findings, draws.keyed("challenges")

    def registry(self, view: View) -> list[Actions]:
        """Challenge at most one version a run and day."""
        run, version, place = self._findings.crossed(*view.models.contestable())
        member = self.members.first + place
        flaw = self._findings.flaw(view, run, version, place)
        chance = view.rules["world.audits.vigilance"][run]
        acts = self._draws.uniform(run, _ACTS, version, place, view.day) < chance
        acts &= ~self._findings.copies[run, place] & (flaw >= 0)
        acts &= view.liquid[run, member] >= view.models.cost_of_challenge(run)
        run, version, member, flaw = (each[acts] for each in (run, version, member, flaw))
        order = np.lexsort((self._draws.uniform(run, _ORDER, version, member, view.day), run))
        first = order[np.unique(run[order], return_index=True)[1]]
        challenge = Actions("registry", "challenge", run, member, target=version, choice=flaw)
        return [challenge.where(first)]
