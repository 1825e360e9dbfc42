"""Bribes: what attackers pay for votes, in quote. Of the World: no contract of the DAO, no twin."""

import numpy as np

from simulations.actions import Actions
from simulations.randomness import Floats


class Bribes:
    """Payments for votes in every run.

    Attributes
    ----------
    paid
        Quote paid since launch, shape ``(runs,)``.
    """

    def __init__(self, runs: int) -> None:
        self.paid: Floats = np.zeros(runs)

    def pay(self, actions: Actions) -> None:
        """Pay member ``actions.target`` ``actions.amount`` quote."""
        assert actions.amount is not None
        actions.require(actions.amount > 0, "pays something")
        self.paid += np.bincount(actions.run, actions.amount, minlength=self.paid.size)
