"""Actions: what members did. The one language between cohorts, mechanisms and the twin."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from simulations.randomness import Floats, Ints

SCHEMA = pa.schema(
    [
        ("day", pa.int32()),
        ("mechanism", pa.string()),
        ("verb", pa.string()),
        ("member", pa.int32()),
        ("amount", pa.float64()),
        ("target", pa.int64()),
        ("choice", pa.int8()),
    ],
    metadata={"moot.actions": "1"},
)
"""One row per action, in the order of its day. ``amount`` is tokens;
``target`` a member, a grant or a proposal number; ``choice`` 0 against, 1 for, 2 abstain."""


class IllegalAction(ValueError):
    """A cohort did what the contracts would refuse: a fault in the cohort."""


@dataclass(frozen=True)
class Actions:
    """One verb done by members of any runs, one entry per action.

    Attributes
    ----------
    mechanism, verb
        What was done, in the contract's words.
    run, member
        Row in the ensemble and member index, shape ``(n,)``.
    amount, target, choice
        Arguments where the verb has them, shape ``(n,)``.
    """

    mechanism: str
    verb: str
    run: Ints
    member: Ints
    amount: Floats | None = None
    target: Ints | None = None
    choice: Ints | None = None

    def __len__(self) -> int:
        return self.run.size

    def require(self, legal: np.ndarray[Any, np.dtype[np.bool_]], rule: str) -> None:
        """Check that every action is legal.

        Parameters
        ----------
        legal
            One truth per action, shape ``(n,)``.
        rule
            The rule in words, for the message.

        Raises
        ------
        IllegalAction
            Naming the first run and member that broke the rule.
        """
        if not legal.all():
            first = int(np.flatnonzero(~legal)[0])
            raise IllegalAction(
                f"{self.mechanism}.{self.verb} by member {self.member[first]} in row "
                f"{self.run[first]}: {rule}"
            )

    def with_choice(self, choice: int) -> "Actions":
        """Return them with one choice for all."""
        return replace(self, choice=np.full(self.run.shape, choice))

    def where(self, mask: np.ndarray[Any, Any]) -> "Actions":
        """Keep the actions that a mask of shape ``(n,)`` selects, or those at some places."""
        amount, target, choice = (
            None if column is None else column[mask]
            for column in (self.amount, self.target, self.choice)
        )
        run, member = self.run[mask], self.member[mask]
        return Actions(self.mechanism, self.verb, run, member, amount, target, choice)


@dataclass
class Recorder:
    """Keeps the actions of one run, in order."""

    run: int
    days: dict[int, list[Actions]] = field(default_factory=dict)
    """Its actions by day."""

    def add(self, day: int, actions: Actions) -> None:
        """Keep what the recorded run did."""
        mine = actions.run == self.run
        if mine.any():
            self.days.setdefault(day, []).append(actions.where(mine))

    def table(self) -> pa.Table:
        """Return the log as one Arrow table of :data:`SCHEMA`."""
        columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
        for day, actions in ((day, each) for day, done in self.days.items() for each in done):
            count = len(actions)
            columns["day"] += [day] * count
            columns["mechanism"] += [actions.mechanism] * count
            columns["verb"] += [actions.verb] * count
            columns["member"] += actions.member.tolist()
            columns["amount"] += _column(actions.amount, count)
            columns["target"] += _column(actions.target, count)
            columns["choice"] += _column(actions.choice, count)
        return pa.table(columns, schema=SCHEMA)


def _column(values: Floats | Ints | None, count: int) -> Sequence[float | int | None]:
    return [None] * count if values is None else values.tolist()
