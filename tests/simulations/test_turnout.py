"""Turnout that answers to stakes and cost, and its fit to the turnout of a DAO that lives."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from governance.errors import InputError
from moot import main
from simulations.actions import Actions
from simulations.agents.judgement import cast, worth
from simulations.calibration import COST, DUTY, fit_turnout
from simulations.ensemble import Outcome, step_together
from simulations.metrics import measure
from simulations.model import DaoModel
from simulations.randomness import Keyed, Run
from simulations.scenario import Scenario, load_scenario
from simulations.world import load_world
from tests.simulations import conftest

ASKED = 10_000.0


def small(holders: int = 60, days: int = 150) -> Scenario:
    """The small scenario with nobody in it but voters."""
    return conftest.plain(conftest.small(holders=holders, days=days))


def scenario(cost: float = 0.0, spread: float = 1.0, **values: object) -> Scenario:
    """Members who look daily, and never vote from duty unless told to."""
    made = small(holders=400, days=20).with_value("staking.maturity", "1d")
    world = {
        "attention.cost": cost,
        "attention.cost_spread": spread,
        "attention.holders_vote": 0,
        "attention.holders_look_every": "1d",
        "staking.civic": 1,
        "staking.delegating": 0,
        "proposals.per_month": 0,
    }
    for path, value in (world | {k.replace("__", "."): v for k, v in values.items()}).items():
        known = path in made.leaves()
        made = made.with_value(path if known else f"world.{path}", value)
    return made


def voting(made: Scenario, runs: int = 2) -> DaoModel:
    """A model in which everybody has staked and a grant is put to the vote on day 7."""
    model = DaoModel([made] * runs, range(runs))
    for _ in range(4):
        model.step()
    run = np.arange(runs)
    whale = model.staking.shares.argmax(axis=1)
    model.governor.propose(
        Actions("governor", "propose", run, whale, np.full(runs, ASKED), run), np.zeros(runs), 4
    )
    for day in (5, 6, 7):
        model.staking.close_day(day)
        model.governor.open_day(day)
    return model


def who_votes(model: DaoModel, draws: Keyed) -> np.ndarray:
    """Who finds the vote worth its cost, shape ``(runs, holders)``."""
    run, member = np.divmod(np.arange(len(model.runs) * 400), 400)
    weight = model.governor.power[0, run, member]
    found = worth(model.view("governor", 7), draws, run, member, np.zeros_like(run), weight)
    return found.reshape(-1, 400)


@pytest.fixture
def draws() -> Keyed:
    return Keyed([Run(5, 0), Run(5, 1)], "test")


def test_a_vote_is_worth_it_when_weight_over_quorum_times_the_stake_exceeds_the_cost(draws):
    model = voting(scenario(cost=25.0, spread=0))
    weight = model.governor.power[0][:, :400]
    quorum = model.governor.slots.quorum[:, :1]
    assert (quorum > 0).all()
    gain = np.minimum(weight / quorum, 1.0) * ASKED
    np.testing.assert_array_equal(who_votes(model, draws), gain > 25.0)
    assert 0 < np.count_nonzero(gain > 25.0) < gain.size


def test_without_a_quorum_weight_counts_over_all_that_could_vote(draws):
    free = {"governor__quorum_floor": 0, "governor__quorum": 0}
    model = voting(scenario(cost=25.0, spread=0, **free))
    weight, votable = model.governor.power[0][:, :400], model.governor.slots.votable[:, :1]
    np.testing.assert_array_equal(who_votes(model, draws), weight / votable * ASKED > 25.0)


def test_costs_are_lognormal_and_a_members_own(draws):
    """A member of weight ``w`` votes with the chance ``Phi(ln(gain / median) / spread)``."""
    spread = 0.8
    model = voting(scenario(cost=25.0, spread=spread), runs=2)
    weight, quorum = model.governor.power[0][:, :400], model.governor.slots.quorum[:, :1]
    chance = stats.norm.cdf(np.log(weight / quorum * ASKED / 25.0) / spread)
    votes = who_votes(model, draws)
    error = np.sqrt((chance * (1 - chance)).sum())
    assert abs(votes.sum() - chance.sum()) < 4 * error
    np.testing.assert_array_equal(votes, who_votes(model, draws))


def test_who_pays_nothing_votes_as_if_nobody_weighed_anything(draws):
    """No cost means duty alone; next to none brings all who look, and a huge one nobody."""
    outcomes = [votes_of(cost, duty=0) for cost in (0.0, 1e-6, 1e11)]
    assert [len(votes) for votes in outcomes] == [0, 800, 0]
    with_duty = [votes_of(cost, duty=0.5) for cost in (0.0, 1e11)]
    for name in ("run", "member", "target", "choice"):
        first, second = (getattr(votes, name) for votes in with_duty)
        np.testing.assert_array_equal(first, second)


def votes_of(cost: float, duty: float) -> Actions:
    model = voting(scenario(cost=cost))
    run, member = np.divmod(np.arange(800), 400)
    draws = Keyed([Run(5, 0), Run(5, 1)], "test")
    return cast(model.view("governor", 7), draws, run, member, np.full(2, duty))


def test_a_version_is_worth_what_the_world_says(draws):
    for stake, votes in ((0, False), (10**9, True)):
        model = voting(scenario(cost=25.0, spread=0, attention__version_stake=stake))
        model.governor.slots.kind[:, 0] = 0
        assert who_votes(model, draws).all() == votes
        assert who_votes(model, draws).any() == votes


def outcome(made: Scenario, runs: int = 6) -> Outcome:
    return step_together([(made, run) for run in range(runs)])


def means(made: Scenario, runs: int = 6) -> tuple[float, float]:
    figures = measure(outcome(made, runs))
    return float(np.nanmean(figures["turnout_heads"])), float(np.nanmean(figures["turnout"]))


def test_cheaper_votes_bring_more_heads_and_more_weight_than_heads():
    made = small(days=70).with_value("world.attention.holders_vote", 0.2)
    rising = [means(made.with_value(COST, cost), 4) for cost in (1e6, 1e4, 1e2, 1.0)]
    heads = [each for each, _ in rising]
    assert heads == sorted(heads)
    assert heads[-1] > 1.5 * heads[0]
    apart = [weight - head for head, weight in rising]
    assert apart[1] > max(apart[0], 0.05), "large members come first"


def test_heads_are_voters_over_those_with_votes():
    table = outcome(small(days=100)).proposals
    closed = table[table.closed_day >= 0]
    assert len(closed) > 10
    assert (closed.voters <= closed.entitled).all()
    assert closed.voters.sum() > 0
    silent = small(days=100).with_value(DUTY, 0).with_value(COST, 0)
    none = outcome(silent.with_value("world.attention.delegates_vote", 0)).proposals
    assert not none.voters.any()


def test_a_run_with_costs_does_not_depend_on_its_batch():
    made = small(days=40).with_value(COST, 2_000)
    free = small(days=40).with_value(COST, 0)
    together = step_together([(made, 3), (free, 3), (made, 4)])
    for row, point in ((0, (made, 3)), (1, (free, 3))):
        alone = step_together([point])
        for name, path in together.steps.items():
            np.testing.assert_array_equal(path[:, row], alone.steps[name][:, 0])


def test_presets_weigh_their_votes():
    for name in ("typical", "village"):
        assert load_world(name).attention.cost > 0


@pytest.fixture(scope="module")
def town() -> Scenario:
    """Many votes of many members, so that few runs tell much."""
    return small(holders=400, days=50).with_value("world.proposals.per_month", 20)


def test_a_fit_finds_the_parameters_that_made_the_figures(town):
    """On the draws that made them the figures leave nothing open but their steps."""
    heads, weight = means(town.with_value(DUTY, 0.2).with_value(COST, 500), 8)
    fit = fit_turnout(town.with_value(DUTY, 0.1).with_value(COST, 0), heads, weight, 8)
    assert fit.close
    assert fit.error < 0.01
    assert fit.duty == pytest.approx(0.2, abs=0.05)
    assert fit.cost == pytest.approx(500, rel=0.5)
    assert means(fit.scenario, 8) == pytest.approx(fit.reached, rel=1e-4)


def test_on_other_draws_the_intervals_hold_what_made_the_figures(town):
    true = replace(town, seed=71).with_value(DUTY, 0.2).with_value(COST, 500)
    fit = fit_turnout(town, *means(true, 8), 8)
    assert fit.duty_interval[0] < 0.2 < fit.duty_interval[1]
    assert fit.cost_interval[0] < 500 < fit.cost_interval[1]
    assert fit.duty == pytest.approx(0.2, abs=0.15)
    assert 500 / 3 < fit.cost < 500 * 3


def test_decentraland_voted_from_a_duty_of_a_few_percent():
    """The example of :mod:`simulations.calibration`, with fewer members and runs."""
    made = small(holders=1_000, days=150).with_value("governor.proposal_threshold", 0)
    for path, value in {
        "population.delegates": 2,
        "staking.delegating": 0.01,
        "attention.delegates_vote": 0.2,
        "attention.holders_look_every": "30d",
        "proposals.per_month": 10,
    }.items():
        made = made.with_value(f"world.{path}", value)
    fit = fit_turnout(made, heads=0.0070, weight=0.0187, replicates=16)
    assert fit.close
    assert 0.01 < fit.duty < 0.05
    assert fit.cost > 10_000


def test_a_turnout_that_a_world_cannot_have_is_said_to_be_missed(town):
    """Members who look twice a month cannot all vote in a week."""
    seldom = town.with_value("world.attention.holders_look_every", "15d")
    fit = fit_turnout(seldom, 0.95, 0.2, 4)
    assert not fit.close
    assert fit.error > 0.2


@pytest.mark.parametrize(
    ("heads", "weight", "runs", "part"),
    [
        (0.0, 0.1, 4, "heads = 0.0"),
        (0.1, 1.0, 4, "weight = 1.0"),
        (5.0, 0.1, 4, "such as 0.05"),
        (0.1, 0.1, 2, "replicates = 2"),
    ],
)
def test_figures_that_are_no_shares(heads, weight, runs, part):
    with pytest.raises(InputError, match=part):
        fit_turnout(small(days=5), heads, weight, runs)


def test_a_horizon_in_which_no_vote_closes_has_no_turnout():
    with pytest.raises(InputError, match="a vote closes in 0 of 3 runs"):
        fit_turnout(small(days=5), 0.1, 0.1, 3)


def test_the_command_writes_a_world_that_votes_like_that(tmp_path, town):
    source, out = tmp_path / "mine.toml", tmp_path / "fitted.toml"
    source.write_text(town.world.to_toml())
    law = tmp_path / "law.toml"
    law.write_text(town.constitution.to_toml())
    args = ["calibrate", str(law), "--world", str(source), "--days", "50", "--seed", "7"]
    figures = ["--heads", "0.5", "--weight", "0.7", "-n", "4", "--out", str(out), "--json"]
    result = CliRunner(mix_stderr=False).invoke(main, args + figures)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["world"] == str(out)
    fitted = load_world(str(out))
    assert float(fitted.attention.cost) == pytest.approx(told[COST]["value"], rel=1e-5)
    assert float(fitted.attention.holders_vote) == pytest.approx(told[DUTY]["value"], rel=1e-5)


def test_the_command_refuses_what_it_cannot_fit(tmp_path):
    out, world = tmp_path / "fitted.toml", tmp_path / "world.toml"
    world.write_text(conftest.plain(load_scenario("lab", "village")).world.to_toml())
    args = ["calibrate", "lab", "--world", str(world), "--days", "30", "-n", "5"]
    figures = ["--heads", "0.99", "--weight", "0.01", "--out", str(out)]
    result = CliRunner().invoke(main, args + figures)
    assert result.exit_code == 3
    assert not out.exists()
    assert "no world was written" in result.output
