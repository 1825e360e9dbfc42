"""From a chain to a simulation: what stands on chain is day 0, and goes on as the contracts would.

The DAO of ``living.py`` acts on the embedded chain and on anvil, is pulled from each, and compared
by asking its contracts one by one, not by what the pull had read.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from governance.chain import EmbeddedChain
from governance.chain.jsonrpc import NodeError
from governance.chain.rpc import RpcChain
from governance.deploy import deploy
from governance.errors import ChainError, InputError
from governance.reading import DaoState, read_dao
from governance.reading.pinned import Pinned
from governance.status import STATES, ProposalText
from governance.units import DAY, SHARE, TOKEN
from moot import main
from simulations.ensemble import step_together
from simulations.macro.rehearsal import rehearse_macro
from simulations.mechanisms.proposals import SLOTS, State
from simulations.model import DaoModel
from simulations.pull import DUST, NOBODY, Pulled, as_scenario
from simulations.scenario import Scenario, load_scenario
from simulations.start import Start
from simulations.start_tables import HOLDERS, PROPOSALS
from simulations.twin import replay_run
from simulations.world import load_world
from tests.chains import anvil
from tests.simulations import living
from tests.simulations.living import (
    ANN,
    BOB,
    CID,
    DEE,
    DEPLOYER,
    EVE,
    FAY,
    FUND,
    GUS,
    Living,
    lived,
)

RUN = np.array([0])
CLOSE = {"rtol": 1e-12, "atol": 1e-9}
ZERO = "0x" + "00" * 20


@dataclass
class Case:
    """A DAO on a chain, what was read of it, and the scenario made of that."""

    it: Living
    state: DaoState
    pulled: Pulled

    def read(self, key: str, function: str, *args: Any) -> Any:
        return self.it.dao.read(key, function, *args)

    @property
    def addresses(self) -> list[str]:
        found: list[str] = self.pulled.start.members.column("address").to_pylist()
        return found

    @cached_property
    def texts(self) -> list[ProposalText]:
        return self.it.dao.proposals()

    def model(self, days: int = 30) -> DaoModel:
        return DaoModel([self.pulled.scenario(days)], [0])

    def ask(self, key: str, function: str, unit: int, *more: Any) -> np.ndarray:
        """What a getter says of every member."""
        return np.array([self.read(key, function, who, *more) / unit for who in self.addresses])


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("on_anvil", marks=pytest.mark.anvil)]
)
def case(request: pytest.FixtureRequest) -> Case:
    """The same life on both chains; a test that changes the chain takes its changes back."""
    found: Case = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def embedded() -> Case:
    return _pull(lived(EmbeddedChain()))


@pytest.fixture(scope="module")
def on_anvil() -> Iterator[Case]:
    with anvil() as url:
        yield _pull(lived(RpcChain(url)))


def _pull(it: Living) -> Case:
    state = read_dao(it.chain, it.dao.manifest)
    return Case(it, state, as_scenario(state, load_world("typical")))


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


def test_runs_that_start_apart_are_not_stepped_together(embedded: Case):
    here = embedded.pulled.scenario(5)
    other = Start.from_record(here.start.record(), "copy")  # type: ignore[union-attr]
    again = Scenario(here.constitution, here.world, 5, 1, other)
    assert len(step_together([(here, 0), (again, 1)]).points) == 2
    moved = Start({**other.books, "age": 0}, other.members, other.proposals)
    apart = Scenario(here.constitution, here.world, 5, 1, moved)
    with pytest.raises(InputError, match="start from different DAOs"):
        step_together([(here, 0), (apart, 1)])


# The rules


def test_rules_are_those_of_now(embedded: Case):
    """Every rule that a vote can change was changed, and is read back."""
    it = embedded.it
    mark = it.chain.snapshot()
    expected = embedded.pulled.constitution
    assert expected.staking.reward_period == 10 * DAY, "changed in its life"
    try:
        values = living.amend(it)
        state = read_dao(it.chain, it.dao.manifest)
        assert state.constitution == living.amended(expected, values)
        (member,) = state.unsaid
        assert member.startswith(f"guardian.member() is {GUS!r}")
        it.decide("token", "grantRole", bytes(32), GUS)
        (_, said) = read_dao(it.chain, it.dao.manifest).unsaid
        assert "admin role of token" in said
        assert GUS in said
    finally:
        it.chain.revert(mark)


# What is left out, and what is refused


def test_what_is_not_carried_is_named(case: Case):
    said = "\n".join(case.pulled.start.not_carried)
    for part in ("11 tokens in the registry", "50,000 shares are locked", "have no delegate",
                 "what it does is not done", "quality is drawn"):  # fmt: skip
        assert part in said
    assert "dispute" not in said, "there is none"


def test_votes_over_a_delegate_and_bundles_are_named(embedded: Case):
    it = embedded.it
    mark = it.chain.snapshot()
    try:
        it.act(BOB, "governor", "castOverrideVote", embedded.texts[3].id, 0, "not so")
        pay = it.call("token", "transfer", GUS, 77 * TOKEN)
        it.days(2)
        it.dao.propose(CID, [pay, it.call("log", "setTimeToAnswer", 4 * DAY)], "two things")
        it.days(0.1)
        state = read_dao(it.chain, it.dao.manifest)
    finally:
        it.chain.revert(mark)
    assert [each.overridden for each in state.proposals].count(True) == 1
    made = as_scenario(state, load_world("typical")).start
    said = "\n".join(made.not_carried)
    assert "delegators voted over delegates" in said
    assert "of its kinds, funding and parameter, it is held to one" in said


def test_a_run_holds_as_many_proposals_as_it_has_slots(embedded: Case):
    one = embedded.state.proposals[1]
    many = tuple(
        replace(one, number=n, status=replace(one.status, deadline=one.status.deadline + n))
        for n in range(SLOTS + 2)
    )
    made = as_scenario(replace(embedded.state, proposals=many, rests=()), load_world("typical"))
    assert made.start.proposals.column("number").to_pylist() == [*range(2, SLOTS + 2)]
    assert sum("8 open at once" in line for line in made.start.not_carried) == 2
    DaoModel([made.scenario(5)], [0]).step()


def test_a_revoked_grant_pays_what_had_vested(embedded: Case):
    it = embedded.it
    mark = it.chain.snapshot()
    try:
        it.days(500)
        it.decide("vesting", "revoke", 0)
        it.days(10)
        now = _pull(it)
        releasable = [now.read("vesting", "releasable", grant) / TOKEN for grant in (0, 1)]
        model = now.model()
    finally:
        it.chain.revert(mark)
    assert releasable[0] > 10**6
    assert model.vesting.releasable(0)[0].tolist() == pytest.approx(releasable, rel=1e-12)
    assert model.vesting.releasable(9)[0, 0] == pytest.approx(releasable[0], rel=1e-12)


def test_what_use_has_burned_is_still_to_be_emitted(embedded: Case):
    start = embedded.pulled.start
    books = {**start.books, "usage": start.books["released"] * 3}
    used = Start(books, start.members, start.proposals)
    rules = embedded.pulled.constitution.with_value("emissions.curve", "usage")
    model = DaoModel([Scenario(rules, embedded.pulled.world, 5, 1, used)], [0])
    before = model.emissions.released.copy()
    model.step()
    assert model.emissions.released == pytest.approx(1.5 * before, rel=1e-12)


def test_dust_is_pooled_and_said(embedded: Case):
    it = embedded.it
    mark = it.chain.snapshot()
    try:
        for number in range(20):
            it.dao.transfer(DEPLOYER, f"0x{0xD057 + number:040x}", TOKEN + number)
        state = read_dao(it.chain, it.dao.manifest)
        apart = as_scenario(state, load_world("typical")).start
        start = as_scenario(state, load_world("typical"), dust=2 * TOKEN).start
    finally:
        it.chain.revert(mark)
    assert len(apart) == len(start) + 19
    assert start.members.column("address")[start.count("holders") - 1].as_py() == DUST
    assert start.members.column("tokens")[start.count("holders") - 1].as_py() == 20 * TOKEN + 190
    assert "20 addresses with 20… tokens" in "\n".join(start.not_carried)


def test_a_dao_of_one_has_somebody_in_every_cohort():
    it = Living(EmbeddedChain())
    pulled = _pull(it).pulled
    rows = pulled.start.members.to_pylist()
    assert [row["address"] for row in rows] == [living.TEAM, FUND, DEPLOYER]
    chain = EmbeddedChain()
    alone = deploy(chain, living.rules().with_value("vesting.team.cliff", 0), DEPLOYER)
    made = as_scenario(read_dao(chain, alone), load_world("typical"))
    assert made.start.members.column("address").to_pylist() == [NOBODY, DEPLOYER]
    step_together([(made.scenario(20), 0)])


def test_a_pool_is_no_member(embedded: Case):
    """Attackers buy in it what they have not got, and the pool is where its tokens are."""
    world = load_world("typical")
    with pytest.raises(InputError, match="has staked or votes"):
        as_scenario(embedded.state, world, pool=ANN)
    with pytest.raises(InputError, match="holds no tokens"):
        as_scenario(embedded.state, world, pool="0x" + "77" * 20)
    made = as_scenario(embedded.state, world, pool=DEPLOYER)
    scenario = made.scenario(30).with_value("world.population.attackers", 3)
    scenario = scenario.with_value("world.attack.budget", 100_000)
    scenario = scenario.with_value("world.attack.start", "2d")
    model = DaoModel([scenario], [0])
    wei = embedded.read("token", "balanceOf", DEPLOYER)
    assert model.ledger.pools["amm"] == pytest.approx(wei / TOKEN, rel=1e-12)
    assert DEPLOYER not in made.start.members.column("address").to_pylist()
    for _ in range(30):
        model.step()
    assert model.ledger.imbalance() == pytest.approx(0, abs=1e-6)
    attackers = model.places["attackers"].slice
    assert model.staking.shares[0, attackers].sum() > 10_000, "bought, and staked"


def test_a_fitted_world_starts_where_it_was_fitted(embedded: Case, tmp_path: Path):
    embedded.pulled.write(tmp_path / "pulled")
    files = [tmp_path / "pulled" / f"{name}.toml" for name in ("constitution", "world")]
    loaded = load_scenario(*files)
    fitted = tmp_path / "elsewhere" / "fitted.toml"
    fitted.parent.mkdir()
    fitted.write_text(loaded.world_toml(fitted.parent))
    assert load_scenario(files[0], fitted).hash() == loaded.hash()
    with pytest.raises(InputError, match="in no folder"):
        embedded.pulled.scenario().world_toml(tmp_path)


def test_other_models_refuse_it(embedded: Case):
    scenario = embedded.pulled.scenario(10)
    for run, what in ((rehearse_macro, "the macro model"), (replay_run, "the twin")):
        with pytest.raises(InputError, match=f"{what} starts with a launch"):
            run(scenario)  # type: ignore[operator]


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


def test_events_that_lack_somebody_are_noticed(embedded: Case, monkeypatch: pytest.MonkeyPatch):
    chain, manifest = embedded.it.chain, embedded.it.dao.manifest
    logs = chain.logs
    late = chain.block() - 2
    monkeypatch.setattr(chain, "logs", lambda at, *, since=0: logs(at, since=max(since, late)))
    with pytest.raises(ChainError, match=r"holds .* of .* tokens: the node did not give every"):
        read_dao(chain, manifest)


# Files and the command


def test_the_page_says_every_column():
    text = (Path(__file__).parents[2] / "docs" / "pulled-dao.md").read_text()
    said = {word for line in text.splitlines() if line.startswith("| `")
            for word in re.findall(r"`(\w+)`", line.split("|")[1])}  # fmt: skip
    assert said == {*HOLDERS.names, *PROPOSALS.names}


Moot = Callable[..., Any]


@pytest.fixture
def moot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Moot:
    """Run commands as the front door does, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    rules = living.rules().to_toml()
    Path("small.toml").write_text(rules, encoding="utf-8")

    def command(line: str, code: int = 0) -> Any:
        done = CliRunner().invoke(main, line.split())
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in line and not code else done.output

    return command


