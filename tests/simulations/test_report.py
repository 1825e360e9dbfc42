"""What ``moot simulate`` prints of its figures."""

import re

import pytest

from simulations import metrics, report
from simulations.rehearsal import Rehearsal, rehearse
from tests.simulations.conftest import busy, plain, small


@pytest.fixture(scope="module")
def done() -> Rehearsal:
    return rehearse(busy(60), 4)


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")


def test_the_headline_is_told_by_default(done, capsys):
    report.headline(done)
    told = capsys.readouterr().out
    labels = {metric.label for metric in metrics.METRICS if metric.label in told}
    wanted = {metrics.BY_NAME[name].label for name in metrics.HEADLINE}
    assert labels == wanted
    assert f"; {len(metrics.METRICS) - 12} more figures with --all" in told


def test_all_figures_are_told_by_concern(done, capsys):
    report.headline(done, everything=True)
    told = capsys.readouterr().out
    places = [told.index(metric.label) for metric in metrics.METRICS]
    assert places == sorted(places)
    for concern in metrics.CONCERNS:
        assert re.search(rf"│ {concern} +│", told)


def test_every_figure_says_its_interval_and_its_runs(done):
    for row in done.headline():
        assert 0 <= row["n"] <= 4
        assert (row["lo"] is None) == (row["n"] < 2)
        if row["n"] > 1:
            assert row["lo"] <= row["mean"] <= row["hi"], row["name"]
    assert [row["name"] for row in done.headline() if row["headline"]] == [
        name for name in metrics.BY_NAME if name in metrics.HEADLINE
    ]


def test_what_never_happened_is_told_as_a_bound(done, capsys):
    """Not once in four runs: rarer than ``1 - 0.05**(1 / 4)``, 52.7 %."""
    report.headline(done)
    line = next(row for row in capsys.readouterr().out.splitlines() if "runs empty" in row)
    cells = [cell.strip() for cell in line.strip("│ ").split("│")]
    assert cells == ["Treasury runs empty", "0.0%", "below 52.7%", "", "4"]


def test_one_run_has_no_interval_and_what_is_undefined_is_left_out(capsys):
    """A world without developers has no users either."""
    report.headline(rehearse(plain(small(days=40)), 1))
    told = capsys.readouterr().out
    line = next(row for row in told.splitlines() if "Staked" in row)
    assert re.search(r"│ +– │", line)
    assert "surplus" not in told
    report.headline(rehearse(plain(small(days=40)), 1), everything=True)
    assert "surplus" in capsys.readouterr().out
