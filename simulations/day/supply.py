"""Supply: emissions, what vests, and what streams to stakers."""

from typing import Any

import numpy as np

from simulations.actions import Actions
from simulations.assembly import Assembly
from simulations.day.acting import YEAR, act

VARIABLES = {
    "emitted": "Tokens emitted since launch",
    "apr": "Yearly yield of staking, without compounding",
}
"""What the block updates; each holds one value per run."""


def policy(model: Assembly, day: int) -> dict[str, Any]:
    """Stream, emit and release."""
    emitted = np.zeros(len(model.runs))
    has_shares = model.staking.total > 0
    streamed = model.stream.open_day(has_shares)

    def release(actions: Actions) -> None:
        nonlocal emitted
        emitted = model.emissions.release(actions, day, has_shares, model.market.usage)

    act(
        model,
        "supply",
        day,
        {"emissions.release": release, "vesting.release": lambda a: model.vesting.release(a, day)},
    )
    to_stakers = (emitted * model.emissions.stakers_share() + streamed) * YEAR
    vault = model.ledger.vault
    with np.errstate(divide="ignore", invalid="ignore"):
        apr = np.where(vault > 0, to_stakers / vault, np.nan)
    model.staking_yield = np.where(vault > 0, apr, np.where(emitted > 0, np.inf, 0.0))
    return {"emitted": model.emissions.released.copy(), "apr": apr}
