"""A scenario: a constitution in a world, for a number of days, from a seed."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from governance.constitution import Constitution, load_constitution
from governance.errors import InputError
from governance.settings import Leaf, Settings, nearest, validate
from governance.units import TOKEN
from simulations.randomness import Floats
from simulations.world import World, load_world

UNREHEARSED = (
    "vesting.team.revocable",
    "vesting.investors.revocable",
    "kinds.deployment.coin_limit",
    "kinds.deployment.spend_limit",
    "kinds.deployment.spend_period",
    "kinds.funding.coin_limit",
    "kinds.dispute.coin_limit",
    "kinds.dispute.spend_limit",
    "kinds.dispute.spend_period",
    "registry.time_to_answer",
    "kinds.parameter.",
    "kinds.constitutional.",
    "guard.",
    "guardian.",
    "court.agents.",
    "kleros.",
    "grants.",
)
"""Where the paths of rules begin that are deployed and that no mechanism reads yet."""


def rehearsed(path: str) -> bool:
    """Whether a parameter changes anything in a simulation."""
    return not path.startswith(UNREHEARSED)


@dataclass(frozen=True)
class Scenario:
    """One thing to rehearse.

    Attributes
    ----------
    constitution, world
        What the DAO chooses, and what it cannot.
    days
        Horizon; one step is one day.
    seed
        Entropy of every random stream. Scenarios that share a seed share their draws
        (common random numbers), so their difference is the rules' doing.
    """

    constitution: Constitution
    world: World
    days: int = 365
    seed: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 36_500:
            raise InputError(f"days = {self.days}: take 1 to 36500")
        if self.seed < 0:
            raise InputError(f"seed = {self.seed}: take 0 or more")

    def leaves(self) -> dict[str, Leaf]:
        """Every numeric or choice parameter of constitution and world, by path."""
        parts: Iterable[tuple[str, Settings]] = (("", self.constitution), ("world.", self.world))
        return {leaf.path: leaf for prefix, part in parts for leaf in part.leaves(prefix)}

    def with_value(self, path: str, value: object) -> Self:
        """Return a copy with one parameter changed; world paths start with ``world.``.

        Raises
        ------
        InputError
            If the path names no parameter or the value is out of bounds.
        """
        if path not in (known := list(self.leaves())):
            raise InputError(f"no parameter {path!r}{nearest(path, known)}")
        if path.startswith("world."):
            return replace(self, world=self.world.with_value(path.removeprefix("world."), value))
        return replace(self, constitution=self.constitution.with_value(path, value))

    def record(self) -> dict[str, Any]:
        """Return the scenario as plain JSON data."""
        return {
            "constitution": json.loads(self.constitution.canonical()),
            "world": json.loads(self.world.canonical()),
            "days": self.days,
            "seed": self.seed,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any], origin: str) -> Self:
        """Rebuild a scenario from :meth:`record`.

        Raises
        ------
        InputError
            If the record does not hold a valid scenario.
        """
        missing = {"constitution", "world", "days", "seed"} - set(record)
        if missing:
            raise InputError(f"{origin}: the scenario lacks {', '.join(sorted(missing))}")
        return cls(
            validate(Constitution, record["constitution"], f"{origin}: constitution"),
            validate(World, record["world"], f"{origin}: world"),
            record["days"],
            record["seed"],
        )

    def hash(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(json.dumps(self.record(), sort_keys=True).encode()).hexdigest()


def load_scenario(
    constitution: str = "startup", world: str = "typical", *, days: int = 365, seed: int = 1
) -> Scenario:
    """Build a scenario from preset names or TOML files.

    Raises
    ------
    InputError
        If a file or field is wrong.
    """
    return Scenario(load_constitution(constitution), load_world(world), days, seed)


class Rules(dict[str, Floats]):
    """Parameters of every run as arrays of shape ``(runs,)``, by dotted path.

    Rules are state: they live beside the ensemble as arrays, so that runs may differ and a
    vote may change them. Tokens and fractions are floats, durations seconds, choices their
    place among the choices.
    """

    @classmethod
    def stack(cls, scenarios: Iterable[Scenario]) -> Self:
        """Stack the numeric parameters of one scenario per run."""
        kept = list(scenarios)
        seen = {id(scenario): scenario for scenario in kept}
        numbers = {key: _numbers(scenario) for key, scenario in seen.items()}
        rows = [numbers[id(scenario)] for scenario in kept]
        return cls({path: np.array([row[path] for row in rows]) for path in rows[0]})

    def rows(self, path: str) -> Floats:
        """One parameter with a members axis to broadcast over, shape ``(runs, 1)``."""
        return self[path][:, None]


def _number(leaf: Leaf) -> float:
    return float(leaf.choices.index(leaf.value) if leaf.choices else leaf.value)


def _numbers(scenario: Scenario) -> dict[str, float]:
    numbers = {
        path: _number(leaf)
        for path, leaf in scenario.leaves().items()
        if leaf.choices or not isinstance(leaf.value, str)
    }
    numbers["staking.seed"] = scenario.constitution.seed / TOKEN
    numbers["emissions.rate"] = scenario.constitution.emissions.rate_wei / TOKEN
    if not all(map(math.isfinite, numbers.values())):
        raise InputError("a parameter is not a finite number")
    return numbers
