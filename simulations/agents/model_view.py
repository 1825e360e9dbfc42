"""What cohorts see of models: versions, audits, challenges, and the truth through their noise."""

from dataclasses import dataclass

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.agents.calendar import MONTH, QUARTER
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.court import Court
from simulations.mechanisms.records import State
from simulations.mechanisms.registry import Registry
from simulations.mechanisms.staking import Staking
from simulations.randomness import Floats, Ints
from simulations.scenario import Rules
from simulations.truth import Truth


@dataclass(frozen=True)
class ModelView:
    """The registry, the gate and what they are about, on a day.

    Attributes
    ----------
    day
        The day.
    truth
        What versions are. Cohorts add their own noise to it.
    """

    day: int
    truth: Truth
    _rules: Rules
    _registry: Registry
    _court: Court
    _staking: Staking

    @property
    def now(self) -> int:
        """Seconds since launch."""
        return self.day * DAY

    def any(self) -> bool:
        """Whether there is any version in any run."""
        return bool(self._registry.versions.any())

    def drafts(self) -> tuple[Ints, Ints]:
        """Run and number of drafts that wait to be proposed."""
        return self._where(self._registry.stored == State.DRAFT)

    def maker(self, run: Ints, version: Ints) -> Ints:
        """Members who made versions, shape ``(n,)``."""
        return self._registry.maker[run, version]

    def due_audits(self) -> tuple[Ints, Ints]:
        """Run and number of proposed versions whose audits are done today."""
        return self._where((self._registry.stored == State.PROPOSED) & (self._since_audit() == 0))

    def audits_covered(self, run: Ints, member: Ints) -> Floats:
        """Versions whose every criterion members have the free shares to attest to, ``(n,)``."""
        stake = np.maximum(self._rules["gate.attestation_stake"][run], 1e-6)
        return np.floor(self._staking.free(run, member) / (len(CRITERIA) * stake))

    def releasable(self) -> Actions:
        """Release of all stakes whose cool-off is over, by the auditors who locked them."""
        gate, seats = self._registry.gate, self._registry.gate.seats
        at = seats.run, seats.version
        quiet = np.maximum(seats.end, gate.quiet_since[at])
        done = quiet + self._rules["gate.cool_off"][seats.run] <= self.now
        done &= (gate.held[at] == 0) & (seats.stake > 0)
        order = np.lexsort((seats.number[done], seats.run[done]))
        run, member, number = (
            each[done][order] for each in (seats.run, seats.auditor, seats.number)
        )
        return Actions("gate", "release", run, member, target=number)

    def cost_of_challenge(self, run: Ints) -> Floats:
        """Tokens that a challenger puts up: the bond and the court's fee, shape ``(n,)``."""
        return self._rules["registry.challenge_bond"][run] + self._court.cost(run)

    def contestable(self) -> tuple[Ints, Ints]:
        """Run and number of versions that somebody may have a reason to challenge now.

        Audited within a month and never challenged, or of more known harms than challenges.
        """
        registry, since = self._registry, self._since_audit()
        fresh = (since >= 0) & (since <= MONTH) & (registry.challenged == 0)
        harmful = self.truth.harms > registry.challenged
        open_now = (registry.open_challenge == 0) & (registry.condemned_by == 0)
        open_now &= np.isin(registry.stored, (State.PROPOSED, State.DEPLOYABLE))
        open_now &= (self._court.free_slot() >= 0)[:, None]
        return self._where(open_now & (fresh | harmful))

    def votable(self) -> tuple[Ints, Ints]:
        """Run and number of versions that a vote could deploy, audited within a quarter year."""
        registry = self._registry
        waits = (registry.stored == State.PROPOSED) & (registry.window_ends_at <= self.now)
        since = self._since_audit()
        run, version = self._where(waits & (since >= 0) & (since <= QUARTER))
        ready = registry.may_deploy(run, version, float(self.now))
        return run[ready], version[ready]

    def blamed(self) -> tuple[Ints, Ints]:
        """Run and number of versions in use of which a harm is known."""
        registry = self._registry
        harmful = self.truth.harms > 0
        return self._where((registry.stored == State.DEPLOYABLE) & harmful)

    def _since_audit(self) -> Ints:
        """Days since a version's audits were done, ``(runs, versions)``; negative before."""
        takes = np.ceil(self._rules["world.audits.duration"] / DAY)[:, None]
        since = self.day - self._registry.proposed_at / DAY - takes
        return np.where(np.isfinite(since), since, -1).astype(np.int64)

    @staticmethod
    def _where(mask: np.ndarray) -> tuple[Ints, Ints]:
        run, version = np.nonzero(mask)
        return run, version
