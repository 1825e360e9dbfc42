"""Appeals: anyone puts up for a choice, and the next panel is paid from two funded ones.

Contract twin: ``contracts/court/CourtAppeals.sol``. What two funded choices put up beyond the next
panel's fees goes to the backers of the final ruling, by what each put up; if it was neither, all
backers of both share it. What was put up for a choice not fully funded, or in an appeal that did
not take place, comes back.
"""

import numpy as np

from simulations.mechanisms.disputes import CHOICES, ROUNDS, SLOTS
from simulations.randomness import Floats, Ints

ROUNDING = 1e-14
"""Part of the sum needed that float64 may lack: sums are exact on chain."""


class Appeals:
    """Contributions to appeals of every run.

    Attributes
    ----------
    paid
        Tokens put up by slot, panel appealed and choice, ``(runs, slots, rounds, choices)``.
    funded
        Whether that is all it needs, same shape.
    run, number, round, choice, backer
        Of each contribution that is not paid out, shape ``(n,)``.
    amount, payout
        Tokens put up, and what they bring, NaN until the ruling is final, same shape.
    """

    def __init__(self, runs: int) -> None:
        self.paid = np.zeros((runs, SLOTS, ROUNDS, CHOICES))
        self.funded = np.zeros(self.paid.shape, dtype=bool)
        self.run, self.number, self.round, self.choice, self.backer = np.empty(
            (5, 0), dtype=np.int64
        )
        self.amount, self.payout = np.empty((2, 0))

    def clear(self, at: tuple[Ints, Ints]) -> None:
        """Forget the funding in slots; contributions stay until they are paid out."""
        self.paid[at], self.funded[at] = 0.0, False

    def contribute(
        self,
        at: tuple[Ints, Ints, Ints, Ints],
        number: Ints,
        backer: Ints,
        amount: Floats,
        needed: Floats,
    ) -> Floats:
        """Put up for choices ``at`` run, slot, round, choice; return what was taken, ``(n,)``."""
        lacking = needed - self.paid[at]
        full = amount >= lacking - needed * ROUNDING
        taken = np.where(full, lacking, amount)
        self.paid[at] = np.where(full, needed, self.paid[at] + amount)
        self.funded[at] = full
        new = {"run": at[0], "number": number, "round": at[2], "choice": at[3], "backer": backer}
        for name, column in (
            new | {"amount": taken, "payout": np.full(taken.shape, np.nan)}
        ).items():
            setattr(self, name, np.concatenate([getattr(self, name), column]))
        return taken

    def complete(self, at: tuple[Ints, Ints, Ints]) -> np.ndarray:
        """Whether two choices are funded in appeals ``at`` run, slot and round, shape ``(n,)``."""
        return self.funded[at].sum(axis=-1) == 2

    def default(self, at: tuple[Ints, Ints, Ints]) -> Ints:
        """The choice that alone was funded, -1 where none or two were, shape ``(n,)``."""
        funded = self.funded[at]
        return np.where(funded.sum(axis=-1) == 1, funded.argmax(axis=-1), -1)

    def conclude(self, at: tuple[Ints, Ints], number: Ints, ruling: Ints, fees: Floats) -> None:
        """Say what each contribution to disputes brings, once their ruling is final.

        Parameters
        ----------
        at, number
            Run and slot, and number in the run, of the disputes.
        ruling
            Final ruling of each.
        fees
            Fees of the panel that an appeal brought, 0 where it did not, shape ``(n, rounds)``.
        """
        if not number.size:
            return
        index = {key: i for i, key in enumerate(zip(at[0].tolist(), number.tolist(), strict=True))}
        mine = zip(self.run.tolist(), self.number.tolist(), strict=True)
        place = np.array([index.get(key, -1) for key in mine], dtype=np.int64)
        rows = np.flatnonzero(place >= 0)
        case, appeal = place[rows], self.round[rows]
        run, slot = at[0][case], at[1][case]
        funded, paid = self.funded[run, slot, appeal], self.paid[run, slot, appeal]
        both = np.where(funded, paid, 0.0).sum(axis=-1)
        won = np.take_along_axis(funded, ruling[case][:, None], axis=-1)[:, 0]
        stakes = np.where(won, np.take_along_axis(paid, ruling[case][:, None], axis=-1)[:, 0], both)
        shares = ~won | (self.choice[rows] == ruling[case])
        with np.errstate(divide="ignore", invalid="ignore"):
            part = (both - fees[case, appeal]) * self.amount[rows] / stakes
        own = funded[np.arange(rows.size), self.choice[rows]]
        went_ahead = (fees[case, appeal] > 0) & own
        self.payout[rows] = np.where(went_ahead, np.where(shares, part, 0.0), self.amount[rows])

    def pay(self, run: Ints, number: Ints, backer: Ints) -> Floats:
        """Forget all that backers put up in disputes and return what it brings, shape ``(n,)``."""
        out = np.zeros(run.size)
        gone = np.zeros(self.run.size, dtype=bool)
        for place in range(run.size):
            mine = (self.run == run[place]) & (self.number == number[place]) & ~gone
            mine &= self.backer == backer[place]
            out[place] = self.payout[mine].sum()
            gone |= mine
        for name in ("run", "number", "round", "choice", "backer", "amount", "payout"):
            setattr(self, name, getattr(self, name)[~gone])
        return out
