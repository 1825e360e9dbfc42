"""The court in the other court: stakes of jurors, draws, hidden votes, rulings and payments.

Nobody can prove a beacon block on the embedded chain, so before the first day the treasury decides,
by ``setRandomness`` as a vote would, that numbers come from ``SettableRandomness``. There the twin
answers a request, at the beginning of the day after it, with the number by which the simulation
draws (:meth:`~simulations.mechanisms.jurors.Jurors.number_of`); until then nobody can know it, as
in the simulation. The court itself is the deployed one and draws by its own rules, so a run with
exact draws must have the same jurors.
"""

from typing import Any

import numpy as np
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from governance.units import GENESIS, SHARE, TOKEN
from simulations.mechanisms.disputes import Phase
from simulations.mechanisms.sortition import BILLION
from simulations.mechanisms.terms import LANES
from simulations.twin.deployed import Deployed, wei
from simulations.twin.driver import RUN, Driver, Today

SOURCE = "numbers"
"""Key of the source that the twin answers from."""
KNOWN = 2
"""``IRandomness.Status.Known``."""
ALL_PAGES = 2**32
_UNIT = SHARE // BILLION


class Dispute(Driver):
    """The court, its jurors and its disputes."""

    def __init__(self, dao: Deployed) -> None:
        super().__init__(dao)
        self._answered = self._seen = 0

    def begin(self, model: Any) -> None:
        """Let numbers come from a source that can be told them."""
        if getattr(model, "court", None) is not None:
            self.dao.add(SOURCE, "SettableRandomness")
            self.dao.decide("court", "setRandomness", self.dao.at[SOURCE])

    def open_day(self, model: Any) -> None:
        """Answer what was asked for on the days before."""
        if SOURCE not in self.dao.at:
            return
        latest = self.dao.read(SOURCE, "latest")
        for request in range(self._answered + 1, latest + 1):
            number = model.court.jurors.number_of(0, request)
            self.dao.send(0, SOURCE, "set", request, KNOWN, number)
        self._answered = latest

    # Jurors

    def set_stake(self, member: int, shares: float, lane: int) -> None:
        """Put up shares in a lane, instead of what was."""
        units = round(shares * 1e6) * (SHARE // 10**6)
        self.dao.send(member, "court", "setStake", lane, units)

    def refresh(self, member: int, lane: int) -> None:
        """Bring one's stake and weight up to date."""
        self.dao.send(member, "court", "refresh", lane, self.dao.members[member])

    def request_draw(self, member: int, number: int) -> None:
        """Ask for the number of a panel."""
        self.dao.send(member, "court", "requestDraw", number)

    def draw(self, member: int, number: int) -> None:
        """Fill the seats of a panel."""
        self.dao.send(member, "court", "draw", number, ALL_PAGES)

    def commit(self, member: int, number: int, choice: int, salt: int) -> None:
        """Vote in hiding."""
        me = self.dao.members[member]
        words = number, self._rounds(number) - 1, me, choice, salt.to_bytes(32)
        kinds = ["uint256", "uint256", "address", "uint256", "bytes32"]
        self.dao.send(member, "court", "commit", number, keccak(encode(kinds, words)))

    def reveal(self, member: int, number: int, choice: int, salt: int) -> None:
        """Show one's vote."""
        self.dao.send(member, "court", "reveal", number, choice, salt.to_bytes(32))

    # Buttons

    def advance(self, member: int, number: int) -> None:
        """End a phase."""
        self.dao.send(member, "court", "advance", number)

    def execute_ruling(self, member: int, number: int) -> None:
        """Carry a ruling out."""
        self.dao.send(member, "court", "executeRuling", number)

    def execute(self, member: int, number: int) -> None:
        """Settle all panels that are not settled."""
        panels = range(self._rounds(number))
        left = [n for n in panels if not self.dao.read("court", "roundOf", number, n)[2]]
        for panel in left or panels:
            self.dao.send(member, "court", "execute", number, panel, ALL_PAGES)

    def withdraw(self, member: int, account: int) -> None:
        """Send an account what it is owed."""
        self.dao.send(member, "court", "withdraw", self.dao.account(account))

    def fund_appeal(self, member: int, amount: float, number: int, choice: int) -> None:
        """Put up for a choice; what is less than a millionth over is rounded up."""
        rounded = np.ceil(amount * 1e6 - 1e-3) / 1e6
        self.dao.pay(member, "court", "fundAppeal", number, choice, wei(rounded))

    def withdraw_contribution(self, member: int, number: int) -> None:
        """Take back what was put up in a dispute, or what it won."""
        me = self.dao.members[member]
        choices = self.dao.read("court", "disputeOf", number)[0][7]
        for panel in range(self._rounds(number)):
            for choice in range(choices + 1):
                if self.dao.read("court", "appealOf", number, panel, choice, me)[1]:
                    self.dao.send(
                        member, "court", "withdrawContribution", number, panel, choice, me
                    )

    def _rounds(self, number: int) -> int:
        return int(self.dao.read("court", "disputeOf", number)[1])

    # Comparison

    def compare(self, today: Today) -> None:
        """Compare jurors, sessions of draws, disputes and debts, if the day touched any."""
        court = today.mechanism("court")
        if court is None or not (today.full or today.acts("court", "registry.challenge")):
            return
        today.compare("court.disputes", court.count, self.dao.read("court", "disputes"), "count")
        owed = self.dao.read("court", "owed", self.dao.at["treasury"]) / TOKEN
        today.compare("court.owed(treasury)", court.owed_treasury, owed)
        self._compare_jurors(today, court)
        if court.count[0]:
            self._compare_sessions(today, court.jurors)
        for slot in np.flatnonzero(court.slots.phase[0] >= 0).tolist():
            self._compare_dispute(today, court, slot)
            self._compare_ballots(today, court, slot)
        self._compare_finished(today, court.log.added(self._seen))

    def _compare_jurors(self, today: Today, court: Any) -> None:
        jurors, words = court.jurors, self.dao.words
        known = (jurors.stake[:, 0] > 0).any(axis=0) | (court.owed[0] > 0)
        for each in today.acts("court"):
            known[each.member] = True
        members = np.flatnonzero(known)
        owed = self.dao.read_all("court", "owed", members) / TOKEN
        today.compare("court.owed", court.owed[0, members], owed, members=members)
        for lane in range(len(LANES)):
            addresses = [self.dao.members[member] for member in members.tolist()]
            found = [words("court", "jurorOf", lane, who) for who in addresses]
            weights = [words("court", "weightOf", lane, who)[0] for who in addresses]
            for name, simulated, units in (
                ("jurorOf stake", jurors.stake, [each[0] for each in found]),
                ("jurorOf atRisk", jurors.at_risk, [each[1] for each in found]),
                ("weightOf", jurors.weight, weights),
            ):
                mine, enforced = simulated[lane, 0, members], [each // _UNIT for each in units]
                today.compare(f"court.{name}", mine, enforced, "billionths", members)
            benched = [each[2] for each in found]
            mine = jurors.benched[lane, 0, members]
            today.compare("court.jurorOf benched", mine, benched, "truth", members)

    def _compare_sessions(self, today: Today, jurors: Any) -> None:
        for lane in range(len(LANES)):
            panels, ended, _, request = self.dao.read("court", "sessionOf", lane)
            before = jurors.ended_at[lane, 0]
            mine = before + GENESIS if np.isfinite(before) else 0
            today.compare("court.sessionOf panels", jurors.panels[lane, 0], panels, "count")
            today.compare("court.sessionOf endedAt", mine, ended, "seconds")
            today.compare("court.sessionOf request", jurors.request[lane, 0], request, "number")

    def _compare_dispute(self, today: Today, court: Any, slot: int) -> None:
        slots, at = court.slots, (0, slot)
        number, last = int(slots.number[at]), int(slots.round[at])
        dispute, rounds = self.dao.read("court", "disputeOf", number)
        _, phase, overridden, ruled, lane, _, deadline, choices, _ = dispute
        today.compare("court.phase", slots.phase[at], phase, "state")
        today.compare("court.deadline", slots.deadline[at] + GENESIS, deadline, "seconds")
        mine = slots.overridden[at], slots.ruled[at], slots.lane[at], last + 1, slots.choices[at]
        enforced = overridden, ruled, lane, rounds, choices
        today.compare("court.disputeOf", mine, enforced, "number")
        verdict = slots.verdict((RUN, np.array([slot])))[0][0]
        final = phase == Phase.EXECUTION
        ruling = self.dao.read("court", "currentRuling", number)[0]
        mine = slots.ruling[at] if final else verdict
        today.compare("court.currentRuling", mine, ruling, "choice")
        for panel in range(min(last + 1, rounds)):
            self._compare_panel(today, court, (*at, panel), number)

    def _compare_panel(
        self, today: Today, court: Any, place: tuple[int, int, int], number: int
    ) -> None:
        slots, read = court.slots, self.dao.read
        counts, pot, executed = read("court", "roundOf", number, place[2])
        names = "seats", "drawn", "committed", "revealed", "executed"
        mine = [getattr(slots, name)[place] for name in names]
        today.compare("court.roundOf", mine, (*counts[:4], executed), "seats")
        today.compare("court.roundOf pot", slots.pot[place], pot / TOKEN)
        nobody = self.dao.at["court"]
        for choice in range(int(slots.choices[place[:2]]) + 1):
            paid = read("court", "appealOf", number, place[2], choice, nobody)[0] / TOKEN
            today.compare("court.appealOf", court.appeals.paid[*place, choice], paid)

    def _compare_ballots(self, today: Today, court: Any, slot: int) -> None:
        """Who was drawn, for how many seats, and how it voted."""
        number = int(court.slots.number[0, slot])
        rows = court.ballots.rows
        for _, _, panel, juror, seats, choice, shown in rows[rows[:, 1] == slot].tolist():
            ballot = self.dao.read("court", "ballotOf", number, panel, self.dao.members[juror])
            held, revealed, vote, hidden = ballot
            mine = seats, shown, choice >= 0, choice if shown else 0
            enforced = held, revealed, any(hidden), vote
            today.compare("court.ballotOf", mine, enforced, "number", np.full(4, juror))

    def _compare_finished(self, today: Today, parts: list[dict[str, Any]]) -> None:
        """Compare disputes that were settled since the last time."""
        self._seen += len(parts)
        for part in parts:
            columns = ("id", "lane", "ruling", "overridden", "panels", "closed_at")
            for number, *mine in zip(*(part[name].tolist() for name in columns), strict=True):
                dispute, rounds = self.dao.read("court", "disputeOf", number)
                _, _, overridden, ruled, lane, _, closed, _, ruling = dispute
                enforced = lane, ruling, overridden, rounds, closed - GENESIS
                today.compare("court.rulings", (*mine, 1), (*enforced, ruled), "number")
