"""What members do, against the distributions their docstrings promise.

Seeds are fixed, so nothing here is flaky; bounds are four standard errors of the estimate, which
a right model misses once in 16,000 seeds.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from scipy import stats

from governance.units import DAY
from simulations.actions import Actions
from simulations.agents.cohort import Attention, Members
from simulations.ensemble import step_together
from simulations.mechanisms.governor import ABSTAIN, FOR
from simulations.model import DaoModel
from simulations.randomness import Run, Stream
from simulations.scenario import Scenario
from simulations.world import holder_balances
from tests.simulations.conftest import small

ERRORS = 4.0
"""Standard errors within which an estimate must lie."""


def world(days: int = 60, **values: object) -> Scenario:
    """A scenario whose members look daily, with some rules of the world changed.

    ``a__b`` stands for ``a.b``, and everything but constitution paths is below ``world.``.
    """
    scenario = small(days=days).with_value("kinds.funding.spend_period", 0)
    looks = {"attention__holders_look_every": "1d", "attention__delegates_look_every": "1d"}
    for name, value in (looks | values).items():
        path = name.replace("__", ".")
        known = path in scenario.leaves()
        scenario = scenario.with_value(path if known else f"world.{path}", value)
    return scenario


def decide(model: DaoModel, cohort: str, block: str, day: int) -> dict[str, Actions]:
    """What a cohort does on a day, by verb, without applying it."""
    done = model.cohorts[cohort].decide(model.view(block, day))
    return {actions.verb: actions for actions in done}


def everybody_stakes(model: DaoModel) -> dict[str, Actions]:
    """Let all holders look, stake and delegate on day 1, and its votes mature until day 3."""
    done = decide(model, "holders", "staking", 1)
    model.staking.deposit(done["deposit"])
    if "delegate" in done:
        model.staking.delegate_to(done["delegate"])
    for day in (1, 2, 3):
        model.staking.close_day(day)
    return done


def a_vote_opens_on_day_5(model: DaoModel, quality: np.ndarray) -> None:
    """Let members stake and the largest propose in every run, with the given quality."""
    everybody_stakes(model)
    run, whale = np.arange(quality.size), model.staking.votes.argmax(axis=1)
    asks = Actions("governor", "propose", run, whale, np.full(quality.size, 10.0), run + 1)
    model.governor.propose(asks, quality, 3)
    model.staking.close_day(4)
    for day in (1, 2, 3, 4):
        for cohort in ("holders", "delegates"):
            assert not decide(model, cohort, "governor", day), "there is nothing to vote on"
    model.governor.open_day(5)


def assert_share(hits: np.ndarray, expected: float) -> None:
    """A share of independent trials is the expected one."""
    assert hits.size >= 1_000
    error = np.sqrt(expected * (1 - expected) / hits.size)
    assert abs(hits.mean() - expected) <= ERRORS * error, f"{hits.mean()} for {expected}"


class Log:
    """Every action of every run, in place of the recorder of one."""

    def __init__(self) -> None:
        self.done: list[tuple[int, Actions]] = []

    def add(self, day: int, actions: Actions) -> None:
        self.done.append((day, actions))


def days_of(model: DaoModel, days: int) -> Iterator[list[Actions]]:
    """Step a model and yield each day's actions."""
    model.recorder = log = Log()
    for _ in range(days):
        log.done.clear()
        model.step()
        yield [actions for _, actions in log.done]


def test_looks_come_with_geometric_gaps_of_the_asked_mean():
    """Mean ``m`` and variance ``m (m - 1)``, from the launch and from every look on."""
    means, count, days = (5.0, 2.0, 1.0), 4_000, 150
    runs = [Run(3, replicate) for replicate in range(3)]
    every = np.array(means) * DAY
    attention = Attention(every, Members(10, count), Stream(runs, "cohort.test.attention"))
    last = np.zeros((3, count), dtype=int)
    gaps = [[[], []] for _ in means]
    seen = np.zeros((3, count), dtype=int)
    for day in range(1, days + 1):
        run, member = attention.looking(day)
        np.testing.assert_array_equal((run, member), attention.looking(day))
        at = run, member - 10
        for row in range(3):
            mine = at[0] == row
            for turn in (0, 1):
                now = mine & (seen[at] == turn)
                gaps[row][turn].append((day - last[at])[now])
        last[at], seen[at] = day, seen[at] + 1
    for row, mean in enumerate(means):
        for turn in (0, 1):
            gap = np.concatenate(gaps[row][turn])
            assert gap.size == count, "150 days are enough for two looks of everybody"
            assert gap.min() == 1
            spread = np.sqrt(mean * (mean - 1))
            assert gap.mean() == pytest.approx(mean, abs=ERRORS * spread / np.sqrt(count) + 1e-9)
            assert gap.std() == pytest.approx(spread, rel=0.1)
            assert_share(gap == 1, 1 / mean)
            assert_share(gap > 5, (1 - 1 / mean) ** 5)


