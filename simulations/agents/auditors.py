"""Auditors: they stake, look into versions, and vouch or warn."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Cohort, Members
from simulations.agents.findings import Findings
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.batches import likes_before
from simulations.randomness import Draws
from simulations.scenario import Rules

RESERVE = 3
"""Challenges that an auditor keeps the tokens for."""


class Auditors(Cohort):
    """Accredited auditors.

    They keep what a few challenges cost and stake the rest. A version is given to ``panel`` of
    those who have the shares to lock; its audit takes ``world.audits.duration`` from its proposal
    on, and what they see says :class:`~simulations.agents.findings.Findings`.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        self.findings = Findings(rules, members, draws)
        self._draws = draws.keyed("panels")

    def staking(self, view: View) -> list[Actions]:
        """Stake all but the cost of a few challenges."""
        if view.day % MONTH != 1:
            return []
        run, member = self.everyone(view.runs)
        kept = RESERVE * view.models.cost_of_challenge(run)
        spare = micro(view.liquid[run, member] - kept)
        return [Actions("staking", "deposit", run, member, spare).where(spare >= 1.0)]

    def registry(self, view: View) -> list[Actions]:
        """Take stakes back, attest."""
        back = [view.models.releasable()] if view.day % MONTH == 1 else []
        return [*back, *self._attest(view)]

    def _attest(self, view: View) -> list[Actions]:
        run, version, place = self.findings.crossed(*view.models.due_audits())
        room = view.models.audits_covered(run, self.members.first + place)
        able = room > 0
        order = self._draws.uniform(run, version, place)
        order = np.where(able, order, 2.0).reshape(-1, max(self.members.count, 1))
        rank = order.argsort(axis=1).argsort(axis=1).ravel()
        chosen = able & (rank < view.rules["world.audits.panel"][run])
        taken = likes_before(np.where(chosen, run * self.members.count + place, -1))
        chosen &= taken < room
        run, version, place = run[chosen], version[chosen], place[chosen]
        scores = self.findings.scores(view, run, version, place)
        member = self.members.first + place
        lasts = view.rules["world.audits.validity"][run].astype(np.int64)
        return [
            Actions(
                "gate", "attest", run, member, score, version, np.full(run.shape, criterion), lasts
            )
            for criterion, score in zip(range(len(CRITERIA)), scores, strict=True)
        ]
