"""Auditors: they stake, look into versions, vouch or warn, and challenge what they know is bad."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.findings import Findings
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.batches import likes_before
from simulations.randomness import Draws
from simulations.scenario import Rules

MONTH = 30
"""Days between looks at one's own stakes."""
_ORDER, _ACTS = range(2)


class Auditors(Cohort):
    """Accredited auditors.

    They keep what a challenge costs and stake the rest. A version is given to ``panel`` of those
    who have the shares to lock; its audit takes ``world.audits.duration`` from its proposal on, and
    what they see says :class:`~simulations.agents.findings.Findings`. Each who knows of a flaw
    challenges with the chance ``world.audits.vigilance`` a day, for a month after its audit and
    whenever a harm is known that no challenge has answered.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        self._findings = Findings(rules, members.count, draws)
        self._draws = draws.keyed("challenges")

    def staking(self, view: View) -> list[Actions]:
        """Stake all but the cost of a challenge."""
        if view.day % MONTH != 1:
            return []
        run, place = np.divmod(np.arange(view.runs * self.members.count), self.members.count)
        member = self.members.first + place
        spare = micro(view.liquid[run, member] - view.models.cost_of_challenge(run))
        return [Actions("staking", "deposit", run, member, spare).where(spare >= 1.0)]

    def registry(self, view: View) -> list[Actions]:
        """Take stakes back, attest, challenge."""
        back = [view.models.releasable()] if view.day % MONTH == 1 else []
        return [*back, *self._attest(view), self._challenge(view)]

    def _attest(self, view: View) -> list[Actions]:
        run, version, place = self._everyone(*view.models.due_audits())
        room = view.models.audits_covered(run, self.members.first + place)
        able = room > 0
        order = self._draws.uniform(run, _ORDER, version, place)
        order = np.where(able, order, 2.0).reshape(-1, max(self.members.count, 1))
        rank = order.argsort(axis=1).argsort(axis=1).ravel()
        chosen = able & (rank < view.rules["world.audits.panel"][run])
        taken = likes_before(np.where(chosen, run * self.members.count + place, -1))
        chosen &= taken < room
        run, version, place = run[chosen], version[chosen], place[chosen]
        scores = self._findings.scores(view, run, version, place)
        member = self.members.first + place
        return [
            Actions("gate", "attest", run, member, score, version, np.full(run.shape, criterion))
            for criterion, score in zip(range(len(CRITERIA)), scores, strict=True)
        ]

    def _challenge(self, view: View) -> Actions:
        run, version, place = self._everyone(*view.models.contestable())
        member = self.members.first + place
        flaw = self._findings.flaw(view, run, version, place)
        acts = self._draws.uniform(run, _ACTS, version, place, view.day)
        acts = acts < view.rules["world.audits.vigilance"][run]
        acts &= (flaw >= 0) & (view.liquid[run, member] >= view.models.cost_of_challenge(run))
        run, version, place, flaw = (each[acts] for each in (run, version, place, flaw))
        order = self._draws.uniform(run, _ORDER, version, place, view.day)
        first = np.lexsort((order, run))
        first = first[np.unique(run[first], return_index=True)[1]]
        run, member = run[first], self.members.first + place[first]
        return Actions(
            "registry", "challenge", run, member, target=version[first], choice=flaw[first]
        )

    def _everyone(self, run: np.ndarray, version: np.ndarray) -> list[np.ndarray]:
        """Each of some versions with each auditor."""
        count = self.members.count
        place = np.tile(np.arange(count), run.size)
        return [np.repeat(run, count), np.repeat(version, count), place]
