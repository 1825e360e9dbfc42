"""How users choose: a logit with an outside good (McFadden 1974).

The odds of a version against using nothing are ``trust exp(c q) (P / p)**e`` at quality ``q`` in
standard deviations, price ``p`` in quote and what developers ask, ``P``, with the world's
choosiness ``c`` and elasticity ``e``. Where all versions' odds sum to ``A``, a part
``A / (1 + A)`` of the uses that could be takes place. Its elasticity by price is ``-e / (1 + A)``.
"""

import numpy as np

from governance.units import DAY
from simulations.agents.view import View
from simulations.randomness import Floats, Ints


def attraction(view: View) -> Floats:
    """Odds of each version against using nothing, shape ``(runs, versions)``."""
    rules, money = view.rules, view.money
    catalogue, per_use = money.catalogue, money.per_use
    sold = catalogue.deployable & (per_use > 0) & ~np.isnan(money.price)[:, None]
    fair = (rules["world.demand.price"] / money.price)[:, None]
    cheap = np.log(np.where(sold, fair / np.where(sold, per_use, 1.0), 1.0))
    log = catalogue.quality * rules.rows("world.demand.choosiness")
    log += cheap * rules.rows("world.demand.elasticity")
    return np.where(sold, np.exp(log) * view.models.truth.trust[:, None], 0.0)


def uses_of_all(view: View, walk: Floats) -> Floats:
    """Uses a day that there could be, which grow and wander, shape ``(runs,)``.

    ``walk`` is a standard random walk, of variance 1 after a year.
    """
    rules, years = view.rules, view.day * DAY / (365.0 * DAY)
    log = rules["world.demand.growth"] * years + rules["world.demand.volatility"] * walk
    return rules["world.demand.uses"] * np.exp(log)


def chosen(odds: Floats, run: Ints, uniform: Floats) -> Ints:
    """Pick a version for each event in proportion to its run's odds, shape ``(n,)``.

    Every run of an event has a version with odds above zero.
    """
    upto = np.cumsum(odds, axis=1)
    most = upto[run, -1]
    level = np.minimum(uniform * most, np.nextafter(most, 0.0))
    return (upto[run] <= level[:, None]).sum(axis=1)
