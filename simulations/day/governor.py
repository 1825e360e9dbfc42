"""Governor: proposals are made, voted on, queued and executed."""

from typing import Any

import numpy as np

from simulations.actions import Actions
from simulations.assembly import Assembly
from simulations.day.acting import OUTRAGE, act
from simulations.mechanisms.batches import summed
from simulations.mechanisms.kinds import DEPLOYMENT, DISPUTE
from simulations.randomness import Floats

VARIABLES = {
    "turnout": "Votes cast over votable shares, proposals closed today",
    "passed": "Proposals that succeeded, since launch",
    "defeated": "Proposals that were defeated, since launch",
    "executed": "Proposals that were executed, since launch",
    "open_proposals": "Proposals not yet finished",
    "taken": "Tokens that attackers were paid by vote, since launch",
}
"""What the block updates; each holds one value per run."""


def policy(model: Assembly, day: int) -> dict[str, Any]:
    """Move proposals on by the clock, then propose, vote, queue and execute."""
    governor = model.governor
    turnout = governor.open_day(day)
    apply = {
        "governor.propose": lambda a: governor.propose(a, _promise(model, a), day),
        "governor.propose_deployment": lambda a: governor.propose(
            a, _merit(model, a), day, DEPLOYMENT
        ),
        "governor.propose_revocation": lambda a: governor.propose(
            a, np.full(len(a), OUTRAGE), day, DISPUTE
        ),
        "governor.vote": lambda a: governor.vote(a, day),
        "governor.queue": lambda a: governor.queue(a, day),
        "governor.execute": lambda a: _execute(model, a, day),
        "bribes.pay": model.bribes.pay,
    }
    act(model, "governor", day, apply)
    return {
        "turnout": turnout,
        "passed": governor.passed.copy(),
        "defeated": governor.defeated.copy(),
        "executed": governor.executed.copy(),
        "open_proposals": governor.open_count(),
        "taken": model.taken.copy(),
    }


def _merit(model: Assembly, actions: Actions) -> Floats:
    """Quality that voters see in a deployment: the version's, less what known harm takes."""
    at = actions.run, actions.target
    return model.truth.quality[at] - OUTRAGE * (model.truth.harms[at] > 0)


def _promise(model: Assembly, actions: Actions) -> Floats:
    """Quality that voters see in grants: what delegates thought out, or what attackers pretend."""
    if np.isin(actions.member, model.places["attackers"].indices).any():
        return model.rules["world.attack.seen"][actions.run]
    quality: Floats = model.cohorts["delegates"].proposed_quality
    return quality


def _execute(model: Assembly, actions: Actions, day: int) -> None:
    """Carry decisions out, which is a sign of life, and note what attackers get of it."""
    attackers = model.places["attackers"]
    own = model.ledger.liquid[:, attackers.slice]
    before = own.copy()
    model.governor.execute(actions, day)
    model.exit.sign_of_life(actions.run, day)
    if attackers.count:
        model.taken += summed(own - before)
