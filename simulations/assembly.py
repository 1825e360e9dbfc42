"""The assembly: ledger, mechanisms and cohorts of every run of an ensemble, put together."""

from collections.abc import Sequence

import mesa
import numpy as np

from governance.errors import InputError
from governance.units import DAY, TOKEN
from simulations.actions import Actions, Recorder
from simulations.agents.auditors import Auditors
from simulations.agents.challengers import Challengers
from simulations.agents.cohort import Cohort, Members
from simulations.agents.court_view import CourtView
from simulations.agents.delegates import Delegates
from simulations.agents.developers import Developers
from simulations.agents.holders import Holders
from simulations.agents.insiders import Insiders
from simulations.agents.jurors import Jurors
from simulations.agents.keeper import Keeper
from simulations.agents.litigants import Litigants
from simulations.agents.model_view import ModelView
from simulations.agents.view import View
from simulations.ledger import Ledger
from simulations.mechanisms.court import Court
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.gate import Gate
from simulations.mechanisms.governor import TREASURY, Governor
from simulations.mechanisms.kinds import DEPLOYMENT, DISPUTE
from simulations.mechanisms.registry import Registry
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.vesting import Vesting
from simulations.randomness import Draws, Floats, Ints, Keyed, Run, Stream
from simulations.scenario import Rules, Scenario
from simulations.truth import Truth
from simulations.world import holder_balances

GRANTS = ("team", "investors")
"""Vesting grants made at launch, one member each."""
WORKERS = ("developers", "auditors", "jurors")
"""Cohorts that hold ``world.population.workers_share`` at launch, each cohort as much."""


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
        self.recorder = None if record is None else Recorder(record)
        self._lay_out_members()
        self.ledger, self.granted = self._launch()
        self._found_mechanisms()
        self._gather_cohorts()
        self.staking_yield = np.full(len(self.runs), np.inf)

    def view(self, block: str, day: int) -> View:
        """What the cohorts see in a block."""
        models = ModelView(day, self.truth, self.rules, self.registry, self.court, self.staking)
        court = CourtView(day, self.court, self.registry, self.truth)
        parts = (self.ledger, self.staking, self.governor, self.vesting)
        return View(block, day, self.rules, self.staking_yield, models, court, *parts)

    def _lay_out_members(self) -> None:
        sizes = {tuple(_sizes(scenario).items()) for scenario in self.scenarios}
        if len(sizes) > 1:
            raise InputError(
                "runs of one ensemble differ in the numbers of world.population: "
                "rehearse them in separate ensembles"
            )
        self.places = {}
        first = 0
        for name, count in sizes.pop():
            self.places[name] = Members(first, count)
            first += count
        self.member_count = first

    def _launch(self) -> tuple[Ledger, Floats]:
        draws = Stream(self.runs, "launch").uniform_rows(self.places["holders"].count)
        workers = np.concatenate([self.places[name].indices for name in WORKERS])
        liquid = np.zeros((len(self.runs), self.member_count))
        for row, uniform, scenario in zip(liquid, draws, self.scenarios, strict=True):
            wages = _wages(scenario, [self.places[name].count for name in WORKERS])
            row[workers] = wages / 1e6
            row[: uniform.size] = _distribute(uniform, scenario, int(wages.sum()))
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
        self._found_models()

    def _found_models(self) -> None:
        rules, ledger, runs = self.rules, self.ledger, self.runs
        exact = np.ones(len(runs), dtype=bool)
        self.court = Court(rules, ledger, self.staking, Keyed(runs, "court"), exact)
        self.gate = Gate(rules, self.staking)
        self.registry = Registry(rules, ledger, self.gate, self.court)
        self.truth = Truth(rules, Keyed(runs, "harm"))
        self.court.serve("registry", self.registry.rule)
        self.governor.serve(DEPLOYMENT, self.registry.deploy, self.registry.may_deploy)
        self.governor.serve(DISPUTE, self.registry.revoke, self.registry.may_revoke)
        self._accredit()

    def _accredit(self) -> None:
        """Let the auditors there are at launch attest; on chain it is the treasury's decision."""
        auditors = self.places["auditors"]
        run, place = np.divmod(np.arange(len(self.runs) * auditors.count), max(auditors.count, 1))
        treasury = np.full(run.shape, TREASURY)
        accredited = Actions("gate", "accredit", run, treasury, target=auditors.first + place)
        self.gate.accredit(accredited)
        if self.recorder is not None:
            self.recorder.add(0, accredited)

    def _gather_cohorts(self) -> None:
        places, rules = self.places, self.rules

        def draws(name: str) -> Draws:
            return Draws(self.runs, f"cohort.{name}")

        auditors = Auditors(self, places["auditors"], draws("auditors"), rules)
        self.cohorts: dict[str, Cohort] = {
            "keeper": Keeper(self, places["keeper"]),
            "insiders": Insiders(self, places["insiders"]),
            "holders": Holders(
                self, places["holders"], draws("holders"), rules, places["delegates"]
            ),
            "delegates": Delegates(
                self, places["delegates"], draws("delegates"), rules, places["holders"]
            ),
            "developers": Developers(self, places["developers"], draws("developers"), rules),
            "auditors": auditors,
            "challengers": Challengers(
                self, places["auditors"], draws("challengers"), auditors.findings
            ),
            "litigants": Litigants(self, Members(0, 0), draws("litigants")),
            "jurors": Jurors(self, places["jurors"], draws("jurors"), rules),
        }


def _sizes(scenario: Scenario) -> dict[str, int]:
    """How many members each cohort has, in the order in which they stand."""
    population = scenario.world.population
    sizes = {"holders": population.holders, "delegates": population.delegates}
    sizes |= {"insiders": len(GRANTS), "keeper": 1}
    return sizes | {name: getattr(population, name) for name in WORKERS}


def _wages(scenario: Scenario, counts: list[int]) -> Ints:
    """Millionths of a token that each worker holds at launch, shape ``(workers,)``."""
    community = scenario.constitution.allocated("community") // 10**12
    cohorts = max(sum(count > 0 for count in counts), 1)
    whole = int(community * scenario.world.population.workers_share) // cohorts
    return np.concatenate([np.full(count, whole // max(count, 1)) for count in counts])


def _distribute(uniform: Floats, scenario: Scenario, spared: int) -> Floats:
    """Draw holders from the real list and scale them to what the workers spare of the community's.

    Amounts are whole millionths of a token, so they are exact on chain too; the first holder
    takes what rounding leaves.
    """
    real = holder_balances(scenario.world.population.holder_data)
    drawn = real[(uniform * real.size).astype(np.int64)]
    community = scenario.constitution.allocated("community") // 10**12 - spared
    millionths = np.floor(drawn / drawn.sum() * community).astype(np.int64)
    millionths[0] += community - int(millionths.sum())
    return millionths / 1e6
