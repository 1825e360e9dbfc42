"""All chains do the same: whatever is asserted here holds on pyrevm, on anvil and on Ape's."""

from collections.abc import Callable

import pytest
from eth_abi.abi import encode
from lifecycle import ANN, BOB, CHOICES, DEPLOYER, EVE, live

from governance.chain import Chain, EmbeddedChain, Log, Reverted, contract
from governance.chain.ape import ApeChain
from governance.chain.rpc import RpcChain
from governance.errors import ChainError, InputError
from governance.units import GENESIS, TOKEN

TOKEN_TYPE = contract("MootToken")
CLOCK = "425f5260205ff3"  # return block.timestamp
CHAIN_ID = "465f5260205ff3"  # return block.chainid
TRANSIENT = "5f5c600101805f5d5f5260205ff3"  # t = tload(0) + 1; tstore(0, t); return t
COUNTER = "60015f5401805f555f5260205ff3"  # s = sload(0) + 1; sstore(0, s); return s
COPY = "6020602060405e60406020f3"  # mcopy(0x40, 0x20, 0x20); return 64 bytes


def number(data: bytes) -> int:
    return int.from_bytes(data, "big")


@pytest.fixture(params=["embedded", pytest.param("anvil", marks=pytest.mark.anvil), "ape"])
def chain(request: pytest.FixtureRequest) -> Chain:
    """Each of the three chains in turn."""
    if request.param == "embedded":
        return EmbeddedChain()
    found: Chain = request.getfixturevalue({"anvil": "node", "ape": "ape_chain"}[request.param])
    return found


@pytest.fixture
def token(chain: Chain) -> str:
    code = TOKEN_TYPE.init_code("Moot", "MOOT", 2_000, DEPLOYER, ANN, 1_000)
    return chain.deploy(DEPLOYER, code)


def balance(chain: Chain, token: str, account: str) -> int:
    data = chain.call(token, TOKEN_TYPE.encode("balanceOf", account))
    return int(TOKEN_TYPE.decode("balanceOf", data))


def test_deployed_code_answers(chain: Chain, token: str) -> None:
    assert TOKEN_TYPE.decode("name", chain.call(token, TOKEN_TYPE.encode("name"))) == "Moot"
    assert balance(chain, token, ANN) == 1_000
    assert len(chain.code(token)) > 1_000
    assert chain.code(EVE) == b""


def test_a_constructor_that_refuses_deploys_nothing(chain: Chain) -> None:
    with pytest.raises(Reverted) as refused:
        chain.deploy(DEPLOYER, TOKEN_TYPE.init_code("M", "M", 0, DEPLOYER, ANN, 0))
    assert (refused.value.name, refused.value.args_) == ("ERC20InvalidCap", (0,))


def test_a_send_changes_the_state_and_a_call_does_not(chain: Chain, token: str) -> None:
    data = TOKEN_TYPE.encode("transfer", BOB, 10)
    assert number(chain.call(token, data, sender=ANN)) == 1
    assert balance(chain, token, BOB) == 0
    receipt = chain.send(ANN, token, data)
    assert balance(chain, token, BOB) == 10
    assert chain.timestamp() - receipt.timestamp == isinstance(chain, ApeChain), "a second a block"
    assert receipt.block == chain.block()


def test_custom_errors_are_decoded(chain: Chain, token: str) -> None:
    with pytest.raises(Reverted) as refused:
        chain.send(BOB, token, TOKEN_TYPE.encode("transfer", ANN, 7))
    error = refused.value
    assert (error.name, error.args_) == ("ERC20InsufficientBalance", (BOB, 0, 7))
    assert str(error) == (
        f"the contract refused: ERC20InsufficientBalance(sender={BOB}, balance=0, needed=7)"
    )
    with pytest.raises(Reverted) as refused:
        chain.call(token, TOKEN_TYPE.encode("mint", ANN, 1), sender=ANN)
    assert refused.value.name == "AccessControlUnauthorizedAccount"


def revert_with(data: bytes) -> bytes:
    """Creation code of a contract that always reverts with these data."""
    size = len(data)
    runtime = bytes.fromhex(f"60{size:02x}600c5f3960{size:02x}5ffd".ljust(24, "0")) + data
    head = bytes.fromhex(f"60{len(runtime):02x}600c60003960{len(runtime):02x}6000f3")
    return head + runtime


@pytest.mark.parametrize(
    ("data", "name", "args", "text"),
    [
        (b"", "", (), "it gave no reason"),
        (
            bytes.fromhex("4e487b71") + encode(["uint256"], [0x11]),
            "Panic",
            (0x11,),
            "panic 0x11: arithmetic overflow or underflow",
        ),
        (
            bytes.fromhex("08c379a0") + encode(["string"], ["no luck"]),
            "Error",
            ("no luck",),
            "no luck",
        ),
        (bytes.fromhex("deadbeef01"), "0xdeadbeef", (b"\x01",), "unknown error 0xdeadbeef"),
    ],
)
def test_every_kind_of_revert_is_told(
    chain: Chain, data: bytes, name: str, args: tuple[object, ...], text: str
) -> None:
    wall = chain.deploy(DEPLOYER, revert_with(data))
    for attempt in (chain.call, lambda to, data: chain.send(ANN, to, data)):
        with pytest.raises(Reverted) as refused:
            attempt(wall, b"")
        error = refused.value
        assert (error.name, error.args_, error.data) == (name, args, data)
        assert text in str(error)


