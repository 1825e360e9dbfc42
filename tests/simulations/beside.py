"""Mechanisms beside their contracts: small worlds of one run, and what both must share."""

from collections.abc import Callable

import numpy as np
import pytest

from governance.chain import Reverted
from governance.units import BPS, SHARE, TOKEN
from simulations.actions import Actions, IllegalAction
from simulations.ledger import Ledger
from simulations.mechanisms.staking import Staking
from simulations.scenario import Rules
from tests.contracts.courtroom import Terms

REL = 1e-9
"""Relative bound of the house plan."""
RANDOM_DELAY = 5
"""Blocks until a number is known."""
WEI = 5e-18
"""A few wei in tokens: each payment and each share rounds down on chain."""


def rules_of(runs: int = 1, **values: float) -> Rules:
    """Rules of every run alike, by dotted path with ``__`` for the dot."""
    values = {"staking__seed": 0, **values}
    return Rules({k.replace("__", "."): np.full(runs, float(v)) for k, v in values.items()})


def world(rules: Rules, runs: int, members: int, keep_days: int = 4) -> tuple[Ledger, Staking]:
    """An empty ledger and vault."""
    zeros = [np.zeros(runs) for _ in range(5)]
    ledger = Ledger(np.zeros((runs, members)), *zeros)
    return ledger, Staking(rules, ledger, keep_days)


def one(mechanism: str, verb: str, member: int = 0, **columns: float | None) -> Actions:
    """One action in run 0."""
    filled = {
        name: None if value is None else np.array([value], dtype=float if name == "amount" else int)
        for name, value in columns.items()
    }
    return Actions(mechanism, verb, np.array([0]), np.array([member]), **filled)


def close(simulated: float, enforced: float) -> bool:
    """Whether both agree, in tokens or shares."""
    return simulated == pytest.approx(enforced, rel=REL, abs=WEI)


def both(simulate: Callable[[], object], enforce: Callable[[], object]) -> str:
    """Do the same in both courts.

    Returns
    -------
    str
        The custom error by which the contract refused, for which the mechanism has the same
        name; empty if both allowed it.
    """
    illegal, error = None, ""
    try:
        simulate()
    except IllegalAction as refusal:
        illegal = refusal
    try:
        enforce()
    except Reverted as reverted:
        error = str(reverted.name)
    assert (illegal is not None) == bool(error), f"simulated {illegal}, enforced {error!r}"
    if illegal is not None:
        assert error in illegal.errors, f"{illegal}: {illegal.errors} on the one side, {error}"
    return error


def court_rules(lanes: tuple[Terms, Terms], runs: int = 1) -> dict[str, float]:
    """Terms of both lanes as the constitution names them."""
    values: dict[str, float] = {"court__random_delay": RANDOM_DELAY, "staking__cooldown": 3_600}
    for lane, terms in zip(("people", "agents"), lanes, strict=True):
        own = dict(vars(terms))
        named = {
            "alpha": own.pop("alpha") / BPS,
            "winner_stake": own.pop("winner_bps") / BPS,
            "loser_stake": own.pop("loser_bps") / BPS,
            "most_seats": own.pop("max_seats"),
            "least_stake": own.pop("min_stake") / SHARE,
            "fee": own.pop("fee") / TOKEN,
        }
        values |= {f"court__{lane}__{name}": value for name, value in (named | own).items()}
    return values
