"""Disputes: their phases, the slots of those open, the ballots of their panels, and the log.

Contract twin: ``contracts/court/CourtDisputes.sol``.
"""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd

from simulations.randomness import Floats, Ints

SLOTS = 8
"""Disputes a run can have open at once."""
ROUNDS = 9
"""Panels of a dispute at most: 1, 3, 7, ... 511 seats."""
CHOICES = 5
"""Choices to vote for at most, refusing to choose among them."""


class Phase(IntEnum):
    """``CourtDisputes.Phase``, and -1 for an empty slot."""

    EMPTY = -1
    EVIDENCE = 0
    DRAWING = 1
    COMMIT = 2
    REVEAL = 3
    APPEAL = 4
    EXECUTION = 5


@dataclass
class Slots:
    """Open disputes: arrays of shape ``(runs, slots)``, of panels ``(runs, slots, rounds)``.

    Terms are those the dispute was created under; ``least``, the least stake of a juror, and
    ``risk``, what a seat puts at risk, are billionths of a share. ``votes`` counts seats by choice
    on the ``deciding`` panel: the last on which anyone revealed.
    """

    phase: Ints
    number: Ints
    arbitrable: Ints
    lane: Ints
    choices: Ints
    round: Ints
    deciding: Ints
    ruling: Ints
    overridden: Ints
    ruled: Ints
    least: Ints
    risk: Ints
    most_seats: Ints
    deadline: Floats
    patient_until: Floats
    opened_at: Floats
    closed_at: Floats
    evidence: Floats
    commit: Floats
    reveal: Floats
    appeal: Floats
    patience: Floats
    staking: Floats
    winner_stake: Floats
    loser_stake: Floats
    fee: Floats
    seats: Ints
    drawn: Ints
    committed: Ints
    revealed: Ints
    tries: Ints
    executed: Ints
    pot: Floats
    votes: Ints

    @classmethod
    def empty(cls, runs: int) -> "Slots":
        """Return slots with no dispute in them."""
        one, panel = (runs, SLOTS), (runs, SLOTS, ROUNDS)
        shapes = dict.fromkeys(("seats", "drawn", "committed", "revealed", "tries"), panel)
        shapes |= {"executed": panel, "pot": panel, "votes": (runs, SLOTS, CHOICES)}
        made: dict[str, Any] = {
            each.name: np.zeros(
                shapes.get(each.name, one), np.float64 if each.type is Floats else np.int64
            )
            for each in fields(cls)
        }
        made["phase"][:] = Phase.EMPTY
        return cls(**made)

    def clear(self, at: tuple[Ints, Ints]) -> None:
        """Forget what was in slots."""
        for each in fields(self):
            getattr(self, each.name)[at] = 0

    def verdict(self, at: tuple[Ints, Ints]) -> tuple[Ints, np.ndarray]:
        """Choice with most votes on the deciding panel, and whether others have as many.

        On a tie the verdict is 0, as it is as long as nobody revealed.
        """
        votes = self.votes[at]
        most = votes.max(axis=-1, keepdims=True)
        tied = (votes == most).sum(axis=-1) > 1
        tied &= most[..., 0] > 0
        return np.where(tied | (most[..., 0] == 0), 0, votes.argmax(axis=-1)), tied


class Ballots:
    """Ballots of all panels that are not settled, one row each, in order of run and slot.

    Attributes
    ----------
    rows
        Columns run, slot, round, juror, seats, choice committed to (-1 for none) and whether it
        is revealed, shape ``(n, 7)``.
    """

    RUN, SLOT, ROUND, JUROR, SEATS, CHOICE, REVEALED = range(7)

    def __init__(self, members: int) -> None:
        self._members = members
        self.rows: Ints = np.empty((0, 7), dtype=np.int64)
        self._keys: Ints = np.empty(0, dtype=np.int64)

    def add(self, run: Ints, slot: Ints, number: Ints, juror: Ints) -> None:
        """Give jurors a seat each on the panels ``number``; who comes again gets another."""
        keys, first, seats = np.unique(
            self._key(run, slot, number, juror), return_index=True, return_counts=True
        )
        run, slot, number, juror = (part[first] for part in (run, slot, number, juror))
        known = self.find(run, slot, number, juror)
        self.rows[known[known >= 0], self.SEATS] += seats[known >= 0]
        none = np.zeros_like(keys)
        fresh = np.column_stack([run, slot, number, juror, seats, none - 1, none])[known < 0]
        rows = np.concatenate([self.rows, fresh])
        ordered = np.concatenate([self._keys, keys[known < 0]])
        order = np.argsort(ordered)
        self.rows, self._keys = rows[order], ordered[order]

    def find(self, run: Ints, slot: Ints, number: Ints, juror: Ints) -> Ints:
        """Rows of ballots, -1 where there is none, shape ``(n,)``."""
        if not self._keys.size:
            return np.full(run.shape, -1)
        keys = self._key(run, slot, number, juror)
        place = np.minimum(np.searchsorted(self._keys, keys), self._keys.size - 1)
        return np.where(self._keys[place] == keys, place, -1)

    def of_panels(self, run: Ints, slot: Ints, number: Ints) -> Ints:
        """Rows of all ballots of some panels."""
        zero = np.zeros_like(run)
        wanted = self._key(run, slot, number, zero) // self._members
        return np.flatnonzero(np.isin(self._keys // self._members, wanted))

    def drop(self, rows: Ints) -> None:
        """Forget ballots."""
        kept = np.ones(len(self.rows), dtype=bool)
        kept[rows] = False
        self.rows, self._keys = self.rows[kept], self._keys[kept]

    def _key(self, run: Ints, slot: Ints, number: Ints, juror: Ints) -> Ints:
        return ((run * SLOTS + slot) * ROUNDS + number) * self._members + juror


_KEPT = ("arbitrable", "lane", "opened_at", "closed_at", "ruling", "overridden")


class DisputeLog:
    """Rows of finished disputes of every run."""

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = []

    def add(self, slots: Slots, mask: np.ndarray) -> None:
        """Keep the disputes that ``mask``, of shape ``(runs, slots)``, selects."""
        row = {"run": np.nonzero(mask)[0], "id": slots.number[mask]}
        row |= {name: getattr(slots, name)[mask] for name in _KEPT}
        row |= {"panels": slots.round[mask] + 1, "seats": slots.drawn[mask].sum(axis=-1)}
        self._parts.append(row)

    def added(self, seen: int) -> list[dict[str, Any]]:
        """Batches of rows added after the first ``seen`` batches, as arrays by column."""
        return self._parts[seen:]

    def frame(self) -> pd.DataFrame:
        """Return the log as a table in order of run and dispute; times are seconds."""
        columns = {
            name: np.concatenate([part[name] for part in self._parts] or [np.empty(0)])
            for name in ("run", "id", *_KEPT, "panels", "seats")
        }
        return pd.DataFrame(columns).sort_values(["run", "id"], ignore_index=True)
