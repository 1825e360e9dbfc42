"""Hatch: early backers' tokens that vest by half-lives, and the funding pool they fill.

No contract of this project has this rule (``vesting.py`` has the one that is enforced); it is here
to compare with it. After a cliff half of what is locked vests in every half-life, so it never ends
on a day, and most comes early (Commons Stack's hatch). Part of what is raised, the tribute, goes to
the funding pool; the rest is the reserve of a bonding curve.
"""

import numpy as np

from simulations.randomness import Floats


def vested_share(cliff: Floats, half_life: Floats, seconds: float) -> Floats:
    """Share of a grant that is vested, ``1 - 2**(-(t - cliff) / half_life)``, 0 before the cliff.

    ``cliff`` and ``half_life`` are seconds of any one shape, which the result has too. The
    reference implementation is negative before the cliff; this one is not.
    """
    return -np.expm1(-np.log(2.0) * np.maximum(seconds - cliff, 0.0) / half_life)


def half_life_for(share: Floats, seconds: Floats, cliffs: float) -> Floats:
    """Half-life in seconds that vests a share by a time, with a cliff of so many half-lives.

    ``t / (cliffs + log2(1 / (1 - share)))``; the cliff is ``cliffs`` times the result.
    """
    return seconds / (cliffs - np.log2(1.0 - share))


def split(raised: Floats, tribute: Floats) -> tuple[Floats, Floats]:
    """Tokens of a raise for the funding pool and for the curve's reserve."""
    pool = raised * tribute
    return pool, raised - pool
