"""Sortition: a panel is drawn by stake, and nobody gets a seat its stake does not cover.

Contract twin: ``contracts/court/SortitionTree.sol`` and ``draw`` of ``CourtPanels.sol``. The
weights of a lane lie end to end in the order in which accounts first had one; a ticket, drawn
evenly below their sum, finds the account it falls on. Seats are drawn with replacement. Whoever
can cover no further seat loses its weight, so drawing always ends.

Weights count billionths of a share. On chain they count ``10**12`` times finer units, and the
ticket of attempt ``a`` at panel ``r`` of dispute ``d`` is ``keccak256(seed, d, r, a)`` modulo their
sum, where ``r`` counts from 1.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

from eth_hash.auto import keccak

from governance.units import SHARE

BILLION = 10**9
"""What stakes are counted in: billionths of a share."""
_UNITS = SHARE // BILLION

type TicketOf = Callable[[int, int], int]
"""From an attempt and the sum of all weights to a ticket below that sum."""


@dataclass
class Panel:
    """What a draw gave: leaves that got a seat each, leaves that lost their weight, attempts."""

    drawn: list[int] = field(default_factory=list)
    retired: list[int] = field(default_factory=list)
    tries: int = 0


def draw(weights: list[int], rooms: list[int], seats: int, ticket_of: TicketOf) -> Panel:
    """Draw until all seats are filled or no weight is left.

    Parameters
    ----------
    weights
        Billionths of a share, by leaf.
    rooms
        Seats that each leaf can cover.
    seats
        Seats to fill.
    ticket_of
        Where tickets come from: :func:`by_keccak` or :func:`by_uniform`.
    """
    panel = Panel()
    left, rooms = list(weights), list(rooms)
    ends = list(accumulate(left))
    while len(panel.drawn) < seats and ends and ends[-1]:
        leaf = bisect_right(ends, ticket_of(panel.tries, ends[-1]))
        panel.tries += 1
        if rooms[leaf] > 0:
            panel.drawn.append(leaf)
            rooms[leaf] -= 1
        if rooms[leaf] <= 0:
            panel.retired.append(leaf)
            left[leaf] = 0
            ends = list(accumulate(left))
    return panel


def by_keccak(seed: int, dispute: int, rounds: int, tries: int) -> TicketOf:
    """Tickets as the contract takes them, after ``tries`` attempts of the panel before."""
    head = b"".join(word.to_bytes(32) for word in (seed, dispute, rounds))

    def ticket(attempt: int, total: int) -> int:
        number = int.from_bytes(keccak(head + (tries + attempt).to_bytes(32)))
        return number % (total * _UNITS) // _UNITS

    return ticket


def by_uniform(uniforms: list[float], more: Callable[[int], list[float]]) -> TicketOf:
    """Tickets of equal distribution that cost a tenth.

    ``uniforms`` are those of the first attempts, ``more(n)`` some after the first ``n``.
    """

    def ticket(attempt: int, total: int) -> int:
        while attempt >= len(uniforms):
            uniforms.extend(more(len(uniforms)))
        return int(uniforms[attempt] * total)

    return ticket
