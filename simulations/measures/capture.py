"""Cost to capture: the cheapest way to pass a proposal against everyone else's will.

Votes can be bought with the token, borrowed with it, or leased without it. A budget that prices
only the first is too high by whatever the others save: in April 2025 votes worth 6.5 million
dollars on Arbitrum were leased for ten thousand. Arguments and results are of shape ``(runs,)``;
tokens and votes are one to one, and money is in whatever unit the prices are in.
"""

import numpy as np

from simulations.randomness import Floats


def votes_needed(against: Floats, quorum: Floats, approval: Floats) -> Floats:
    """Votes for that pass against ``against`` votes: more are never needed.

    ``max(quorum, against a / (1 - a), against)`` with approval ``a`` of the votes for and against;
    a tie does not pass, so it takes a hair more than ``against`` (OpenZeppelin's Governor). No one
    else is taken to vote for, or to abstain.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(against > 0, against * approval / (1.0 - approval), 0.0)
    return np.maximum(np.maximum(quorum, share), against)


def to_buy(votes: Floats, tokens: Floats, money: Floats) -> Floats:
    """Money to buy votes from a constant-product pool without a fee, infinite if it has too few.

    Taking the share ``q`` of the pool's tokens costs ``q / (1 - q)`` of its money and moves the
    price by ``1 / (1 - q)**2``, so half of it costs all of its money. ``tokens`` and ``money`` are
    the pool's reserves. What the votes would fetch again is not taken off.
    """
    left = tokens - votes
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(left > 0, money * votes / left, np.inf)


def to_borrow(
    votes: Floats, price: Floats, rate: Floats, seconds: Floats, offered: Floats
) -> Floats:
    """Money to borrow votes for a time, infinite if fewer are offered.

    ``votes price rate seconds / year``, where ``rate`` is simple interest by the year of 365 days.
    ``seconds`` is how long the tokens must be held to count: none where votes are read live (a
    flash loan), else the vault's maturity and what follows until the snapshot.
    """
    paid = votes * price * rate * seconds / (365.0 * 86_400.0)
    return np.where(votes <= offered, paid, np.inf)


def to_lease(votes: Floats, price: Floats, offered: Floats) -> Floats:
    """Money to lease delegated votes, ``votes price``, infinite if fewer are offered."""
    return np.where(votes <= offered, votes * price, np.inf)


def cost_to_capture(buy: Floats, borrow: Floats, lease: Floats) -> Floats:
    """Money of the cheapest way, the least of the three; infinite if none is open."""
    return np.minimum(np.minimum(buy, borrow), lease)


def security(cost: Floats, treasury: Floats) -> Floats:
    """Cost to capture over what there is to take; below 1 capture pays.

    The treasury in the same money as the cost; infinite where there is nothing to take.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(treasury > 0, cost / treasury, np.inf)
