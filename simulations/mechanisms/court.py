"""The court: panels of jurors, drawn by stake, vote in hiding and rule on disputes.

Contract twins: ``contracts/court/Court.sol`` and ``CourtPanels.sol``. A dispute goes through
*evidence*, *drawing*, *commit*, *reveal* and *appeal*, then either on to a panel of twice the seats
and one, from evidence on again, or to *execution*. Jurors are measured by the verdict of the last
panel on which anyone revealed. Who voted otherwise or kept silent loses what its seats risked,
``least stake * alpha`` each; who voted so shares that and the fees of its panel by seats, as in
Kleros v2. On a tie all who revealed are coherent.

Members press the buttons that anyone may press. ``actions.target`` is a dispute's number, its
place among those of its run; verbs take the second ``now`` since launch. Draws and settlements,
which a chain may do in pages, are done in one go.
"""

from collections.abc import Callable

import numpy as np

from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.mechanisms.appeals import Appeals
from simulations.mechanisms.batches import turns
from simulations.mechanisms.disputes import CHOICES, ROUNDS, SLOTS, DisputeLog, Phase
from simulations.mechanisms.jurors import LOCKER, Jurors
from simulations.mechanisms.panels import At, Panels, only
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.terms import LANES
from simulations.randomness import Floats, Ints, Keyed
from simulations.scenario import Rules

type OnRuling = Callable[[Ints, Ints, Ints, float], None]
"""What an arbitrable does on a ruling: runs, disputes, rulings and the second."""

_PERIODS = ("evidence", "commit", "reveal", "appeal", "patience", "staking")
_OWN_TERMS = (*_PERIODS, "winner_stake", "loser_stake", "fee", "most_seats")
TREASURY = -1
"""Account of the treasury where a verb names whom to pay."""


