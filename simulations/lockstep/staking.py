"""The vault in lockstep: shares, exits, locks, delegations and votes are read from it."""

import numpy as np

from governance.units import GENESIS, SHARE
from simulations.actions import Actions
from simulations.lockstep.enforced import Enforced
from simulations.mechanisms.staking import Staking
from simulations.randomness import Floats, Ints
from simulations.twin.driver import union
from simulations.twin.money import LOCKERS


class EnforcedStaking(Enforced, Staking):
    """Stakes of the one run."""

    def begin(self) -> None:
        """Read everybody's stake."""
        self.look_up(np.arange(self.shares.shape[1]))

    def deposit(self, actions: Actions) -> None:
        """Read who staked."""
        self._changed(actions)

    def request_exit(self, actions: Actions, day: int) -> None:
        """Read whose shares are on their way out."""
        self._changed(actions)

    def redeem(self, actions: Actions, day: int) -> None:
        """Read who took tokens home."""
        self._changed(actions)

    def delegate_to(self, actions: Actions) -> None:
        """Read who hands votes to whom."""
        self.look_up(actions.member)

    def lock(self, actions: Actions, locker: str) -> None:
        """Read whose shares are locked."""
        self.look_up(actions.member)

    def unlock(self, actions: Actions, locker: str) -> None:
        """Read whose shares were let go."""
        self.look_up(actions.member)

    def slash(self, actions: Actions, recipient: str) -> Floats:
        """Read whose shares were burned; what they brought is in the recipient's account.

        Returns
        -------
        ndarray
            Zeros, shape ``(n,)``: one burn of many cannot be told from the others by balances.
        """
        self.look_up(actions.member)
        return np.zeros(len(actions))

    def close_day(self, day: int) -> None:
        """Keep nothing: the contract keeps checkpoints."""

    def past_votes(self, run: Ints, timepoint: Floats, member: Ints | slice) -> Floats:
        """Votes at past timepoints as the contract counts them, see :class:`Staking`."""
        if isinstance(member, slice):
            who = self.dao.members[member]
            moments = (int(when) + GENESIS for when in timepoint)
            rows = [[(each, moment) for each in who] for moment in moments]
            votes = [self.numbers("staked", "getPastVotes", row, SHARE) for row in rows]
            return np.reshape(votes, (len(rows), len(who)))
        asked = zip(self.who(member), (int(when) + GENESIS for when in timepoint), strict=True)
        return self.numbers("staked", "getPastVotes", list(asked), SHARE)

    def past_votable(self, run: Ints, timepoint: Floats) -> Floats:
        """Shares that could vote at past timepoints, shape ``(n,)``."""
        asked = [(int(when) + GENESIS,) for when in timepoint]
        return self.numbers("staked", "getPastTotalSupply", asked, SHARE)

    def look_up(self, members: Ints) -> None:
        """Read all that the vault knows of members, and its totals."""
        members = union([members])
        read, at = self.of_members, (0, members)
        before = self.delegate[at]
        self.shares[at] = read("staked", "balanceOf", members, SHARE)
        exits = [self.dao.words("staked", "exitOf", who) for who in self.who(members)]
        self.cooling[at] = [shares / SHARE for shares, _ in exits]
        self.ready[at] = [max(ready - GENESIS, 0.0) for _, ready in exits]
        self.locked[at] = read("staked", "lockedOf", members, SHARE)
        for locker in LOCKERS:
            locks = read("staked", "lockedBy", members, SHARE, self.dao.at[locker])
            self._locks_of(locker)[at] = locks
        voters = [self.dao.word("staked", "delegates", who) for who in self.who(members)]
        self.delegate[at] = [
            self.dao.member_of(voter) if voter else member
            for voter, member in zip(voters, members.tolist(), strict=True)
        ]
        self._count_votes(union([before.astype(np.int64), self.delegate[at].astype(np.int64)]))
        self._read_totals()

    def _count_votes(self, voters: Ints) -> None:
        """Read the last checkpoints of voters: what was delegated to them, mature or not."""
        for voter, who in zip(voters.tolist(), self.who(voters), strict=True):
            count = self.dao.word("staked", "numCheckpoints", who)
            last = self.dao.words("staked", "checkpoints", who, count - 1)[1] if count else 0
            self.votes[0, voter] = last / SHARE

    def _read_totals(self) -> None:
        word = self.dao.word
        self.total[0] = word("staked", "totalSupply") / SHARE
        leaving = word("staked", "balanceOf", self.dao.at["staked"]) / SHARE
        self.votable[0] = self.total[0] - leaving
        self.stakers[0] = np.count_nonzero(self.shares[0] > 0)

    def _changed(self, actions: Actions) -> None:
        self._ledger.move("vault", actions.run, actions.member, np.zeros(len(actions)))
        self.look_up(actions.member)
