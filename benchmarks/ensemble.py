"""Member-days per second: moot's ensemble, plain Mesa agents, cadCAD's own Monte Carlo."""

import statistics
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from cadCAD.configuration import Experiment
from cadCAD.configuration.utils import config_sim
from cadCAD.engine import ExecutionContext, ExecutionMode, Executor

from benchmarks.figures import Figure, side_by_side
from benchmarks.plain_mesa import PlainDao
from simulations.blocks import Block, CadState
from simulations.economy import blocks, initial_state
from simulations.ensemble import step_together
from simulations.model import DaoModel
from simulations.scenario import Scenario, load_scenario

RUNS = 200
REPETITIONS = 5
DAYS = 365
MESA_RUNS = 2
CADCAD_RUNS = 6


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
    records, _, _ = Executor(context, experiment.configs, supress_print=True).execute()
    return list(records)


def measure() -> list[Figure]:
    """Time the three in one process, in turns."""
    scenario = load_scenario(days=DAYS)
    members = scenario.world.population.holders + scenario.world.population.delegates
    points = [(scenario, replicate) for replicate in range(RUNS)]
    plain: list[PlainDao] = []

    def mesa_runs() -> None:
        for _ in range(MESA_RUNS):
            plain.append(PlainDao(scenario, seed=len(plain)))
            for _ in range(DAYS):
                plain[-1].step()

    works = [
        lambda: step_together(points),
        mesa_runs,
        lambda: cadcad_monte_carlo(scenario, CADCAD_RUNS),
    ]
    seconds = side_by_side(works, REPETITIONS)
    moot, mesa, cadcad = (
        runs * members * DAYS / taken
        for runs, taken in zip((RUNS, MESA_RUNS, CADCAD_RUNS), seconds, strict=True)
    )
    unit = "runs x members x days/s"
    return [
        Figure("ensemble", moot, unit, "plain Mesa agents", moot / mesa, REPETITIONS),
        Figure("ensemble", moot, unit, "cadCAD Monte Carlo", moot / cadcad, REPETITIONS),
        Figure("plain Mesa agents", mesa, unit, None, None, REPETITIONS),
        Figure("cadCAD Monte Carlo", cadcad, unit, None, None, REPETITIONS),
        *_same_outcomes(scenario, plain),
    ]


def _same_outcomes(scenario: Scenario, plain: list[PlainDao]) -> list[Figure]:
    """Outcomes of both codes, so that one can see they rehearse the same thing."""
    ours = step_together([(scenario, replicate) for replicate in range(40)])
    staked = float(np.mean(ours.steps["staked_share"][-1]))
    closed = ours.proposals[ours.proposals.closed_day >= 0]
    turnout = float(closed.turnout.mean())
    mesa_staked = statistics.fmean(model.vault / model.supply for model in plain)
    mesa_turnout = statistics.fmean(each for model in plain for each in model.turnouts)
    base = "plain Mesa agents"
    return [
        Figure("staked share at the end", staked, "share", base, staked / mesa_staked, 40),
        Figure("turnout", turnout, "share", base, turnout / mesa_turnout, 40),
    ]
