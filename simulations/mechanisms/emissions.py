"""Emissions: a rate that falls, by halvings or all the time, never above the cap.

Contract twin: ``contracts/token/Emissions.sol``, but for its usage curve: there is no market yet
in which anything is used.
"""

import numpy as np

from governance.rules.money import CURVES
from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.randomness import Floats
from simulations.scenario import Rules

HALVING, EXPONENTIAL = map(CURVES.index, ("halving", "exponential"))
"""Curves as the contract counts them; the third, usage, has no simulation."""


def scheduled(
    rate: Floats, period: Floats, seconds: float, curve: Floats | float = HALVING
) -> Floats:
    """Tokens scheduled since the start, shape ``(runs,)``.

    With rate ``r`` per second and period ``h``, the k-th period emits ``r h 2**-k`` on the halving
    curve (Bitcoin's rule), where ``h = 0`` is a constant rate; on the exponential one
    ``r h / ln 2 (1 - 2**(-t/h))`` have been emitted at ``t``.

    Parameters
    ----------
    rate
        First rate in tokens per second, shape ``(runs,)``.
    period
        Seconds in which the rate halves, shape ``(runs,)``.
    seconds
        Time since the start.
    curve
        ``HALVING`` or ``EXPONENTIAL``, shape ``(runs,)``.
    """
    falls = period > 0
    periods = seconds / np.where(falls, period, np.inf)
    passed = np.floor(periods)
    left = 2.0**-passed
    whole = period * 2.0 * (1.0 - left)
    halving = rate * (whole + left * (seconds - passed * period))
    exponential = rate * period / np.log(2.0) * -np.expm1(-np.log(2.0) * periods)
    return np.where(falls & (curve == EXPONENTIAL), exponential, halving)


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
        curve = rules["emissions.curve"]
        terms = rules["emissions.rate"], rules["emissions.halving"]
        due = scheduled(*terms, float(day * DAY), curve)
        amount = np.minimum(due - self.released, rules["token.cap"] - ledger.supply)
        called = np.zeros(amount.shape, dtype=bool)
        called[actions.run] = True
        amount = np.where(called, np.maximum(amount, 0.0), 0.0)
        stakers = np.where(has_stakers, amount * rules["emissions.stakers_share"], 0.0)
        self.released += amount
        ledger.mint_to("vault", stakers)
        ledger.mint_to("treasury", amount - stakers)
        return amount
