"""Leavers: holders who take their part of the reserves when it is worth more than their tokens."""

import mesa
import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Attention, Cohort, Members
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.mechanisms.exit import State
from simulations.randomness import Draws
from simulations.scenario import Rules


class Leavers(Cohort):
    """The holders once more, as those who may leave.

    A holder who looks escrows all it has in hand while a token's part of the reserves is worth
    more than its price by ``world.reserves.margin``, takes escrow back from a round that lapsed,
    opens an exit of a DAO that has been silent for too long, and claims what vests. Whoever looks
    first presses the button that settles a round.
    """

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members)
        every, weekend = (
            rules[f"world.attention.{name}"] for name in ("holders_look_every", "weekend")
        )
        self._attention = Attention(every, members, draws.stream("attention"), weekend)

    def books(self, view: View) -> list[Actions]:
        """Settle, open, take back, escrow, claim; nothing where no run has reserves."""
        if not view.rules["world.reserves.quote"].any():
            return []
        run, member = self._attention.looking(view.day)
        state, pays = view.exit.state(run), view.exit.pays(run)
        first = np.zeros(run.size, dtype=bool)
        first[np.unique(run, return_index=True)[1]] = True
        shut = np.isin(state, (State.OPEN, State.CLOSING))
        opens = first & view.exit.silent(run) & pays & ~shut
        amount = micro(view.liquid[run, member])
        leaves = pays & (amount >= 1.0) & (state != State.CLOSING) & ~opens
        back, number = view.exit.lapsed(run, member)
        return [
            Actions("exit", "settle", run, member).where(first & (state == State.CLOSING)),
            Actions("exit", "trigger", run, member).where(opens),
            Actions("exit", "withdraw", run[back], member[back], target=number),
            Actions("exit", "escrow", run, member, amount).where(leaves),
            self._claim(view),
        ]

    def _claim(self, view: View) -> Actions:
        start = self.members.first + view.day % MONTH
        run, member, number = view.exit.claims(start, self.members.slice.stop, MONTH)
        return Actions("exit", "claim", run, member, target=number)
