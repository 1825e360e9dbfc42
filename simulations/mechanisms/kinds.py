"""Kinds: what a proposal does decides what it takes to pass.

Contract twin: ``contracts/governor/ProposalKinds.sol``. A kind asks for a threshold, a quorum, an
approval, a voting period and a timelock delay of its own; a proposal is held to the stricter of
these and of what the governor and the treasury ask of all.
"""

import numpy as np

from governance.rules.voting import KINDS
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

DEPLOYMENT, FUNDING, PARAMETER, DISPUTE, CONSTITUTIONAL = range(len(KINDS))
"""Kinds as the contract counts them."""
_GENERAL = {
    "proposal_threshold": "governor.proposal_threshold",
    "voting_period": "governor.voting_period",
    "timelock_delay": "treasury.timelock_delay",
}
"""What is asked of every proposal, by the name of what a kind may ask beyond it."""


class KindTerms:
    """What proposals of each kind need, as the rules are now."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def of(self, name: str, kind: Ints, run: Ints) -> Floats:
        """One term of kinds in runs, the stricter of the kind's and the general one, ``(n,)``."""
        own = np.empty(run.shape)
        for place, each in enumerate(KINDS):
            mine = np.flatnonzero(kind == place)
            if mine.size:
                own[mine] = self._rules[f"kinds.{each}.{name}"][run[mine]]
        return np.maximum(own, self._rules[_GENERAL[name]][run]) if name in _GENERAL else own
