"""The market in the economy: nothing is lost, every parameter matters, and nothing else moves."""

import numpy as np
import pytest

from governance.errors import InputError
from simulations.economy import VARIABLES
from simulations.mechanisms.market import RECEIVERS
from simulations.model import DaoModel
from simulations.rehearsal import rehearse
from tests.simulations.bazaars import QUALITY, bazaar, stepped, stocked
from tests.simulations.conftest import small, without_trade

MONEY = (
    "price", "pool_quote", "velocity", "uses", "fees_burned", "fees_to_developers",
    "fees_to_curators", "fees_to_stakers", "fees_to_treasury", "unstreamed", "signal", "burned",
)  # fmt: skip


@pytest.fixture(scope="module")
def usual():
    """A day-by-day record of four runs, and the model that made it."""
    model = stocked(bazaar(days=200), [0, 1, 2, 3])
    return stepped(model), model


@pytest.mark.parametrize("constitution", ["startup", "lab"])
def test_no_token_is_made_or_lost_on_any_day(constitution):
    model = stocked(bazaar(constitution, days=150), range(3))
    for _ in range(150):
        model.step()
        held = model.ledger.imbalance() / model.ledger.supply
        assert np.abs(held).max() < 1e-13
        assert model.ledger.liquid.min() >= 0
        assert min(pool.min() for pool in model.ledger.pools.values()) > -1e-6
    reserves = model.curation.reserve.sum(axis=1) + model.curation.claimable.sum(axis=(1, 2))
    assert model.ledger.pools["curation"] == pytest.approx(reserves, rel=1e-9)
    assert model.ledger.pools["market"] == pytest.approx(model.market.earned.sum(axis=1), rel=1e-9)


def test_everybody_who_trades_acts(usual):
    _, model = usual
    for name in ("vendors", "users", "traders", "curators", "sellers"):
        assert model.cohorts[name].acted > 0, name


def test_payments_are_split_as_the_constitution_says(usual):
    steps, model = usual
    paid = {name: model.market.fees[name] for name in RECEIVERS}
    whole = sum(paid.values())
    rules = model.rules
    assert paid["burned"] / whole == pytest.approx(rules["market.burned"], rel=1e-9)
    assert paid["developers"] / whole == pytest.approx(rules["market.developer"], rel=1e-9)
    assert paid["stakers"] / whole == pytest.approx(rules["market.stakers"], rel=1e-9)
    lost = paid["curators"] + paid["treasury"]
    shares = rules["market.curators"] + rules["market.treasury"]
    assert lost / whole == pytest.approx(shares, rel=1e-9)
    assert (paid["treasury"] > whole * rules["market.treasury"]).all(), "before there were curators"
    assert whole == pytest.approx(model.market.turnover.sum(axis=1), rel=1e-12)
    assert steps["fees_to_stakers"][-1] == pytest.approx(model.stream.given, rel=1e-12)
    assert steps["burned"][-1] == pytest.approx(model.ledger.burned)
    assert (steps["burned"][-1] > steps["fees_burned"][-1]).all(), "the tax of curation burns too"


def test_better_models_are_used_more(usual):
    _, model = usual
    uses = model.market.uses[:, 1 : 1 + len(QUALITY)].sum(axis=0)
    assert np.argsort(uses).tolist() == np.argsort(QUALITY).tolist()
    odds = uses[3] / uses[0]
    assert odds == pytest.approx(np.e, rel=0.25), "a standard deviation at a choosiness of one"


def test_more_demand_means_a_higher_price_and_more_burned():
    means = []
    for uses in (2_000, 40_000, 200_000):
        scenario = bazaar(days=200, world__demand__uses=uses, world__traders__use_part=0)
        steps = stepped(stocked(scenario, range(8)))
        means.append([steps[name][-1].mean() for name in ("price", "fees_burned")])
    assert (np.diff(means, axis=0) > 0).all(), means


