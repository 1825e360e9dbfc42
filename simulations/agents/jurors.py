"""Jurors: they put up stakes, sit on panels, vote in hiding and reveal."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Cohort, Members
from simulations.agents.court_view import PEOPLE, Hands
from simulations.agents.opinions import Opinions
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.randomness import Draws, Ints
from simulations.scenario import Rules

_COMMITS, _REVEALS, _SALTS = range(3)
_DIGITS = 2.0**53
"""Salts there are; a juror who must fear a guess takes one of 32 random bytes."""


class Jurors(Cohort):
    """Members who put up all their shares in the lane for people.

    What they vote for says :class:`~simulations.agents.opinions.Opinions`. Each commits, and then
    reveals, with the chance ``world.jury.diligence``.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        self._draws = draws.keyed("diligence")
        self._opinions = Opinions(rules, members, draws)

    def staking(self, view: View) -> list[Actions]:
        """Stake what there is."""
        if view.day % MONTH != 1:
            return []
        run, member = self.everyone(view.runs)
        liquid = micro(view.liquid[run, member])
        return [Actions("staking", "deposit", run, member, liquid).where(liquid >= 1.0)]

    def court(self, view: View) -> list[Actions]:
        """Put up stakes, vote, reveal, take earnings home."""
        done = [self._commit(view), self._reveal(view)]
        if view.day % MONTH == 2:
            owed, account = view.court.owed(self.members.first, self.members.count)
            done.append(Actions("court", "withdraw", owed, account, target=account))
        return [*done, self._put_up(view)]

    def _put_up(self, view: View) -> Actions:
        run, member = self.everyone(view.runs)
        stake, may = view.court.stakable(run, member, view.free(run, member))
        lane = np.full(run.shape, PEOPLE)
        return Actions("court", "set_stake", run, member, stake, lane).where(may)

    def _commit(self, view: View) -> Actions:
        hands = view.court.to_commit()
        hidden = self._vote("commit", hands, self._opinions.of(view, hands))
        return hidden.where(self._diligent(view, hands, _COMMITS))

    def _reveal(self, view: View) -> Actions:
        hands = view.court.to_reveal()
        shown = self._vote("reveal", hands, hands.choice)
        return shown.where(self._diligent(view, hands, _REVEALS))

    def _vote(self, verb: str, hands: Hands, choice: Ints) -> Actions:
        labels = _SALTS, hands.dispute, hands.panel, hands.juror
        salt = (self._draws.uniform(hands.run, *labels) * _DIGITS).astype(np.int64)
        return Actions(
            "court", verb, hands.run, hands.juror, target=hands.dispute, choice=choice, salt=salt
        )

    def _diligent(self, view: View, hands: Hands, concern: int) -> np.ndarray:
        labels = concern, hands.dispute, hands.panel, hands.juror
        chance = view.rules["world.jury.diligence"][hands.run]
        return self._draws.uniform(hands.run, *labels) < chance
