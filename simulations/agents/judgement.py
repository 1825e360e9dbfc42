"""How members judge a proposal: quality seen through noise against a lenient bar."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.view import View
from simulations.mechanisms.governor import ABSTAIN, AGAINST, FOR
from simulations.randomness import Floats, Ints, Keyed

_VOTES, _ABSTAINS, _SEES = range(3)


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
    run, member = run[who], member[who]
    number = view.number[run, slot]
    votes = draws.uniform(run, _VOTES, number, member, view.day) < chance[run]
    abstaining = view.rules["world.proposals.abstaining"][run]
    abstains = draws.uniform(run, _ABSTAINS, number, member) < abstaining
    error = draws.normal(run, _SEES, number, member) * view.rules["world.proposals.noise"][run]
    seen = view.quality[run, slot] + error + view.rules["world.proposals.leniency"][run]
    choice = np.where(abstains, ABSTAIN, np.where(seen > 0, FOR, AGAINST))
    every = Actions("governor", "vote", run, member, target=number, choice=choice)
    return every.where(votes)
