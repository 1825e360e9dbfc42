"""A small outcome with round numbers, of which every figure can be worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd

from simulations.economy import VARIABLES
from simulations.ensemble import Outcome
from simulations.scenario import Rules
from tests.simulations.conftest import small

NAN = float("nan")
DAY = 86_400.0
ENDS = {
    "supply": ([1000, 1000, 500], [1010, 1000, 400]),
    "treasury": ([7, 7, 7], [20, 0, 30]),
    "staked_share": ([0, 0, 0], [0.25, 0, 1]),
    "share_price": ([1, 2, 4], [1.02, 2, 5]),
    "apr": ([NAN, NAN, NAN], [0.08, NAN, 0.01]),
    "passed": ([0, 0, 0], [3, 0, 0]),
    "defeated": ([0, 0, 0], [1, 0, 2]),
    "executed": ([0, 0, 0], [2, 0, 0]),
    "taken": ([0, 0, 0], [11, 0, 0]),
    "versions": ([0, 0, 0], [4, 0, 1]),
    "harms": ([0, 0, 0], [2, 0, 0]),
    "challenges": ([0, 0, 0], [3, 0, 1]),
    "juror_income": ([0, 0, 0], [10, 0, -4]),
    "reserves": ([0, 0, 50], [0, 0, 20]),
    "redeemed": ([0, 0, 0], [0, 0, 5]),
    "price": ([2, NAN, 1], [4, NAN, 1]),
    "pool_quote": ([2000, 0, 100], [2000, 0, 100]),
    "uses": ([0, 0, 0], [50, 0, 1]),
    "ahead": ([0, 0, 0], [5, 0, -2]),
    "fees_burned": ([0, 0, 0], [1, 0, 2]),
    "fees_to_developers": ([0, 0, 0], [6, 0, 12]),
    "fees_to_curators": ([0, 0, 0], [2, 0, 4]),
    "fees_to_stakers": ([0, 0, 0], [3, 0, 6]),
    "fees_to_treasury": ([0, 0, 0], [4, 0, 8]),
}
"""Some variables on the first and the last day."""
_PROPOSALS = (
    ("run", "id", "state", "amount", "closed_day", "executed_day", "turnout", "voters", "entitled"),
    (0, 0, "Executed", 100.0, 10, 13, 0.4, 1, 4),
    (0, 1, "Succeeded", 1_000.0, 12, -1, 0.2, 2, 4),
    (0, 2, "Queued", 10_000.0, 15, -1, 0.3, 3, 4),
    (0, 3, "Defeated", 5.0, 20, -1, 0.1, 0, 4),
    (0, 4, "Active", 7.0, -1, -1, 0.9, 4, 4),
    (0, 5, "Executed", 11.0, 30, 33, 0.5, 2, 5),
    (2, 0, "Defeated", 3.0, 8, -1, 0.0, 0, 0),
    (2, 1, "Defeated", 3.0, 9, -1, 0.5, 2, 4),
    (2, 2, "Pending", 3.0, -1, -1, NAN, 0, 0),
)
_VERSIONS = (
    ("run", "version", "model", "proposed_day", "deployed_day", "deployable", "quality", "flaw",
     "audits", "audits_right", "audits_on_flaw", "audits_missed", "signal"),
    (0, 1, 1, 3, 10, True, 1.0, "none", 4, 3, 0, 0, 50.0),
    (0, 2, 2, 5, 17, True, 0.0, "bias", 4, 2, 2, 1, 20.0),
    (0, 3, 3, 6, -1, False, 9.0, "safety", 2, 2, 1, 0, 30.0),
    (0, 4, 3, 7, 12, True, 3.0, "none", 0, 0, 0, 0, 30.0),
    (0, 5, 1, 7, 13, True, -1.0, "none", 0, 0, 0, 0, 50.0),
    (2, 1, 1, -1, -1, False, 0.0, "bias", 0, 0, 0, 0, 0.0),
)  # fmt: skip
_DISPUTES = (
    ("run", "id", "panels", "truth", "ruling"),
    (0, 0, 1, "upheld", "upheld"),
    (0, 1, 3, "rejected", "rejected"),
    (0, 2, 2, "upheld", "refused"),
    (0, 3, 1, "upheld", "none"),
    (2, 0, 1, "rejected", "upheld"),
    (2, 1, 1, "upheld", "none"),
)
RULES = {
    "staking.seed": (100, 0, 0),
    "staking.maturity": (7 * DAY, 0, 0),
    "staking.cooldown": (14 * DAY, 0, 0),
    "governor.voting_delay": (2 * DAY, 0, 0),
    "governor.proposal_threshold": (0.01, 0, 0),
    "kinds.funding.proposal_threshold": (0, 0, 0),
    "kinds.funding.approval": (0.5, 0.5, 0.6),
    "world.pool.fee": (0.003, 0, 0),
    "world.capture.borrow_rate": (0.1, 0.1, 0.1),
    "world.capture.borrow_share": (0.05, 0.05, 0.05),
    "world.capture.lease_price": (0.0015, 0.0015, 0.0015),
    "world.capture.lease_share": (1, 1, 1),
}


def outcome_of_three(days: int = 73, **changes: Any) -> Outcome:
    """Three runs over a fifth of a year; most variables have sane values on its ends alone.

    Run 0 decides and pays, run 1 does nothing and nobody votes, run 2 rejects everything.
    """
    steps = {name: np.full((days + 1, 3), 99.0) for name in VARIABLES}
    for name, (first, last) in ENDS.items():
        path = steps.setdefault(name, np.full((days + 1, 3), 99.0))
        path[0], path[-1] = first, last
    steps["treasury"][days // 2] = [0.08, 7, 0.07]
    for name in ("reserves", "redeemed"):
        steps[name][1:-1] = steps[name][0]
    steps["juror_stake"][:] = [100, 0, 200]
    steps["trust"][:], steps["surplus"][:] = 0.5, [2, 3, -1]
    filled: dict[str, Any] = {
        "points": tuple((small(days=days), replicate) for replicate in range(3)),
        "days": days,
        "steps": steps,
        "votes": np.array([[10.0, 60, 0, 20, 10], [0, 0, 0, 0, 0], [20, 0, 50, 30, 0]]),
        "quorum": np.array([75.0, 10, 120]),
        "rules": Rules({path: np.array(row, dtype=float) for path, row in RULES.items()}),
        "proposals": table(_PROPOSALS),
        "versions": table(_VERSIONS),
        "disputes": table(_DISPUTES),
    }
    return Outcome(**filled | changes)


def table(rows: tuple[tuple[Any, ...], ...]) -> pd.DataFrame:
    """A table of rows, of which the first names the columns."""
    names, *values = rows
    return pd.DataFrame(values, columns=list(names))
