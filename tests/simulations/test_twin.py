"""What is simulated is what is deployed, and a wrong rule is noticed."""

import pickle

import numpy as np
import pytest

from governance.units import DAY
from simulations.mechanisms.curation import Curation
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.proposals import State
from simulations.mechanisms.registry import Registry
from simulations.mechanisms.staking import Staking
from simulations.model import DaoModel
from simulations.twin import BOUND_ABS, replay, replay_run, sheet, variable
from tests.simulations.conftest import busy, small, without_trade


def plain(**options):
    """A small scenario of holders, delegates and their votes alone, which is quick to replay."""
    scenario = without_trade(small(**options))
    for cohort in ("developers", "auditors", "jurors"):
        scenario = scenario.with_value(f"world.population.{cohort}", 0)
    return scenario


def test_a_run_agrees_with_the_bytecode(preset):
    drift = replay_run(preset, 1)
    table = drift.table().set_index("variable")
    assert drift.within, table[~table.within]
    assert table.loc["governor.state", "compared"] > 20
    assert table.loc["staked.getPastVotes", "compared"] > 200
    assert table[table.unit.isin(["tokens", "shares"])].max_abs.max() < BOUND_ABS


def lively(curve, days=160):
    """A scenario of everything there is, with much of it."""
    scenario = busy(days).with_value("emissions.curve", curve)
    for path, value in (
        ("world.population.users", 8),
        ("world.population.traders", 6),
        ("world.population.curators", 5),
        ("world.pool.depth", 0.05),
        ("world.reserves.quote", 30_000_000),
        ("world.reserves.costs", 100_000),
        ("world.staking.civic", 0.8),
        ("exit.threshold", 0.05),
        ("exit.opening", "5d"),
        ("exit.vesting", "40d"),
    ):
        scenario = scenario.with_value(path, value)
    return scenario


@pytest.mark.parametrize("curve", ["halving", "usage"])
def test_everything_there_is_agrees(curve):
    drift = replay_run(lively(curve), 1)
    table = drift.table().set_index("variable")
    assert not drift.refusals
    assert drift.within, table[~table.within]
    assert pickle.dumps(drift), "it keeps neither model nor chain"
    assert (table.compared[["court.ballotOf", "court.rulings", "gate.endOf"]] > 50).all()
    assert (table.compared[["market.paidUses", "curation.signalOf", "exit.claimed"]] > 50).all()


def test_a_year_with_cliffs_exits_and_halving():
    scenario = plain(days=380, holders=40)
    for path, value in (
        ("emissions.halving", "45d"),
        ("staking.maturity", "3d"),
        ("staking.cooldown", "3d"),
        ("world.staking.hysteresis", 0),
    ):
        scenario = scenario.with_value(path, value)
    drift = replay_run(scenario, 2)
    assert drift.within, drift.table()


def _wrong_split(monkeypatch):
    right = Emissions.release

    def release(self, actions, day, has_stakers, usage):
        amount = right(self, actions, day, has_stakers, usage)
        moved = np.where(has_stakers, amount * 1e-6, 0.0)
        self._ledger.vault += moved
        self._ledger.treasury -= moved
        return amount

    monkeypatch.setattr(Emissions, "release", release)


