"""Every figure of a small outcome worked out by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulations import tables
from simulations.ensemble import Outcome, step_together
from simulations.mechanisms.proposals import State
from simulations.metrics import BY_NAME, METRICS, measure
from simulations.model import DaoModel
from simulations.scenario import Rules
from tests.simulations.conftest import small
from tests.simulations.outcomes import NAN, outcome_of_three

ROOT = np.sqrt(1.02) - 1
EXPECTED = {
    "pass_rate": [3 / 4, NAN, 0],
    "decided": [4, 0, 2],
    "turnout": [(0.4 + 0.2 + 0.3 + 0.1 + 0.5) / 5, NAN, 0.25],
    "turnout_heads": [(1 / 4 + 2 / 4 + 3 / 4 + 0 + 2 / 5) / 5, NAN, 1 / 2],
    "staked_share": [0.25, 0, 1],
    "staking_yield": [0.08, NAN, 0.01],
    "staking_return": [1.02**5 - 1, 0, 1.25**5 - 1],
    "supply": [1010, 1000, 400],
    "inflation": [1.01**5 - 1, 0, 0.8**5 - 1],
    "real_yield": [(1.02 / 1.01) ** 5 - 1, 0, (1.25 / 0.8) ** 5 - 1],
    "price": [4, NAN, 1],
    "ahead": [5, 0, -2],
    "depth": [2000 * ROOT, NAN, 100 * ROOT],
    "treasury": [20, 0, 30],
    "spent": [111, 0, 0],
    "taken": [11, 0, 0],
    "runway": [20 / (111 * 5 / 12), 0, (30 + 20) / ((50 - 20 - 5) * 5 / 12)],
    "treasury_empty": [0, 1, 0],
    "reserves": [0, 0, 20],
    "diversified": [0, NAN, 20 / (30 + 20)],
    "reserves_empty": [NAN, NAN, 0],
    "nakamoto": [1, NAN, 2],
    "nakamoto_quorum": [2, NAN, NAN],
    "gini": [2 * 330 / (4 * 100) - 5 / 4, NAN, 2 * 230 / (3 * 100) - 4 / 3],
    "hhi": [0.1**2 + 0.6**2 + 0.2**2 + 0.1**2, NAN, 0.2**2 + 0.5**2 + 0.3**2],
    "banzhaf": [1, NAN, 3 / 4],
    "shapley": [1, NAN, 2 / 3],
    "one_rules": [1, NAN, 0],
    "capture_cost": [75 * 0.0015 * 4, NAN, NAN],
    "capture_security": [75 * 0.0015 * 4 / (20 * 4), NAN, 10],
    "capture_pays": [1, NAN, 0],
    "deployments": [4, NAN, 0],
    "harmful_deployments": [1, NAN, 0],
    "harmful": [1, NAN, 0],
    "harms": [2, NAN, 0],
    "days_to_deploy": [(7 + 12 + 5 + 6) / 4, NAN, NAN],
    "audit_accuracy": [7 / 10, NAN, NAN],
    "flaws_missed": [1 / 3, NAN, NAN],
    "curation_rank": [0.5, NAN, NAN],
    "welfare": [1, NAN, -0.5],
    "disputes": [3, 0, 1],
    "panels": [2, NAN, 1],
    "ruling_accuracy": [2 / 3, NAN, 0],
    "juror_return": [10 / 100 * 5, NAN, -4 / 200 * 5],
    "uses": [50, 0, 1],
    "fees_burned": [1, 0, 2],
    "fees_to_developers": [6, 0, 12],
    "fees_to_curators": [2, 0, 4],
    "fees_to_stakers": [3, 0, 6],
    "fees_to_treasury": [4, 0, 8],
}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_figure_by_hand(metric):
    """In run 2 one voter has exactly half of the votes, which is no majority.

    Run 0 of the curation: signals 50, 20, 30 of models with a best quality of 1, 0, 3.
    """
    found = metric.compute(outcome_of_three())
    assert (found.shape, found.dtype) == ((3,), np.float64)
    np.testing.assert_allclose(found, EXPECTED[metric.name], rtol=1e-12)


@pytest.mark.parametrize("name", ["staking_return", "inflation"])
def test_a_few_days_are_not_annualised(name):
    for told in (name, "real_yield", "juror_return", "runway"):
        assert np.isnan(BY_NAME[told].compute(outcome_of_three(days=29))).all()
    month = BY_NAME[name].compute(outcome_of_three(days=30))
    fifth = BY_NAME[name].compute(outcome_of_three(days=73))
    np.testing.assert_allclose(1 + month, (1 + fifth) ** (73 / 30), rtol=1e-12)


def test_a_runway_looks_back_ninety_days():
    outcome = outcome_of_three(days=200)
    paid = outcome.proposals.assign(executed_day=[110, -1, -1, -1, -1, 111, -1, -1, -1])
    months = BY_NAME["runway"].compute(replace(outcome, proposals=paid))
    spent = (50 - 20 - 5) / 90 * 365 / 12
    np.testing.assert_allclose(months, [20 / (11 / 90 * 365 / 12), 0, 50 / spent])
    outcome.steps["reserves"][:], outcome.steps["redeemed"][:] = 0, 0
    assert BY_NAME["runway"].compute(outcome)[2] == 120, "nothing is spent"


def test_a_treasury_is_empty_when_neither_tokens_nor_reserves_are_left():
    """Run 2 has once a hundredth of its tokens, run 0 a little more."""
    outcome = outcome_of_three()
    day = outcome.days // 2
    for left, empty in ((0.5, 1), (0.51, 0)):
        outcome.steps["reserves"][day, 2] = left
        assert BY_NAME["treasury_empty"].compute(outcome).tolist() == [0, 1, empty]
        assert BY_NAME["reserves_empty"].compute(outcome)[2] == empty
    outcome.steps["reserves"][:] = 0
    assert BY_NAME["treasury_empty"].compute(outcome).tolist() == [0, 1, 1]


def test_an_outcome_without_models_and_market_has_no_such_figures():
    whole = outcome_of_three()
    votes = ("supply", "treasury", "staked_share", "share_price", "apr", "passed", "defeated")
    bare = replace(
        whole,
        steps={name: whole.steps[name] for name in votes},
        votes=np.empty((3, 0)),
        versions=tables.no_versions(),
        disputes=tables.no_disputes(),
    )
    found = measure(bare)
    known = {name for name, values in found.items() if not np.isnan(values).all()}
    assert known == {
        "pass_rate", "decided", "turnout", "turnout_heads", "staked_share", "staking_yield",
        "staking_return", "supply", "inflation", "real_yield", "treasury", "spent", "runway",
        "treasury_empty", "capture_security", "capture_pays",
    }  # fmt: skip


def captured(**changes: float) -> Outcome:
    """Run 0 alone matters: 75 votes are 76.5 tokens at 4 quote, and the pool has 500 of them."""
    outcome = outcome_of_three()
    rules = dict(outcome.rules)
    for path, value in changes.items():
        rules[f"world.capture.{path}"] = np.full(3, value)
    return replace(outcome, rules=Rules(rules))


@pytest.mark.parametrize(
    ("changes", "cost"),
    [
        ({"lease_share": 0.74}, 2000 * 76.5 / (500 - 76.5) / 0.997),
        ({"lease_share": 0.75}, 75 * 4 * 0.0015),
        ({"lease_price": 0.01}, 75 * 4 * 0.01),
        ({"lease_price": 0.01, "borrow_share": 0.08}, 76.5 * 4 * 0.1 * 23 / 365),
        ({"lease_price": 0.01, "borrow_share": 0.08, "borrow_rate": 0.01}, 76.5 * 0.04 * 23 / 365),
        ({"lease_share": 0.74, "borrow_share": 0.0757}, 2000 * 76.5 / 423.5 / 0.997),
    ],
)
def test_the_cheapest_way_to_capture(changes, cost):
    assert BY_NAME["capture_cost"].compute(captured(**changes))[0] == pytest.approx(cost)
    security = BY_NAME["capture_security"].compute(captured(**changes))[0]
    assert security == pytest.approx(cost / 80)
    assert BY_NAME["capture_pays"].compute(captured(**changes))[0] == (cost < 80)


def test_without_a_pool_a_token_counts_as_one_quote():
    """Nothing can be bought; a leased vote costs its part of a token, whatever that is worth."""
    outcome = captured()
    outcome.steps["price"][-1], outcome.steps["pool_quote"][-1] = NAN, 0
    assert np.isnan(BY_NAME["capture_cost"].compute(outcome)).all()
    assert BY_NAME["capture_security"].compute(outcome)[0] == pytest.approx(75 * 0.0015 / 20)


def test_reserves_are_part_of_what_capture_pays():
    outcome = captured()
    alone = BY_NAME["capture_security"].compute(outcome)[0]
    outcome.steps["reserves"][-1, 0] = 80
    assert BY_NAME["capture_security"].compute(outcome)[0] == pytest.approx(alone / 2)


def test_more_turnout_never_makes_capture_cheaper():
    """Nor does a higher quorum or approval."""
    costs = []
    for turnout in np.linspace(0, 1, 11):
        outcome = captured(lease_share=0.3)
        voted = outcome.proposals.assign(turnout=turnout)
        costs.append(BY_NAME["capture_security"].compute(replace(outcome, proposals=voted))[0])
    assert (np.diff(costs) >= 0).all()
    assert costs[0] < costs[-1]


def test_who_captures_must_be_able_to_propose():
    """A threshold of half of the 200 votable shares asks for more than the quorum of 75."""
    outcome = captured(lease_share=1)
    for path in ("governor.proposal_threshold", "kinds.funding.proposal_threshold"):
        rules = Rules(outcome.rules | {path: np.array([0.5, 0, 0])})
        found = BY_NAME["capture_cost"].compute(replace(outcome, rules=rules))[0]
        assert found == pytest.approx(100 * 4 * 0.0015)


def of_power(**changes: Any) -> dict[str, np.ndarray]:
    names = ("nakamoto", "nakamoto_quorum", "gini", "hhi", "banzhaf", "shapley", "one_rules")
    outcome = outcome_of_three(**changes)
    return {name: BY_NAME[name].compute(outcome) for name in names}


def test_power_does_not_depend_on_the_order_or_the_unit_of_votes():
    votes = np.random.default_rng(1).pareto(1.2, (3, 40)) * 1000
    quorum = votes.sum(axis=1) * 0.4
    base = of_power(votes=votes, quorum=quorum)
    shuffled = of_power(votes=votes[:, ::-1], quorum=quorum)
    scaled = of_power(votes=votes * 8, quorum=quorum * 8)
    idle = of_power(votes=np.pad(votes, ((0, 0), (0, 9))), quorum=quorum)
    for other in (shuffled, scaled, idle):
        for name, values in base.items():
            np.testing.assert_allclose(other[name], values, rtol=1e-9, err_msg=name)


def test_who_holds_more_has_more_power():
    """Beyond a half it has all of it, and the others have none."""
    equal = np.full(30, 10.0)
    power = [of_power(votes=np.tile(np.append(equal, x), (3, 1))) for x in (10, 40, 150, 280, 330)]
    for name in ("banzhaf", "shapley", "hhi", "gini"):
        path = [each[name][0] for each in power]
        assert (np.diff(path) >= 0).all(), name
        assert path[0] < path[-1]
    assert power[-1]["one_rules"][0] == 1
    assert power[-1]["shapley"][0] == pytest.approx(1)
    assert power[-1]["banzhaf"][0] == pytest.approx(1)
    assert power[0]["shapley"][0] == pytest.approx(1 / 31, abs=0.004)


def test_heads_are_counted_as_ballots_are_cast():
    """The log's voters are the recorded ballots, and only members with votes are entitled."""
    outcome = step_together([(small(days=90), 0), (small(days=90), 1)], record=1)
    assert outcome.actions is not None
    acts = outcome.actions.to_pandas()
    votes = acts[(acts.mechanism == "governor") & (acts.verb == "vote")]
    log = outcome.proposals[outcome.proposals.run == 1].set_index("id")
    ballots = votes.groupby("target").size().reindex(log.index, fill_value=0)
    assert log.voters.tolist() == ballots.tolist()
    assert log.voters.sum() > 50
    assert (log.voters <= log.entitled).all()


