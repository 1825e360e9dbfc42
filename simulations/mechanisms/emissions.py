"""Emissions: a rate per second that halves every period, never above the cap.

Contract twin: ``contracts/token/Emissions.sol``.
"""

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.randomness import Floats
from simulations.scenario import Rules


def scheduled(rate: Floats, halving: Floats, seconds: float) -> Floats:
    """Tokens scheduled since the start, shape ``(runs,)``.

    With rate ``r`` per second and halving period ``h``, the k-th period emits
    ``r h 2**-k`` (Bitcoin's rule); ``h = 0`` is a constant rate.

    Parameters
    ----------
    rate
        First rate in tokens per second, shape ``(runs,)``.
    halving
        Seconds between halvings, shape ``(runs,)``.
    seconds
        Time since the start.
    """
    period = np.where(halving > 0, halving, np.inf)
    passed = np.floor(seconds / period)
    left = 2.0**-passed
    whole = np.where(halving > 0, halving, 0.0) * 2.0 * (1.0 - left)
    return rate * (whole + left * (seconds - np.where(passed > 0, passed * halving, 0.0)))


class Emissions:
    """State of the emissions of every run."""

    def __init__(self, rules: Rules, ledger: Ledger) -> None:
        self._rules = rules
        self._ledger = ledger
        self.released = np.zeros_like(ledger.minted)

    def release(self, actions: Actions, day: int, has_stakers: np.ndarray) -> Floats:
        """Mint what is due in the runs of ``actions``; return it, shape ``(runs,)``.

        The stakers' part goes to the treasury where the vault has no shares.
        """
        rules, ledger = self._rules, self._ledger
        due = scheduled(rules["emissions.rate"], rules["emissions.halving"], float(day * DAY))
        amount = np.minimum(due - self.released, rules["token.cap"] - ledger.supply)
        called = np.zeros(amount.shape, dtype=bool)
        called[actions.run] = True
        amount = np.where(called, np.maximum(amount, 0.0), 0.0)
        stakers = np.where(has_stakers, amount * rules["emissions.stakers_share"], 0.0)
        self.released += amount
        ledger.mint_to("vault", stakers)
        ledger.mint_to("treasury", amount - stakers)
        return amount
