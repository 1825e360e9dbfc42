"""From a chain to a simulation: what stands on chain is day 0, and goes on as the contracts would.

The DAO of ``living.py`` acts on the embedded chain and on anvil, is pulled from each, and compared
by asking its contracts one by one, not by what the pull had read.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from governance.chain import EmbeddedChain
from governance.chain.jsonrpc import NodeError
from governance.chain.rpc import RpcChain
from governance.errors import InputError
from governance.reading import read_dao
from governance.reading.pinned import Pinned
from governance.status import STATES
from governance.units import DAY, SHARE, TOKEN
from simulations.ensemble import step_together
from simulations.mechanisms.proposals import State
from simulations.model import DaoModel
from simulations.scenario import Scenario
from simulations.start import Start
from tests.chains import anvil
from tests.simulations.living import ANN, CID, DEE, DEPLOYER, EVE, FAY, FUND, GUS, lived
from tests.simulations.pulled import Case, pulled

RUN = np.array([0])
CLOSE = {"rtol": 1e-12, "atol": 1e-9}
ZERO = "0x" + "00" * 20


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("on_anvil", marks=pytest.mark.anvil)]
)
def case(request: pytest.FixtureRequest) -> Case:
    """The same life on both chains; a test that changes the chain takes its changes back."""
    found: Case = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def embedded() -> Case:
    return pulled(lived(EmbeddedChain()))


@pytest.fixture(scope="module")
def on_anvil() -> Iterator[Case]:
    with anvil() as url:
        yield pulled(lived(RpcChain(url)))


# Day 0


def test_members_hold_what_they_hold_on_chain(case: Case):
    model, count = case.model(), len(case.addresses)
    staking, ledger = model.staking, model.ledger
    assert {ANN, CID, DEE, EVE, FAY, GUS, FUND, DEPLOYER} < set(case.addresses)
    assert model.places["delegates"].count == 1
    assert case.addresses[count - 1] == ANN
    for array, found in (
        (ledger.liquid, case.ask("token", "balanceOf", TOKEN)),
        (staking.shares, case.ask("staked", "balanceOf", SHARE)),
        (staking.locked, case.ask("staked", "lockedOf", SHARE)),
    ):
        np.testing.assert_allclose(array[0, :count], found, **CLOSE)
    for member, who in enumerate(case.addresses):
        leaving, ready = case.read("staked", "exitOf", who)
        assert staking.cooling[0, member] == pytest.approx(leaving / SHARE, rel=1e-12)
        assert not leaving or staking.ready[0, member] == ready - case.state.time
        delegate = case.read("staked", "delegates", who)
        if delegate == case.it.at["treasury"]:
            assert staking.delegate[0, member] == count, "who never votes, as the treasury"
        elif delegate != ZERO:
            assert case.addresses[staking.delegate[0, member]] == delegate
    assert staking.cooling.sum() == 100_000
    assert staking.locked.sum() == 50_000
    assert staking.delegate[0, case.addresses.index(EVE)] == count, "nobody, so the keeper"


def test_votes_count_as_mature_as_on_chain(case: Case):
    staking, count = case.model().staking, len(case.addresses)
    for seconds in (1, DAY + 1, 5 * DAY + 1):
        before, moment = np.array([-float(seconds)]), case.state.time - seconds
        mine = staking.past_votes(RUN, before, slice(None))[0, :count]
        votes = case.ask("staked", "getPastVotes", SHARE, moment)
        if seconds == 1:
            np.testing.assert_allclose(mine, votes, **CLOSE)
            votable = case.read("staked", "getPastTotalSupply", moment) / SHARE
            assert staking.past_votable(RUN, before)[0] == pytest.approx(votable, rel=1e-12)
        assert (mine <= case.ask("staked", "balanceOf", SHARE).sum()).all()
    fresh = case.addresses.index(FAY)
    assert staking.votes[0, fresh] > 0
    assert staking.past_votes(RUN, np.array([-1.0]), RUN + fresh) == 0


def test_the_books_are_those_of_the_chain(case: Case):
    model, at = case.model(), case.it.at
    ledger, staking = model.ledger, model.staking
    unstreamed, seconds = case.read("staked", "unstreamed")
    for simulated, wei in (
        (ledger.supply, case.read("token", "totalSupply")),
        (ledger.treasury, case.read("token", "balanceOf", at["treasury"])),
        (ledger.vesting, case.read("token", "balanceOf", at["vesting"])),
        (ledger.vault, case.read("staked", "totalAssets")),
        (ledger.pools["stream"], unstreamed),
        (ledger.pools["registry"], 11 * TOKEN),
        (staking.total, case.read("staked", "totalSupply") / 1_000),
        (staking.price, case.read("staked", "convertToAssets", SHARE)),
        (model.emissions.released, case.read("emissions", "released")),
        (model.vesting.releasable(0).sum(axis=1), sum(
            case.read("vesting", "releasable", grant) for grant in range(2)
        )),
        (model.governor.spending.spent, case.read("guard", "spendLimit", 1, at["token"])[0]
            - case.read("guard", "available", 1, at["token"])),
    ):  # fmt: skip
        assert simulated[0] == pytest.approx(wei / TOKEN, rel=1e-12)
    assert unstreamed > 0
    assert model.stream.unstreamed()[1] == [seconds]
    assert ledger.imbalance() == pytest.approx(0, abs=1e-6)
    assert model.state["stakers"] == 8
    seed = case.read("staked", "balanceOf", at["treasury"]) / SHARE
    assert staking.votes.sum() + seed == pytest.approx(staking.votable[0], rel=1e-12)
    assert model.state["emitted"] > 100_000
    assert model.exit.last_sign == case.read("exit", "lastSign") - case.state.time < 0
    assert model.vesting.released.sum() > 0
    assert model.governor.spending.spent == 5_000


def test_open_proposals_stand_as_they_do(case: Case):
    governor, now = case.model().governor, case.state.time
    slots = governor.slots
    assert slots.state[0].tolist()[:5] == [
        State.QUEUED, State.ACTIVE, State.ACTIVE, State.PENDING, State.EMPTY,
    ]  # fmt: skip
    texts = case.it.dao.proposals()
    assert governor.count == len(texts) == 6
    for slot, number in enumerate(slots.number[0, :4].tolist()):
        status = case.it.dao.proposal(texts[number].id)
        tally = status.against_votes, status.for_votes, status.abstain_votes
        assert governor.tally[:, 0, slot].tolist() == [votes / SHARE for votes in tally]
        times = slots.snapshot[0, slot], slots.deadline[0, slot]
        assert times == (status.snapshot - now, status.deadline - now)
        assert slots.quorum[0, slot] == (status.quorum or 0) / SHARE
        assert slots.votable[0, slot] == (status.votable or 0) / SHARE
        assert case.addresses[slots.proposer[0, slot]] == status.proposer
    assert slots.amount[0, :4].tolist() == [7_000, 9_000, 0, 1_000]
    assert [case.addresses[who] for who in slots.target[0, [0, 1, 3]]] == [CID, GUS, FAY]
    active = texts[3].id
    power = [case.read("staked", "getPastVotes", who, int(slots.snapshot[0, 1]) + now) / SHARE
             for who in case.addresses]  # fmt: skip
    assert governor.power[1, 0, : len(power)].tolist() == power
    assert sum(power) == 2_300_000
    voted = [who for who in case.addresses if case.read("governor", "hasVoted", active, who)]
    assert [case.addresses[n] for n in np.flatnonzero(governor.voted[1, 0])] == voted
    assert set(voted) == {ANN, EVE}
    assert slots.voters[0, 1] == 2
    assert slots.reached[0, 1] == 1


def test_what_was_refused_rests_as_on_chain(case: Case):
    governor = case.model().governor
    cid = np.array([case.addresses.index(CID)])
    assert not governor.may_propose(RUN, cid, 0)
    assert not governor.may_propose(RUN, cid, 1)
    assert governor.may_propose(RUN, cid, 2)
    last = case.read("governor", "lastProposalOf", CID)
    rests = case.read("governor", "proposalDeadline", last)
    rests += case.read("governor", "proposalCooldown") - case.state.time
    assert DAY < rests < 2 * DAY


# The days after


def test_thirty_days_go_as_the_contracts_go(case: Case):
    """Nobody acts but the keeper and those who press release; the chain does the same."""
    model, chain, dao = case.model(), case.it.chain, case.it.dao
    model.cohorts = {name: model.cohorts[name] for name in ("keeper", "insiders")}
    mark = chain.snapshot()
    try:
        for day in range(1, 31):
            model.step()
            chain.set_time(case.state.time + day * DAY)
            _compare_votes(case, model, day)
            _press(case, day)
        _compare(case, model)
    finally:
        chain.revert(mark)
    assert dao.proposal(dao.proposals()[3].id).state == "Active"


def _press(case: Case, day: int) -> None:
    """Press on chain the buttons that the keeper and those whose grants vest press."""
    dao = case.it.dao
    dao.release_emissions(GUS)
    for grant in (1,) if day == 30 else ():
        dao.release_vesting(GUS, grant)
    for text in case.texts[2:4]:
        state = STATES[case.read("governor", "state", text.id)]
        if state == "Succeeded":
            dao.queue(GUS, text.id)
        elif state == "Queued" and dao.proposal(text.id).eta <= dao.chain.timestamp():
            dao.execute(GUS, text.id)


def _compare_votes(case: Case, model: DaoModel, day: int) -> None:
    """Compare what a proposal of today would count, which rests on a week before."""
    count, before = len(case.addresses), np.array([day * DAY - 1.0])
    moment = case.state.time + day * DAY - 1
    votes = case.ask("staked", "getPastVotes", SHARE, moment)
    mine = model.staking.past_votes(RUN, before, slice(None))[0, :count]
    np.testing.assert_allclose(mine, votes, rtol=1e-9)
    votable = case.read("staked", "getPastTotalSupply", moment) / SHARE
    assert model.staking.past_votable(RUN, before)[0] == pytest.approx(votable, rel=1e-9)
    assert (votes[case.addresses.index(FAY)] > 0) == (day >= 7), "a week after it was staked"


def _compare(case: Case, model: DaoModel) -> None:
    at, count = case.it.at, len(case.addresses)
    ledger = model.ledger
    assert (model.governor.executed, model.governor.defeated) == (2, 2)
    states = [case.it.dao.proposal(text.id).state for text in case.it.dao.proposals()]
    assert states == ["Executed", "Defeated", "Executed", "Executed", "Defeated", "Defeated"]
    for simulated, wei in (
        (ledger.supply, case.read("token", "totalSupply")),
        (ledger.treasury, case.read("token", "balanceOf", at["treasury"])),
        (ledger.vesting, case.read("token", "balanceOf", at["vesting"])),
        (ledger.vault, case.read("staked", "totalAssets")),
        (ledger.pools["stream"], case.read("staked", "unstreamed")[0]),
    ):
        assert simulated[0] == pytest.approx(wei / TOKEN, rel=1e-9)
    held = case.ask("token", "balanceOf", TOKEN)
    np.testing.assert_allclose(ledger.liquid[0, :count], held, rtol=1e-9)


def test_a_month_with_everybody_conserves_the_tokens(embedded: Case):
    scenario = embedded.pulled.scenario(30, seed=4)
    scenario = scenario.with_value("world.attention.holders_look_every", "2d")
    model = DaoModel([scenario] * 5, range(5))
    for _ in range(30):
        model.step()
        np.testing.assert_allclose(model.ledger.imbalance(), 0, atol=1e-6)
    assert (model.staking.votes >= 0).all()
    assert model.staking.shares.min() >= 0
    assert len({tuple(row) for row in model.ledger.liquid.tolist()}) == 5, "runs differ"
    alone = DaoModel([scenario], [3])
    for _ in range(30):
        alone.step()
    assert np.array_equal(alone.ledger.liquid[0], model.ledger.liquid[3]), "in any batch"


def test_who_stakes_asks_for_no_more_than_staking_yields(embedded: Case):
    """And so nobody leaves at once; what others ask for is the world's, as in a launch."""
    scenario = embedded.pulled.scenario(5)
    for value, spread in ((0.5, 0.6), (0.2, 0)):
        asking = scenario.with_value("world.staking.required_yield", value)
        asking = asking.with_value("world.staking.required_yield_spread", spread)
        asking = asking.with_value("emissions.per_day", 500).with_value("world.staking.civic", 0)
        model = DaoModel([asking] * 40, range(40))
        holders = model.places["holders"].slice
        stakes = model.staking.shares[:, holders] > 0
        asked = model.cohorts["holders"].asked  # type: ignore[attr-defined]
        first = _first_yield(model)
        assert (asked[stakes] * 0.75 <= first * (1 + 1e-6)).all()
        assert (asked[~stakes] * 0.75 > first).mean() > 0.8
        assert (asked[stakes] > 0).all()
        assert spread == 0 or np.unique(asked[stakes]).size > 100


