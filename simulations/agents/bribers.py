"""Bribers: attackers who pay others for their votes."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.raiders import Raiders
from simulations.agents.view import View
from simulations.mechanisms.governor import FOR
from simulations.randomness import Ints


class Bribers(Raiders):
    """A band that needs the threshold of its own, and no more.

    When a vote on its proposal opens it pays ``world.attack.price`` a share to members who can be
    had, ``world.attack.corruptible`` of all, the largest first, until ``world.attack.budget`` is
    spent; they vote for it at once. Who has voted already is not worth paying.
    """

    kind = "briber"

    def governor(self, view: View) -> list[Actions]:
        """Ask for the treasury, vote for it, and buy votes."""
        return [*super().governor(view), *self._buy(view)]

    def _buy(self, view: View) -> list[Actions]:
        run, slot = view.raid.opened()
        own = self._is_own(view, run, slot)
        run, slot = run[own], slot[own]
        power = view.raid.unused(run, slot)
        power[:, self.members.slice] = 0.0
        row, member = np.nonzero(power)
        run, slot, power = run[row], slot[row], power[row, member]
        can = self._draws.uniform(run, member) < view.rules["world.attack.corruptible"][run]
        run, slot, member = run[can], slot[can], member[can]
        cost = power[can] * view.rules["world.attack.price"][run]
        bought = self._largest_first(run, cost, view.rules["world.attack.budget"])
        run, slot, member = run[bought], slot[bought], member[bought]
        briber = view.raid.proposer[run, slot]
        vote = Actions("governor", "vote", run, member, target=view.number[run, slot])
        return [
            Actions("bribes", "pay", run, briber, cost[bought], member),
            vote.with_choice(FOR),
        ]

    @staticmethod
    def _largest_first(run: Ints, cost: np.ndarray, budget: np.ndarray) -> Ints:
        """Places of the largest payments of each run that its budget covers, alone and together."""
        fits = np.flatnonzero(cost <= budget[run])
        order = fits[np.lexsort((-cost[fits], run[fits]))]
        run, cost = run[order], cost[order]
        spent = np.zeros(cost.size)
        for each in np.unique(run):
            mine = run == each
            spent[mine] = np.cumsum(cost[mine])
        return np.asarray(order[spent <= budget[run]])
