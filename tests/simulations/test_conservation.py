"""No token appears or vanishes: held equals minted less burned, on every day of every run."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.units import TOKEN
from simulations.model import DaoModel
from simulations.scenario import Scenario
from tests.simulations.conftest import busy, small


def largest_imbalance(scenario: Scenario, replicate: int) -> float:
    model = DaoModel([scenario], [replicate])
    worst = np.abs(model.ledger.imbalance() / model.ledger.supply).max()
    for _ in range(scenario.days):
        model.step()
        worst = max(worst, np.abs(model.ledger.imbalance() / model.ledger.supply).max())
    return float(worst)


def test_every_day_of_every_preset_including_the_first(preset):
    assert largest_imbalance(preset, 0) < 1e-13


@pytest.mark.parametrize("replicate", range(3))
def test_with_everybody_there(replicate):
    reserves = busy(days=150).with_value("world.reserves.quote", 40_000_000)
    assert largest_imbalance(reserves.with_value("exit.threshold", 0.02), replicate) < 1e-13


@settings(max_examples=25, deadline=None)
@given(
    per_day=st.integers(0, 500_000),
    stakers_share=st.integers(0, 10_000),
    halving_days=st.integers(0, 60),
    cooldown_days=st.integers(7, 30),
    replicate=st.integers(0, 1_000),
)
def test_whatever_the_rules(per_day, stakers_share, halving_days, cooldown_days, replicate):
    scenario = small(days=60)
    for path, value in (
        ("emissions.per_day", per_day),
        ("emissions.stakers_share", stakers_share / 10_000),
        ("emissions.halving", halving_days * 86_400),
        ("staking.cooldown", cooldown_days * 86_400),
    ):
        scenario = scenario.with_value(path, value)
    assert largest_imbalance(scenario, replicate) < 1e-13


def test_day_zero_is_the_allocation(preset):
    model = DaoModel([preset], [0])
    rules = preset.constitution
    supply = float(rules.token.initial_supply)
    assert model.ledger.supply[0] == supply
    seed = rules.seed / TOKEN
    assert model.ledger.treasury[0] == supply * float(rules.allocation.treasury) - seed
    assert model.ledger.vault[0] == model.staking.total[0] == seed > 0
    locked = float(rules.allocation.team + rules.allocation.investors)
    assert model.ledger.vesting[0] == pytest.approx(supply * locked, rel=1e-15)


def test_supply_never_exceeds_the_cap():
    scenario = small(days=40).with_value("token.cap", 40_100_000)
    model = DaoModel([scenario], [0])
    for _ in range(scenario.days):
        model.step()
    assert model.ledger.supply[0] == 40_100_000
