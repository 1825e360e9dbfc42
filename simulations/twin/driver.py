"""Drivers: one for each mechanism, from its actions to transactions, and what to compare."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.randomness import Ints
from simulations.twin.deployed import Deployed
from simulations.twin.drift import Drift
from simulations.twin.lens import View
from simulations.twin.lines import Line
from simulations.twin.places import Held

type Read = Callable[[View, int], Sequence[float]]
"""Makes values of one word of an answer."""
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
    last
        Whether it is the last comparison: then everybody is compared in everything, and getters
        are asked for what is read from storage as well.
    """

    drift: Drift
    model: Any
    day: int
    done: list[Actions]
    full: bool
    last: bool

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
        answer: View | Held,
        unit: str = "tokens",
        members: Ints | None = None,
        word: int = 0,
        read: Read = View.column,
    ) -> None:
        """Compare one variable with one word of what contracts hold, or will answer.

        Amounts are told in the contracts' units, moments in seconds since 1970; ``read`` makes
        other values of an answer. Where a getter was asked for what was read from storage as well,
        both are compared.
        """
        if not answer.count:
            return
        if isinstance(answer, Held):
            self.drift.note(name, self.day, simulated, answer.column(word), unit, members)
        view = answer.getter if isinstance(answer, Held) else answer
        if view is not None:
            told = partial(read, view, word)
            self.drift.expect(name, self.day, simulated, told, unit, members)

    def acts(self, *names: str) -> list[Actions]:
        """Actions of mechanisms, or of verbs as ``mechanism.verb``."""
        return [
            each
            for each in self.done
            if each.mechanism in names or f"{each.mechanism}.{each.verb}" in names
        ]

    def actors(self, *names: str) -> Ints:
        """Members who did :meth:`acts`, each once in order."""
        return union(each.member for each in self.acts(*names))

    def targets(self, *names: str) -> Ints:
        """Targets of :meth:`acts`, each once in order."""
        return union(each.target for each in self.acts(*names))

    def members(self) -> Ints:
        """Members to compare: all, or those who acted today and those who vote for them."""
        return self._members

    def versions(self) -> Ints:
        """Versions to compare: all, or those that something happened to today."""
        return self._versions

    @cached_property
    def _versions(self) -> Ints:
        registry, gate, now = self.model.registry, self.model.gate, float(self.day * DAY)
        every = np.arange(1, int(registry.versions[0]) + 1)
        if self.full:
            return every
        moments = registry.proposed_at, registry.closed_at, gate.admitted_at, gate.quiet_since
        moved = np.any([when[0, every] == now for when in moments], axis=0)
        drafted = sum(len(each) for each in self.acts("registry.draft"))
        named = self.targets("registry.challenge", "registry.poke", "gate.attest")
        return union([every[moved], every[every.size - drafted :], named])

    @cached_property
    def _members(self) -> Ints:
        if self.full:
            return np.arange(self.model.ledger.liquid.shape[1])
        acted = union(each.member for each in self.done)
        voting = self.model.staking.delegate[0, acted]
        return union([acted, voting, self.targets("staking.delegate")])


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

    def totals(self, model: Any) -> Iterable[Line]:
        """Name what is one value each and compared every day."""
        return ()

    def holdings(self, model: Any) -> Iterable[Line]:
        """Name what is a value for each member and compared whenever a day touched the member."""
        return ()

    def compare(self, today: Today) -> None:
        """Compare what else the mechanism knows with what its contract says."""
