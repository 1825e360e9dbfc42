"""How members vote: when it is worth it, and by quality seen through noise against a lenient bar.

Whether a member votes is the calculus of Riker and Ordeshook (1968): it does when
``p B - C + D > 0``. The duty ``D`` is what outweighs any cost, with the chance that a member
votes whatever the stakes. Else it compares the cost ``C``, its own for good and lognormal, with
what hangs on the vote, ``B``, times the chance ``p`` that its weight decides.

That chance is taken to be its weight over the quorum, at most 1: about as many votes are cast as
the quorum asks for, and among ``T`` votes with every margin as likely a weight ``w`` decides with
the chance ``w / T``. Where no quorum is asked for, ``T`` is all that could vote.
"""

import numpy as np

from simulations.actions import Actions
from simulations.agents.view import View
from simulations.mechanisms.governor import ABSTAIN, AGAINST, FOR
from simulations.randomness import Floats, Ints, Keyed

_ABSTAINS, _SEES, _COST = -1, -2, -3
"""Labels beside the days, which are those of the draws for whether a member votes."""
MEMBER_BITS = 22
"""Bits of a ballot's label that number its member; those above number its proposal."""


def cast(view: View, draws: Keyed, run: Ints, member: Ints, chance: Floats) -> Actions:
    """Vote on what is open to members who look.

    A member votes from duty with its run's ``chance`` on the day it looks, or because it is
    :func:`worth` it; it abstains with ``abstaining``, else supports when quality plus normal
    noise clears the bar. What it thinks of a proposal is drawn for the proposal and the member,
    whatever else it does.

    Parameters
    ----------
    view, draws
        The day and the cohort's ballots.
    run, member
        Members who look, shape ``(n,)``.
    chance
        Chance to vote from duty, shape ``(runs,)``.
    """
    who, slot, weight = view.ballots(run, member)
    if not who.size:
        return Actions("governor", "vote", who, who, target=who, choice=who)
    run, member = run[who], member[who]
    number = view.number[run, slot]
    ballot = number << MEMBER_BITS | member
    duty = draws.uniform(run, ballot, view.day) < chance[run]
    votes = np.flatnonzero(duty | worth(view, draws, run, member, slot, weight))
    run, member, number, slot, ballot = (
        part[votes] for part in (run, member, number, slot, ballot)
    )
    abstaining = view.rules["world.proposals.abstaining"][run]
    abstains = draws.uniform(run, ballot, _ABSTAINS) < abstaining
    error = draws.normal(run, ballot, _SEES) * view.rules["world.proposals.noise"][run]
    seen = view.quality[run, slot] + error + view.rules["world.proposals.leniency"][run]
    choice = np.where(abstains, ABSTAIN, np.where(seen > 0, FOR, AGAINST))
    return Actions("governor", "vote", run, member, target=number, choice=choice)


def worth(
    view: View, draws: Keyed, run: Ints, member: Ints, slot: Ints, weight: Floats
) -> np.ndarray:
    """Whether ballots are worth their cost, shape ``(n,)``; none where votes cost nothing.

    A member's cost is drawn for the member, around ``world.attention.cost``.

    Parameters
    ----------
    view, draws
        The day and the cohort's ballots.
    run, member, slot, weight
        One entry per ballot, shape ``(n,)``; ``weight`` is its votes.
    """
    median = view.rules["world.attention.cost"][run]
    if not median.any():
        return np.zeros(run.shape, dtype=bool)
    spread = view.rules["world.attention.cost_spread"][run]
    cost = median * np.exp(draws.normal(run, member, _COST) * spread)
    gain = view.decisiveness(weight, run, slot) * view.at_stake(run, slot)
    return (median > 0) & (gain > cost)
