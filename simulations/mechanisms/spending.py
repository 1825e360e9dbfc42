"""Spending limits: the most that the proposals of a kind pay in each period.

Contract twin: ``contracts/governor/ProposalGuard.sol``. Periods begin at multiples of their
length since 1970; what one leaves unspent is lost. A payment above a whole period's limit is
refused when it is proposed, one above what is left when it is executed, and it may wait for
the next period.
"""

import numpy as np

from governance.units import GENESIS
from simulations.randomness import Floats, Ints

SLACK = 5e-7
"""Half a millionth of a token: payments are whole millionths, and their float64 sums nearly so."""


class Spending:
    """What was spent of the limit of every run.

    Attributes
    ----------
    spent
        Tokens paid in the period that runs, shape ``(runs,)``.
    epoch
        Second since 1970 at which day 0 begins.
    """

    def __init__(self, limit: Floats, period: Floats) -> None:
        self._limit, self._period = limit, period
        self.spent = np.zeros_like(limit)
        self._window = np.zeros_like(limit)
        self.epoch = GENESIS

    def resume(self, epoch: int, spent: float) -> None:
        """Begin in the middle of a period in which ``spent`` tokens were paid."""
        self.epoch = epoch
        self._open(0)
        self.spent[:] = spent

    @property
    def most(self) -> Floats:
        """Largest payment there can be, infinite without a limit, shape ``(runs,)``."""
        return np.where(self._period > 0, self._limit, np.inf)

    def allows(self, run: Ints, amount: Floats) -> np.ndarray:
        """Whether payments fit into a whole period, shape ``(n,)``."""
        return amount <= self.most[run] + SLACK

    def fits(self, run: Ints, amount: Floats, now: int) -> np.ndarray:
        """Whether all payments of each run fit into what is left, shape ``(n,)``."""
        self._open(now)
        after = self.spent + np.bincount(run, amount, minlength=self.spent.size)
        return (after <= self.most + SLACK)[run]

    def count(self, run: Ints, amount: Floats) -> None:
        """Count payments in the period of the last question."""
        self.spent = self.spent + np.bincount(run, amount, minlength=self.spent.size)

    def spend(self, run: Ints, amount: Floats, now: int) -> np.ndarray:
        """Count each run's payments if all fit into what is left; say whether they do, ``(n,)``."""
        within = self.fits(run, amount, now)
        self.count(run[within], amount[within])
        return within

    def affordable(
        self, due: np.ndarray, amount: Floats, now: int, paid: Floats, funds: Floats
    ) -> np.ndarray:
        """Pick, in the order of the slots, the due payments that fit into limit and treasury.

        ``amount`` counts for the limit, ``paid`` leaves the treasury, which holds ``funds`` of
        shape ``(runs,)``; all others have shape ``(runs, slots)``.
        """
        if not due.any():
            return due
        self._open(now)
        left, funds = self.most + SLACK - self.spent, funds.copy()
        picked = np.zeros_like(due)
        for slot in np.flatnonzero(due.any(axis=0)):
            run = np.flatnonzero(due[:, slot])
            run = run[(amount[run, slot] <= left[run]) & (paid[run, slot] <= funds[run])]
            left[run] -= amount[run, slot]
            funds[run] -= paid[run, slot]
            picked[run, slot] = True
        return picked

    def _open(self, now: int) -> None:
        """Begin a new period in the runs whose last one is over."""
        window = np.floor((self.epoch + now) / np.where(self._period > 0, self._period, np.inf))
        self.spent[window > self._window] = 0.0
        self._window = window
