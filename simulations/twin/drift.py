"""Drift: how far the simulation and the contracts are apart, per state variable."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

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


type Answer = Callable[[], Floats]
"""Gives values of the contracts once they are there, shape ``(n,)``."""


class Comparison(NamedTuple):
    """Values of one variable on one day in both courts, shape ``(n,)``."""

    day: int
    simulated: Floats
    enforced: Floats | Answer
    members: Ints | None


@dataclass
class Variable:
    """Running comparison of one state variable.

    What is compared waits until it is settled, for one comparison of a month's values costs hardly
    more than one of a day's.
    """

    unit: str
    exact: bool
    scale: float = 1.0
    compared: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    first_day: int | None = None
    first_member: int | None = None
    waiting: list[Comparison] = field(default_factory=list)

    def settle(self) -> None:
        """Take in what waits."""
        if not self.waiting:
            return
        waiting, self.waiting = self.waiting, []
        simulated = np.concatenate([each.simulated for each in waiting])
        enforced = np.concatenate([_values(each.enforced) for each in waiting]) / self.scale
        gap = np.nan_to_num(np.abs(simulated - enforced), nan=np.inf, posinf=np.inf)
        size = np.nan_to_num(np.abs(enforced), nan=1.0)
        self.compared += gap.size
        self.max_abs = max(self.max_abs, float(gap.max()))
        self.max_rel = max(self.max_rel, float((gap / np.maximum(size, 1.0)).max()))
        over = np.flatnonzero(gap > (0.0 if self.exact else BOUND_ABS + BOUND_REL * size))
        if over.size and self.first_day is None:
            self._remember(waiting, int(over[0]))

    def _remember(self, waiting: list[Comparison], place: int) -> None:
        for each in waiting:
            if place < each.simulated.size:
                self.first_day = each.day
                self.first_member = None if each.members is None else int(each.members[place])
                return
            place -= each.simulated.size


def _values(enforced: Floats | Answer) -> Floats:
    return enforced() if callable(enforced) else enforced


@dataclass
class Drift:
    """The outcome of a replay.

    Attributes
    ----------
    scenario, run
        What was replayed.
    compared
        Comparison of each state variable, some of it perhaps not settled.
    refusals
        Actions that the contracts refused, with their reasons.
    transactions, seconds
        How many transactions the embedded chain ran, and how long the replay took.
    """

    scenario: Scenario
    run: int
    compared: dict[str, Variable] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    transactions: int = 0
    seconds: float = 0.0

    @property
    def variables(self) -> dict[str, Variable]:
        """Comparison of each state variable, with all that was compared taken in."""
        self.settle()
        return self.compared

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
        right = np.array(enforced, dtype=np.float64, ndmin=1).ravel()
        left = np.array(simulated, dtype=np.float64, ndmin=1).ravel()
        if right.size:
            variable = self._variable(name, unit, 1.0)
            variable.waiting.append(Comparison(day, left, right, members))

    def expect(
        self,
        name: str,
        day: int,
        simulated: Any,
        enforced: Answer,
        *,
        unit: str = "tokens",
        members: Ints | None = None,
        scale: float = 1.0,
    ) -> None:
        """Compare one variable with what the contracts will answer, in units of ``scale``."""
        left = np.array(simulated, dtype=np.float64, ndmin=1).ravel()
        if left.size:
            variable = self._variable(name, unit, scale)
            variable.waiting.append(Comparison(day, left, enforced, members))

    def settle(self) -> None:
        """Take in what was compared since the last time."""
        for variable in self.compared.values():
            variable.settle()

    def _variable(self, name: str, unit: str, scale: float) -> Variable:
        found = self.compared.get(name)
        if found is None:
            exact = unit not in ("tokens", "shares")
            found = self.compared[name] = Variable(unit, exact, scale)
        if found.scale != scale:
            raise ValueError(f"{name} is compared in units of {found.scale:g} and of {scale:g}")
        return found

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