def test_from_deploy_to_a_rehearsal_on_the_command_line(moot: Moot):
    moot("deploy small.toml --team dev:7 --investors dev:8 --yes")
    for person, amount in (("dev:1", 900_000), ("dev:2", 300_000)):
        moot(f"transfer {person} {amount}")
        moot(f"stake {amount - 1} --from {person}")
    moot("delegate dev:1 --from dev:2")
    moot("advance 12d")
    moot("propose grant --to dev:3 --amount 250 --from dev:1 --purpose audits")
    told = moot("pull --out today --json")
    assert (told["holders"], told["delegates"], told["proposals"]) == (5, 1, 1)
    assert told["not_carried"]
    status = moot("status --json")
    scenario = load_scenario("today/constitution.toml", "today/world.toml", days=5)
    model = DaoModel([scenario], [0])
    dao = status.get("dao", status)
    assert model.ledger.supply[0] == int(dao["supply"]) / TOKEN
    assert model.ledger.vault[0] == int(dao["staked"]) / TOKEN
    again = moot("simulate today/constitution.toml --world today/world.toml --days 40 -n 3 --json")
    assert {row["name"] for row in again["metrics"]} > {"turnout", "treasury"}
    stored = json.loads(Path(again["folder"], "run.json").read_text())
    back = Scenario.from_record(stored["scenario"], "run.json")
    assert back.hash() == stored["scenario_hash"]
    assert "Not carried over" in moot("pull --out today"), "an older pull is replaced"


