"""The structure of the model: every parameter and every variable does something, and no more."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

import numpy as np
import pytest

from governance.constitution import Constitution
from governance.errors import InputError
from governance.settings import Leaf
from simulations.economy import VARIABLES
from simulations.ensemble import Outcome, step_together
from simulations.scenario import Scenario, rehearsed
from tests.simulations.conftest import busy

UNALTERED = ("token.name", "token.symbol")
SHARES = {"allocation": "community", "market": "developer"}
"""Sections whose shares sum to one: what one part of them gains, this one loses, or gives."""
FIGURES = ("world.capture.",)
"""What figures alone read: ``test_figures.py`` changes each."""
FINER = {"court.random_delay", "court.people.staking"}
"""Times of at most a day: whatever they are, what waits for them is done a day later."""


def strict() -> Scenario:
    """Every kind of proposal asks for more than the governor does, and votes are close."""
    scenario = busy(days=150)
    most = {"proposal_threshold": 0.05, "quorum": 0.3, "approval": 0.95}
    most |= {"voting_period": "30d", "timelock_delay": "30d"}
    asked = {"proposal_threshold": 0.02, "quorum": 0.1, "approval": 0.6}
    asked |= {"voting_period": "10d", "timelock_delay": "9d"}
    for kind in ("constitutional", "deployment", "funding", "dispute"):
        for name, value in (most if kind == "constitutional" else asked).items():
            scenario = scenario.with_value(f"kinds.{kind}.{name}", value)
    for path, value in {
        "governor.quorum_cap": 1_250_000,
        "governor.quorum": 0.12,
        "governor.opening": "20d",
        "emissions.halving": "30d",
        "token.cap": 40_430_000,
        "vesting.team.cliff": "40d",
        "vesting.team.duration": "100d",
        "world.proposals.leniency": 0.2,
        "world.models.harm_every": "2d",
        "world.models.flaw": 0.8,
        "world.audits.collusion": 0.8,
        "world.jury.appeals": 0.9,
        "court.people.most_seats": 10,
    }.items():
        scenario = scenario.with_value(path, value)
    return scenario


def poor() -> Scenario:
    """Few tokens for the taking: limits bind, jurors are short, yields are low."""
    scenario = busy()
    for path, value in {
        "gate.quality_score": 85,
        "gate.quality_auditors": 4,
        "kinds.constitutional.approval": 0.95,
        "kinds.dispute.approval": 0.75,
        "world.proposals.noise": 5,
        "kinds.funding.spend_limit": 60_000,
        "world.proposals.request": 0.02,
        "emissions.per_day": 300,
        "kinds.funding.spend_period": "20d",
        "world.staking.civic": 0.3,
        "world.jury.diligence": 0.7,
        "world.population.jurors": 4,
        "court.people.least_stake": 400_000,
        "court.people.alpha": 1,
        "court.people.most_seats": 10,
        "world.jury.appeals": 0.8,
    }.items():
        scenario = scenario.with_value(path, value)
    return scenario


def others(leaf: Leaf) -> Iterator[object]:
    """Values unlike a parameter's own, the likeliest to be within its bounds first."""
    if leaf.choices:
        yield from (choice for choice in leaf.choices if choice != leaf.value)
    elif isinstance(leaf.value, bool):
        yield not leaf.value
    elif leaf.unit == "duration":
        yield from (leaf.value * 2, leaf.value // 2, leaf.value + 86_400)
    elif isinstance(leaf.value, int):
        yield from (leaf.value * 2, leaf.value // 2, leaf.value + 1)
    else:
        yield from (float(leaf.value) * 2, float(leaf.value) / 2, float(leaf.value) + 0.1)


def moved(scenario: Scenario, section: str, name: str) -> Scenario:
    """The scenario with a part of a section's shares moved between one and its partner."""
    rules = scenario.constitution.model_dump()
    shares, partner = rules[section], SHARES[section]
    name = name if name != partner else "treasury"
    shares[name] += Decimal("0.05")
    shares[partner] -= Decimal("0.05")
    return replace(scenario, constitution=Constitution.model_validate(rules))


def altered(scenario: Scenario, leaf: Leaf) -> Scenario | None:
    """The scenario with another value of one parameter, None if no other is allowed."""
    section, _, name = leaf.path.partition(".")
    if section in SHARES and leaf.unit == "share":
        return moved(scenario, section, name)
    for value in others(leaf):
        try:
            other = scenario.with_value(leaf.path, value)
        except InputError:
            continue
        if other != scenario:
            return other
    return None


def metered() -> Scenario:
    """Emission follows use, and what use costs has a floor that binds."""
    scenario = busy(days=120).with_value("emissions.curve", "usage")
    scenario = scenario.with_value("world.staking.civic", 0.8).with_value("curation.minimum", 2_000)
    return scenario.with_value("market.least_price", 0.15)


def capped() -> Scenario:
    """What use costs has a ceiling that binds."""
    return busy(days=60).with_value("market.most_price", 0.05)


def leaving() -> Scenario:
    """The reserves are worth more than the tokens, and those in hand suffice to open an exit."""
    scenario = busy(days=100)
    for path, value in {
        "world.reserves.quote": 40_000_000,
        "world.reserves.costs": 300_000,
        "exit.threshold": 0.05,
        "exit.window": "10d",
        "exit.opening": "5d",
        "exit.vesting": "20d",
    }.items():
        scenario = scenario.with_value(path, value)
    return scenario


def silent() -> Scenario:
    """The same in a DAO that decides nothing, and where nobody's escrow suffices."""
    scenario = leaving().with_value("exit.threshold", 1).with_value("exit.silence", "30d")
    return scenario.with_value("governor.opening", "90d")


def same(outcome: Outcome, run: int, base: int) -> bool:
    """Whether two runs are the same in all that anybody can see."""
    for path in outcome.steps.values():
        if not np.array_equal(path[:, run], path[:, base], equal_nan=True):
            return False
    table = outcome.proposals.drop(columns="run")
    mine, other = (
        table[outcome.proposals.run == each].reset_index(drop=True) for each in (run, base)
    )
    return mine.equals(other)


def dead(base: Scenario, paths: set[str], replicates: Iterable[int]) -> set[str]:
    """Parameters of which another value changes nothing, or that can have no other."""
    leaves = base.leaves()
    variants = {path: altered(base, leaves[path]) for path in sorted(paths)}
    known = {path: scenario for path, scenario in variants.items() if scenario is not None}
    points = [(scenario, r) for r in replicates for scenario in (base, *known.values())]
    outcome = step_together(points)
    alive = {
        path
        for start in range(0, len(points), len(known) + 1)
        for run, path in enumerate(known, start + 1)
        if not same(outcome, run, start)
    }
    return paths - alive


def raided(kind: str = "whale") -> Scenario:
    """Attackers, and rules that let them have something."""
    scenario = busy(days=60)
    for path, value in {
        "world.population.attackers": 2,
        "world.attack.kind": kind,
        "world.attack.start": "20d",
        "world.attack.holding": 0.1,
        "world.attack.seen": -2,
        "world.attack.term": "26d",
        "world.attack.budget": 20_000,
        "kinds.funding.spend_period": 0,
        "governor.quorum_floor": 1_000,
    }.items():
        scenario = scenario.with_value(path, value)
    return scenario


def raced() -> Scenario:
    """Attackers who run ahead of curators, with time to have something to run for."""
    scenario = busy(days=120).with_value("world.models.flaw", 0.05)
    for path, value in {
        "world.population.attackers": 2,
        "world.attack.kind": "runner",
        "world.attack.start": "10d",
        "world.pool.depth": 0.05,
    }.items():
        scenario = scenario.with_value(path, value)
    return scenario


STAGES = ((busy, 2), (strict, 2), (poor, 4), (metered, 5), (capped, 5))
STAGES += ((leaving, 5), (silent, 2))
STAGES += ((busy, 12), (strict, 12), (poor, 12))
STAGES += tuple((partial(raided, kind), 2) for kind in ("whale", "borrower", "briber"))
"""Scenarios, and replicates of each: what is alive in one needs no other."""


def test_no_parameter_is_dead():
    left = {
        path
        for path in busy().leaves()
        if rehearsed(path) and not path.startswith(("world.population.", *UNALTERED, *FIGURES))
    }
    for stage, replicates in STAGES:
        left = dead(stage(), left, range(replicates))
    assert left == FINER, f"changes nothing: {sorted(left)}"


STIRRED = busy, leaving, raided, raced
"""Scenarios in which, together, every variable moves."""


def test_every_variable_moves():
    outcomes = [step_together([(stage(), r) for r in range(4)]) for stage in STIRRED]
    still = [
        name
        for name in VARIABLES
        if all(np.nanmax(np.nanstd(each.steps[name][1:], axis=0)) == 0 for each in outcomes)
    ]
    assert not still, f"never updated: {still}"


ALONE = {
    "developers": "models",
    "auditors": "audits",
    "jurors": "jury",
    "curators": "curators",
    "users": "demand",
    "traders": "traders",
    "attackers": "attack",
}
"""Cohorts, and the section of the world that only they read."""


@pytest.mark.parametrize("cohort", ALONE)
def test_a_cohort_of_nobody_changes_nothing(cohort):
    without = busy(days=60).with_value(f"world.population.{cohort}", 0)
    if cohort == "users":  # what use is expected to be worth is a belief of the traders
        without = without.with_value("world.population.traders", 0)
    paths = [path for path in without.leaves() if path.startswith(f"world.{ALONE[cohort]}.")]
    others = [altered(without, without.leaves()[path]) for path in paths]
    points = [(without, 1), *((other, 1) for other in others if other is not None)]
    outcome = step_together(points)
    assert all(same(outcome, run, 0) for run in range(1, len(points)))
