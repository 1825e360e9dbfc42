"""A DAO on a chain beside what was read of it, and a way to ask its contracts for every member."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from governance.reading import DaoState, read_dao
from governance.status import ProposalText
from simulations.model import DaoModel
from simulations.pull import Pulled, as_scenario
from simulations.world import load_world
from tests.simulations.living import (
    Living,
)


@dataclass
class Case:
    """A DAO on a chain, what was read of it, and the scenario made of that."""

    it: Living
    state: DaoState
    pulled: Pulled

    def read(self, key: str, function: str, *args: Any) -> Any:
        return self.it.dao.read(key, function, *args)

    @property
    def addresses(self) -> list[str]:
        found: list[str] = self.pulled.start.members.column("address").to_pylist()
        return found

    @cached_property
    def texts(self) -> list[ProposalText]:
        return self.it.dao.proposals()

    def model(self, days: int = 30) -> DaoModel:
        return DaoModel([self.pulled.scenario(days)], [0])

    def ask(self, key: str, function: str, unit: int, *more: Any) -> np.ndarray:
        """What a getter says of every member."""
        return np.array([self.read(key, function, who, *more) / unit for who in self.addresses])


def pulled(it: Living) -> Case:
    """Read a DAO, and make a scenario of it with the people of the typical world."""
    state = read_dao(it.chain, it.dao.manifest)
    return Case(it, state, as_scenario(state, load_world("typical")))