def _no_maturity(monkeypatch):
    def past_votes(self, run, timepoint, member):
        day = int(timepoint.max(initial=0.0) // DAY)
        return self._checkpoints.at((day, day), run, member)[0]

    monkeypatch.setattr(Staking, "past_votes", past_votes)


def _early_close(monkeypatch):
    right = Governor.propose

    def propose(self, actions, quality, day, *kind):
        right(self, actions, quality, day, *kind)
        self.slots.deadline[self.slots.created_day == day] -= 1

    monkeypatch.setattr(Governor, "propose", propose)


def _longer_cooldown_keeps_votes(monkeypatch):
    right = Staking.request_exit

    def request_exit(self, actions, day):
        leaving = self.shares[actions.run, actions.member]
        right(self, actions, day)
        self.votes[actions.run, actions.member] += leaving

    monkeypatch.setattr(Staking, "request_exit", request_exit)


def _wrong_defeat(monkeypatch):
    right = Governor.open_day

    def open_day(self, day):
        closing = (self.slots.state == State.ACTIVE) & (self.slots.deadline < day * 86_400)
        self.slots.quorum[closing] *= 1e6
        return right(self, day)

    monkeypatch.setattr(Governor, "open_day", open_day)


@pytest.mark.parametrize(
    ("break_rule", "noticed"),
    [
        (_wrong_split, "treasury balance"),
        (_no_maturity, "staked.getPastVotes"),
        (_early_close, "governor.proposalDeadline"),
        (_wrong_defeat, "governor.state"),
        (_longer_cooldown_keeps_votes, "staked.getPastVotes"),
    ],
)
def test_a_wrong_rule_is_noticed(monkeypatch, break_rule, noticed):
    break_rule(monkeypatch)
    scenario = plain(days=100).with_value("world.staking.hysteresis", 0)
    table = replay_run(scenario, 0).table().set_index("variable")
    assert not table.loc[noticed, "within"]
    assert table.loc[noticed, "first_day"] >= 1


def test_comparing_everything_daily_finds_the_very_day(monkeypatch):
    """Two idle members' tokens change hands in the simulation alone; all totals stay."""
    step = replay._step

    def steal(model, court, day):
        step(model, court, day)
        if day == 5:
            model.ledger.liquid[0, -2:] += [0.5, -0.5]

    monkeypatch.setattr(replay, "_step", steal)
    scenario = plain(days=40)
    for every, days in ((1, [5]), (30, range(5, 31))):
        table = replay_run(scenario, 0, every=every).table().set_index("variable")
        assert table.index[~table.within].tolist() == ["token.balanceOf"]
        assert table.loc["token.balanceOf", "first_day"] in days
        assert table.loc["token.balanceOf", "first_member"] == len(members_of(scenario)) - 2


def members_of(scenario):
    """Numbers of a scenario's members."""
    return range(DaoModel([scenario], [0]).ledger.liquid.shape[1])


def _lapses_late(monkeypatch):
    right = Registry.state
    monkeypatch.setattr(Registry, "state", lambda self, *at: right(self, *at[:2], at[2] - 1.0))


def _sales_leave_nothing(monkeypatch):
    right = Curation.sell

    def sell(self, actions, least=None):
        right(self, actions, least)
        column = actions.member - self.curators.start
        self.held[actions.run, column, actions.target] = 0.0

    monkeypatch.setattr(Curation, "sell", sell)


def _votes_for_oneself(monkeypatch):
    right = Staking.deposit

    def deposit(self, actions):
        before = self.shares.copy()
        right(self, actions)
        more = (self.shares - before)[0]
        np.subtract.at(self.votes[0], self.delegate[0], more)
        self.votes[0] += more

    monkeypatch.setattr(Staking, "deposit", deposit)


@pytest.mark.parametrize(
    ("break_rule", "noticed"),
    [
        (_lapses_late, "registry.state"),
        (_sales_leave_nothing, "curation.signalOf"),
        (_votes_for_oneself, "staked.checkpoints"),
    ],
)
def test_a_wrong_rule_is_noticed_as_early_as_if_everything_were_compared(
    monkeypatch, break_rule, noticed
):
    break_rule(monkeypatch)
    scenario, days = lively("usage", 100), []
    for every in (30, 1):
        table = replay_run(scenario, 1, every=every).table().set_index("variable")
        days.append(table.loc[noticed, "first_day"])
    assert days[0] == days[1] > 0


def test_what_waits_is_compared_wherever_it_is_cut(monkeypatch):
    scenario = plain(days=20)
    whole = replay_run(scenario, 0).table()
    monkeypatch.setattr(sheet, "MOST_WAITING", 50)
    monkeypatch.setattr(variable, "MOST_WAITING", 3)
    assert whole.equals(replay_run(scenario, 0).table())


def test_a_quorum_of_everybody_is_reached_in_both_courts():
    scenario = plain(days=120, holders=3)
    for path, value in (
        ("governor.quorum", 1),
        ("governor.quorum_floor", 0),
        ("world.population.delegates", 1),
        ("world.attention.holders_look_every", "1d"),
        ("world.attention.delegates_look_every", "1d"),
        ("world.attention.holders_vote", 1),
        ("world.attention.delegates_vote", 1),
        ("world.proposals.per_month", 30),
    ):
        scenario = scenario.with_value(path, value)
    for run in range(3):
        drift = replay_run(scenario, run)
        assert drift.within, drift.table()


@pytest.mark.parametrize("halving", ["10d", "60d"])
def test_vaults_that_empty_and_fill_again(halving):
    scenario = plain(days=400, holders=12)
    for path, value in (
        ("emissions.halving", halving),
        ("governor.quorum_floor", 0),  # the treasury stakes nothing
        ("world.staking.civic", 0),
        ("world.staking.delegating", 0.2),
    ):
        scenario = scenario.with_value(path, value)
    drift = replay_run(scenario, 1)
    assert drift.within, drift.table()


@pytest.mark.parametrize(
    "changes",
    [
        {"staking.maturity": 0, "staking.cooldown": 0},
        {"emissions.per_day": 0},
        {"emissions.curve": "exponential", "emissions.halving": "40d"},
        {"governor.quorum_base": "supply", "governor.quorum_cap": 1_300_000},
        {"governor.opening": "20d", "kinds.funding.voting_period": "9d"},
        {"kinds.funding.spend_limit": 20_000, "kinds.funding.spend_period": "11d"},
        {"governor.quorum": 0, "governor.quorum_floor": 0, "governor.late_quorum_extension": 0},
        {"world.population.holders": 1, "world.population.delegates": 1},
        {"governor.late_quorum_extension": "1d", "governor.voting_period": "1d"},
        {"treasury.timelock_delay": 0, "governor.voting_delay": 0},
    ],
)
def test_rules_at_their_edges(changes):
    scenario = plain(days=60)
    for path, value in changes.items():
        scenario = scenario.with_value(path, value)
    drift = replay_run(scenario, 0)
    assert drift.within, drift.table()
