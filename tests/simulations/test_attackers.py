"""Attackers: weak rules fall to each of them, the shipped ones do not, and honest traffic survives.

Attacked and quiet runs, under weak and shipped rules, are stepped together on the same draws.
"""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from governance.units import DAY
from simulations.actions import Actions
from simulations.agents.bribers import Bribers
from simulations.agents.cohort import Members
from simulations.agents.findings import Findings
from simulations.assembly import RAIDERS
from simulations.ensemble import Outcome, step_together
from simulations.mechanisms.attestations import BIAS
from simulations.metrics import measure
from simulations.model import DaoModel
from simulations.randomness import Draws, Run
from simulations.scenario import Rules, Scenario, load_scenario
from simulations.twin import replay_run
from simulations.worlds.attack import ATTACKS
from tests.simulations.conftest import busy, plain, small

RUNS, DAYS, START = 10, 110, 45
FIRST = 150 + 20 + 2 + 1
"""Where attackers stand: after holders, delegates, insiders and the keeper."""
WEAK = {
    "governor.late_quorum_extension": 0,
    "governor.opening": 0,
    "governor.proposal_cooldown": 0,
    "governor.quorum": 0,
    "governor.quorum_floor": 0,
    "governor.voting_delay": 0,
    "governor.voting_period": "3d",
    "kinds.funding.spend_period": 0,
    "staking.maturity": 0,
    "staking.cooldown": 0,
    "treasury.timelock_delay": 0,
}
"""A launch of 2020: one may stake, propose and vote on one day, and few votes are enough."""
BUDGET = "world.attack.budget"
SIZES = {
    "whale": {"world.attack.holding": 0.065},
    "sybil": {"world.attack.holding": 0.065, "world.population.attackers": 6},
    "borrower": {"world.attack.holding": 0.25},
    "briber": {"world.attack.holding": 0.03},
}
"""What each brings: at least the threshold, and less than the floor of the shipped quorum."""


def scenario(weak: bool = False, attacked: bool = True, **values: object) -> Scenario:
    """A startup with attackers, who begin on day 45, or never; ``a__b`` stands for ``a.b``."""
    made = plain(load_scenario(days=DAYS, seed=11))
    start = START if attacked else 2 * DAYS
    world = {
        "world.population.holders": 150,
        "world.population.attackers": 1,
        "world.attack.start": f"{start}d",
        "world.attack.seen": -5,
        "world.attention.holders_look_every": "15d",
        "world.proposals.per_month": 4,
    }
    named = {name.replace("__", "."): value for name, value in values.items()}
    for path, value in (world | (WEAK if weak else {}) | named).items():
        made = made.with_value(path, value)
    return made


class Attack:
    """Runs under weak and under shipped rules, attacked and not."""

    def __init__(self, kind: str, **values: object) -> None:
        both = [(weak, attacked) for weak in (True, False) for attacked in (True, False)]
        made = SIZES.get(kind, {}) | {"world.attack.kind": kind} | values
        points = [
            (scenario(*each, **made), replicate) for each in both for replicate in range(RUNS)
        ]
        self.outcome = step_together(points)
        self.rows = {each: slice(RUNS * i, RUNS * (i + 1)) for i, each in enumerate(both)}
        self.treasury = self.outcome.steps["treasury"][0, 0]

    def taken(self, weak: bool) -> np.ndarray:
        """Part of the first treasury that each attacked run loses."""
        return self.outcome.steps["taken"][-1, self.rows[weak, True]] / self.treasury

    def honest(self, attacked: bool) -> pd.DataFrame:
        """Proposals of others under the shipped rules that were decided."""
        rows, table = self.rows[False, attacked], self.outcome.proposals
        mine = table[(table.run >= rows.start) & (table.run < rows.stop) & (table.closed_day >= 0)]
        return mine[mine.proposer < FIRST]

    def pass_rates(self, attacked: bool) -> np.ndarray:
        """Part of the honest proposals that pass, by run."""
        table = self.honest(attacked)
        return (table.state != "Defeated").groupby(table.run).mean().to_numpy()


attack = cache(Attack)


@pytest.mark.parametrize("kind", SIZES)
def test_weak_rules_fall_and_the_shipped_ones_stand(kind):
    each = attack(kind)
    assert (each.taken(weak=True) > 0.5).mean() > 0.3, "many runs lose most of the treasury"
    assert (each.taken(weak=False) > 0.25).sum() == 0
    assert not each.outcome.steps["taken"][:, each.rows[True, False]].any()


