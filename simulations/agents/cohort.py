"""What every cohort is: many similar members in one Mesa agent."""

from dataclasses import dataclass
from typing import Any

import mesa
import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.agents.view import View
from simulations.randomness import Floats, Ints, Stream, count_by_run


@dataclass(frozen=True)
class Members:
    """A cohort's place on the members axis: ``first`` to ``first + count - 1``."""

    first: int
    count: int

    @property
    def indices(self) -> Ints:
        """Member indices, shape ``(count,)``."""
        return np.arange(self.first, self.first + self.count)

    @property
    def slice(self) -> slice:
        """The same as a slice of the members axis."""
        return slice(self.first, self.first + self.count)


class Cohort(mesa.Agent[Any]):
    """A Mesa agent that stands for many members.

    A subclass has one method per block it takes part in (``supply``, ``staking``,
    ``governor``), each ``view -> list[Actions]``.

    Parameters
    ----------
    model
        The Mesa model.
    members
        Place on the members axis.
    """

    def __init__(self, model: mesa.Model, members: Members) -> None:
        super().__init__(model)
        self.members = members
        self.acted = 0

    def decide(self, view: View) -> list[Actions]:
        """Return what the members do in the view's block."""
        method = getattr(self, view.block, None)
        done: list[Actions] = method(view) if method else []
        self.acted += sum(map(len, done))
        return [actions for actions in done if len(actions)]

    def everyone(self, runs: int) -> tuple[Ints, Ints]:
        """Run and member index of all members in all runs."""
        members = self.members.indices
        return np.repeat(np.arange(runs), members.size), np.tile(members, runs)

    def record(self) -> dict[str, float]:
        """One row for Mesa's DataCollector."""
        return {"members": self.members.count, "acted": self.acted}


class Attention:
    """When members look at the DAO: each day with the same chance, independently.

    The gaps between looks are geometric, so only the next look of each member is kept.

    Parameters
    ----------
    every
        Mean seconds between looks, shape ``(runs,)``.
    members
        Whose attention it is.
    draws
        Stream for the gaps.
    """

    def __init__(self, every: Floats, members: Members, draws: Stream) -> None:
        self._draws = draws
        self._log_miss = np.log1p(-np.minimum(DAY / every, 1.0 - 1e-12))
        self._members = members
        first = self._gap(draws.uniform_rows(members.count), self._log_miss[:, None])
        self._next = first
        self._day = 0
        self._looking: tuple[Ints, Ints] = (np.empty(0, np.int64), np.empty(0, np.int64))

    def looking(self, day: int) -> tuple[Ints, Ints]:
        """Run and member index of those who look on ``day``; ask day after day."""
        if day != self._day:
            flat = np.flatnonzero(self._next == day)
            run, column = np.divmod(flat, self._members.count)
            uniform = self._draws.uniform(count_by_run(run, len(self._log_miss)))
            self._next.ravel()[flat] += self._gap(uniform, self._log_miss[run])
            self._day, self._looking = day, (run, column + self._members.first)
        return self._looking

    @staticmethod
    def _gap(uniform: Floats, log_miss: Floats) -> np.ndarray:
        gap = 1.0 + np.floor(np.log1p(-uniform) / log_miss)
        return np.minimum(gap, 2**30).astype(np.int32)
