"""The log of actions: enough to replay a run, and no way to replay what cannot have been."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from governance.errors import CheckRefused, InputError
from moot import main
from simulations.actions import SCHEMA, Actions, Recorder, about
from simulations.agents.cohort import Cohort
from simulations.mechanisms.staking import Staking
from simulations.rehearsal import rehearse
from simulations.twin import log as logs
from simulations.twin import read_log, replay_log, replay_run, verbs
from simulations.twin.rerun import Rerun
from tests.simulations.conftest import busy

OLD = Path(__file__).parent / "data" / "schema-1"
DAYS = 60
FEW = {
    "world.population.holders": 25,
    "world.population.users": 4,
    "world.population.traders": 2,
    "world.population.curators": 2,
    "world.pool.depth": 0.05,
    "world.audits.vigilance": 0.9,
    "world.models.flaw": 0.7,
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results with a recorded run, of everything there is."""
    scenario = busy(DAYS)
    for path, value in FEW.items():
        scenario = scenario.with_value(path, value)
    folder = tmp_path_factory.mktemp("results")
    rehearse(scenario, 2, record=1).write(folder / "rehearsal")
    return folder


@pytest.fixture
def rows(results):
    """Its rows, to change."""
    return pd.read_parquet(results / "rehearsal" / "actions.parquet")


@pytest.fixture
def changed(results, tmp_path):
    """Write rows as a log of the recorded run's scenario, and return its path."""
    log = read_log(results)

    def write(frame, schema=SCHEMA, **told):
        keys = about(log.scenario, log.run, len(frame)) | told
        table = pa.Table.from_pandas(frame, schema, preserve_index=False)
        path = tmp_path / "actions.parquet"
        pq.write_table(table.replace_schema_metadata(keys), path)
        return path

    return write


def of_verb(frame, mechanism, verb, place=0):
    """Label of a row of a verb."""
    return frame.index[(frame.mechanism == mechanism) & (frame.verb == verb)][place]


def refuse(*_):
    raise AssertionError("nobody decides in a replay")


def test_a_log_replays_as_the_run_did(results, rows, monkeypatch):
    log = read_log(results)
    run = replay_run(log.scenario, log.run)
    for kind in (Cohort, *Cohort.__subclasses__()):
        monkeypatch.setattr(kind, "decide", refuse)
    again = replay_log(log)
    pd.testing.assert_frame_equal(again.table(), run.table(), check_exact=True)
    assert again.transactions == run.transactions > len(log) == len(rows)
    assert run.within
    assert len(run.variables) > 85
    assert {"court", "gate", "market", "curation", "governor", "amm"} < set(rows.mechanism)


def test_a_log_holds_its_scenario(results, rows):
    log, record = read_log(results), json.loads((results / "rehearsal/run.json").read_text())
    assert log.scenario.record() == record["scenario"]
    assert log.run == record["recorded_run"] == 1
    assert (rows[rows.verb == "attest"].seconds == 60 * 86_400).all()
    votes = rows[rows.verb.isin(["commit", "reveal"])]
    assert votes.salt.nunique() > 10
    panels = votes.groupby(["member", "target", "salt"]).verb.agg(set)
    assert (panels.map(len) == 2).any(), "who reveals shows the salt it committed to"
    assert rows.seconds.notna().sum() + rows.salt.notna().sum() == (
        len(votes) + (rows.verb == "attest").sum()
    )


def test_the_old_layout_is_read():
    log = read_log(OLD)
    table = pq.read_table(OLD / "actions.parquet")
    assert table.schema.metadata[b"moot.actions"] == b"1"
    assert len(log) == len(table) == 510
    assert log.run == 1
    assert all(len(batch) == 1 for day in range(41) for batch in log.batches(day))
    drift = replay_log(log)
    assert drift.within, drift.table()
    assert not drift.refusals
    assert drift.variables["court.ballotOf"].compared > 100
    assert drift.variables["gate.attestation peak"].compared > 100
    assert drift.transactions == replay_run(log.scenario, log.run).transactions


