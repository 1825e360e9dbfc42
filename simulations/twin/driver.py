"""Drivers: one for each mechanism, from its actions to transactions, and what to compare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from governance.units import SHARE, TOKEN
from simulations.actions import Actions
from simulations.randomness import Floats, Ints
from simulations.twin.deployed import Deployed
from simulations.twin.drift import Drift
from simulations.twin.lens import View

SCALES = {"tokens": float(TOKEN), "shares": float(SHARE)}
"""How many of a contract's units there are in one of an amount's."""
RUN = np.array([0])
"""Row of the run that is replayed, in the shape mechanisms ask for."""


@dataclass(frozen=True)
class Today:
    """A day after both courts have done what it asked for.

    Attributes
    ----------
    drift
        Takes the comparisons in.
    model
        The simulation, whose only run is replayed. It has its mechanisms as attributes; those
        of a mechanism that is not part of it are None or missing.
    day, done
        The day and its actions.
    full
        Whether to compare everything; else what the day touched, and totals.
    """

    drift: Drift
    model: Any
    day: int
    done: list[Actions]
    full: bool

    def mechanism(self, name: str) -> Any:
        """One of the model's mechanisms, or None."""
        return getattr(self.model, name, None)

    def compare(
        self,
        name: str,
        simulated: Any,
        enforced: Any,
        unit: str = "tokens",
        members: Ints | None = None,
    ) -> None:
        """Compare one variable; units other than amounts must agree exactly."""
        self.drift.compare(name, self.day, simulated, enforced, unit=unit, members=members)

    def expect(
        self,
        name: str,
        simulated: Any,
        view: View,
        unit: str = "tokens",
        members: Ints | None = None,
        place: int = 0,
        read: Callable[[View, int], Floats] = View.column,
    ) -> None:
        """Compare one variable with one word of what a view will answer.

        Amounts are answered in the contracts' units, moments in seconds since 1970; ``read`` makes
        other values of an answer.
        """
        if view.count:
            answer = partial(read, view, place)
            self.drift.expect(
                name, self.day, simulated, answer, unit, members, SCALES.get(unit, 1.0)
            )

    def acts(self, *names: str) -> list[Actions]:
        """Actions of mechanisms, or of verbs as ``mechanism.verb``."""
        return [
            each
            for each in self.done
            if each.mechanism in names or f"{each.mechanism}.{each.verb}" in names
        ]

    def targets(self, *names: str) -> Ints:
        """Targets of :meth:`acts`, each once in order."""
        return union(each.target for each in self.acts(*names))

    def members(self) -> Ints:
        """Members to compare: all, or those who acted or were paid today."""
        return self._members

    @cached_property
    def _members(self) -> Ints:
        if self.full:
            return np.arange(self.model.ledger.liquid.shape[1])
        paid = self.targets("registry.withdraw", "court.withdraw")
        return union([*(each.member for each in self.done), paid])


def union(parts: Iterable[Ints | None]) -> Ints:
    """Numbers that are not negative, each once in order."""
    found: set[int] = set()
    for part in parts:
        if part is not None:
            found.update(part.tolist())
    return np.array(sorted(number for number in found if number >= 0), dtype=np.int64)


class Driver:
    """Verbs of one mechanism, by their names: each sends what an action stands for.

    A verb takes those of an action's columns that are there, in the order member, amount,
    target, choice, seconds, salt: a float is the amount, whole numbers of other names are target
    and choice (:mod:`simulations.twin.verbs`).
    """

    def __init__(self, dao: Deployed) -> None:
        self.dao = dao

    def begin(self, model: Any) -> None:
        """Prepare at launch what the World needs."""

    def open_day(self, model: Any) -> None:
        """Let the World do what it does before anybody acts."""

    def compare(self, today: Today) -> None:
        """Compare what the mechanism knows with what its contract says."""
