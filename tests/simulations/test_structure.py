"""The structure of the model: every parameter and every variable does something, and no more."""

from collections.abc import Iterable, Iterator

import numpy as np

from governance.errors import InputError
from governance.settings import Leaf
from simulations.economy import VARIABLES
from simulations.ensemble import Outcome, step_together
from simulations.scenario import Scenario, rehearsed
from tests.simulations.conftest import busy

UNALTERED = ("token.name", "token.symbol", "allocation.")
"""Names, and shares that must sum to one, so that none can change alone."""
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


def altered(scenario: Scenario, leaf: Leaf) -> Scenario | None:
    """The scenario with another value of one parameter, None if no other is allowed."""
    for value in others(leaf):
        try:
            other = scenario.with_value(leaf.path, value)
        except InputError:
            continue
        if other != scenario:
            return other
    return None


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


def test_no_parameter_is_dead():
    left = {
        path
        for path in busy().leaves()
        if rehearsed(path) and not path.startswith(("world.population.", *UNALTERED))
    }
    for stage, replicates in (
        (busy, 2),
        (strict, 2),
        (poor, 4),
        (busy, 12),
        (strict, 12),
        (poor, 12),
    ):
        left = dead(stage(), left, range(replicates))
    assert left == FINER, f"changes nothing: {sorted(left)}"


def test_every_variable_moves():
    outcome = step_together([(busy(), replicate) for replicate in range(4)])
    still = [
        name for name in VARIABLES if np.nanmax(np.nanstd(outcome.steps[name][1:], axis=0)) == 0
    ]
    assert not still, f"never updated: {still}"
