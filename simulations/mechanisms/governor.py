"""Governor: proposals from the threshold to the timelock, and what they do in the end.

Contract twins: ``MootGovernor``, ``QuorumRule``, ``ProposalGuard`` and ``Treasury``.
A proposal is one call: it pays a grant, or does to a version of a model what another mechanism
has offered to have voted on (:meth:`Governor.serve`). The call decides its kind
(:mod:`simulations.mechanisms.kinds`). States carry ``IGovernor``'s numbers. A run holds up to
``SLOTS`` proposals at once; finished ones move to the log and free their slot.
"""

from collections.abc import Callable

import numpy as np

from governance.rules.voting import KINDS, QUORUM_BASES
from governance.units import DAY
from simulations.actions import Actions
from simulations.ledger import Ledger, flat
from simulations.mechanisms.asking import Asking, reaches
from simulations.mechanisms.batches import by_run, first_of_its_kind, first_true, turns
from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import (
    DUST,
    SLOTS,
    Call,
    ProposalLog,
    State,
    in_some_slot,
    places,
)
from simulations.mechanisms.staking import ROUNDING, Staking
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

type Effect = Callable[[Actions, float], None]
"""What is done to the targets of executed proposals at a second, each run at most once."""
type Ready = Callable[[Ints, Ints, float], np.ndarray]
"""Whether that would succeed, by run and target."""

TREASURY = -1
"""The member that stands for the treasury where it acts."""
UNKNOWN = -1
"""Target of a proposal whose doing no mechanism knows: it is voted on, and then nothing happens."""
AGAINST, FOR, ABSTAIN = 0, 1, 2
"""Bravo's support values."""
SUPPLY = QUORUM_BASES.index("supply")
"""The base of the quorum that differs here: every stake has a delegate, so delegated is staked."""


