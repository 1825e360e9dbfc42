"""What is simulated is what is deployed, and a wrong rule is noticed."""

import numpy as np
import pytest

from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.governor import Governor
from simulations.mechanisms.staking import Staking
from simulations.twin import BOUND_ABS, replay_run
from tests.simulations.conftest import small


def test_a_run_agrees_with_the_bytecode(preset):
    drift = replay_run(preset, 0)
    table = drift.table().set_index("variable")
    assert drift.within, table[~table.within]
    assert table.loc["governor.state", "compared"] > 20
    assert table.loc["staked.getPastVotes", "compared"] > 500
    assert table[table.unit.isin(["tokens", "shares"])].max_abs.max() < BOUND_ABS


def test_a_year_with_cliffs_exits_and_halving():
    scenario = small(days=380, holders=40)
    for path, value in (
        ("emissions.halving", "45d"),
        ("staking.cooldown", "3d"),
        ("world.staking.hysteresis", 0),
    ):
        scenario = scenario.with_value(path, value)
    drift = replay_run(scenario, 2)
    assert drift.within, drift.table()


def _wrong_split(monkeypatch):
    right = Emissions.release

    def release(self, actions, day, has_stakers):
        amount = right(self, actions, day, has_stakers)
        moved = np.where(has_stakers, amount * 1e-6, 0.0)
        self._ledger.vault += moved
        self._ledger.treasury -= moved
        return amount

    monkeypatch.setattr(Emissions, "release", release)


def _no_maturity(monkeypatch):
    def past_votes(self, run, timepoint, member):
        now, _ = self._slots(run, timepoint)
        return self._past_votes[now, run, member]

    monkeypatch.setattr(Staking, "past_votes", past_votes)


def _early_close(monkeypatch):
    right = Governor.propose

    def propose(self, actions, quality, day):
        right(self, actions, quality, day)
        self.slots.deadline[self.slots.created_day == day] -= 1

    monkeypatch.setattr(Governor, "propose", propose)


def _longer_cooldown_keeps_votes(monkeypatch):
    right = Staking.request_exit

    def request_exit(self, actions, day):
        right(self, actions, day)
        self.votes[actions.run, actions.member] += actions.amount

    monkeypatch.setattr(Staking, "request_exit", request_exit)


@pytest.mark.parametrize(
    ("break_rule", "noticed"),
    [
        (_wrong_split, "treasury balance"),
        (_no_maturity, "staked.getPastVotes"),
        (_early_close, "governor.proposalDeadline"),
        (_longer_cooldown_keeps_votes, "staked.getPastVotes"),
    ],
)
def test_a_wrong_rule_is_noticed(monkeypatch, break_rule, noticed):
    break_rule(monkeypatch)
    scenario = small(days=100).with_value("world.staking.hysteresis", 0)
    table = replay_run(scenario, 0).table().set_index("variable")
    assert not table.loc[noticed, "within"]
    assert table.loc[noticed, "first_day"] >= 1
