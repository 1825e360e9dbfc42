"""Court and jurors in lockstep: stakes, draws, votes, rulings and payments are read from it.

What a juror committed to is its own secret and known from its action; the number that panels are
drawn by is the World's, as in the twin (:mod:`simulations.twin.dispute`).
"""

import numpy as np

from governance.units import GENESIS, TOKEN
from simulations.actions import Actions
from simulations.lockstep.books import EnforcedLedger
from simulations.lockstep.enforced import Enforced
from simulations.lockstep.models import moment
from simulations.mechanisms.court import TREASURY, Court
from simulations.mechanisms.disputes import Ballots, Phase
from simulations.mechanisms.jurors import LOCKER, Jurors
from simulations.mechanisms.panels import At
from simulations.mechanisms.terms import LANES
from simulations.randomness import Floats, Ints
from simulations.twin.dispute import _UNIT


class EnforcedJurors(Enforced, Jurors):
    """Stakes, weights and sessions of the one run."""

    def set_stake(self, actions: Actions) -> None:
        """Read what jurors have put up."""
        self._changed(actions)

    def refresh(self, actions: Actions) -> None:
        """Read what jurors have put up."""
        self._changed(actions)

    def join_session(self, actions: Actions, lane: Ints, staking: Floats, now: float) -> None:
        """Note when the number will be known, and read the session."""
        super().join_session(actions, lane, staking, now)
        self._read_sessions(lane)

    def leave_session(self, lane: Ints, run: Ints, now: float) -> None:
        """Read what is left to be drawn."""
        self._read_sessions(lane)

    def look_up(self, lane: int, members: Ints) -> None:
        """Read stakes and weights of members in a lane."""
        at = lane, 0, members
        found = [self.dao.words("court", "jurorOf", lane, who) for who in self.who(members)]
        weight = [self.dao.word("court", "weightOf", lane, who) for who in self.who(members)]
        self.stake[at] = [each[0] // _UNIT for each in found]
        self.at_risk[at] = [each[1] // _UNIT for each in found]
        self.benched[at] = [each[2] > 0 for each in found]
        self.weight[at] = [each // _UNIT for each in weight]

    def _changed(self, actions: Actions) -> None:
        assert actions.target is not None
        for lane in np.unique(actions.target).tolist():
            self.look_up(lane, np.unique(actions.member[actions.target == lane]))
        self._staking.lock(actions, LOCKER)

    def _read_sessions(self, lanes: Ints) -> None:
        for lane in np.unique(lanes).tolist():
            panels, ended, _, request = self.dao.words("court", "sessionOf", lane)
            self.panels[lane, 0], self.request[lane, 0] = panels, request
            self.ended_at[lane, 0] = moment(ended)


class EnforcedCourt(Enforced, Court):
    """Disputes of the one run. Which slot one stands in is decided here, nothing else."""

    jurors: EnforcedJurors

    def begin(self) -> None:
        """Take jurors from the court."""
        old = self.jurors
        self.jurors = EnforcedJurors(old._rules, old._staking, old._draws, old.exact)
        self.jurors.dao = self.dao

    def cost(self, run: Ints, lane: int = 0, seats: int = 0) -> Floats:
        """Tokens that a challenge pays the court, shape ``(n,)``."""
        extra = self.dao.read("registry", "arbitratorExtraData")
        cost = self.dao.read("court", "arbitrationCost", extra, self.dao.at["token"])
        return np.full(run.shape, cost / TOKEN)

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
        """Give disputes that were opened a slot, and read them; return their numbers, ``(n,)``."""
        number = super().open(actions, arbitrable, now, lane=lane, choices=choices, seats=seats)
        self._look_up((actions.run, self.slot_of(actions.run, number)))
        return number

    def request_draw(self, actions: Actions, now: float) -> None:
        """Read the panels that wait for a number."""
        super().request_draw(actions, now)
        self._look_up(self._at(actions))

    def draw(self, actions: Actions, now: float) -> None:
        """Read who sits on the panels that were drawn."""
        super().draw(actions, now)
        self._look_up(self._at(actions))

    def commit(self, actions: Actions, now: float) -> None:
        """Keep hidden votes, and read how many there are."""
        super().commit(actions, now)
        self._look_up(self._at(actions))

    def reveal(self, actions: Actions, now: float) -> None:
        """Read what votes have been shown."""
        at = self._at(actions)
        for slot in np.unique(at[1]).tolist():
            self._count_votes(slot)
        self._look_up(at)

    def advance(self, actions: Actions, now: float) -> None:
        """Read which phase has begun."""
        at = self._at(actions)
        self._look_up(at)
        over = self.slots.phase[at] == Phase.EXECUTION
        self.slots.closed_at[at[0][over], at[1][over]] = now

    def appeal_cost(self, at: At, choice: Ints) -> tuple[Floats, Floats]:
        """Read what choices must put up, and until when, both of shape ``(n,)``."""
        asked = zip(self.slots.number[at].tolist(), choice.tolist(), strict=True)
        found = [self.dao.words("court", "appealCost", *each) for each in asked]
        needed = np.array([needed / TOKEN for needed, _ in found])
        return needed, np.array([float(until - GENESIS) for _, until in found])

    def fund_appeal(self, actions: Actions, now: float) -> None:
        """Read what was put up, and whether a new panel begins."""
        self._ledger.move(LOCKER, actions.run, actions.member, np.zeros(len(actions)))
        self._look_up(self._at(actions))

    def withdraw_contribution(self, actions: Actions) -> None:
        """Note who took back what it put up."""
        self._ledger.move(LOCKER, actions.run, actions.member, np.zeros(len(actions)))

    def execute(self, actions: Actions) -> None:
        """Read what jurors of settled disputes lost and were awarded."""
        at, ledger = self._at(actions), self._ledger
        mine = np.isin(self.ballots.rows[:, Ballots.SLOT], at[1])
        jurors = np.unique(self.ballots.rows[mine, Ballots.JUROR])
        held, owed = ledger.pools[LOCKER].copy(), self.owed[0, jurors].sum()
        self._read_owed(jurors)
        assert isinstance(ledger, EnforcedLedger)
        ledger.read()
        self.forfeited += ledger.pools[LOCKER] - held
        self.rewarded += self.owed[0, jurors].sum() - owed
        for lane in range(len(LANES)):
            self.jurors.look_up(lane, jurors)
        locked = Actions(LOCKER, "execute", np.zeros_like(jurors), jurors)
        self.jurors._staking.lock(locked, LOCKER)
        self._look_up(at)
        self.ballots.drop(np.flatnonzero(mine))
        self._archive(at)

    def withdraw(self, actions: Actions) -> None:
        """Read what is still owed."""
        assert actions.target is not None
        members = actions.target[actions.target != TREASURY]
        self._ledger.move(LOCKER, np.zeros_like(members), members, np.zeros(members.size))
        self._read_owed(members)

    def _draw(self, at: At) -> list[Ints]:
        """Return the member in each seat that the contract has filled now, panel by panel."""
        drawn = []
        for slot in at[1].tolist():
            lane, panel = int(self.slots.lane[0, slot]), int(self.slots.round[0, slot])
            known = np.flatnonzero(self.jurors.stake[lane, 0] > 0)
            seats = self._seats(slot, panel, known) - self._seats_before(slot, panel, known)
            drawn.append(np.repeat(known, seats))
            self.jurors.look_up(lane, known)
        return drawn

    def _seats(self, slot: int, panel: int, members: Ints) -> Ints:
        number = int(self.slots.number[0, slot])
        asked = [(number, panel, who) for who in self.who(members)]
        return self.numbers("court", "ballotOf", asked).astype(np.int64)

    def _seats_before(self, slot: int, panel: int, members: Ints) -> Ints:
        every = np.full(members.shape, slot), np.full(members.shape, panel)
        rows = self.ballots.find(np.zeros_like(members), *every, members)
        seats = np.zeros_like(rows)
        seats[rows >= 0] = self.ballots.rows[rows[rows >= 0], Ballots.SEATS]
        return seats

    def _count_votes(self, slot: int) -> None:
        """Count the votes shown on a dispute's last panel."""
        slots, table = self.slots, self.ballots.rows
        number, panel = int(slots.number[0, slot]), int(slots.round[0, slot])
        mine = (table[:, Ballots.SLOT] == slot) & (table[:, Ballots.ROUND] == panel)
        votes = np.zeros_like(slots.votes[0, slot])
        for row in np.flatnonzero(mine).tolist():
            who = self.dao.members[table[row, Ballots.JUROR]]
            seats, shown, choice, _ = self.dao.words("court", "ballotOf", number, panel, who)
            table[row, Ballots.SEATS], table[row, Ballots.REVEALED] = seats, shown
            votes[choice] += seats * shown
        if votes.any():
            slots.votes[0, slot], slots.deciding[0, slot] = votes, panel

    def _at(self, actions: Actions) -> At:
        assert actions.target is not None
        return actions.run, self.slot_of(actions.run, actions.target)

    def _look_up(self, at: At) -> None:
        """Read disputes, their panels and what was put up for appeals."""
        slots = self.slots
        for slot in np.unique(at[1]).tolist():
            here, number = (0, slot), int(slots.number[0, slot])
            words = self.dao.words("court", "disputeOf", number)
            _, phase, overridden, ruled, lane, _, deadline, choices, ruling, rounds = words
            slots.phase[here], slots.deadline[here] = phase, deadline - GENESIS
            slots.overridden[here], slots.ruled[here] = overridden, ruled
            slots.lane[here], slots.choices[here], slots.ruling[here] = lane, choices, ruling
            slots.round[here] = rounds - 1
            for panel in range(rounds):
                self._read_panel((0, slot, panel), number)
                self._read_appeal((0, slot, panel), number)

    def _read_panel(self, place: tuple[int, int, int], number: int) -> None:
        slots = self.slots
        found = self.dao.words("court", "roundOf", number, place[2])
        slots.seats[place], slots.drawn[place], slots.committed[place] = found[:3]
        slots.revealed[place], slots.pot[place] = found[3], found[6] / TOKEN
        slots.executed[place] = found[7]

    def _read_appeal(self, place: tuple[int, int, int], number: int) -> None:
        nobody = self.dao.at["court"]
        for choice in range(int(self.slots.choices[place[:2]]) + 1):
            paid, _, funded, _ = self.dao.read(
                "court", "appealOf", number, place[2], choice, nobody
            )
            self.appeals.paid[*place, choice] = paid / TOKEN
            self.appeals.funded[*place, choice] = choice in funded

    def _read_owed(self, members: Ints) -> None:
        members = np.unique(members)
        self.owed[0, members] = self.of_members("court", "owed", members, TOKEN)
        self.owed_treasury[0] = self.dao.word("court", "owed", self.dao.at["treasury"]) / TOKEN
