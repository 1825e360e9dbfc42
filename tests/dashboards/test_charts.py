import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dashboards
from dashboards import charts, summaries, sweep_charts, theme, twin_charts
from dashboards.canvas import Chart
from dashboards.formats import Quantity
from dashboards.sweep_charts import Goal
from dashboards.theme import DARK, LIGHT, Palette
from tests.dashboards.conftest import drift

TOKENS = Quantity("Supply", "tokens", "tokens")
SHARE = Quantity("Pass rate", "share", "percent")
QUORUM = ("governor.quorum", Quantity("Quorum", "", "percent"))
RATE = ("emissions.per_day", Quantity("Emissions", "tokens/day"))


@pytest.fixture
def bands() -> pd.DataFrame:
    values = np.random.default_rng(1).normal(4e7, 1e6, (50, 20))
    return summaries.quantile_bands(np.arange(20), values)


@pytest.fixture
def points() -> pd.DataFrame:
    rows = [
        {
            RATE[0]: rate,
            QUORUM[0]: quorum,
            "mean": mean,
            "lo": mean - 0.05,
            "hi": mean + 0.05,
            "n": 20,
        }
        for quorum, mean in ((0.04, 0.9), (0.08, 0.7), (0.16, 0.3))
        for rate in (0.0, 5_000.0)
    ]
    return pd.DataFrame(rows)


def traces(chart: Chart) -> dict[str, Any]:
    return {trace.name: trace for trace in chart.figure.data if trace.name}


def test_fan_is_monotone_scaled_and_typed(bands: pd.DataFrame) -> None:
    levels = bands[["p5", "p25", "p50", "p75", "p95"]].to_numpy()
    assert (np.diff(levels, axis=1) > 0).all()
    run = ("run 3", np.arange(20), np.full(20, 3.9e7))
    chart = charts.fan(bands, TOKENS, run=run)
    named = traces(chart)
    assert {"90 % of runs", "half of runs", "median", "run 3"} <= set(named)
    assert all(isinstance(trace.y, np.ndarray) for trace in chart.figure.data)
    assert np.allclose(named["median"].y, bands["p50"] / 1e6)
    assert named["run 3"].line.dash == "dash"
    assert chart.figure.layout.yaxis.title.text == "Supply (million tokens)"
    assert chart.figure.layout.xaxis.title.text == "Day"


def test_fan_finding_names_value_unit_and_spread(bands: pd.DataFrame) -> None:
    finding = charts.fan(bands, TOKENS).finding
    for part in ("Supply on day 19", "M\N{NO-BREAK SPACE}tokens", "90\N{NO-BREAK SPACE}% of runs"):
        assert part in finding


def test_fan_without_spread_says_that_runs_agree() -> None:
    bands = summaries.quantile_bands(np.arange(3), np.full((4, 3), 5.0))
    assert "same in every run" in charts.fan(bands, TOKENS).finding


def test_stack_adds_up_and_parts_differ_without_colour() -> None:
    parts = pd.DataFrame({"day": [0, 1], "Staked": [1e6, 2e6], "Liquid": [3e6, 2e6]})
    chart = charts.stack(parts, TOKENS)
    assert np.allclose(sum(trace.y for trace in chart.figure.data), [4.0, 4.0])
    assert len({trace.line.dash for trace in chart.figure.data}) == 2
    assert "staked 50.0" in chart.finding


def test_outcomes_are_labelled_with_share_and_count() -> None:
    counts = pd.DataFrame(
        {"state": ["Executed", "Defeated"], "count": [3, 1], "share": [0.75, 0.25]}
    )
    chart = charts.outcomes(counts)
    texts = [text.replace("\N{NO-BREAK SPACE}", " ") for text in chart.figure.data[0].text]
    assert texts == [" 75.0 % (3)", " 25.0 % (1)"]
    assert "Of 4 proposals" in chart.finding


def test_drift_bars_mark_bounds_and_what_is_outside() -> None:
    table = drift().assign(max_rel=[0.0, 1e-6, 0.0], within=[True, False, True])
    chart = twin_charts.drift_bars(table)
    bars = traces(chart)["largest drift found"]
    assert bars.y[0] == "member stake"
    assert bars.marker.color[0] == LIGHT.bad
    assert bars.marker.pattern.shape[0] == "/"
    assert np.allclose(bars.x[0] + bars.base[0], -6)
    assert np.allclose(traces(chart)["bound it must stay under"].x, -9)
    assert "1 outside their bounds" in chart.finding


