"""What it costs to record a run's actions: one run of 200 holders, in turns with and without."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from simulations import store
from simulations.ensemble import step_together
from simulations.scenario import Scenario, load_scenario

HOLDERS = 200
REPETITIONS = 7


def measure() -> list[Figure]:
    """Step a year both ways, and once more without, which tells how far ratios are off."""
    scenario = load_scenario().with_value("world.population.holders", HOLDERS)
    _seconds(scenario, None)
    turns = [[_seconds(scenario, each) for each in (None, 0, None)] for _ in range(REPETITIONS)]
    off, on, again = (statistics.median(column) for column in zip(*turns, strict=True))
    kept = statistics.median(plain / recorded for plain, recorded, _ in turns)
    same = statistics.median(plain / other for plain, _, other in turns)
    name = f"a year of {HOLDERS} holders"
    return [
        Figure(name, off, "s", None, None, REPETITIONS),
        Figure(f"{name}, recorded and written", on, "s", name, kept, REPETITIONS),
        Figure(f"{name}, not recorded again", again, "s", name, same, REPETITIONS),
        Figure("what recording adds", 100.0 * (1.0 / kept - 1.0), "%", name, None, REPETITIONS),
    ]


def _seconds(scenario: Scenario, record: int | None) -> float:
    """Processor seconds of a run, with its log written to a file if it is recorded."""
    started = time.process_time()
    outcome = step_together([(scenario, 0)], record)
    if outcome.actions is not None:
        with tempfile.TemporaryDirectory() as folder:
            store.write_table(Path(folder) / "actions.parquet", outcome.actions)
    return time.process_time() - started
