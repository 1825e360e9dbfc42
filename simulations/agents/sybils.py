"""Sybils: one attacker's stake, split over many names."""

from simulations.agents.raiders import Raiders
from simulations.mechanisms.proposals import SLOTS


class Sybils(Raiders):
    """A band whose members are one and the same, as in Gitcoin's round 9.

    Votes count shares, so the split wins none. What counts heads is what it gets round: the rule
    that a proposer has one vote running and waits after a defeat, and turnout by heads. Every name
    with the threshold asks for itself.
    """

    kind = "sybil"
    names = SLOTS
