"""In lockstep the contracts decide, whatever the mechanisms would say."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from governance.errors import InputError
from moot import main
from simulations import metrics
from simulations.actions import Actions
from simulations.ensemble import step_through, step_together
from simulations.lockstep import MOST_MEMBERS, SIMULATED, LockstepModel
from simulations.lockstep.enforced import Allowed
from simulations.lockstep.model import ENFORCED
from simulations.lockstep.rehearsal import rehearse_in_lockstep
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.market import Market
from simulations.mechanisms.staking import Staking
from simulations.model import DaoModel
from simulations.twin import BOUND_ABS, BOUND_REL, Drift
from simulations.twin.driver import Today
from tests.simulations.conftest import busy, changed, plain, small

TRADE = {
    "world.population.users": 8,
    "world.population.traders": 6,
    "world.population.curators": 5,
    "world.pool.depth": 0.05,
    "world.reserves.quote": 200_000_000,
    "world.reserves.costs": 100_000,
    "world.staking.civic": 0.8,
    "exit.threshold": 0.05,
    "exit.opening": "5d",
    "exit.vesting": "40d",
}
OTHER = {
    "emissions.per_day": 20_000,
    "emissions.stakers_share": 0.3,
    "market.burned": 0.2,
    "market.developer": 0.3,
    "market.stakers": 0.15,
    "market.treasury": 0.25,
    "curation.tax": 0.03,
    "staking.cooldown": "3d",
    "staking.maturity": "2d",
    "staking.reward_period": 0,
    "governor.voting_period": "9d",
    "governor.voting_delay": "2d",
    "governor.quorum": 0.2,
    "governor.late_quorum_extension": "3d",
    "governor.grace_period": "20d",
    "kinds.funding.approval": 0.6,
    "kinds.funding.timelock_delay": "6d",
    "kinds.funding.spend_limit": 400_000,
    "kinds.funding.spend_period": "15d",
    "registry.challenge_window": "9d",
    "registry.challenge_bond": 90,
    "registry.challenger_share": 0.4,
    "gate.attestation_stake": 9_000,
    "gate.cool_off": "9d",
    "gate.slash": 0.9,
    "gate.quality_score": 65,
    "court.people.evidence": "2d",
    "court.people.commit": "4d",
    "court.people.reveal": "2d",
    "court.people.appeal": "2d",
    "court.people.fee": 20,
    "court.people.alpha": 0.3,
    "court.people.seats": 5,
    "exit.threshold": 0.04,
    "exit.opening": "7d",
    "exit.vesting": "20d",
    "vesting.team.cliff": "30d",
    "vesting.team.duration": "90d",
}


def everything(days=110):
    """A small scenario in which all that can happen does."""
    return changed(busy(days), TRADE)


def quiet(days=60):
    """A small scenario of holders, delegates and their votes alone."""
    return plain(small(days=days)).with_value("world.staking.hysteresis", 0)


def raided(days=50):
    """The same with somebody who borrows votes, takes from the treasury and leaves."""
    attack = {"kind": "borrower", "holding": 0.5, "start": "3d", "term": "30d"}
    values = {f"world.attack.{name}": value for name, value in attack.items()}
    return changed(quiet(days), values | {"world.population.attackers": 2})


def require_alike(mine, theirs):
    """Demand that two outcomes agree within the twin's bound."""
    for name, steps in mine.steps.items():
        np.testing.assert_allclose(
            steps, theirs.steps[name], rtol=BOUND_REL, atol=BOUND_ABS, err_msg=name
        )
    for name in ("proposals", "versions", "disputes"):
        left, right = getattr(mine, name), getattr(theirs, name)
        pd.testing.assert_frame_equal(left, right, rtol=BOUND_REL, atol=BOUND_ABS)


HAPPENS = ("redeemed", "uses", "executed", "condemned", "juror_income", "fees_to_curators")
"""What is not zero at the end of a run of :func:`everything`."""


@pytest.mark.parametrize(
    ("scenario", "replicate", "happens"),
    [(everything(), 1, HAPPENS), (raided(), 0, ("taken", "executed"))],
    ids=["everything", "raided"],
)
def test_a_replicate_agrees_with_the_plain_run(scenario, replicate, happens):
    model = LockstepModel(scenario, replicate, record=0)
    mine = step_through(model, [(scenario, replicate)])
    theirs = step_together([(scenario, replicate)], record=0)
    assert not model.refused
    require_alike(mine, theirs)
    told = ["day", "mechanism", "verb", "member", "target", "choice"]
    assert mine.actions.select(told).equals(theirs.actions.select(told))
    np.testing.assert_allclose(mine.votes, theirs.votes, rtol=BOUND_REL, atol=BOUND_ABS)
    np.testing.assert_allclose(mine.quorum, theirs.quorum, rtol=BOUND_REL)
    last = {name: steps[-1, 0] for name, steps in mine.steps.items()}
    assert all(last[name] for name in happens), last


