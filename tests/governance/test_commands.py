"""The commands, as a person types them: a whole life, refusals with exit codes, saved state."""

import errno
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from fakenode import FakeNode
from lifecycle import ANN, BOB, DEPLOYER

from governance.chain.rpc import RpcChain
from governance.commands import COMMANDS
from governance.constitution import load_constitution
from governance.errors import MootError
from governance.law import CONTRACTS, OPTIONAL

GROUP = click.Group(commands=COMMANDS)
Moot = Callable[..., str]


class Refused(Exception):
    """A command failed: exit code and message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"exit {code}: {message}")
        self.code = code
        self.message = message


def run(arguments: list[str], answer: str | None = None) -> str:
    """Run a command as the front door does; return stdout or raise Refused."""
    result = CliRunner().invoke(GROUP, arguments, input=answer)
    if isinstance(result.exception, MootError):
        raise Refused(result.exception.exit_code, str(result.exception))
    if result.exit_code == 2:
        raise Refused(2, result.output)
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def moot(state: Path) -> Moot:
    """Run commands, written as one line, on an embedded chain in a folder."""
    rules = load_constitution("lab").with_value("governor.quorum_floor", 0)
    rules = rules.with_value("kinds.funding.spend_period", 0)
    small = state.with_name("small.toml")
    small.write_text(rules.to_toml(), encoding="utf-8")

    def command(line: str, *more: str) -> str:
        line = line.replace("deploy small", f"deploy {small}")
        return run([*line.split(), *more, "--state", str(state)])

    return command


def begin(moot: Moot) -> None:
    """Deploy, hand out tokens, stake and wait until the stakes vote."""
    moot("deploy small --team dev:9")
    for person in ("dev:1", "dev:2"):
        moot(f"transfer {person} 1,000")
        moot(f"stake 1000 --from {person}")
    moot("advance 1d")


def propose(moot: Moot) -> str:
    """Propose a grant and return the id's first digits as they were shown."""
    shown = moot(
        "propose grant --to dev:3 --amount 250 --from dev:1 --purpose", "Audit of version 1"
    )
    found = re.search(r"Proposal (\d+): voting opens", shown)
    assert found is not None, shown
    return found[1]


def test_a_whole_life_by_commands_alone(moot: Moot) -> None:
    begin(moot)
    proposal = propose(moot)
    moot("advance 1d")
    assert "for: 0 → 1,000" in moot(f"vote {proposal} for --from dev:1 --reason", "Good value")
    assert "abstain: 0 → 1,000" in moot(f"vote {proposal[:4]} abstain --from dev:2")
    moot("advance 3d")
    queued = moot(f"queue {proposal}")
    assert "state: Succeeded → Queued" in queued
    moot("advance 1d")
    executed = moot(f"execute {proposal} --from dev:2")
    assert "state: Queued → Executed" in executed
    assert "treasury's LAB: 300,000 → 299,750" in executed
    told = moot(f"status {proposal}")
    assert "Audit of version 1" in told
    assert "Pay 250 LAB from the treasury" in told
    assert json.loads(moot(f"status {proposal} --json"))["proposal"]["id"] in "".join(told.split())
    assert "Executed" in told
    data = json.loads(moot("status --from dev:3 --json"))
    assert data["member"]["tokens"] == str(250 * 10**18)
    assert data["dao"]["proposals"][0]["state"] == "Executed"


def test_staking_and_leaving(moot: Moot) -> None:
    begin(moot)
    assert "leaving: 0 → 400" in moot("unstake 400 --from dev:1")
    with pytest.raises(Refused, match="exit 3: 400 shares are in their cooldown"):
        moot("unstake --redeem --from dev:1")
    moot("advance 3d")
    assert "LAB: 0 → 400" in moot("unstake --redeem --from dev:1")
    moot("unstake 100 --from dev:1")
    assert "leaving: 100 → 0" in moot("unstake --cancel --from dev:1")
    delegated = moot("delegate dev:2 --from dev:1")
    assert f"delegate: {ANN} → {BOB}" in delegated
    for wrong in ("unstake", "unstake 5 --redeem", "unstake --redeem --cancel"):
        with pytest.raises(Refused, match="either SHARES, or --redeem, or --cancel") as refused:
            moot(wrong)
        assert refused.value.code == 2