def test_the_entitled_are_the_members_with_votes_at_the_snapshot():
    scenario = small(days=90)
    model, seen = DaoModel([scenario] * 2, range(2)), {}
    for _ in range(90):
        model.step()
        slots = model.governor.slots
        for run, slot in np.argwhere(slots.state == State.ACTIVE):
            votes = model.governor.power[slot, run]
            seen[run, slots.number[run, slot]] = np.count_nonzero(votes > 1e-6)
    log = step_together([(scenario, 0), (scenario, 1)]).proposals
    told = log.set_index(["run", "id"]).entitled
    assert {key: told[key] for key in seen} == seen
    assert len(seen) > 10
    assert (told.drop([*seen]) == 0).all()
    assert 0 < min(seen.values()) < max(seen.values()) < model.member_count


def test_the_quorum_is_that_of_grants():
    scenario = small(days=60)
    for path, value in {
        "constitutional.quorum": 0.9,
        "deployment.quorum": 0.8,
        "funding.quorum": 0.3,
    }.items():
        scenario = scenario.with_value(f"kinds.{path}", value)
    outcome = step_together([(scenario, 0)])
    votable = outcome.votes.sum() + outcome.rules["staking.seed"][0]
    assert outcome.quorum == pytest.approx(0.3 * votable)