@pytest.mark.parametrize("kind", SIZES)
def test_honest_grants_pass_as_before(kind):
    """Their mean over runs is within the interval of the quiet runs."""
    each = attack(kind)
    quiet, attacked = each.pass_rates(False), each.pass_rates(True)
    half = 2.3 * quiet.std(ddof=1) / np.sqrt(quiet.size)
    assert abs(attacked.mean() - quiet.mean()) <= half
    assert len(each.honest(True)) > 0.8 * len(each.honest(False))


def test_a_spending_limit_bounds_what_an_overwhelming_whale_takes():
    """With half of the community's tokens it outvotes all, and gets a limit's worth a period."""
    each = attack("whale", **{"world.attack.holding": 0.5})
    limit = 800_000 * np.ceil((DAYS - START) / 30 + 1) / each.treasury
    assert each.taken(weak=False).max() <= limit
    assert (each.taken(weak=False) > 0.05).mean() > 0.5
    assert (each.taken(weak=True) > 0.9).all()


def test_a_split_stake_gets_round_what_counts_heads_only():
    """It puts many proposals to the vote at once, and not a vote more behind any of them."""
    most = {}
    for kind in ("whale", "sybil"):
        each = attack(kind)
        rows, table = each.rows[False, True], each.outcome.proposals
        mine = table[
            (table.run >= rows.start) & (table.run < rows.stop) & (table.proposer >= FIRST)
        ]
        overlap = [
            ((run.created_day <= day) & (run.closed_day > day)).sum()
            for _, run in mine.groupby("run")
            for day in run.created_day
        ]
        most[kind] = max(overlap), mine.for_votes.quantile(0.25)
    assert most["whale"][0] == 1
    assert most["sybil"][0] >= 4
    assert most["sybil"][1] == pytest.approx(most["whale"][1], rel=0.05)


def stepped(made: Scenario, days: int, runs: int = 2) -> DaoModel:
    model = DaoModel([made] * runs, range(runs))
    for _ in range(days):
        model.step()
    return model


def test_a_loan_comes_back_in_time_or_is_not_made():
    made = scenario(True, **{"world.attack.kind": "borrower", "world.attack.holding": 0.2})
    offered = 0.2 * 18_000_000
    model = stepped(made, START)
    me = model.places["attackers"].first
    assert model.lending.owed[:, me] == pytest.approx(offered, abs=1e-5)
    for _ in range(3):
        model.step()
    assert not model.lending.owed.any()
    assert model.lending.offered == pytest.approx(offered, abs=1e-5)
    assert (model.ledger.liquid[:, me] + model.staking.shares[:, me] < 0.01 * offered).all()
    shipped = made.with_value("staking.cooldown", "14d").with_value("staking.maturity", "7d")
    assert not stepped(shipped, START + 20).lending.owed.any()


def test_borrowed_stakes_that_leave_before_they_are_mature_have_no_vote():
    values = {"world.attack.kind": "borrower", "world.attack.term": "20d"}
    made = scenario(**values, **{"world.attack.holding": 0.3})
    outcome = step_together([(made, run) for run in range(4)])
    assert not (outcome.proposals.proposer >= FIRST).any()
    longer = made.with_value("world.attack.term", "40d")
    assert (step_together([(longer, 0)]).proposals.proposer >= FIRST).any()


def test_bribes_go_to_those_who_can_be_had_largest_first_within_the_budget():
    run, cost = np.array([0, 0, 0, 1, 1]), np.array([3.0, 5.0, 4.0, 7.0, 1.0])
    bought = Bribers._largest_first(run, cost, np.array([9.5, 0.5]))
    assert bought.tolist() == [1, 2]


def test_bribed_members_vote_for_the_bribers_proposal_and_are_paid_by_the_share():
    values = {"kind": "briber", "holding": 0.03, "price": 0.01, "corruptible": 0.4}
    made = scenario(True, **{f"world.attack.{name}": value for name, value in values.items()})
    outcome = step_together([(made, run) for run in range(3)], record=1)
    table = outcome.actions.to_pandas()
    paid = table[table.mechanism == "bribes"]
    assert len(paid) > 20
    votes = table[(table.verb == "vote")]
    for day, mine in paid.groupby("day"):
        assert mine.amount.sum() <= 100_000
        assert mine.amount.is_monotonic_decreasing
        cast = votes[(votes.day == day) & votes.member.isin(mine.target.astype(int))]
        assert (cast.groupby("member").choice.last() == 1).all()
    assert paid.target.nunique() <= 0.6 * 150
    none = made.with_value("world.attack.corruptible", 0)
    assert not stepped(none, START + 15).bribes.paid.any()