def test_deploying_again_changes_nothing(moot: Moot, state: Path) -> None:
    first = json.loads(moot("deploy lab --json"))
    chain, manifest = (state / "chain.jsonl").read_bytes(), (state / "manifest.json").read_bytes()
    again = moot("deploy lab")
    assert "Already deployed: Lab" in again
    assert re.search(r"Verified: \d+ rules and roles read back", again)
    assert (state / "chain.jsonl").read_bytes() == chain
    assert (state / "manifest.json").read_bytes() == manifest
    assert first["addresses"].keys() == CONTRACTS.keys() - OPTIONAL
    with pytest.raises(Refused, match=r"exit 3: .*another constitution was deployed here"):
        moot("deploy startup")


def test_each_step_of_a_deployment_is_told(moot: Moot) -> None:
    shown = moot("deploy lab")
    assert " 1/79 Create the token Lab (LAB)" in shown
    assert "79/79 Give up the admin role of the treasury" in shown
    assert "holds the community's 600,000 LAB" in shown


def test_a_refused_command_leaves_the_state_as_it_was(moot: Moot, state: Path) -> None:
    begin(moot)
    before = (state / "chain.jsonl").read_bytes()
    for line in ("stake 5 --from dev:1", "vote 1 for", "advance 0d", "unstake --redeem"):
        with pytest.raises(Refused):
            moot(line)
    assert (state / "chain.jsonl").read_bytes() == before


def test_a_torn_last_line_costs_only_that_line(moot: Moot, state: Path) -> None:
    begin(moot)
    moot("transfer dev:4 7")
    path = state / "chain.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    assert json.loads(moot("status --from dev:4 --json"))["member"]["tokens"] == 0
    assert "receiver's LAB: 0 → 8" in moot("transfer dev:4 8")


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ("stake 1 --from nobody", 2, "no account 'nobody' in .*ape accounts generate nobody"),
        (f"stake 1 --from 0x{'4c' * 32}", 2, "looks like a raw private key"),
        (f"transfer 0x{'4c' * 32} 1", 2, "looks like a raw private key"),
        ("transfer 0x1234 1", 2, "'0x1234' is not an address"),
        ("transfer dev:1 lots", 2, "amount = 'lots': give a number"),
        ("transfer dev:1 -5", 2, "No such option: -5"),
        ("transfer dev:1 0", 2, "amount = 0: give more than 0"),
        ("transfer dev:1 1e400", 2, "more than any token has"),
        ("transfer dev:1 NaN", 2, "give more than 0"),
        ("transfer dev:1 0.0000000000000000001", 2, "too many decimals"),
        ("transfer dev:1 10000000", 3, "holds 598,000 LAB, 10,000,000 are needed"),
        ("stake 1 --from dev:5", 3, "holds 0 LAB, 1 are needed"),
        ("vote 999 for --from dev:1", 2, r"no proposal begins with 999 \(proposals: none yet\)"),
        ("vote latest for --from dev:1", 2, "'latest' is not a proposal id"),
        ("vote 1 maybe", 2, "'maybe' is not one of"),
        ("advance soon", 2, "'soon' is not a duration"),
        ("advance ²", 2, "'²' is not a duration"),
        ("release --grant -1", 2, "-1 is not in the range"),
        ("advance 0d", 2, "more than 0"),
        ("advance 99999d", 2, "at most 36500d"),
        ("propose grant --to dev:1 --amount 0 --purpose x --from dev:1", 2, "give more than 0"),
        ("propose grant --to dev:1 --amount 5 --purpose x", 3, r"proposing needs 80 votes \(4.00 "),
        ("propose war", 2, "No such command 'war'"),
        ("delegate dev:1 --from dev:7", 3, "has no stake to delegate"),
        ("status --rpc ftp://node", 2, "must start with http"),
    ],
)
def test_hostile_input(moot: Moot, line: str, code: int, message: str) -> None:
    begin(moot)
    with pytest.raises(Refused, match=message) as refused:
        moot(line)
    assert refused.value.code == code
    assert "4c4c" not in refused.value.message


