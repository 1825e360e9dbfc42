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


@pytest.fixture(params=["startup", "lab"])
def preset(request: pytest.FixtureRequest) -> Scenario:
    return small(request.param)