def test_a_whale_buys_in_the_pool_what_its_money_reaches():
    made = scenario(**{"world.pool.depth": 0.05, BUDGET: 60_000})
    model, poor = (stepped(each, START + 15) for each in (made, made.with_value(BUDGET, 0)))
    me = model.places["attackers"].first
    assert (model.amm.gained[:, me] >= -60_000).all()
    assert (model.amm.gained[:, me] < -55_000).all()
    assert (model.amm.price > poor.amm.price).all()
    held, before = (each.staking.shares[:, me] for each in (model, poor))
    assert (held > before + 20_000).all()


def test_attackers_of_every_kind_keep_the_books_and_their_run_to_themselves():
    """Runs with different kinds share a batch; nothing is lost, and each is as it is alone."""
    kinds = [scenario(True, **{"world.attack.kind": kind}) for kind in ATTACKS]
    model = DaoModel(kinds, [0] * len(kinds))
    alone = DaoModel(kinds[2:3], [0])
    for _ in range(START + 8):
        model.step()
        alone.step()
        assert np.abs(model.ledger.imbalance()).max() < 1e-6
    np.testing.assert_array_equal(model.ledger.liquid[2], alone.ledger.liquid[0])
    np.testing.assert_array_equal(model.staking.shares[2], alone.staking.shares[0])
    assert {raider.kind for raider in RAIDERS} | {"washer", "runner"} == set(ATTACKS)


def washing(attacked: bool) -> DaoModel:
    made = busy(days=120)
    for path, value in {
        "population.users": 6,
        "population.curators": 4,
        "population.attackers": 2,
        "attack.kind": "washer",
        "attack.start": "40d" if attacked else "500d",
        "models.flaw": 0.05,
        "pool.depth": 0.05,
    }.items():
        made = made.with_value(f"world.{path}", value)
    return stepped(made, 120, runs=4)


def test_a_developer_who_pays_itself_looks_popular_and_loses_by_it():
    """Paying costs it what it does not get back; burned and treasury alone make it a loss."""
    quiet, washed = washing(False), washing(True)
    friend = quiet.places["developers"].first
    spent = holdings(quiet) - holdings(washed)
    rules = washed.rules
    for model in (quiet, washed):
        model.market.fit()
    assert (spent > 100_000).all()
    assert (turnover(washed, friend) > 2 * turnover(quiet, friend)).all()
    reserve = [model.curation.reserve[:, 1].sum() for model in (quiet, washed)]
    assert reserve[1] > 1.5 * reserve[0], "curators come after the turnover"
    lost = spent * (1.0 - rules["market.developer"])
    assert (lost >= spent * (rules["market.burned"] + rules["market.treasury"]) - 1e-6).all()
    burned = washed.market.fees["burned"] - quiet.market.fees["burned"]
    assert (burned > 0).all()


def holdings(model: DaoModel) -> np.ndarray:
    return model.ledger.liquid[:, model.places["attackers"].indices].sum(axis=1)


def turnover(model: DaoModel, developer: int) -> np.ndarray:
    own = model.catalogue.developer == developer
    return (model.market.turnover[:, : own.shape[1]] * own).sum(axis=1)


def audited(**audits: float) -> Outcome:
    """Many versions, half of them flawed, before a panel of three of whom two must agree."""
    made = small(days=100).with_value("registry.challenge_bond", 100)
    world = {"population.developers": 6, "population.auditors": 9, "population.jurors": 9}
    world |= {"population.workers_share": 0.5, "models.flaw": 0.5, "models.release_every": "10d"}
    world |= {"attention.holders_vote": 0.7, "audits.collusion": 0, "audits.vigilance": 0}
    world |= {f"audits.{name}": value for name, value in audits.items()}
    for path, value in world.items():
        made = made.with_value(f"world.{path}", value)
    return step_together([(made, run) for run in range(8)])


def harmful(outcome: Outcome) -> float:
    """Most flawed versions that ran at once, mean over runs."""
    return float(outcome.steps["harmful"].max(axis=0).mean())


def test_colluders_let_flaws_through():
    assert harmful(audited(collusion=1.0)) > 2 * harmful(audited())


