"""Drift: how far the simulation and the contracts are apart, per state variable."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from simulations import store
from simulations.launch import cohort_sizes
from simulations.provenance import now, provenance
from simulations.randomness import Ints
from simulations.scenario import Scenario
from simulations.twin.variable import BOUND_ABS, BOUND_REL, SCALES, Numbers, Variable

MOST_REFUSALS = 20
"""Refusals that are kept in the record."""


class Waiting(Protocol):
    """Comparisons that wait."""

    def settle(self) -> None:
        """Do them."""


type Answer = Callable[[], Numbers]
"""Gives values of the contracts once they are there, ``n`` of them."""


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
    transactions
        How many transactions the chain ran.
    seconds, simulating
        How long all of it took, and how much of that the simulation.
    expected
        What waits for answers of the contracts.
    waiting
        What waits to be compared in bulk.
    """

    scenario: Scenario
    run: int
    compared: dict[str, Variable] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    transactions: int = 0
    seconds: float = 0.0
    simulating: float = 0.0
    expected: list[tuple[Variable, int, Numbers, Answer, Ints | None]] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, Variable]:
        """Comparison of each state variable, with all that was compared taken in."""
        self.settle()
        return self.compared

    def settle(self) -> None:
        """Compare what waits."""
        for waiting in self.waiting:
            waiting.settle()
        for variable in self.compared.values():
            variable.settle()

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
        right, left = _numbers(enforced), _numbers(simulated)
        if right:
            self.variable(name, unit, 1.0).add(day, left, right, members)

    def note(
        self,
        name: str,
        day: int,
        simulated: Any,
        enforced: Numbers,
        unit: str,
        members: Ints | None,
    ) -> None:
        """Compare one variable with what the contracts hold, in their units."""
        self.variable(name, unit).add(day, _numbers(simulated), enforced, members)

    def expect(
        self,
        name: str,
        day: int,
        simulated: Any,
        enforced: Answer,
        unit: str,
        members: Ints | None,
    ) -> None:
        """Compare one variable with what the contracts will answer, in their units."""
        variable = self.variable(name, unit)
        self.expected.append((variable, day, _numbers(simulated), enforced, members))

    def take_answers(self) -> None:
        """Compare what was expected: the contracts have answered."""
        for variable, day, simulated, answer, members in self.expected:
            variable.add(day, simulated, answer(), members)
        self.expected.clear()

    def variable(self, name: str, unit: str, scale: float | None = None) -> Variable:
        """Comparison of a variable, in the contracts' units unless ``scale`` says otherwise."""
        scale = SCALES.get(unit, 1.0) if scale is None else scale
        found = self.compared.get(name)
        if found is None:
            found = self.compared[name] = Variable(unit, unit not in SCALES, scale)
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
            "simulation_seconds": round(self.simulating, 3),
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


def _numbers(values: Any) -> Numbers:
    found: Numbers = np.asarray(values, dtype=np.float64).ravel().tolist()
    return found