def test_the_product_of_the_pool_never_falls(usual):
    steps, _ = usual
    product = steps["pool_quote"] ** 2 / steps["price"]
    assert (np.diff(product, axis=0) > -1e-9 * product[:-1]).all()
    assert (product[-1] > product[0]).all(), "fees stay in the pool"


def test_velocity_is_what_changed_hands_over_what_there_is(usual):
    """The equation of exchange as a check: M V counts the use paid for and every trade."""
    steps, model = usual
    turned = model.amm.traded + model.market.turnover.sum(axis=1)
    assert steps["velocity"][-1] == pytest.approx(turned / steps["supply"][-1] * 365 / 200)
    spent = sum(steps[name][-1] for name in MONEY if name.startswith("fees_"))
    assert (turned > spent).all()


def test_stakers_earn_what_streams_to_them(usual):
    steps, _ = usual
    reached = steps["fees_to_stakers"] - steps["unstreamed"]
    assert (np.diff(reached, axis=0) >= -1e-6).all()
    streamed = np.diff(reached, axis=0)[-1]
    emitted = np.diff(steps["emitted"], axis=0)[-1] * 0.6
    expected = (streamed + emitted) * 365 / steps["staked"][-1]
    assert steps["apr"][-1] == pytest.approx(expected, rel=0.05)


CHANGES = {
    "world.pool.depth": 0.1,
    "world.pool.price": 2,
    "world.pool.fee": 0.01,
    "world.pool.impact": 0.001,
    "world.pool.selling": 1,
    "world.demand.uses": 30_000,
    "world.demand.price": 0.2,
    "world.demand.growth": 2,
    "world.demand.volatility": 2,
    "world.demand.spread": 0,
    "world.demand.choosiness": 0,
    "world.demand.elasticity": 5,
    "world.demand.purse": "60d",
    "world.traders.holding": 0.05,
    "world.traders.look_every": "20d",
    "world.traders.pull": 2,
    "world.traders.noise": 0.5,
    "world.traders.volatility": 2,
    "world.traders.memory": "30d",
    "world.traders.use_part": 0,
    "world.curators.holding": 0.001,
    "world.curators.look_every": "2d",
    "world.curators.required_yield": 3,
    "world.curators.noise": 2,
    "curation.tax": 0.05,
    "curation.minimum": 100_000,
    "curation.curve": "square-root",
    "market.least_price": 0.5,
    "market.most_price": 0.01,
    "staking.reward_period": "60d",
}


@pytest.fixture(scope="module")
def short():
    """A shorter record of one run, to compare with."""
    return stepped(stocked(bazaar(days=80)))


def test_every_parameter_changes_something(short):
    """All of them in one batch, but for the populations, which the runs of a batch share."""
    base = bazaar(days=80)
    scenarios = {path: base.with_value(path, value) for path, value in CHANGES.items()}
    together = stepped(stocked(list(scenarios.values()), [0] * len(scenarios)))
    for run, path in enumerate(scenarios):
        assert differs(together, run, short), path


@pytest.mark.parametrize(("cohort", "count"), [("users", 8), ("traders", 3), ("curators", 2)])
def test_every_population_changes_something(short, cohort, count):
    changed = bazaar(days=80).with_value(f"world.population.{cohort}", count)
    assert differs(stepped(stocked(changed)), 0, short)


def differs(steps, run, short):
    """Whether a run ends otherwise than the usual one."""
    return any(
        steps[name][-1, run] != short[name][-1, 0]
        for name in VARIABLES
        if not np.isnan(short[name][-1, 0])
    )


def test_every_world_parameter_of_money_is_tried():
    sections = ("world.pool.", "world.demand.", "world.traders.", "world.curators.")
    paths = {path for path in small().leaves() if path.startswith(sections)}
    assert paths <= set(CHANGES)


