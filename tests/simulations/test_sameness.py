"""Same scenario and seed, same numbers: in any batch, process, engine or hash seed."""

import gc
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from simulations.blocks import execute
from simulations.economy import VARIABLES, blocks, initial_state
from simulations.ensemble import step_in_batches, step_together
from simulations.metrics import METRICS, paths
from simulations.model import DaoModel, collect
from simulations.rehearsal import rehearse
from tests.simulations.conftest import busy, small


@pytest.mark.parametrize("batch", [1, 3, 7])
def test_a_run_is_the_same_in_any_batch(batch):
    scenario = busy(days=80)
    whole = rehearse(scenario, 7, batch=7, record=4)
    parts = rehearse(scenario, 7, batch=batch, record=4)
    for name in ("steps", "proposals", "versions", "disputes", "runs"):
        one, other = getattr(whole, name), getattr(parts, name)
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert len(whole.versions) > 7
    assert len(whole.disputes) > 2
    assert whole.actions is not None
    assert whole.actions.equals(parts.actions)


def test_a_run_is_the_same_beside_runs_of_other_rules():
    scenario = small(days=80)
    other = scenario.with_value("governor.quorum", 0.5).with_value("emissions.per_day", 90_000)
    alone = step_together([(scenario, 3)])
    among = step_together([(other, 0), (scenario, 3), (other, 3)])
    for name in VARIABLES:
        np.testing.assert_array_equal(alone.steps[name][:, 0], among.steps[name][:, 1])


def test_paths_that_nobody_asked_for_keep_their_ends():
    points = [(busy(days=40), replicate) for replicate in range(3)]
    whole, asked = step_together(points), step_together(points, paths=("price", "taken"))
    assert asked.days == whole.days == 40
    for name in VARIABLES:
        kept = slice(None) if name in ("price", "taken") else [0, -1]
        np.testing.assert_array_equal(asked.steps[name], whole.steps[name][kept])


def test_metrics_read_no_more_of_a_path_than_they_say():
    outcome = step_together([(busy(days=80), replicate) for replicate in range(3)])
    for metric in METRICS:
        steps = {
            name: rows if name in metric.paths else rows[[0, -1]]
            for name, rows in outcome.steps.items()
        }
        less = metric.compute(replace(outcome, steps=steps))
        np.testing.assert_array_equal(less, metric.compute(outcome), err_msg=metric.name)
    assert paths(["runway", "treasury_empty"]) == ("redeemed", "reserves", "treasury")


def test_different_replicates_differ():
    steps = step_together([(small(days=40), 0), (small(days=40), 1)]).steps
    assert not np.array_equal(steps["liquid"][:, 0], steps["liquid"][:, 1])


def test_same_bytes_in_another_process_and_with_another_hash_seed(tmp_path):
    script = (
        "import sys; from pathlib import Path;"
        "from tests.simulations.conftest import busy; from simulations.rehearsal import rehearse;"
        "rehearse(busy(days=60), 5, record=1).write(Path(sys.argv[1]))"
    )
    for hash_seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / hash_seed)],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
        )
    for name in ("steps", "proposals", "versions", "disputes", "runs", "actions"):
        first, second = ((tmp_path / seed / f"{name}.parquet").read_bytes() for seed in ("1", "2"))
        assert first == second, f"{name}.parquet differs"


def test_cadcad_executor_gives_the_same_numbers():
    scenario, days = small(days=50), 50
    stepwise = step_together([(scenario, 0), (scenario, 1)]).steps
    model = DaoModel([scenario, scenario], [0, 1])
    count = len(blocks(model))
    records = execute(initial_state(model), blocks(model), days)
    last_substeps = [row for row in records if row["substep"] in (0, count)]
    assert [row["day"] for row in last_substeps] == list(range(days + 1))
    for name in VARIABLES:
        by_executor = np.stack([row[name] for row in last_substeps])
        np.testing.assert_array_equal(by_executor, stepwise[name])


def test_nothing_mutates_a_past_state():
    model = DaoModel([small(days=60)] * 2, [0, 1])
    past = []
    for _ in range(60):
        state = model.loop.advance()
        for name in VARIABLES:
            state[name].flags.writeable = False
        past.append((state, {name: state[name].copy() for name in VARIABLES}))
    for state, copies in past:
        for name, kept in copies.items():
            np.testing.assert_array_equal(state[name], kept)


def test_mesa_datacollector_sees_every_day():
    model = DaoModel([small(days=10)], [0])
    collector = collect(model)
    for _ in range(10):
        model.step()
        collector.collect(model)
    table = collector.get_model_vars_dataframe()
    assert list(table["day"]) == list(range(1, 11))
    assert set(VARIABLES) <= set(table.columns)
    rows = collector.get_agent_vars_dataframe()["record"]
    assert sum(row["acted"] for row in rows[10]) > 10


def test_a_batch_leaves_no_model_behind():
    before = sum(isinstance(each, DaoModel) for each in gc.get_objects())
    for _ in step_in_batches([(small(days=2), replicate) for replicate in range(6)], batch=2):
        pass
    assert sum(isinstance(each, DaoModel) for each in gc.get_objects()) <= before
