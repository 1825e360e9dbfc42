"""What the tests of curation, market and exit share: small ledgers, actions, and a bound."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from governance.units import TOKEN
from simulations.actions import Actions
from simulations.ledger import Ledger
from simulations.randomness import Floats
from simulations.scenario import Rules

BOUND_REL = 1e-9
"""Relative bound between the courts: float64 carries 16 digits, some trades lose a few of them."""
BOUND_ABS = 1e-9
"""Absolute bound in tokens: a balance of a million tokens is known to 1e-10 in float64."""


def ledger(liquid: Any, treasury: float = 0.0) -> Ledger:
    """Return a ledger in which members hold tokens, shape ``(runs, members)``."""
    liquid = np.array(liquid, dtype=float)
    zero = np.zeros(len(liquid))
    return Ledger(
        liquid, zero.copy(), zero.copy(), zero + treasury, liquid.sum(axis=1) + treasury, zero
    )


def rules(runs: int = 1, **paths: Any) -> Rules:
    """Return rules by path, dots written as two underscores; one value, or one per run."""
    paths = {"staking__seed": 0, **paths}
    return Rules(
        {
            path.replace("__", "."): np.broadcast_to(np.asarray(value, dtype=float), runs).copy()
            for path, value in paths.items()
        }
    )


def act(
    verb: str,
    member: Any,
    amount: Any = None,
    target: Any = None,
    choice: Any = None,
    run: Any = None,
) -> Actions:
    """Return actions of a verb, of the first run unless told otherwise."""
    members = np.atleast_1d(member)
    size = members.size

    def column(values: Any, kind: type) -> Any:
        return None if values is None else np.broadcast_to(np.asarray(values, kind), size).copy()

    runs = column(0 if run is None else run, int)
    return Actions(
        "tested", verb, runs, members, column(amount, float), column(target, int),
        column(choice, int),
    )  # fmt: skip


def wei(tokens: float) -> int:
    """Return an amount that members choose, whole millionths of a token, in wei."""
    return round(tokens * 1e6) * 10**12


def same(simulated: Any, enforced: Any, unit: int = TOKEN, what: str = "") -> None:
    """Demand that floats agree with integers of the other court, of one shape."""
    found = np.asarray(simulated, dtype=float)
    expected = np.array(enforced, dtype=object) / unit
    expected = expected.astype(float) if isinstance(expected, np.ndarray) else float(expected)
    bound = BOUND_ABS + BOUND_REL * np.abs(expected)
    assert np.all(np.abs(found - expected) <= bound), (what, found, expected)


def alone(actions: Actions, run: int) -> Actions:
    """Return one run's actions as those of a batch of one."""
    mine = actions.where(actions.run == run)
    return Actions(
        mine.mechanism, mine.verb, np.zeros(len(mine), dtype=int), mine.member, mine.amount,
        mine.target, mine.choice,
    )  # fmt: skip


def renamed(actions: Actions, order: Sequence[int]) -> Actions:
    """Return the same actions by members in another order."""
    place = np.argsort(order)
    return Actions(
        actions.mechanism, actions.verb, actions.run, place[actions.member], actions.amount,
        actions.target, actions.choice,
    )  # fmt: skip


def conserved(books: Ledger) -> Floats:
    """Tokens that appeared or vanished, of all there are, shape ``(runs,)``."""
    return np.abs(books.imbalance() / books.minted)
