"""Emissions, vesting and the stream of rewards in lockstep."""

import numpy as np

from governance.units import TOKEN
from simulations.actions import Actions
from simulations.lockstep.books import EnforcedLedger
from simulations.lockstep.enforced import BPS, Enforced
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.stream import Stream
from simulations.mechanisms.vesting import Vesting
from simulations.randomness import Floats, Ints


class EnforcedEmissions(Enforced, Emissions):
    """What was emitted is what the contract has released."""

    def stakers_share(self) -> Floats:
        """Part of what is emitted that goes to the vault, shape ``(1,)``."""
        return np.array([self.dao.word("emissions", "stakersBps") / BPS])

    def release(self, actions: Actions, day: int, has_stakers: np.ndarray, usage: Floats) -> Floats:
        """Return what the contract has released since the last time, shape ``(1,)``."""
        before = self.released.copy()
        self.released[0] = self.dao.word("emissions", "released") / TOKEN
        return self.released - before


class EnforcedVesting(Enforced, Vesting):
    """Grants are what the contract says of them; one that was not made stays empty."""

    def releasable(self, day: int) -> Floats:
        """Tokens each grant could release now, shape ``(1, grants)``."""
        free = [
            0 if grant is None else self.dao.word("vesting", "releasable", grant)
            for grant in self.dao.grants
        ]
        return np.array([free], dtype=np.float64) / TOKEN

    def release(self, actions: Actions, day: int) -> None:
        """Read what grants have released."""
        assert actions.target is not None
        for target in np.unique(actions.target).tolist():
            grant = self.dao.read("vesting", "grant", self.dao.grants[target])
            self.released[0, target] = grant[2] / TOKEN
        who = self.beneficiaries[actions.target]
        self._ledger.pay("vesting", actions.run, who, np.zeros(len(actions)))


class EnforcedStream(Enforced, Stream):
    """Rewards stream as the vault says."""

    def unstreamed(self) -> tuple[Floats, Floats]:
        """Tokens that have not streamed yet and seconds until they have, each ``(1,)``."""
        assets, seconds = self.dao.words("staked", "unstreamed")
        return np.array([assets / TOKEN]), np.array([float(seconds)])

    def open_day(self, has_shares: np.ndarray) -> Floats:
        """Return what has streamed since the last time, shape ``(1,)``."""
        waiting = self._ledger.pools["stream"]
        before = waiting.copy()
        assert isinstance(self._ledger, EnforcedLedger)
        self._ledger.read()
        return before - waiting

    def reward(self, actions: Actions, has_shares: np.ndarray) -> None:
        """Note who has paid."""
        assert actions.amount is not None
        self._ledger.move("stream", actions.run, actions.member, -actions.amount)
        self.add(actions.run, actions.amount)

    def add(self, run: Ints, amount: Floats) -> None:
        """Count what was given."""
        self.given[0] += amount.sum()