def test_weekends_are_as_quiet_as_asked_and_weekdays_as_ever():
    """Of the looks of a like stream, those of weekdays stay and those of weekends are thinned."""
    shares, count = (1.0, 0.5, 0.1), 3_000
    runs = [Run(3, 0)] * 3
    every = np.full(3, 4.0 * DAY)
    before, thinned = (
        Attention(every, Members(0, count), Stream(runs, "cohort.test.attention"), weekend)
        for weekend in (None, np.array(shares))
    )
    kept = [0, 0, 0]
    weekend_looks = 0
    for day in range(1, 60):
        (run, member), (still, awake) = before.looking(day), thinned.looking(day)
        all_of_it = member[run == 0]
        weekday = (datetime(2025, 1, 1) + timedelta(days=day)).weekday()
        for row in range(3):
            mine = awake[still == row]
            assert np.isin(mine, all_of_it).all()
            if weekday < 5 or row == 0:
                np.testing.assert_array_equal(mine, all_of_it)
            else:
                kept[row] += mine.size
        weekend_looks += all_of_it.size * (weekday >= 5)
    for row in (1, 2):
        assert_share(np.arange(weekend_looks) < kept[row], shares[row])


def test_a_run_looks_alike_among_runs_that_look_more_or_sleep_on_weekends():
    runs, members = [Run(3, 0), Run(3, 1), Run(3, 2)], Members(0, 50)
    every, weekend = np.array([DAY, 40.0 * DAY, 3.0 * DAY]), np.array([1.0, 0.3, 1.0])

    def looks(rows: list[int]) -> list[list[tuple[int, int]]]:
        stream = Stream([runs[row] for row in rows], "cohort.test.attention")
        attention = Attention(every[rows], members, stream, weekend[rows])
        seen = [list(zip(*attention.looking(day), strict=True)) for day in range(1, 200)]
        return [[m for r, m in day if r == rows.index(1)] for day in seen]

    assert looks([1]) == looks([0, 1, 2])
    assert sum(map(len, looks([1]))) > 100


def test_a_world_that_does_not_speak_of_weekends_has_none():
    scenario = small(days=40)
    same = scenario.with_value("world.attention.weekend", 1)
    quiet = scenario.with_value("world.attention.weekend", 0.1)
    steps = step_together([(each, 0) for each in (scenario, same, quiet)]).steps
    assert np.array_equal(steps["liquid"][:, 0], steps["liquid"][:, 1])
    assert not np.array_equal(steps["liquid"][:, 0], steps["liquid"][:, 2])


def test_first_holdings_are_drawn_uniformly_from_the_real_list():
    """Ranks in the list of 999 have mean 499, and a quarter lies in each quarter.

    Holdings are the drawn balances times one factor, known from the largest, which among
    20,000 draws is missing with a chance of e^-20; equal balances share their mean rank.
    """
    count = 20_000
    model = DaoModel([world(days=1, population__holders=count)] * 2, [0, 1])
    real = holder_balances("UNI")
    rank_of = stats.rankdata(-real) - 1.0
    rising, ranks_rising = real[::-1], rank_of[::-1]
    for liquid in model.ledger.liquid[:, :count]:
        balance = liquid / liquid.max() * real.max()
        after = np.clip(np.searchsorted(rising, balance), 1, real.size - 1)
        nearer = np.abs(rising[after - 1] - balance) < np.abs(rising[after] - balance)
        rank = ranks_rising[after - nearer]
        middle, spread = (real.size - 1) / 2, real.size / np.sqrt(12)
        assert rank.mean() == pytest.approx(middle, abs=ERRORS * spread / np.sqrt(count))
        for quarter in (0.25, 0.5, 0.75):
            below = rank_of < np.floor(quarter * real.size)
            assert_share(rank < np.floor(quarter * real.size), below.mean())


def test_yields_asked_for_are_lognormal_but_for_the_civic():
    scenario = world(
        population__holders=2_000,
        staking__required_yield=0.08,
        staking__required_yield_spread=0.5,
        staking__civic=0.3,
    )
    asked = DaoModel([scenario] * 5, range(5)).cohorts["holders"].asked
    assert_share(asked.ravel() == 0, 0.3)
    logs = np.log(asked[asked > 0])
    assert logs.mean() == pytest.approx(np.log(0.08), abs=ERRORS * 0.5 / np.sqrt(logs.size))
    assert logs.std() == pytest.approx(0.5, rel=ERRORS / np.sqrt(2 * logs.size))


