"""Exit: tokens burned for their part of the treasury's other assets, once enough want to leave.

Contract twin: ``contracts/market/ExitModule.sol`` with ``ExitRounds.sol``. Holders escrow tokens in
rounds, which go through these states::

  idle - escrow -> gathering - threshold or silence -> open - opening -> closing - settle -> settled
                       +- window -> lapsed

While it gathers, and once it has lapsed, escrow can be withdrawn; once open, others may join and
nobody leaves. The threshold is a share of the supply outside the treasury. After a silence without
a sign of life anybody opens an exit, whatever was escrowed. Settling burns all escrow at one moment
for ``(balance - outstanding) x escrow / circulating`` of each asset, where what earlier rounds are
still due is outstanding; it vests in a straight line and never expires.

Here every asset of the treasury is listed and approved, in a fixed list; on chain that takes votes.
"""

from enum import IntEnum

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.batches import affordable, first_of_its_kind
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

TOLERANCE = 1e-12
"""Share of the threshold that rounding may lack."""
NOT_YET = -1.0
"""Time of what has not happened."""


class State(IntEnum):
    """States of a round, numbered as the contract does."""

    IDLE = 0
    GATHERING = 1
    LAPSED = 2
    OPEN = 3
    CLOSING = 4
    SETTLED = 5