def _first_yield(model: DaoModel) -> float:
    """What day 1 brings stakers, of their stakes, in a year of such days; by its books."""
    before = model.ledger.vault.copy()
    model.emissions.released = model.emissions.due(model.emissions.age, model.market.usage)
    model.cohorts = {"keeper": model.cohorts["keeper"]}
    model.step()
    return float(((model.ledger.vault - before) / before * 365).max())


@pytest.mark.parametrize("maturity", ["1d", "12d"])
def test_another_maturity_can_be_rehearsed(embedded: Case, maturity: str):
    """Of votes before the past that was pulled, they are taken to have been as on its first day."""
    scenario = embedded.pulled.scenario(20).with_value("staking.maturity", maturity)
    model = DaoModel([scenario], [0])
    cid, fay = (embedded.addresses.index(who) for who in (CID, FAY))
    days = int(maturity[:-1])
    for day in range(1, 20):
        model.step()
        before = np.array([day * DAY - 1.0])
        assert model.staking.past_votes(RUN, before, RUN + cid) == 400_000
        votes = model.staking.past_votes(RUN, before, RUN + fay)
        assert (votes > 0) == (day >= days)


def test_weekends_are_those_of_the_calendar(embedded: Case):
    scenario = embedded.pulled.scenario(15).with_value("world.attention.weekend", 1e-9)
    for name in ("holders", "delegates"):
        scenario = scenario.with_value(f"world.attention.{name}_look_every", "1d")
    model = DaoModel([scenario], [0])
    begins = datetime.fromtimestamp(embedded.state.time, UTC)
    weekdays = [(begins + timedelta(day)).weekday() for day in range(1, 15)]
    for name in ("holders", "delegates", "leavers"):
        attention = model.cohorts[name]._attention  # type: ignore[attr-defined]
        looks = [attention.looking(day)[0].size > 0 for day in range(1, 15)]
        assert looks == [weekday < 5 for weekday in weekdays]