@pytest.mark.parametrize("hysteresis", [0.0, 0.25, 0.9])
def test_holders_leave_only_below_what_they_asked_for_less_the_hysteresis(hysteresis):
    model = DaoModel([world(staking__hysteresis=hysteresis, staking__civic=0.1)] * 3, range(3))
    everybody_stakes(model)
    asked = model.cohorts["holders"].asked
    left = set()
    for day, offered in enumerate((0.5, 0.12, 0.08, 0.06, 0.03, 0.0), start=2):
        model.staking_yield[:] = offered
        done = decide(model, "holders", "staking", day)
        leaving = np.zeros(asked.shape, dtype=bool)
        if "request_exit" in done:
            leaving[done["request_exit"].run, done["request_exit"].member] = True
        held = model.staking.shares[:, : asked.shape[1]] > 0
        np.testing.assert_array_equal(leaving, held & (asked * (1 - hysteresis) > offered))
        assert "deposit" not in done, "they have staked all they had"
        left.add(int(leaving.sum()))
    assert len(left) > 2


def test_holders_enter_when_the_yield_reaches_what_they_ask_for():
    model = DaoModel([world(staking__civic=0.1)] * 3, range(3))
    asked = model.cohorts["holders"].asked
    holds = model.ledger.liquid[:, : asked.shape[1]] > 1
    for day, offered in enumerate((0.0, 0.05, 0.08, 0.2), start=1):
        model.staking_yield[:] = offered
        deposit = decide(model, "holders", "staking", day)["deposit"]
        entering = np.zeros(asked.shape, dtype=bool)
        entering[deposit.run, deposit.member] = True
        np.testing.assert_array_equal(entering, holds & (asked <= offered))
        assert deposit.amount == pytest.approx(
            model.ledger.liquid[deposit.run, deposit.member], abs=3e-6
        )


def test_a_share_of_new_stakers_delegates():
    scenario = world(population__holders=2_000, staking__delegating=0.15)
    model = DaoModel([scenario] * 4, range(4))
    done = everybody_stakes(model)
    joined, delegated = done["deposit"], done["delegate"]
    stakers = joined.run * model.member_count + joined.member
    trusting = delegated.run * model.member_count + delegated.member
    assert_share(np.isin(stakers, trusting), 0.15)
    assert np.isin(trusting, stakers).all()
    model.ledger.liquid[:, :2_000] = 100.0
    again = decide(model, "holders", "staking", 2)
    assert len(again["deposit"]) == 8_000
    assert "delegate" not in again, "who has staked already has chosen already"


def test_the_kth_delegate_has_fame_1_over_k():
    scenario = world(population__holders=2_000, staking__delegating=1)
    model = DaoModel([scenario] * 5, range(5))
    chosen = everybody_stakes(model)["delegate"].target - model.places["delegates"].first
    weights = 1 / np.arange(1, 6)
    for rank, share in enumerate(weights / weights.sum()):
        assert_share(chosen == rank, share)


def proposals_wished_for(days: int, **values: object) -> tuple[DaoModel, list[Actions], list]:
    """Proposals of 20 runs and their qualities, none of which is ever opened."""
    scenario = world(
        days=days, staking__delegating=1, staking__maturity="1d", population__delegates=4, **values
    )
    scenario = scenario.with_value("governor.proposal_threshold", 0)
    model = DaoModel([scenario] * 20, range(20))
    everybody_stakes(model)
    wished, qualities = [], []
    for day in range(4, days + 4):
        model.staking.close_day(day)
        done = decide(model, "delegates", "governor", day)
        if "propose" in done:
            wished.append(done["propose"])
            qualities.append(model.cohorts["delegates"].proposed_quality)
    return model, wished, qualities


def test_ideas_their_size_quality_and_recipients():
    """Ideas come with ``per_month / 30`` a day.

    Requests are lognormal and cut at a fifth, a quality is standard normal whatever is asked,
    and the recipient is any holder.
    """
    days, spread = 400, 1.2
    model, wished, qualities = proposals_wished_for(
        days, proposals__per_month=9, proposals__request=0.05, proposals__request_spread=spread
    )
    amount = np.concatenate([actions.amount for actions in wished])
    count, quality = amount.size, np.concatenate(qualities)
    assert_share(np.arange(20 * days) < count, 9 / 30)

    share = amount / model.ledger.treasury[0]
    assert share.max() <= 0.2
    cut = stats.norm.sf(np.log(0.2 / 0.05) / spread)
    assert_share(share > 0.2 * (1 - 1e-6), cut)
    for quantile in (0.1, 0.5, 0.7):
        below = 0.05 * np.exp(spread * stats.norm.ppf(quantile))
        assert_share(share < below, quantile)

    assert quality.size == count
    assert quality.mean() == pytest.approx(0, abs=ERRORS / np.sqrt(count))
    assert quality.std() == pytest.approx(1, abs=ERRORS / np.sqrt(2 * count))
    assert abs(np.corrcoef(quality, share)[0, 1]) < ERRORS / np.sqrt(count)

    recipient = np.concatenate([actions.target for actions in wished])
    holders = model.places["holders"].count
    assert (recipient.min(), recipient.max()) == (0, holders - 1)
    assert_share(recipient < holders / 2, 0.5)
    proposer = np.concatenate([actions.member for actions in wished])
    for delegate in model.places["delegates"].indices:
        assert_share(proposer == delegate, 1 / 4)