def test_bad_input_of_the_command(moot: Moot):
    assert "no DAO was deployed here" in moot("pull --out today", 2)
    moot("deploy small.toml --yes")
    manifest = Path(".moot/manifest.json")
    text = manifest.read_text()
    for old, new, said in (
        ('"chain_id": 31337', '"chain_id": 5', "the manifest is of chain 5, this is chain 31337"),
        (
            json.loads(text)["addresses"]["governor"],
            "0x" + "12" * 20,
            "no contract at the governor",
        ),
    ):
        Path("other.json").write_text(text.replace(old, new))
        assert said in moot("pull --out today --dao other.json", 2)
    assert "dust = -1" in moot("pull --out today --dust -1", 2)
    assert "no preset 'nowhere'" in moot("pull --out today --world nowhere", 2)
    Path("mine").mkdir()
    assert "holds no results of moot" in moot("pull --out mine", 2)
    with anvil() as url:
        manifest.with_name("manifest-31337.json").write_text(text)
        assert "no contract at the governor" in moot(f"pull --out today --rpc {url}", 2)
    assert "does not answer" in moot("pull --out today --rpc http://127.0.0.1:9", 4)
    assert not Path("today").exists()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda f: (f / "holders.parquet").unlink(), "holders.parquet: no such file"),
        (lambda f: (f / "holders.parquet").write_bytes(b"PAR1"), "holders.parquet: damaged"),
        (lambda f: _rows(f, 3), "tokens of holders.parquet and start.json come to"),
        (lambda f: _column(f), "its columns are"),
        (lambda f: _cell(f, "cohort", 0, "whales"), "not holders and then delegates"),
        (lambda f: _cell(f, "delegate", 2, 99), "row 2: delegate = 99 is no row from 0 to 10"),
        (lambda f: _cell(f, "votes", 1, Decimal(-1)), "row 1: votes = -1 is below 0"),
        (lambda f: _cell(f, "past", 3, []), "row 3: past has 0 days, start.json 8"),
        (lambda f: _cell(f, "shares", 4, None), "row 4: shares is empty"),
        (lambda f: _cell(f, "state", 0, "Open"), "row 0: state = 'Open' is none of Pending"),
        (lambda f: _cell(f, "kind", 1, "gift"), "row 1: kind = 'gift' is none of deployment"),
        (lambda f: _cell(f, "target", 1, 77), "row 1: target = 77 is no row"),
        (lambda f: _cell(f, "power", 1, []), "row 1: power has 0 entries, of 10 members"),
        (lambda f: _edit(f, "start.json", '"schema": 1', '"schema": 7'), "this version reads 1"),
        (lambda f: _edit(f, "start.json", '"age"', '"aeg"'), "start.json lacks age"),
        (lambda f: _edit(f, "start.json", '"age": ', '"age": 0.5'), "age is no whole number"),
        (lambda f: _edit(f, "world.toml", "holders = ", "holders = 1"), "runs start from has"),
        (lambda f: _edit(f, "world.toml", "depth = 0", "depth = 0.1"), "give out no tokens"),
        (lambda f: _edit(f, "world.toml", "folder =", "fodler ="), "did you mean 'folder'"),
    ],
)
def test_a_damaged_pull_is_refused(
    embedded: Case, tmp_path: Path, harm: Callable[[Path], None], said: str
):
    folder = tmp_path / "pulled"
    embedded.pulled.write(folder)
    assert load_scenario(folder / "constitution.toml", folder / "world.toml").hash() == (
        embedded.pulled.scenario().hash()
    )
    harm(folder)
    with pytest.raises(InputError, match=said):
        load_scenario(folder / "constitution.toml", folder / "world.toml")


def _edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def _rows(folder: Path, count: int) -> None:
    path = folder / "holders.parquet"
    pq.write_table(pq.read_table(path).slice(count), path)


def _column(folder: Path) -> None:
    path = folder / "holders.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["votes"]), path)


def _cell(folder: Path, column: str, row: int, value: Any) -> None:
    path = folder / f"{'holders' if column in HOLDERS.names else 'proposals'}.parquet"
    whole = pq.read_table(path)
    values = whole.column(column).to_pylist()
    values[row] = value
    place = whole.schema.get_field_index(column)
    field = whole.schema.field(column)
    pq.write_table(whole.set_column(place, field, pa.array(values, field.type)), path)
