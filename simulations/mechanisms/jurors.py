"""Jurors: what they put up in each lane of the court, their weight, and sessions of draws.

Contract twin: ``contracts/court/CourtJurors.sol``. A juror weighs all it put up, as
long as that covers one more seat under the mildest terms that the lane has or had, else nothing.
Whether it covers the seat it is drawn for is for the terms of the dispute to say. Once a dispute
asks for a draw no stake of the lane changes until every panel of that session is drawn; other
disputes may join while nobody can foresee its number. Lane 0 is for people, lane 1 for agents.

Stakes are whole billionths of a share, which holds any seat's risk exactly: a least stake of at
most five decimals times an alpha in basis points. Court and gate burn only what they had locked,
so the vault holds what a juror put up, unless yet another contract may slash.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from simulations.actions import Actions
from simulations.mechanisms import sortition
from simulations.mechanisms.batches import turns
from simulations.mechanisms.sortition import BILLION, TicketOf
from simulations.mechanisms.staking import ROUNDING, Staking
from simulations.mechanisms.terms import LANES, Terms
from simulations.randomness import Floats, Ints, Keyed
from simulations.scenario import Rules

LOCKER = "court"
"""Name of the court's locks in the vault, and of its account in the ledger."""
BLOCK = 12.0
"""Seconds of a block on Ethereum: a number is known so many blocks after it was asked for."""
FORESIGHT = 4.0
"""Blocks before its own from which the proposers of a number may know it."""


class Vacancies(NamedTuple):
    """Panels to draw: dispute, panel from 1, seats to fill, their terms, attempts so far."""

    dispute: Ints
    round: Ints
    seats: Ints
    least: Ints
    risk: Ints
    tries: Ints