def test_voting_twice_and_executing_early(moot: Moot) -> None:
    begin(moot)
    proposal = propose(moot)
    with pytest.raises(Refused, match=r"exit 3: proposal .* is Pending .* voting opens"):
        moot(f"vote {proposal} for --from dev:1")
    moot("advance 1d")
    moot(f"vote {proposal} for --from dev:1")
    with pytest.raises(Refused, match=f"exit 3: {ANN} has already voted"):
        moot(f"vote {proposal} against --from dev:1")
    with pytest.raises(Refused, match=r"exit 3: proposal .* is Active .* voting closes"):
        moot(f"queue {proposal}")
    moot("advance 3d")
    moot(f"queue {proposal}")
    with pytest.raises(Refused, match=r"exit 3: .* waits in the timelock: it can be executed from"):
        moot(f"execute {proposal}")


def test_before_anything_is_deployed(moot: Moot, state: Path) -> None:
    for line in ("status", "stake 1", "vote 1 for"):
        with pytest.raises(Refused, match=r"exit 2: .*no DAO was deployed here: run `moot deploy`"):
            moot(line)
    assert not (state / "chain.jsonl").exists()
    with pytest.raises(Refused, match="exit 2: no preset 'startip'; did you mean 'startup'"):
        moot("deploy startip")


def test_a_manifest_of_another_chain(moot: Moot, state: Path) -> None:
    moot("deploy lab")
    path = state / "manifest.json"
    data: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "chain_id": 1}))
    with pytest.raises(Refused, match="exit 2: the manifest is of chain 1, this is chain 31337"):
        moot("status")
    path.write_text("{")
    with pytest.raises(Refused, match=r"exit 2: .*manifest\.json: not a manifest"):
        moot("status")
    path.write_text(json.dumps(data))
    (state / "chain.jsonl").unlink()
    with pytest.raises(Refused, match="exit 2: no contract at the governor's address"):
        moot("status")
    way_out = r"exit 2: .*manifest\.json: no contract at .* remove the manifest .* or point --state"
    with pytest.raises(Refused, match=way_out):
        moot("deploy lab")
    path.unlink()
    assert "Verified" in moot("deploy lab")


def test_files_that_cannot_be_read(moot: Moot, state: Path) -> None:
    moot("deploy lab")
    for name in ("manifest.json", "chain.jsonl", "lock"):
        path = state / name
        kept = path.read_bytes()
        path.unlink()
        path.mkdir()
        for line in ("status", "advance 1d", "deploy lab"):
            if (name, line) == ("manifest.json", "advance 1d"):
                continue
            with pytest.raises(Refused, match=r"exit 2: .*cannot be (read|written) \(Is a dir"):
                moot(line)
        path.rmdir()
        path.write_bytes(kept)
    (state / "manifest.json").write_bytes(b"\xff{}")
    with pytest.raises(Refused, match=r"exit 2: .*manifest\.json: not a manifest, it is not UTF-8"):
        moot("status")


def test_a_state_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("file", "file/below", "x" * 300):
        for line in (["deploy", "lab"], ["advance", "1d"], ["status"]):
            with pytest.raises(Refused) as refused:
                run([*line, "--state", str(tmp_path / folder)])
            assert refused.value.code == 2


@pytest.mark.parametrize("line", ["advance 1d", "deploy lab"])
def test_a_full_or_read_only_disk_leaves_what_was_there(
    moot: Moot, state: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    if line == "advance 1d":
        moot("deploy lab")
    before = {path.name: path.read_bytes() for path in state.glob("*.json*")}

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match=r"exit 2: .*chain\.jsonl: cannot be written \(No space"):
        moot(line)
    assert {path.name: path.read_bytes() for path in state.glob("*.json*")} == before