def test_logs_are_the_same(chain: Chain, token: str) -> None:
    before = chain.block()
    receipt = chain.send(ANN, token, TOKEN_TYPE.encode("transfer", BOB, 10))
    transfer = next(event for event in TOKEN_TYPE.events if event.name == "Transfer")
    people = tuple(encode(["address"], [person]) for person in (ANN, BOB))
    expected = Log(token, (transfer.topic, *people), encode(["uint256"], [10]), receipt.block)
    assert list(receipt.logs) == [expected]
    event = expected.decode()
    assert event is not None
    assert (event.name, event.args) == ("Transfer", {"from": ANN, "to": BOB, "value": 10})
    assert chain.logs(token, since=before + 1) == [expected]
    assert chain.logs(since=before + 1) == [expected]
    assert chain.logs(BOB, since=before) == []


def test_time_moves_only_forward(chain: Chain, assemble: Callable[[str], bytes]) -> None:
    clock = chain.deploy(DEPLOYER, assemble(CLOCK))
    start = chain.timestamp()
    chain.advance(90)
    assert chain.timestamp() == number(chain.call(clock, b"")) == start + 90
    chain.set_time(start + 1_000)
    assert chain.send(ANN, clock, b"").timestamp == start + 1_000
    with pytest.raises(InputError, match="lies before"):
        chain.set_time(start + 999)


def test_snapshots_nest(chain: Chain, token: str) -> None:
    def pay(amount: int) -> None:
        chain.send(ANN, token, TOKEN_TYPE.encode("transfer", BOB, amount))

    start, logs = chain.timestamp(), chain.logs(token)
    outer = chain.snapshot()
    pay(1)
    chain.advance(50)
    middle, inner = chain.timestamp(), chain.snapshot()
    pay(2)
    chain.fund(EVE, 5)
    code = TOKEN_TYPE.init_code("M", "M", 1, DEPLOYER, ANN, 0)
    inside = chain.deploy(DEPLOYER, code)
    chain.revert(inner)
    assert balance(chain, token, BOB) == 1
    assert chain.timestamp() == middle >= start + 50
    assert chain.deploy(DEPLOYER, code) == inside
    chain.snapshot()
    pay(4)
    coins = chain.balance(EVE)
    chain.revert(outer)
    assert (balance(chain, token, BOB), chain.timestamp()) == (0, start)
    assert chain.balance(EVE) == coins
    assert chain.logs(token) == logs
    for used in (inner, outer):
        with pytest.raises(ChainError, match="no snapshot"):
            chain.revert(used)
    pay(8)
    assert balance(chain, token, BOB) == 8


def test_coins_move_with_a_transaction(chain: Chain, token: str) -> None:
    chain.fund(ANN, TOKEN)
    poor = "0x" + "42" * 20
    chain.send(ANN, poor, b"", value=1_000)
    assert chain.balance(poor) == 1_000
    with pytest.raises(ChainError):
        chain.send(poor, ANN, b"", value=1_001)
    with pytest.raises(Reverted):
        chain.send(ANN, token, TOKEN_TYPE.encode("transfer", BOB, 1), value=1)
    assert chain.balance(poor) == 1_000


def test_transient_storage_ends_with_the_transaction(
    chain: Chain, assemble: Callable[[str], bytes]
) -> None:
    counter = chain.deploy(DEPLOYER, assemble(TRANSIENT))
    chain.send(ANN, counter, b"")
    chain.send(ANN, counter, b"")
    assert number(chain.call(counter, b"")) == 1
    assert number(chain.call(counter, b"")) == 1


def test_storage_outlives_the_transaction(chain: Chain, assemble: Callable[[str], bytes]) -> None:
    counter = chain.deploy(DEPLOYER, assemble(COUNTER))
    chain.send(ANN, counter, b"")
    chain.send(ANN, counter, b"")
    assert number(chain.call(counter, b"")) == 3


def test_the_rules_are_cancun_on_chain_31337(
    chain: Chain, assemble: Callable[[str], bytes]
) -> None:
    """MCOPY came with Cancun; Prague, which Ape's chain has, charges a floor for calldata."""
    assert chain.call(chain.deploy(DEPLOYER, assemble(COPY)), b"") == bytes(64)
    assert number(chain.call(chain.deploy(DEPLOYER, assemble(CHAIN_ID)), b"")) == 31_337
    assert chain.chain_id == 31_337
    floor = 61_000 if isinstance(chain, ApeChain) else 37_000
    assert chain.send(ANN, EVE, b"\x01" * 1_000).gas_used == floor


def test_gas_is_the_same_where_nothing_is_warm(
    chain: Chain, assemble: Callable[[str], bytes]
) -> None:
    assert chain.send(ANN, BOB, b"").gas_used == 21_000
    stop = chain.deploy(DEPLOYER, assemble("00"))
    floor = 21_050 if isinstance(chain, ApeChain) else 21_020
    assert chain.send(ANN, stop, b"\x01\x00").gas_used == floor


@pytest.mark.anvil
def test_a_whole_life_ends_the_same(node: RpcChain) -> None:
    embedded = EmbeddedChain()
    assert node.timestamp() == embedded.timestamp() == GENESIS
    ours, theirs = live(embedded), live(node)
    assert ours.answers == theirs.answers
    assert ours.answers["state"] == "Executed"
    assert ours.answers["early"][0] == "TimelockUnexpectedOperationState"
    assert ours.answers["events"] == [
        ("guard", "Checked"),
        ("token", "Transfer"),
        ("treasury", "CallExecuted"),
        ("governor", "ProposalExecuted"),
    ]


@pytest.mark.anvil
def test_embedded_gas_is_never_above_a_nodes(node: RpcChain) -> None:
    """Warm storage makes the embedded figures a lower bound: no step costs more than on a node."""
    ours, theirs = live(EmbeddedChain()).gas, live(node).gas
    assert [who for who, _ in ours] == [who for who, _ in theirs]
    assert len(ours) == len(CHOICES) + 2
    for (_, low), (_, high) in zip(ours, theirs, strict=True):
        assert 21_000 < low <= high
