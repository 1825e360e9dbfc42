"""What attackers look at: whose proposals are put to the vote, and who has not voted on them."""

from dataclasses import dataclass

import numpy as np

from governance.units import DAY
from simulations.agents.windows import frozen
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.lending import Lending
from simulations.mechanisms.proposals import DUST, State
from simulations.randomness import Floats, Ints


@dataclass(frozen=True)
class RaidView:
    """Proposals by who made them, votes that are left, and what lenders offer."""

    day: int
    _governor: Governor
    _lending: Lending

    @property
    def proposer(self) -> Ints:
        """Who made the proposal in each slot, shape ``(runs, slots)``."""
        return frozen(self._governor.slots.proposer)

    @property
    def offered(self) -> Floats:
        """Tokens that can be borrowed, shape ``(runs,)``."""
        return self._lending.offered

    def owed(self, run: Ints, member: Ints) -> Floats:
        """Tokens that members have to bring back, shape ``(n,)``."""
        return self._lending.owed[run, member]

    def at_vote(self, members: Ints) -> Ints:
        """How many proposals of some members are put to the vote, shape ``(runs,)``."""
        waits = np.isin(self._governor.slots.state, (State.PENDING, State.ACTIVE))
        return np.count_nonzero(waits & np.isin(self.proposer, members), axis=1)

    def opened(self) -> tuple[Ints, Ints]:
        """Run and slot of votes that opened today."""
        slots = self._governor.slots
        fresh = slots.snapshot >= (self.day - 1) * DAY
        run, slot = np.nonzero((slots.state == State.ACTIVE) & fresh)
        return run, slot

    def unused(self, run: Ints, slot: Ints) -> Floats:
        """Votes that members have and have not cast, shape ``(n, members)``."""
        power = self._governor.power[slot, run]
        left = (power > DUST) & ~self._governor.voted[slot, run]
        return np.where(left, power, 0.0)
