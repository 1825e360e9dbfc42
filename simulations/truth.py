"""The truth about versions: what nobody sees but through noise, and the harm that comes out.

Of the World: no contract knows it, and there is no twin. Versions stand in columns by their
number, as in the registry.
"""

import numpy as np

from governance.units import DAY
from simulations.mechanisms.attestations import QUALITY
from simulations.randomness import Floats, Ints, Keyed
from simulations.scenario import Rules

NO_FLAW = -1
_COUNTS = ("harms", "audits", "right", "tested", "missed")


class Truth:
    """Quality, flaws and known harm of every run's versions, and the users' trust.

    Attributes
    ----------
    quality
        Of each version, in standard deviations of a first version, shape ``(runs, versions)``.
    flaw
        Criterion on which a version harms, or ``NO_FLAW``, same shape.
    harms
        Harms of a version that became known, same shape.
    audits, right, tested, missed
        Attestations to a version on criteria a flaw can be in, those of them that agree with the
        truth, those on the criterion of its flaw, and those of these that vouch, same shape.
    trust
        Part of the trust that users have left, 1 to begin with, shape ``(runs,)``. A known harm
        takes ``world.models.outrage`` of it; half of what is lost comes back in
        ``world.models.forgetting``.
    """

    def __init__(self, rules: Rules, draws: Keyed) -> None:
        runs = len(rules["world.models.flaw"])
        self._rules, self._draws = rules, draws
        self.quality = np.zeros((runs, 1))
        self.flaw = np.full((runs, 1), NO_FLAW)
        self.harms = np.zeros((runs, 1), dtype=np.int64)
        self.audits, self.right, self.tested, self.missed = np.zeros((4, runs, 1), dtype=np.int64)
        self.trust = np.ones(runs)

    def draft(self, run: Ints, version: Ints, quality: Floats, flaw: Ints, columns: int) -> None:
        """Say what new versions are, of a registry with so many columns."""
        more = ((0, 0), (0, columns - self.flaw.shape[1]))
        self.flaw = np.pad(self.flaw, more, constant_values=NO_FLAW)
        for name in ("quality", *_COUNTS):
            setattr(self, name, np.pad(getattr(self, name), more))
        self.quality[run, version], self.flaw[run, version] = quality, flaw

    def hear(self, run: Ints, version: Ints, criterion: Ints, vouches: np.ndarray) -> None:
        """Compare attestations with the truth, by whether they vouch; quality has no flaw."""
        known = criterion != QUALITY
        run, version, criterion, vouches = (
            each[known] for each in (run, version, criterion, vouches)
        )
        flawed = self.flaw[run, version] == criterion
        np.add.at(self.audits, (run, version), 1)
        np.add.at(self.right, (run, version), flawed != vouches)
        np.add.at(self.tested, (run, version), flawed)
        np.add.at(self.missed, (run, version), flawed & vouches)

    def pass_day(self, run: Ints, version: Ints, day: int) -> None:
        """Let deployed versions do harm, each flawed one with the same chance a day.

        Parameters
        ----------
        run, version
            Versions that are deployed, shape ``(n,)``.
        day
            The day.
        """
        rules = self._rules
        lost = 1.0 - self.trust
        self.trust = 1.0 - lost * np.exp2(-DAY / rules["world.models.forgetting"])
        bad = self.flaw[run, version] != NO_FLAW
        run, version = run[bad], version[bad]
        chance = DAY / rules["world.models.harm_every"][run]
        happens = self._draws.uniform(run, version, day) < chance
        run, version = run[happens], version[happens]
        self.harms[run, version] += 1
        times = np.bincount(run, minlength=self.trust.size)
        self.trust *= (1.0 - rules["world.models.outrage"]) ** times
