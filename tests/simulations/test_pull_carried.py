"""What a pull carries over besides the usual: all rules, odd cases, and what it names instead."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from governance.chain import EmbeddedChain
from governance.deploy import deploy
from governance.errors import ChainError, InputError
from governance.reading import read_dao
from governance.units import DAY, TOKEN
from simulations.checks import votes_that_end
from simulations.ensemble import step_together
from simulations.lockstep.rehearsal import rehearse_in_lockstep
from simulations.macro.rehearsal import rehearse_macro
from simulations.mechanisms.proposals import SLOTS
from simulations.model import DaoModel
from simulations.omissions import left_out
from simulations.pull import DUST, NOBODY, as_scenario
from simulations.rehearsal import rehearse
from simulations.scenario import Scenario, load_scenario
from simulations.start import Start
from simulations.studies.study import load_study
from simulations.twin import read_log, replay_log, replay_run
from simulations.world import load_world
from tests.simulations import living
from tests.simulations.living import ANN, BOB, CID, DEPLOYER, FUND, GUS, Living, lived
from tests.simulations.pulled import Case, pulled

RUN = np.array([0])
CLOSE = {"rtol": 1e-12, "atol": 1e-9}
ZERO = "0x" + "00" * 20


@pytest.fixture(scope="module")
def embedded() -> Case:
    return pulled(lived(EmbeddedChain()))


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


def test_what_is_not_carried_is_named(embedded: Case):
    said = "\n".join(embedded.pulled.start.not_carried)
    for part in ("11 tokens in the registry", "lock on 50,000 shares", "without a delegate",
                 "what it does is not done", "quality is drawn"):  # fmt: skip
        assert part in said
    assert "dispute" not in said, "there is none"


def test_one_of_a_kind_is_told_as_one(embedded: Case):
    state = embedded.state
    said = []
    for number in (1, 2):
        counts = dict.fromkeys(state.counts, number)
        said.append(list(left_out(replace(state, counts=counts), (), ()))[: len(counts)])
    assert said[0][0] == "1 model of the registry"
    assert "1 dispute before the court, and the stakes of its jurors" in said[0]
    assert said[1][0] == "2 models of the registry"
    assert said[0][-1] == "1 wei of the chain's own coin in the treasury"


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
        now = pulled(it)
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
    rows = pulled(it).pulled.start.members.to_pylist()
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
    refusing = {rehearse_macro: "the macro model", replay_run: "the twin"}
    refusing[rehearse_in_lockstep] = "--court evm"
    for run, what in refusing.items():
        with pytest.raises(InputError, match=f"{what} starts with a launch"):
            run(scenario)  # type: ignore[operator]


def test_a_vote_that_is_open_ends_before_any_that_can_be_proposed(embedded: Case):
    rows = embedded.pulled.start.proposals.to_pylist()
    first = min(row["deadline"] for row in rows if row["state"] in ("Pending", "Active"))
    rule, days = embedded.state.constitution.governor, first // DAY + 1
    assert first < days * DAY <= rule.voting_delay + rule.voting_period
    assert not list(votes_that_end(embedded.pulled.scenario(days)))
    (warning,) = votes_that_end(embedded.pulled.scenario(max(days - 1, 1)))
    assert "no vote comes to an end" in str(warning)


def test_its_log_is_refused_by_name(embedded: Case, tmp_path: Path):
    rehearse(embedded.pulled.scenario(3), 1, record=0).write(tmp_path / "rehearsal")
    with pytest.raises(InputError, match=r"actions\.parquet: the twin starts .* a run of a launch"):
        replay_log(read_log(tmp_path))


def test_a_study_of_members_takes_it_and_of_the_macro_model_does_not(
    embedded: Case, tmp_path: Path
):
    embedded.pulled.write(tmp_path / "pulled")
    file = tmp_path / "study.toml"
    told = (
        'name = "pulled"\nquestion = "?"\ndays = 3\nmetrics = ["treasury"]\n'
        'constitution = "pulled/constitution.toml"\nworld = "pulled/world.toml"\n'
    )
    lever = '[levers]\n"governor.voting_period" = ["7d", "9d"]\n'
    file.write_text(told + lever)
    assert load_study(file).base.start is not None
    file.write_text(f'{told}model = "macro"\n{lever}')
    with pytest.raises(InputError, match="the macro model starts with a launch"):
        load_study(file)


def test_events_that_lack_somebody_are_noticed(embedded: Case, monkeypatch: pytest.MonkeyPatch):
    chain, manifest = embedded.it.chain, embedded.it.dao.manifest
    logs = chain.logs
    late = chain.block() - 2
    monkeypatch.setattr(chain, "logs", lambda at, *, since=0: logs(at, since=max(since, late)))
    with pytest.raises(ChainError, match=r"holds .* of .* tokens: the node did not give every"):
        read_dao(chain, manifest)