class Governor(Asking):
    """State of the governor and timelock of every run.

    Attributes
    ----------
    tally
        Votes against, for and abstaining, shape ``(3, runs, slots)``.
    power
        Members' votes at the snapshot of each active proposal, ``(slots, runs, members)``.
    voted
        Who has voted, same shape.
    passed, defeated, executed
        Counts since day 0, shape ``(runs,)``.
    """

    def __init__(self, rules: Rules, ledger: Ledger, staking: Staking) -> None:
        runs, members = ledger.liquid.shape
        super().__init__(rules, staking, runs)
        self._ledger = ledger
        self.tally = np.zeros((3, runs, SLOTS))
        self.power = np.zeros((SLOTS, runs, members))
        self.voted = np.zeros((SLOTS, runs, members), dtype=bool)
        self.count = np.zeros(runs, dtype=np.int64)
        self.passed, self.defeated, self.executed = np.zeros((3, runs))
        self.log = ProposalLog()
        self._supply = ledger.supply.copy()
        self._effects: dict[int, tuple[Effect, Ready]] = {}

    def serve(self, kind: int, effect: Effect, ready: Ready) -> None:
        """Let proposals of a kind have an effect on their target, which may not be ready yet."""
        self._effects[kind] = effect, ready

    def open_day(self, day: int) -> Floats:
        """Move proposals on by the clock; return the turnout of those that closed.

        Turnout is votes cast over votable shares of the day's closings, shape ``(runs,)``,
        NaN where none closed.
        """
        now, slots = day * DAY, self.slots
        self._activate(places((slots.state == State.PENDING) & (slots.snapshot < now)))
        self._expire(now)
        closing = (slots.state == State.ACTIVE) & (slots.deadline < now)
        if not closing.any():
            return np.full(len(self.count), np.nan)
        against, support, abstain = self.tally
        won = closing & reaches(support + abstain, slots.quorum) & (support > against)
        run, slot = places(won)
        needed = self._terms.of("approval", slots.kind[won], run)
        won[run, slot] = reaches(support[won], (support + against)[won] * needed)
        return self._close(closing, won, day)

    def _close(self, closing: np.ndarray, won: np.ndarray, day: int) -> Floats:
        """End votes; return the turnout of those that closed, shape ``(runs,)``."""
        slots, lost = self.slots, closing & ~won
        slots.state[won], slots.state[lost] = State.SUCCEEDED, State.DEFEATED
        slots.closed_day[closing] = day
        run, slot = places(closing)
        runs = len(self.count)
        self.passed += np.bincount(run, won[run, slot], runs)
        self.defeated += np.bincount(run, lost[run, slot], runs)
        cast = np.bincount(run, self.tally[:, run, slot].sum(axis=0), runs)
        votable = np.bincount(run, slots.votable[run, slot], runs)
        self.rests.add(slots, lost, self._rules.rows("governor.proposal_cooldown"))
        self._archive(lost)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(
                votable > 0, cast / votable, np.where(in_some_slot(closing), 0.0, np.nan)
            )

    def close_day(self) -> None:
        """Remember the supply, of which tomorrow's snapshots may take their quorum."""
        self._supply = self._ledger.supply.copy()

    def free_slot(self, run: Ints) -> Ints:
        """First empty slot of runs, -1 where the list is full, shape ``(n,)``."""
        return first_true(self.slots.state[run] == State.EMPTY)

    def propose(self, actions: Actions, quality: Floats, day: int, kind: int = FUNDING) -> None:
        """Open at most one proposal per run.

        Parameters
        ----------
        actions
            ``target`` is the member to pay ``amount`` tokens, or the version to act on.
        quality
            Latent quality of each, which voters see through noise, shape ``(n,)``.
        day
            The day.
        kind
            What the proposals do.
        """
        assert actions.target is not None
        run, slots = actions.run, self.slots
        kinds = np.full(run.shape, kind)
        amount = np.zeros(run.shape) if actions.amount is None else actions.amount
        at = (run, self.free_slot(run))
        actions.require(at[1] >= 0, f"at most {SLOTS} proposals are open at once")
        self._check_proposal(actions, Call(kinds, actions.target, amount), day)
        slots.state[at] = State.PENDING
        slots.number[at] = self.count[run]
        slots.proposer[at], slots.kind[at] = actions.member, kind
        slots.target[at], slots.amount[at], slots.quality[at] = actions.target, amount, quality
        slots.created_day[at], slots.closed_day[at], slots.executed_day[at] = day, -1, -1
        slots.snapshot[at] = day * DAY + self._rules["governor.voting_delay"][run]
        slots.deadline[at] = slots.snapshot[at] + self._terms.of("voting_period", kinds, run)
        slots.reached[at] = slots.voters[at] = slots.entitled[at] = 0
        slots.votable[at] = slots.quorum[at] = slots.eta[at] = 0.0
        self.tally[:, at[0], at[1]] = 0.0
        self.count[run] += 1

    def vote(self, actions: Actions, day: int) -> None:
        """Count votes on proposals ``actions.target`` with support ``actions.choice``."""
        assert actions.target is not None and actions.choice is not None
        run, member = actions.run, actions.member
        slot = self.slot_of(run, actions.target)
        active = self.slots.state[run, slot] == State.ACTIVE
        self._check_state(actions, active, "votes on an active proposal")
        known = (actions.choice >= AGAINST) & (actions.choice <= ABSTAIN)
        actions.require(known, "votes against, for or abstains", "GovernorInvalidVoteType")
        fresh = ~self.voted[slot, run, member] & first_of_its_kind(run, slot, member)
        actions.require(fresh, "votes once", "GovernorAlreadyCastVote")
        self.voted[slot, run, member] = True
        cell = run * SLOTS + slot
        votes = self.power[slot, run, member]
        np.add.at(flat(self.tally), actions.choice * self.slots.state.size + cell, votes)
        np.add.at(flat(self.slots.voters), cell, 1)
        self._extend(np.unique(cell), day * DAY)

    def queue(self, actions: Actions, day: int) -> None:
        """Put proposals that succeeded into the timelock."""
        assert actions.target is not None
        at = (actions.run, self.slot_of(actions.run, actions.target))
        passed = self.slots.state[at] == State.SUCCEEDED
        self._check_state(actions, passed, "queues a proposal that succeeded")
        self.slots.state[at] = State.QUEUED
        delay = self._terms.of("timelock_delay", self.slots.kind[at], actions.run)
        self.slots.eta[at] = day * DAY + delay

    def execute(self, actions: Actions, day: int) -> None:
        """Do what queued proposals ask for, after their delay."""
        assert actions.target is not None
        at = (actions.run, self.slot_of(actions.run, actions.target))
        slots = self.slots
        queued = slots.state[at] == State.QUEUED
        self._check_state(actions, queued, "executes a queued proposal")
        self._check_payments(actions, at, day * DAY)
        known = slots.target[at] != UNKNOWN
        pays = (slots.kind[at] == FUNDING) & known
        self._pay((at[0][pays], at[1][pays]))
        for kind, (effect, _) in self._effects.items():
            mine = (slots.kind[at] == kind) & known
            if not mine.any():
                continue
            run, member = actions.run[mine], np.full(np.count_nonzero(mine), TREASURY)
            calls = Actions("treasury", KINDS[kind], run, member, target=slots.target[at][mine])
            for turn in turns(run):
                effect(calls.where(turn), float(day * DAY))
        slots.state[at], slots.executed_day[at] = State.EXECUTED, day
        done = slots.state == State.EXECUTED
        self.executed += np.bincount(actions.run, minlength=len(self.count))
        self._archive(done)

    def _check_state(self, actions: Actions, fits: np.ndarray, rule: str) -> None:
        """Check that there are the proposals that actions are about, in a state that fits."""
        assert actions.target is not None
        known = (actions.target >= 0) & (actions.target < self.count[actions.run])
        actions.require(known, "is about a proposal there is", "GovernorNonexistentProposal")
        fits = fits & (self.slot_of(actions.run, actions.target) >= 0)
        actions.require(fits, rule, "GovernorUnexpectedProposalState")

    def _check_payments(self, actions: Actions, at: tuple[Ints, Ints], now: int) -> None:
        """Check limit, delay and treasury, and count what is paid."""
        run, amount = actions.run, self.slots.amount[at]
        within = self.spending.fits(run, amount, now)
        actions.require(within, "pays within what is left of the period's limit", "SpendAboveLimit")
        due = self.slots.eta[at] <= now
        actions.require(due, "executes after the delay", "TimelockUnexpectedOperationState")
        known = self.slots.target[at] != UNKNOWN
        paid = by_run(run, np.where(known, amount, 0.0), len(self.count))
        has = paid <= self._ledger.treasury * (1.0 + ROUNDING)
        actions.require(has[run], "pays what the treasury has", "ERC20InsufficientBalance")
        self.spending.count(run, amount)

    def _pay(self, at: tuple[Ints, Ints]) -> None:
        self._ledger.pay("treasury", at[0], self.slots.target[at], self.slots.amount[at])

    def slot_of(self, run: Ints, number: Ints) -> Ints:
        """Slots of open proposals by their number in the run, -1 where there is none."""
        return first_true(self.slots.number[run] == number[:, None])

    def payable(self, now: int) -> np.ndarray:
        """Which queued proposals can be executed one after the other, shape ``(runs, slots)``.

        A version must still be fit for what was decided about it.
        """
        slots = self.slots
        due = (slots.state == State.QUEUED) & (slots.eta <= now)
        if due.any():
            for kind, (_, ready) in self._effects.items():
                run, slot = places(due & (slots.kind == kind) & (slots.target != UNKNOWN))
                if run.size:
                    due[run, slot] = ready(run, slots.target[run, slot], float(now))
        return self._affordable(due, now)

    def _affordable(self, due: np.ndarray, now: int) -> np.ndarray:
        """Which of some queued proposals can be paid one after the other."""
        paid = np.where(self.slots.target != UNKNOWN, self.slots.amount, 0.0)
        return self.spending.affordable(due, self.slots.amount, now, paid, self._ledger.treasury)

    def committed(self, run: Ints) -> Floats:
        """Tokens that open proposals of runs ask for, shape ``(n,)``."""
        open_now = self.slots.state[run] != State.EMPTY
        return np.where(open_now, self.slots.amount[run], 0.0).sum(axis=1)

    def open_count(self) -> Floats:
        """Proposals not yet finished, shape ``(runs,)``."""
        run, _ = places(self.slots.state != State.EMPTY)
        return np.bincount(run, minlength=len(self.count)).astype(np.float64)

    def finish(self) -> None:
        """Move the proposals still open to the log."""
        self._archive(self.slots.state != State.EMPTY)

    def _activate(self, at: tuple[Ints, ...]) -> None:
        run, slot = at
        if not run.size:
            return
        slots, when = self.slots, self.slots.snapshot[run, slot]
        slots.state[run, slot] = State.ACTIVE
        power = self._staking.past_votes(run, when, slice(None))
        self.power[slot, run] = power
        self.voted[slot, run] = False
        slots.entitled[run, slot] = np.count_nonzero(power > DUST, axis=-1)
        slots.votable[run, slot] = self._staking.past_votable(run, when)
        kind, votable = slots.kind[run, slot], slots.votable[run, slot]
        slots.quorum[run, slot] = self._quorum(run, kind, votable)

    def quorum_now(self, kind: int) -> Floats:
        """Votes that a proposal of a kind would need by today's stakes, shape ``(runs,)``."""
        run = np.arange(len(self.count))
        return self._quorum(run, np.full(run.shape, kind), self._staking.votable)

    def _quorum(self, run: Ints, kind: Ints, votable: Floats) -> Floats:
        rules = self._rules
        of_supply = rules["governor.quorum_base"][run] == SUPPLY
        base = np.where(of_supply, self._supply[run], votable)
        floor, cap = rules["governor.quorum_floor"][run], rules["governor.quorum_cap"][run]
        general = np.maximum(base * rules["governor.quorum"][run], floor)
        general = np.where(cap > 0, np.minimum(general, cap), general)
        return np.maximum(general, votable * self._terms.of("quorum", kind, run))

    def _expire(self, now: int) -> None:
        slots = self.slots
        run, slot = places((slots.state == State.SUCCEEDED) | (slots.state == State.QUEUED))
        last = np.maximum(slots.deadline[run, slot], slots.eta[run, slot])
        lapsed = last + self._rules["governor.grace_period"][run] < now
        slots.state[run[lapsed], slot[lapsed]] = State.EXPIRED
        if lapsed.any():
            self._archive(slots.state == State.EXPIRED)

    def _extend(self, touched: Ints, now: int) -> None:
        run, slot = np.divmod(touched, SLOTS)
        slots = self.slots
        quorate = self.tally[FOR, run, slot] + self.tally[ABSTAIN, run, slot]
        first = (slots.reached[run, slot] == 0) & reaches(quorate, slots.quorum[run, slot])
        run, slot = run[first], slot[first]
        slots.reached[run, slot] = 1
        extended = now + self._rules["governor.late_quorum_extension"][run]
        slots.deadline[run, slot] = np.maximum(slots.deadline[run, slot], extended)

    def _archive(self, mask: np.ndarray) -> None:
        if mask.any():
            self.log.add(self.slots, self.tally, mask)
            self.slots.state[mask] = self.slots.number[mask] = State.EMPTY
