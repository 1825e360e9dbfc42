"""A year of one run with a million holders: seconds and the most memory it took."""

import json
import subprocess
import sys

from benchmarks.figures import Figure

HOLDERS = 1_000_000
SCRIPT = """
import json, resource, sys, time
from benchmarks.ensemble import population
from simulations.ensemble import step_together
scenario = population(1_000).with_value("world.population.holders", int(sys.argv[1]))
started = time.perf_counter()
outcome = step_together([(scenario, 0)])
seconds = time.perf_counter() - started
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, kilobytes / 2**20, outcome.steps["stakers"][-1, 0]]))
"""


def measure() -> list[Figure]:
    """Run it in a process of its own, whose memory is nobody else's."""
    call = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(HOLDERS)]
    done = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True)
    seconds, gibibytes, stakers = json.loads(done.stdout.splitlines()[-1])
    name = f"a year of {HOLDERS:,} holders"
    return [
        Figure(name, seconds, "s", None, None, 1),
        Figure(f"{name}, most memory", gibibytes, "GiB", None, None, 1),
        Figure(f"{name}, stakers at the end", stakers, "members", None, None, 1),
    ]
