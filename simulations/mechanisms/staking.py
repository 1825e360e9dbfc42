"""Staking: an ERC-4626 vault whose mature, delegated shares vote.

Contract twin: ``contracts/token/StakedMoot.sol``. Shares in cooldown keep the price and lose
the vote; a vote counts the less of what a member had at the timepoint and ``maturity`` before.
Court and gate lock shares, which vote and earn on but cannot leave, and burn them.
"""

from collections.abc import Callable

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger, flat
from simulations.mechanisms.checkpoints import Checkpoints
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

VIRTUAL = 1e-18
"""The vault's virtual asset and virtual shares in tokens: 1 wei, and 10**3 of 10**21 units."""
SMALL = 1.0
"""Shares below which a vault's total is summed anew after a redemption."""
ROUNDING = 1e-12
"""Part of an amount that float64 may be off by after many additions: locks are exact on chain."""
BEGINNING = -(10**9)
"""A day before all others."""


class Staking:
    """State of the vault of every run, and the history of votes that governance reads.

    Attributes
    ----------
    shares, cooling
        Members' active shares and shares in their exit ticket, shape ``(runs, members)``.
    ready
        Second from which the ticket can be redeemed, shape ``(runs, members)``.
    delegate
        Member who votes for each member, itself to begin with, shape ``(runs, members)``.
    votes
        Active shares delegated to each member, not yet matured, shape ``(runs, members)``.
    total, votable
        Shares in existence, and those of them that are not on their way out, ``(runs,)``. Both
        begin with what the treasury staked at launch, which never votes and never leaves.
    locked
        Active shares that cannot leave, whoever locked them, shape ``(runs, members)``.
    locked_by
        The same by the name of the contract that locked them.
    stakers
        Members with active shares, shape ``(runs,)``.
    when_emptied
        Is told of the runs whose last share has left.
    """

    def __init__(self, rules: Rules, ledger: Ledger, keep_days: int) -> None:
        runs, members = ledger.liquid.shape
        self._rules, self._ledger = rules, ledger
        self.shares = np.zeros((runs, members))
        self.cooling = np.zeros((runs, members))
        self.ready = np.zeros((runs, members))
        self.delegate = np.broadcast_to(np.arange(members, dtype=np.int32), (runs, members)).copy()
        self.votes = np.zeros((runs, members))
        self._seed = np.broadcast_to(rules["staking.seed"], (runs,))
        self.total, self.votable = self._seed.copy(), self._seed.copy()
        self.locked = np.zeros((runs, members))
        self.locked_by: dict[str, Floats] = {}
        self.stakers = np.zeros(runs)
        self._first_day = 0
        self.when_emptied: Callable[[Ints], None] = _ignore
        self._checkpoints = Checkpoints(self.votes, keep_days)
        self._past_votable = np.zeros((keep_days, runs))
        self._past_votable[0] = self._seed

    @property
    def price(self) -> Floats:
        """Tokens per share, shape ``(runs,)``; one in an empty vault, which starts anew."""
        price = (self._ledger.vault + VIRTUAL) / (self.total + VIRTUAL)
        return np.where(self.total > 0, price, 1.0)

    def deposit(self, actions: Actions) -> None:
        """Turn ``actions.amount`` tokens into active shares at the current price."""
        assert actions.amount is not None
        run, member = actions.run, actions.member
        held = self._ledger.liquid[run, member]
        has = (actions.amount >= 0) & (actions.amount <= held)
        actions.require(has, "deposits what it has", "ERC20InsufficientBalance")
        minted = actions.amount / self.price[run]
        self._ledger.move("vault", run, member, -actions.amount)
        self.total += np.bincount(run, minted, minlength=self.total.size)
        self._shift(run, member, minted)

    def request_exit(self, actions: Actions, day: int) -> None:
        """Move all active shares that nobody locked to tickets and restart the cooldowns."""
        run, member = actions.run, actions.member
        kept = np.minimum(self.shares[run, member], self.locked[run, member])
        leaving = self.shares[run, member] - kept
        actions.require(leaving > 0, "leaves with shares it has", "NoSharesToExit")
        self._shift(run, member, -leaving)
        self.shares[run, member] = kept
        self.cooling[run, member] += leaving
        self.ready[run, member] = day * DAY + self._rules["staking.cooldown"][run]

    def redeem(self, actions: Actions, day: int) -> None:
        """Burn whole ready tickets and pay their assets."""
        run, member = actions.run, actions.member
        burned = self.cooling[run, member]
        ready = self.ready[run, member] <= day * DAY
        actions.require(
            (burned > 0) & ready, "redeems a ticket that is ready", "ERC4626ExceededMaxRedeem"
        )
        assets = burned * self.price[run]
        self.cooling[run, member] = 0.0
        self.total -= np.bincount(run, burned, minlength=self.total.size)
        self._ledger.move("vault", run, member, assets)
        self._recount(np.unique(run))

    def delegate_to(self, actions: Actions) -> None:
        """Hand members' votes to ``actions.target``."""
        assert actions.target is not None
        run, member = actions.run, actions.member
        held = self.shares[run, member]
        self._hand(run, self.delegate[run, member], -held)
        self.delegate[run, member] = actions.target
        self._hand(run, actions.target, held)

    def free(self, run: Ints, member: Ints) -> Floats:
        """Active shares that nobody locked, shape ``(n,)``."""
        return np.maximum(self.shares[run, member] - self.locked[run, member], 0.0)

    def lock(self, actions: Actions, locker: str) -> None:
        """Keep ``actions.amount`` active shares from leaving, on behalf of a contract."""
        assert actions.amount is not None
        run, member, shares = actions.run, actions.member, actions.amount
        actions.require(
            self._within(shares, self.free(run, member)),
            "locks shares that are free",
            "InsufficientStake",
        )
        for locks in (self.locked, self._locks_of(locker)):
            np.add.at(locks, (run, member), shares)

    def unlock(self, actions: Actions, locker: str) -> None:
        """Let go of ``actions.amount`` shares that the same contract locked."""
        assert actions.amount is not None
        run, member, shares = actions.run, actions.member, actions.amount
        mine = self._locks_of(locker)
        actions.require(
            self._within(shares, mine[run, member]), "lets go of what it locked", "InsufficientLock"
        )
        for locks in (self.locked, mine):
            np.add.at(locks, (run, member), -shares)
            rest = locks[run, member]
            locks[run, member] = np.where(rest > shares * ROUNDING, rest, 0.0)

    def slash(self, actions: Actions, recipient: str) -> Floats:
        """Burn ``actions.amount`` shares, active ones first and then those of the ticket.

        Parameters
        ----------
        actions
            Each member at most once.
        recipient
            Account of the ledger that gets the tokens they stood for.

        Returns
        -------
        ndarray
            Those tokens, shape ``(n,)``.
        """
        assert actions.amount is not None
        run, member = actions.run, actions.member
        active, cooling = self.shares[run, member], self.cooling[run, member]
        covered = self._within(actions.amount, active + cooling)
        actions.require(covered, "is slashed of shares it has", "InsufficientStake")
        shares = np.minimum(actions.amount, active + cooling)
        assets = shares * self.price[run]
        burned = np.minimum(shares, active)
        self._shift(run, member, -burned)
        self.cooling[run, member] = _less(cooling, shares - burned)
        self.total -= np.bincount(run, shares, minlength=self.total.size)
        paid = np.zeros_like(self.total)
        np.add.at(paid, run, assets)
        self._ledger.pass_on("vault", recipient, paid)
        self._recount(np.unique(run))
        return assets

    def resume(self, past_votes: Floats, past_votable: Floats) -> None:
        """Give day 0 a past: what votes were before it, the same in every run.

        Parameters
        ----------
        past_votes
            Votes at the ends of the days -1, -2, ..., shape ``(days, members)``. Before the last
            one they were as on it.
        past_votable
            Shares that could vote then, shape ``(days,)``.
        """
        now, days = self.votes.copy(), min(len(past_votes), len(self._past_votable) - 1)
        self._first_day = BEGINNING
        self.votes[:], self._past_votable[:] = past_votes[days - 1], past_votable[days - 1]
        for back in range(days - 1, -1, -1):
            after = np.broadcast_to(past_votes[back - 1], now.shape) if back else now
            self._checkpoints.touch(np.flatnonzero(self.votes != after))
            self.votes[:] = after
            self._checkpoints.close_day(-back)
            self._past_votable[-back - 1] = past_votable[back]
        self._past_votable[0] = self.votable

    def close_day(self, day: int) -> None:
        """Keep the day's last votes, which are what every timepoint within it reads."""
        self._checkpoints.close_day(day)
        self._past_votable[day % len(self._past_votable)] = self.votable

    def past_votes(self, run: Ints, timepoint: Floats, member: Ints | slice) -> Floats:
        """Mature votes at past timepoints.

        Parameters
        ----------
        run, timepoint
            Rows and seconds since launch, shape ``(n,)``.
        member
            One member each, shape ``(n,)``, or ``slice(None)`` for all of them.

        Returns
        -------
        ndarray
            Shape ``(n,)`` or ``(n, members)``, in shares.
        """
        days = self._days(run, timepoint)
        if not run.size or (days == days[:, :1]).all():
            return self._mature(run, days[:, :1], member)
        parts = np.unique(days, axis=1, return_inverse=True)[1]
        votes = np.empty((run.size, self.votes.shape[1]) if isinstance(member, slice) else run.size)
        for part in range(parts.max() + 1):
            mine = np.flatnonzero(parts == part)
            whom = member if isinstance(member, slice) else member[mine]
            votes[mine] = self._mature(run[mine], days[:, mine[:1]], whom)
        return votes

    def past_votable(self, run: Ints, timepoint: Floats) -> Floats:
        """Mature shares that could vote at past timepoints, shape ``(n,)``."""
        now, before = self._days(run, timepoint)
        keep = len(self._past_votable)
        known = before >= self._first_day
        earlier = np.where(known, self._past_votable[before % keep, run], 0.0)
        return np.minimum(self._past_votable[now % keep, run], earlier)

    def _mature(self, run: Ints, days: Ints, member: Ints | slice) -> Floats:
        """Least of the votes at the ends of two days, ``days`` being ``[[day], [before]]``."""
        day, before = (int(each) for each in days.flat) if run.size else (0, 0)
        current, earlier = self._checkpoints.at((day, before), run, member)
        return np.minimum(current, earlier if before >= self._first_day else 0.0)

    def _locks_of(self, locker: str) -> Floats:
        return self.locked_by.setdefault(locker, np.zeros_like(self.locked))

    @staticmethod
    def _within(shares: Floats, bound: Floats) -> np.ndarray:
        return shares <= bound * (1.0 + ROUNDING)

    def _days(self, run: Ints, timepoint: Floats) -> Ints:
        """Days of timepoints and of those ``maturity`` before, shape ``(2, n)``."""
        times = np.stack([timepoint, timepoint - self._rules["staking.maturity"][run]])
        return np.floor(times / DAY).astype(np.int64)

    def _recount(self, run: Ints) -> None:
        """Sum what is left of nearly empty vaults anew: small rests of large sums are rounding."""
        run = run[self.total[run] < SMALL]
        self.votable[run] = self._seed[run] + self.shares[run].sum(axis=-1)
        self.total[run] = self.votable[run] + self.cooling[run].sum(axis=-1)
        self.when_emptied(run[self.total[run] == 0])

    def _shift(self, run: Ints, member: Ints, shares: Floats) -> None:
        before = self.shares[run, member]
        self.shares[run, member] = after = _less(before, -shares)
        runs = self.votable.size
        self.votable += np.bincount(run, shares, minlength=runs)
        joined = (after > 0).astype(np.float64) - (before > 0)
        self.stakers += np.bincount(run, joined, minlength=runs)
        self._hand(run, self.delegate[run, member], shares)

    def _hand(self, run: Ints, voter: np.ndarray, shares: Floats) -> None:
        """Give votes to those who vote with them, or take them away, and leave no rounding."""
        cells, votes = run * self.votes.shape[1] + voter, flat(self.votes)
        self._checkpoints.touch(cells)
        np.add.at(votes, cells, shares)
        votes[cells[np.abs(votes[cells]) <= ROUNDING * np.abs(shares)]] = 0.0


def _less(held: Floats, taken: Floats) -> Floats:
    """Subtract; what is left of all but nothing is rounding, and nothing on chain."""
    left = held - taken
    return np.where(left > ROUNDING * np.abs(taken), left, 0.0)


def _ignore(run: Ints) -> None:
    """Tell nobody."""
