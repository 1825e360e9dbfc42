"""What it costs to let the contracts decide, next to the mechanisms."""

from benchmarks.figures import Figure, median_seconds
from simulations.ensemble import step_through
from simulations.lockstep import LockstepModel
from simulations.model import DaoModel
from simulations.scenario import load_scenario

REPETITIONS = 3


def measure() -> list[Figure]:
    """Step 90 days of the typical world, 1,141 members, in both ways."""
    scenario = load_scenario(days=90)
    points = [(scenario, 0)]
    plain = median_seconds(lambda: step_through(DaoModel([scenario], [0]), points), REPETITIONS)
    lockstep = median_seconds(lambda: step_through(LockstepModel(scenario, 0), points), REPETITIONS)
    whose = "the same run by the mechanisms"
    return [
        Figure("lockstep, 90 days of 1,141 members", lockstep, "s", whose, plain / lockstep,
               REPETITIONS),
    ]  # fmt: skip