@pytest.mark.parametrize("copying", [0, 1])
def test_copycats_make_of_three_judgements_one(copying):
    """Of 3 who err with chance e each, 2 let a flaw pass with ``3 e**2 (1 - e) + e**3``.

    Of copycats, with ``e``: they are as good as the first of them.
    """
    made, versions, error = plain(small(days=1)), 4_000, 0.15
    for path, value in (("copying", copying), ("collusion", 0), ("accuracy", 1 - error)):
        made = made.with_value(f"world.audits.{path}", value)
    rules, place = Rules.stack([made]), np.tile(np.arange(3), versions)
    findings = Findings(rules, Members(0, 3), Draws([Run(1, 0)], "test"))
    flawed = np.full((1, versions), BIAS)
    truth = SimpleNamespace(flaw=flawed, harms=np.zeros_like(flawed), quality=0.0 * flawed)
    view = SimpleNamespace(rules=rules, models=SimpleNamespace(truth=truth))
    run, version = np.zeros_like(place), np.repeat(np.arange(versions), 3)
    vouches = findings.scores(view, run, version, place)[BIAS].reshape(-1, 3) >= 60
    passed = (vouches.sum(axis=1) >= 2).mean()
    expected = error if copying else 3 * error**2 * (1 - error) + error**3
    assert passed == pytest.approx(expected, abs=4 * np.sqrt(expected / versions))


def test_copycats_repeat_the_first_of_their_panel_and_challenge_nothing():
    made = small(days=90).with_value("registry.challenge_bond", 1)
    for path, value in (("developers", 5), ("auditors", 6), ("jurors", 3)):
        made = made.with_value(f"world.population.{path}", value)
    for path, value in (
        ("copying", 1),
        ("collusion", 0),
        ("noise", 8),
        ("vigilance", 1),
        ("accuracy", 0.5),
    ):
        made = made.with_value(f"world.audits.{path}", value)
    made = made.with_value("world.models.release_every", "15d")
    outcome = step_together([(made, 0)], record=0)
    table = outcome.actions.to_pandas()
    scores = table[table.verb == "attest"]
    assert len(scores) > 30
    assert (scores.groupby(["target", "choice"]).amount.nunique() == 1).all()
    assert scores[scores.choice != BIAS].amount.nunique() > 5
    assert not outcome.steps["challenges"].any()


def test_nobody_attacks_where_there_are_no_attackers():
    model = DaoModel([small()], [0])
    assert not {"whales", "sybils", "borrowers", "bribers", "washers"} & set(model.cohorts)
    assert measure(step_together([(small(days=40), 0)]))["taken"].tolist() == [0.0]


def test_attackers_wait_for_their_day():
    model = stepped(scenario(True), START - 1)
    me = model.places["attackers"].indices
    assert not model.staking.shares[:, me].any()
    assert model.cohorts["whales"].decide(model.view("staking", START - 1)) == []
    assert [a.verb for a in model.cohorts["whales"].decide(model.view("staking", START))] == [
        "deposit"
    ]
    assert model.rules["world.attack.start"][0] == START * DAY
    assert isinstance(model.cohorts["whales"].decide(model.view("staking", START))[0], Actions)


@pytest.mark.parametrize("kind", SIZES)
def test_the_contracts_let_through_what_attackers_did(kind):
    """Weak rules fall on the bytecode as well, to the same actions."""
    few = {"world.population.holders": 30, "world.population.delegates": 4}
    few |= {"world.population.attackers": 2, "world.attack.holding": 0.3}
    made = scenario(True, **few, **{"world.attack.kind": kind, "world.attack.start": "10d"})
    if kind == "whale":
        made = made.with_value("world.pool.depth", 0.05)
    short = replace(made, days=25)
    assert step_together([(short, 0)]).steps["taken"][-1, 0] > 0
    drift = replay_run(short, 0)
    assert not drift.refusals
    assert drift.within


def running(curve: str, attacked: bool = True) -> DaoModel:
    made = busy(days=120)
    for path, value in {
        "population.users": 6,
        "population.curators": 6,
        "population.attackers": 2,
        "attack.kind": "runner",
        "attack.start": "10d" if attacked else "500d",
        "models.flaw": 0.05,
        "pool.depth": 0.05,
    }.items():
        made = made.with_value(f"world.{path}", value)
    return stepped(made.with_value("curation.curve", curve), 120, runs=4)


def test_running_ahead_pays_on_the_square_root_curve_alone():
    """On the flat curve there is nothing to win but fees, and the tax to lose."""
    flat, root = running("flat"), running("square-root")
    gains = [model.state["ahead"] for model in (flat, root)]
    assert (gains[1] > 0).all()
    assert gains[1].mean() > 3 * abs(gains[0].mean())
    curators = root.places["curators"].slice
    honest = running("square-root", attacked=False)
    assert (honest.state["ahead"] == 0).all()
    left = [model.ledger.liquid[:, curators].sum() + model.curation.reserve.sum()
            for model in (root, honest)]  # fmt: skip
    assert left[0] < left[1], "what runners gain, curators lose"