class Exit:
    """Rounds of every run. Arrays over rounds grow as rounds begin.

    Attributes
    ----------
    assets
        The treasury's other assets, in units of each, shape ``(runs, assets)``. They belong to the
        World: whoever pays into or out of them writes here.
    current
        Number of the latest round, shape ``(runs,)``.
    started, open_until, settled_at
        Seconds since launch, ``NOT_YET`` until then, shape ``(runs, rounds)``.
    escrowed, escrow_of
        Tokens escrowed in each round, ``(runs, rounds)``, and by whom, ``(runs, members, rounds)``.
    due, collected
        What the treasury still owes each round and has paid, shape ``(runs, rounds, assets)``.
    claimed
        What members have claimed, shape ``(runs, members, rounds, assets)``.
    last_sign
        Second of the last sign of life, shape ``(runs,)``.
    """

    def __init__(self, rules: Rules, ledger: Ledger, assets: Floats) -> None:
        runs, members = ledger.liquid.shape
        kinds = assets.shape[1]
        self._rules, self._ledger, self.assets = rules, ledger, assets
        self.current = np.zeros(runs, dtype=np.int64)
        self.started, self.open_until, self.settled_at = np.full((3, runs, 1), NOT_YET)
        self.escrowed = np.zeros((runs, 1))
        self.escrow_of = np.zeros((runs, members, 1))
        self.due, self.collected = np.zeros((2, runs, 1, kinds))
        self.claimed = np.zeros((runs, members, 1, kinds))
        self.last_sign = np.zeros(runs)
        ledger.open("exit")

    def state(self, run: Ints, number: Ints, day: int) -> Ints:
        """``State`` of rounds, shape ``(n,)``."""
        now, last = day * DAY, self.started.shape[1] - 1
        at = run, np.minimum(number, last)
        gathers = now < self.started[at] + self._rules["exit.window"][run]
        states = np.select(
            [
                number > last,
                self.settled_at[at] != NOT_YET,
                now < self.open_until[at],
                self.open_until[at] != NOT_YET,
                self.started[at] == NOT_YET,
                gathers,
            ],
            [State.IDLE, State.SETTLED, State.OPEN, State.CLOSING, State.IDLE, State.GATHERING],
            State.LAPSED,
        )
        return states.astype(np.int64)

    def circulating(self) -> Floats:
        """Supply outside the treasury, escrow included, shape ``(runs,)``."""
        return self._ledger.supply - self._ledger.treasury

    def threshold(self) -> Floats:
        """Escrow that opens an exit now, shape ``(runs,)``."""
        return self.circulating() * self._rules["exit.threshold"]

    def outstanding(self) -> Floats:
        """What settled rounds have not collected from the treasury, shape ``(runs, assets)``."""
        return self.due.sum(axis=1)

    def redeemed(self) -> Floats:
        """What all have claimed of all assets so far, shape ``(runs,)``."""
        if not (self.settled_at >= 0).any():
            return np.zeros(len(self.current))
        return self.claimed.sum(axis=(1, 2, 3))

    def sign_of_life(self, run: Ints, day: int) -> None:
        """Note that the treasury executed a decision, or a vote for a ping, in these runs."""
        self.last_sign[run] = day * DAY

    def escrow(self, actions: Actions, day: int) -> None:
        """Escrow ``amount`` tokens in the latest round or, if that is over, in a new one."""
        assert actions.amount is not None
        run, member = actions.run, actions.member
        self._check_settled(actions, day)
        actions.require(actions.amount > 0, "escrows something", "NothingEscrowed")
        has = affordable(self._ledger.liquid, run, member, actions.amount)
        actions.require(has, "escrows what it has", "ERC20InsufficientBalance")
        self._begin(actions, day)
        touched = np.unique(run)
        at = touched, self.current[touched]
        self.started[at] = np.where(self._idle(at), float(day * DAY), self.started[at])
        number = self.current[run]
        np.add.at(self.escrowed, (run, number), actions.amount)
        np.add.at(self.escrow_of, (run, member, number), actions.amount)
        reached = self.escrowed[at] >= self.threshold()[touched] * (1.0 - TOLERANCE)
        opens = touched[reached & (self.open_until[at] == NOT_YET)]
        self._open(opens, day)
        self._ledger.move("exit", run, member, -actions.amount)

    def withdraw(self, actions: Actions, day: int) -> None:
        """Take back members' escrow of rounds ``target`` that did not open."""
        assert actions.target is not None
        run, member, number = actions.run, actions.member, actions.target
        state = self.state(run, number, day)
        closed = (state == State.GATHERING) | (state == State.LAPSED)
        actions.require(closed, "withdraws from a round that did not open", "WrongState")
        at = run, member, number
        amount = self.escrow_of[at]
        actions.require(
            (amount > 0) & first_of_its_kind(*at), "withdraws what it escrowed", "NothingEscrowed"
        )
        self.escrow_of[at] = 0.0
        np.add.at(self.escrowed, (run, number), -amount)
        self._forget_rounding(run, number)
        self._ledger.move("exit", run, member, amount)

    def trigger(self, actions: Actions, day: int) -> None:
        """Open an exit because the DAO has been silent for too long."""
        run = actions.run
        silent = day * DAY >= self.last_sign[run] + self._rules["exit.silence"][run]
        actions.require(silent, "opens an exit of a DAO that is silent", "StillAlive")
        self._check_settled(actions, day)
        is_open = self.state(run, self.current[run], day) == State.OPEN
        actions.require(
            ~is_open & first_of_its_kind(run), "opens an exit that is not open", "WrongState"
        )
        self._begin(actions, day)
        self._open(run, day)

    def settle(self, actions: Actions, day: int) -> None:
        """Burn the escrow of rounds whose opening is over and fix their part of every asset."""
        run = actions.run
        number = self.current[run]
        closing = self.state(run, number, day) == State.CLOSING
        actions.require(
            closing & first_of_its_kind(run), "settles a round whose opening is over", "WrongState"
        )
        burned = np.zeros(len(self.current))
        burned[run] = self.escrowed[run, number]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(burned > 0, burned / self.circulating(), 0.0)
        free = np.maximum(self.assets - self.outstanding(), 0.0)
        self.due[run, number] = free[run] * share[run, None]
        self.settled_at[run, number] = day * DAY
        self._ledger.burn("exit", burned)

    def collect(self, actions: Actions) -> None:
        """Move what rounds ``target`` are due here, as far as the treasury has it."""
        assert actions.target is not None
        self._collect(actions.run, actions.target)

    def claim(self, actions: Actions, day: int) -> None:
        """Pay members what has vested of their part of the settled rounds ``target``."""
        assert actions.target is not None
        run, member, number = actions.run, actions.member, actions.target
        settled = self.state(run, number, day) == State.SETTLED
        actions.require(settled, "claims of a settled round", "WrongState")
        self._collect(run, number)
        amount = self.claimable(run, member, number, day)
        amount[~first_of_its_kind(run, member, number)] = 0.0
        np.add.at(self.claimed, (run, member, number), amount)

    def claimable(self, run: Ints, member: Ints, number: Ints, day: int) -> Floats:
        """What members could claim of what was collected now, shape ``(n, assets)``."""
        vesting = self._rules["exit.vesting"][run]
        elapsed = day * DAY - self.settled_at[run, number]
        vested = np.where(elapsed < vesting, elapsed / np.maximum(vesting, 1.0), 1.0)
        vested[self.settled_at[run, number] == NOT_YET] = 0.0
        share = (self._share(run, member, number) * vested)[:, None]
        vested_part = share * self.collected[run, number]
        return np.maximum(vested_part - self.claimed[run, member, number], 0.0)

    def entitlement(self, run: Ints, member: Ints, number: Ints) -> Floats:
        """Members' parts of settled rounds, vested, collected, claimed or not, ``(n, assets)``."""
        whole = self.due[run, number] + self.collected[run, number]
        return self._share(run, member, number)[:, None] * whole

    def _share(self, run: Ints, member: Ints, number: Ints) -> Floats:
        escrowed = self.escrowed[run, number]
        mine = self.escrow_of[run, member, number]
        return np.where(escrowed > 0, mine / np.where(escrowed > 0, escrowed, 1.0), 0.0)

    def _idle(self, at: tuple[Ints, Ints]) -> np.ndarray:
        return (self.started[at] == NOT_YET) & (self.open_until[at] == NOT_YET)

    def _check_settled(self, actions: Actions, day: int) -> None:
        waits = self.state(actions.run, self.current[actions.run], day) == State.CLOSING
        actions.require(~waits, "waits until the latest round is settled", "WrongState")

    def _begin(self, actions: Actions, day: int) -> None:
        """Begin a new round where the latest is over."""
        run = np.unique(actions.run)
        state = self.state(run, self.current[run], day)
        self.current[run] += (state == State.LAPSED) | (state == State.SETTLED)
        if self.current.max() == self.started.shape[1]:
            self._grow()

    def _open(self, run: Ints, day: int) -> None:
        self.open_until[run, self.current[run]] = day * DAY + self._rules["exit.opening"][run]

    def _forget_rounding(self, run: Ints, number: Ints) -> None:
        """Sum nearly empty rounds anew: small rests of large sums are rounding."""
        self.escrowed[run, number] = self.escrow_of[run, :, number].sum(axis=-1)

    def _collect(self, run: Ints, number: Ints) -> None:
        """Collect one round after another: both may want an asset the treasury is short of."""
        for row, round_ in dict.fromkeys(zip(run.tolist(), number.tolist(), strict=True)):
            paid = np.minimum(self.due[row, round_], np.maximum(self.assets[row], 0.0))
            self.due[row, round_] -= paid
            self.assets[row] -= paid
            self.collected[row, round_] += paid

    def _grow(self) -> None:
        """Make room for as many rounds again."""
        for name in ("started", "open_until", "settled_at"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.full_like(old, NOT_YET)], axis=1))
        for name, axis in (
            ("escrowed", 1), ("escrow_of", 2), ("due", 1), ("collected", 1), ("claimed", 2)
        ):  # fmt: skip
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros_like(old)], axis=axis))
