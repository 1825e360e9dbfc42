"""The assembly: ledger, mechanisms and cohorts of every run of an ensemble, put together."""

from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any

import mesa
import numpy as np

from governance.errors import InputError
from governance.units import DAY, TOKEN
from simulations.actions import Actions, Recorder
from simulations.agents.auditors import Auditors
from simulations.agents.borrowers import Borrowers
from simulations.agents.bribers import Bribers
from simulations.agents.challengers import Challengers
from simulations.agents.cohort import Cohort, Members
from simulations.agents.court_view import CourtView
from simulations.agents.curators import Curators
from simulations.agents.delegates import Delegates
from simulations.agents.developers import Developers
from simulations.agents.exit_view import ExitView
from simulations.agents.holders import Holders
from simulations.agents.insiders import Insiders
from simulations.agents.jurors import Jurors
from simulations.agents.keeper import Keeper
from simulations.agents.leavers import Leavers
from simulations.agents.litigants import Litigants
from simulations.agents.model_view import ModelView
from simulations.agents.money import Catalogue, Money
from simulations.agents.raid_view import RaidView
from simulations.agents.raiders import Raiders
from simulations.agents.runners import Runners
from simulations.agents.sellers import Sellers
from simulations.agents.sybils import Sybils
from simulations.agents.traders import Traders
from simulations.agents.users import Users
from simulations.agents.view import View
from simulations.agents.washers import Washers
from simulations.agents.whales import Whales
from simulations.launch import GRANTS, MILLION, cohort_sizes, drawn, first_tokens
from simulations.ledger import Ledger
from simulations.mechanisms.amm import Amm
from simulations.mechanisms.bribes import Bribes
from simulations.mechanisms.court import Court
from simulations.mechanisms.curation import Curation
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.exit import Exit
from simulations.mechanisms.gate import Gate
from simulations.mechanisms.governor import TREASURY, Governor
from simulations.mechanisms.kinds import DEPLOYMENT, DISPUTE
from simulations.mechanisms.lending import Lending
from simulations.mechanisms.market import Market
from simulations.mechanisms.registry import Registry
from simulations.mechanisms.staking import Staking
from simulations.mechanisms.stream import Stream as Rewards
from simulations.mechanisms.vesting import Vesting
from simulations.randomness import Draws, Floats, Keyed, Run, Runs, Stream
from simulations.resume import ledger_of, resume, reveal
from simulations.scenario import Rules, Scenario
from simulations.start import Start
from simulations.truth import Truth

