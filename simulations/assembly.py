"""The assembly: ledger, mechanisms and cohorts of every run of an ensemble, put together."""

from collections.abc import Sequence

import mesa
import numpy as np

from governance.errors import InputError
from governance.units import DAY, TOKEN
from simulations.actions import Recorder
from simulations.agents.cohort import Cohort, Members
from simulations.agents.delegates import Delegates
from simulations.agents.holders import Holders
from simulations.agents.insiders import Insiders
from simulations.agents.keeper import Keeper
from simulations.agents.view import View
from simulations.ledger import Ledger
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.vesting import Vesting
from simulations.randomness import Draws, Floats, Run, Stream
from simulations.scenario import Rules, Scenario
from simulations.world import holder_balances

GRANTS = ("team", "investors")
"""Vesting grants made at launch, one member each."""


class Assembly(mesa.Model):
    """Everything that a day needs, before it is said in what order a day goes.

    Parameters
    ----------
    scenarios
        One per run; they may differ in any number, not in how many members there are.
    replicates
        One per run; with the scenario's seed it fixes the run's draws.
    record
        Run whose actions are kept for the twin, or None.

    Raises
    ------
    InputError
        If the scenarios differ in population sizes.
    """

    def __init__(
        self, scenarios: Sequence[Scenario], replicates: Sequence[int], record: int | None = None
    ) -> None:
        super().__init__(rng=0)
        self.runs = [Run(s.seed, r) for s, r in zip(scenarios, replicates, strict=True)]
        self.scenarios = list(scenarios)
        self.rules = Rules.stack(scenarios)
        self._lay_out_members()
        self.ledger, self.granted = self._launch()
        self._found_mechanisms()
        self._gather_cohorts()
        self.recorder = None if record is None else Recorder(record)
        self.staking_yield = np.full(len(self.runs), np.inf)

    def view(self, block: str, day: int) -> View:
        """What the cohorts see in a block."""
        parts = (self.ledger, self.staking, self.governor, self.vesting)
        return View(block, day, self.rules, self.staking_yield, *parts)

    def _lay_out_members(self) -> None:
        sizes = {(s.world.population.holders, s.world.population.delegates) for s in self.scenarios}
        if len(sizes) > 1:
            raise InputError(
                "runs of one ensemble differ in world.population.holders or .delegates: "
                "rehearse them in separate ensembles"
            )
        holders, delegates = sizes.pop()
        self.places = {}
        first = 0
        for name, count in (
            ("holders", holders),
            ("delegates", delegates),
            ("insiders", len(GRANTS)),
            ("keeper", 1),
        ):
            self.places[name] = Members(first, count)
            first += count
        self.member_count = first

    def _launch(self) -> tuple[Ledger, Floats]:
        draws = Stream(self.runs, "launch").uniform_rows(self.places["holders"].count)
        liquid = np.zeros((len(self.runs), self.member_count))
        for row, uniform, scenario in zip(liquid, draws, self.scenarios, strict=True):
            row[: uniform.size] = _distribute(uniform, scenario)
        treasury, *granted = (
            np.array([s.constitution.allocated(bucket) / TOKEN for s in self.scenarios])
            for bucket in ("treasury", *GRANTS)
        )
        zero = np.zeros(len(self.runs))
        minted = liquid.sum(axis=-1) + treasury + sum(granted)
        seed = self.rules["staking.seed"].copy()
        ledger = Ledger(liquid, seed, sum(granted, zero), treasury - seed, minted, zero.copy())
        return ledger, np.stack(granted, axis=-1)

    def _found_mechanisms(self) -> None:
        maturity_days = int(np.ceil(self.rules["staking.maturity"].max() / DAY))
        self.emissions = Emissions(self.rules, self.ledger)
        self.staking = Staking(self.rules, self.ledger, keep_days=maturity_days + 3)
        self.governor = Governor(self.rules, self.ledger, self.staking)
        insiders = self.places["insiders"].indices
        self.vesting = Vesting(self.rules, self.ledger, GRANTS, insiders, self.granted)

    def _gather_cohorts(self) -> None:
        places, rules = self.places, self.rules

        def draws(name: str) -> Draws:
            return Draws(self.runs, f"cohort.{name}")

        self.cohorts: dict[str, Cohort] = {
            "keeper": Keeper(self, places["keeper"]),
            "insiders": Insiders(self, places["insiders"]),
            "holders": Holders(
                self, places["holders"], draws("holders"), rules, places["delegates"]
            ),
            "delegates": Delegates(
                self, places["delegates"], draws("delegates"), rules, places["holders"]
            ),
        }


def _distribute(uniform: Floats, scenario: Scenario) -> Floats:
    """Draw holders from the real list and scale them to the community's allocation.

    Amounts are whole millionths of a token, so they are exact on chain too; the first holder
    takes what rounding leaves.
    """
    real = holder_balances(scenario.world.population.holder_data)
    drawn = real[(uniform * real.size).astype(np.int64)]
    community = scenario.constitution.allocated("community") // 10**12
    millionths = np.floor(drawn / drawn.sum() * community).astype(np.int64)
    millionths[0] += community - int(millionths.sum())
    return millionths / 1e6
