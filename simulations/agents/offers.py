"""Offers: what developers ask for a use of their models."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Members
from simulations.agents.view import View
from simulations.mechanisms.attestations import grown

OFF = 0.1
"""Part by which an offer may be off before it is set anew."""


class Offers:
    """Offers in tokens that follow the price that users pay in quote, ``world.demand.price``.

    The developer of a version that may run sets its offer to that price over the pool's, in whole
    millionths and within the constitution's bounds: at once, and then when the offer is off by
    more than a tenth and has stood for a month.
    """

    def __init__(self, developers: Members, runs: int) -> None:
        self._developers = developers.slice
        self._set = np.full((runs, 1), -np.inf)

    def due(self, view: View) -> Actions:
        """Return the offers to set today."""
        rules, money = view.rules, view.money
        catalogue, per_use = money.catalogue, money.per_use
        versions = per_use.shape[1]
        self._set = grown(self._set, versions, -np.inf)
        least, most = rules["market.least_price"], rules["market.most_price"]
        asked = np.floor(rules["world.demand.price"] / money.price * 1e6) / 1e6
        asked = np.clip(asked, least, most)[:, None]
        stood = view.day - self._set[:, :versions] >= MONTH
        off = stood & (np.abs(per_use - asked) > OFF * asked)
        first, end = self._developers.start, self._developers.stop
        sold = catalogue.deployable & (catalogue.developer >= first) & (catalogue.developer < end)
        run, version = np.nonzero(sold & off)
        self._set[run, version] = view.day
        member = catalogue.developer[run, version]
        return Actions("market", "price_use", run, member, asked[run, 0], version)
