"""Acting: what members decide in a block is applied and recorded."""

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
    """Apply and record, one after the other, what members decide in a block."""
    for actions in model.decide(name, day, apply):
        model.carry_out(day, actions, apply[f"{actions.mechanism}.{actions.verb}"])
