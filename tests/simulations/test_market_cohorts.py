"""Those who trade, one cohort at a time: do they do what their docstrings say?"""

import numpy as np
import pytest

from simulations.agents.choice import chosen
from tests.simulations.bazaars import bazaar, stepped, stocked
from tests.simulations.conftest import small, without_trade

YEAR = 365


def only(*cohorts, days=120, **values):
    """A bazaar with only some of the cohorts that trade."""
    scenario = bazaar(days=days)
    for name in {"users", "traders", "curators"} - set(cohorts):
        scenario = scenario.with_value(f"world.population.{name}", 0)
    for path, value in values.items():
        scenario = scenario.with_value(path.replace("__", "."), value)
    return scenario


def test_a_version_is_picked_in_proportion_to_its_odds():
    odds = np.array([[0.0, 1.0, 3.0, 0.0], [2.0, 0.0, 0.0, 2.0]])
    run = np.repeat([0, 1], 10_000)
    picked = chosen(odds, run, np.tile((np.arange(10_000) + 0.5) / 10_000, 2))
    assert np.bincount(picked[run == 0], minlength=4).tolist() == [0, 2_500, 7_500, 0]
    assert np.bincount(picked[run == 1], minlength=4).tolist() == [5_000, 0, 0, 5_000]
    assert chosen(odds, np.array([0, 1]), np.ones(2)).tolist() == [2, 3], "at the very end"


def test_what_users_use_is_the_logits_part_of_what_they_could():
    """Four versions at the fair price have odds e**q; a part A / (1 + A) of all uses is made."""
    scenario = only(
        "users", days=300, world__demand__growth=0, world__demand__volatility=0,
        world__demand__elasticity=0, world__demand__uses=10_000, world__population__users=30,
    )  # fmt: skip
    steps = stepped(stocked(scenario, range(3)))
    every = np.exp([0.0, -0.5, 0.5, 1.0]).sum()
    a_day = np.diff(steps["uses"][60:], axis=0).mean(axis=0)
    assert a_day == pytest.approx(10_000 * every / (1 + every), rel=0.02)


@pytest.mark.parametrize("path", ["growth", "volatility"])
def test_uses_grow_and_wander(path):
    values = {"world__demand__growth": 0, "world__demand__volatility": 0}
    values |= {f"world__demand__{path}": 2, "world__demand__elasticity": 0}
    values |= {"world__demand__uses": 1_000, "world__population__users": 20}
    steps = stepped(stocked(only("users", days=YEAR, **values), range(30)))
    week = np.log(np.diff(steps["uses"][[60, 90, 335, 365]], axis=0)[[0, 2]])
    change = week[1] - week[0]
    years = 275 / 365
    if path == "growth":
        assert change.mean() == pytest.approx(2 * years, abs=0.1)
    else:
        assert change.std(ddof=1) == pytest.approx(2 * np.sqrt(years), rel=0.35)


def test_users_hold_no_more_than_their_purse():
    model = stocked(only("users", days=90))
    held = []
    for _ in range(90):
        model.step()
        held.append(model.ledger.liquid[0, model.places["users"].slice].sum())
    spent = model.market.turnover.sum() / 90
    assert np.mean(held[45:]) < 45 * spent
    assert np.mean(held[45:]) > 5 * spent


def test_offers_follow_the_price_of_the_pool():
    model = stocked(bazaar(days=201))
    model.step()
    asked, changes = [], 4
    for day in range(200):
        before = model.market.per_use.copy()
        fair = 0.1 / model.amm.price[0]
        model.step()
        now = model.market.per_use[0, 1:5]
        fresh = now != before[0, 1:5]
        assert now[fresh] == pytest.approx(fair, rel=1e-2)
        changes += int(fresh.sum())
        asked.append((day, now.copy()))
    assert 4 < changes <= 4 * 7, "at most once a month"
    assert np.all(asked[-1][1] * 1e6 == np.round(asked[-1][1] * 1e6)), "whole millionths"


def test_offers_keep_within_the_constitutions_bounds():
    for bound, value in (("most", 0.04), ("least", 0.3)):
        model = stocked(bazaar(days=5, **{f"market__{bound}_price": value}))
        stepped(model)
        assert model.market.per_use[0, 1:5].tolist() == [value] * 4


