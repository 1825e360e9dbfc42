"""The work of a panel: it is drawn, it votes in hiding, it reveals.

Contract twin: ``contracts/court/CourtPanels.sol``.
"""

import numpy as np

from simulations.actions import Actions
from simulations.mechanisms.batches import first_true, turns
from simulations.mechanisms.disputes import Ballots, Phase, Slots
from simulations.mechanisms.jurors import Jurors, Vacancies
from simulations.randomness import Floats, Ints

type At = tuple[Ints, Ints]
"""Runs and slots of disputes, shape ``(n,)`` each."""


class Panels:
    """Open disputes of every run, their panels and votes.

    Attributes
    ----------
    jurors
        Stakes, weights and sessions of draws.
    slots, ballots
        Open disputes, and the ballots of their panels.
    count
        Disputes there ever were, shape ``(runs,)``.
    """

    def __init__(self, jurors: Jurors) -> None:
        _, runs, members = jurors.stake.shape
        self.jurors = jurors
        self.slots, self.ballots = Slots.empty(runs), Ballots(members)
        self.count = np.zeros(runs, dtype=np.int64)

    def free_slot(self) -> Ints:
        """First empty slot of each run, -1 where all are taken, shape ``(runs,)``."""
        return first_true(self.slots.phase == Phase.EMPTY)

    def slot_of(self, run: Ints, number: Ints) -> Ints:
        """Slots of open disputes by their number in the run, -1 where there is none."""
        match = (self.slots.number[run] == number[:, None]) & (self.slots.phase[run] >= 0)
        return first_true(match)

    def request_draw(self, actions: Actions, now: float) -> None:
        """Ask for the number that panels are drawn by, once the time for evidence is over."""
        for turn in turns(actions.run):
            part = actions.where(turn)
            at = self._in_phase(part, Phase.EVIDENCE, Phase.DRAWING)
            fresh = self.slots.phase[at] == Phase.EVIDENCE
            part.require(fresh, "asks once for a draw", "DrawsInProgress")
            part.require(
                now >= self.slots.deadline[at], "asks after the time for evidence", "TooEarly"
            )
            self.jurors.join_session(part, self.slots.lane[at], self.slots.staking[at], now)
            waits = self.slots.patient_until[at]
            patient = np.where(waits > 0, waits, now + self.slots.patience[at])
            self.slots.patient_until[at] = patient
            self._begin(at, Phase.DRAWING, patient)

    def draw(self, actions: Actions, now: float) -> None:
        """Fill seats; a panel that runs out of jurors waits, until its patience ends."""
        for turn in turns(actions.run):
            part = actions.where(turn)
            at = self._in_phase(part, Phase.DRAWING)
            known = now >= self.jurors.known_at[self.slots.lane[at], at[0]]
            part.require(known, "draws by a number that is known", "RandomnessNotKnown")
            drawn = self._draw(at)
            self.jurors.leave_session(self.slots.lane[at], at[0], now)
            seats = np.array([members.size for members in drawn], dtype=np.int64)
            run, slot, number = (np.repeat(each, seats) for each in (*at, self.slots.round[at]))
            juror = np.concatenate([*drawn, np.empty(0, dtype=np.int64)])
            self.ballots.add(run, slot, number, juror)
            self._seat(at, now)

    def _draw(self, at: At) -> list[Ints]:
        """Draw panels and return the member in each seat that was filled."""
        slots, last = self.slots, (*at, self.slots.round[at])
        vacancies = Vacancies(
            slots.number[at],
            slots.round[at] + 1,
            slots.seats[last] - slots.drawn[last],
            slots.least[at],
            slots.risk[at],
            slots.tries[last],
        )
        drawn, tries = self.jurors.draw(slots.lane[at], at[0], vacancies)
        slots.tries[last] += tries
        slots.drawn[last] += np.array([members.size for members in drawn], dtype=np.int64)
        return drawn

    def _seat(self, at: At, now: float) -> None:
        """Let panels vote that are full or have waited long enough; the others wait on."""
        slots, last = self.slots, (*at, self.slots.round[at])
        votes = (slots.drawn[last] == slots.seats[last]) | (now >= slots.patient_until[at])
        self._begin(only(at, votes), Phase.COMMIT, now + slots.commit[at][votes])
        waits = only(at, ~votes)
        self._begin(waits, Phase.EVIDENCE, np.full(waits[0].shape, now))

    def commit(self, actions: Actions, now: float) -> None:
        """Vote for ``actions.choice`` in hiding, with all seats; the last such vote counts."""
        assert actions.choice is not None
        _, rows = self._voters(actions, Phase.COMMIT, now)
        actions.require(actions.choice >= 0, "votes for a choice")
        table = self.ballots.rows
        fresh = np.unique(rows[table[rows, Ballots.CHOICE] < 0])
        table[rows, Ballots.CHOICE] = actions.choice
        where = tuple(table[fresh, column] for column in (0, 1, 2))
        np.add.at(self.slots.committed, where, table[fresh, Ballots.SEATS])

    def reveal(self, actions: Actions, now: float) -> None:
        """Show votes, which must be those committed to."""
        assert actions.choice is not None
        at, rows = self._voters(actions, Phase.REVEAL, now)
        table, slots = self.ballots.rows, self.slots
        once = (table[rows, Ballots.REVEALED] == 0) & _first(rows)
        actions.require(once, "reveals once", "AlreadyRevealed")
        honest = table[rows, Ballots.CHOICE] == actions.choice
        actions.require(
            honest & (actions.choice >= 0), "reveals what it committed to", "WrongReveal"
        )
        actions.require(
            actions.choice <= slots.choices[at], "votes for a choice there is", "InvalidChoice"
        )
        table[rows, Ballots.REVEALED] = 1
        overturns = slots.deciding[at] != slots.round[at]
        fresh = at[0][overturns], at[1][overturns]
        slots.votes[fresh] = 0
        slots.deciding[fresh] = slots.round[fresh]
        seats = table[rows, Ballots.SEATS]
        np.add.at(slots.votes, (*at, actions.choice), seats)
        np.add.at(slots.revealed, (*at, slots.round[at]), seats)

    def _begin(self, at: At, phase: Phase, deadline: Floats) -> None:
        self.slots.phase[at], self.slots.deadline[at] = phase, deadline

    def _in_phase(self, actions: Actions, *phases: Phase, over: str = "WrongPhase") -> At:
        """Find open disputes in some phases; ``over`` names the error if one is over and done."""
        at = actions.run, self.slot_of(actions.run, self._known(actions))
        actions.require(at[1] >= 0, "acts on a dispute that is not over", over)
        fits = np.isin(self.slots.phase[at], phases)
        names = " or ".join(phase.name.lower() for phase in phases)
        actions.require(fits, f"acts on a dispute in the phase of {names}", "WrongPhase")
        return at

    def _known(self, actions: Actions) -> Ints:
        """Check that there are the disputes that actions are about; return their numbers."""
        assert actions.target is not None
        known = (actions.target >= 0) & (actions.target < self.count[actions.run])
        actions.require(known, "acts on a dispute there is", "UnknownDispute")
        return actions.target

    def _voters(self, actions: Actions, phase: Phase, now: float) -> tuple[At, Ints]:
        at = self._in_phase(actions, phase)
        actions.require(now < self.slots.deadline[at], "votes in time", "TooLate")
        rows = self.ballots.find(*at, self.slots.round[at], actions.member)
        actions.require(rows >= 0, "votes on a panel it sits on", "NotOnPanel")
        return at, rows


def only(at: At, mask: np.ndarray) -> At:
    """Keep the disputes that a mask of shape ``(n,)`` selects."""
    return at[0][mask], at[1][mask]


def _first(values: Ints) -> np.ndarray:
    """Whether each value stands there for the first time."""
    first = np.zeros(values.size, dtype=bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first
