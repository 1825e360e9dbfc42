"""Vote-escrow locks: votes for tokens locked away, and gauges that divide emissions by them.

No contract of this project has these rules; they are here to compare with those that do. The
formulas are those of Curve's VotingEscrow and GaugeController: a lock of up to four years, rounded
down to whole weeks, has votes in proportion to the time left, which fall in a straight line to
nothing. Members give shares of their votes to gauges, each gauge anew at most every ten days, and
the weights count from the next week on. Times are seconds; weeks are counted from time zero, which
on chain is a Thursday.
"""

import numpy as np

from governance.units import DAY, TOKEN
from simulations.randomness import Floats

WEEK = 7.0 * DAY
LONGEST = 4.0 * 365 * DAY
"""Longest lock in seconds."""
DELAY = 10.0 * DAY
"""Seconds before a member may change what it gives a gauge."""


def unlock(now: float, duration: Floats) -> Floats:
    """Second at which a lock ends, rounded down to a whole week, of the duration's shape."""
    return np.floor((now + duration) / WEEK) * WEEK


def slope(amount: Floats, longest: float = LONGEST) -> Floats:
    """Votes that a lock loses a second, ``amount / longest`` rounded down to a wei of a vote."""
    return np.floor(amount * TOKEN / longest) / TOKEN


def power(amount: Floats, ends: Floats, now: float, longest: float = LONGEST) -> Floats:
    """Votes of locks, ``slope (end - now)`` and 0 from the end on, of the amounts' shape.

    Parameters
    ----------
    amount
        Locked tokens, shape ``(runs, members)``.
    ends
        Seconds at which the locks end, same shape.
    now, longest
        Seconds.
    """
    return slope(amount, longest) * np.maximum(ends - now, 0.0)


def recast(
    given: Floats, wanted: Floats, last: Floats, now: float, delay: float = DELAY
) -> tuple[Floats, Floats]:
    """Change what members give to gauges, where the rules let them.

    A member's change is refused as a whole, as one transaction is, if it touches a gauge that it
    voted on less than ``delay`` ago, or asks for less than nothing or more than all votes. Asking
    for the same again changes nothing; on chain it would renew the vote with the lock as it now is.

    Parameters
    ----------
    given, wanted
        Shares of a member's votes now and as asked for, shape ``(runs, members, gauges)``.
    last
        Second of the last change of each, same shape; minus infinity if there was none.
    now, delay
        Seconds.

    Returns
    -------
    tuple of ndarray
        Shares given, and the seconds of the last changes.
    """
    changes = wanted != given
    soon = changes & (now < last + delay)
    legal = (wanted >= 0.0).all(axis=-1) & (wanted.sum(axis=-1) <= 1.0 + 1e-12)
    legal &= ~soon.any(axis=-1)
    done = changes & legal[..., None]
    return np.where(done, wanted, given), np.where(done, now, last)


def gauge_weights(given: Floats, slopes: Floats, ends: Floats, now: float) -> Floats:
    """Share of the emissions that each gauge gets, shape ``(runs, gauges)``; NaN without votes.

    ``sum of given slope (end - t)`` over members, over the same of all gauges, as the week begins.
    ``slopes`` and ``ends`` are those at the time of the vote: more tokens, or a longer lock, count
    once the member votes again.

    Parameters
    ----------
    given
        Shares of members' votes as the week began, shape ``(runs, members, gauges)``.
    slopes, ends
        Votes a second and seconds, shape ``(runs, members, gauges)`` or ``(runs, members, 1)``.
    now
        Seconds; the weights are those of the week it lies in.
    """
    start = np.floor(now / WEEK) * WEEK
    votes = (given * slopes * np.maximum(ends - start, 0.0)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return votes / votes.sum(axis=-1, keepdims=True)


def boost(balance: Floats, total: Floats, votes: Floats, total_votes: Floats) -> Floats:
    """Times that a liquidity provider with votes earns of one without, 1 to 2.5.

    ``min(0.4 b + 0.6 B v / V, b) / (0.4 b)`` with ``b`` of ``B`` deposits and ``v`` of ``V`` votes
    (Curve's LiquidityGauge). All arguments are of one shape, the result too.
    """
    working = np.minimum(0.4 * balance + 0.6 * total * votes / total_votes, balance)
    return working / (0.4 * balance)