def test_a_constitution_that_cannot_be_read(moot: Moot, tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name in ("folder", "x" * 300):
        with pytest.raises(Refused, match=r"exit 2: .*\.toml: "):
            moot("deploy", str(tmp_path / f"{name}.toml"))


def test_a_grant_beyond_the_treasury_is_doubted_aloud(moot: Moot) -> None:
    begin(moot)
    told = "warning: the treasury holds 300,000 LAB, this pays 300,001: it cannot be executed"
    line = "propose grant --to dev:3 --from dev:1 --purpose x --amount"
    assert told in moot(f"{line} 300001")
    assert "warning" not in moot(f"{line} 300000".replace("dev:1", "dev:2"))


def test_what_is_due_is_released(moot: Moot) -> None:
    moot("deploy startup --team dev:9")
    with pytest.raises(Refused, match="exit 3: nothing is due of grant 0 now"):
        moot("release --grant 0")
    with pytest.raises(Refused, match="exit 2: grant 7: there are 2, counted from 0"):
        moot("release --grant 7")
    moot("stake 1000")
    moot("advance 730d")
    minted = moot("release --from dev:4")
    assert "ASCL due: 7,300,1" in minted
    assert "staked ASCL: 1,201,000 → 5,581,0" in minted
    assert "treasury's ASCL: 6,800,000 → 9,720,0" in minted
    paid = json.loads(moot("release --grant 0 --json"))
    assert (paid["command"], list(paid["before"].values())) == ("release", ["0"])
    assert paid["after"]["beneficiary's ASCL"].startswith("4,000,0")


def test_every_command_teaches_with_an_example() -> None:
    for command in [*([str(c.name)] for c in COMMANDS), ["propose", "grant"]]:
        shown = run([*command, "--help"])
        assert f"Example: moot {' '.join(command)}" in " ".join(shown.split())


def test_an_unreachable_node(moot: Moot, free_port: int) -> None:
    with pytest.raises(Refused, match=r"exit 4: .* does not answer eth_chainId"):
        moot(f"status --rpc http://127.0.0.1:{free_port}")


def test_a_public_network_asks_first_and_needs_a_real_account(
    state: Path, fake: Callable[..., FakeNode]
) -> None:
    node = fake(eth_blockNumber="0x9")
    line = ["deploy", "lab", "--state", str(state), "--rpc", node.url]
    with pytest.raises(Refused, match="exit 2: say who sends: --from with a keystore alias"):
        run(line)
    with pytest.raises(Refused, match="exit 2: dev:0 is refused on chain 1: its key is public"):
        run([*line, "--from", "dev:0"])
    with pytest.raises(Refused, match="exit 3: nothing was sent: you said no"):
        run([*line, "--from", ANN], answer="n")
    with pytest.raises(Refused, match=f"exit 4: no key for {ANN}"):
        run([*line, "--from", ANN, "--yes"])
    with pytest.raises(Refused, match="exit 4: moving time needs a local chain"):
        run(["advance", "1d", *line[2:]])
    assert not [method for method, _ in node.asked if method.startswith("eth_send")]


def test_a_fork_of_a_public_chain_asks_too(state: Path, fake: Callable[..., FakeNode]) -> None:
    """It shares the chain id of the original, where what is signed could be replayed."""
    node = fake(eth_blockNumber="0x9", web3_clientVersion="anvil/v1.7.1")
    line = ["deploy", "lab", "--state", str(state), "--rpc", node.url, "--from", ANN]
    with pytest.raises(Refused, match="exit 3: nothing was sent: you said no"):
        run(line, answer="n")


@pytest.mark.anvil
def test_the_same_commands_on_a_node(
    moot: Moot, node: RpcChain, anvil_url: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOOT_RPC", anvil_url)
    begin(moot)
    moot("advance 1s")
    proposal = propose(moot)
    moot("advance 86401")
    vote = json.loads(moot(f"vote {proposal} for --from dev:1 --json"))
    assert vote["gas"] > 60_000
    assert re.fullmatch("0x[0-9a-f]{64}", vote["hash"])
    moot(f"vote {proposal} for --from {BOB}")
    moot("advance 3d")
    moot(f"queue {proposal}")
    moot("advance 1d")
    assert "state: Queued → Executed" in moot(f"execute {proposal}")
    assert node.logs(since=0)[-1].block == node.block()
    assert (state / "manifest-31337.json").exists()
    assert not (state / "chain.jsonl").exists()
    assert json.loads(moot("status --json"))["member"]["address"] == DEPLOYER