def drift_of(scenario, other):
    """Step a model whose contracts have other rules, and compare it with them each day."""
    model = LockstepModel(scenario, 0, 0, changed(scenario, other).constitution)
    drift = Drift(scenario, 0)
    for day in range(scenario.days + 1):
        if day:
            model.step()
        done, full = model.recorder.days.get(day, []), day % 10 == 0 or day == scenario.days
        model.contracts.compare(Today(drift, model, day, done, full, full))
        assert abs(model.ledger.imbalance()[0]) < BOUND_ABS * 100
    table = drift.table().set_index("variable")
    assert drift.within, table[~table.within]
    return model, table


def test_a_run_follows_other_contracts_than_it_was_told_of():
    model, table = drift_of(everything(), OTHER)
    assert (table.compared[["court.ballotOf", "court.rulings", "gate.endOf"]] > 50).all()
    assert (table.compared[["market.paidUses", "curation.signalOf", "exit.claimed"]] > 50).all()
    _require_other_rules(model)


def test_members_leave_by_the_rules_of_the_contracts():
    model, table = drift_of(raided(), {"staking.cooldown": "16d", "staking.maturity": "5d"})
    done = [each for day in model.recorder.days.values() for each in day]
    assert {"request_exit", "redeem"} <= {each.verb for each in done}
    assert model.staking.cooling.any()
    assert table.compared["staked.exitOf"] > 100


def _require_other_rules(model):
    """What the run has come to is by the contracts' numbers, not by those it was told."""
    fees = {name: float(paid[0]) for name, paid in model.market.fees.items()}
    paid = sum(fees.values())
    assert fees["burned"] / paid == pytest.approx(0.2)
    assert fees["developers"] / paid == pytest.approx(0.3)
    assert fees["stakers"] / paid == pytest.approx(0.15)
    assert model.emissions.released[0] == pytest.approx(20_000 * model.scenarios[0].days)
    assert model.vesting.released[0, 0] > 0
    log = model.governor.log.frame()
    assert (log.closed_day - log.created_day >= 2 + 9).all()
    np.testing.assert_allclose(log.quorum_votes, 0.2 * log.votable, rtol=BOUND_REL)


def _no_emissions(monkeypatch):
    monkeypatch.setattr(Emissions, "release", lambda self, *_: self.released * 0.0)


def _votes_without_end(monkeypatch):
    right = Governor.propose

    def propose(self, actions, quality, day, *kind):
        right(self, actions, quality, day, *kind)
        self.slots.deadline[...] = np.inf

    monkeypatch.setattr(Governor, "propose", propose)


def _votes_that_count_twice(monkeypatch):
    right = Governor.vote

    def vote(self, actions, day):
        right(self, actions, day)
        self.tally *= 2.0

    monkeypatch.setattr(Governor, "vote", vote)


def _shares_for_nothing(monkeypatch):
    def deposit(self, actions):
        self._shift(actions.run, actions.member, actions.amount * 3.0)

    monkeypatch.setattr(Staking, "deposit", deposit)


def _free_use(monkeypatch):
    monkeypatch.setattr(Market, "_pay", lambda *_: None)


MUTATIONS = (
    _no_emissions,
    _votes_without_end,
    _votes_that_count_twice,
    _shares_for_nothing,
    _free_use,
)


@pytest.mark.parametrize("break_rule", MUTATIONS)
def test_a_broken_mechanism_changes_nothing(monkeypatch, break_rule):
    scenario = everything(days=45) if break_rule is _free_use else quiet(days=45)
    theirs = step_together([(scenario, 0)])
    break_rule(monkeypatch)
    with pytest.raises(AssertionError):
        require_alike(step_together([(scenario, 0)]), theirs)
    require_alike(step_through(LockstepModel(scenario, 0), [(scenario, 0)]), theirs)


