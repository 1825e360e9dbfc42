"""What cohorts see of the court: disputes by phase, ballots to be cast, and who is right."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from governance.units import DAY
from simulations.mechanisms.court import TREASURY, Court
from simulations.mechanisms.disputes import Phase
from simulations.mechanisms.registry import REJECTED, UPHELD, Registry
from simulations.mechanisms.sortition import BILLION
from simulations.randomness import Floats, Ints
from simulations.truth import Truth

PEOPLE = 0
"""The lane that challenges go to."""


class Hands(NamedTuple):
    """Seats that jurors hold: row, dispute, panel, juror and hidden vote, shape ``(n,)`` each."""

    run: Ints
    dispute: Ints
    panel: Ints
    juror: Ints
    choice: Ints


class Side(NamedTuple):
    """A side of appeals: row, dispute, panel, member, its choice, tokens it lacks, ``(n,)`` each.

    ``lacking`` is 0 where its time is over; ``funded`` says whether it has put up all.
    """

    run: Ints
    dispute: Ints
    panel: Ints
    member: Ints
    choice: Ints
    lacking: Floats
    funded: np.ndarray


@dataclass(frozen=True)
class CourtView:
    """The court on a day."""

    day: int
    _court: Court
    _registry: Registry
    _truth: Truth

    @property
    def now(self) -> int:
        """Seconds since launch."""
        return self.day * DAY

    def over(self) -> tuple[Ints, Ints]:
        """Run and number of disputes whose phase has ended, or in which all have voted."""
        slots = self._court.slots
        last = (*np.indices(slots.phase.shape), slots.round)
        all_in = (slots.phase == Phase.COMMIT) & (slots.committed[last] == slots.drawn[last])
        all_in |= (slots.phase == Phase.REVEAL) & (slots.revealed[last] == slots.committed[last])
        timed = np.isin(slots.phase, (Phase.COMMIT, Phase.REVEAL, Phase.APPEAL))
        return self._numbers(all_in | (timed & (slots.deadline <= self.now)))

    def undrawn(self) -> tuple[Ints, Ints]:
        """Run and number of disputes that can ask for the number they are drawn by."""
        slots, jurors = self._court.slots, self._court.jurors
        row = np.arange(len(slots.phase))[:, None]
        free = (jurors.panels[slots.lane, row] == 0) & (slots.deadline <= self.now)
        free &= jurors.ended_at[slots.lane, row] + slots.staking <= self.now
        return self._numbers((slots.phase == Phase.EVIDENCE) & free)

    def drawable(self) -> tuple[Ints, Ints]:
        """Run and number of disputes whose number is known."""
        slots, jurors = self._court.slots, self._court.jurors
        known = jurors.known_at[slots.lane, np.arange(len(slots.phase))[:, None]] <= self.now
        return self._numbers((slots.phase == Phase.DRAWING) & known)

    def unruled(self) -> tuple[Ints, Ints]:
        """Run and number of disputes whose ruling is to be carried out."""
        slots = self._court.slots
        return self._numbers((slots.phase == Phase.EXECUTION) & (slots.ruled == 0))

    def unsettled(self) -> tuple[Ints, Ints]:
        """Run and number of disputes whose jurors are to be paid."""
        slots, jurors = self._court.slots, self._court.jurors
        calm = jurors.panels[slots.lane, np.arange(len(slots.phase))[:, None]] == 0
        left = slots.executed.sum(axis=-1) <= slots.round
        return self._numbers((slots.phase == Phase.EXECUTION) & calm & left)

    def to_commit(self) -> Hands:
        """Seats that have not voted yet."""
        return self._hands(Phase.COMMIT, committed=False)

    def to_reveal(self) -> Hands:
        """Seats that have voted and not shown it."""
        return self._hands(Phase.REVEAL, committed=True)

    def in_appeal(self) -> tuple[Side, Side]:
        """The losing and the winning side of disputes that can be appealed."""
        slots = self._court.slots
        run, slot = np.nonzero(slots.phase == Phase.APPEAL)
        dispute = slots.number[run, slot]
        version = self.version(run, dispute)
        challenger = self._registry.challenger[run, version]
        maker = self._registry.maker[run, version]
        upheld = slots.verdict((run, slot))[0] == UPHELD
        loses = np.where(upheld, REJECTED, UPHELD)
        wins = np.where(upheld, UPHELD, REJECTED)
        at = run, slot
        return (
            self._side(at, np.where(upheld, maker, challenger), loses),
            self._side(at, np.where(upheld, challenger, maker), wins),
        )

    def _side(self, at: tuple[Ints, Ints], member: Ints, choice: Ints) -> Side:
        slots, appeals = self._court.slots, self._court.appeals
        needed, until = self._court.appeal_cost(at, choice)
        case = (*at, slots.round[at], choice)
        lacking = np.maximum(needed - appeals.paid[case], 0.0)
        lacking = np.where((until > self.now) & ~appeals.funded[case], lacking, 0.0)
        number = slots.number[at]
        return Side(at[0], number, slots.round[at], member, choice, lacking, appeals.funded[case])

    def version(self, run: Ints, dispute: Ints) -> Ints:
        """Versions that disputes are about, shape ``(n,)``."""
        mine = self._registry.dispute[run] == dispute[:, None]
        return (mine & (self._registry.open_challenge[run] > 0)).argmax(axis=1)

    def right(self, run: Ints, dispute: Ints) -> Ints:
        """The ruling that the truth asks for, shape ``(n,)``."""
        at = run, self.version(run, dispute)
        upheld = self._truth.flaw[at] == self._registry.criterion[at]
        return np.where(upheld, UPHELD, REJECTED)

    def expected(self, run: Ints, dispute: Ints) -> Ints:
        """The ruling that everybody expects: for the challenger if harm is known, ``(n,)``."""
        at = run, self.version(run, dispute)
        return np.where(self._truth.harms[at] > 0, UPHELD, REJECTED)

    def verdict(self, run: Ints, dispute: Ints) -> Ints:
        """The verdict so far, 0 as long as nobody has voted, shape ``(n,)``."""
        return self._court.slots.verdict((run, self._court.slot_of(run, dispute)))[0]

    def stakable(self, run: Ints, member: Ints, free: Floats) -> tuple[Floats, np.ndarray]:
        """What members would put up if it was all they have, and whether they may now."""
        jurors, lane = self._court.jurors, np.full(run.shape, PEOPLE)
        stake = jurors.stake[PEOPLE, run, member] / BILLION
        whole = np.floor((stake + free) * 1e6) / 1e6
        least = jurors.terms.of("least_stake", lane, run)
        more = (whole > stake * 1.01) | jurors.benched[PEOPLE, run, member]
        return whole, (jurors.panels[PEOPLE, run] == 0) & (whole >= least) & more

    def credits(self) -> dict[str, tuple[Ints, Ints]]:
        """Run and account whom the registry owes something, and treasuries the court does."""
        run, account = np.nonzero(self._registry.credit > 0)
        treasury = np.flatnonzero(self._registry.credit_treasury > 0)
        account = np.concatenate([account, np.full(treasury.shape, TREASURY)])
        owed = np.flatnonzero(self._court.owed_treasury > 0)
        return {
            "registry": (np.concatenate([run, treasury]), account),
            "court": (owed, np.full(owed.shape, TREASURY)),
        }

    def owed(self, first: int, count: int) -> tuple[Ints, Ints]:
        """Run and member of those of a cohort whom the court owes something."""
        run, place = np.nonzero(self._court.owed[:, first : first + count] > 0)
        return run, first + place

    def _hands(self, phase: Phase, *, committed: bool) -> Hands:
        slots, rows = self._court.slots, self._court.ballots.rows
        run, slot, panel, juror, _, choice, revealed = rows.T
        waits = (slots.phase[run, slot] == phase) & (slots.round[run, slot] == panel)
        waits &= (slots.deadline[run, slot] > self.now) & (revealed == 0)
        waits &= (choice >= 0) == committed
        number = slots.number[run, slot]
        return Hands(*(each[waits] for each in (run, number, panel, juror, choice)))

    def _numbers(self, mask: np.ndarray) -> tuple[Ints, Ints]:
        return np.nonzero(mask)[0], self._court.slots.number[mask]
