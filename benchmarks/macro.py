"""The macro model: 10,000 runs of 1,000 days, beside cadCAD's own Monte Carlo on its blocks."""

import subprocess
import sys

import numpy as np

from benchmarks.ensemble import cadcad_monte_carlo, population
from benchmarks.figures import Figure, side_by_side
from simulations.ensemble import step_together
from simulations.macro.ensemble import step_macro
from simulations.macro.model import MacroModel, blocks, initial_state
from simulations.macro.rehearsal import Rehearsal, rehearse_macro
from simulations.macro.rehearsal import measure as figures_of
from simulations.scenario import load_scenario

RUNS, DAYS = 10_000, 1_000
CADCAD_RUNS = 3
REPETITIONS = 3
BOTH, MEMBERS = 60, 1_000
_ALONE = """
import resource, time
from benchmarks.macro import rehearse_all
started = time.process_time()
rehearse_all()
print(time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def rehearse_all() -> Rehearsal:
    """Rehearse every run, as ``moot simulate --macro`` does."""
    return rehearse_macro(load_scenario(days=DAYS), RUNS)


def measure() -> list[Figure]:
    """Time both in one process, in turns; processor time and memory are those of a process alone.

    Processor time is the figure to read where other work shares the machine.
    """
    scenario = load_scenario(days=DAYS)
    works = [
        rehearse_all,
        lambda: cadcad_monte_carlo(scenario, CADCAD_RUNS, MacroModel, blocks, initial_state),
    ]
    taken, cadcad = side_by_side(works, REPETITIONS)
    speed, slow = RUNS * DAYS / taken, CADCAD_RUNS * DAYS / cadcad
    child = subprocess.run(
        [sys.executable, "-c", _ALONE], check=True, capture_output=True, text=True
    )
    busy, peak = map(float, child.stdout.split())
    name, unit, other = (
        f"macro, {RUNS:,} runs x {DAYS:,} days",
        "runs x days/s",
        "cadCAD Monte Carlo",
    )
    return [
        Figure(name, taken, "s", None, None, REPETITIONS),
        Figure(name, speed, unit, f"{other} on its blocks", speed / slow, REPETITIONS),
        Figure(f"{other} on the macro blocks", slow, unit, None, None, REPETITIONS),
        Figure(f"{name}: processor time", busy, "s", None, None, 1),
        Figure(f"{name}: peak memory", peak / 1024, "MiB", None, None, 1),
        *_same_outcomes(),
    ]


def _same_outcomes() -> list[Figure]:
    """Outcomes of both models with nobody else there, so that one can see they agree."""
    scenario = population(MEMBERS)
    points = [(scenario, replicate) for replicate in range(BOTH)]
    pooled, members = (figures_of(step(points)) for step in (step_macro, step_together))
    figures = []
    for name in ("staked_share", "turnout", "treasury"):
        ours, theirs = (float(np.nanmean(each[name])) for each in (pooled, members))
        unit = "tokens" if name == "treasury" else "share"
        figures.append(Figure(f"macro {name}", ours, unit, "member model", ours / theirs, BOTH))
    return figures
