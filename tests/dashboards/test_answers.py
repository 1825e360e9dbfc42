from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboards import answers, data, summaries
from dashboards.formats import GAP
from dashboards.records import Metric, Sweep, Twin
from tests.dashboards.conftest import drift, metric, write_rehearsal, write_sweep

RECORD = {"transactions": 480, "members": 12, "days": 40}
REPLAYED = "480 transactions of 12 members over 40 days were replayed on the compiled contracts"


@pytest.fixture
def study(tmp_path: Path) -> Sweep:
    write_sweep(tmp_path)
    return data.read_sweep(tmp_path)


def swept(study: Sweep, **changes: Any) -> str:
    chosen = study.metrics[0]
    points = study.points[study.points["metric"] == chosen.name].assign(**changes)
    return answers.sweep(study, chosen, points.reset_index(drop=True)).replace(GAP, " ")


def rehearsed(folder: Path, proposals: pd.DataFrame | None = None) -> str:
    record = data.read_rehearsal(folder)
    proposals = data.read_proposals(folder) if proposals is None else proposals
    steps = (data.read_steps(folder, column) for column in ("treasury", "staked_share"))
    bands = (summaries.quantile_bands(grid.days, grid.values) for grid in steps)
    return answers.rehearsal(record, proposals, *bands).replace(GAP, " ")


def test_rehearsal_quotes_the_turnout_of_the_tile(tmp_path: Path) -> None:
    write_rehearsal(tmp_path)
    proposals = data.read_proposals(tmp_path).assign(turnout=0.9)
    assert rehearsed(tmp_path, proposals) == (
        "In a typical run of 3, its members pass 1 of 2 proposals on a turnout of 20.0 %, the "
        "treasury goes from 8.00 M tokens to 7.60 M tokens, and 30.0 % of the supply ends up "
        "staked."
    )


@pytest.mark.parametrize(
    ("state", "passed"),
    [
        ("Executed", 2),
        ("Queued", 2),
        ("Succeeded", 2),
        ("Defeated", 0),
        ("Expired", 0),
        ("Active", 0),
    ],
)
def test_rehearsal_counts_what_passed(tmp_path: Path, state: str, passed: int) -> None:
    write_rehearsal(tmp_path)
    proposals = data.read_proposals(tmp_path).assign(state=state)
    assert f"members pass {passed} of 2 proposals" in rehearsed(tmp_path, proposals)


def test_sweep_names_the_highest_and_the_lowest_point(study: Sweep) -> None:
    assert swept(study, mean=[0.5, 0.9, 0.5, 0.5, 0.2, 0.5], lo=0.1, hi=0.95) == (
        "Pass rate: highest with governor quorum 4 % and emissions per day 5,000 tokens/day, at "
        "90.0 % (95 % interval 10.0 to 95.0 %); lowest with governor quorum 10 % and emissions "
        "per day 5,000 tokens/day, at 20.0 % (95 % interval 10.0 to 95.0 %)."
    )


def test_sweep_says_where_a_metric_is_undefined(study: Sweep) -> None:
    means = [np.nan, 0.9, 0.5, 0.5, 0.2, np.nan]
    assert swept(study, mean=means).endswith("; undefined at 2 of 6 points.")
    assert swept(study, mean=np.nan, lo=np.nan, hi=np.nan, n=0) == (
        "Pass rate: undefined at every point, because no run of 40 days holds anything to compute "
        "it from (What pass_rate is.); a longer horizon may."
    )


def test_sweep_of_one_run_has_no_interval(study: Sweep) -> None:
    said = swept(study, lo=np.nan, hi=np.nan, n=1)
    assert said.count("(one run, no interval)") == 2


def twin(table: pd.DataFrame, **changes: Any) -> str:
    return answers.twin(Twin({**RECORD, **changes}, table)).replace(GAP, " ")


def test_twin_says_yes_and_what_the_drift_is_relative_to() -> None:
    assert twin(drift(), refusals=[]) == (
        f"Yes: {REPLAYED}, and no state differs by more than 4 × 10⁻¹² of its value, or of one "
        "token or share where the value is smaller."
    )
    assert twin(drift().assign(max_rel=0.0)) == f"Yes: {REPLAYED}, and every state is equal."


def test_twin_names_what_drifted() -> None:
    assert twin(drift().assign(within=[True, False, True])) == (
        f"No: {REPLAYED}, and member stake drifted past the bound."
    )


def test_twin_quotes_the_first_refusals() -> None:
    refusals = [f"day {day}, vote: TooEarly" for day in range(1, 6)]
    refused = (
        "the contracts refused what the simulation did: day 1, vote: TooEarly; day 2, vote: "
        "TooEarly; day 3, vote: TooEarly; and 2 more on record"
    )
    assert twin(drift(), refusals=refusals) == f"No: {REPLAYED}, and {refused}."
    assert twin(drift().head(0), refusals=refusals).startswith("No: ")
    both = twin(drift().assign(within=[False, True, True]), refusals=refusals[:1])
    assert "supply drifted past the bound, and the contracts refused" in both


def test_undefined_metric_without_a_description() -> None:
    bare = Metric.of("sweep", metric("pass_rate", "percent", 0.5, description=""))
    points = pd.DataFrame({"mean": [np.nan], "lo": [np.nan], "hi": [np.nan], "n": [0]})
    said = answers.sweep(Sweep({}, (), (bare,), points), bare, points)
    assert "because no run holds anything to compute it from; a longer" in said
