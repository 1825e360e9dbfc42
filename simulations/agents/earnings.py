"""Earnings: what the use of each model brings in a day, averaged over a month."""

import numpy as np

from simulations.agents.money import Money
from simulations.randomness import Floats

MEMORY = 30.0
"""Days over which it is averaged, those longer ago with an exponentially lower weight."""


class Earnings:
    """What anybody can know of models' earnings; to be asked once a day.

    Attributes
    ----------
    daily
        Tokens a day that each model's users pay, shape ``(runs, models)``.
    """

    def __init__(self, runs: int) -> None:
        self._paid, self.daily = np.zeros((2, runs, 1))

    def watch(self, money: Money) -> Floats:
        """Take in what was paid since yesterday, and return ``daily``."""
        paid = money.turnover()
        more = ((0, 0), (0, paid.shape[1] - self._paid.shape[1]))
        self._paid, self.daily = np.pad(self._paid, more), np.pad(self.daily, more)
        self.daily += (paid - self._paid - self.daily) / MEMORY
        self._paid = paid
        return self.daily
