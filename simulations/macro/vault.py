"""The vault by columns: what of each column is staked, on its way out, or at hand.

The member model's staking, in the mean: each day the part of a column that looks does what its
members would do. What they would do is the same for all of a column, for they ask for one yield.
Arrays of columns lie column by column in memory, where a day takes a third of the time.

=====================  ==========================================================================
deposits               a column whose asked yield is reached stakes ``looks`` of what is at hand
exits                  one whose asked yield is missed by the hysteresis asks back ``looks`` of
                       what is staked; it cools down and keeps earning
way home               when the cooldown is over, ``looks`` of what is ready comes home each day
votes                  the less of what a column had at the timepoint and ``maturity`` before
=====================  ==========================================================================
"""

import numpy as np

from governance.units import DAY
from simulations.ledger import Ledger
from simulations.macro.launch import Launch, across
from simulations.mechanisms.staking import VIRTUAL
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules


class Vault:
    """Shares of every run by column.

    Attributes
    ----------
    active, cooling
        Active shares, and shares on their way out, shape ``(runs, columns)``.
    ready
        Those on their way out whose cooldown is over, same shape.
    total, votable
        Shares in existence, and those of them that are not on their way out, shape ``(runs,)``.
        Both begin with what the treasury staked at launch, which never votes and never leaves.
    """

    def __init__(self, rules: Rules, ledger: Ledger, people: Launch) -> None:
        self._ledger = ledger
        self._looks = looks(rules, "holders")[:, None]
        self._asked = people.asked
        self._leave_below = people.asked * (1.0 - rules.rows("world.staking.hysteresis"))
        self.active, self.cooling, self.ready = _columns(3, people.asked)
        seed = rules["staking.seed"]
        self.total, self.votable = seed.copy(), seed.copy()
        self._spare = _columns(3, people.asked)
        self._wait = np.maximum(days(rules["staking.cooldown"]), 1)[:, None]
        self._waits = np.unique(self._wait)
        self._maturity = rules["staking.maturity"]
        self._queue = _columns(int(self._waits.max()) + 1, people.asked)
        self._leaving = False
        keep = int(days(self._maturity).max()) + 3
        self._past = _columns(keep, people.asked)
        self._past_votable = np.zeros((keep, seed.size))
        self._past_votable[0] = seed

    @property
    def price(self) -> Floats:
        """Tokens per share, shape ``(runs,)``; one in an empty vault."""
        price = (self._ledger.vault + VIRTUAL) / (self.total + VIRTUAL)
        return np.where(self.total > 0, price, 1.0)

    def move(self, offered: Floats, day: int) -> None:
        """Let those who look stake, leave or take home, at a yearly yield of ``(runs,)``."""
        price, yields = self.price[:, None], offered[:, None]
        deposits, home, net = self._spare
        np.multiply(self._looks, self._ledger.liquid, out=deposits)
        deposits *= yields >= self._asked
        self._come_home(day, home)
        np.multiply(home, price, out=net)
        net -= deposits
        self._ledger.settle("vault", net)
        deposits /= price
        self.active += deposits
        bought = across(deposits)
        self.total += bought
        self.votable += bought
        self.total -= across(home)
        leaving = yields < self._leave_below
        if leaving.any():
            np.multiply(self._looks, self.active, out=net)
            net *= leaving
            self._ask_back(net, day)

    def stakers(self, heads: Floats) -> Floats:
        """Members with active shares, of so many in each column, shape ``(runs,)``."""
        inside, whole, _ = self._spare
        price = self.price[:, None]
        np.add(self.active, self.cooling, out=whole)
        whole *= price
        whole += self._ledger.liquid
        np.multiply(self.active, price, out=inside)
        inside *= heads
        inside /= np.maximum(whole, VIRTUAL, out=whole)
        return across(inside)

    def close_day(self, day: int) -> None:
        """Keep the day's last shares, which are what every timepoint within it reads."""
        slot = day % len(self._past)
        self._past[slot] = self.active
        self._past_votable[slot] = self.votable

    def past_active(self, run: Ints, timepoint: Floats) -> Floats:
        """Mature shares at past timepoints by column, shape ``(n, columns)``."""
        now, before = self._slots(run, timepoint)
        return np.minimum(self._past[now, run], self._past[before, run])

    def past_votable(self, run: Ints, timepoint: Floats) -> Floats:
        """Mature shares that could vote at past timepoints, shape ``(n,)``."""
        now, before = self._slots(run, timepoint)
        return np.minimum(self._past_votable[now, run], self._past_votable[before, run])

    def _ask_back(self, leaving: Floats, day: int) -> None:
        self._leaving = True
        self.active -= leaving
        self.votable -= across(leaving)
        self.cooling += leaving
        for wait in self._waits:
            slot = self._queue[(day + wait) % len(self._queue)]
            slot += leaving if self._waits.size == 1 else leaving * (self._wait == wait)

    def _come_home(self, day: int, home: Floats) -> None:
        """Write what comes home into ``home``, in shares of shape ``(runs, columns)``."""
        if not self._leaving:
            home[:] = 0.0
            return
        cooled = self._queue[day % len(self._queue)]
        self.ready += cooled
        cooled[:] = 0.0
        np.multiply(self._looks, self.ready, out=home)
        self.ready -= home
        self.cooling -= home

    def _slots(self, run: Ints, timepoint: Floats) -> tuple[Ints, Ints]:
        """Where the history holds the day and that of maturity: before the launch, nothing yet."""
        now = np.floor(timepoint / DAY).astype(np.int64)
        before = np.floor((timepoint - self._maturity[run]) / DAY).astype(np.int64)
        return now % len(self._past), before % len(self._past)


def _columns(count: int, like: Floats) -> Floats:
    """Return nothing in ``count`` arrays of one shape, each stored column by column."""
    runs, columns = like.shape
    return np.zeros((count, columns, runs)).transpose(0, 2, 1)


def looks(rules: Rules, cohort: str) -> Floats:
    """Chance that a member of a cohort looks at the DAO on a day, shape ``(runs,)``."""
    return np.minimum(DAY / rules[f"world.attention.{cohort}_look_every"], 1.0)


def days(seconds: Floats) -> Ints:
    """Whole days that a duration takes at least, same shape."""
    return np.ceil(seconds / DAY).astype(np.int64)
