"""How members judge a proposal: quality seen through noise against a lenient bar."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.view import View
from simulations.mechanisms.governor import ABSTAIN, AGAINST, FOR
from simulations.randomness import Floats, Ints, Stream, count_by_run


def cast(view: View, draws: Stream, run: Ints, member: Ints, chance: Floats) -> Actions:
    """Vote on what is open to members who look.

    A member votes with its run's ``chance``; it abstains with ``abstaining``, else supports
    when quality plus normal noise clears the bar.

    Parameters
    ----------
    view, draws
        The day and the cohort's stream.
    run, member
        Members who look, shape ``(n,)``.
    chance
        Chance to vote, shape ``(runs,)``.
    """
    who, slot = view.ballots(run, member)
    run, member = run[who], member[who]
    counts = count_by_run(run, view.runs)
    votes = draws.uniform(counts) < chance[run]
    abstains = draws.uniform(counts) < view.rules["world.proposals.abstaining"][run]
    error = draws.normal(counts) * view.rules["world.proposals.noise"][run]
    seen = view.quality[run, slot] + error + view.rules["world.proposals.leniency"][run]
    choice = np.where(abstains, ABSTAIN, np.where(seen > 0, FOR, AGAINST))
    number = view.number[run, slot]
    every = Actions("governor", "vote", run, member, target=number, choice=choice)
    return every.where(votes)