def test_runs_that_start_apart_are_not_stepped_together(embedded: Case):
    here = embedded.pulled.scenario(5)
    other = Start.from_record(here.start.record(), "copy")  # type: ignore[union-attr]
    again = Scenario(here.constitution, here.world, 5, 1, other)
    assert len(step_together([(here, 0), (again, 1)]).points) == 2
    moved = Start({**other.books, "age": 0}, other.members, other.proposals)
    apart = Scenario(here.constitution, here.world, 5, 1, moved)
    with pytest.raises(InputError, match="start from different DAOs"):
        step_together([(here, 0), (apart, 1)])


# The node


@pytest.mark.anvil
def test_a_node_that_limits_events_is_asked_in_pages_and_at_one_block(on_anvil: Case):
    it = on_anvil.it
    stingy = RpcChain(it.chain.name.replace("…", ""))  # type: ignore[attr-defined]
    asked, request = [], stingy.request

    def limited(method: str, *params: Any) -> Any:
        if method == "eth_getLogs":
            asked.append(int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1)
            if asked[-1] > 50:
                raise NodeError("at most 50 blocks", -32_005)
        return request(method, *params)

    stingy.request = limited  # type: ignore[method-assign]
    assert replace(read_dao(stingy, it.dao.manifest), block=0) == replace(on_anvil.state, block=0)
    assert max(asked) > 50
    assert sum(size <= 50 for size in asked) > 3
    pinned = Pinned(it.chain, it.dao.manifest)
    mark = it.chain.snapshot()
    it.dao.transfer(DEPLOYER, GUS, TOKEN)
    assert it.dao.token_balance(GUS) - pinned.read("token", "balanceOf", GUS) == TOKEN
    it.chain.revert(mark)
