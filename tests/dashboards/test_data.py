import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboards import data
from dashboards.records import ResultsError
from governance.errors import InputError
from simulations.metrics import BY_NAME, CONCERNS, HEADLINE
from simulations.rehearsal import rehearse
from tests.dashboards.conftest import DAYS, RUNS
from tests.simulations.conftest import small


def edit(path: Path, **changes: object) -> None:
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, **changes}))


def test_readers_return_what_was_written(full: Path) -> None:
    rehearsal = data.read_rehearsal(full)
    assert (rehearsal.days, rehearsal.replicates, rehearsal.name) == (DAYS, RUNS, "Themis")
    steps = data.read_steps(full, "supply")
    assert steps.values.shape == (RUNS, DAYS + 1)
    assert np.allclose(steps.values[:, -1], 40e6 + 1e4 * DAYS)
    assert len(data.read_proposals(full)) == 2 * RUNS
    study = data.read_sweep(full)
    assert [axis.quantity.label for axis in study.axes] == ["Governor quorum", "Emissions per day"]
    assert [axis.quantity.format for axis in study.axes] == ["percent", "number"]
    assert len(data.read_twin(full).drift) == 3
    assert data.read_story(full)[0].facts == {"gas": "9"}


def test_a_rehearsal_that_was_run_is_read(tmp_path: Path) -> None:
    """Its headline comes first on the page; every figure says what it is about."""
    rehearse(small(days=40), 3).write(tmp_path / "rehearsal")
    metrics = data.read_rehearsal(tmp_path).metrics
    assert [metric.name for metric in metrics] == list(BY_NAME)
    assert {metric.name for metric in metrics if metric.headline} == set(HEADLINE)
    assert {metric.concern for metric in metrics} == set(CONCERNS)
    assert len(data.read_proposals(tmp_path)) > 0
    assert (data.read_steps(tmp_path, "staked_share").values <= 1).all()


def test_an_older_record_tells_all_figures_first(full: Path) -> None:
    metrics = data.read_rehearsal(full).metrics
    assert all(metric.headline and metric.concern == "" for metric in metrics)


def test_story_is_optional(rehearsal_only: Path) -> None:
    assert data.read_story(rehearsal_only) == ()


@pytest.mark.parametrize(
    ("part", "reader"),
    [
        ("rehearsal", data.read_rehearsal),
        ("sweep", data.read_sweep),
        ("twin", data.read_twin),
    ],
)
def test_missing_part_names_the_file_and_the_command(
    tmp_path: Path, part: str, reader: Callable[[Path], object]
) -> None:
    with pytest.raises(ResultsError, match=r"missing.*`moot ") as caught:
        reader(tmp_path)
    assert caught.value.absent
    assert caught.value.part == part
    assert isinstance(caught.value, InputError)


def test_other_schema_is_refused(full: Path) -> None:
    edit(full / "rehearsal" / "run.json", schema=2)
    with pytest.raises(ResultsError, match="schema 2, this version reads 1"):
        data.read_rehearsal(full)


@pytest.mark.parametrize("text", ["{", "[]", "\x00", '"schema"'])
def test_damaged_record_is_said_plainly(full: Path, text: str) -> None:
    (full / "twin" / "twin.json").write_text(text)
    with pytest.raises(ResultsError, match=r"twin/twin\.json"):
        data.read_twin(full)


@pytest.mark.parametrize("content", [b"", b"PAR1 not really PAR1", b"\xff" * 500])
def test_damaged_parquet_is_said_plainly(full: Path, content: bytes) -> None:
    (full / "rehearsal" / "steps.parquet").write_bytes(content)
    with pytest.raises(ResultsError, match="not readable Parquet"):
        data.read_steps(full, "supply")


def test_missing_column_is_named(full: Path) -> None:
    with pytest.raises(ResultsError, match="lacks the column moonshots"):
        data.read_steps(full, "moonshots")


def test_missing_field_is_named(full: Path) -> None:
    edit(full / "rehearsal" / "run.json", scenario={})
    with pytest.raises(ResultsError, match="scenario lacks days"):
        data.read_rehearsal(full)


def test_ragged_runs_are_refused(full: Path) -> None:
    path = full / "rehearsal" / "steps.parquet"
    pd.read_parquet(path).iloc[:-1].to_parquet(path)
    with pytest.raises(ResultsError, match="lacks days"):
        data.read_steps(full, "supply")


def test_text_where_numbers_belong_is_refused(full: Path) -> None:
    path = full / "sweep" / "points.parquet"
    pd.read_parquet(path).assign(mean="many").to_parquet(path)
    with pytest.raises(ResultsError, match="not numeric"):
        data.read_sweep(full)


@pytest.mark.parametrize("values", [[], 4, [[1]], [None]])
def test_axis_without_usable_values_is_refused(full: Path, values: object) -> None:
    axes = [{"path": "governor.quorum", "values": values}]
    edit(full / "sweep" / "study.json", axes=axes)
    with pytest.raises(ResultsError, match="axis values"):
        data.read_sweep(full)


def test_refusals_are_read_and_may_be_absent(full: Path) -> None:
    assert data.read_twin(full).refusals == ()
    edit(full / "twin" / "twin.json", refusals=["day 1"])
    assert data.read_twin(full).refusals == ("day 1",)
    edit(full / "twin" / "twin.json", refusals="day 1")
    with pytest.raises(ResultsError, match="refusals is not a list"):
        data.read_twin(full)


def test_discovery_takes_the_root_or_its_children(full: Path) -> None:
    assert data.discover(full) == {"demo": full}
    assert data.discover(full.parent) == {"demo": full}
    assert data.discover(full / "rehearsal") == {}
    assert data.discover(full / "absent") == {}


def test_stamp_changes_when_a_part_is_rewritten(full: Path) -> None:
    import os

    before = data.stamp(full, "twin")
    os.utime(full / "twin" / "twin.json", (before + 5, before + 5))
    assert data.stamp(full, "twin") == before + 5
    assert data.stamp(full, "nowhere") == 0
