"""Raiders: what all who want the treasury for themselves have in common."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.mechanisms.governor import FOR
from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import Call
from simulations.randomness import Draws, Ints
from simulations.scenario import Rules
from simulations.worlds.attack import ATTACKS


class Raiders(Cohort):
    """A band that stakes, waits until its votes count, and asks the treasury to pay it.

    From ``world.attack.start`` on it stakes all it has. A member with the threshold proposes to be
    paid ``world.attack.asks`` of what nobody else has asked for, as far as a spending limit
    allows; all vote for it. It asks again whenever it may.

    Attributes
    ----------
    kind
        Which of ``world.attack.kind`` it is; in runs with another it does nothing.
    names
        Proposals of its own that it puts to the vote at once.
    """

    kind: str
    names = 1

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        self._draws = draws.keyed("raid")
        self._there = rules["world.attack.kind"] == ATTACKS.index(self.kind)

    def staking(self, view: View) -> list[Actions]:
        """Stake what there is."""
        run, member = self._awake(view)
        liquid = micro(view.liquid[run, member])
        return [Actions("staking", "deposit", run, member, liquid).where(liquid >= 1.0)]

    def governor(self, view: View) -> list[Actions]:
        """Ask for the treasury, and vote for it."""
        run, member = self._awake(view)
        who, slot, _ = view.ballots(run, member)
        own = self._is_own(view, run[who], slot)
        who, slot = who[own], slot[own]
        number = view.number[run[who], slot]
        vote = Actions("governor", "vote", run[who], member[who], target=number)
        return [self._propose(view, run, member), vote.with_choice(FOR)]

    def _awake(self, view: View) -> tuple[Ints, Ints]:
        run, member = self.everyone(view.runs)
        acts = self._there[run] & (view.rules["world.attack.start"][run] <= view.now)
        return run[acts], member[acts]

    def _is_own(self, view: View, run: Ints, slot: Ints) -> np.ndarray:
        place = view.raid.proposer[run, slot] - self.members.first
        return self._there[run] & (place >= 0) & (place < self.members.count)

    def _propose(self, view: View, run: Ints, member: Ints) -> Actions:
        kind = np.full(run.shape, FUNDING)
        share = view.uncommitted(run) * view.rules["world.attack.asks"][run]
        amount = micro(np.minimum(share, view.most_payable()[run]))
        may = view.can_propose(run, member, kind) & view.has_free_slot(run) & (amount > 0)
        may &= view.can_ask(run, Call(kind, member, amount))
        may &= view.raid.at_vote(self.members.indices)[run] < self.names
        run, member, amount = run[may], member[may], amount[may]
        first = np.unique(run, return_index=True)[1]
        return Actions("governor", "propose", run, member, amount, member).where(first)
