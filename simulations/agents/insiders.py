"""Insiders: the team and the investors, who take home what vests once a month."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Cohort
from simulations.agents.view import View


class Insiders(Cohort):
    """One member per vesting grant."""

    def supply(self, view: View) -> list[Actions]:
        """Release what has vested."""
        if view.day % MONTH:
            return []
        run, grant = np.nonzero(view.releasable() > 0)
        return [Actions("vesting", "release", run, view.beneficiaries[grant], target=grant)]
