"""Mechanisms against published and derived check values."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.chain import ZERO_ADDRESS, EmbeddedChain, contract
from governance.units import DAY, TOKEN
from simulations.ensemble import step_together
from simulations.measures.concentration import gini, nakamoto
from simulations.mechanisms.emissions import EXPONENTIAL, HALVING, USAGE, metered, scheduled
from simulations.mechanisms.vesting import vested_share
from simulations.metrics import summarise
from simulations.model import DaoModel
from simulations.scenario import load_scenario
from simulations.world import holder_balances
from tests.contracts.law import deploy
from tests.simulations.conftest import plain, small

BITCOIN = {
    210_000: 10_500_000,
    420_000: 15_750_000,
    630_000: 18_375_000,
    840_000: 19_687_500,
    1_050_000: 20_343_750,
}
"""Coins after so many blocks: 50 a block, halving each 210,000 blocks."""


@pytest.mark.parametrize(("height", "coins"), BITCOIN.items())
def test_halving_emission_is_bitcoins(height, coins):
    assert scheduled(np.array([50.0]), np.array([210_000.0]), height)[0] == coins


def test_constant_emission_is_linear():
    assert scheduled(np.array([0.25]), np.array([0.0]), 86_400.0)[0] == 21_600.0


@pytest.mark.parametrize(
    ("seconds", "tokens"),
    [
        (0, 0),
        (1e-6, 0.999_999_999_65e-6),
        (1, 0.999_653_506_471_348_243),
        (1_000, 721.347_520_444_481_704),
        (2_000, 1_082.021_280_666_722_556),
        (1e9, 1_442.695_040_888_963_407),
    ],
)
def test_exponential_emission_is_the_integral_of_its_rate(seconds, tokens):
    """A token a second that halves every 1,000 gives 1,000 / ln 2 in all, half of it by then."""
    curve = np.array([EXPONENTIAL])
    due = scheduled(np.array([1.0]), np.array([1_000.0]), seconds, curve)[0]
    assert due == pytest.approx(tokens, rel=1e-14)


def test_runs_on_different_curves_do_not_mix():
    rate, period = np.array([1.0, 1.0, 3.0]), np.array([10.0, 10.0, 0.0])
    curves = np.array([HALVING, EXPONENTIAL, HALVING])
    alone = [
        scheduled(rate[[run]], period[[run]], 25.0, curves[[run]])[0] for run in range(rate.size)
    ]
    assert scheduled(rate, period, 25.0, curves).tolist() == alone
    assert alone[0] == 16.25
    assert alone[1] == pytest.approx(10 / math.log(2) * (1 - 2**-2.5), rel=1e-14)
    assert alone[2] == 75.0


curves = st.sampled_from([HALVING, EXPONENTIAL])


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.sampled_from([0.0, 3_600.0, 1e7]), curves)
def test_emission_never_falls(first, second, halving, curve):
    early, late = sorted((first, second))
    terms = np.array([2.0]), np.array([halving])
    due = [scheduled(*terms, seconds, np.array([curve])) for seconds in (early, late)]
    assert due[0] <= due[1] + 1e-6


@given(
    curve=curves,
    per_day=st.floats(1e-3, 1e7),
    halving=st.integers(1, 100 * 365 * DAY),
    seconds=st.lists(st.integers(0, 100 * 365 * DAY), min_size=1, max_size=5),
)
@settings(max_examples=40, deadline=None)
def test_emission_is_the_contracts(curve, per_day, halving, seconds):
    """To 1e-9 of it and, since the contract halves in whole wei, two wei a second."""
    chain = EmbeddedChain()
    rate = int(per_day * TOKEN) // DAY
    terms = (int(curve), rate, 0, halving, 0, ZERO_ADDRESS, 0)
    schedule = contract("Emissions")
    code = schedule.init_code(ZERO_ADDRESS, ZERO_ADDRESS, "0x" + "11" * 20, terms)
    address = chain.deploy("0x" + "22" * 20, code)
    for elapsed in seconds:
        call = schedule.encode("scheduled", elapsed)
        wei = schedule.decode("scheduled", chain.call(address, call))
        run = np.array([rate / TOKEN]), np.array([float(halving)])
        tokens = scheduled(*run, float(elapsed), np.array([curve]))[0]
        assert tokens == pytest.approx(wei / TOKEN, rel=1e-9, abs=(2 * elapsed + 2) / TOKEN)


@given(
    per_day=st.integers(0, 10**6),
    bps=st.integers(0, 10_000),
    burned=st.integers(0, 10**27),
    elapsed=st.integers(0, 10 * 365 * DAY),
)
@settings(max_examples=40, deadline=None)
def test_emission_for_use_is_the_contracts(per_day, bps, burned, elapsed):
    """What use earns, and at most the rate: ``Emissions`` on its usage curve."""
    chain = EmbeddedChain()
    meter = deploy(chain, "SettableMeter")
    meter.send(ZERO_ADDRESS[:-1] + "1", "set", burned)
    rate = per_day * TOKEN // DAY
    terms = (int(USAGE), rate, 0, 0, bps, meter.address, 0)
    schedule = contract("Emissions")
    code = schedule.init_code(ZERO_ADDRESS, ZERO_ADDRESS, "0x" + "11" * 20, terms)
    address = chain.deploy("0x" + "22" * 20, code)
    call = schedule.encode("scheduled", elapsed)
    wei = schedule.decode("scheduled", chain.call(address, call))
    rates, usage, share = (np.array([x]) for x in (rate / TOKEN, burned / TOKEN, bps / 10_000))
    due = metered(rates, usage, share, float(elapsed))[0]
    assert due == pytest.approx(wei / TOKEN, rel=1e-12, abs=2 / TOKEN)


@pytest.mark.parametrize(
    ("usage", "share", "seconds", "due"),
    [(0, 0.5, 100, 0), (80, 0.5, 100, 40), (80, 1, 30, 60), (1e9, 0.5, 100, 200)],
)
def test_use_earns_a_share_of_what_it_burned_and_at_most_the_rate(usage, share, seconds, due):
    rate = np.array([2.0])
    assert metered(rate, np.array([float(usage)]), np.array([share]), seconds)[0] == due


@pytest.mark.parametrize(("month", "share"), [(11, 0), (12, 0.25), (24, 0.5), (48, 1), (60, 1)])
def test_vesting_of_four_years_with_a_years_cliff(month, share):
    cliff, duration = np.array([12.0]), np.array([48.0])
    assert vested_share(cliff, duration, month)[0] == share


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 50))
def test_vesting_is_a_share_that_never_falls(first, second, cliff):
    early, late = sorted((first, second))
    terms = np.array([cliff]), np.array([50.0])
    before, after = vested_share(*terms, early)[0], vested_share(*terms, late)[0]
    assert 0 <= before <= after <= 1


def test_released_and_locked_are_what_was_granted():
    model = DaoModel([small(days=400)], [0])
    granted = model.vesting.totals.sum()
    for _ in range(400):
        model.step()
    assert model.vesting.released.sum() > 0
    assert model.ledger.vesting[0] + model.vesting.released.sum() == pytest.approx(granted)


def open_dao(per_day: float, asked: float, look_every: str = "10d") -> DaoModel:
    scenario = plain(load_scenario(days=400, seed=3))
    for path, value in (
        ("token.initial_supply", 10_000_000),
        ("emissions.per_day", per_day),
        ("emissions.halving", 0),
        ("emissions.stakers_share", 1),
        ("staking.maturity", 0),
        ("staking.cooldown", 0),
        ("world.population.holder_data", "LDO"),
        ("world.staking.required_yield", asked),
        ("world.staking.required_yield_spread", 0),
        ("world.staking.civic", 0),
        ("world.staking.hysteresis", 0),
        ("world.attention.holders_look_every", look_every),
        ("world.proposals.per_month", 0),
    ):
        scenario = scenario.with_value(path, value)
    everything = {"community": 1, "treasury": 0, "team": 0, "investors": 0}
    rules = scenario.constitution.model_copy(
        update={"allocation": scenario.constitution.allocation.model_copy(update=everything)}
    )
    return DaoModel([type(scenario)(rules, scenario.world, 400, 3)] * 4, range(4))


def test_staked_share_settles_where_the_yield_is_what_holders_ask():
    """With one asked yield r, entry stops at s = inflation / r: 5 % and 8 % give 0.625."""
    model = open_dao(10_000_000 * 0.05 / 365, 0.08)
    shares = []
    for day in range(400):
        model.step()
        if day >= 200:
            supply_at_launch = 10_000_000
            shares.append(model.ledger.vault / supply_at_launch)
    assert np.mean(shares) == pytest.approx(0.625, abs=0.02)


def test_yield_is_emission_over_stake():
    """800 a day on 10 M staked tokens is 2.92 % a year; on a fifth of them it is 14.6 %."""
    model = open_dao(800, 0.0, look_every="1d")
    for _ in range(3):
        model.step()
    assert model.state["stakers"][0] == 1000
    assert model.state["apr"][0] == pytest.approx(0.0292, rel=1e-3)
    assert model.state["apr"][0] * 5 == pytest.approx(0.146, rel=1e-3)


@pytest.mark.parametrize(
    ("balances", "expected_gini", "expected_nakamoto"),
    [
        ([1, 1, 1, 1], 0, 3),
        ([0, 0, 0, 1], 0.75, 1),
        ([1, 2, 3, 4], 0.25, 2),
        ([50, 20, 10, 10, 10], 0.36, 2),
    ],
)
def test_concentration(balances, expected_gini, expected_nakamoto):
    values = np.array([balances], dtype=float)
    assert gini(values)[0] == pytest.approx(expected_gini)
    assert nakamoto(values)[0] == expected_nakamoto


def test_gini_of_a_lognormal_is_the_error_function():
    draws = np.exp(np.random.default_rng(0).standard_normal(400_000))
    assert gini(draws[None, :])[0] == pytest.approx(math.erf(0.5), abs=0.005)


def test_shipped_holder_list_is_the_published_one():
    """UNI after exclusions: 999 addresses, Gini 0.8428, 28 of them hold half."""
    balances = holder_balances("UNI")
    assert balances.size == 999
    assert gini(balances[None, :])[0] == pytest.approx(0.8428, abs=1e-4)
    assert nakamoto(balances[None, :])[0] == 28


def turnout(holders_vote: float, delegates_vote: float) -> float:
    scenario = plain(small(days=60))
    for path, value in (
        ("governor.quorum_floor", 0),  # the treasury stakes nothing
        ("world.attention.holders_look_every", "1d"),
        ("world.attention.delegates_look_every", "1d"),
        ("world.attention.holders_vote", holders_vote),
        ("world.attention.delegates_vote", delegates_vote),
        ("world.attention.cost", 0),
    ):
        scenario = scenario.with_value(path, value)
    proposals = step_together([(scenario, 0)]).proposals
    closed = proposals[(proposals.closed_day >= 0) & (proposals.votable > 0)]
    assert len(closed) > 3
    return float(closed.turnout.mean())


def test_everybody_votes_when_it_costs_nothing_and_nobody_when_it_costs_all():
    assert turnout(1, 1) == pytest.approx(1, abs=1e-9)
    assert turnout(0, 0) == 0


def test_intervals():
    nobody = summarise(np.zeros(100), "proportion")
    assert nobody["lo"] == 0
    assert nobody["hi"] == pytest.approx(0.03, abs=0.001), "the rule of three"
    same = summarise(np.full(10, 2.5), "mean")
    assert (same["lo"], same["mean"], same["hi"], same["n"]) == (2.5, 2.5, 2.5, 10)
    assert summarise(np.array([np.nan]), "mean")["mean"] is None
    alone = summarise(np.array([0.7, np.nan]), "mean")
    assert (alone["lo"], alone["mean"], alone["hi"], alone["n"]) == (None, 0.7, None, 1)
    assert summarise(np.array([0.8, 1.0, 1.0]), "mean", (0, 1))["hi"] == 1