class Jurors:
    """Jurors and sessions of every run.

    Parameters
    ----------
    rules, staking
        Terms by run, and the vault whose shares are put up.
    draws
        Where seeds and fast draws come from.
    exact
        Runs that draw as the contract does, shape ``(runs,)``; none by default.

    Attributes
    ----------
    stake, at_risk, weight
        Billionths of a share, shape ``(lanes, runs, members)``.
    benched
        Who is not drawn since it failed to reveal, same shape.
    panels, request, known_at, ended_at
        Panels still to be drawn in the session of a lane, the number of its request for a number
        among the run's, second in which it is known, and end of the last session, all of shape
        ``(lanes, runs)``.
    """

    def __init__(
        self, rules: Rules, staking: Staking, draws: Keyed, exact: np.ndarray | None = None
    ) -> None:
        runs, members = staking.shares.shape
        self._rules, self._staking, self._draws = rules, staking, draws
        self.terms = Terms(rules, runs)
        self.exact = np.zeros(runs, dtype=bool) if exact is None else exact
        shape = (len(LANES), runs, members)
        self.stake, self.at_risk, self.weight = np.zeros((3, *shape), dtype=np.int64)
        self.benched = np.zeros(shape, dtype=bool)
        self._leaf, self._member = np.full((2, *shape), -1, dtype=np.int32)
        self._leaves, self.panels, self.request = np.zeros((3, *shape[:2]), dtype=np.int64)
        self.known_at, self.ended_at = np.full((2, *shape[:2]), -np.inf)
        self.requests = np.zeros(runs, dtype=np.int64)

    def set_stake(self, actions: Actions) -> None:
        """Put up ``actions.amount`` shares, instead of what was, in lane ``actions.target``."""
        for turn in turns(actions.run * self.stake.shape[2] + actions.member):
            self._set_stake(actions.where(turn))

    def _set_stake(self, actions: Actions) -> None:
        assert actions.amount is not None and actions.target is not None
        run, member, lane = actions.run, actions.member, actions.target
        at = lane, run, member
        self._check_lane(actions)
        stake = np.rint(actions.amount * 1e6).astype(np.int64) * (BILLION // 10**6)
        actions.require(
            self.panels[lane, run] == 0,
            "changes stakes while no draw is under way",
            "DrawsInProgress",
        )
        enough = (stake == 0) | (stake >= self.terms.least(lane, run))
        actions.require(enough, "puts up nothing or at least the least stake", "StakeTooSmall")
        actions.require(stake >= self.at_risk[at], "keeps up what is at risk", "StakeAtRisk")
        more = stake - self.stake[at]
        self._staking.lock(_shares(actions, more), LOCKER)
        self._staking.unlock(_shares(actions, -more), LOCKER)
        self.stake[at] = stake
        self.benched[at] = False
        self.weigh(lane, run, member)

    def refresh(self, actions: Actions) -> None:
        """Bring stakes and weights of members in lane ``actions.target`` up to date.

        As when terms have changed, a draw passed them over or the vault no longer holds what they
        put up. In a lane that is not there nothing happens.
        """
        assert actions.target is not None
        actions = actions.where((actions.target >= 0) & (actions.target < len(LANES)))
        assert actions.target is not None
        at = actions.target, actions.run, actions.member
        actions.require(
            self.panels[at[:2]] == 0, "weighs jurors while no draw is under way", "DrawsInProgress"
        )
        self._let_go(*at, self._missing(*at[1:]))
        self.weigh(*at)

    def weigh(self, lane: Ints, run: Ints, member: Ints) -> None:
        """Bring weights up to date; each juror of a lane at most once."""
        at = lane, run, member
        self.terms.notice()
        stake, (least, risk) = self.stake[at], self.terms.mildest[:, lane, run]
        on_duty = ~self.benched[at] & (stake >= least) & (self._missing(run, member) == 0)
        on_duty &= stake >= self.at_risk[at] + risk
        self.weight[at] = np.where(on_duty, stake, 0)
        self._plant(*(part[on_duty & (self._leaf[at] < 0)] for part in at))

    def put_up(self, member: Ints) -> Floats:
        """Shares that some members have put up together in all lanes, shape ``(runs,)``."""
        return self.stake[:, :, member].sum(axis=(0, 2)) / BILLION

    def join_session(self, actions: Actions, lane: Ints, staking: Floats, now: float) -> None:
        """Open sessions or join open ones; each run at most once.

        ``staking`` is the least time since the last session ended, in seconds, shape ``(n,)``.
        """
        run = actions.run
        fresh = self.panels[lane, run] == 0
        until = self.ended_at[lane, run] + staking
        actions.require(
            ~fresh | (now >= until), "asks for a draw after stakes could change", "StakingOpen"
        )
        foresight = self.known_at[lane, run] - FORESIGHT * BLOCK
        actions.require(
            fresh | (now < foresight), "joins draws that nobody can foresee", "DrawsInProgress"
        )
        opened = lane[fresh], run[fresh]
        self.requests[opened[1]] += 1
        self.request[opened] = self.requests[opened[1]]
        delay = self._rules["court.random_delay"][opened[1]]
        self.known_at[opened] = now + delay * BLOCK
        self.panels[lane, run] += 1

    def number_of(self, run: int, request: int) -> int:
        """The number that answers a run's request, a seed of draws."""
        uniform = self._draws.uniform(np.array([run]), 0, request)[0]
        return 1 + int(uniform * 2.0**53)

    def leave_session(self, lane: Ints, run: Ints, now: float) -> None:
        """Count one panel of each session as drawn; each run at most once."""
        self.panels[lane, run] -= 1
        over = self.panels[lane, run] == 0
        self.ended_at[lane[over], run[over]] = now

    def draw(self, lane: Ints, run: Ints, panels: Vacancies) -> tuple[list[Ints], Ints]:
        """Draw the jurors of panels; each run at most once.

        Returns
        -------
        tuple
            The member in each seat filled, in order, for each panel, and the attempts it took.
        """
        tries = np.zeros_like(run)
        drawn = []
        for place, source in enumerate(self._sources(lane, run, panels)):
            at = lane[place], run[place]
            order = self._member[*at, : self._leaves[at]]
            stake = self.stake[*at, order]
            rooms = (stake - self.at_risk[*at, order]) // panels.risk[place]
            bare = self._missing(run[place], order) > 0
            rooms[bare | (stake < panels.least[place])] = 0
            weights, seats = self.weight[*at, order].tolist(), int(panels.seats[place])
            panel = sortition.draw(weights, rooms.tolist(), seats, source)
            members = order[panel.drawn].astype(np.int64)
            np.add.at(self.at_risk, (*at, members), panels.risk[place])
            self.weight[*at, order[panel.retired]] = 0
            drawn.append(members)
            tries[place] = panel.tries
        return drawn, tries

    @staticmethod
    def _check_lane(actions: Actions) -> None:
        assert actions.target is not None
        known = (actions.target >= 0) & (actions.target < len(LANES))
        actions.require(known, "names a lane there is", "UnknownLane")

    def _sources(self, lane: Ints, run: Ints, panels: Vacancies) -> Iterator[TicketOf]:
        """Where the tickets of each panel come from."""
        fast = self._uniforms(run, panels)
        labels = zip(run.tolist(), *(part.tolist() for part in panels[:2]), strict=True)
        for place, (row, dispute, rounds) in enumerate(labels):
            tries = int(panels.tries[place])
            if self.exact[row]:
                seed = self.number_of(row, int(self.request[lane[place], row]))
                yield sortition.by_keccak(seed, dispute, rounds, tries)
            else:
                more = partial(self._more_uniforms, row, dispute, rounds, tries)
                yield sortition.by_uniform(fast[place], more)

    def _uniforms(self, run: Ints, panels: Vacancies) -> list[list[float]]:
        """Uniforms for the attempts that each panel will likely take, all made at once."""
        counts = np.where(self.exact[run], 0, panels.seats + 2)
        ends = np.cumsum(counts)
        attempts = np.arange(counts.sum()) - np.repeat(ends - counts - panels.tries, counts)
        labels = (np.repeat(part, counts) for part in (run, panels.dispute, panels.round))
        row, dispute, rounds = labels
        made = self._draws.uniform(row, 1, dispute, rounds, attempts)
        return [part.tolist() for part in np.split(made, ends[:-1])]

    def _more_uniforms(
        self, run: int, dispute: int, rounds: int, tries: int, first: int
    ) -> list[float]:
        attempts = tries + first + np.arange(16)
        row = np.full(attempts.shape, run)
        return self._draws.uniform(row, 1, dispute, rounds, attempts).tolist()

    def settle(
        self,
        lane: Ints,
        run: Ints,
        member: Ints,
        risk: Ints,
        failed: np.ndarray,
        absent: np.ndarray,
    ) -> Floats:
        """Take risk back, and from who failed the stake too; each juror at most once.

        Returns
        -------
        ndarray
            Tokens that slashed shares stood for, in the court's account now, shape ``(n,)``.
        """
        at = lane, run, member
        self.at_risk[at] -= risk
        self.benched[at] |= absent
        taken = self._let_go(*at, np.where(failed, risk, 0))
        burned = np.minimum(taken / BILLION, self._staking.shares[at[1:]])
        assets = self._staking.slash(Actions(LOCKER, "execute", run, member, burned), LOCKER)
        self.weigh(lane, run, member)
        return assets

    def _let_go(self, lane: Ints, run: Ints, member: Ints, most: Ints) -> Ints:
        """Let go of at most so much of what jurors put up; return how much, shape ``(n,)``."""
        taken = np.minimum(most, self.stake[lane, run, member])
        self.stake[lane, run, member] -= taken
        self._staking.unlock(Actions(LOCKER, "unlock", run, member, taken / BILLION), LOCKER)
        return taken

    def _missing(self, run: Ints, member: Ints) -> Ints:
        """Billionths of a share that members put up and the vault does not hold, ``(n,)``."""
        put_up = self.stake[:, run, member].sum(axis=0)
        missing = put_up / BILLION - self._staking.shares[run, member]
        real = missing > put_up / BILLION * ROUNDING
        return np.where(real, np.rint(missing * BILLION), 0.0).astype(np.int64)

    def _plant(self, lane: Ints, run: Ints, member: Ints) -> None:
        """Give members who have a weight for the first time the next leaves, in turn."""
        for turn in turns(lane * self.panels.shape[1] + run):
            where = lane[turn], run[turn]
            leaf = self._leaves[where]
            self._leaf[*where, member[turn]] = leaf
            self._member[*where, leaf] = member[turn]
            self._leaves[where] += 1


def _shares(actions: Actions, stake: Ints) -> Actions:
    mask = stake > 0
    part = actions.where(mask)
    return Actions(part.mechanism, part.verb, part.run, part.member, stake[mask] / BILLION)
