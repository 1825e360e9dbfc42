"""Court: jurors put up stakes and vote, the keeper moves disputes on."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.assembly import Assembly
from simulations.day.acting import act
from simulations.randomness import Floats

VARIABLES = {
    "disputes": "Disputes before the court",
    "condemned": "Versions that a challenge upheld has condemned, since launch",
    "juror_stake": "Tokens that jurors have put up",
    "juror_income": "Tokens jurors were awarded less what they lost, since launch",
}
"""What the block updates; each holds one value per run."""
NEEDS = ("developers",)
"""Cohorts without whom nothing happens here."""


def policy(model: Assembly, day: int) -> dict[str, Floats]:
    """Vote, appeal, and move disputes on."""
    court, now = model.court, float(day * DAY)
    timed = ("advance", "request_draw", "draw", "commit", "reveal", "fund_appeal", "execute_ruling")
    apply: dict[str, Callable[[Actions], Any]] = {
        f"court.{verb}": partial(getattr(court, verb), now=now) for verb in timed
    }
    untimed = ("execute", "withdraw", "withdraw_contribution")
    apply |= {f"court.{verb}": getattr(court, verb) for verb in untimed}
    apply |= {
        "court.set_stake": court.jurors.set_stake,
        "court.refresh": court.jurors.refresh,
        "registry.withdraw": model.registry.withdraw,
    }
    act(model, "court", day, apply)
    return {
        "disputes": np.count_nonzero(court.slots.phase >= 0, axis=1).astype(float),
        "condemned": np.count_nonzero(model.registry.condemned_by, axis=1).astype(float),
        "juror_stake": court.jurors.put_up(model.places["jurors"].indices) * model.staking.price,
        "juror_income": court.rewarded - court.forfeited,
    }