def test_drift_bars_fold_the_variables_of_a_contract() -> None:
    names = ["vault.assets", "vault.shares", "mint.supply"]
    table = drift().assign(variable=names, max_rel=[1e-15, 1e-12, 0.0])
    chart = twin_charts.drift_bars(table)
    bars = traces(chart)["largest drift found"]
    assert list(bars.y) == ["vault", "mint"]
    assert bars.customdata[0][0] == "vault.shares"
    assert chart.finding.startswith("3 variables compared, all within")
    assert chart.finding.endswith("in vault.shares.")


def test_heat_map_outlines_what_meets_the_goal(points: pd.DataFrame) -> None:
    chart = sweep_charts.heat_map(points, QUORUM, RATE, SHARE, Goal(0.7))
    assert chart.figure.data[0].z.shape == (2, 3)
    dashes = sorted(shape.line.dash for shape in chart.figure.layout.shapes)
    assert dashes == ["dot", "dot", "solid", "solid"]
    texts = [note.text for note in chart.figure.layout.annotations]
    assert sum("✓" in text for text in texts) == 2
    assert all("±5.0" in text for text in texts)
    assert "2 pass, 2 are too close to call and 2 fail" in chart.finding
    assert chart.figure.layout.xaxis.ticktext[0] == "4\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        (Goal(0.5), "passes"),
        (Goal(0.7), "unsure"),
        (Goal(0.9), "fails"),
        (Goal(0.5, at_least=False), "fails"),
        (Goal(0.7, at_least=False), "unsure"),
        (Goal(0.9, at_least=False), "passes"),
    ],
)
def test_goal_judges_the_whole_interval(goal: Goal, verdict: str) -> None:
    assert goal.verdict(0.6, 0.8, 20) == verdict


@pytest.mark.parametrize(
    ("n", "verdict"), [(1, "too few runs"), (9, "too few runs"), (10, "passes")]
)
def test_goal_is_not_met_by_few_runs(n: int, verdict: str) -> None:
    assert Goal(0.5).verdict(0.6, 0.8, n) == verdict


def test_goal_is_not_met_without_an_interval() -> None:
    assert Goal(0.5).verdict(np.nan, np.nan, 20) == "too few runs"
    assert Goal(0.5, at_least=False).verdict(np.nan, np.nan, 20) == "too few runs"


def test_few_runs_have_no_outline_and_are_counted(points: pd.DataFrame) -> None:
    chart = sweep_charts.heat_map(points.assign(n=9), QUORUM, RATE, SHARE, Goal(0.2))
    assert not chart.figure.layout.shapes
    assert not any("✓" in note.text for note in chart.figure.layout.annotations)
    assert "0 pass" in chart.finding
    assert "6 rest on too few runs" in chart.finding
    assert chart.table["goal"].unique().tolist() == ["too few runs"]


def test_one_run_is_drawn_without_an_interval(points: pd.DataFrame) -> None:
    single = points.assign(lo=np.nan, hi=np.nan, n=1)
    heat = sweep_charts.heat_map(single, QUORUM, RATE, SHARE, Goal(0.2))
    assert all("one run, no interval" in note.text for note in heat.figure.layout.annotations)
    lines = sweep_charts.lines(single, QUORUM, RATE, SHARE)
    for trace in lines.figure.data:
        assert np.isfinite(trace.y).all()
        assert np.isnan(trace.error_y.array).all()
        assert set(trace.customdata) == {"one run, no interval"}
    for chart in (heat, lines):
        assert chart.finding.endswith("At each point: one run, no interval.")


def test_lines_without_intervals_keep_their_scale(points: pd.DataFrame) -> None:
    single = points.assign(mean=7e6, lo=np.nan, hi=np.nan, n=1)
    chart = sweep_charts.lines(single, QUORUM, RATE, TOKENS)
    assert chart.figure.layout.yaxis.title.text == "Supply (million tokens)"


def test_a_cell_with_a_cut_off_interval_shows_its_ends(points: pd.DataFrame) -> None:
    cut = points.assign(mean=0.97, lo=0.91, hi=1.0)
    chart = sweep_charts.heat_map(cut, QUORUM, RATE, SHARE, Goal(0.5))
    text = chart.figure.layout.annotations[0].text.replace("\N{NO-BREAK SPACE}", " ")
    assert "91.0 to 100.0 %" in text


def test_a_point_without_a_value_is_marked(points: pd.DataFrame) -> None:
    points.loc[0, ["mean", "lo", "hi", "n"]] = [np.nan, np.nan, np.nan, 0]
    chart = sweep_charts.heat_map(points, QUORUM, RATE, SHARE, Goal(0.2))
    undefined = [note for note in chart.figure.layout.annotations if "undefined" in note.text]
    assert len(undefined) == 1
    assert len(chart.figure.layout.shapes) == 5


