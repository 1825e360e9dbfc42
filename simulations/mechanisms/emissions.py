"""Emissions: a rate that falls, by halvings or all the time, or what use earns; within the cap.

Contract twin: ``contracts/token/Emissions.sol``.
"""

import numpy as np

from governance.rules.money import CURVES
from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.randomness import Floats
from simulations.scenario import Rules

HALVING, EXPONENTIAL, USAGE = map(CURVES.index, ("halving", "exponential", "usage"))
"""Curves as the contract counts them."""


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
    exponential = falls & (curve == EXPONENTIAL)
    if not exponential.any():
        return halving
    smooth = rate * period / np.log(2.0) * -np.expm1(-np.log(2.0) * periods)
    return np.where(exponential, smooth, halving)


def metered(rate: Floats, usage: Floats, share: Floats, seconds: float) -> Floats:
    """Tokens due on the usage curve since the start, shape ``(runs,)``.

    A share of what use has burned, and at most the rate at all times: ``min(r t, u s)``. With a
    share of at most one, whoever burns for the sake of what is minted cannot gain.

    Parameters
    ----------
    rate
        Highest rate in tokens per second, shape ``(runs,)``.
    usage
        Tokens that use has burned, shape ``(runs,)``.
    share
        What is due of those, shape ``(runs,)``.
    seconds
        Time since the start.
    """
    return np.minimum(rate * seconds, usage * share)


class Emissions:
    """State of the emissions of every run.

    Attributes
    ----------
    released
        Tokens emitted so far, shape ``(runs,)``.
    age
        Seconds from the start of the schedule to day 0.
    """

    def __init__(self, rules: Rules, ledger: Ledger) -> None:
        self._rules = rules
        self._ledger = ledger
        self.released = np.zeros_like(ledger.minted)
        self.age = 0.0

    def stakers_share(self) -> Floats:
        """Part of what is emitted that goes to the vault, shape ``(runs,)``."""
        return self._rules["emissions.stakers_share"]

    def due(self, seconds: float, usage: Floats) -> Floats:
        """Tokens that the schedule has emitted so long after its start, shape ``(runs,)``."""
        rules = self._rules
        curve, rate = rules["emissions.curve"], rules["emissions.rate"]
        return np.where(
            curve == USAGE,
            metered(rate, usage, rules["emissions.usage_share"], seconds),
            scheduled(rate, rules["emissions.halving"], seconds, curve),
        )

    def release(self, actions: Actions, day: int, has_stakers: np.ndarray, usage: Floats) -> Floats:
        """Mint what is due in the runs of ``actions``; return it, shape ``(runs,)``.

        The stakers' part goes to the treasury where the vault has no shares. ``usage`` is what
        use has burned so far, shape ``(runs,)``.
        """
        rules, ledger = self._rules, self._ledger
        due = self.due(day * DAY + self.age, usage)
        amount = np.minimum(due - self.released, rules["token.cap"] - ledger.supply)
        called = np.zeros(amount.shape, dtype=bool)
        called[actions.run] = True
        amount = np.where(called, np.maximum(amount, 0.0), 0.0)
        stakers = np.where(has_stakers, amount * self.stakers_share(), 0.0)
        self.released += amount
        ledger.mint_to("vault", stakers)
        ledger.mint_to("treasury", amount - stakers)
        return amount