def test_requests_fit_into_what_is_not_yet_asked_for():
    """With much asked at once, each is at most a fifth of what the open ones leave."""
    scenario = world(
        days=60,
        proposals__per_month=30,
        proposals__request=0.15,
        staking__delegating=1,
        attention__holders_vote=0,
        attention__delegates_vote=0,
        attention__cost=0,
        governor__proposal_threshold=0,
        governor__voting_period="20d",
        population__delegates=12,
    )
    model = DaoModel([scenario] * 4, range(4))
    largest, most_open = 0.0, 0
    for done in days_of(model, 60):
        committed = model.governor.committed(np.arange(4))
        treasury = model.ledger.treasury
        assert (committed <= treasury).all()
        most_open = max(most_open, int(model.state["open_proposals"].max()))
        for actions in done:
            if (actions.mechanism, actions.verb) == ("governor", "propose"):
                left = treasury[actions.run] - committed[actions.run] + actions.amount
                largest = max(largest, float((actions.amount / left).max()))
    assert most_open == 8
    assert 0.19 < largest <= 0.2 + 1e-12


def test_support_is_the_normal_cdf_of_quality_over_noise():
    """A member supports with ``Phi((quality + leniency) / noise)``, unless it abstains.

    One run per quality; abstaining and opinion are independent of each other.
    """
    qualities, leniency, noise = np.array([-2.0, -1.2, -0.7, 0.0]), 1.2, 0.5
    scenario = world(
        population__holders=2_500,
        staking__delegating=0,
        staking__maturity="1d",
        attention__holders_vote=1,
        proposals__per_month=0,
        proposals__leniency=leniency,
        proposals__noise=noise,
        proposals__abstaining=0.3,
        governor__voting_delay="1d",
    )
    model = DaoModel([scenario] * 4, range(4))
    a_vote_opens_on_day_5(model, qualities)
    votes = decide(model, "holders", "governor", 5)["vote"]
    assert len(votes) == 4 * 2_500
    for row, quality in enumerate(qualities):
        choice = votes.choice[votes.run == row]
        assert_share(choice == ABSTAIN, 0.3)
        assert_share(choice[choice != ABSTAIN] == FOR, stats.norm.cdf((quality + leniency) / noise))


@pytest.mark.parametrize(("cohort", "chance"), [("holders", 0.4), ("delegates", 0.7)])
def test_a_look_becomes_a_vote_with_the_cohorts_chance(cohort, chance):
    scenario = world(
        population__holders=500,
        population__delegates=5,
        attention__holders_vote=0.4,
        attention__delegates_vote=0.7,
        staking__delegating=0.5,
        proposals__per_month=0,
        governor__voting_delay="1d",
        staking__maturity="1d",
    )
    count = 400 if cohort == "delegates" else 5
    model = DaoModel([scenario] * count, range(count))
    a_vote_opens_on_day_5(model, np.zeros(count))
    votes = decide(model, cohort, "governor", 5)["vote"]
    power = model.governor.power[0][:, model.places[cohort].indices] > 0
    assert_share(np.arange(power.sum()) < len(votes), chance)
    again = decide(model, cohort, "governor", 6)["vote"]
    assert len(np.intersect1d(_who(votes), _who(again))) > 0
    model.governor.vote(votes, 5)
    later = decide(model, cohort, "governor", 7)["vote"]
    assert len(np.intersect1d(_who(votes), _who(later))) == 0, "nobody votes twice"


def _who(actions: Actions) -> np.ndarray:
    return actions.run * 10_000 + actions.member


def test_insiders_take_home_once_a_month():
    scenario = world(days=125).with_value("vesting.team.cliff", "40d")
    scenario = scenario.with_value("vesting.investors.cliff", 0)
    model = DaoModel([scenario] * 2, [0, 1])
    taken = []
    for day, done in enumerate(days_of(model, 125), start=1):
        for actions in done:
            if actions.mechanism == "vesting":
                taken += [(day, *row) for row in zip(actions.run, actions.target, strict=True)]
    expected = {(day, run, 1) for day in (30, 60, 90, 120) for run in (0, 1)}
    expected |= {(day, run, 0) for day in (60, 90, 120) for run in (0, 1)}
    assert sorted(taken) == sorted(expected)
