"""Drift: how far the simulation and the contracts are apart, per state variable."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulations import store
from simulations.launch import cohort_sizes
from simulations.provenance import now, provenance
from simulations.randomness import Floats, Ints
from simulations.scenario import Scenario

BOUND_REL = 1e-9
"""Relative bound on amounts: float64 carries 16 digits, and a year of a member's deposits,
exits and payments loses a few of them; nine are left for certain."""
BOUND_ABS = 1e-6
"""Absolute bound in tokens: a millionth, the finest amount members act in."""


MOST_REFUSALS = 20
"""Refusals that are kept in the record."""


@dataclass
class Variable:
    """Running comparison of one state variable."""

    unit: str
    exact: bool
    compared: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    first_day: int | None = None
    first_member: int | None = None

    def compare(self, day: int, simulated: Floats, enforced: Floats, members: Ints | None) -> None:
        """Take in values of both courts, shape ``(n,)``; ``members`` says whose they are."""
        gap = np.abs(simulated - enforced)
        size = np.abs(enforced)
        self.compared += gap.size
        self.max_abs = max(self.max_abs, float(gap.max(initial=0.0)))
        self.max_rel = max(self.max_rel, float((gap / np.maximum(size, 1.0)).max(initial=0.0)))
        bound = 0.0 if self.exact else BOUND_ABS + BOUND_REL * size
        over = np.flatnonzero(~(gap <= bound))
        if over.size and self.first_day is None:
            self.first_day = day
            self.first_member = None if members is None else int(members[over[0]])


@dataclass
class Drift:
    """The outcome of a replay.

    Attributes
    ----------
    scenario, run
        What was replayed.
    variables
        Comparison of each state variable.
    refusals
        Actions that the contracts refused, with their reasons.
    transactions, seconds
        How many transactions the embedded chain ran, and how long the replay took.
    """

    scenario: Scenario
    run: int
    variables: dict[str, Variable] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    transactions: int = 0
    seconds: float = 0.0

    @property
    def within(self) -> bool:
        """Whether every variable stayed within its bound every day."""
        return all(variable.first_day is None for variable in self.variables.values())

    def compare(
        self,
        name: str,
        day: int,
        simulated: Any,
        enforced: Any,
        *,
        unit: str = "tokens",
        members: Ints | None = None,
    ) -> None:
        """Compare one variable on one day, if there is anything of it.

        Units other than amounts must agree exactly.
        """
        left, right = (
            np.atleast_1d(np.asarray(simulated, float)),
            np.atleast_1d(np.asarray(enforced, float)),
        )
        if right.size:
            exact = unit not in ("tokens", "shares")
            variable = self.variables.setdefault(name, Variable(unit, exact))
            variable.compare(day, left, right, members)

    def table(self) -> pd.DataFrame:
        """One row per variable."""
        rows = [
            {
                "variable": name,
                "unit": each.unit,
                "compared": each.compared,
                "max_abs": each.max_abs,
                "max_rel": each.max_rel,
                "bound": 0.0 if each.exact else BOUND_REL,
                "first_day": each.first_day,
                "first_member": each.first_member,
                "within": each.first_day is None,
            }
            for name, each in self.variables.items()
        ]
        return pd.DataFrame(rows).astype({"first_day": "Int64", "first_member": "Int64"})

    def record(self) -> dict[str, Any]:
        """Return the outcome as JSON data."""
        return {
            "schema": store.SCHEMA,
            "run": self.run,
            "members": sum(cohort_sizes(self.scenario).values()),
            "days": self.scenario.days,
            "transactions": self.transactions,
            "seconds": round(self.seconds, 3),
            "within": self.within,
            "refusals": self.refusals[:MOST_REFUSALS],
            "bound_rel": BOUND_REL,
            "bound_abs_tokens": BOUND_ABS,
            "scenario": self.scenario.record(),
            "scenario_hash": self.scenario.hash(),
            **provenance(),
            "created": now(),
        }

    def write(self, folder: Path) -> None:
        """Write table and record as a result folder."""
        with store.new_folder(folder) as new:
            store.write_table(new / "drift.parquet", self.table())
            store.write_json(new / "twin.json", self.record())
