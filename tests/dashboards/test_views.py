import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboards import parts
from tests.dashboards.conftest import (
    ENTRY,
    QUORUMS,
    RUNS,
    drift,
    words,
    write_rehearsal,
    write_twin,
)
from tests.dashboards.test_data import edit

VIEWS = sorted(path.name for path in (ENTRY.parent / "views").glob("[!_]*.py"))
HOSTILE = ["../../etc/passwd", "<script>alert(1)</script>", "-1", "NaN", "9" * 400, "\x00", "run"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_shows_full_results(open_app: Any, full: Path, view: str) -> None:
    app = open_app(full, view)
    assert not app.exception
    assert len(app.title) == 1
    assert "not financial advice" in words(app)
    assert "c0ffeec0ffee" in words(app)
    assert len(app.get("plotly_chart")) >= 1
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_bears_an_empty_store(open_app: Any, tmp_path: Path, view: str) -> None:
    app = open_app(tmp_path, view)
    assert not app.exception
    assert "moot demo" in words(app)


@pytest.mark.parametrize("view", ["sweep.py", "twin.py"])
def test_missing_part_names_its_command(open_app: Any, rehearsal_only: Path, view: str) -> None:
    app = open_app(rehearsal_only, view)
    assert not app.exception
    assert app.title[0].value.endswith("here yet")
    assert app.code[0].value.startswith("moot ")
    assert "demo" in app.code[0].value


def test_damaged_part_is_said_plainly(open_app: Any, full: Path) -> None:
    (full / "rehearsal" / "steps.parquet").write_bytes(b"junk")
    app = open_app(full)
    assert not app.exception
    assert app.title[0].value == "This rehearsal cannot be read"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_urls_change_nothing(open_app: Any, full: Path, view: str, value: str) -> None:
    names = ("results", "chart", "run", "metric", "side", "along", "goal_pass_rate", "outcome")
    app = open_app(full, view, **dict.fromkeys(names, value))
    assert not app.exception
    assert len(app.title) == 1
    assert value not in words(app) or value == "run"


def test_url_restores_chart_and_run(open_app: Any, full: Path) -> None:
    app = open_app(full, chart="Treasury", run="2")
    assert app.selectbox(key="run").value == 2
    assert app.subheader[0].value == "Treasury"
    assert "Every proposal of run 2" in words(app)


def test_typical_run_is_followed_by_default(open_app: Any, full: Path) -> None:
    assert open_app(full).selectbox(key="run").value == 1


def test_tiles_say_interval_spread_and_runs(open_app: Any, full: Path) -> None:
    app = open_app(full)
    values = {tile.label: tile.value for tile in app.metric}
    assert values["Treasury"] == "7.60\N{NO-BREAK SPACE}M\N{NO-BREAK SPACE}tokens"
    text = words(app).replace("\N{NO-BREAK SPACE}", " ")
    assert "95 % interval 18\\.0 to 22\\.0 %" in text
    assert f"90 % of {RUNS} runs: 16\\.0 to 24\\.0 %" in text
    assert f"The same in all {RUNS} runs" in text


def test_proposals_filter_by_outcome(open_app: Any, full: Path) -> None:
    app = open_app(full, run="2")
    app.button_group(key="outcome").set_value(["Defeated"]).run()
    listed = next(f.value for f in app.dataframe if "Proposal" in f.value.columns)
    assert listed["Outcome"].to_list() == ["Defeated"]


def test_threshold_moves_the_verdicts(open_app: Any, full: Path) -> None:
    app = open_app(full, "sweep.py")
    slider = app.slider(key="goal_pass_rate")
    slider.set_value(slider.min).run()
    assert "6 pass" in words(app)


def remake_axis(folder: Path, values: list[Any], unit: str) -> None:
    path = folder / "sweep" / "points.parquet"
    points = pd.read_parquet(path)
    renamed = dict(zip(QUORUMS, values, strict=True))
    points["governor.quorum"] = points["governor.quorum"].map(renamed)
    points.to_parquet(path)
    study = folder / "sweep" / "study.json"
    axes = json.loads(study.read_text())["axes"]
    edit(study, axes=[{**axes[0], "values": values, "unit": unit}, axes[1]])


def test_metric_that_is_undefined_everywhere_is_said_in_words(open_app: Any, full: Path) -> None:
    path = full / "sweep" / "points.parquet"
    points = pd.read_parquet(path)
    unknown = points["metric"] == "pass_rate"
    points.loc[unknown, ["mean", "lo", "hi"]] = np.nan
    points.loc[unknown, "n"] = 0
    points.to_parquet(path)
    app = open_app(full, "sweep.py")
    assert not app.exception
    assert "undefined at every point, because no run of 40 days" in words(app)
    assert "there is no threshold to choose" in words(app)
    assert not app.slider


def test_axis_of_names_is_shown_as_it_is(open_app: Any, full: Path) -> None:
    remake_axis(full, ["UNI", "LDO"], "")
    app = open_app(full, "sweep.py")
    assert not app.exception
    assert "highest with governor quorum UNI and" in words(app)


def test_axis_of_durations_is_shown_in_days(open_app: Any, full: Path) -> None:
    remake_axis(full, [604_800, 1_209_600], "duration")
    app = open_app(full, "sweep.py")
    assert not app.exception
    assert "highest with governor quorum 7d and" in words(app)
    assert "604,800" not in words(app)
    for table in (frame.value for frame in app.dataframe if "goal" in frame.value.columns):
        assert set(table["governor.quorum"]) == {"7d", "14d"}


def test_one_replicate_is_shown_without_intervals(open_app: Any, full: Path) -> None:
    path = full / "sweep" / "points.parquet"
    pd.read_parquet(path).assign(lo=np.nan, hi=np.nan, n=1).to_parquet(path)
    app = open_app(full, "sweep.py")
    assert not app.exception
    assert "Mean: one run, no interval" in words(app)
    assert "95 % interval" not in words(app).replace("\N{NO-BREAK SPACE}", " ")
    assert "6 rest on too few runs" in words(app)
    assert app.slider(key="goal_pass_rate").max > app.slider(key="goal_pass_rate").min


def test_tiles_of_one_run_have_no_interval(open_app: Any, full: Path) -> None:
    path = full / "rehearsal" / "metrics.json"
    entries = json.loads(path.read_text())
    single = [
        {**e, "lo": None, "hi": None, "p5": e["mean"], "p95": e["mean"], "n": 1} for e in entries
    ]
    path.write_text(json.dumps(single))
    app = open_app(full)
    assert not app.exception
    captions = [caption.value for caption in app.caption]
    assert captions.count("One run, no interval") == len(single)
    assert not any("interval n/a" in text or "The same in all" in text for text in captions)


def test_series_of_stakers_says_whom_it_counts(open_app: Any, full: Path) -> None:
    app = open_app(full, chart="Active stakers")
    assert app.subheader[0].value == "Active stakers"


def test_refusals_make_the_verdict_no(open_app: Any, full: Path) -> None:
    edit(full / "twin" / "twin.json", refusals=["day 3, vote of <b>member 4</b>: TooEarly"])
    app = open_app(full, "twin.py")
    assert not app.exception
    assert "No\\: " in words(app)
    assert "TooEarly" in words(app)
    assert "<b>member" not in words(app)


def test_drift_outside_its_bound_is_said_in_words(open_app: Any, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    write_twin(folder, drift().assign(max_rel=[0, 1e-3, 0], within=[True, False, True]))
    app = open_app(folder, "twin.py")
    assert not app.exception
    assert "No\\: " in words(app)
    tables = [f.value for f in app.dataframe if "Verdict" in f.value.columns]
    assert tables[0]["Variable"].item() == "member stake"
    verdicts = [table["Verdict"].item() for table in tables]
    assert verdicts == ["✗ outside", "✓ within", "✓ within"]
    opened = [each.label.split("**")[1] for each in app.expander if each.proto.expanded]
    assert opened == ["member stake"]


def test_several_folders_offer_a_choice(open_app: Any, tmp_path: Path) -> None:
    for name in ("demo", "other"):
        write_rehearsal(tmp_path / name)
    assert open_app(tmp_path).selectbox(key="results").value == "demo"
    assert open_app(tmp_path, results="other").selectbox(key="results").value == "other"


def test_stored_text_cannot_become_markup() -> None:
    assert parts.plain("[x](http://a) $y$ **z**") == (
        "\\[x\\]\\(http\\://a\\) \\$y\\$ \\*\\*z\\*\\*"
    )


def test_downloads_hold_no_formula() -> None:
    table = drift().assign(variable=["=1+1", "@sum", "plain"])
    lines = parts.csv(table).decode().splitlines()
    assert lines[1].startswith("'=1+1,")
    assert lines[2].startswith("'@sum,")
    assert lines[3].startswith("plain,")


def test_a_drawn_design_is_shown_point_by_point(open_app: Any, full: Path) -> None:
    path = full / "sweep" / "points.parquet"
    points = pd.read_parquet(path)
    points["governor.quorum"] += points["point"] / 1000
    points.to_parquet(path)
    app = open_app(full, "sweep.py")
    assert not app.exception
    (chart,) = app.get("plotly_chart")
    assert "over 6 points, drawn by governor quorum: " in chart.proto.alt
    assert app.selectbox(key="along").options == ["Governor quorum", "Emissions per day"]