class Court(Panels):
    """State of the court of every run.

    Parameters
    ----------
    rules, ledger, staking
        Terms, tokens and stakes.
    draws
        Where seeds and fast draws come from.
    exact
        Runs that draw as the contract does, shape ``(runs,)``; none by default.

    Attributes
    ----------
    appeals, log
        Contributions to appeals, and the disputes that are over.
    count
        Disputes so far, shape ``(runs,)``.
    rewarded, forfeited
        Tokens that jurors were awarded, and that they lost, since launch, shape ``(runs,)``.
    owed, owed_treasury
        Tokens that members, ``(runs, members)``, and treasuries, ``(runs,)``, can withdraw.
    """

    def __init__(
        self,
        rules: Rules,
        ledger: Ledger,
        staking: Staking,
        draws: Keyed,
        exact: np.ndarray | None = None,
    ) -> None:
        super().__init__(Jurors(rules, staking, draws, exact))
        runs, members = ledger.liquid.shape
        self._ledger = ledger
        self.appeals, self.log = Appeals(runs), DisputeLog()
        self.owed, self.owed_treasury = np.zeros((runs, members)), np.zeros(runs)
        self.rewarded, self.forfeited = np.zeros((2, runs))
        self.arbitrables: list[str] = []
        self._on_ruling: list[OnRuling] = []
        ledger.open(LOCKER)

    # Arbitrables

    def serve(self, arbitrable: str, on_ruling: OnRuling) -> None:
        """Let the contract that holds the ledger's account ``arbitrable`` bring disputes."""
        self.arbitrables.append(arbitrable)
        self._on_ruling.append(on_ruling)

    def cost(self, run: Ints, lane: int = 0, seats: int = 0) -> Floats:
        """Fees of a first panel in tokens, shape ``(n,)``."""
        lanes = np.full(run.shape, lane)
        least = self.jurors.terms.of("seats", lanes, run)
        return np.maximum(seats, least) * self.jurors.terms.of("fee", lanes, run)

    def open(
        self,
        actions: Actions,
        arbitrable: str,
        now: float,
        *,
        lane: int = 0,
        choices: int = 2,
        seats: int = 0,
    ) -> Ints:
        """Open disputes that the arbitrable pays for; return their numbers, shape ``(n,)``."""
        run, terms = actions.run, self.jurors.terms
        lanes = np.full(run.shape, lane)
        actions.require((lanes >= 0) & (lanes < len(LANES)), "names a lane there is", "UnknownLane")
        first = np.maximum(seats, terms.of("seats", lanes, run)).astype(np.int64)
        most = terms.of("most_seats", lanes, run)
        actions.require(first <= most, "asks for a panel within the most seats", "InvalidSeats")
        actions.require(
            np.full(run.shape, 2 <= choices < CHOICES), "puts two choices or more", "TooFewChoices"
        )
        number = np.empty_like(run)
        for turn in turns(run):
            at = run[turn], self.free_slot()[run[turn]]
            actions.where(turn).require(at[1] >= 0, f"at most {SLOTS} disputes are open")
            self._fill(at, self.arbitrables.index(arbitrable), lane, choices)
            self.slots.opened_at[at] = now
            number[turn] = self.slots.number[at]
            fees = first[turn] * self.slots.fee[at]
            paid = np.bincount(at[0], fees, self.count.size).astype(np.float64)
            self._ledger.pass_on(arbitrable, LOCKER, paid)
            self._open_round(at, first[turn], fees, now)
        return number

    # Phases and appeals

    def advance(self, actions: Actions, now: float) -> None:
        """End phases whose time is over, or in which all committed or revealed who can."""
        for turn in turns(actions.run):
            part = actions.where(turn)
            at = self._in_phase(part, Phase.COMMIT, Phase.REVEAL, Phase.APPEAL)
            slots, phase, last = self.slots, self.slots.phase[at], (*at, self.slots.round[at])
            early = (phase == Phase.COMMIT) & (slots.committed[last] == slots.drawn[last])
            early |= (phase == Phase.REVEAL) & (slots.revealed[last] == slots.committed[last])
            part.require(
                early | (now >= slots.deadline[at]), "ends a phase that is over", "TooEarly"
            )
            doubles = 2 * slots.seats[last] + 1 <= slots.most_seats[at]
            votes = phase == Phase.COMMIT
            appeals = (phase == Phase.REVEAL) & doubles
            self._begin(only(at, votes), Phase.REVEAL, now + slots.reveal[at][votes])
            self._begin(only(at, appeals), Phase.APPEAL, now + slots.appeal[at][appeals])
            self._conclude(only(at, ~votes & ~appeals), now)

    def appeal_cost(self, at: At, choice: Ints) -> tuple[Floats, Floats]:
        """What choices must put up, and until when, both of shape ``(n,)``.

        The winning choice its part by the end of the phase, any other its own by the middle.
        """
        slots = self.slots
        fees = (2 * slots.seats[*at, slots.round[at]] + 1) * slots.fee[at]
        wins = choice == slots.verdict(at)[0]
        part = np.where(wins, slots.winner_stake[at], slots.loser_stake[at])
        half = np.floor(slots.appeal[at] / 2)
        return fees * part, slots.deadline[at] - np.where(wins, 0.0, half)

    def fund_appeal(self, actions: Actions, now: float) -> None:
        """Put up ``actions.amount`` tokens for a choice, or what it lacks if that is less."""
        for turn in turns(actions.run):
            part = actions.where(turn)
            assert part.choice is not None and part.amount is not None and part.target is not None
            at = self._in_phase(part, Phase.APPEAL)
            slots, choice = self.slots, part.choice
            there = (choice >= 0) & (choice <= slots.choices[at])
            part.require(there, "puts up for a choice there is", "InvalidChoice")
            needed, until = self.appeal_cost(at, choice)
            part.require(now < until, "puts up while it is this choice's time", "TooLate")
            case = (*at, slots.round[at], choice)
            part.require(
                ~self.appeals.funded[case],
                "puts up for a choice that lacks something",
                "AlreadyFunded",
            )
            asked = np.minimum(part.amount, needed - self.appeals.paid[case])
            held = self._ledger.liquid[part.run, part.member]
            part.require(
                (part.amount >= 0) & (asked <= held),
                "puts up what it has",
                "ERC20InsufficientBalance",
            )
            taken = self.appeals.contribute(case, part.target, part.member, part.amount, needed)
            self._ledger.move(LOCKER, part.run, part.member, -taken)
            next_at = only(at, self.appeals.complete(case[:3]))
            seats = 2 * slots.seats[*next_at, slots.round[next_at]] + 1
            slots.round[next_at] += 1
            self._open_round(next_at, seats, seats * slots.fee[next_at], now)

    def withdraw_contribution(self, actions: Actions) -> None:
        """Pay out all that members put up in a dispute, once the ruling is final."""
        run, number = actions.run, self._known(actions)
        slot = self.slot_of(run, number)
        final = (slot < 0) | (self.slots.phase[run, slot] == Phase.EXECUTION)
        actions.require(final, "takes back after the ruling is final", "WrongPhase")
        paid = self.appeals.pay(run, number, actions.member)
        self._ledger.move(LOCKER, run, actions.member, paid)

    # Execution

    def execute_ruling(self, actions: Actions, now: float) -> None:
        """Carry rulings out on the arbitrables, once each."""
        assert actions.target is not None
        for turn in turns(actions.run):
            part = actions.where(turn)
            at = self._in_phase(part, Phase.EXECUTION, over="AlreadyRuled")
            part.require(self.slots.ruled[at] == 0, "carries a ruling out once", "AlreadyRuled")
            self.slots.ruled[at] = 1
            whose, number = self.slots.arbitrable[at], self.slots.number[at]
            ruling = self.slots.ruling[at]
            for arbitrable in np.unique(whose).tolist():
                mine = whose == arbitrable
                self._on_ruling[arbitrable](at[0][mine], number[mine], ruling[mine], now)
            self._archive(at)

    def execute(self, actions: Actions) -> None:
        """Settle all panels of disputes: first what each juror loses, then what each gets."""
        for turn in turns(actions.run):
            part = actions.where(turn)
            at = self._in_phase(part, Phase.EXECUTION, over="AlreadyExecuted")
            panels = np.arange(ROUNDS) <= self.slots.round[at][:, None]
            left = panels & (self.slots.executed[at] == 0)
            part.require(left.any(axis=1), "settles panels once", "AlreadyExecuted")
            calm = self.jurors.panels[self.slots.lane[at], at[0]] == 0
            part.require(calm, "settles panels while no draw is under way", "DrawsInProgress")
            for number in np.flatnonzero(left.any(axis=0)).tolist():
                self._settle(only(at, left[:, number]), number)
            self._archive(at)

    def withdraw(self, actions: Actions) -> None:
        """Send accounts ``actions.target``, a member or :data:`TREASURY`, what they are owed."""
        assert actions.target is not None
        for turn in turns(actions.run):
            run, account = actions.run[turn], actions.target[turn]
            treasury = account == TREASURY
            own = np.where(treasury, 0, account)
            amount = np.where(treasury, 0.0, self.owed[run, own])
            self.owed[run, own] -= amount
            self._ledger.move(LOCKER, run, own, amount)
            rest = np.zeros_like(self.owed_treasury)
            rest[run[treasury]] = self.owed_treasury[run[treasury]]
            self.owed_treasury -= rest
            self._ledger.pass_on(LOCKER, "treasury", rest)

    def finish(self) -> None:
        """Move the disputes still open to the log."""
        self.log.add(self.slots, self.slots.phase >= 0)

    # Steps

    def _fill(self, at: At, arbitrable: int, lane: int, choices: int) -> None:
        run, slots, terms = at[0], self.slots, self.jurors.terms
        lanes = np.full(run.shape, lane)
        slots.clear(at)
        self.appeals.clear(at)
        slots.number[at] = self.count[run]
        self.count[run] += 1
        slots.arbitrable[at], slots.lane[at], slots.choices[at] = arbitrable, lane, choices
        slots.least[at], slots.risk[at] = terms.least(lanes, run), terms.risk(lanes, run)
        for name in _OWN_TERMS:
            getattr(slots, name)[at] = terms.of(name, lanes, run)

    def _open_round(self, at: At, seats: Ints, fees: Floats, now: float) -> None:
        slots, last = self.slots, (*at, self.slots.round[at])
        slots.seats[last], slots.pot[last] = seats, fees
        slots.patient_until[at] = 0.0
        self._begin(at, Phase.EVIDENCE, now + slots.evidence[at])

    def _conclude(self, at: At, now: float) -> None:
        """Make rulings final; a choice that alone was fully funded wins by default."""
        slots = self.slots
        verdict, _ = slots.verdict(at)
        alone = self.appeals.default((*at, slots.round[at]))
        slots.overridden[at] = (alone >= 0) & (alone != verdict)
        slots.ruling[at] = np.where(alone >= 0, alone, verdict)
        slots.closed_at[at] = now
        fees = np.zeros((at[0].size, ROUNDS))
        fees[:, :-1] = slots.seats[at][:, 1:] * slots.fee[at][:, None]
        self.appeals.conclude(at, slots.number[at], slots.ruling[at], fees)
        self._begin(at, Phase.EXECUTION, np.full(at[0].shape, now))

    def _settle(self, at: At, number: int) -> None:
        slots, runs = self.slots, self.count.size
        rows = self.ballots.of_panels(*at, np.full(at[0].shape, number))
        run, slot, _, juror, seats, choice, revealed = self.ballots.rows[rows].T
        verdict, tied = slots.verdict((run, slot))
        coherent = (revealed == 1) & (tied | (choice == verdict))
        risk = slots.risk[run, slot] * seats
        lane = slots.lane[run, slot]
        assets = self.jurors.settle(lane, run, juror, risk, ~coherent, revealed == 0)
        np.add.at(self.forfeited, run, assets)
        np.add.at(slots.pot, (run, slot, number), assets)
        agreed = np.zeros((runs, SLOTS))
        np.add.at(agreed, (run, slot), np.where(coherent, seats, 0))
        run, slot, juror, seats = (part[coherent] for part in (run, slot, juror, seats))
        reward = slots.pot[run, slot, number] * seats / agreed[run, slot]
        np.add.at(self.rewarded, run, reward)
        np.add.at(self.owed, (run, juror), reward)
        nobody = only(at, agreed[at] == 0)
        np.add.at(self.owed_treasury, nobody[0], slots.pot[*nobody, number])
        slots.pot[*at, number] = 0.0
        slots.executed[*at, number] = 1
        self.ballots.drop(rows)

    def _archive(self, at: At) -> None:
        slots = self.slots
        settled = slots.executed[at].sum(axis=1) == slots.round[at] + 1
        done = np.zeros(slots.phase.shape, dtype=bool)
        done[at] = settled & (slots.ruled[at] == 1)
        if done.any():
            self.log.add(slots, done)
            slots.phase[done] = Phase.EMPTY
