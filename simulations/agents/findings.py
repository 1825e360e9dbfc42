"""What auditors see in a version, and the scores they give it."""

import numpy as np

from simulations.agents.cohort import Members
from simulations.agents.view import View
from simulations.mechanisms.attestations import CRITERIA, QUALITY
from simulations.mechanisms.gate import MOST_SCORE
from simulations.randomness import Draws, Floats, Ints
from simulations.scenario import Rules
from simulations.truth import NO_FLAW

GOOD, BAD = 95.0, 40.0
"""Scores of what is found in order, and of what is not."""
MIDDLE, SPREAD = 85.0, 10.0
"""Score of middling quality, and points for a standard deviation of it."""
_SEES, _WHERE, _SCORE = range(3)


class Findings:
    """Judgements of auditors, drawn for the version and the auditor, whatever else happens.

    An honest auditor sees rightly whether there is a flaw with the chance
    ``world.audits.accuracy``, and all do once a harm is known; a colluding one never sees any.
    A copycat looks only if it is the first of its panel, else it repeats the first one's scores.

    Attributes
    ----------
    colludes
        Who vouches for whatever it is asked to, shape ``(runs, auditors)``.
    copies
        Who copies, and so knows of no flaw by itself, same shape.
    """

    def __init__(self, rules: Rules, auditors: Members, draws: Draws) -> None:
        self._count, self._draws = auditors.count, draws.keyed("findings")
        bribed = draws.stream("collusion").uniform_rows(auditors.count)
        self.colludes = bribed < rules.rows("world.audits.collusion")
        lazy = draws.stream("copying").uniform_rows(auditors.count)
        self.copies = (lazy < rules.rows("world.audits.copying")) & ~self.colludes

    def crossed(self, run: Ints, version: Ints) -> list[Ints]:
        """Some versions with each auditor: run, version and place of the auditor."""
        every = np.tile(np.arange(self._count), run.size)
        return [np.repeat(run, self._count), np.repeat(version, self._count), every]

    def flaw(self, view: View, run: Ints, version: Ints, place: Ints) -> Ints:
        """Criterion on which auditors see a flaw, ``NO_FLAW`` where they see none, ``(n,)``."""
        real = view.models.truth.flaw[run, version]
        sees = self._draws.uniform(run, _SEES, version, place)
        right = sees < view.rules["world.audits.accuracy"][run]
        guess = (self._draws.uniform(run, _WHERE, version, place) < 0.5).astype(np.int64)
        mistaken = np.where(real == NO_FLAW, guess, NO_FLAW)
        known = view.models.truth.harms[run, version] > 0
        seen = np.where(right | known, real, mistaken)
        return np.where(self.colludes[run, place], NO_FLAW, seen)

    def scores(self, view: View, run: Ints, version: Ints, place: Ints) -> list[Floats]:
        """Whole points of 100 on each criterion, shape ``(n,)`` each.

        The entries of a panel stand together, in the order in which they are published.
        """
        flaw = self.flaw(view, run, version, place)
        merit = MIDDLE + SPREAD * view.models.truth.quality[run, version]
        scores = []
        for criterion in range(len(CRITERIA)):
            found = merit if criterion == QUALITY else np.where(flaw == criterion, BAD, GOOD)
            error = self._draws.normal(run, _SCORE, version, place, criterion)
            seen = np.rint(found + error * view.rules["world.audits.noise"][run])
            bought = np.where(self.colludes[run, place], GOOD, seen)
            scores.append(np.clip(bought, 0.0, MOST_SCORE))
        source = self._published(run, version, place)
        return [each[source] for each in scores]

    def _published(self, run: Ints, version: Ints, place: Ints) -> Ints:
        """Whose scores are published: one's own, or for copycats the first of the panel."""
        every = np.arange(run.size)
        starts = np.ones(run.size, dtype=bool)
        starts[1:] = (np.diff(run) != 0) | (np.diff(version) != 0)
        first = np.maximum.accumulate(np.where(starts, every, 0))
        return np.where(self.copies[run, place], first, every)
