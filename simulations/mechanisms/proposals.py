"""Proposals: their states, the slots of the open ones, and the log of the finished ones."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from governance.rules.voting import KINDS
from simulations.randomness import Floats, Ints

SLOTS = 8
"""Proposals a run can have open at once; attention is finite, so nobody adds to a full list."""
DUST = 1e-6
"""Votes that do not count as any: what rounding leaves of a stake that left."""


class State(IntEnum):
    """``IGovernor.ProposalState``, and -1 for an empty slot."""

    EMPTY = -1
    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


@dataclass
class Slots:
    """Open proposals: every array has shape ``(runs, slots)``; times are seconds.

    ``number`` is -1 in an empty slot; ``target`` is the member a grant pays, or the version that a
    deployment or a revocation is about; ``reached`` is 1 once the quorum was reached; ``voters``
    have voted of the ``entitled``, the members with votes at the snapshot; days are -1 until they
    come.
    """

    state: Ints
    number: Ints
    proposer: Ints
    kind: Ints
    target: Ints
    created_day: Ints
    closed_day: Ints
    executed_day: Ints
    reached: Ints
    voters: Ints
    entitled: Ints
    amount: Floats
    quality: Floats
    snapshot: Floats
    deadline: Floats
    eta: Floats
    votable: Floats
    quorum: Floats

    @classmethod
    def empty(cls, runs: int) -> "Slots":
        """Return slots with no proposal in them."""
        shape = (runs, SLOTS)
        whole = [np.full(shape, int(State.EMPTY)) for _ in range(11)]
        real = [np.zeros(shape) for _ in range(7)]
        whole[0] = whole[0].astype(np.int8)
        return cls(*whole, *real)


class Call(NamedTuple):
    """What proposals would do: kind, target and tokens, shape ``(n,)`` each."""

    kind: Ints
    target: Ints
    amount: Floats


def places(mask: np.ndarray) -> tuple[Ints, Ints]:
    """Run and slot of what a mask of shape ``(runs, slots)`` selects, as ``np.nonzero``, faster."""
    run, slot = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return run, slot


def in_some_slot(mask: np.ndarray) -> np.ndarray:
    """Runs in which a mask of shape ``(runs, slots)`` selects any slot, shape ``(runs,)``."""
    some = np.zeros(len(mask), dtype=bool)
    some[np.flatnonzero(mask) // mask.shape[1]] = True
    return some


class Rests:
    """Proposals that were defeated, while their proposer and their calls have to wait.

    Few at a time: one row each, over all runs.
    """

    def __init__(self) -> None:
        self._rows = np.empty((0, 6))

    def add(self, slots: Slots, lost: np.ndarray, cooldown: Floats) -> None:
        """Let defeated proposals rest for a cooldown after their vote, shape ``(runs, 1)``."""
        if lost.any():
            until = (slots.deadline + cooldown)[lost]
            at = places(lost)
            kept = (getattr(slots, name)[at] for name in ("proposer", "kind", "target", "amount"))
            fresh = np.column_stack([at[0], *kept, until])
            self._rows = np.concatenate([self._rows, fresh])

    def recall(self, rows: Floats) -> None:
        """Let proposals rest that were defeated before day 0, shape ``(n, 6)``.

        A row is run, proposer, kind, target, tokens, and the second until which it rests.
        """
        self._rows = np.concatenate([self._rows, rows])

    def of_proposer(self, run: Ints, member: Ints, now: float) -> np.ndarray:
        """Whether members still wait after a defeat, shape ``(n,)``."""
        rows = self._lasting(run, now)
        return ((rows[:, 0] == run[:, None]) & (rows[:, 1] == member[:, None])).any(axis=1)

    def of_calls(self, run: Ints, call: Call, now: float) -> np.ndarray:
        """Whether a like call still waits after a defeat, shape ``(n,)``."""
        rows = self._lasting(run, now)
        like = rows[:, 0] == run[:, None]
        for column, part in enumerate(call, 2):
            like &= rows[:, column] == part[:, None]
        return like.any(axis=1)

    def _lasting(self, run: Ints, now: float) -> Floats:
        self._rows = self._rows[self._rows[:, 5] >= now]
        of_run = self._rows[:, 0].astype(np.int64)
        asked = np.zeros(max(of_run.max(initial=0), run.max(initial=0)) + 1, dtype=bool)
        asked[run] = True
        return self._rows[asked[of_run]]


_NAMES = np.array([state.name.capitalize() for state in State if state >= 0], dtype=object)
_KEPT: tuple[str, ...] = ("created_day", "closed_day", "proposer", "kind", "target", "amount")
_KEPT += ("quality", "votable", "voters", "entitled")


class ProposalLog:
    """Rows of finished proposals of every run."""

    def __init__(self) -> None:
        self._parts: list[dict[str, Any]] = []

    def add(self, slots: Slots, tally: np.ndarray, mask: np.ndarray) -> None:
        """Keep the proposals that ``mask``, of shape ``(runs, slots)``, selects."""
        at = places(mask)
        row: dict[str, Any] = {"run": at[0], "id": slots.number[at]}
        row |= {name: getattr(slots, name)[at] for name in _KEPT}
        row |= {
            "against_votes": tally[0][at],
            "for_votes": tally[1][at],
            "abstain_votes": tally[2][at],
            "quorum_votes": slots.quorum[at],
            "state": slots.state[at],
            "executed_day": slots.executed_day[at],
        }
        self.keep(row)

    def keep(self, row: dict[str, Any]) -> None:
        """Keep rows that stand by column, as :meth:`add` lays them out."""
        self._parts.append(row)

    def added(self, seen: int) -> list[dict[str, Any]]:
        """Batches of rows added after the first ``seen`` batches, as arrays by column."""
        return self._parts[seen:]

    def frame(self) -> pd.DataFrame:
        """Return the log as a table in order of run and proposal; votes are in shares."""
        names = ["run", "id", *_KEPT, "for_votes", "against_votes", "abstain_votes"]
        names += ["quorum_votes", "state", "executed_day"]
        columns = {
            name: np.concatenate([part[name] for part in self._parts] or [np.empty(0)])
            for name in names
        }
        table = pd.DataFrame(columns).sort_values(["run", "id"], ignore_index=True)
        cast = table.for_votes + table.against_votes + table.abstain_votes
        table["turnout"] = cast / table.votable.where(table.votable > 0)
        kinds = np.array(KINDS, dtype=object)
        table["kind"] = kinds[table.kind.to_numpy(dtype=np.int64)]
        table["state"] = _NAMES[table.state.to_numpy(dtype=np.int64)]
        return table
