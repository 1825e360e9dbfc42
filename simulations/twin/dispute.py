"""The court in the other court: stakes of jurors, draws, hidden votes, rulings and payments.

Nobody can prove a beacon block on the embedded chain, so before the first day the treasury decides,
by ``setRandomness`` as a vote would, that numbers come from ``SettableRandomness``. There the twin
answers a request, at the beginning of the day after it, with the number by which the simulation
draws (:meth:`~simulations.mechanisms.jurors.Jurors.number_of`); until then nobody can know it, as
in the simulation. The court itself is the deployed one and draws by its own rules, so a run with
exact draws must have the same jurors.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from governance.units import GENESIS, SHARE
from simulations.mechanisms.disputes import Phase
from simulations.mechanisms.sortition import BILLION
from simulations.mechanisms.terms import LANES
from simulations.twin.deployed import Deployed, wei
from simulations.twin.driver import RUN, Driver, Today, union
from simulations.twin.lens import View
from simulations.twin.lines import ROW, Line
from simulations.twin.sheet import Sheet

SOURCE = "numbers"
"""Key of the source that the twin answers from."""
KNOWN = 2
"""``IRandomness.Status.Known``."""
ALL_PAGES = 2**32
_UNIT = SHARE // BILLION


def _billionths(amounts: list[int]) -> list[float]:
    """Shares in whole billionths, as jurors' stakes count."""
    return [units // _UNIT for units in amounts]


def _weights(answer: View, word: int) -> list[float]:
    return _billionths(answer.integers(word))


def _is_there(answer: View, word: int) -> list[float]:
    """Whether a word is not zero."""
    return [found != 0 for found in answer.integers(word)]


class Dispute(Driver):
    """The court, its jurors and its disputes."""

    def __init__(self, dao: Deployed) -> None:
        super().__init__(dao)
        self._answered = self._seen = 0
        self._jurors = Sheet(dao, (), of_members=True)

    def begin(self, model: Any) -> None:
        """Let numbers come from a source that can be told them."""
        if getattr(model, "court", None) is not None:
            self._jurors = Sheet(self.dao, _juror_lines(model), of_members=True)
            self.dao.add(SOURCE, "SettableRandomness")
            self.dao.decide("court", "setRandomness", self.dao.at[SOURCE])

    def open_day(self, model: Any) -> None:
        """Answer what was asked for on the days before."""
        if SOURCE not in self.dao.at:
            return
        latest = self.dao.word(SOURCE, "latest")
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
        left = [n for n in panels if not self.dao.words("court", "roundOf", number, n)[7]]
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
        return self.dao.words("court", "disputeOf", number)[9]

    # Comparison

    def compare(self, today: Today) -> None:
        """Compare jurors, sessions of draws, disputes and debts, if the day touched any."""
        court = today.mechanism("court")
        if court is None or not (today.full or today.acts("court", "registry.challenge")):
            return
        ask = self.dao.ask
        today.expect("court.disputes", court.count, ask("court", "disputes"), "count")
        owed = ask("court", "owed", self.dao.at["treasury"])
        today.expect("court.owed(treasury)", court.owed_treasury, owed)
        self._expect_jurors(today, court)
        if court.count[0]:
            self._expect_sessions(today, court.jurors)
        for slot in np.flatnonzero(court.slots.phase[0] >= 0).tolist():
            self._expect_dispute(today, court, slot)
        self._expect_ballots(today, court)
        self._expect_finished(today, court.log.added(self._seen))

    def _expect_jurors(self, today: Today, court: Any) -> None:
        """Compare those who act or whom the day changed; now and then all with a stake."""
        jurors, ask = court.jurors, self.dao.ask
        members = today.actors("court")
        if today.full:
            staked = (jurors.stake[:, 0] > 0).any(axis=0) | (court.owed[0] > 0)
            members = union([members, np.flatnonzero(staked)])
        members = self._jurors.compare(today, members)
        for lane in range(len(LANES)):
            weights = ask("court", "weightOf", lane, self.dao.who(members))
            mine = jurors.weight[lane, 0, members]
            today.expect("court.weightOf", mine, weights, "billionths", members, 0, _weights)

    def _expect_sessions(self, today: Today, jurors: Any) -> None:
        for lane in range(len(LANES)):
            session = self.dao.ask("court", "sessionOf", lane, words=4)
            before = jurors.ended_at[lane, 0]
            ended = before + GENESIS if np.isfinite(before) else 0
            for name, mine, unit, word in (
                ("panels", jurors.panels[lane, 0], "count", 0),
                ("endedAt", ended, "seconds", 1),
                ("request", jurors.request[lane, 0], "number", 3),
            ):
                today.expect(f"court.sessionOf {name}", mine, session, unit, word=word)

    def _expect_dispute(self, today: Today, court: Any, slot: int) -> None:
        slots, at = court.slots, (0, slot)
        number, last = int(slots.number[at]), int(slots.round[at])
        found = self.dao.ask("court", "disputeOf", number, words=10)
        phase = slots.phase[at]
        deadline = slots.deadline[at] + GENESIS
        today.expect("court.phase", phase, found, "state", word=1)
        today.expect("court.deadline", deadline, found, "seconds", word=6)
        mine = slots.overridden[at], slots.ruled[at], slots.lane[at], last + 1, slots.choices[at]
        for each, word in zip(mine, (2, 3, 4, 9, 7), strict=True):
            today.expect("court.disputeOf", each, found, "number", word=word)
        verdict = slots.verdict((RUN, np.array([slot])))[0][0]
        mine = slots.ruling[at] if phase == Phase.EXECUTION else verdict
        ruling = self.dao.ask("court", "currentRuling", number)
        today.expect("court.currentRuling", mine, ruling, "choice")
        for panel in range(last + 1):
            self._expect_panel(today, court, (*at, panel), number)

    def _expect_panel(
        self, today: Today, court: Any, place: tuple[int, int, int], number: int
    ) -> None:
        slots, ask = court.slots, self.dao.ask
        found = ask("court", "roundOf", number, place[2], words=8)
        names = {"seats": 0, "drawn": 1, "committed": 2, "revealed": 3, "executed": 7}
        for name, word in names.items():
            today.expect("court.roundOf", getattr(slots, name)[place], found, "seats", word=word)
        today.expect("court.roundOf pot", slots.pot[place], found, word=6)
        nobody, choices = self.dao.at["court"], np.arange(slots.choices[place[:2]] + 1)
        paid = ask("court", "appealOf", number, place[2], choices, nobody)
        today.expect("court.appealOf", court.appeals.paid[*place, choices], paid)

    def _expect_ballots(self, today: Today, court: Any) -> None:
        """Who was drawn, for how many seats, and how it voted."""
        rows = court.ballots.rows
        rows = rows[court.slots.phase[0, rows[:, 1]] >= 0]
        _, slot, panel, juror, seats, choice, shown = rows.T
        number = court.slots.number[0, slot]
        ballots = self.dao.ask("court", "ballotOf", number, panel, self.dao.who(juror), words=4)
        mine = seats, shown, np.where(shown, choice, 0)
        for word, each in enumerate(mine):
            today.expect("court.ballotOf", each, ballots, "number", juror, word)
        today.expect("court.ballotOf", choice >= 0, ballots, "number", juror, 3, _is_there)

    def _expect_finished(self, today: Today, parts: list[dict[str, Any]]) -> None:
        """Compare disputes that were settled since the last time."""
        self._seen += len(parts)
        for part in parts:
            found = self.dao.ask("court", "disputeOf", part["id"].astype(np.int64), words=10)
            names = {"lane": 4, "ruling": 8, "overridden": 2, "panels": 9}
            for name, word in names.items():
                today.expect("court.rulings", part[name], found, "number", word=word)
            closed = part["closed_at"] + GENESIS
            today.expect("court.rulings", closed, found, "number", word=6)
            ruled = np.ones_like(closed)
            today.expect("court.rulings", ruled, found, "number", word=3)


def _juror_lines(model: Any) -> Iterator[Line]:
    """What jurors are owed, have put up and risk."""
    yield Line.of("court.owed", lambda: model.court.owed[0], "tokens", ROW)
    for lane in range(len(LANES)):
        yield _put_up(model, lane, 0, "stake", "stake")
        yield _put_up(model, lane, 1, "at_risk", "atRisk")
        benched = partial(_of_jurors, model, "benched", lane)
        name = "court.jurorOf benched"
        yield Line.of("court.jurorOf", benched, "truth", lane, ROW, word=2, name=name)


def _put_up(model: Any, lane: int, word: int, part: str, name: str) -> Line:
    return Line.of(
        "court.jurorOf",
        partial(_of_jurors, model, part, lane),
        "billionths",
        lane,
        ROW,
        word=word,
        name=f"court.jurorOf {name}",
        amounts=_billionths,
    )


def _of_jurors(model: Any, part: str, lane: int) -> Any:
    return getattr(model.court.jurors, part)[lane, 0]
