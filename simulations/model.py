"""The model: the assembly as one Mesa model, a day of which is cadCAD's blocks."""

from functools import cached_property
from typing import Any

import mesa

from simulations.assembly import Assembly
from simulations.blocks import CadState, DayLoop
from simulations.economy import blocks, initial_state


class DaoModel(Assembly):
    """An ensemble of runs as one ordinary Mesa model.

    ``step()`` advances every run by a day, so Mesa's DataCollector works on it; the same
    ``blocks`` and ``initial_state`` go into a cadCAD ``Experiment``.
    """

    def step(self) -> None:
        """Advance every run by one day."""
        self.loop.advance()

    @cached_property
    def loop(self) -> DayLoop:
        """The cadCAD loop that :meth:`step` advances."""
        return DayLoop(initial_state(self), blocks(self))

    @property
    def state(self) -> CadState:
        """The last state: one value per run for everything a chart would show."""
        return self.loop.state


def collect(model: DaoModel) -> mesa.DataCollector:
    """Return a Mesa DataCollector of every state variable and every cohort's record."""
    reporters: dict[str, Any] = {
        key: (lambda m, key=key: m.state[key]) for key in initial_state(model)
    }
    return mesa.DataCollector(
        model_reporters=reporters, agent_reporters={"record": lambda cohort: cohort.record()}
    )
