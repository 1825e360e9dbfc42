"""Points per second of a study, beside cadCAD's and radCAD's own sweeps and joblib.

All do the same points of the macro model: two rules drawn by a Latin hypercube, a year each. moot
stacks points into ensembles; the others take one after the other, in one process and in two.
What the runner itself takes is measured with a model that costs nothing.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from cadCAD.configuration import Experiment
from cadCAD.configuration.utils import config_sim
from cadCAD.engine import ExecutionContext, ExecutionMode
from cadCAD.engine import Executor as CadcadExecutor
from joblib import Parallel, delayed

from benchmarks.figures import Figure, side_by_side
from benchmarks.radcad_sweep import Peer, peer
from simulations.macro.ensemble import step_macro
from simulations.macro.model import MacroModel, blocks, initial_state
from simulations.metrics import BY_NAME
from simulations.randomness import Floats, Ints
from simulations.scenario import Scenario, load_scenario
from simulations.studies.fields import StudyFile
from simulations.studies.models import Function
from simulations.studies.runner import Options, run_study
from simulations.studies.study import Study

POINTS, FEW, MANY = 2_000, 8, 10_000
DAYS = 365
BATCH = 1_000
ROUNDS = 3
METRICS = "pass_rate", "staked_share", "treasury"
UNIT = "points/s"
_ALONE = """
import resource, sys, time
from benchmarks.studies import asked, run
if __name__ == "__main__":
    started = time.perf_counter()
    run(asked(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]))
    print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def asked(points: int, days: int = DAYS) -> Study:
    """Return the study of so many points."""
    levers = {
        "governor.quorum": {"low": 0.01, "high": 0.3},
        "emissions.per_day": {"low": 1_000, "high": 20_000},
    }
    told = {"name": "speed", "question": "How fast?", "model": "macro", "design": "lhs"}
    told |= {"samples": points, "replicates": 1, "metrics": METRICS, "levers": levers}
    return Study.of(StudyFile.model_validate(told), load_scenario(days=days))


def points(count: int, days: int = DAYS) -> list[Scenario]:
    """Return the points of that study, each to be run by itself."""
    study = asked(count, days)
    return [study.scenario(point) for point in range(count)]


def run(study: Study, workers: int, batch: int = 0) -> None:
    """Run a study into a folder that is deleted, in batches that fit if none is told."""
    with tempfile.TemporaryDirectory() as folder:
        run_study(study, Path(folder) / "sweep", Options(workers, batch=batch or None))


def alone(scenario: Scenario) -> list[Floats]:
    """Run one point by itself."""
    outcome = step_macro([(scenario, 0)])
    return [BY_NAME[name].compute(outcome) for name in METRICS]


def with_joblib(scenarios: list[Scenario], workers: int) -> list[list[Floats]]:
    """Run points one by one, in processes of joblib."""
    return list(Parallel(workers)(delayed(alone)(scenario) for scenario in scenarios))


def with_cadcad(scenarios: list[Scenario], mode: str) -> list[dict[str, Any]]:
    """Run points as a sweep of cadCAD's, each on a fresh model of one run."""
    current: dict[str, Any] = {}

    def refreshed(index: int) -> Callable[..., Mapping[str, Any]]:
        def policy(params: Any, substep: int, history: Any, state: Any) -> Mapping[str, Any]:
            if index == 0 and state["day"] == 0:
                current["blocks"] = blocks(MacroModel([scenarios[params["point"]]], [0]))
            (inner,) = current["blocks"][index]["policies"].values()
            return inner(params, substep, history, state)

        return policy

    template = MacroModel(scenarios[:1], [0])
    wrapped = [
        {"policies": {f"p{index}": refreshed(index)}, "variables": each["variables"]}
        for index, each in enumerate(blocks(template))
    ]
    swept = {"N": 1, "T": range(scenarios[0].days), "M": {"point": list(range(len(scenarios)))}}
    experiment = Experiment()
    experiment.append_model(
        initial_state=initial_state(template),
        partial_state_update_blocks=wrapped,
        sim_configs=config_sim(swept),
    )
    context = ExecutionContext(context=mode)
    records, _, _ = CadcadExecutor(context, experiment.configs, supress_print=True).execute()
    return list(records)


