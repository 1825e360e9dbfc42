"""What every mechanism in lockstep is: its contract decides, and it copies what the contract says.

An action is sent before the mechanism hears of it. What the contract refused the mechanism never
sees; what it did is legal, so the mechanism's own rules on that are not asked
(:class:`Allowed`).
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Self

import numpy as np

from simulations.actions import Actions
from simulations.randomness import Floats, Ints
from simulations.twin.court import Court

BPS = 10_000.0
"""Basis points in one, in which contracts count shares."""


class Enforced:
    """A mechanism whose numbers are those of its contract.

    Attributes
    ----------
    dao
        The deployed contracts.
    """

    dao: Court

    def begin(self) -> None:
        """Take in what the contract says at launch."""

    def numbers(
        self,
        key: str,
        function: str,
        arguments: Sequence[Sequence[int | str | bytes]],
        unit: int = 1,
    ) -> Floats:
        """Read one view with several lists of arguments.

        Returns
        -------
        ndarray
            First result of each over the unit, to the nearest float, shape ``(n,)``.
        """
        read = self.dao.word
        values = [read(key, function, *each) / unit for each in arguments]
        return np.array(values, dtype=np.float64)

    def of_members(
        self, key: str, function: str, members: Ints, unit: int = 1, *more: int | str
    ) -> Floats:
        """Read one view of some members, see :meth:`numbers`."""
        return self.numbers(key, function, [(who, *more) for who in self.who(members)], unit)

    def who(self, members: Ints) -> list[str]:
        """Addresses of members."""
        return [self.dao.members[member] for member in members.tolist()]


class Allowed(Actions):
    """Actions that the contracts have accepted: no rule is asked again."""

    @classmethod
    def of(cls, actions: Actions) -> Self:
        """Take the contracts' word that actions are legal."""
        return cls(**{each.name: getattr(actions, each.name) for each in fields(Actions)})

    def require(self, *_: Any, **__: Any) -> None:
        """Do nothing: the contracts have decided."""

    def where(self, mask: np.ndarray[Any, Any]) -> "Allowed":
        """Keep those that a mask selects, see :meth:`Actions.where`."""
        return Allowed.of(super().where(mask))
