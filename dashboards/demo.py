"""The demo: the whole loop once, on real input, in about a minute."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from dashboards.story import Story
from governance.errors import CheckRefused
from simulations import report, store
from simulations.rehearsal import rehearse
from simulations.scenario import Scenario, load_scenario
from simulations.studies import printing
from simulations.studies.runner import Options, run_study
from simulations.studies.study import load_study
from simulations.twin import replay_run

STEPS = 7
RUNS = 200
REPLAYED = 0
"""The run whose actions are kept and replayed."""


class Demo:
    """Runs the loop and writes its results.

    Parameters
    ----------
    folder
        Where the results go.
    console
        Where it speaks.
    """

    def __init__(self, folder: Path, console: Console) -> None:
        self._folder = folder
        self._console = console
        self._step = 0

    def run(self) -> None:
        """Rehearse, govern on chain, replay and sweep.

        Raises
        ------
        CheckRefused
            If the replayed run drifts from the contracts.
        """
        started = time.perf_counter()
        for part in ("rehearsal", "twin", "sweep"):
            store.require_free(self._folder / part)
        scenario = self._read()
        story = Story(scenario, self._tell)
        with self._part("Deploy the rules as contracts, on the embedded chain"):
            manifest = story.deploy()
        self._rehearse(scenario)
        with self._part("Govern on chain: fund an audit of the triage model"):
            told = story.govern(manifest)
        store.write_json(self._folder / "story.json", told)
        self._replay(scenario)
        self._sweep()
        seconds = time.perf_counter() - started
        self._console.print(f"\n[bold]{STEPS}/{STEPS} Look at it[/bold]")
        self._console.print(f"All done in {seconds:.0f} s; the results are in {self._folder}.")

    @contextmanager
    def _part(self, title: str) -> Iterator[None]:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}/{STEPS} {title}[/bold]")
        started = time.perf_counter()
        yield
        self._console.print(f"[dim]{time.perf_counter() - started:.1f} s[/dim]")

    def _read(self) -> Scenario:
        scenario = load_scenario("startup", "typical")
        rules, world = scenario.constitution, scenario.world
        with self._part("Read the rules and the world"):
            self._console.print(
                f"Asclepius, a community that governs a triage model: {rules.token.symbol}, "
                f"{rules.token.initial_supply:,} tokens, quorum {rules.governor.quorum:.0%}, "
                f"{rules.emissions.per_day:,} new tokens a day.\n"
                f"{world.population.holders:,} holders drawn from the real list of "
                f"{world.population.holder_data}, {world.population.delegates} delegates."
            )
        return scenario

    def _rehearse(self, scenario: Scenario) -> None:
        with self._part(f"Rehearse a year, {RUNS} times"):
            with report.rehearsing(RUNS, scenario.days) as on_day:
                done = rehearse(scenario, RUNS, record=REPLAYED, on_day=on_day)
            done.write(self._folder / "rehearsal")
            report.headline(done)

    def _tell(self, step: dict[str, Any]) -> None:
        facts = step["facts"]
        change = " → ".join(facts[key] for key in ("before", "after") if key in facts)
        self._console.print(f"  [bold]{step['title']:<9}[/bold]{step['detail']}")
        if change:
            self._console.print(f"  {'':<9}[green]{change}[/green]")

    def _replay(self, scenario: Scenario) -> None:
        with self._part("Replay one simulated year on the real bytecode"):
            with report.progress("days") as on_day:
                drift = replay_run(scenario, REPLAYED, on_day=on_day)
            drift.write(self._folder / "twin")
            report.drift(drift)
        if not drift.within:
            raise CheckRefused("the simulation drifts from the contracts beyond the bound")

    def _sweep(self) -> None:
        study = load_study("quorum-and-emission")
        title = f"Sweep two rules: {study.size} points, {study.replicates} runs each"
        with self._part(title):
            with report.progress("runs") as on_batch:
                done = run_study(
                    study, self._folder / "sweep", Options(resume=True), on_batch=on_batch
                )
            printing.result(done)
