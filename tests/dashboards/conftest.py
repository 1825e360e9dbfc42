"""Small results folders that follow the stored schema."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import dashboards

ENTRY = Path(dashboards.__path__[0]) / "app.py"
RUNS = 3
REPLICATES = 20
DAYS = 40
QUORUMS = [0.04, 0.1]
RATES = [0, 5_000, 10_000]
PROVENANCE: dict[str, Any] = {
    "scenario": {
        "constitution": {"token": {"name": "Themis"}},
        "world": {},
        "days": DAYS,
        "seed": 7,
    },
    "scenario_hash": "c0ffee" * 10,
    "versions": {"numpy": "1.26.4"},
    "commit": "0123456789abcdef",
    "dirty": False,
    "bytecode": {"MootToken": "ab" * 32},
    "created": "2030-01-01T00:00:00+00:00",
    "wall_seconds": 1.5,
}


def metric(name: str, form: str, value: float, **changes: Any) -> dict[str, Any]:
    """Return one entry of a metrics list with an interval of a tenth around its value."""
    entry = {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "unit": "tokens" if form == "tokens" else "",
        "description": f"What {name} is.",
        "source": "definition",
        "format": form,
        "kind": "mean",
        "mean": value,
        "lo": value * 0.9,
        "hi": value * 1.1,
        "p5": value * 0.8,
        "p50": value,
        "p95": value * 1.2,
        "n": RUNS,
    }
    return {**entry, **changes}


def write_rehearsal(folder: Path) -> None:
    """Write a rehearsal of three runs over forty days; turnout is known every fifth day only."""
    part = folder / "rehearsal"
    part.mkdir(parents=True)
    run, day = (axis.ravel() for axis in np.mgrid[0:RUNS, 0 : DAYS + 1])
    supply = 40e6 + 1e4 * day
    staked = supply * (0.2 + 0.1 * run)
    turnout = np.where(day % 5 == 4, 0.1 * (run + 1), np.nan)
    steps = {
        "run": run.astype("int32"),
        "day": day.astype("int32"),
        "supply": supply,
        "treasury": 8e6 - 1e4 * day * run,
        "staked": staked,
        "staked_share": staked / supply,
        "share_price": 1 + day * 1e-3,
        "vesting_locked": np.full(len(day), 14e6),
        "stakers": 20.0 + run,
        "apr": np.where(day > 0, 0.1, np.nan),
        "turnout": turnout,
    }
    steps["liquid"] = supply - staked - steps["treasury"] - steps["vesting_locked"]
    pd.DataFrame(steps).to_parquet(part / "steps.parquet")
    proposals().to_parquet(part / "proposals.parquet")
    metrics = [
        metric("turnout", "percent", 0.2),
        metric("treasury", "tokens", 7.6e6),
        metric("delay", "days", 9.1),
        metric("nakamoto", "number", 21.0),
        metric("survives", "percent", 0.96, kind="proportion"),
        metric("inflation", "percent", 0.09, lo=0.09, hi=0.09, p5=0.09, p95=0.09),
    ]
    (part / "metrics.json").write_text(json.dumps(metrics))
    record = {"schema": 1, "name": "demo", "replicates": RUNS, "members": 12, **PROVENANCE}
    (part / "run.json").write_text(json.dumps(record))


def proposals() -> pd.DataFrame:
    """Return two proposals for each run: one executed, one not."""
    rows = []
    for run in range(RUNS):
        for number, state in enumerate(("Executed", "Defeated" if run else "Active")):
            voted = state != "Active"
            rows.append(
                {
                    "run": run,
                    "id": number,
                    "created_day": 2 + number,
                    "closed_day": 9 + number,
                    "proposer": 3,
                    "amount": 1_000.0 * (run + 1),
                    "kind": "funding",
                    "target": 4,
                    "quality": 0.5,
                    "for_votes": 6e5 if voted else 0.0,
                    "against_votes": 1e5 if voted else 0.0,
                    "abstain_votes": 0.0,
                    "votable": 8e6,
                    "quorum_votes": 3.2e5,
                    "turnout": 0.0875 if voted else np.nan,
                    "state": state,
                    "executed_day": 12 if state == "Executed" else -1,
                }
            )
    return pd.DataFrame(rows)


def write_sweep(folder: Path) -> None:
    """Write a study of two quorums by three emission rates."""
    part = folder / "sweep"
    part.mkdir(parents=True)
    axes = [
        {"path": "governor.quorum", "label": "Votes", "unit": "share", "values": QUORUMS},
        {"path": "emissions.per_day", "label": "Rate", "unit": "tokens/day", "values": RATES},
    ]
    places = [(quorum, rate) for quorum in QUORUMS for rate in RATES]
    rows = [
        {
            "point": point,
            "governor.quorum": quorum,
            "emissions.per_day": emission,
            "metric": name,
            "mean": mean,
            "lo": mean * 0.95,
            "hi": mean * 1.05,
            "n": REPLICATES,
        }
        for point, (quorum, emission) in enumerate(places)
        for name, mean in (("pass_rate", 1 - 4 * quorum), ("treasury", 7e6 + emission * 100))
    ]
    pd.DataFrame(rows).to_parquet(part / "points.parquet")
    metrics = [metric("pass_rate", "percent", 0.8), metric("treasury", "tokens", 7e6)]
    question = "How much quorum?"
    record = {
        "schema": 1,
        "question": question,
        "axes": axes,
        "replicates": REPLICATES,
        **PROVENANCE,
    }
    (part / "study.json").write_text(json.dumps({**record, "metrics": metrics, "goals": []}))


def drift() -> pd.DataFrame:
    """Return three compared variables: one equal, one close, one that must be equal."""
    return pd.DataFrame(
        {
            "variable": ["supply", "member stake", "proposal state"],
            "unit": ["tokens", "tokens", "state"],
            "compared": [41, 492, 6],
            "max_abs": [0.0, 6e-7, 0.0],
            "max_rel": [0.0, 4.4e-12, 0.0],
            "bound": [1e-9, 1e-9, 0.0],
            "first_day": pd.array([None, None, None], dtype="Int64"),
            "first_member": pd.array([None, None, None], dtype="Int64"),
            "within": [True, True, True],
        }
    )


def write_twin(folder: Path, table: pd.DataFrame | None = None) -> None:
    """Write a replay, and the story of the chain beside it."""
    part = folder / "twin"
    part.mkdir(parents=True)
    table = drift() if table is None else table
    table.to_parquet(part / "drift.parquet")
    counts = {"run": 0, "members": 12, "days": DAYS, "transactions": 480, "seconds": 0.5}
    bounds = {"within": bool(table["within"].all()), "bound_rel": 1e-9, "bound_abs_tokens": 1e-6}
    (part / "twin.json").write_text(json.dumps({"schema": 1, **counts, **bounds, **PROVENANCE}))
    facts = {"gas": 9}
    story = [{"step": 1, "title": "Deployed", "detail": "<b>Six</b>.", "facts": facts}]
    (folder / "story.json").write_text(json.dumps(story))


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """Return a results folder with every part."""
    folder = tmp_path / "demo"
    for write in (write_rehearsal, write_sweep, write_twin):
        write(folder)
    return folder


@pytest.fixture
def rehearsal_only(tmp_path: Path) -> Path:
    """Return a results folder with a rehearsal and nothing else."""
    folder = tmp_path / "demo"
    write_rehearsal(folder)
    return folder


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what opens the dashboard of a folder, at a page and with a query."""

    def opened(folder: Path, view: str | None = None, **query: str) -> AppTest:
        monkeypatch.setenv("MOOT_RESULTS", str(folder))
        app = AppTest.from_file(ENTRY, default_timeout=90)
        app.query_params.update(query)
        app.run()
        if view is not None:
            app.switch_page(f"views/{view}").run()
        return app

    return opened


def words(app: AppTest) -> str:
    """Return all text of a page."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.code)
    return "\n".join(element.value for kind in kinds for element in kind)
