"""The command, and the files it writes: what is wrong with them is said by file and row."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from governance.chain import EmbeddedChain
from governance.errors import InputError
from governance.units import TOKEN
from moot import main
from simulations.model import DaoModel
from simulations.scenario import Scenario, load_scenario
from simulations.start_tables import HOLDERS, PROPOSALS
from tests.chains import anvil
from tests.simulations import living
from tests.simulations.living import lived
from tests.simulations.pulled import Case, pulled


@pytest.fixture(scope="module")
def embedded() -> Case:
    return pulled(lived(EmbeddedChain()))


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
    said = moot("pull --out today")
    assert "Not carried over" in said, "an older pull is replaced"
    assert ": 5 holders, 1 delegate, 1 proposal\n" in said


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
        (
            lambda f: (f / "start.json").unlink(),
            "start.json: no such file.*`moot pull`",
        ),
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
        (lambda f: _book(f, "past_votable", 7), "past_votable is no list of whole numbers"),
        (lambda f: _book(f, "nobodys", ["x"]), "nobodys is no list of whole numbers"),
        (lambda f: _book(f, "pools", []), "pools is no table of whole numbers"),
        (lambda f: _book(f, "grants", None), "grants is no list"),
        (lambda f: _book(f, "grants", [{"beneficiary": 0}]), "grant 0 lacks a whole number"),
        (lambda f: _book(f, "proposed", 10**40), "proposed is no whole number"),
        (lambda f: _edit(f, "start.json", '"books": {', '"books": 1, "old": {'), "no table"),
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


def _book(folder: Path, name: str, value: Any) -> None:
    told = json.loads((folder / "start.json").read_text())
    told["books"][name] = value
    (folder / "start.json").write_text(json.dumps(told))


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
