"""What cohorts see: the day, and read-only windows on the mechanisms."""

from dataclasses import dataclass

import numpy as np

from governance.units import DAY
from simulations.agents.court_view import CourtView
from simulations.agents.exit_view import ExitView
from simulations.agents.model_view import ModelView
from simulations.agents.money import Money
from simulations.agents.raid_view import RaidView
from simulations.agents.windows import frozen
from simulations.ledger import Ledger
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import DUST, Call, State, places
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.vesting import Vesting
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules


@dataclass(frozen=True)
class View:
    """One day as the members see it.

    Attributes
    ----------
    block
        The block that asks, see :mod:`simulations.economy`.
    day
        The day, from 1.
    staking_yield
        Yearly yield of staking at today's emission, infinite where nobody stakes, ``(runs,)``.
    models
        Versions, audits and challenges.
    court
        Disputes, panels and votes.
    money
        Pool, market and curation.
    exit
        Rounds of the way out.
    raid
        What only attackers look at.
    """

    block: str
    day: int
    rules: Rules
    staking_yield: Floats
    models: ModelView
    court: CourtView
    money: Money
    exit: ExitView
    raid: RaidView
    _ledger: Ledger
    _staking: Staking
    _governor: Governor
    _vesting: Vesting

    @property
    def now(self) -> int:
        """Seconds since launch."""
        return self.day * DAY

    @property
    def runs(self) -> int:
        """Runs in the ensemble."""
        return self._ledger.minted.size

    @property
    def liquid(self) -> Floats:
        """Free tokens, shape ``(runs, members)``."""
        return frozen(self._ledger.liquid)

    @property
    def shares(self) -> Floats:
        """Active shares, shape ``(runs, members)``."""
        return frozen(self._staking.shares)

    def free(self, run: Ints, member: Ints) -> Floats:
        """Active shares that nobody locked, shape ``(n,)``."""
        return self._staking.free(run, member)

    @property
    def cooling(self) -> Floats:
        """Shares in the exit ticket, shape ``(runs, members)``."""
        return frozen(self._staking.cooling)

    @property
    def ready(self) -> Floats:
        """Second at which the ticket is ready, shape ``(runs, members)``."""
        return frozen(self._staking.ready)

    @property
    def quality(self) -> Floats:
        """Latent quality of the proposal in each slot, shape ``(runs, slots)``."""
        return frozen(self._governor.slots.quality)

    @property
    def number(self) -> Ints:
        """Number of the proposal in each slot, shape ``(runs, slots)``."""
        return frozen(self._governor.slots.number)

    def releasable(self) -> Floats:
        """Vested and unreleased tokens, shape ``(runs, grants)``."""
        return self._vesting.releasable(self.day)

    @property
    def beneficiaries(self) -> Ints:
        """Member who owns each vesting grant, shape ``(grants,)``."""
        return frozen(self._vesting.beneficiaries)

    def ballots(self, run: Ints, member: Ints) -> tuple[Ints, Ints, Floats]:
        """Open votes that the given members, in order of their runs, have not used.

        Returns
        -------
        tuple
            Index into the given members, slot and votes, one entry per ballot.
        """
        governor = self._governor
        where, slot = places(governor.slots.state == State.ACTIVE)
        ends = np.cumsum(np.bincount(run, minlength=self.runs))
        lookers = np.diff(ends, prepend=0)[where]
        before = np.cumsum(lookers) - lookers
        who = np.repeat(ends[where] - lookers - before, lookers) + np.arange(lookers.sum())
        runs, members = self._ledger.liquid.shape
        at = np.repeat((slot * runs + where) * members, lookers) + member[who]
        weight = governor.power.take(at)
        usable = np.flatnonzero(weight > DUST)
        usable = usable[~governor.voted.take(at[usable])]
        return who[usable], np.repeat(slot, lookers)[usable], weight[usable]

    def decisiveness(self, weight: Floats, run: Ints, slot: Ints) -> Floats:
        """Members' votes over the quorum of proposals, at most 1, shape ``(n,)``.

        Over all that could vote where the quorum is nothing.
        """
        slots = self._governor.slots
        quorum = slots.quorum[run, slot]
        enough = np.where(quorum > 0, quorum, slots.votable[run, slot])
        return weight / np.maximum(enough, weight)

    def at_stake(self, run: Ints, slot: Ints) -> Floats:
        """Tokens that hang on proposals: those they ask for, or what a version is worth."""
        of_version = self._governor.slots.kind[run, slot] != FUNDING
        asked = self._governor.slots.amount[run, slot]
        return np.where(of_version, self.rules["world.attention.version_stake"][run], asked)

    def can_propose(self, run: Ints, member: Ints, kind: Ints) -> np.ndarray:
        """Whether members hold the kind's threshold and have no vote running or lost, ``(n,)``."""
        before = np.full(run.shape, self.now - 1.0)
        votes = self._staking.past_votes(run, before, member)
        free = self._governor.may_propose(run, member, self.day)
        needed = self._governor.threshold(run, kind, self.day)
        return (votes >= needed) & (votes > 0) & free

    def can_ask(self, run: Ints, call: Call) -> np.ndarray:
        """Whether no like call is put to the vote or was just refused, shape ``(n,)``."""
        return self._governor.may_ask(run, call, self.day)

    def most_payable(self) -> Floats:
        """Largest payment a proposal may ask for, shape ``(runs,)``."""
        return self._governor.spending.most

    def has_free_slot(self, run: Ints) -> np.ndarray:
        """Whether runs can take one more proposal, shape ``(n,)``."""
        return self._governor.free_slot(run) >= 0

    def uncommitted(self, run: Ints) -> Floats:
        """Treasury less what open proposals ask for, shape ``(n,)``."""
        return np.maximum(self._ledger.treasury[run] - self._governor.committed(run), 0.0)

    def succeeded(self) -> tuple[Ints, Ints]:
        """Run and number of proposals that can be queued."""
        return self._numbers(self._governor.slots.state == State.SUCCEEDED)

    def executable(self) -> tuple[Ints, Ints]:
        """Run and number of proposals whose timelock has passed and that can be paid."""
        return self._numbers(self._governor.payable(self.now))

    def _numbers(self, mask: np.ndarray) -> tuple[Ints, Ints]:
        at = places(mask)
        return at[0], self._governor.slots.number[at]