@pytest.mark.parametrize("selling", [0.0, 0.3, 1.0])
def test_earners_sell_the_worlds_part_of_what_they_were_paid(selling):
    scenario = only(days=250, world__pool__selling=selling, world__pool__impact=0.2)
    model = stocked(scenario.with_value("vesting.investors.cliff", "30d"), range(2))
    paid = np.zeros(2)
    pay = model.ledger.pay

    def counted(source, run, member, amount):
        np.add.at(paid, run, amount)
        pay(source, run, member, amount)

    model.ledger.pay = counted
    stepped(model)
    assert (paid > 10_000).all()
    assert (model.amm.traded <= selling * paid).all()
    assert (model.amm.traded >= 0.9 * selling * paid).all(), "some have staked it meanwhile"
    fallen = model.amm.price < model.rules["world.pool.price"]
    assert fallen.all() == (selling > 0)


def test_no_trade_moves_the_price_by_more_than_members_let_it():
    model = stocked(bazaar(days=60, world__pool__impact=0.01))
    worst = 0.0
    for name in ("buy", "sell"):
        act = getattr(model.amm, name)

        def watched(actions, act=act):
            nonlocal worst
            for place in range(len(actions)):
                before = model.amm.price.copy()
                act(actions.where(np.array([place])))
                worst = max(worst, np.abs(np.log(model.amm.price / before)).max())

        setattr(model.amm, name, watched)
    for _ in range(60):
        model.step()
    assert 0.005 < worst < np.log(1.01) * 1.1


def test_traders_pull_the_price_to_the_value():
    quiet = {"world__traders__noise": 0, "world__traders__volatility": 0}
    quiet |= {"emissions__per_day": 0, "world__traders__memory": "1d"}
    scenario = only("traders", days=200, world__traders__use_part=0.5, **quiet)
    scenario = scenario.with_value("world.proposals.per_month", 0)
    price = stepped(stocked(scenario.with_value("world.traders.pull", 5), range(20)))["price"]
    assert (price[0] == 1).all()
    assert price[-1].mean() == pytest.approx(0.5, rel=0.06), (
        "nobody uses anything: half of the value"
    )


def test_traders_never_spend_quote_they_do_not_have():
    model = stocked(bazaar(days=200, world__traders__noise=0.5), range(4))
    place = model.places["traders"]
    start = model.ledger.liquid[:, place.slice] * model.rules.rows("world.pool.price")
    for _ in range(200):
        model.step()
        assert (start + model.amm.gained[:, place.slice] >= 0).all()


def test_curators_bring_the_yield_to_what_they_ask():
    """With tokens enough and no errors, a model has its yearly fees over the yield behind it."""
    scenario = bazaar(
        days=300, world__curators__noise=0, world__curators__holding=0.5, world__traders__noise=0,
        world__curators__required_yield=0.3, world__curators__look_every="2d",
        world__demand__volatility=0, world__demand__growth=0, world__demand__uses=20_000,
        world__population__users=20,
    )  # fmt: skip
    model = stocked(scenario, range(4))
    for day in range(300):
        if day == 240:
            before = model.market.turnover.copy()
        model.step()
    fees = (model.market.turnover - before)[:, 1:5] / 60 * 365 * 0.1
    offered = fees / model.curation.reserve[:, 1:5]
    assert offered == pytest.approx(np.full((4, 4), 0.3), rel=0.4)
    assert np.median(offered) == pytest.approx(0.3, rel=0.1)


def test_the_launch_gives_each_cohort_its_part():
    model = stocked(bazaar(days=1, world__pool__depth=0.07, world__pool__price=3))
    whole = float(model.scenarios[0].constitution.token.initial_supply) * 0.45
    held = {name: model.ledger.liquid[0, place.slice].sum() for name, place in model.places.items()}
    assert held["traders"] == pytest.approx(0.1 * whole)
    assert held["curators"] == pytest.approx(0.05 * whole)
    assert model.ledger.pools["amm"][0] == pytest.approx(0.07 * whole)
    assert model.amm.price[0] == pytest.approx(3)
    assert held["users"] == 0
    assert sum(held.values()) + model.ledger.pools["amm"][0] == pytest.approx(whole, rel=1e-15)
    bare = stocked(without_trade(small(days=1)))
    assert bare.ledger.liquid.sum() == pytest.approx(whole, rel=1e-15)
