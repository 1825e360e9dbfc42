"""Records: models, their versions, and what is known of them.

Contract twin: ``contracts/registry/ModelRecords.sol``. Models and versions count from 1 and stand
in columns by their number. Hashes are taken to be those on record, so nothing is amended.
"""

from enum import IntEnum

import numpy as np

from simulations.actions import Actions
from simulations.mechanisms.attestations import grown
from simulations.mechanisms.batches import turns
from simulations.mechanisms.gate import Gate
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules

type At = tuple[Ints, Ints]
"""Runs and numbers of versions, shape ``(n,)`` each."""


class State(IntEnum):
    """``ModelRecords.State``."""

    NONE = 0
    DRAFT = 1
    PROPOSED = 2
    AUDITED = 3
    APPROVED = 4
    TIMELOCKED = 5
    DEPLOYABLE = 6
    SUSPENDED = 7
    DEPRECATED = 8
    REVOKED = 9


_INTS: tuple[str, ...] = ("stored", "model", "maker", "open_challenge", "condemned_by")
_INTS += ("challenger", "challenged", "criterion", "dispute", "spell")
_FLOATS = ("proposed_at", "window_ends_at", "closed_at", "bond")


class Records:
    """Models and versions of every run.

    Attributes
    ----------
    models, versions
        How many there are, shape ``(runs,)``.
    owner
        Member who holds each model, shape ``(runs, models)``.
    stored
        State that is written down; :meth:`state` knows better, shape ``(runs, versions)``.
    model, maker
        Model and its holder when drafted, same shape.
    proposed_at, window_ends_at, closed_at
        Seconds since launch, minus infinity for not yet, same shape.
    """

    stored: Ints
    model: Ints
    maker: Ints
    open_challenge: Ints
    condemned_by: Ints
    challenger: Ints
    challenged: Ints
    criterion: Ints
    dispute: Ints
    spell: Ints
    proposed_at: Floats
    window_ends_at: Floats
    closed_at: Floats
    bond: Floats

    def __init__(self, rules: Rules, gate: Gate, runs: int) -> None:
        self._rules, self.gate = rules, gate
        self.models, self.versions = np.zeros((2, runs), dtype=np.int64)
        self.owner = np.full((runs, 1), -1)
        for name in _INTS:
            setattr(self, name, np.zeros((runs, 1), dtype=np.int64))
        for name in _FLOATS:
            setattr(self, name, np.full((runs, 1), -np.inf))

    def register_model(self, actions: Actions) -> Ints:
        """Register models that belong to members; return their numbers, shape ``(n,)``."""
        number = np.empty_like(actions.run)
        for turn in turns(actions.run):
            run = actions.run[turn]
            self.models[run] += 1
            number[turn] = self.models[run]
            self.owner = grown(self.owner, int(self.models.max()) + 1, -1)
            self.owner[run, self.models[run]] = actions.member[turn]
        return number

    def draft(self, actions: Actions) -> Ints:
        """Draft versions of models ``actions.target``; return their numbers, shape ``(n,)``."""
        assert actions.target is not None
        known = (actions.target > 0) & (actions.target <= self.models[actions.run])
        model = np.where(known, actions.target, 0)
        actions.require(known, "drafts a version of a model there is", "ERC721NonexistentToken")
        mine = self.owner[actions.run, model] == actions.member
        actions.require(mine, "drafts a version of its own model", "NotModelOwner")
        number = np.empty_like(actions.run)
        for turn in turns(actions.run):
            run = actions.run[turn]
            self.versions[run] += 1
            number[turn] = self.versions[run]
            self._make_room(int(self.versions.max()) + 1)
            at = run, self.versions[run]
            self.stored[at], self.model[at] = State.DRAFT, model[turn]
            self.maker[at], self.spell[at] = actions.member[turn], -1
            self.gate.expect(*at)
        return number

    def propose(self, actions: Actions, now: float) -> None:
        """Propose drafts: their challenge windows open."""
        at = self._known(actions)
        actions.require(
            self.maker[at] == actions.member, "proposes a version of its own", "NotModelOwner"
        )
        fresh = (self.stored[at] == State.DRAFT) & first(at)
        actions.require(fresh, "proposes a draft", "WrongState")
        self.stored[at], self.proposed_at[at] = State.PROPOSED, now
        self.window_ends_at[at] = now + self._rules["registry.challenge_window"][at[0]]

    def _known(self, actions: Actions) -> At:
        assert actions.target is not None
        known = (actions.target > 0) & (actions.target <= self.versions[actions.run])
        actions.require(known, "is of a version there is", "UnknownVersion")
        return actions.run, actions.target

    def _make_room(self, columns: int) -> None:
        for name in _INTS:
            setattr(self, name, grown(getattr(self, name), columns, 0))
        for name in _FLOATS:
            setattr(self, name, grown(getattr(self, name), columns, -np.inf))


def first(at: At) -> np.ndarray:
    """Whether each version stands there for the first time."""
    key = at[0] * (int(at[1].max(initial=0)) + 1) + at[1]
    first = np.zeros(key.size, dtype=bool)
    first[np.unique(key, return_index=True)[1]] = True
    return first
