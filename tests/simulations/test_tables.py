"""The tables of versions and disputes, against what was done and seen day by day."""

import numpy as np
import pandas as pd
import pytest

from governance.units import DAY
from simulations import tables
from simulations.ensemble import Outcome, step_together
from simulations.mechanisms.attestations import CRITERIA
from simulations.mechanisms.disputes import Phase
from simulations.metrics import BY_NAME
from simulations.model import DaoModel
from tests.simulations.conftest import busy, small

DAYS = 76
"""Some disputes are open then."""
RUN = 1


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return step_together([(busy(DAYS), replicate) for replicate in range(3)], record=RUN)


@pytest.fixture(scope="module")
def watched() -> tuple[DaoModel, np.ndarray]:
    """The same runs, and the first day on which each version could run."""
    model = DaoModel([busy(DAYS)] * 3, range(3))
    first = np.full((3, 400), -1)
    for day in range(1, DAYS + 1):
        model.step()
        run, version = np.nonzero(model.registry.deployable(float(day * DAY)))
        fresh = first[run, version] < 0
        first[run[fresh], version[fresh]] = day
    return model, first


def acts(outcome: Outcome, mechanism: str, verb: str) -> pd.DataFrame:
    assert outcome.actions is not None
    table = outcome.actions.to_pandas()
    table = table[(table.mechanism == mechanism) & (table.verb == verb)]
    return table.fillna({"choice": -1, "target": -1}).astype({"choice": int, "target": int})


def test_versions_are_numbered_and_dated(outcome, watched):
    _, first = watched
    table = outcome.versions
    assert (
        table.groupby("run").version.agg(list).map(lambda n: n == [*range(1, len(n) + 1)])
    ).all()
    assert table.groupby("run").size().tolist() == outcome.steps["versions"][-1].tolist()
    deployed = first[table.run, table.version]
    assert table.deployed_day.tolist() == deployed.tolist()
    assert (deployed > 0).sum() > 10
    proposed = acts(outcome, "registry", "propose").set_index("target").day
    mine = table[table.run == RUN].set_index("version")
    assert mine.proposed_day.tolist() == proposed.reindex(mine.index, fill_value=-1).tolist()
    running = table.groupby("run").deployable.sum()
    assert running.sum() > 0
    assert (running <= table.groupby("run").size()).all()


def test_the_truth_about_versions_is_the_models(outcome, watched):
    model, _ = watched
    table = outcome.versions
    at = table.run.to_numpy(), table.version.to_numpy()
    assert (table.quality.to_numpy() == model.truth.quality[at]).all()
    assert (table.harms.to_numpy() == model.truth.harms[at]).all()
    named = [*CRITERIA, tables.NONE]
    assert table.flaw.tolist() == [named[code] for code in model.truth.flaw[at]]
    flawed = table[table.deployed_day >= 0].flaw != tables.NONE
    assert flawed.sum() == BY_NAME["harmful_deployments"].compute(outcome).sum()


def test_audits_are_held_against_the_truth(outcome):
    """Recount run 1 from its actions; the gate's least score is the same on every day."""
    mine = outcome.versions[outcome.versions.run == RUN].set_index("version")
    given = acts(outcome, "gate", "attest")
    given = given[given.choice.map(lambda code: CRITERIA[code] != "quality")]
    criterion = given.choice.map(lambda code: CRITERIA[code])
    least = criterion.map({name: outcome.rules[f"gate.{name}_score"][RUN] for name in CRITERIA})
    vouches = given.amount >= least
    flaw = given.target.map(mine.flaw) == criterion
    for column, counted in {
        "audits": flaw | ~flaw,
        "audits_right": flaw != vouches,
        "audits_on_flaw": flaw,
        "audits_missed": flaw & vouches,
    }.items():
        found = counted.groupby(given.target).sum().reindex(mine.index, fill_value=0)
        assert mine[column].tolist() == found.tolist(), column
        assert found.sum() > 0


