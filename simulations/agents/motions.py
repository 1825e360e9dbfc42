"""Motions: proposals about a version, to deploy it or to revoke it."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Members
from simulations.agents.view import View
from simulations.mechanisms.kinds import DEPLOYMENT, DISPUTE
from simulations.mechanisms.proposals import Call
from simulations.randomness import Ints, Keyed

VERBS = {DISPUTE: "propose_revocation", DEPLOYMENT: "propose_deployment"}
"""What can be proposed about a version, what is urgent first."""


def move(view: View, draws: Keyed, members: Members) -> list[Actions]:
    """Propose at most one thing a run about the versions that wait for it.

    Revoking what harms comes before deploying what passed its audits, and older versions before
    newer ones. Any member who may propose does, one drawn at random.

    Parameters
    ----------
    view, draws
        The day, and the members' draws.
    members
        Who may move.
    """
    if not view.models.any():
        nobody = np.empty(0, dtype=np.int64)
        return [Actions("governor", VERBS[DEPLOYMENT], nobody, nobody, target=nobody)]
    busy = ~view.has_free_slot(np.arange(view.runs))
    done = []
    waiting = {DISPUTE: view.models.blamed(), DEPLOYMENT: view.models.votable()}
    for kind, (run, version) in waiting.items():
        call = Call(np.full(run.shape, kind), version, np.zeros(run.shape))
        fits = ~busy[run] & view.can_ask(run, call)
        run, version = run[fits], version[fits]
        first = np.unique(run, return_index=True)[1]
        actions = _by_anyone(view, draws, members, kind, run[first], version[first])
        busy[actions.run] = True
        done.append(actions)
    return done


def _by_anyone(
    view: View, draws: Keyed, members: Members, kind: int, run: Ints, version: Ints
) -> Actions:
    rows = np.repeat(run, members.count)
    columns = np.tile(members.indices, run.size)
    kinds = np.full(rows.shape, kind)
    order = draws.uniform(rows, np.repeat(version, members.count), columns, view.day)
    able = view.can_propose(rows, columns, kinds)
    order = np.where(able, order, -1.0).reshape(run.size, members.count)
    proposer = members.first + order.argmax(axis=1)
    actions = Actions("governor", VERBS[kind], run, proposer, target=version)
    return actions.where((order >= 0).any(axis=1))
