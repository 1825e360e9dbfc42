"""Market: users pay for uses, developers set offers and take earnings home."""

from collections.abc import Callable
from functools import partial
from typing import Any

from simulations.actions import Actions
from simulations.assembly import Assembly
from simulations.day.acting import act
from simulations.mechanisms.batches import summed
from simulations.mechanisms.market import RECEIVERS

_FEES = tuple(f"fees_{'' if name == 'burned' else 'to_'}{name}" for name in RECEIVERS)
VARIABLES = {
    "uses": "Uses paid for since launch",
    "fees_burned": "Tokens paid for use since launch that were burned",
    "fees_to_developers": "Tokens paid for use since launch that developers earned",
    "fees_to_curators": "Tokens paid for use since launch that curators earned",
    "fees_to_stakers": "Tokens paid for use since launch that stakers earned",
    "fees_to_treasury": "Tokens paid for use since launch that the treasury got",
}
"""What the block updates; each holds one value per run."""
NEEDS = ("users",)
"""Cohorts without whom nothing happens here."""


def policy(model: Assembly, day: int) -> dict[str, Any]:
    """Sell what may run."""
    model.stock(day)
    market = model.market
    apply: dict[str, Callable[[Actions], Any]] = {
        "amm.buy": model.amm.buy,
        "market.price_use": market.price_use,
        "market.price_period": market.price_period,
        "market.ask_stake": market.ask_stake,
        "market.pay_uses": market.pay_uses,
        "market.subscribe": partial(market.subscribe, day=day),
        "market.withdraw": market.withdraw,
        "stream.reward": lambda a: model.stream.reward(a, model.staking.total > 0),
    }
    act(model, "market", day, apply)
    fees = {name: market.fees[key].copy() for name, key in zip(_FEES, RECEIVERS, strict=True)}
    return {"uses": summed(market.uses), **fees}
