"""Books: the pool trades, who wants leaves, and the day is closed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from simulations.actions import Actions
from simulations.assembly import Assembly
from simulations.day.acting import YEAR, act
from simulations.randomness import Floats

VARIABLES = {
    "supply": "Tokens in existence",
    "treasury": "Tokens in the treasury",
    "staked": "Tokens in the staking vault",
    "staked_share": "Tokens in the vault over supply",
    "share_price": "Tokens per vault share",
    "vesting_locked": "Tokens not yet released from vesting",
    "liquid": "Tokens in members' hands",
    "price": "Price of a token in the pool, in quote",
    "pool_quote": "Quote in the pool",
    "velocity": "Tokens traded and paid for use in a year at the mean pace so far, over supply",
    "unstreamed": "Tokens paid to stakers that have not reached the vault yet",
    "burned": "Tokens burned since launch",
    "reserves": "Quote that the treasury holds",
    "escrowed": "Tokens of those who want to leave",
    "redeemed": "Quote that leavers have claimed",
}
"""What the block updates; each holds one value per run."""


def policy(model: Assembly, day: int) -> dict[str, Floats]:
    """Trade in the pool, let leavers leave, close the day."""
    leaving = model.exit
    _spend_reserves(model)
    apply: dict[str, Callable[[Actions], Any]] = {
        f"exit.{verb}": partial(getattr(leaving, verb), day=day)
        for verb in ("settle", "trigger", "withdraw", "escrow", "claim")
    }
    apply |= {"exit.collect": leaving.collect}
    apply |= {"amm.buy": model.amm.buy, "amm.sell": model.amm.sell}
    apply["lending.repay"] = model.lending.repay
    act(model, "books", day, apply)
    model.ledger.close_day()
    model.staking.close_day(day)
    model.governor.close_day()
    return state(model, day)


def _spend_reserves(model: Assembly) -> None:
    """Let a day of running the DAO cost quote, as far as no leaver is owed it."""
    owed = np.minimum(model.exit.assets, model.exit.outstanding())
    spent = model.rules.rows("world.reserves.costs") / 30.0
    model.exit.assets = np.maximum(model.exit.assets - spent, owed)


def state(model: Assembly, day: int) -> dict[str, Floats]:
    """What the books say at the end of a day, 0 for the launch."""
    ledger, amm = model.ledger, model.amm
    turned = amm.traded + model.money.fees
    return {
        "supply": ledger.supply,
        "treasury": ledger.treasury.copy(),
        "staked": ledger.vault.copy(),
        "staked_share": ledger.vault / ledger.supply,
        "share_price": model.staking.price,
        "vesting_locked": ledger.vesting.copy(),
        "liquid": ledger.in_hand.copy(),
        "price": amm.price,
        "pool_quote": amm.quote.copy(),
        "velocity": turned / ledger.supply * (YEAR / max(day, 1)),
        "unstreamed": ledger.pools["stream"].copy(),
        "burned": ledger.burned.copy(),
        "reserves": model.exit.assets.sum(axis=-1),
        "escrowed": ledger.pools["exit"].copy(),
        "redeemed": model.exit.redeemed(),
    }
