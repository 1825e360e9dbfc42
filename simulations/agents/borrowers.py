"""Borrowers: attackers with votes of others for a time."""

import mesa
import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.agents.cohort import Members
from simulations.agents.raiders import Raiders
from simulations.agents.view import View
from simulations.ledger import micro
from simulations.randomness import Draws, Floats
from simulations.scenario import Rules


class Borrowers(Raiders):
    """A band that borrows its stake, as at Beanstalk in 2022, and must bring it back in time.

    Lenders lend what they have on the first day, for ``world.attack.term``, if a stake can leave
    the vault by then. The band asks to leave a cooldown before the term ends, whether its vote was
    counted or not, and brings back what it has.
    """

    kind = "borrower"

    def __init__(self, model: mesa.Model, members: Members, draws: Draws, rules: Rules) -> None:
        super().__init__(model, members, draws, rules)
        start, term = rules["world.attack.start"], rules["world.attack.term"]
        self._first = np.maximum(np.ceil(start / DAY), 1.0)
        wait = np.maximum(np.ceil(rules["staking.cooldown"] / DAY), 1.0)
        self._leaves = self._first + np.floor(term / DAY) - wait
        self._lent: np.ndarray = self._there & (self._leaves > self._first)

    def staking(self, view: View) -> list[Actions]:
        """Borrow, stake, leave, take home."""
        run, member = self.everyone(view.runs)
        begins = (self._first == view.day) & self._lent
        amount: Floats = micro(view.raid.offered / max(self.members.count, 1))[run]
        borrow = Actions("lending", "borrow", run, member, amount).where(begins[run] & (amount > 0))
        stake = Actions("staking", "deposit", borrow.run, borrow.member, borrow.amount)
        due = self._lent[run] & (view.day >= self._leaves[run])
        leaves = due & (view.free(run, member) > 0)
        home = (view.cooling[run, member] > 0) & (view.ready[run, member] <= view.now)
        return [
            borrow,
            stake,
            Actions("staking", "request_exit", run, member).where(leaves),
            Actions("staking", "redeem", run, member).where(home & ~leaves),
        ]

    def books(self, view: View) -> list[Actions]:
        """Bring back what there is."""
        run, member = self.everyone(view.runs)
        amount = np.minimum(micro(view.liquid[run, member]), view.raid.owed(run, member))
        return [Actions("lending", "repay", run, member, amount).where(amount > 0)]
