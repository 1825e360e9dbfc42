"""The parts of the macro model: its launch, its turnout, its parameters and its results."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.data import read_proposals, read_rehearsal, read_steps
from governance.errors import InputError
from moot import main
from simulations.ensemble import Outcome
from simulations.macro import ensemble as macro
from simulations.macro import model as macro_model
from simulations.macro import rehearsal as macro_rehearsal
from simulations.macro.launch import BINS, CIVIC, INSIDERS, SAMPLE
from simulations.macro.model import READS, VARIABLES, MacroModel
from simulations.macro.rehearsal import METRICS, rehearse_macro
from simulations.macro.turnout import equal_voters, spread, support, voted
from simulations.model import DaoModel
from simulations.scenario import Rules, Scenario, load_scenario
from tests.simulations.conftest import changed, plain, small


def test_the_launch_is_that_of_the_members():
    scenario = plain(load_scenario())
    people, members = MacroModel([scenario], [4]).people, DaoModel([scenario], [4])
    held = members.ledger.liquid[0, members.places["holders"].indices]
    asked = members.cohorts["holders"].asked[0]
    civic = asked == 0
    assert people.tokens[0, CIVIC] == pytest.approx(held[civic].sum(), rel=1e-9)
    assert people.heads[0, CIVIC] == np.count_nonzero(civic)
    assert people.tokens[0].sum() == pytest.approx(held.sum(), rel=1e-12)
    assert people.heads[0].sum() == held.size
    assert people.tokens[0, INSIDERS] == people.heads[0, INSIDERS] == 0
    columns = slice(0, BINS)
    assert (np.diff(people.asked[0, columns]) > 0).all()
    taste = (people.tokens[0, columns] * np.log(people.asked[0, columns])).sum()
    assert taste == pytest.approx((held[~civic] * np.log(asked[~civic])).sum(), rel=1e-9)
    squares = (people.tokens[0] * people.holding[0]).sum()
    assert 0.5 * (held**2).sum() < squares < (held**2).sum() * (1 + 1e-9)
    lent = (people.tokens[0] * people.lent[0]).sum() / held.sum()
    assert 0.02 < lent < 0.5
    assert people.together[0] >= (people.trust[0] ** 2).sum() - 1e-12
    assert people.trust[0].sum() == pytest.approx(1)


def test_more_holders_than_are_drawn_are_added_as_expected():
    few = plain(load_scenario()).with_value("world.population.holders", SAMPLE)
    many = few.with_value("world.population.holders", 400 * SAMPLE)
    model = MacroModel([few, many], [0, 0])
    assert model.people.heads.sum(axis=1).tolist() == [SAMPLE, 400 * SAMPLE]
    assert model.people.tokens[0].sum() == pytest.approx(model.people.tokens[1].sum(), rel=1e-12)
    part = model.people.tokens[1] / model.people.tokens[1].sum()
    assert part[:BINS] == pytest.approx(0.9 / BINS, rel=0.02)
    assert part[CIVIC] == pytest.approx(0.1, rel=0.02)
    fame = 1.0 / np.arange(1, 21)
    assert model.people.trust[1, :20] == pytest.approx(fame / fame.sum(), rel=0.05)
    assert (model.people.holding[1] <= model.people.holding[0] + 1e-9).all()


@pytest.mark.parametrize(
    "values",
    [
        {"world.population.holders": 1, "world.population.delegates": 1},
        {"world.proposals.noise": "0", "world.staking.required_yield_spread": "0"},
        {"world.staking.delegating": "0", "world.staking.civic": "0"},
        {"world.staking.hysteresis": "1", "world.staking.required_yield": "0"},
        {"world.attention.holders_vote": "0", "world.attention.delegates_vote": "0"},
        {"world.attention.holders_look_every": 86_400, "world.attention.holders_vote": "1"},
        {"world.proposals.abstaining": "1"},
        {"governor.quorum_floor": "0", "emissions.per_day": "0"},
        {"world.population.delegates": 10_000},
    ],
)
def test_extremes_give_figures_and_no_warning(values):
    steps = macro.step_macro([(changed(small(days=60), values), 0)]).steps
    for name in VARIABLES:
        known = steps[name][1:] if name not in ("turnout", "apr") else np.nan_to_num(steps[name])
        assert np.isfinite(known).all(), name


def test_turnout_and_support_are_the_formulas():
    chance, days = np.array([0.1, 0.1, 1.0, 0.0]), np.array([1, 3, 2, 9])
    assert voted(chance, days) == pytest.approx([0.1, 1 - 0.9**3, 1.0, 0.0])
    quality = np.array([0.0, 1.0, -2.0, -1.0])
    ones = np.ones(4)
    assert support(quality, 1.75 * ones, ones)[0] == pytest.approx(0.9599408431)
    assert support(quality, ones, 0 * ones).tolist() == [1, 1, 0, 0]
    assert equal_voters(np.array([10.0]), np.array([4 * 2.5**2])) == 4.0
    assert equal_voters(np.zeros(1), np.zeros(1)) == 1.0


@settings(max_examples=50, deadline=None)
@given(mean=st.floats(0.02, 0.98), voters=st.floats(1.5, 200))
def test_the_part_that_votes_has_the_binomials_mean_and_variance(mean, voters):
    uniform = (np.arange(20_000) + 0.5) / 20_000
    part = spread(np.full(20_000, mean), np.full(20_000, voters), uniform)
    assert part.mean() == pytest.approx(mean, abs=2e-4)
    assert part.var() == pytest.approx(mean * (1 - mean) / voters, rel=0.02)
    assert 0 <= part.min() <= part.max() <= 1


def test_one_voter_is_all_or_nothing_and_none_strays_from_certainty():
    uniform = (np.arange(1_000) + 0.5) / 1_000
    lone = spread(np.full(1_000, 0.3), np.ones(1_000), uniform)
    assert np.mean((lone < 0.01) | (lone > 0.99)) > 0.95
    for certain in (0.0, 1.0):
        assert (spread(np.full(1_000, certain), np.ones(1_000), uniform) == certain).all()


BUSY: dict[str, object] = {
    "token.cap": "40950000",
    "vesting.team.cliff": 40 * 86_400,
    "vesting.team.duration": 400 * 86_400,
    "vesting.investors.cliff": 20 * 86_400,
    "vesting.investors.duration": 400 * 86_400,
    "emissions.halving": 60 * 86_400,
    "kinds.funding.spend_limit": "60000",
    "world.proposals.per_month": "10",
    "world.proposals.leniency": "1",
    "world.proposals.request": "0.003",
    "governor.quorum": "0.15",
    "governor.grace_period": 10 * 86_400,
    "governor.opening": 20 * 86_400,
}
"""Rules under which each of them matters within half a year."""

KINDS = ("funding", "constitutional")
OTHER: dict[str, dict[str, object]] = {
    "token.cap": {"token.cap": "60000000"},
    "token.initial_supply": {"token.initial_supply": "39000000"},
    "allocation.community": {"allocation.community": "0.5", "allocation.team": "0.15"},
    "allocation.treasury": {"allocation.treasury": "0.25", "allocation.team": "0.15"},
    "allocation.team": {"allocation.team": "0.15", "allocation.investors": "0.20"},
    "allocation.investors": {"allocation.investors": "0.10", "allocation.treasury": "0.25"},
    "emissions.curve": {"emissions.curve": "exponential"},
    "vesting.team.cliff": {"vesting.team.cliff": 100 * 86_400},
    "vesting.investors.cliff": {"vesting.investors.cliff": 100 * 86_400},
    "governor.voting_delay": {"governor.voting_delay": 5 * 86_400},
    "governor.late_quorum_extension": {"governor.late_quorum_extension": 6 * 86_400},
    "governor.quorum_base": {"governor.quorum_base": "supply"},
    "governor.quorum_floor": {"governor.quorum_floor": "3000000"},
    "governor.quorum_cap": {"governor.quorum_cap": "1500000"},
    "governor.quorum": {"governor.quorum": "0.4"},
    "governor.proposal_threshold": {"governor.proposal_threshold": "0.15"},
    "kinds.funding.spend_limit": {"kinds.funding.spend_limit": "90000"},
    "world.population.holder_data": {"world.population.holder_data": "LDO"},
    "world.population.delegates": {"world.population.delegates": 3},
}
"""How to change what a factor does not move, or not far enough."""


for rule, value in {
    "proposal_threshold": "0.15",
    "quorum": "0.4",
    "approval": "0.9",
    "voting_period": 11 * 86_400,
    "timelock_delay": 9 * 86_400,
}.items():
    # The constitutional kind, which nothing here uses, may not be easier than funding.
    OTHER[f"kinds.funding.{rule}"] = {f"kinds.{k}.{rule}": value for k in KINDS}


def differ(done: Outcome, runs: slice) -> bool:
    """Whether some runs differ from the first ones, in a state or a proposal."""
    first = slice(0, runs.stop - runs.start)
    if not all(
        np.array_equal(each[:, first], each[:, runs], equal_nan=True)
        for each in done.steps.values()
    ):
        return True
    table = done.proposals
    one, other = (
        table[(table.run >= part.start) & (table.run < part.stop)].drop(columns="run")
        for part in (first, runs)
    )
    return not one.reset_index(drop=True).equals(other.reset_index(drop=True))


def moved(scenario: Scenario, path: str) -> dict[str, object]:
    if path in OTHER:
        return OTHER[path]
    leaf = scenario.leaves()[path]
    assert not isinstance(leaf.value, str)
    longer = isinstance(leaf.value, int)
    return {path: int(leaf.value * 1.3) if longer else f"{float(leaf.value) * 0.7:.3g}"}


def test_every_parameter_it_claims_to_read_changes_something():
    base = changed(small(days=180), BUSY)
    each = 6
    scenarios = [base, base, *(changed(base, moved(base, path)) for path in READS)]
    done = macro.step_macro([(it, replicate) for it in scenarios for replicate in range(each)])
    parts = [slice(first, first + each) for first in range(each, len(done.points), each)]
    assert not differ(done, parts[0])
    dead = [path for path, runs in zip(READS, parts[1:], strict=True) if not differ(done, runs)]
    assert dead == []


def test_it_reads_no_parameter_it_does_not_claim(monkeypatch):
    seen: set[str] = set()

    class Watched(Rules):
        def __getitem__(self, path: str) -> np.ndarray:
            seen.add(path)
            return super().__getitem__(path)

    monkeypatch.setattr(macro_model, "Rules", Watched)
    macro.step_macro([(small(days=60), 0)])
    derived, unused = {"staking.seed", "emissions.rate"}, {"emissions.usage_share"}
    assert seen - set(READS) == derived | unused
    assert len(seen) > 30


def test_every_state_variable_moves():
    steps = macro.step_macro([(changed(small(days=120), BUSY), 0)]).steps
    for name in VARIABLES:
        known = steps[name][~np.isnan(steps[name])]
        assert np.unique(known).size > 1, name


def test_the_folder_opens_in_the_dashboard(tmp_path):
    call = ["simulate", "startup", "--macro", "--days", "60", "-n", "30", "--json"]
    done = CliRunner().invoke(main, [*call, "--out", str(tmp_path)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    figures = {each["name"]: each["mean"] for each in json.loads(done.output)["metrics"]}
    assert set(figures) == {metric.name for metric in METRICS}
    record = read_rehearsal(tmp_path)
    assert record.record["model"] == "macro"
    assert (record.replicates, record.days) == (30, 60)
    staked = read_steps(tmp_path, "staked_share").values
    assert staked.shape == (30, 61)
    assert staked[:, -1].mean() == pytest.approx(figures["staked_share"])
    assert len(read_proposals(tmp_path)) > 10


def test_many_runs_keep_fewer_days_and_always_the_last(tmp_path, monkeypatch):
    whole = rehearse_macro(small(days=100), 4)
    monkeypatch.setattr(macro_rehearsal, "ROWS", 60)
    thinned = rehearse_macro(small(days=100), 4)
    kept = thinned.steps.day.unique()
    assert kept[0] == 0
    assert kept[-1] == 100
    assert len(thinned.steps) <= 60 + 4
    same = whole.steps[whole.steps.day.isin(kept)].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, thinned.steps, check_exact=True)
    pd.testing.assert_frame_equal(whole.runs, thinned.runs, check_exact=True)
    thinned.write(tmp_path / "rehearsal")
    assert read_steps(tmp_path, "treasury").values.shape == (4, kept.size)


def test_recording_and_no_run_are_refused():
    done = CliRunner().invoke(main, ["simulate", "--macro", "--record", "0"])
    assert done.exit_code == 2
    assert "no actions to record" in done.output
    with pytest.raises(InputError, match="at least 1"):
        rehearse_macro(small(), 0)


def test_emission_that_follows_use_is_refused():
    with pytest.raises(InputError, match="no market whose use is metered"):
        macro.step_macro([(small().with_value("emissions.curve", "usage"), 0)])
