"""Curation: tokens are put behind models and taken back."""

from typing import Any

import numpy as np

from simulations.agents.runners import Runners
from simulations.assembly import Assembly
from simulations.day.acting import act
from simulations.mechanisms.batches import summed
from simulations.randomness import Floats

VARIABLES = {
    "signal": "Tokens behind models",
    "ahead": "Tokens that attackers have gained by running ahead of curators",
}
"""What the block updates; each holds one value per run."""
NEEDS = ("curators",)
"""Cohorts without whom nothing happens here."""


def policy(model: Assembly, day: int) -> dict[str, Any]:
    """Buy, sell and claim."""
    curation = model.curation
    apply = {
        "curation.buy": curation.buy,
        "curation.sell": curation.sell,
        "curation.sell_all": curation.sell_all,
        "curation.distribute": curation.distribute,
        "curation.claim": curation.claim,
    }
    act(model, "curation", day, apply)
    return {"signal": summed(curation.reserve), "ahead": _ahead(model)}


def _ahead(model: Assembly) -> Floats:
    """What runners have gained, shape ``(runs,)``."""
    runners = model.cohorts.get("runners")
    if not isinstance(runners, Runners):
        return np.zeros(len(model.runs))
    return runners.gain(model.ledger.liquid, model.curation)