RAIDERS: tuple[type[Raiders], ...] = (Whales, Sybils, Borrowers, Bribers)
"""Attackers who are after the treasury; those of a run are of one kind."""


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
        If the scenarios differ in population sizes, or in what they start from.
    """

    def __init__(
        self, scenarios: Sequence[Scenario], replicates: Sequence[int], record: int | None = None
    ) -> None:
        super().__init__(rng=0)
        self.runs = Runs(Run(s.seed, r) for s, r in zip(scenarios, replicates, strict=True))
        self.scenarios = list(scenarios)
        self.rules = Rules.stack(scenarios)
        self.recorder = None if record is None else Recorder(record)
        self.start = self._common_start()
        self._lay_out_members()
        self.ledger, self.granted = self._launch()
        self._found_mechanisms()
        if self.start is not None:
            resume(self, self.start)
        self._gather_cohorts()
        if self.start is not None:
            reveal(self, self.start)
        self.staking_yield = np.full(len(self.runs), np.inf)

    def view(self, block: str, day: int) -> View:
        """What the cohorts see in a block."""
        models = ModelView(day, self.truth, self.rules, self.registry, self.court, self.staking)
        court = CourtView(day, self.court, self.registry, self.truth)
        leaving = ExitView(day, self.rules, self.exit, self.amm)
        raid = RaidView(day, self.governor, self.lending)
        parts = (models, court, self.money, leaving, raid)
        books = (self.ledger, self.staking, self.governor, self.vesting)
        return View(block, day, self.rules, self.staking_yield, *parts, *books)

    def decide(self, block: str, day: int, verbs: Container[str]) -> Iterator[Actions]:
        """Let every cohort decide in a block that takes some verbs; each sees what was done."""
        view = self.view(block, day)
        for cohort in self.cohorts.values():
            yield from cohort.decide(view)

    def carry_out(self, day: int, actions: Actions, apply: Callable[[Actions], Any]) -> None:
        """Let a mechanism apply what members did, and record it."""
        apply(actions)
        if self.recorder is not None:
            self.recorder.add(day, actions)

    def found[T, **P](self, kind: Callable[P, T], *parts: P.args, **more: P.kwargs) -> T:
        """Make the ledger or a mechanism; who has another of the kind makes that."""
        return kind(*parts, **more)

    def _common_start(self) -> Start | None:
        starts = list({id(each.start): each.start for each in self.scenarios}.values())
        if len(starts) > 1 and len({start and start.digest() for start in starts}) > 1:
            raise InputError(
                "runs of one ensemble start from different DAOs: rehearse them in separate "
                "ensembles"
            )
        return starts[0]

    def _lay_out_members(self) -> None:
        sizes = {tuple(cohort_sizes(scenario).items()) for scenario, _ in self._alike()}
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
        if self.start is not None:
            self.lent, none = np.zeros(len(self.runs)), np.zeros((len(self.runs), len(GRANTS)))
            return ledger_of(self.start, len(self.runs), self.member_count), none
        draws = Stream(self.runs, "launch").uniform_rows(self.places["holders"].count)
        liquid = np.zeros((len(self.runs), self.member_count))
        pool, self.lent = np.zeros((2, len(self.runs)))
        buckets = np.zeros((1 + len(GRANTS), len(self.runs)))
        for scenario, run in self._alike():
            first = first_tokens(scenario)
            pool[run], self.lent[run] = first["pool"] / MILLION, first["lender"] / MILLION
            liquid[run, : draws.shape[1]] = drawn(draws[run], scenario, first["holders"])
            for name in first.keys() - {"pool", "lender", "holders"}:
                liquid[run, self.places[name].slice] = first[name] / MILLION
            amounts = map(scenario.constitution.allocated, ("treasury", *GRANTS))
            buckets[:, run] = [[amount / TOKEN] for amount in amounts]
        treasury, *granted = buckets
        zero = np.zeros(len(self.runs))
        minted = liquid.sum(axis=-1) + treasury + sum(granted)
        seed = self.rules["staking.seed"].copy()
        ledger = self.found(
            Ledger, liquid, seed, sum(granted, zero), treasury - seed, minted, zero.copy()
        )
        ledger.open("amm")
        ledger.mint_to("amm", pool)
        return ledger, np.stack(granted, axis=-1)

    def _alike(self) -> list[tuple[Scenario, list[int]]]:
        """Each scenario and the rows of its runs."""
        rows: dict[int, list[int]] = {}
        for row, scenario in enumerate(self.scenarios):
            rows.setdefault(id(scenario), []).append(row)
        return [(self.scenarios[mine[0]], mine) for mine in rows.values()]

    def _found_mechanisms(self) -> None:
        maturity_days = int(np.ceil(self.rules["staking.maturity"].max() / DAY))
        self.emissions = self.found(Emissions, self.rules, self.ledger)
        self.staking = self.found(Staking, self.rules, self.ledger, keep_days=maturity_days + 3)
        self.governor = self.found(Governor, self.rules, self.ledger, self.staking)
        insiders = self.places["insiders"].indices
        self.vesting = self.found(Vesting, self.rules, self.ledger, GRANTS, insiders, self.granted)
        self.lending, self.bribes = Lending(self.ledger, self.lent), Bribes(len(self.runs))
        self.taken = np.zeros(len(self.runs))
        self._found_models()

    def _found_models(self) -> None:
        rules, ledger, runs = self.rules, self.ledger, self.runs
        exact = np.ones(len(runs), dtype=bool)
        self.court = self.found(Court, rules, ledger, self.staking, Keyed(runs, "court"), exact)
        self.gate = self.found(Gate, rules, self.staking)
        self.registry = self.found(Registry, rules, ledger, self.gate, self.court)
        self.truth = Truth(rules, Keyed(runs, "harm"))
        self.court.serve("registry", self.registry.rule)
        self.governor.serve(DEPLOYMENT, self.registry.deploy, self.registry.may_deploy)
        self.governor.serve(DISPUTE, self.registry.revoke, self.registry.may_revoke)
        self._accredit()
        self._found_market()

    def _accredit(self) -> None:
        """Let the auditors there are at launch attest; on chain it is the treasury's decision."""
        auditors = self.places["auditors"]
        run, place = np.divmod(np.arange(len(self.runs) * auditors.count), max(auditors.count, 1))
        treasury = np.full(run.shape, TREASURY)
        accredited = Actions("gate", "accredit", run, treasury, target=auditors.first + place)
        self.carry_out(0, accredited, self.gate.accredit)

    def _found_market(self) -> None:
        rules, ledger, places = self.rules, self.ledger, self.places
        pool = ledger.pools["amm"] * rules["world.pool.price"]
        self.amm = Amm(ledger, rules["world.pool.fee"], pool)
        self.catalogue = Catalogue.empty(len(self.runs))
        self.curation = self.found(Curation, rules, ledger, 1, self._signallers())
        self.stream = self.found(Rewards, rules, ledger)
        self.staking.when_emptied = self.stream.stand_still
        self.market = self.found(
            Market, rules, ledger, self.catalogue, self.curation, self.staking, self.stream,
            slice(places["users"].first, places["traders"].first),
        )  # fmt: skip
        parts = (self.amm, self.market, self.curation, self.catalogue)
        self.money = Money(rules, ledger, *parts)
        self.exit = self.found(Exit, rules, ledger, rules.rows("world.reserves.quote").copy())

    def _signallers(self) -> slice:
        """Curators, and where there are attackers all up to these, who may signal too."""
        first, last = self.places["curators"], self.places["attackers"]
        return slice(first.first, last.first + last.count) if last.count else first.slice

    def stock(self, day: int) -> None:
        """Let the market sell what the registry says may run."""
        self.catalogue.follow(self.registry, self.truth, day * float(DAY))
        self.market.fit()

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
        if places["attackers"].count:
            first, makers = places["curators"].first, places["developers"].count
            self.cohorts["runners"] = Runners(self, places["attackers"], rules, first, makers)
        for name, kind in (("curators", Curators), ("users", Users), ("traders", Traders)):
            if places[name].count:
                self.cohorts[name] = kind(self, places[name], draws(name), rules)
        self.cohorts["leavers"] = Leavers(self, places["holders"], draws("leavers"), rules)
        if places["attackers"].count:
            for raider in RAIDERS:
                name = raider.__name__.lower()
                self.cohorts[name] = raider(self, places["attackers"], draws(name), rules)
            self.cohorts["washers"] = Washers(
                self, places["attackers"], draws("washers"), rules, places["developers"]
            )
        self.cohorts["sellers"] = Sellers(self, Members(0, self.member_count))
