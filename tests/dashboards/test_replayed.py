import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import replayed
from dashboards.formats import GAP
from simulations.scenario import Scenario, load_scenario
from tests.dashboards.conftest import PROVENANCE, RUNS, words
from tests.dashboards.test_data import edit


def record(scenario: Scenario) -> dict[str, Any]:
    return {"scenario": scenario.record(), "scenario_hash": scenario.hash()}


def apart(mine: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = replayed.differences(mine, other)
    return [(e.name, e.replayed.replace(GAP, " "), e.rehearsed.replace(GAP, " ")) for e in found]


@pytest.fixture
def base() -> Scenario:
    return load_scenario("startup", days=30)


def test_a_scenario_does_not_differ_from_itself(base: Scenario) -> None:
    assert replayed.same(record(base), record(base))
    assert apart(record(base), record(base)) == []


def test_differences_read_as_on_the_sweep_page(base: Scenario) -> None:
    other = load_scenario("startup", days=60, seed=2).with_values(
        {
            "world.population.holders": 200,
            "governor.quorum": "0.125",
            "governor.voting_period": "9d",
            "emissions.curve": "exponential",
            "vesting.team.revocable": False,
        }
    )
    assert not replayed.same(record(base), record(other))
    told = apart(record(base), record(other))
    assert told[:2] == [("Days", "30", "60"), ("Seed", "1", "2")]
    assert told[2:] == [
        ("Emissions curve", "halving", "exponential"),
        ("Vesting team revocable", "true", "false"),
        ("Governor voting period", "7d", "9d"),
        ("Governor quorum", "4 %", "12.5 %"),
        ("World population holders", "1,000 members", "200 members"),
    ]


def test_a_start_that_was_pulled_differs_from_a_launch() -> None:
    launch = {"scenario": {"days": 3}}
    pulled = {"scenario": {"days": 3, "start": {"books": {"block": 17, "supply": 4}}}}
    assert apart(pulled, launch) == [("Start", "the DAO of block 17", "a launch")]


@pytest.mark.parametrize(
    ("mine", "other", "texts"),
    [
        ({"governor": {"quorum": "0.1234567891"}}, {"governor": {"quorum": "0.1234567892"}},
         ("0.1234567891", "0.1234567892")),
        ({"governor": {}}, {"governor": {"quorum": "0.04"}}, ("not set", "4 %")),
        ({"governor": {"quorum": "NaN"}}, {"governor": {"quorum": None}}, ("NaN", "not set")),
        ({"governor": 1}, {"governor": {"voting_period": [1]}}, ("not set", "[1]")),
        ({"new": {"rule": 2}}, {"new": {"rule": 3}}, ("2", "3")),
    ],
)  # fmt: skip
def test_odd_values_are_told(mine: Any, other: Any, texts: tuple[str, str]) -> None:
    pair = ({"scenario": {"constitution": each}} for each in (mine, other))
    assert texts in [told[1:] for told in apart(*pair)]


def test_a_record_without_a_scenario_is_told() -> None:
    assert replayed.told({}) == "an unnamed DAO"
    assert replayed.same({}, {"scenario_hash": "ab"}) is None


def change(folder: Path, **changes: Any) -> None:
    """Give the replay a scenario that differs from the rehearsed one as said."""
    scenario = json.loads(json.dumps(PROVENANCE["scenario"]))
    edit(
        folder / "twin" / "twin.json",
        scenario={**scenario, **changes},
        scenario_hash="decaf" * 12,
    )


def test_a_replay_of_the_rehearsal_says_so(open_app: Any, full: Path) -> None:
    app: AppTest = open_app(full, "twin.py")
    assert not app.exception
    assert not app.warning
    text = words(app).replace(GAP, " ").replace("\\", "")
    assert "Replayed: run 0 of Themis, 12 members, 40 days, seed 7, scenario c0ffeec0ffee." in text
    assert f"It is one of the {RUNS} runs on the Rehearse page." in text


def test_a_replay_of_another_scenario_warns(open_app: Any, full: Path) -> None:
    rules = {"token": {"name": "<b>Hera</b>"}, "governor": {"quorum": "0.1"}}
    change(full, constitution=rules, seed=8)
    app: AppTest = open_app(full, "twin.py")
    assert not app.exception
    (warning,) = app.warning
    text = warning.value.replace(GAP, " ")
    assert (
        "**This is another scenario than on the Rehearse page.** That one shows runs 0 to 2 "
        in text
    )
    assert "- Seed: **8** replayed, **7** rehearsed" in text
    assert "- Governor quorum: **10 %** replayed, **not set** rehearsed" in text
    assert "<b>" not in text.replace("\\<", "")
    assert "more" not in text
    assert "rehearse it again with `--record 0`, then run:" in words(app)
    assert any(code.value.startswith("moot twin --log ") for code in app.code)


def test_the_first_of_many_differences_are_told(open_app: Any, full: Path) -> None:
    edit(full / "rehearsal" / "run.json", recorded_run=0)
    change(full, world={"population": {str(i): i for i in range(9)}})
    app: AppTest = open_app(full, "twin.py")
    (warning,) = app.warning
    assert warning.value.count("replayed") == 5
    assert warning.value.endswith("- and 4 more")
    assert "To replay the rehearsal, run:" in words(app)
    (table,) = (f.value for f in app.dataframe if "Rehearsed" in f.value.columns)
    assert table["Parameter"].to_list() == [f"World population {i}" for i in range(9)]


def test_a_run_that_was_not_rehearsed_warns(open_app: Any, full: Path) -> None:
    edit(full / "twin" / "twin.json", run=RUNS)
    (warning,) = open_app(full, "twin.py").warning
    assert (
        f"**Run {RUNS} is not on the Rehearse page.** That one shows runs 0 to 2" in warning.value
    )
    edit(full / "twin" / "twin.json", run=RUNS - 1)
    assert not open_app(full, "twin.py").warning


def test_a_record_that_names_no_scenario_warns(open_app: Any, full: Path) -> None:
    edit(full / "twin" / "twin.json", scenario=None, scenario_hash=None)
    app: AppTest = open_app(full, "twin.py")
    assert not app.exception
    assert "**This may be of another scenario: the records do not say.**" in app.warning[0].value


@pytest.mark.parametrize(("content", "said"), [(None, "no rehearsal"), ("{", "cannot be read")])
def test_a_replay_without_a_rehearsal(
    open_app: Any, full: Path, content: str | None, said: str
) -> None:
    if content is None:
        (full / "rehearsal").rename(full.parent / "elsewhere")
    else:
        (full / "rehearsal" / "run.json").write_text(content)
    app: AppTest = open_app(full, "twin.py")
    assert not app.exception
    assert not app.warning
    assert any(said in caption.value for caption in app.caption)
