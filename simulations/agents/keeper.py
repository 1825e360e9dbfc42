"""The keeper: one member who presses the buttons that anyone may press."""

import numpy as np

from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.agents.cohort import Cohort
from simulations.agents.view import View
from simulations.randomness import Ints


class Keeper(Cohort):
    """A cohort of one: releases emissions daily, moves proposals and disputes on."""

    def supply(self, view: View) -> list[Actions]:
        """Release the day's emissions in every run."""
        run = np.arange(view.runs)
        return [Actions("emissions", "release", run, self._me(run))]

    def governor(self, view: View) -> list[Actions]:
        """Queue proposals that succeeded, execute those whose delay has passed."""
        queue, execute = view.succeeded(), view.executable()
        return [
            Actions("governor", "queue", queue[0], self._me(queue[0]), target=queue[1]),
            Actions("governor", "execute", execute[0], self._me(execute[0]), target=execute[1]),
        ]

    def court(self, view: View) -> list[Actions]:
        """Move disputes on, carry rulings out, pay jurors, and once a month who won in court."""
        due = {
            "execute_ruling": view.court.unruled(),
            "execute": view.court.unsettled(),
            "advance": view.court.over(),
            "draw": view.court.drawable(),
            "request_draw": view.court.undrawn(),
        }
        done = [
            Actions("court", verb, run, self._me(run), target=number)
            for verb, (run, number) in due.items()
        ]
        if view.day % MONTH == 0:
            for name, (run, account) in view.court.credits().items():
                done.append(Actions(name, "withdraw", run, self._me(run), target=account))
        return done

    def _me(self, run: Ints) -> Ints:
        return np.full(run.shape, self.members.first)
