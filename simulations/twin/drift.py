"""Drift: how far the simulation and the contracts are apart, per state variable."""

from collections.abc import Callable
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


MOST_WAITING = 1_000
"""Comparisons of a variable that wait."""
MOST_REFUSALS = 20
"""Refusals that are kept in the record."""


type Answer = Callable[[], Floats]
"""Gives values of the contracts once they are there, shape ``(n,)``."""


@dataclass
class Variable:
    """Running comparison of one state variable.

    What is to be compared waits until there is much of it, for a comparison of many days' values
    costs hardly more than one of a day's.
    """

    unit: str
    exact: bool
    scale: float = 1.0
    compared: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    first_day: int | None = None
    first_member: int | None = None
    _days: list[int] = field(default_factory=list)
    _simulated: list[Floats] = field(default_factory=list)
    _enforced: list[Floats] = field(default_factory=list)
    _members: list[Ints | None] = field(default_factory=list)

    def add(self, day: int, simulated: Floats, enforced: Floats, members: Ints | None) -> None:
        """Note values of both courts, shape ``(n,)``; ``members`` says whose they are."""
        self._days.append(day)
        self._simulated.append(simulated)
        self._enforced.append(enforced)
        self._members.append(members)
        if len(self._days) >= MOST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Compare what waits."""
        if not self._days:
            return
        enforced = np.concatenate(self._enforced) / self.scale
        difference = np.abs(np.concatenate(self._simulated) - enforced)
        gap = np.nan_to_num(difference, nan=np.inf, posinf=np.inf)
        size = np.nan_to_num(np.abs(enforced), nan=1.0)
        self.compared += gap.size
        self.max_abs = max(self.max_abs, float(gap.max()))
        self.max_rel = max(self.max_rel, float((gap / np.maximum(size, 1.0)).max()))
        over = np.flatnonzero(gap > (0.0 if self.exact else BOUND_ABS + BOUND_REL * size))
        if over.size and self.first_day is None:
            self._remember(int(over[0]))
        for waiting in (self._days, self._simulated, self._enforced, self._members):
            waiting.clear()

    def _remember(self, place: int) -> None:
        for day, values, members in zip(self._days, self._enforced, self._members, strict=True):
            if place < values.size:
                self.first_day = day
                self.first_member = None if members is None else int(members[place])
                return
            place -= values.size


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
    expected
        What waits for answers of the contracts.
    """

    scenario: Scenario
    run: int
    compared: dict[str, Variable] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    transactions: int = 0
    seconds: float = 0.0
    expected: list[tuple[Variable, int, Floats, Answer, Ints | None]] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, Variable]:
        """Comparison of each state variable, with all that was compared taken in."""
        for variable in self.compared.values():
            variable.settle()
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
        right = np.array(enforced, dtype=np.float64).ravel()
        left = np.array(simulated, dtype=np.float64).ravel()
        if right.size:
            self._variable(name, unit, 1.0).add(day, left, right, members)

    def expect(
        self,
        name: str,
        day: int,
        simulated: Any,
        enforced: Answer,
        unit: str,
        members: Ints | None,
        scale: float,
    ) -> None:
        """Compare one variable with what the contracts will answer, in units of ``scale``."""
        left = np.array(simulated, dtype=np.float64).ravel()
        variable = self._variable(name, unit, scale)
        self.expected.append((variable, day, left, enforced, members))

    def take_answers(self) -> None:
        """Compare what was expected: the contracts have answered."""
        for variable, day, simulated, answer, members in self.expected:
            variable.add(day, simulated, answer(), members)
        self.expected.clear()

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
