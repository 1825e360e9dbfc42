"""Curation: tokens are put behind models and taken back."""

from typing import Any

from simulations.assembly import Assembly
from simulations.day.acting import act
from simulations.mechanisms.batches import summed

VARIABLES = {
    "signal": "Tokens behind models",
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
    return {"signal": summed(curation.reserve)}
