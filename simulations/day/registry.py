"""Registry: harm is done, versions are drafted, proposed, audited and challenged."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.assembly import Assembly
from simulations.day.acting import OUTRAGE, act
from simulations.measures.welfare import surplus
from simulations.mechanisms.gate import SCORE
from simulations.randomness import Floats
from simulations.truth import NO_FLAW

VARIABLES = {
    "versions": "Versions drafted since launch",
    "deployable": "Versions that may run",
    "harmful": "Versions with a hidden flaw that may run",
    "harms": "Harms that became known since launch",
    "challenges": "Challenges to versions since launch",
    "trust": "Part of the users' trust that is left",
    "surplus": "What a use is worth to users who choose among versions, less hidden harm, in sd",
}
"""What the block updates; each holds one value per run."""
NEEDS = ("developers", "users")
"""Cohorts without whom nothing happens here; users' trust is a matter of the registry's."""


def policy(model: Assembly, day: int) -> dict[str, Floats]:
    """Let a day of deployed versions pass, then draft, propose, attest and challenge."""
    registry, gate, now = model.registry, model.gate, float(day * DAY)
    run, version = np.nonzero(registry.deployable(now))
    model.truth.pass_day(run, version, day)
    apply: dict[str, Callable[[Actions], Any]] = {
        f"registry.{verb}": partial(getattr(registry, verb), now=now)
        for verb in ("propose", "deprecate", "poke", "challenge")
    }
    apply |= {
        f"gate.{verb}": partial(getattr(gate, verb), now=now)
        for verb in ("end_accreditation", "resign", "dismiss", "revoke", "release")
    }
    apply |= {
        "registry.register_model": registry.register_model,
        "registry.draft": lambda actions: _draft(model, actions),
        "registry.withdraw": registry.withdraw,
        "gate.accredit": gate.accredit,
        "gate.attest": lambda actions: _attest(model, actions, now),
    }
    act(model, "registry", day, apply)
    harmful = model.truth.flaw != NO_FLAW
    running = registry.deployable(now)
    return {
        "versions": registry.versions.astype(float),
        "deployable": np.count_nonzero(running, axis=1).astype(float),
        "harmful": np.count_nonzero(running & harmful, axis=1).astype(float),
        "harms": model.truth.harms.sum(axis=1).astype(float),
        "challenges": registry.challenges.astype(float),
        "trust": model.truth.trust.copy(),
        "surplus": surplus(model.truth.quality, running, harmful, OUTRAGE),
    }


def _draft(model: Assembly, actions: Actions) -> None:
    """Draft versions, and let the truth about them be what their developers made."""
    developers, registry = model.cohorts["developers"], model.registry
    number = registry.draft(actions)
    made = developers.quality, developers.flaw
    model.truth.draft(actions.run, number, *made, registry.stored.shape[1])


def _attest(model: Assembly, actions: Actions, now: float) -> None:
    gate, run = model.gate, actions.run
    assert actions.amount is not None and actions.target is not None and actions.choice is not None
    assert actions.seconds is not None
    gate.attest(actions, actions.seconds.astype(np.float64), now)
    least = gate.current_policy(run)[np.arange(run.size), actions.choice, SCORE]
    model.truth.hear(run, actions.target, actions.choice, actions.amount >= least)
