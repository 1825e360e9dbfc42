"""The embedded chain alone: its state file, its limits, its refusals."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lifecycle import ANN, BOB, DEPLOYER, live, new_dao, propose_grant, staked_dao

from governance.chain import EmbeddedChain, contract, embedded
from governance.chain.embedded import GENESIS, MOST_SNAPSHOTS
from governance.chain.journal import SCHEMA, locked
from governance.chain.protocol import Reverted
from governance.dao import Dao
from governance.errors import ChainError, InputError, MissingPart
from governance.units import DAY, TOKEN


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "chain.jsonl"


def pay(chain: EmbeddedChain, token: str, amount: int) -> None:
    chain.send(DEPLOYER, token, contract("MootToken").encode("transfer", ANN, amount))


def test_a_saved_chain_comes_back_whole(path: Path) -> None:
    chain = EmbeddedChain.open(path, block_time=12)
    life = live(chain)
    chain.fund(BOB, 7)
    chain.save()
    again = EmbeddedChain.open(path)
    assert again.timestamp() == chain.timestamp()
    assert again.block() == chain.block()
    assert again.logs() == chain.logs()
    assert again.balance(BOB) == 7
    assert Dao(again, life.dao.manifest).status() == life.dao.status()


def test_saving_appends_and_never_rewrites_what_stands(path: Path) -> None:
    chain = EmbeddedChain.open(path)
    dao = new_dao(chain)
    chain.save()
    first = path.read_bytes()
    pay(chain, dao.at["token"], 5)
    chain.save()
    second = path.read_bytes()
    assert second.startswith(first)
    assert second.count(b"\n") == first.count(b"\n") + 1
    chain.save()
    assert path.read_bytes() == second


@pytest.mark.parametrize("kept", [1, 10, -1])
def test_a_line_cut_short_by_a_crash_is_dropped(path: Path, kept: int) -> None:
    chain = EmbeddedChain.open(path)
    dao = new_dao(chain)
    chain.save()
    whole = path.read_bytes()
    pay(chain, dao.at["token"], 5)
    chain.save()
    last = path.read_bytes()[len(whole) :]
    path.write_bytes(whole + last[:kept])
    again = EmbeddedChain.open(path)
    recovered = Dao(again, dao.manifest)
    assert recovered.token_balance(ANN) == 0
    pay(again, dao.at["token"], 9)
    again.save()
    assert path.read_bytes().startswith(whole)
    assert Dao(EmbeddedChain.open(path), dao.manifest).token_balance(ANN) == 9


def test_reverting_behind_a_save_takes_the_lines_back(path: Path) -> None:
    chain = EmbeddedChain.open(path)
    dao = new_dao(chain)
    mark = chain.snapshot()
    pay(chain, dao.at["token"], 5)
    chain.save()
    chain.revert(mark)
    pay(chain, dao.at["token"], 1)
    pay(chain, dao.at["token"], 1)
    chain.save()
    assert Dao(EmbeddedChain.open(path), dao.manifest).token_balance(ANN) == 2


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda rows: ["\n", *rows[1:]], "no header"),
        (lambda rows: rows[1:], "schema None"),
        (lambda rows: ['{"schema":"other/9"}\n', *rows[1:]], "schema 'other/9'"),
        (lambda rows: [f'{{"schema":"{SCHEMA}"}}\n', *rows[1:]], "line 1: the header lacks"),
        (lambda rows: [rows[0], "garbage\n", *rows[2:]], "line 2 is damaged"),
        (lambda rows: [rows[0], '{"op":"dance"}\n', *rows[2:]], "line 2 cannot be replayed"),
        (lambda rows: [rows[0], '{"op":"send"}\n', *rows[2:]], "line 2 cannot be replayed"),
        (lambda rows: [rows[0], '{"op":"time","at":1}\n', *rows[2:]], "line 2 cannot be replayed"),
    ],
)
def test_a_foreign_or_damaged_file_is_refused(
    path: Path, damage: Callable[[list[str]], list[str]], message: str
) -> None:
    chain = EmbeddedChain.open(path)
    new_dao(chain)
    chain.save()
    path.write_text("".join(damage(lines(path))))
    before = path.read_bytes()
    with pytest.raises(InputError, match=message):
        EmbeddedChain.open(path)
    assert path.read_bytes() == before


def test_a_replay_that_gives_other_addresses_is_refused(path: Path) -> None:
    chain = EmbeddedChain.open(path)
    new_dao(chain)
    chain.save()
    rows = lines(path)
    first = json.loads(rows[1])
    rows[1] = json.dumps({**first, "address": ANN}) + "\n"
    path.write_text("".join(rows))
    with pytest.raises(ChainError, match="replay gave"):
        EmbeddedChain.open(path)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(ChainError, match="another moot command"),
        locked(tmp_path),
    ):
        pass
    with locked(tmp_path):
        pass


def test_saving_needs_a_file() -> None:
    with pytest.raises(ChainError, match="no state file"):
        embedded().save()


def test_a_block_takes_its_time() -> None:
    chain = embedded(block_time=12)
    dao = new_dao(chain)
    steps = dao.manifest.steps_done
    assert chain.timestamp() == GENESIS + 12 * steps
    assert chain.block() == steps


def test_snapshots_are_limited_before_the_evm_runs_out_of_depth() -> None:
    chain = embedded()
    dao = staked_dao(chain)
    for _ in range(MOST_SNAPSHOTS):
        chain.snapshot()
    proposal = propose_grant(dao)
    chain.advance(DAY + 1)
    dao.vote(ANN, proposal, "for")
    with pytest.raises(ChainError, match="256 snapshots are open"):
        chain.snapshot()
    chain.revert(0)
    assert dao.proposals() == []


def test_a_failed_creation_leaves_no_trace() -> None:
    chain, twin = embedded(), embedded()
    with pytest.raises(ChainError):
        chain.deploy(DEPLOYER, bytes.fromhex("fe"))
    assert new_dao(chain).at == new_dao(twin).at


def test_a_contract_cannot_send() -> None:
    chain = embedded()
    dao = new_dao(chain)
    data = contract("MootToken").encode("transfer", ANN, TOKEN)
    with pytest.raises(ChainError, match="act through a proposal"):
        chain.send(dao.at["treasury"], dao.at["token"], data)


def test_a_twin_may_send_as_a_contract_which_stays_what_it_was(path: Path) -> None:
    chain = embedded()
    dao = new_dao(chain)
    treasury, gate, token = (dao.at[key] for key in ("treasury", "gate", "token"))
    code, held = chain.code(treasury), dao.read("token", "balanceOf", treasury)
    chain.send_as(treasury, gate, contract("AttestationGate").encode("accredit", ANN))
    assert dao.read("gate", "isAccredited", ANN)
    with pytest.raises(Reverted):
        chain.send_as(treasury, gate, contract("AttestationGate").encode("accredit", ANN))
    chain.send_as(treasury, token, contract("MootToken").encode("transfer", ANN, held))
    assert chain.code(treasury) == code
    assert dao.read("token", "balanceOf", treasury) == 0
    assert dao.read("treasury", "getMinDelay") > 0
    recording = EmbeddedChain.open(path)
    with pytest.raises(ChainError, match="state file"):
        recording.send_as(treasury, gate, b"")


def test_coins_that_are_not_there_cannot_be_sent() -> None:
    with pytest.raises(ChainError, match="does not hold the coins"):
        embedded().send(ANN, BOB, b"", value=1)


def test_an_exceptional_halt_is_told() -> None:
    chain = embedded()
    stuck = chain.deploy(DEPLOYER, bytes.fromhex("6001600c60003960016000f3") + b"\xfe")
    with pytest.raises(ChainError, match="InvalidFEOpcode"):
        chain.send(ANN, stuck, b"")


def test_without_pyrevm_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrevm", None)
    with pytest.raises(MissingPart, match="pip install pyrevm"):
        embedded()
