"""Proposals by run: the ideas that delegates have, and the table of those that are open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from simulations.mechanisms.kinds import FUNDING
from simulations.mechanisms.proposals import State
from simulations.randomness import Draws, Floats, Ints, Run
from simulations.scenario import Rules

_AHEAD = 64
"""Days whose ideas are drawn at once."""


class Ideas:
    """What delegates think of asking for: the member model's own draws.

    Parameters
    ----------
    rules, runs
        The ensemble.
    """

    def __init__(self, rules: Rules, runs: Sequence[Run]) -> None:
        self._draws = Draws(runs, "cohort.delegates").stream("ideas")
        self._chance = rules["world.proposals.per_month"] / 30.0
        self._median = rules["world.proposals.request"]
        self._spread = rules["world.proposals.request_spread"]
        self._coming: list[tuple[Ints, Floats, Floats]] = []

    def of_next_day(self) -> tuple[Ints, Floats, Floats]:
        """Runs with an idea, the share of the free treasury asked for, and its quality, ``(n,)``.

        The share is lognormal, and at most a fifth; quality is standard normal.
        """
        if not self._coming:
            self._coming = self._draw()[::-1]
        return self._coming.pop()

    def _draw(self) -> list[tuple[Ints, Floats, Floats]]:
        """Draw the ideas of the next days: an idea's size and its quality follow one another."""
        has_idea = self._draws.uniform_rows(_AHEAD) < self._chance[:, None]
        run, day = np.nonzero(has_idea)
        size, quality = self._draws.normal(2 * np.count_nonzero(has_idea, axis=-1)).reshape(-1, 2).T
        share = np.minimum(self._median[run] * np.exp(size * self._spread[run]), 0.2)
        order = np.argsort(day, kind="stable")
        ends = np.cumsum(np.bincount(day, minlength=_AHEAD))[:-1]
        split = (np.split(column[order], ends) for column in (run, share, quality))
        return list(zip(*split, strict=True))


@dataclass
class Table:
    """Open proposals of all runs, one row each in order of their birth; times are seconds.

    Attributes
    ----------
    run, number
        Where it belongs.
    state
        :class:`simulations.mechanisms.proposals.State`.
    opened, lasts
        First day of the vote, and days of it as first planned.
    reached
        Whether the quorum was reached.
    direct, lent
        Mature shares that vote themselves, and those lent to delegates, at the snapshot.
    direct_turnout, lent_turnout, support
        Part of either that votes in the days first planned, and of those who take sides the part
        in favour.
    """

    run: Ints
    number: Ints
    state: Ints
    created_day: Ints
    closed_day: Ints
    executed_day: Ints
    opened: Ints
    lasts: Ints
    reached: Ints
    amount: Floats
    quality: Floats
    snapshot: Floats
    deadline: Floats
    eta: Floats
    votable: Floats
    quorum: Floats
    direct: Floats
    lent: Floats
    direct_turnout: Floats
    lent_turnout: Floats
    support: Floats
    for_votes: Floats
    against_votes: Floats
    abstain_votes: Floats

    @classmethod
    def of(cls, count: int, **columns: Ints | Floats) -> Self:
        """Return fresh rows: what is not given is nothing, and a day that never came is -1."""
        whole = [name for name, kind in cls.__annotations__.items() if kind is Ints]
        blank: dict[str, Any] = {
            each.name: np.zeros(count, dtype=np.int64 if each.name in whole else np.float64)
            for each in fields(cls)
        }
        blank["closed_day"], blank["executed_day"] = np.full((2, count), -1)
        return cls(**blank | columns)

    def __len__(self) -> int:
        return self.run.size

    def at(self, chosen: Ints) -> Self:
        """Copy the rows at some places."""
        return type(self)(**{name: column[chosen] for name, column in self._columns().items()})

    def with_rows(self, rows: Self) -> Self:
        """Return the table with rows added at the end."""
        joined = {
            name: np.concatenate([column, getattr(rows, name)])
            for name, column in self._columns().items()
        }
        return type(self)(**joined)

    def awaits_votes(self) -> np.ndarray:
        """Rows whose vote is to come or goes on."""
        return (self.state == State.PENDING) | (self.state == State.ACTIVE)

    def log_rows(self) -> dict[str, Any]:
        """The rows as :class:`simulations.mechanisms.proposals.ProposalLog` keeps them.

        Nobody is told apart, so proposer, target and voters are -1.
        """
        kept: tuple[str, ...] = (
            "run",
            "state",
            "created_day",
            "closed_day",
            "executed_day",
            "amount",
            "quality",
        )
        kept += ("votable", "for_votes", "against_votes", "abstain_votes")
        columns = self._columns()
        nobody = np.full(len(self), -1)
        row = {name: columns[name] for name in kept} | {"id": self.number}
        row |= dict.fromkeys(("proposer", "target", "voters", "entitled"), nobody)
        return row | {"kind": np.full(len(self), FUNDING), "quorum_votes": self.quorum}

    def _columns(self) -> Mapping[str, Any]:
        return vars(self)
