"""One DAO before both courts, arrays and bytecode, driven by hand."""

from collections.abc import Sequence

import numpy as np

from governance.units import DAY
from simulations.actions import Actions, IllegalAction
from simulations.mechanisms.proposals import State
from simulations.model import DaoModel
from simulations.twin.court import Court
from tests.simulations.conftest import small

PROPOSED = 5
"""Day of every proposal here: the stakes of day 1 are mature by then."""


class Courts:
    """One DAO twice: the simulation's mechanisms and the contracts, given the same actions.

    Members 0, 1, ... stake ``stakes`` on day 1; member 0 may propose. The snapshot is the day
    after the proposal, the vote is open on the two days after that and, since a deadline is
    still part of the vote, on the day of the deadline: days 7, 8 and 9.
    """

    def __init__(self, stakes: Sequence[float], **rules: object) -> None:
        scenario = small(holders=len(stakes) + 1, days=60)
        settings = {
            "voting_delay": "1d",
            "voting_period": "3d",
            "late_quorum_extension": "1d",
            "quorum": 0.2,
            "quorum_floor": 0,
            "proposal_threshold": 0,
            "kinds.funding.spend_period": 0,
        } | rules
        for name, value in settings.items():
            path = name if "." in name else f"governor.{name}"
            scenario = scenario.with_value(path, value)
        scenario = scenario.with_value("staking.maturity", "1d")
        self.model = DaoModel([scenario], [0])
        self.model.ledger.liquid[0, : len(stakes)] = stakes
        self.model.ledger.liquid[0, len(stakes) :] = 0.0
        insiders = self.model.places["insiders"].indices
        self.court = Court(scenario.constitution, self.model.ledger, 0, insiders)
        self.governor, self.day = self.model.governor, 0
        self.open_day(1)
        for member, amount in enumerate(stakes):
            self._both("staking", "deposit", [member], amount=[amount])
        self.open_day(PROPOSED)

    def open_day(self, day: int) -> None:
        """End the days before ``day`` and open it."""
        while self.day < day:
            self.model.staking.close_day(self.day)
            self.governor.close_day()
            self.day += 1
            self.court.open_day(self.day)
            self.governor.open_day(self.day)

    def propose(self, amount: float = 10.0, *, by: int = 0) -> int:
        """Let a member ask for tokens; return the proposal's number."""
        self._both("governor", "propose", [by], amount=[amount], target=[1])
        return int(self.governor.count[0]) - 1

    def vote(self, number: int, choice: int, *members: int) -> None:
        """Let members vote on a proposal."""
        count = len(members)
        self._both("governor", "vote", members, target=[number] * count, choice=[choice] * count)

    def press(self, verb: str, number: int) -> None:
        """Queue or execute a proposal."""
        self._both("governor", verb, [0], target=[number])

    def states(self, number: int) -> tuple[int, int]:
        """State of a proposal in the simulation and on chain."""
        at = np.flatnonzero((self.governor.slots.number[0] == number) & self._open())
        if at.size:
            return int(self.governor.slots.state[0, at[0]]), self.court.proposal_state(number)
        row = self.governor.log.frame().query("run == 0 and id == @number").iloc[0]
        return int(State[row.state.upper()]), self.court.proposal_state(number)

    def deadlines(self, number: int) -> tuple[float, float]:
        """Deadline of an open proposal in days since launch, in both courts."""
        at = np.flatnonzero((self.governor.slots.number[0] == number) & self._open())[0]
        enforced = self.court.read("governor", "proposalDeadline", self.court.proposals[number][0])
        launch = self.court.read("emissions", "start")
        return float(self.governor.slots.deadline[0, at]) / DAY, (enforced - launch) / DAY

    def _open(self) -> np.ndarray:
        return self.governor.slots.state[0] >= 0

    def _both(self, mechanism, verb, members, amount=None, target=None, choice=None) -> None:
        run = np.zeros(len(members), dtype=np.int64)
        columns = [None if c is None else np.array(c) for c in (amount, target, choice)]
        actions = Actions(mechanism, verb, run, np.array(members), *columns)
        refused = self.court.act(actions)
        try:
            if mechanism == "staking":
                self.model.staking.deposit(actions)
            elif verb == "propose":
                self.governor.propose(actions, np.zeros(1), self.day)
            else:
                getattr(self.governor, verb)(actions, self.day)
        except IllegalAction:
            assert refused, f"the simulation alone refuses {actions}"
            raise
        assert not refused, refused


def same(pair: tuple) -> object:
    """What both courts say."""
    assert pair[0] == pair[1], f"simulated {pair[0]}, enforced {pair[1]}"
    return pair[0]


STAKES = (40.0, 30.0, 20.0, 10.0, 900.0)
"""With a quorum of 5 % of these 1,000, 50 votes for or abstaining are needed."""
