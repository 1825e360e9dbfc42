"""What the tests of the market in the economy share: models that are for sale from a day on."""

from collections.abc import Iterable, Sequence

import numpy as np

from simulations.actions import Actions
from simulations.agents.cohort import Cohort, Members
from simulations.agents.offers import Offers
from simulations.agents.view import View
from simulations.model import DaoModel
from simulations.scenario import Scenario
from tests.simulations.conftest import small

QUALITY = (0.0, -0.5, 0.5, 1.0)
"""Of the versions from number 1 on, each of a model of its own."""


def bazaar(constitution: str = "startup", days: int = 120, **values: object) -> Scenario:
    """Those who trade and nobody who works, in small; values by path, dots as underscores."""
    scenario = small(constitution, days=days)
    counts = {"curators": 4, "users": 6, "traders": 5, "developers": 0, "auditors": 0, "jurors": 0}
    for cohort, count in counts.items():
        scenario = scenario.with_value(f"world.population.{cohort}", count)
    for path, value in values.items():
        scenario = scenario.with_value(path.replace("__", "."), value)
    return scenario


class Bazaar(DaoModel):
    """A model in which the catalogue is what a test made it, not what is in the registry."""

    def stock(self, day: int) -> None:
        pass


class Vendors(Cohort):
    """Delegates who sell the versions of a catalogue."""

    def __init__(self, model: DaoModel, members: Members) -> None:
        super().__init__(model, members)
        self._offers = Offers(members, len(model.runs))

    def market(self, view: View) -> list[Actions]:
        due = [self._offers.due(view)]
        if view.day % 30 == 0:
            run = np.repeat(np.arange(view.runs), self.members.count)
            due.append(Actions("market", "withdraw", run, np.tile(self.members.indices, view.runs)))
        return due


def stocked(
    scenarios: Scenario | Sequence[Scenario],
    replicates: Iterable[int] | None = None,
    record: int | None = None,
    columns: int | None = None,
) -> DaoModel:
    """A model whose delegates sell versions, which may run from the beginning."""
    numbers = [0] if replicates is None else list(replicates)
    scenarios = [scenarios] * len(numbers) if isinstance(scenarios, Scenario) else scenarios
    model = Bazaar(scenarios, numbers, record)
    shelf, sellers = model.catalogue, model.places["delegates"]
    shape = len(model.runs), columns or 1 + len(QUALITY)
    number = np.arange(1, 1 + len(QUALITY))
    shelf.model, shelf.developer = np.zeros(shape, int), np.full(shape, -1)
    shelf.deployable, shelf.quality = np.zeros(shape, bool), np.zeros(shape)
    shelf.model[:, number] = number
    shelf.developer[:, number] = sellers.first + number % sellers.count
    shelf.deployable[:, number], shelf.quality[:, number] = True, QUALITY
    model.cohorts = {"vendors": Vendors(model, sellers), **model.cohorts}
    return model


def stepped(model: DaoModel) -> dict[str, np.ndarray]:
    """Step to the horizon; every state variable by day, shape ``(days + 1, runs)``."""
    states = [model.state]
    for _ in range(model.scenarios[0].days):
        model.step()
        states.append(model.state)
    return {name: np.array([state[name] for state in states]) for name in states[0]
            if name not in ("simulation", "subset", "run", "substep", "timestep")}  # fmt: skip