def test_what_the_contracts_refuse_did_not_happen():
    scenario = everything(days=60)
    dear = changed(scenario, {"registry.challenge_bond": 1_000_000, "governor.opening": "25d"})
    model = LockstepModel(scenario, 0, enforced=dear.constitution)
    done = step_through(model, [(scenario, 0)])
    refused = pd.Series(model.refused).str.extract(r"day (?P<day>\d+), (?P<verb>\S+) by")
    early = refused.verb.str.startswith("governor.propose")
    assert early.any()
    assert set(refused.verb[~early]) == {"registry.challenge"}
    assert done.steps["challenges"].max() == 0
    assert len(done.disputes) == 0
    assert (refused.day[early].astype(int) < 25).all()
    assert len(done.proposals) > 2
    assert done.proposals.id.tolist() == list(range(len(done.proposals)))
    assert done.proposals.created_day.min() >= 25
    assert len(model.contracts.proposals) == len(done.proposals)


def test_lockstep_runs_fall_inside_the_ensemble():
    scenario, runs, others = quiet(days=90), 3, 60
    lockstep = rehearse_in_lockstep(scenario, runs).runs
    points = [(scenario, replicate) for replicate in range(runs, runs + others)]
    ensemble = metrics.measure(step_together(points))
    compared = 0
    for name, values in ensemble.items():
        mine = lockstep[name].mean(skipna=False)
        if np.isnan([mine, *values]).any() or np.ptp(values) == 0:
            continue
        compared += 1
        reach = 3.5 * values.std(ddof=1) * np.sqrt(1 / runs + 1 / others)
        assert abs(mine - values.mean()) <= reach, (name, mine, values.mean(), reach)
    assert compared >= 10


def test_allowed_actions_are_not_asked_again():
    run = np.zeros(3, dtype=np.int64)
    actions = Allowed.of(Actions("staking", "deposit", run, run + 1, run + 2.0))
    actions.require(np.zeros(3, dtype=bool), "nobody may")
    part = actions.where(np.array([True, False, True]))
    assert isinstance(part, Allowed)
    assert part.amount.tolist() == [2.0, 2.0]
    part.require(np.zeros(2, dtype=bool), "nobody may")


def test_every_part_that_a_contract_has_is_enforced():
    """A mechanism that is founded and not listed would be simulated without a word."""
    found = []

    class Watched(DaoModel):
        def found(self, kind, *parts, **more):
            found.append(kind)
            return super().found(kind, *parts, **more)

    Watched([quiet(days=1)], [0])
    assert set(found) == set(ENFORCED)
    assert {kind.__name__ for kind in ENFORCED.values()} == {
        f"Enforced{kind.__name__}" for kind in ENFORCED
    }


def test_what_stays_simulated_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "lockstep.md").read_text(encoding="utf-8")
    rows = page.split("## What stays simulated")[1].split("##")[0].splitlines()
    named = [row.split("|")[1].strip() for row in rows if row.startswith("| ")][2:]
    assert named == list(SIMULATED)


def test_too_many_members_are_refused():
    with pytest.raises(InputError, match="take at most 10,000"):
        LockstepModel(small(holders=MOST_MEMBERS), 0)


@pytest.mark.parametrize(("replicates", "record"), [(0, None), (2, 2), (2, -1)])
def test_a_wrong_number_of_runs(replicates, record):
    with pytest.raises(InputError, match="take"):
        rehearse_in_lockstep(quiet(days=1), replicates, record=record)


def simulate(tmp_path, *options, holders=30):
    """Run ``moot simulate --court evm`` on a small world."""
    world = tmp_path / "world.toml"
    world.write_text(small(holders=holders).world.to_toml())
    args = ["simulate", "startup", "--world", str(world), "--court", "evm", "--days", "12"]
    return CliRunner().invoke(main, [*args, "--out", str(tmp_path / "out"), *options])


def test_the_command_says_who_decided(tmp_path):
    done = simulate(tmp_path, "-n", "2", "--record", "1")
    assert done.exit_code == 0, done.output
    assert "The contracts decided" in done.output
    assert "Simulated as ever: pool, lending" in done.output
    folder = tmp_path / "out" / "rehearsal"
    record = json.loads((folder / "run.json").read_text())
    assert record["court"] == "evm"
    assert record["replicates"] == 2
    assert record["refused"] == []
    assert "pool" in record["simulated"]
    assert len(pd.read_parquet(folder / "steps.parquet")) == 2 * 13
    assert len(pd.read_parquet(folder / "actions.parquet"))


@pytest.mark.parametrize(
    ("options", "holders", "part"),
    [(["--macro"], 30, "leave out one"), ([], 20_000, "take at most 10,000")],
)
def test_the_command_refuses_what_cannot_be(tmp_path, options, holders, part):
    done = simulate(tmp_path, *options, holders=holders)
    assert done.exit_code == 2
    assert part in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()
