"""How members judge a proposal: quality seen through noise against a lenient bar."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.view import View
from simulations.mechanisms.governor import ABSTAIN, AGAINST, FOR
from simulations.randomness import Floats, Ints, Keyed

_ABSTAINS, _SEES = -1, -2
"""Labels beside the days, which are those of the draws for whether a member votes."""
MEMBER_BITS = 22
"""Bits of a ballot's label that number its member; those above number its proposal."""


def cast(view: View, draws: Keyed, run: Ints, member: Ints, chance: Floats) -> Actions:
    """Vote on what is open to members who look.

    A member votes with its run's ``chance`` on the day it looks; it abstains with
    ``abstaining``, else supports when quality plus normal noise clears the bar. What it
    thinks of a proposal is drawn for the proposal and the member, whatever else it does.

    Parameters
    ----------
    view, draws
        The day and the cohort's ballots.
    run, member
        Members who look, shape ``(n,)``.
    chance
        Chance to vote, shape ``(runs,)``.
    """
    who, slot = view.ballots(run, member)
    if not who.size:
        return Actions("governor", "vote", who, who, target=who, choice=who)
    run, member = run[who], member[who]
    number = view.number[run, slot]
    ballot = number << MEMBER_BITS | member
    votes = np.flatnonzero(draws.uniform(run, ballot, view.day) < chance[run])
    run, member, number, slot, ballot = (
        part[votes] for part in (run, member, number, slot, ballot)
    )
    abstaining = view.rules["world.proposals.abstaining"][run]
    abstains = draws.uniform(run, ballot, _ABSTAINS) < abstaining
    error = draws.normal(run, ballot, _SEES) * view.rules["world.proposals.noise"][run]
    seen = view.quality[run, slot] + error + view.rules["world.proposals.leniency"][run]
    choice = np.where(abstains, ABSTAIN, np.where(seen > 0, FOR, AGAINST))
    return Actions("governor", "vote", run, member, target=number, choice=choice)