def test_disputes_are_those_that_were_brought(outcome, watched):
    model, _ = watched
    table = outcome.disputes
    assert table.groupby("run").size().tolist() == outcome.steps["challenges"][-1].tolist()
    brought = acts(outcome, "registry", "challenge")
    mine = table[table.run == RUN]
    assert mine.id.tolist() == [*range(len(brought))]
    assert mine.version.tolist() == brought.target.tolist()
    assert mine.opened_day.tolist() == brought.day.tolist()
    assert mine.criterion.tolist() == [CRITERIA[code] for code in brought.choice]
    flaw = outcome.versions.set_index(["run", "version"]).flaw
    real = flaw.loc[[*zip(table.run, table.version, strict=True)]].to_numpy() == table.criterion
    assert table.truth.tolist() == np.where(real, "upheld", "rejected").tolist()
    ruled = model.registry.log()
    keys = [*zip(ruled.run, ruled.dispute, strict=True)]
    told = table.set_index(["run", "id"]).ruling.loc[keys]
    assert told.tolist() == ruled.ruling.map(tables.RULINGS).tolist()
    assert set(told) >= {"upheld", "rejected"}
    slots = model.court.slots
    run, slot = np.nonzero((slots.phase >= 0) & (slots.phase < Phase.EXECUTION))
    open_now = [*zip(run, slots.number[run, slot], strict=True)]
    late = table.set_index(["run", "id"]).loc[open_now]
    assert len(late) > 0
    assert (late.ruling == tables.NONE).all()
    assert ((table.ruling == tables.NONE) == (table.ruled_day < 0)).all()
    assert (table.seats >= 0).all()
    assert (table.panels > 1).any()


def test_jurors_get_what_the_court_paid_them(outcome, watched):
    """What is not in the court's account was lost by jurors and not yet shared out, or is fees."""
    model, _ = watched
    income = outcome.steps["juror_income"]
    assert (income[-1] == model.court.rewarded - model.court.forfeited).all()
    assert (model.court.rewarded > 0).all()
    assert (model.court.forfeited > 0).all()
    stake = outcome.steps["juror_stake"]
    assert (stake[-1] > 0).all()
    locked = model.staking.locked_by["court"].sum(axis=1) * model.staking.price
    np.testing.assert_allclose(stake[-1], locked, rtol=1e-6)
    given = BY_NAME["juror_return"].compute(outcome)
    np.testing.assert_allclose(given, income[-1] / stake[1:].mean(axis=0) * 365 / DAYS)


def test_surplus_is_that_of_what_runs(outcome):
    steps = outcome.steps
    some, harmful = steps["deployable"] > 0, steps["harmful"] > 0
    assert (steps["surplus"][~some] == 0).all()
    assert (steps["surplus"][some & ~harmful] > 0).all()
    assert harmful.any()
    assert steps["surplus"][harmful].mean() < steps["surplus"][some & ~harmful].mean()


def test_uses_and_signal_are_the_markets(outcome, watched):
    model, _ = watched
    table = outcome.versions
    used = table.groupby("run").uses.sum()
    np.testing.assert_allclose(used, outcome.steps["uses"][-1])
    assert (used > 0).all()
    best = table.groupby(["run", "model"]).signal.first()
    rows, models = (best.index.get_level_values(name).to_numpy() for name in ("run", "model"))
    assert (best.to_numpy() == model.curation.signal[rows, models]).all()
    assert (best > 0).sum() > 3


def test_a_world_without_models_has_empty_tables_of_the_same_columns(outcome):
    bare = step_together([(small(days=5), 0)])
    for name, empty in (("versions", tables.no_versions()), ("disputes", tables.no_disputes())):
        mine, other = getattr(bare, name), getattr(outcome, name)
        assert len(mine) == 0
        assert mine.dtypes.to_dict() == empty.dtypes.to_dict() == other.dtypes.to_dict()