def test_what_is_replayed_is_what_the_log_says(rows, changed):
    rows = rows[rows.day <= 30]
    before = Rerun(read_log(changed(rows)))
    for _ in range(DAYS):
        before.step()
    rich = int(before.ledger.liquid[0, :25].argmax())
    assert before.ledger.liquid[0, rich] > 321
    added = {"day": DAYS, "batch": rows.batch.max() + 1, "mechanism": "staking"}
    added |= {"verb": "deposit", "member": rich, "amount": 321.0}
    log = read_log(changed(pd.concat([rows, pd.DataFrame([added])], ignore_index=True)))
    after = Rerun(log)
    for _ in range(DAYS):
        after.step()
    assert after.ledger.liquid[0, rich] == before.ledger.liquid[0, rich] - 321
    assert after.staking.stakers >= before.staking.stakers
    drift = replay_log(log)
    assert drift.within, drift.table()
    assert not drift.refusals


@pytest.mark.parametrize(
    ("where", "change", "told"),
    [
        (("staking", "deposit"), {"mechanism": "stacking"}, "no mechanism 'stacking'; did you"),
        (("staking", "deposit"), {"verb": "deposits"}, "no such verb; did you mean 'staking.dep"),
        (("staking", "deposit"), {"verb": "compare"}, "no such verb"),
        (("staking", "deposit"), {"member": 500}, r"no such member: the scenario's are 0 to \d+"),
        (("staking", "deposit"), {"member": -1}, "no such member"),
        (("gate", "accredit"), {"member": 3}, "takes a vote: member must be -1"),
        (("gate", "accredit"), {"target": 500}, "target = 500: there is no such member"),
        (("staking", "deposit"), {"amount": -1.0}, r"amount = -1\.0: take 0 or more"),
        (("staking", "deposit"), {"amount": np.inf}, "amount = inf: take 0 or more"),
        (("staking", "deposit"), {"amount": None}, "amount is empty: it takes the amount"),
        (("staking", "deposit"), {"target": 3}, "target must be empty"),
        (("court", "commit"), {"salt": None}, "salt is empty"),
        (("court", "reveal"), {"salt": 7}, "salt = 7: the member committed .* another salt"),
        (("market", "pay_uses"), {"amount": 2.5}, r"amount = 2\.5: take a whole number of uses"),
        (("court", "set_stake"), {"target": 2}, "target = 2: there is no such lane"),
        (("gate", "attest"), {"choice": 3}, "choice = 3: there is no such criterion"),
        (("gate", "attest"), {"seconds": None}, "seconds is empty"),
        (("staking", "deposit"), {"day": 61}, "the scenario has days 0 to 60"),
        (("governor", "vote"), {"day": 0}, "days must not go back: the row before is of day"),
        (("governor", "vote"), {"batch": 0}, "batch 0 is less than in the row before"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_named(rows, changed, where, change, told):
    row = of_verb(rows, *where, place=2)
    for column, value in change.items():
        rows.loc[row, column] = value
    with pytest.raises(InputError, match=told) as caught:
        read_log(changed(rows))
    assert f": row {row} (day {rows.day[row]}, " in str(caught.value)
    assert f"by member {rows.member[row]})" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_batch_is_of_one_verb(rows, changed):
    row = of_verb(rows, "governor", "vote", 1)
    rows["batch"] = np.arange(len(rows))
    rows.loc[row, "batch"] = row - 1
    rows.loc[row - 1, ["mechanism", "verb", "target", "choice"]] = [
        "emissions",
        "release",
        None,
        None,
    ]
    with pytest.raises(InputError, match=f"row {row} .*a batch is of one verb on one day"):
        read_log(changed(rows))


def test_nobody_does_the_same_twice_in_a_batch(rows, changed):
    row = of_verb(rows, "staking", "deposit", place=1)
    twice = pd.concat([rows[: row + 1], rows[row:]], ignore_index=True)
    with pytest.raises(InputError, match=rf"row {row + 1} .*: is in its batch already"):
        read_log(changed(twice))


def test_a_column_that_is_missing_or_of_another_type(rows, changed):
    types = {name: SCHEMA.field(name) for name in SCHEMA.names}
    for column in ("verb", "target"):
        rest = pa.schema([field for name, field in types.items() if name != column])
        with pytest.raises(InputError, match=f"no column {column}"):
            read_log(changed(rows.drop(columns=column), rest))
    for column, kind in (("verb", pa.int64()), ("amount", pa.string())):
        other = pa.schema([field.with_type(kind) if name == column else field
                           for name, field in types.items()])  # fmt: skip
        frame = rows.assign(**{column: [1] * len(rows) if column == "verb" else "1.5"})
        with pytest.raises(InputError, match=f"column {column} holds {kind}: it takes"):
            read_log(changed(frame, other))
    real = pa.schema([pa.field(name, pa.float64()) if name == "target" else field
                      for name, field in types.items()])  # fmt: skip
    assert len(read_log(changed(rows, real))) == len(rows), "pandas makes floats of gaps"
    row = of_verb(rows, "governor", "vote")
    rows.loc[row, "target"] = 1.5
    with pytest.raises(InputError, match=rf"row {row}: target = 1\.5: take a int64"):
        read_log(changed(rows, real))
    rows.loc[row, "target"], rows.loc[row, "verb"] = 1, None
    with pytest.raises(InputError, match=f"row {row}: verb is empty"):
        read_log(changed(rows))


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ({"moot.rows": "1000000"}, r"is cut off after row \d+ \(day 60\): \d+ of 1000000 rows"),
        ({"moot.rows": "5"}, r"has \d+ rows, more than the 5 of moot\.rows"),
        ({"moot.constitution_hash": "0"}, r"moot\.constitution_hash = 0, and that of moot\.scen"),
        ({"moot.days": "5"}, r"moot\.days = 5, and that of moot\.scenario is 60"),
        ({"moot.actions": "3"}, r"moot\.actions = 3: this version reads 1 and 2"),
        ({"moot.scenario": "{}"}, r"moot\.scenario_hash = \w+, and that of moot\.scenario is"),
        ({"moot.scenario": "{"}, r"moot\.scenario is damaged"),
        ({"moot.run": "one"}, r"moot\.run = one: take a whole number"),
    ],
)
def test_metadata_that_do_not_fit(rows, changed, told, part):
    with pytest.raises(InputError, match=part):
        read_log(changed(rows, **told))


def test_a_file_that_is_no_log(results, rows, tmp_path):
    whole = (results / "rehearsal/actions.parquet").read_bytes()
    path = tmp_path / "actions.parquet"
    for part in (whole[: len(whole) // 2], b"", whole[:300] + bytes(300) + whole[600:]):
        path.write_bytes(part)
        with pytest.raises(InputError, match="is damaged or cut off"):
            read_log(path)
    rows.to_parquet(path)
    with pytest.raises(InputError, match="is no log of actions"):
        read_log(path)
    path.write_bytes((OLD / "actions.parquet").read_bytes())
    with pytest.raises(InputError, match=r"keep run\.json, which was written with it, beside it"):
        read_log(tmp_path)
    path.unlink()
    with pytest.raises(InputError, match="moot simulate --record 0"):
        read_log(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        read_log(path)


def test_who_has_no_funds_is_named_by_both_courts(rows, changed):
    row = of_verb(rows, "staking", "deposit", 20)
    rows.loc[row, "amount"] = 1e9
    say = f"row {row} .day {rows.day[row]}, staking.deposit by member {rows.member[row]}.: "
    both = r"simulation refuses it .deposits what it has., and so do the contracts: .*Insufficient"
    with pytest.raises(InputError, match=say + "the " + both):
        replay_log(read_log(changed(rows)))


@pytest.mark.parametrize(
    ("verb", "change", "rule", "answer"),
    [
        ("governor.vote", {"target": 999}, "is about a proposal there is", "cannot be put"),
        ("governor.vote", {"choice": 7}, "votes against, for or abstains", "InvalidVote"),
        ("governor.vote", {"choice": 300}, "votes against, for or abstains", "cannot be put"),
        ("registry.propose", {"target": 999}, "", "refused"),
        ("gate.attest", {"amount": 300.0}, "gives a score of 0 to 100", "cannot be put"),
        ("gate.attest", {"seconds": 0}, "attests for a second to 365 days", "refused"),
        ("court.commit", {"target": 999}, "", "refused"),
        ("staking.deposit", {"amount": 1e300}, "deposits what it has", "cannot be put"),
        ("amm.buy", {"amount": 1e12}, "", "refused"),
        ("amm.sell", {"amount": 1e12}, "", "refused"),
    ],
)
def test_what_breaks_a_rule_is_named(rows, changed, verb, change, rule, answer):
    row = of_verb(rows, *verb.split("."), 1)
    for column, value in change.items():
        rows.loc[row, column] = value
    told = f"row {row} .*the simulation refuses it .{rule}.*so do the contracts: .*{answer}"
    with pytest.raises(InputError, match=told):
        replay_log(read_log(changed(rows[rows.day <= rows.day[row]])))


@pytest.mark.parametrize(
    ("verb", "change", "answer"),
    [
        ("market.pay_uses", {"target": 999}, "UnknownVersion"),
        ("curation.buy", {"target": 999}, "accepted"),
    ],
)
def test_what_is_not_there_is_named(rows, changed, verb, change, answer):
    row = of_verb(rows, *verb.split("."), 1)
    for column, value in change.items():
        rows.loc[row, column] = value
    told = f"row {row} .*names what is not there .index.*; the contracts: .*{answer}"
    if answer == "accepted":
        told = told.replace(f"row {row}", rf"row \d+ .*{verb}")
    with pytest.raises(InputError, match=told):
        replay_log(read_log(changed(rows[rows.day <= rows.day[row]])))


def test_what_only_the_simulation_cannot_do_is_no_drift(rows, changed):
    row = of_verb(rows, "gate", "attest")
    rows.loc[row, "target"] = 99
    with pytest.raises(InputError, match=rf"row {row} .*a version there is.*that no contract has"):
        replay_log(read_log(changed(rows)))


def test_a_row_out_of_the_order_of_its_day_is_named(rows, changed):
    row = of_verb(rows, "governor", "vote", 3)
    day = rows[rows.day == rows.day[row]]
    rest = rows.drop(index=row)
    first = day.index[0]
    early = pd.concat([rest.loc[: first - 1], rows.loc[[row]], rest.loc[first:]])
    early["batch"] = np.arange(len(early))
    with pytest.raises(InputError, match=rf"row {first + 1} .*blocks of a day go supply,"):
        replay_log(read_log(changed(early)))
    launch = rows.assign(batch=np.arange(len(rows)))
    launch.loc[of_verb(rows, "emissions", "release"), "day"] = 0
    with pytest.raises(InputError, match=r"on day 0 there is only gate\.accredit"):
        replay_log(read_log(changed(launch)))
    twice = rows.assign(batch=np.arange(len(rows)))
    twice.loc[1, "target"] = twice.target[0]
    with pytest.raises(InputError, match=r"row 1 .*accredits who is not accredited"):
        replay_log(read_log(changed(twice)))


def test_courts_that_disagree_about_a_row(rows, changed, monkeypatch):
    path = changed(rows)
    deposit = Staking.deposit

    def strict(self, actions):
        actions.require(actions.amount < 1.0, "deposits less than a token", "ZeroAmount")
        deposit(self, actions)

    monkeypatch.setattr(Staking, "deposit", strict)
    row = of_verb(rows, "staking", "deposit")
    with pytest.raises(CheckRefused, match=f"row {row} .*the contracts do not") as caught:
        replay_log(read_log(path))
    assert caught.value.exit_code == 3
    monkeypatch.undo()
    anything = "simulations.mechanisms.governor.first_of_its_kind"
    monkeypatch.setattr(anything, lambda run, *_: np.ones(run.shape, dtype=bool))
    monkeypatch.setattr("simulations.twin.log_checks._check_batches", lambda rows: None)
    twice = rows.loc[of_verb(rows, "governor", "vote")]
    at = rows.index.get_loc(twice.name) + 1
    rows = pd.concat([rows.iloc[:at], twice.to_frame().T.astype(rows.dtypes), rows.iloc[at:]])
    drift = replay_log(read_log(changed(rows[rows.day <= twice.day])))
    assert not drift.within
    assert f"row {at}, governor.vote by member {twice.member}: " in drift.refusals[0]


def call(*arguments):
    return CliRunner().invoke(main, ["twin", *map(str, arguments)])


def test_the_command_replays_a_log(rows, changed, results, tmp_path):
    path = changed(rows[rows.day <= 10])
    done = call("--log", path, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["folder"] == str(tmp_path / "twin")
    assert sorted(each.name for each in (tmp_path / "twin").iterdir()) == [
        "drift.parquet", "twin.json",
    ]  # fmt: skip
    other = call("lab", "--log", path)
    assert other.exit_code == 2
    assert "is of another constitution than lab: " in other.output
    beside = call("--log", path, "--days", 5)
    assert beside.exit_code == 2
    assert "leave --days out" in beside.output


def test_a_rehearsal_and_its_replay_take_the_same_options(tmp_path):
    few = ["lab", "--members", 12, "--days", 20, "--out", tmp_path / "results", "--json"]
    rehearsed = CliRunner().invoke(main, ["simulate", *map(str, few), "-n", "2"])
    assert rehearsed.exit_code == 0, rehearsed.output
    done = call(*few)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    run = json.loads((tmp_path / "results" / "rehearsal" / "run.json").read_text())
    assert told["scenario_hash"] == run["scenario_hash"]
    assert told["scenario"]["world"]["population"]["holders"] == 12
    assert 0.0 < told["simulation_seconds"] < told["seconds"]


def test_nothing_is_written_of_a_log_that_is_refused(rows, changed, tmp_path):
    rows.loc[of_verb(rows, "staking", "deposit", 20), "amount"] = 1e9
    path = changed(rows)
    before = path.read_bytes()
    done = call("--log", path)
    assert done.exit_code == 2, done.output
    assert "so do the contracts" in done.output
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_the_constitution_may_be_given_if_it_is_the_logs(results, tmp_path):
    law = read_log(results).scenario.constitution
    (tmp_path / "law.toml").write_text(law.to_toml())
    log = read_log(results)
    log.require_constitution(law, "law.toml")
    other = law.with_value("governor.quorum", "0.37")
    with pytest.raises(InputError, match=r"governor\.quorum is .* in the log and .* in other"):
        log.require_constitution(other, "other")


def test_results_know_where_their_log_is(results):
    assert logs.results_of(results) == results
    assert logs.results_of(results / "rehearsal") == results
    assert logs.results_of(results / "rehearsal" / "actions.parquet") == results


def test_a_day_takes_every_verb(results, monkeypatch):
    taken = set()

    def hear(self, block, day, verbs):
        taken.update(verbs)
        return iter(())

    monkeypatch.setattr(Rerun, "decide", hear)
    model = Rerun(read_log(results))
    with pytest.raises(InputError, match="has no place"):
        model.step()
    assert taken == set(verbs.VERBS)


def test_the_page_says_what_the_log_is():
    page = verbs.PAGE.read_text(encoding="utf-8")
    assert verbs.filled(page) == page, "run: python -m simulations.assumptions"
    for field in SCHEMA:
        assert f"`{field.name}`" in page
    assert len(verbs.VERBS) > 55


def test_a_period_of_a_year_fits():
    recorder = Recorder(0)
    one = np.array([0])
    days = np.array([366])
    recorder.add(1, Actions("market", "price_period", one, one, one * 1.0, one, days))
    table = recorder.table(read_log(OLD).scenario, 0)
    assert table["choice"].to_pylist() == [366]
    assert table["salt"].to_pylist() == [None]
    assert table.schema.equals(SCHEMA)
    empty = Recorder(0).table(read_log(OLD).scenario, 0)
    assert empty.num_rows == 0
    assert empty.schema.equals(SCHEMA)