def nothing(values: Mapping[str, np.ndarray], replicate: Ints) -> Mapping[str, Floats]:
    """Cost nothing."""
    return {"y": values["governor.quorum"]}


def measure() -> list[Figure]:
    """Time all in turns, then the large study and the runner alone."""
    with peer(FEW, DAYS) as radcad:
        return [*_compared(radcad), _overhead(), *_large()]


def _compared(radcad: Peer | None) -> list[Figure]:
    study, scenarios = asked(POINTS), points(FEW)
    modes = ExecutionMode()
    works: dict[str, tuple[int, Callable[[], object]]] = {
        "moot, 1 worker": (POINTS, lambda: run(study, 1)),
        "moot, 2 workers": (POINTS, lambda: run(study, 2)),
        "cadCAD, single": (FEW, lambda: with_cadcad(scenarios, modes.single_mode)),
        "cadCAD, multi": (FEW, lambda: with_cadcad(scenarios, modes.multi_mode)),
        "joblib, 1 process": (FEW, lambda: with_joblib(scenarios, 1)),
        "joblib, 2 processes": (FEW, lambda: with_joblib(scenarios, 2)),
    }
    works["joblib, 2 processes"][1]()
    if radcad:
        check_same(radcad, scenarios)
        works |= {
            "radCAD, 1 process": (FEW, lambda: radcad.run(1, copies=True)),
            "radCAD, 1 process, no copies": (FEW, lambda: radcad.run(1)),
            "radCAD, 2 processes, no copies": (FEW, lambda: radcad.run(2)),
        }
    seconds = side_by_side([work for _, work in works.values()], ROUNDS)
    speed = {n: count / s for (n, (count, _)), s in zip(works.items(), seconds, strict=True)}
    figures = [Figure(name, each, UNIT, None, None, ROUNDS) for name, each in speed.items()]
    for ours in ("moot, 1 worker", "moot, 2 workers"):
        for other in list(works)[2:]:
            ratio = speed[ours] / speed[other]
            figures.append(Figure(ours, speed[ours], UNIT, other, ratio, ROUNDS))
    return figures


def check_same(radcad: Peer, scenarios: list[Scenario]) -> None:
    """Refuse to compare unless radCAD ends where cadCAD does; this also warms radCAD up."""
    records = with_cadcad(scenarios, ExecutionMode().single_mode)
    last = {each["subset"]: float(each["treasury"][0]) for each in records}
    expected = [last[point] for point in range(len(scenarios))]
    for processes, copies in ((1, True), (1, False), (2, False)):
        got = radcad.run(processes, copies)
        assert got == expected, f"radCAD ends at {got}, cadCAD at {expected}"


def _overhead() -> Figure:
    """Time that the runner takes for a point, its checks, keys and tables included."""
    free = Function("nothing", nothing, ("y",))
    levers = {"governor.quorum": {"low": 0.01, "high": 0.3}}
    told = {"name": "free", "question": "?", "design": "lhs", "samples": POINTS, "replicates": 1}
    file = StudyFile.model_validate(told | {"levers": levers})

    def work() -> None:
        run_study(Study.of(file, load_scenario(), ("y",)), model=free)

    (seconds,) = side_by_side([work], ROUNDS)
    return Figure("moot's runner, per point", 1e3 * seconds / POINTS, "ms", None, None, ROUNDS)


def _large() -> list[Figure]:
    """Time of many points, and memory of them beside a tenth, in processes of their own."""
    figures = []
    for workers in (1, 2):
        seconds, _ = _measured(MANY, workers, 0)
        name = f"{MANY:,} points, {workers} worker" + "s" * (workers > 1)
        figures.append(Figure(name, seconds, "s", None, None, 1))
    _, little = _measured(BATCH, 1, BATCH)
    _, much = _measured(MANY, 1, BATCH)
    name = f"{MANY:,} points in batches of {BATCH:,}: peak memory"
    return [*figures, Figure(name, much, "MiB", f"{BATCH:,} points", much / little, 1)]


def _measured(points: int, workers: int, batch: int) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a study in a process of its own."""
    call = [sys.executable, "-c", _ALONE, str(points), str(workers), str(batch)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak
