"""Member-days per second: moot's ensemble, plain Mesa agents, cadCAD's own Monte Carlo.

Members hold, delegate and stake; every fiftieth is a delegate. moot is timed in this process and,
with the same results, in two others that do half of the runs each. Ratios tell how many times the
member-days of the other it does in a second; each round times all of them, one after the other.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
from cadCAD.configuration import Experiment
from cadCAD.configuration.utils import config_sim
from cadCAD.engine import ExecutionContext, ExecutionMode
from cadCAD.engine import Executor as CadcadExecutor

from benchmarks.figures import Figure, side_by_side
from benchmarks.plain_mesa import PlainDao
from simulations.blocks import Block, CadState
from simulations.economy import blocks, initial_state
from simulations.ensemble import Point, step_in_batches
from simulations.metrics import BY_NAME
from simulations.model import DaoModel
from simulations.randomness import Floats
from simulations.scenario import Scenario, load_scenario

DAYS = 365
CELLS = 2_000_000
"""Members times runs of moot's ensembles: two batches each."""
MESA_CELLS = 2_000
SIZES = {100: 5, 1_000: 5, 100_000: 3}
"""Members, and how often they are timed."""
CADCAD_RUNS = 6
UNIT = "runs x members x days/s"
MESA = "plain Mesa agents"
OTHERS = ("developers", "auditors", "jurors", "curators", "users", "traders")
OUTCOMES = "staked_share", "turnout", "decided"
COMPARED = 1_000, 400, 60
"""Members, and the runs of moot and of plain Mesa whose outcomes are compared."""


def population(members: int) -> Scenario:
    """Return the scenario with so many members, of whom one in fifty is a delegate.

    Nobody else is there, no pool and no reserves.
    """
    scenario = load_scenario(days=DAYS)
    delegates = members // 50
    sizes = {"holders": members - delegates, "delegates": delegates}
    for name, size in (dict.fromkeys(OTHERS, 0) | sizes).items():
        scenario = scenario.with_value(f"world.population.{name}", size)
    for path in ("pool.depth", "reserves.quote", "reserves.costs"):
        scenario = scenario.with_value(f"world.{path}", 0)
    return scenario


def mesa_run(scenario: Scenario, seed: int) -> PlainDao:
    """Run the scenario once as plain Mesa agents."""
    model = PlainDao(scenario, seed)
    for _ in range(scenario.days):
        model.step()
    return model


def cadcad_monte_carlo(
    scenario: Scenario,
    runs: int,
    build: Callable[..., Any] = DaoModel,
    blocks: Callable[..., list[Block]] = blocks,
    initial_state: Callable[..., CadState] = initial_state,
) -> list[dict[str, Any]]:
    """Run the same blocks as cadCAD's own ``N`` runs, each on a fresh model of one run."""
    current: dict[str, Any] = {}

    def refreshed(index: int) -> Any:
        def policy(params: Any, substep: int, history: Any, state: dict[str, Any]) -> Mapping:
            if index == 0 and state["day"] == 0:
                replicate = current.get("replicate", -1) + 1
                model = build([scenario], [replicate])
                current.update(replicate=replicate, blocks=blocks(model))
            (inner,) = current["blocks"][index]["policies"].values()
            return inner(params, substep, history, state)

        return policy

    template = build([scenario], [0])
    wrapped = [
        {"policies": {f"p{index}": refreshed(index)}, "variables": each["variables"]}
        for index, each in enumerate(blocks(template))
    ]
    experiment = Experiment()
    experiment.append_model(
        initial_state=initial_state(template),
        partial_state_update_blocks=wrapped,
        sim_configs=config_sim({"N": runs, "T": range(scenario.days), "M": {"_": [None]}}),
    )
    context = ExecutionContext(context=ExecutionMode().single_mode)
    records, _, _ = CadcadExecutor(context, experiment.configs, supress_print=True).execute()
    return list(records)


def measure() -> list[Figure]:
    """Time every size, then compare what came out."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        timed = [figure for members in SIZES for figure in _timed(members, pool)]
    return [*timed, *_same_outcomes()]


def _timed(members: int, pool: Executor) -> list[Figure]:
    scenario, rounds = population(members), SIZES[members]
    runs, mesa_runs = CELLS // members, max(1, MESA_CELLS // members)
    points = [(scenario, replicate) for replicate in range(runs)]
    parts = [points[: runs // 2], points[runs // 2 :]]
    list(pool.map(_figures, [points[:2]] * 2))

    works: dict[str, tuple[int, Callable[[], object]]] = {
        "one core": (runs, lambda: list(map(_figures, parts))),
        "two cores": (runs, lambda: list(pool.map(_figures, parts))),
        MESA: (mesa_runs, lambda: [mesa_run(scenario, seed) for seed in range(mesa_runs)]),
    }
    if members == COMPARED[0]:
        works["cadCAD Monte Carlo"] = (
            CADCAD_RUNS,
            lambda: cadcad_monte_carlo(scenario, CADCAD_RUNS),
        )
    seconds = side_by_side([work for _, work in works.values()], rounds)
    speed = {
        name: count * members * DAYS / taken
        for (name, (count, _)), taken in zip(works.items(), seconds, strict=True)
    }
    size = f"{members:,} members"
    return [
        Figure(f"{size}, {ours}", speed[ours], UNIT, other, speed[ours] / speed[other], rounds)
        for ours in ("one core", "two cores")
        for other in speed
        if other not in ("one core", "two cores")
    ] + [Figure(f"{size}, {MESA}", speed[MESA], UNIT, None, None, rounds)]


def _figures(points: Sequence[Point]) -> dict[str, Floats]:
    """Step a batch, and keep of it what is compared with plain Mesa."""
    (outcome,) = step_in_batches(points, batch=len(points), paths=())
    return {name: BY_NAME[name].compute(outcome) for name in OUTCOMES}


def _same_outcomes() -> list[Figure]:
    """Outcomes of both codes with 95 % intervals, so that one can see they rehearse the same."""
    members, ours, theirs = COMPARED
    scenario = population(members)
    (outcome,) = step_in_batches([(scenario, run) for run in range(ours)], batch=ours)
    plain = [mesa_run(scenario, seed) for seed in range(theirs)]
    turnouts = [float(np.mean(model.turnouts or [np.nan])) for model in plain]
    pairs: dict[str, tuple[Floats, Floats]] = {
        "staked_share": (
            BY_NAME["staked_share"].compute(outcome),
            np.array([model.vault / model.supply for model in plain]),
        ),
        "turnout": (BY_NAME["turnout"].compute(outcome), np.array(turnouts)),
        "decided": (
            BY_NAME["decided"].compute(outcome),
            np.array([len(model.turnouts) for model in plain], dtype=np.float64),
        ),
    }
    figures = []
    for name, values in pairs.items():
        metric = BY_NAME[name]
        mine, other = (metric.summarise(each) for each in values)
        for who, found, ratio in (
            ("moot", mine, mine["mean"] / other["mean"]),
            (MESA, other, None),
        ):
            against = MESA if ratio else None
            interval = found["lo"], found["hi"]
            label = f"{metric.label}, {who}"
            figures.append(
                Figure(label, found["mean"], metric.unit, against, ratio, found["n"], interval)
            )
    return figures
