"""Staking: members stake, leave, take home and delegate."""

from typing import Any

from simulations.assembly import Assembly
from simulations.day.acting import act

VARIABLES = {
    "stakers": "Members with active shares",
}
"""What the block updates; each holds one value per run."""


def policy(model: Assembly, day: int) -> dict[str, Any]:
    """Stake, leave, take home, delegate."""
    staking = model.staking
    apply = {
        "staking.deposit": staking.deposit,
        "staking.request_exit": lambda actions: staking.request_exit(actions, day),
        "staking.redeem": lambda actions: staking.redeem(actions, day),
        "staking.delegate": staking.delegate_to,
        "lending.borrow": model.lending.borrow,
    }
    act(model, "staking", day, apply)
    return {"stakers": staking.stakers.copy()}