def test_nobody_who_trades_changes_nothing():
    """What is not of money has the same digits, whatever the worlds of cohorts that are empty."""
    scenario = without_trade(small(days=100))
    plain = rehearse(scenario, 3)
    for path in ("uses", "growth", "elasticity"):
        scenario = scenario.with_value(f"world.demand.{path}", 3)
    for path in ("traders.holding", "curators.holding"):
        scenario = scenario.with_value(f"world.{path}", 0.4)
    other = rehearse(scenario, 3)
    assert plain.steps.equals(other.steps)
    assert plain.steps[["uses", "velocity", "signal", "burned", "pool_quote"]].to_numpy().max() == 0
    assert plain.steps.price.isna().all()


@pytest.mark.parametrize("batch", [1, 2])
def test_a_run_is_the_same_in_any_batch(batch):
    scenario = bazaar(days=120)
    other = bazaar(days=120, world__demand__uses=9_000, curation__curve="square-root")
    scenarios = [scenario, other, scenario, scenario]
    together = stepped(stocked(scenarios, [0, 1, 2, 3], columns=40))
    for first in range(0, 4, batch):
        mine = slice(first, first + batch)
        alone = stepped(stocked(scenarios[mine], list(range(4))[mine]))
        for name in VARIABLES:
            np.testing.assert_array_equal(alone[name], together[name][:, mine], name)


def test_versions_may_come_later(usual):
    model = stocked(bazaar(days=60), [0, 1])
    for _ in range(30):
        model.step()
    before, shelf = model.market.uses.sum(axis=1), model.catalogue
    for name, fill in (("model", 9), ("developer", -1), ("deployable", False), ("quality", 0.0)):
        old = getattr(shelf, name)
        wide = np.full((2, 12), fill, dtype=old.dtype)
        wide[:, : old.shape[1]] = old
        setattr(shelf, name, wide)
    shelf.developer[:, 9], shelf.deployable[:, 9] = model.places["delegates"].first, True
    for _ in range(30):
        model.step()
    assert (model.market.uses[:, 9] > 0).all()
    assert (model.market.uses.sum(axis=1) > before).all()
    assert (model.curation.reserve[:, 9] >= 0).all()
    assert np.abs(model.ledger.imbalance() / model.ledger.supply).max() < 1e-13


def test_users_without_trust_use_less(short):
    model = stocked(bazaar(days=80))
    model.truth.trust[:] = 0.0
    steps = stepped(model)
    assert steps["uses"][-1] < short["uses"][-1] * 0.7
    assert steps["uses"][-1] > 0, "trust comes back"


def test_use_is_what_the_usage_curve_mints():
    share = 0.7
    scenario = bazaar(days=120, emissions__curve="usage", emissions__usage_share=share)
    steps = stepped(stocked(scenario, [0, 1]))
    ceiling = float(scenario.constitution.emissions.per_day) * np.arange(121)
    due = np.minimum(steps["fees_burned"][:-1] * share, ceiling[1:, None])
    assert steps["emitted"][1:] == pytest.approx(due, rel=1e-12)
    assert (steps["emitted"][-1] > 0).all()
    assert (steps["supply"] <= steps["supply"][0] + 1e-6).all(), "more is burned than minted"
    none = stepped(DaoModel([scenario], [0]))
    assert none["emitted"][-1] == 0, "nothing is for sale"


def test_selling_presses_the_price():
    prices = []
    for selling in (0, 1):
        scenario = bazaar(
            days=200, world__pool__selling=selling, world__proposals__per_month=10,
            world__traders__noise=0,
        )  # fmt: skip
        prices.append(stepped(stocked(scenario, range(8)))["price"][-1].mean())
    assert prices[0] > prices[1]


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        ("pool.depth", 0, ["population.users = 6", "pool.depth = 0"]),
        ("pool.depth", 0.85, ["pool.depth 0.85", "traders.holding 0.1", "= 1.00 of"]),
        ("pool.depth", 0.95, ["pool.depth"]),
        ("pool.impact", 0, ["pool.impact"]),
        ("demand.uses", -1, ["demand.uses"]),
    ],
)
def test_a_world_of_money_that_cannot_be(path, value, parts):
    scenario = bazaar()
    with pytest.raises(InputError) as caught:
        scenario.with_value(f"world.{path}", value)
    for part in parts:
        assert part in str(caught.value)
