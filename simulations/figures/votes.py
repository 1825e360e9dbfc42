"""Figures of votes: what passes, and who turns out."""

import numpy as np

from simulations.ensemble import Outcome
from simulations.figures.metric import OURS, Metric, by_run, last, ratio
from simulations.randomness import Floats


def turnout(outcome: Outcome) -> Floats:
    """Votes cast over those that could be, mean over closed proposals, shape ``(runs,)``."""
    closed = outcome.proposals[outcome.proposals.closed_day >= 0]
    return by_run(outcome, closed.run, closed.turnout)


def _heads(outcome: Outcome) -> Floats:
    closed = outcome.proposals[outcome.proposals.closed_day >= 0]
    voted = closed.voters.to_numpy(dtype=np.float64)
    return by_run(outcome, closed.run, ratio(voted, closed.entitled.to_numpy()))


def _pass_rate(outcome: Outcome) -> Floats:
    passed, defeated = last(outcome, "passed"), last(outcome, "defeated")
    return ratio(passed, passed + defeated)


METRICS = (
    Metric(
        "pass_rate", "Proposals that pass", "share", "Succeeded over decided proposals", OURS,
        "percent", _pass_rate,
    ),
    Metric(
        "decided", "Proposals decided", "proposals", "Succeeded and defeated in the horizon", OURS,
        "number", lambda o: last(o, "passed") + last(o, "defeated"),
    ),
    Metric(
        "turnout", "Turnout", "share",
        "Votes cast over votable shares, mean over the run's closed proposals", OURS,
        "percent", turnout,
    ),
    Metric(
        "turnout_heads", "Turnout by heads", "share",
        "Voters over members with votes at the snapshot, own or delegated, mean over the run's "
        "closed proposals; the treasury's stake is no member", OURS, "percent", _heads,
    ),
)  # fmt: skip
