import pytest

from simulations.scenario import Scenario, load_scenario


def small(constitution: str = "startup", holders: int = 60, days: int = 150) -> Scenario:
    """A scenario small enough to step in a blink, busy enough to exercise every verb."""
    scenario = load_scenario(constitution, days=days, seed=7)
    scenario = scenario.with_value("world.population.holders", holders)
    scenario = scenario.with_value("world.population.delegates", 5)
    scenario = scenario.with_value("world.attention.holders_look_every", "5d")
    scenario = scenario.with_value("world.staking.delegating", 0.4)
    if constitution == "lab":
        scenario = scenario.with_value("world.staking.civic", 0.8)
    scenario = scenario.with_value("governor.opening", 0)
    return scenario.with_value("world.proposals.per_month", 6)


def without_trade(scenario: Scenario) -> Scenario:
    """The same without a pool and those who need one, and without curators."""
    for cohort in ("users", "traders", "curators"):
        scenario = scenario.with_value(f"world.population.{cohort}", 0)
    return scenario.with_value("world.pool.depth", 0)


def plain(scenario: Scenario) -> Scenario:
    """The same with nobody but holders and delegates, and a treasury."""
    for cohort in ("developers", "auditors", "jurors"):
        scenario = scenario.with_value(f"world.population.{cohort}", 0)
    return without_trade(scenario)


def changed(scenario: Scenario, values: dict[str, object]) -> Scenario:
    """Change several parameters at once, where a rule binds them together."""
    record = scenario.record()
    for path, value in values.items():
        target = record["world" if path.startswith("world.") else "constitution"]
        *parents, last = path.removeprefix("world.").split(".")
        for parent in parents:
            target = target[parent]
        target[last] = value
    return Scenario.from_record(record, "test")


@pytest.fixture(params=["startup", "lab"])
def preset(request: pytest.FixtureRequest) -> Scenario:
    return small(request.param)


def busy(days: int = 200) -> Scenario:
    """A small scenario with everybody in it, in which everything that can happen does."""
    scenario = small(days=days)
    for path, value in {
        "population.developers": 4,
        "population.auditors": 9,
        "population.jurors": 12,
        "population.workers_share": 0.3,
        "attention.holders_vote": 0.7,
        "attention.delegates_look_every": "1d",
        "models.release_every": "12d",
        "models.flaw": 0.4,
        "models.harm_every": "20d",
        "audits.duration": "3d",
        "audits.validity": "60d",
        "audits.accuracy": 0.7,
        "audits.collusion": 0.3,
        "audits.vigilance": 0.5,
        "jury.accuracy": 0.8,
        "jury.appeals": 0.6,
        "jury.diligence": 0.9,
    }.items():
        scenario = scenario.with_value(f"world.{path}", value)
    return scenario.with_value("registry.challenge_bond", 100)