def test_names_on_an_axis_stay_apart_in_the_order_of_the_study(points: pd.DataFrame) -> None:
    data = ("world.population.holder_data", Quantity("Holder data", "", "text"))
    named = points.assign(**{data[0]: np.where(points[RATE[0]] > 0, "LDO", "UNI")})
    heat = sweep_charts.heat_map(named, data, QUORUM, SHARE, Goal(0.5))
    assert heat.figure.layout.xaxis.ticktext == ("UNI", "LDO")
    assert np.allclose(heat.figure.data[0].z[:, 0], [0.9, 0.7, 0.3])
    lines = sweep_charts.lines(named, data, QUORUM, SHARE)
    assert {trace.mode for trace in lines.figure.data} == {"markers"}
    finding = lines.finding.replace("\N{NO-BREAK SPACE}", " ")
    assert "by holder data: 63.3 % at UNI, 63.3 % at LDO" in finding
    levels = sweep_charts.lines(named, QUORUM, data, SHARE)
    assert [trace.name for trace in levels.figure.data] == ["UNI", "LDO"]


def test_durations_on_an_axis_read_as_days(points: pd.DataFrame) -> None:
    period = ("governor.voting_period", Quantity("Voting period", "", "duration"))
    spans = points.assign(**{period[0]: np.where(points[RATE[0]] > 0, 7 * 86_400.0, 129_600.0)})
    chart = sweep_charts.heat_map(spans, period, QUORUM, SHARE, Goal(0.5))
    assert chart.figure.layout.xaxis.ticktext == ("1d 12h", "7d")
    assert chart.figure.layout.xaxis.title.text == "Voting period"
    assert "at voting period 1d 12h to" in sweep_charts.lines(spans, period, None, SHARE).finding


def test_lines_have_intervals_dashes_and_markers(points: pd.DataFrame) -> None:
    chart = sweep_charts.lines(points, QUORUM, RATE, SHARE, goal=Goal(0.5))
    first, second = chart.figure.data
    assert np.allclose(first.error_y.array, 0.05)
    assert first.line.dash != second.line.dash
    assert first.marker.symbol != second.marker.symbol
    assert "from 90.0" in chart.finding


def test_a_single_axis_makes_a_single_line(points: pd.DataFrame) -> None:
    one = points[points[RATE[0]] == 0.0]
    chart = sweep_charts.lines(one, QUORUM, None, SHARE)
    assert [trace.name for trace in chart.figure.data] == ["mean"]


def test_empty_data_is_said_in_words(bands: pd.DataFrame, points: pd.DataFrame) -> None:
    empty = [
        charts.fan(bands.head(0), TOKENS),
        charts.stack(pd.DataFrame({"day": []}), TOKENS),
        charts.outcomes(pd.DataFrame({"state": [], "count": [], "share": []})),
        twin_charts.drift_bars(drift().head(0)),
        sweep_charts.heat_map(points.head(0), QUORUM, RATE, SHARE, Goal(0.5)),
        sweep_charts.lines(points.head(0), QUORUM, RATE, SHARE),
        sweep_charts.heat_map(points.assign(mean=np.nan), QUORUM, RATE, SHARE, Goal(0.5)),
        sweep_charts.lines(points.assign(mean=np.nan), QUORUM, RATE, SHARE),
    ]
    for chart in empty:
        assert chart.finding.endswith("nothing to show.")
        assert chart.figure.layout.annotations[0].text == "nothing to show"


def luminance(colour: str) -> float:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_lines_stand_out_from_paper_and_text_can_be_read(palette: Palette) -> None:
    def contrast(colour: str) -> float:
        low, high = sorted((luminance(colour), luminance(palette.paper)))
        return (high + 0.05) / (low + 0.05)

    assert all(contrast(colour) >= 3 for colour in palette.categorical)
    for colour in (palette.ink, palette.muted, palette.good, palette.bad):
        assert contrast(colour) >= 4.5


@pytest.mark.parametrize("channel", [theme.DASHES, theme.MARKERS])
def test_every_colour_has_a_second_channel(channel: tuple[str, ...]) -> None:
    assert len(set(channel)) >= len(LIGHT.categorical)


@pytest.mark.parametrize(("mode", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_config_repeats_the_palette(mode: str, palette: Palette) -> None:
    path = Path(dashboards.__path__[0]) / ".streamlit" / "config.toml"
    config = tomllib.loads(path.read_text())["theme"][mode]
    assert tuple(config["chartCategoricalColors"]) == palette.categorical
    assert tuple(config["chartSequentialColors"]) == palette.sequential
    assert len(palette.sequential) == 10
    assert config["backgroundColor"] == palette.paper
    assert config["textColor"] == palette.ink
    assert config["primaryColor"] == palette.categorical[0]
