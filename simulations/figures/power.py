"""Figures of power: how few decide, and what it costs to decide against all others."""

from typing import Literal

import numpy as np

from simulations.ensemble import Outcome
from simulations.figures.metric import (
    OURS,
    Metric,
    last,
    token_price,
    treasury_worth,
    truth_of,
)
from simulations.figures.votes import turnout
from simulations.measures import capture
from simulations.measures.concentration import gini, herfindahl, least_reaching, nakamoto
from simulations.measures.power import of_largest, pooled
from simulations.mechanisms.proposals import DUST
from simulations.randomness import Floats

WHOLE = 500
"""Votes to which all votes are rounded for power: exact power takes time with their number."""
MOST = 10.0
"""Where the cost to capture over the treasury is cut off: what cannot be had has no price."""


def _power(outcome: Outcome, kind: Literal["banzhaf", "shapley_shubik"]) -> Floats:
    """Power of the largest voter over a majority of all votes."""
    some = outcome.votes.sum(axis=-1) > DUST
    power = np.full(some.size, np.nan)
    if some.any():
        votes = pooled(outcome.votes[some], WHOLE)
        power[some] = of_largest(votes, votes.sum(axis=-1) // 2 + 1, kind)
    return power


def _gini(outcome: Outcome) -> Floats:
    some = [row[row > DUST] for row in outcome.votes]
    return np.array([float(gini(row)) if row.size else np.nan for row in some])


def _reaching(outcome: Outcome) -> Floats:
    some = outcome.votes.sum(axis=-1) > DUST
    return np.where(some, least_reaching(outcome.votes, outcome.quorum), np.nan)


def _one_rules(outcome: Outcome) -> Floats:
    least = nakamoto(outcome.votes)
    return truth_of(least == 1, ~np.isnan(least))


def cost(outcome: Outcome) -> Floats:
    """Least quote that passes a grant against all who usually vote; infinite if nothing will.

    NaN where no vote closed, so that nobody knows who usually votes. Shape ``(runs,)``.
    """
    rules, price = outcome.rules, token_price(outcome)
    votable = outcome.votes.sum(axis=-1) + rules["staking.seed"]
    against = turnout(outcome) * votable
    needed = capture.votes_needed(against, outcome.quorum, rules["kinds.funding.approval"])
    asked = [rules[f"{whose}.proposal_threshold"] for whose in ("governor", "kinds.funding")]
    needed = np.maximum(needed, np.maximum(*asked) * votable)
    tokens = needed * last(outcome, "share_price")
    quote = np.nan_to_num(last(outcome, "pool_quote"))
    buy = capture.to_buy(tokens, quote / price, quote) / (1.0 - rules["world.pool.fee"])
    held = rules["staking.maturity"] + rules["governor.voting_delay"] + rules["staking.cooldown"]
    offered = rules["world.capture.borrow_share"] * last(outcome, "supply")
    borrow = capture.to_borrow(tokens, price, rules["world.capture.borrow_rate"], held, offered)
    leased = rules["world.capture.lease_share"] * outcome.votes.sum(axis=-1)
    lease = capture.to_lease(needed, rules["world.capture.lease_price"] * price, leased)
    return np.where(np.isnan(needed), np.nan, capture.cost_to_capture(buy, borrow, lease))


def _security(outcome: Outcome) -> Floats:
    found = capture.security(cost(outcome), treasury_worth(outcome))
    return np.where(np.isnan(cost(outcome)), np.nan, found)


def _cost(outcome: Outcome) -> Floats:
    priced = ~np.isnan(last(outcome, "price"))
    return np.where(priced & np.isfinite(cost(outcome)), cost(outcome), np.nan)


def _pays(outcome: Outcome) -> Floats:
    security = _security(outcome)
    return truth_of(security < 1.0, ~np.isnan(security))


_VOTES = "delegated votes on the last day"
METRICS = (
    Metric(
        "nakamoto", "Voters who hold a majority", "members",
        f"Least number of voters with more than half of the {_VOTES}",
        "Srinivasan and Lee 2017", "number", lambda o: nakamoto(o.votes),
    ),
    Metric(
        "nakamoto_quorum", "Voters who make a quorum", "members",
        f"Least number of voters whose {_VOTES} reach the quorum of a grant; left out where all "
        "together do not", "Srinivasan and Lee 2017", "number", _reaching,
    ),
    Metric(
        "gini", "Inequality of votes", "Gini",
        f"Gini coefficient of {_VOTES}, over those who have any",
        "Gini 1912", "number", _gini,
    ),
    Metric(
        "hhi", "Concentration of votes", "HHI",
        f"Sum of the squared shares of voters in the {_VOTES}, 1 for a single voter",
        "Hirschman 1945, Herfindahl 1950", "number", lambda o: herfindahl(o.votes),
    ),
    Metric(
        "banzhaf", "Swings of the largest voter", "chance",
        f"Chance that the largest voter decides over a majority of the {_VOTES} when each other "
        f"says yes by a coin; {WHOLE} votes in all, the smaller voters pooled",
        "Penrose 1946, Banzhaf 1965", "percent", lambda o: _power(o, "banzhaf"),
    ),
    Metric(
        "shapley", "Power of the largest voter", "share",
        "Part of all orders of the voters in which the largest one makes the majority; votes "
        "rounded as before", "Shapley and Shubik 1954",
        "percent", lambda o: _power(o, "shapley_shubik"),
    ),
    Metric(
        "one_rules", "One voter rules", "share of runs",
        "Runs that end with one voter above half of the votes", OURS,
        "percent", _one_rules, "proportion",
    ),
    Metric(
        "capture_cost", "Cost to capture", "quote",
        "Least of buying in the pool, borrowing and leasing the votes that pass a grant, on the "
        "last day, against the mean turnout; a lower bound: it counts neither collateral nor "
        "that bought votes raise a quorum. Left out where none of the three offers enough", OURS,
        "number", _cost,
    ),
    Metric(
        "capture_security", "Cost to capture over treasury", "times",
        "Cost to capture over what tokens and reserves of the treasury are worth; at most "
        f"{MOST:g}, which also stands for where none of the three offers enough votes",
        OURS, "number",
        lambda o: np.minimum(_security(o), MOST),
    ),
    Metric(
        "capture_pays", "Capture pays", "share of runs",
        "Runs that end with a cost to capture below what the treasury is worth", OURS,
        "percent", _pays, "proportion",
    ),
)  # fmt: skip
