"""How fast a simulated year is replayed on the bytecode, comparisons included."""

import statistics

from benchmarks.figures import Figure
from simulations.scenario import load_scenario
from simulations.twin import replay_run

REPETITIONS = 3


def measure() -> list[Figure]:
    """Replay a year of 200 members."""
    scenario = load_scenario().with_value("world.population.holders", 200)
    drifts = [replay_run(scenario, 0) for _ in range(REPETITIONS)]
    seconds = statistics.median(drift.seconds for drift in drifts)
    sent = drifts[0].transactions
    return [
        Figure("twin, a year of 200 members", seconds, "s", None, None, REPETITIONS),
        Figure("twin, with comparisons", sent / seconds, "transactions/s", None, None, REPETITIONS),
    ]
