"""Terms: what the lanes of the court ask and grant.

Contract twin: ``contracts/court/CourtTerms.sol``. The terms of now are the rules of the run, which
votes change; a dispute keeps those it was created under. A lane remembers the mildest terms it ever
had: who covers a seat under those stays on duty, lest new terms change a draw of an older dispute.
"""

import numpy as np

from simulations.mechanisms.sortition import BILLION
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

LANES = ("people", "agents")


class Terms:
    """The terms of both lanes as they are now, by lane and run.

    Attributes
    ----------
    mildest
        Least stake and least risk of a seat, each the least that the lane has or had, in
        billionths of a share, shape ``(2, lanes, runs)``.
    """

    def __init__(self, rules: Rules, runs: int) -> None:
        self._rules = rules
        self.mildest = np.full((2, len(LANES), runs), np.iinfo(np.int64).max)
        self.notice()

    def notice(self) -> None:
        """Take in terms that a vote has set; call it whenever they change."""
        lane, run = (part.ravel() for part in np.indices(self.mildest.shape[1:]))
        now = np.stack([self.least(lane, run), self.risk(lane, run)])
        self.mildest = np.minimum(self.mildest, now.reshape(self.mildest.shape))

    def of(self, name: str, lane: Ints, run: Ints) -> Floats:
        """One term of the lanes and runs given, shape ``(n,)``."""
        people, agents = (self._rules[f"court.{each}.{name}"][run] for each in LANES)
        return np.where(lane == 0, people, agents)

    def least(self, lane: Ints, run: Ints) -> Ints:
        """Least stake of a juror in billionths of a share, shape ``(n,)``."""
        return np.rint(self.of("least_stake", lane, run) * BILLION).astype(np.int64)

    def risk(self, lane: Ints, run: Ints) -> Ints:
        """What a seat puts at risk, in billionths of a share, shape ``(n,)``.

        ``floor(least * bps / 10_000)``, in two parts so that no product overflows.
        """
        bps = np.rint(self.of("alpha", lane, run) * 10_000).astype(np.int64)
        whole, rest = np.divmod(self.least(lane, run), 10_000)
        return whole * bps + rest * bps // 10_000
