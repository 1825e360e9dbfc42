"""Actions: what members did. The one language between cohorts, mechanisms and the twin.

A run's actions are kept as a table of :data:`SCHEMA`, one row per action in the order in which they
were done; ``docs/action-log.md`` says what each verb's columns mean, and
:mod:`simulations.twin.log` reads it back.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from simulations.randomness import Floats, Ints
from simulations.scenario import Scenario

VERSION = 2
"""Version of the table's layout."""
SCHEMA = pa.schema(
    [
        ("day", pa.int32()),
        ("batch", pa.int32()),
        ("mechanism", pa.string()),
        ("verb", pa.string()),
        ("member", pa.int32()),
        ("amount", pa.float64()),
        ("target", pa.int64()),
        ("choice", pa.int32()),
        ("seconds", pa.int64()),
        ("salt", pa.int64()),
    ]
)
"""Columns of the table. Actions of one ``batch`` were decided together and are applied at once."""
ARGUMENTS = ("amount", "target", "choice", "seconds", "salt")
"""Columns that are empty where a verb does not take them."""


class IllegalAction(ValueError):
    """A cohort did what the contracts would refuse: a fault in the cohort, or in a log.

    Attributes
    ----------
    errors
        Names of the custom errors with which the contracts refuse it, one unless the mechanism
        knows less than the contract does; none where no contract has the rule.
    rule
        The rule it broke, in words.
    member
        Who broke it.
    row
        Row of the log it was read from, or None.
    """

    def __init__(
        self,
        message: str,
        *errors: str,
        rule: str = "",
        member: int = -1,
        row: int | None = None,
    ) -> None:
        super().__init__(message)
        self.errors, self.rule, self.member, self.row = errors, rule, member, row


@dataclass(frozen=True)
class Actions:
    """One verb done by members of any runs, one entry per action.

    Attributes
    ----------
    mechanism, verb
        What was done, in the contract's words.
    run, member
        Row in the ensemble and member index, shape ``(n,)``.
    amount, target, choice, seconds, salt
        Arguments where the verb has them, shape ``(n,)``: an amount, whom or what it is done to,
        what is chosen, for how long, and what hides a vote.
    row
        Rows of the log they were read from, shape ``(n,)``, or None.
    """

    mechanism: str
    verb: str
    run: Ints
    member: Ints
    amount: Floats | None = None
    target: Ints | None = None
    choice: Ints | None = None
    seconds: Ints | None = None
    salt: Ints | None = None
    row: Ints | None = None

    def __len__(self) -> int:
        return self.run.size

    def require(self, legal: np.ndarray[Any, np.dtype[np.bool_]], rule: str, *errors: str) -> None:
        """Check that every action is legal.

        Parameters
        ----------
        legal
            One truth per action, shape ``(n,)``.
        rule
            The rule in words, for the message.
        errors
            The contracts' names for breaking it, see :class:`IllegalAction`.

        Raises
        ------
        IllegalAction
            Naming the first run and member that broke the rule.
        """
        if not legal.all():
            first = int(np.flatnonzero(~legal)[0])
            raise IllegalAction(
                f"{self.say(first)} in run {self.run[first]} of the ensemble: {rule}",
                *errors,
                rule=rule,
                member=int(self.member[first]),
                row=None if self.row is None else int(self.row[first]),
            )

    def say(self, place: int) -> str:
        """Name one of the actions."""
        row = "" if self.row is None else f"row {self.row[place]}, "
        return f"{row}{self.mechanism}.{self.verb} by member {self.member[place]}"

    def with_choice(self, choice: int) -> "Actions":
        """Return them with one choice for all."""
        return replace(self, choice=np.full(self.run.shape, choice))

    def where(self, mask: np.ndarray[Any, Any]) -> "Actions":
        """Keep the actions that a mask of shape ``(n,)`` selects, or those at some places."""
        run, member, *rest = (
            None if column is None else column[mask]
            for column in (
                self.run, self.member, self.amount, self.target, self.choice, self.seconds,
                self.salt, self.row,
            )
        )  # fmt: skip
        assert run is not None and member is not None
        return Actions(self.mechanism, self.verb, run, member, *rest)

    def arguments(self) -> list[Floats | Ints]:
        """Return the columns of :data:`ARGUMENTS` that are there, in this order."""
        every = self.amount, self.target, self.choice, self.seconds, self.salt
        return [column for column in every if column is not None]


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

    def table(self, scenario: Scenario, replicate: int) -> pa.Table:
        """Return the log as one Arrow table of :data:`SCHEMA`.

        Its metadata says what it takes to replay it: the scenario and the replicate of the run;
        besides the layout's version, the number of rows and days, and two hashes to know it by.
        """
        done = [(day, actions) for day, batches in self.days.items() for actions in batches]
        counts = np.array([len(actions) for _, actions in done], dtype=np.int64)
        days = np.repeat(np.array([day for day, _ in done], dtype=np.int64), counts)
        every = [actions for _, actions in done]
        columns = {
            "day": days,
            "batch": np.repeat(np.arange(len(done)), counts),
            "mechanism": _words([actions.mechanism for actions in every], counts),
            "verb": _words([actions.verb for actions in every], counts),
            "member": np.concatenate([*(each.member for each in every), np.empty(0, np.int64)]),
        }
        columns |= {name: _argument(every, name) for name in ARGUMENTS}
        parts = {
            name: pa.array(column).cast(SCHEMA.field(name).type) for name, column in columns.items()
        }
        return pa.table(parts, schema=SCHEMA.with_metadata(about(scenario, replicate, len(days))))


def about(scenario: Scenario, replicate: int, rows: int) -> dict[str, str]:
    """Return the metadata of a run's table of actions."""
    return {
        "moot.actions": str(VERSION),
        "moot.rows": str(rows),
        "moot.days": str(scenario.days),
        "moot.run": str(replicate),
        "moot.scenario": json.dumps(scenario.record(), sort_keys=True),
        "moot.scenario_hash": scenario.hash(),
        "moot.constitution_hash": scenario.constitution.hash(),
    }


def _words(words: list[str], counts: Ints) -> pa.Array:
    """One word per action, of one word and one number of actions per batch."""
    known = sorted(set(words))
    codes = np.array([known.index(word) for word in words], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(np.repeat(codes, counts), pa.array(known, pa.string()))


def _argument(every: list[Actions], name: str) -> pa.Array:
    """One column of all batches, empty where a batch has none."""
    kind = np.float64 if name == "amount" else np.int64
    parts = [(getattr(actions, name), len(actions)) for actions in every]
    values = [np.zeros(size, kind) if part is None else part for part, size in parts]
    empty = [np.full(size, part is None) for part, size in parts]
    return pa.array(
        np.concatenate([*values, np.empty(0, kind)]),
        mask=np.concatenate([*empty, np.empty(0, dtype=bool)]),
    )
