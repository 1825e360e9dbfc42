"""Acting: every cohort decides in a block, and what it does is applied and recorded."""

from collections.abc import Callable, Mapping
from typing import Any

from simulations.actions import Actions
from simulations.assembly import Assembly

YEAR = 365.0
"""Days in a year, for yearly rates."""
OUTRAGE = 2.0
"""Standard deviations of quality that harm counts: known, in votes; hidden, in what users gain."""


def act(
    model: Assembly, name: str, day: int, apply: Mapping[str, Callable[[Actions], Any]]
) -> None:
    """Let every cohort decide in a block, apply and record what it does."""
    view = model.view(name, day)
    for cohort in model.cohorts.values():
        for actions in cohort.decide(view):
            apply[f"{actions.mechanism}.{actions.verb}"](actions)
            if model.recorder is not None:
                model.recorder.add(day, actions)
