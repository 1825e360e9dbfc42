"""Lending: tokens that are lent for a time. Of the World: no contract of the DAO and no twin.

What lenders offer lies in the ledger's pool ``lender``. They lend to whoever can be back in time,
for any use; nobody pays interest here, since what a loan costs changes nothing in a vote.
"""

import numpy as np

from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.randomness import Floats


class Lending:
    """Loans of every run.

    Attributes
    ----------
    owed
        Tokens that members have to bring back, shape ``(runs, members)``.

    Parameters
    ----------
    ledger
        Holds the lenders' tokens.
    offered
        Tokens on offer at launch, made here, shape ``(runs,)``.
    """

    def __init__(self, ledger: Ledger, offered: Floats) -> None:
        self._ledger = ledger
        self.owed = np.zeros_like(ledger.liquid)
        ledger.open("lender")
        ledger.mint_to("lender", offered)

    @property
    def offered(self) -> Floats:
        """Tokens that can be borrowed, shape ``(runs,)``."""
        return self._ledger.pools["lender"]

    def borrow(self, actions: Actions) -> None:
        """Take ``actions.amount`` tokens."""
        assert actions.amount is not None
        run, member = actions.run, actions.member
        asked = np.bincount(run, actions.amount, minlength=self.offered.size)
        fits = (asked <= self.offered)[run]
        actions.require((actions.amount > 0) & fits, "borrows what is offered")
        self._ledger.move("lender", run, member, actions.amount)
        np.add.at(self.owed, (run, member), actions.amount)

    def repay(self, actions: Actions) -> None:
        """Bring ``actions.amount`` tokens back."""
        assert actions.amount is not None
        run, member, amount = actions.run, actions.member, actions.amount
        most = np.minimum(self.owed[run, member], self._ledger.liquid[run, member])
        actions.require((amount > 0) & (amount <= most), "brings back what it owes and has")
        self._ledger.move("lender", run, member, -amount)
        self.owed[run, member] -= amount
