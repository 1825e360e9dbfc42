"""Vesting: nothing before the cliff, then linear since the start.

Contract twin: ``contracts/token/Vesting.sol``.
"""

from collections.abc import Sequence

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules


def vested_share(cliff: Floats, duration: Floats, seconds: Floats | float) -> Floats:
    """Share of a grant that is vested: 0 before the cliff, then ``t / duration``, at most 1.

    ``cliff`` and ``duration`` are seconds of any one shape, which the result has too, and so may
    be ``seconds``.
    """
    return np.where(seconds < cliff, 0.0, np.minimum(1.0, seconds / duration))


class Vesting:
    """Grants of every run: one per beneficiary.

    Attributes
    ----------
    cliff, duration, age
        Seconds of each grant, ``age`` those from its start to day 0, shape ``(runs, grants)``.
    totals, released
        Tokens granted and paid so far, same shape.

    Parameters
    ----------
    rules
        Terms by run.
    ledger
        Holds the locked tokens.
    terms
        Each grant's terms in the constitution, ``team`` or ``investors``.
    beneficiaries
        Each grant's member, shape ``(grants,)``.
    totals
        Tokens granted, shape ``(runs, grants)``.
    """

    def __init__(
        self,
        rules: Rules,
        ledger: Ledger,
        terms: Sequence[str],
        beneficiaries: Ints,
        totals: Floats,
    ) -> None:
        self._ledger = ledger
        self.cliff = np.stack([rules[f"vesting.{name}.cliff"] for name in terms], axis=-1)
        self.duration = np.stack([rules[f"vesting.{name}.duration"] for name in terms], axis=-1)
        self.age = np.zeros_like(self.cliff)
        self.beneficiaries = beneficiaries
        self.totals = totals
        self.released = np.zeros_like(totals)

    def releasable(self, day: int) -> Floats:
        """Tokens each grant could release, shape ``(runs, grants)``."""
        share = vested_share(self.cliff, self.duration, day * DAY + self.age)
        return np.maximum(self.totals * share - self.released, 0.0)

    def release(self, actions: Actions, day: int) -> None:
        """Pay out grants; ``actions.target`` is the grant."""
        assert actions.target is not None
        known = (actions.target >= 0) & (actions.target < len(self.beneficiaries))
        actions.require(known, "releases a grant there is", "UnknownGrant")
        amount = self.releasable(day)[actions.run, actions.target]
        self.released[actions.run, actions.target] += amount
        self._ledger.pay("vesting", actions.run, self.beneficiaries[actions.target], amount)
