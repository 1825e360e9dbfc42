"""The governor in lockstep: states, tallies, deadlines and quorums are read from it."""

import numpy as np

from governance.chain.abi import contract
from governance.chain.protocol import Reverted
from governance.units import DAY, GENESIS, SHARE, TOKEN
from simulations.actions import Actions
from simulations.lockstep.books import EnforcedLedger
from simulations.lockstep.enforced import BPS, Enforced
from simulations.mechanisms.governor import SUPPLY, Governor
from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import State, places
from simulations.mechanisms.spending import Spending
from simulations.randomness import Floats, Ints


class EnforcedSpending(Enforced, Spending):
    """The limit and what is left of it, from the guard."""

    def begin(self) -> None:
        """Read the limit."""
        self._open(0)

    def _open(self, now: int) -> None:
        kind, token = FUNDING, self.dao.at["token"]
        most, period = self.dao.words("guard", "spendLimit", kind, token)
        self._limit, self._period = np.array([most / TOKEN]), np.array([float(period)])
        left = self.dao.word("guard", "available", kind, token) / TOKEN
        self.spent = np.array([most / TOKEN - left if period else 0.0])

    def spend(self, run: Ints, amount: Floats, now: int) -> np.ndarray:
        """Count nothing: the guard has."""
        return np.ones(run.shape, dtype=bool)


class EnforcedGovernor(Enforced, Governor):
    """Proposals of the one run. Which slot a proposal stands in is decided here, nothing else."""

    def begin(self) -> None:
        """Take spending from the guard."""
        limits = "kinds.funding.spend_limit", "kinds.funding.spend_period"
        spending = EnforcedSpending(*(self._rules[name].copy() for name in limits))
        spending.dao = self.dao
        spending.begin()
        self.spending = spending

    def open_day(self, day: int) -> Floats:
        """Read where proposals stand; return the turnout of those that closed, ``(1,)``."""
        slots = self.slots
        now = slots.state.copy()
        for slot in np.flatnonzero(slots.state[0] >= 0).tolist():
            now[0, slot] = self._state(slot)
        self._activate(places((slots.state == State.PENDING) & (now > State.PENDING)))
        voted_on = (slots.state == State.PENDING) | (slots.state == State.ACTIVE)
        closing = voted_on & (now > State.ACTIVE)
        slots.state[...] = now
        self._archive((now == State.EXPIRED) & ~closing)
        if not closing.any():
            return np.full(1, np.nan)
        return self._close(closing, closing & (now != State.DEFEATED), day)

    def propose(self, actions: Actions, quality: Floats, day: int, kind: int = FUNDING) -> None:
        """Give what was proposed a slot, and read its times."""
        super().propose(actions, quality, day, kind)
        self._look_up()

    def vote(self, actions: Actions, day: int) -> None:
        """Note who has voted, and read the tally."""
        super().vote(actions, day)
        self._look_up()

    def queue(self, actions: Actions, day: int) -> None:
        """Read when what was queued can be executed."""
        super().queue(actions, day)
        self._look_up()

    def execute(self, actions: Actions, day: int) -> None:
        """Read what executed proposals did."""
        super().execute(actions, day)
        assert isinstance(self._ledger, EnforcedLedger)
        self._ledger.read()

    def threshold(self, run: Ints, kind: Ints, day: int) -> Floats:
        """Votes needed to propose, by the terms of now, shape ``(n,)``."""
        votable = self._staking.past_votable(run, np.full(run.shape, day * DAY - 1.0))
        general = self.dao.word("governor", "proposalThresholdBps")
        own = [self.dao.words("kinds", "ruleOf", each)[0] for each in kind.tolist()]
        return votable * np.maximum(np.array(own, dtype=np.float64), general) / BPS

    def quorum_now(self, kind: int) -> Floats:
        """Votes that a proposal of a kind would need by the stakes of now, shape ``(1,)``."""
        base, part, floor, cap = self.dao.words("quorum", "rule")
        votable = self._staking.votable
        general = (self._ledger.supply if base == SUPPLY else votable) * (part / BPS)
        general = np.maximum(general, floor / SHARE)
        general = np.minimum(general, cap / SHARE) if cap else general
        return np.maximum(general, votable * (self.dao.words("kinds", "ruleOf", kind)[1] / BPS))

    def payable(self, now: int) -> np.ndarray:
        """Which queued proposals can be executed, by trying it, shape ``(1, slots)``."""
        due = self.slots.state == State.QUEUED
        for slot in np.flatnonzero(due[0]).tolist():
            due[0, slot] = self._can_execute(slot)
        return self._affordable(due, now)

    def _activate(self, at: tuple[Ints, ...]) -> None:
        super()._activate(at)
        for slot in at[1].tolist():
            self.slots.quorum[0, slot] = self._read("proposalQuorum", slot) / SHARE

    def _look_up(self) -> None:
        """Read state, times and tally of all open proposals."""
        slots = self.slots
        for slot in np.flatnonzero(slots.state[0] >= 0).tolist():
            slots.state[0, slot] = self._state(slot)
            slots.snapshot[0, slot] = self._read("proposalSnapshot", slot) - GENESIS
            slots.deadline[0, slot] = self._read("proposalDeadline", slot) - GENESIS
            eta = self._read("proposalEta", slot)
            slots.eta[0, slot] = eta - GENESIS if eta else 0.0
            votes = self.dao.words("governor", "proposalVotes", self._id(slot))
            self.tally[:, 0, slot] = [count / SHARE for count in votes]

    def _can_execute(self, slot: int) -> bool:
        arguments = self.dao.proposals[int(self.slots.number[0, slot])][1]
        data = contract("MootGovernor").encode("execute", *arguments)
        try:
            self.dao.chain.call(self.dao.at["governor"], data, sender=self.dao.members[0])
        except Reverted:
            return False
        return True

    def _id(self, slot: int) -> int:
        return self.dao.proposals[int(self.slots.number[0, slot])][0]

    def _state(self, slot: int) -> int:
        return self._read("state", slot)

    def _read(self, function: str, slot: int) -> int:
        return self.dao.word("governor", function, self._id(slot))
