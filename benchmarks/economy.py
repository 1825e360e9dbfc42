"""The whole economy: a year of everybody, 200 times, and how soon its first figures are known."""

import json
import subprocess
import sys

from benchmarks.figures import Figure

RUNS = 200
REPETITIONS = 3
SCRIPT = """
import json, resource, sys, time
from simulations.rehearsal import rehearse
from simulations.scenario import load_scenario
scenario = load_scenario(sys.argv[2])
told = []
started = time.perf_counter()
rehearse(scenario, int(sys.argv[1]), on_day=lambda *_: told.append(time.perf_counter() - started))
seconds = time.perf_counter() - started
known = next(day for day, at in enumerate(told) if at >= 2.0 or day == len(told) - 1)
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, kilobytes / 2**20, told[30], known]))
"""


def measure() -> list[Figure]:
    """Rehearse it in processes of their own, whose memory is nobody else's."""
    done = [_once("startup") for _ in range(REPETITIONS)]
    seconds, memory, month, known = (
        sorted(column)[REPETITIONS // 2] for column in zip(*done, strict=True)
    )
    name = f"the whole economy, {RUNS} runs of a year, 1,000 holders"
    return [
        Figure(name, seconds, "s", None, None, REPETITIONS),
        Figure(f"{name}, most memory", memory, "GiB", None, None, REPETITIONS),
        Figure(f"{name}, first month of all runs known", month, "s", None, None, REPETITIONS),
        Figure(f"{name}, days known after 2 s", known, "days", None, None, REPETITIONS),
    ]


def _once(constitution: str) -> list[float]:
    call = [sys.executable, "-W", "ignore", "-c", SCRIPT, str(RUNS), constitution]
    done = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True)
    figures: list[float] = json.loads(done.stdout.splitlines()[-1])
    return figures
