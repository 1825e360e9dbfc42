"""A scenario: a constitution in a world, for a number of days, from a seed."""

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, Self

import numpy as np

from governance.constitution import Constitution, load_constitution
from governance.errors import InputError
from governance.rules import OURS
from governance.settings import Leaf, Settings, nearest, read_toml, setting, validate
from governance.units import SHARE, TOKEN
from simulations.randomness import Floats
from simulations.start import Start, load_start
from simulations.start_tables import COHORTS, POOL
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
    start
        The DAO that it starts from, as it stood on chain; a launch if there is none.
    """

    constitution: Constitution
    world: World
    days: int = 365
    seed: int = 1
    start: Start | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 36_500:
            raise InputError(f"days = {self.days}: take 1 to 36500")
        if self.seed < 0:
            raise InputError(f"seed = {self.seed}: take 0 or more")
        if self.start is not None:
            _fits(self.start, self.world)

    @property
    def contract_shares(self) -> int:
        """Share units that no member holds: the treasury's first stake, or what contracts have."""
        if self.start is not None:
            return int(self.start.books["seed"])
        return self.constitution.seed * (SHARE // TOKEN)

    def require_launch(self, what: str, fix: str = "take out [start] of the world's file") -> None:
        """Check that the scenario starts with a launch.

        Raises
        ------
        InputError
            If it starts from a DAO that was pulled; ``what`` opens the message, ``fix`` ends it.
        """
        if self.start is not None:
            raise InputError(
                f"{what} starts with a launch, and this scenario with the DAO of block "
                f"{self.start.books['block']}: {fix}"
            )

    def leaves(self) -> dict[str, Leaf]:
        """Every numeric or choice parameter of constitution and world, by path."""
        parts: Iterable[tuple[str, Settings]] = (("", self.constitution), ("world.", self.world))
        return {leaf.path: leaf for prefix, part in parts for leaf in part.leaves(prefix)}

    def leaf(self, path: str) -> Leaf:
        """Return one parameter of constitution or world.

        Raises
        ------
        InputError
            If there is none; the message offers the nearest.
        """
        known = self.leaves()
        if path not in known:
            raise InputError(f"no parameter {path!r}{nearest(path, list(known))}")
        return known[path]

    def with_value(self, path: str, value: object) -> Self:
        """Return a copy with one parameter changed; world paths start with ``world.``.

        Raises
        ------
        InputError
            If the path names no parameter or the value is out of bounds.
        """
        self.leaf(path)
        if path.startswith("world."):
            return replace(self, world=self.world.with_value(path.removeprefix("world."), value))
        return replace(self, constitution=self.constitution.with_value(path, value))

    def with_values(self, values: Mapping[str, object]) -> Self:
        """Return a copy with several parameters changed together; see :meth:`with_value`.

        What does not change is shared with this scenario.

        Raises
        ------
        InputError
            If a path names no parameter, a value is out of bounds, or they contradict each other.
        """
        world = {p.removeprefix("world."): v for p, v in values.items() if p.startswith("world.")}
        rules = {path: value for path, value in values.items() if not path.startswith("world.")}
        changed: Any = {"constitution": self.constitution.with_values(rules)} if rules else {}
        changed |= {"world": self.world.with_values(world)} if world else {}
        return replace(self, **changed)

    def world_toml(self, folder: Path) -> str:
        """Return the world as a file of ``folder``, with the start it was loaded with.

        Raises
        ------
        InputError
            If it starts from a DAO of which no folder is known.
        """
        if self.start is None:
            return self.world.to_toml()
        if self.start.folder is None:
            raise InputError("the DAO that this world starts from is in no folder: pull it again")
        way = os.path.relpath(self.start.folder, folder)
        return self.world.to_toml() + start_section(Path(way).as_posix())

    def record(self) -> dict[str, Any]:
        """Return the scenario as plain JSON data; ``start`` only where there is one."""
        return {
            "constitution": json.loads(self.constitution.canonical()),
            "world": json.loads(self.world.canonical()),
            "days": self.days,
            "seed": self.seed,
            **({} if self.start is None else {"start": self.start.record()}),
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
            Start.from_record(record["start"], f"{origin}: start") if "start" in record else None,
        )

    def hash(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(json.dumps(self.record(), sort_keys=True).encode()).hexdigest()


def load_scenario(
    constitution: str = "startup", world: str = "typical", *, days: int = 365, seed: int = 1
) -> Scenario:
    """Build a scenario from preset names or TOML files.

    A world's file may say ``[start]`` with a ``folder``, beside it, of what ``moot pull`` wrote.

    Raises
    ------
    InputError
        If a file or field is wrong.
    """
    rules = load_constitution(constitution)
    loaded, folder = read_world(world)
    return Scenario(rules, loaded, days, seed, None if folder is None else load_start(folder))


def read_world(source: str | Path) -> tuple[World, Path | None]:
    """Load a world, and the folder that its runs start from if its file names one.

    Raises
    ------
    InputError
        If it does not exist, or a field is unknown or out of bounds.
    """
    if not str(source).endswith(".toml"):
        return load_world(source), None
    path = Path(source)
    data = read_toml(path)
    table = data.pop("start", None)
    world = validate(World, data, str(path))
    if table is None:
        return world, None
    return world, path.parent / validate(_Start, table, f"{path}: start").folder


class _Start(Settings):
    """Section ``[start]`` of a world's file."""

    folder: str = setting("Folder of a pulled DAO, beside this file", unit="folder", source=OURS)


def start_section(folder: str) -> str:
    """Return the section of a world's file that starts its runs from a folder beside it."""
    return "\n[start]\n" + _Start(folder=folder).to_toml().strip("[]\n") + "\n"


def _fits(start: Start, world: World) -> None:
    """Refuse a world that gives out what a start has given out already."""
    for cohort in COHORTS:
        asked, there = getattr(world.population, cohort), start.count(cohort)
        if asked != there:
            raise InputError(
                f"world.population.{cohort} = {asked}: the DAO that runs start from has {there}"
            )
    if world.pool.depth and POOL not in start.books["pools"]:
        raise InputError(
            f"world.pool.depth = {world.pool.depth}: runs that start from a pulled DAO give out "
            "no tokens, so there are none to put into a pool; set it to 0, or pull with --pool and "
            "the address of the pool there is"
        )


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


@cache
def _readers() -> tuple[tuple[str, Callable[[Scenario], Any], tuple[str, ...]], ...]:
    """Path, reader and choices of every parameter that is a number or a choice."""
    known = load_scenario().leaves()
    return tuple(
        (
            path,
            attrgetter(path if path.startswith("world.") else f"constitution.{path}"),
            each.choices,
        )
        for path, each in known.items()
        if each.choices or not isinstance(each.value, str)
    )


def _attribute(path: str) -> str:
    return path if path.startswith("world.") else f"constitution.{path}"


def _numbers(scenario: Scenario) -> dict[str, float]:
    numbers = {}
    for path, read, choices in _readers():
        value = read(scenario)
        numbers[path] = float(choices.index(value) if choices else value)
    numbers["staking.seed"] = scenario.contract_shares / SHARE
    numbers["emissions.rate"] = scenario.constitution.emissions.rate_wei / TOKEN
    if not all(map(math.isfinite, numbers.values())):
        raise InputError("a parameter is not a finite number")
    return numbers
