"""The RPC chain: signing and impersonation on anvil; secrets, refusals and lies on a fake node."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from fakenode import FakeNode
from lifecycle import ANN, BOB, DEPLOYER

from governance.accounts import dev_signer
from governance.chain import Reverted, contract
from governance.chain.jsonrpc import NodeError, mask
from governance.chain.rpc import RpcChain
from governance.errors import ChainError, CheckRefused, InputError

STRANGER = "0x00000000000000000000000000000000DeaDBeef"


@pytest.mark.anvil
def test_a_signer_signs_and_a_stranger_is_impersonated(node: RpcChain) -> None:
    signer = dev_signer(7)
    node.add_signer(signer)
    node.fund(STRANGER, 10**18)
    for sender in (signer.address, STRANGER):
        receipt = node.send(sender, BOB, b"", value=5)
        transaction = node.request("eth_getTransactionByHash", receipt.hash)
        assert transaction["from"].lower() == sender.lower()
        assert receipt.gas_used == 21_000


@pytest.mark.anvil
def test_a_refusal_found_after_mining_is_told_too(node: RpcChain) -> None:
    """With a gas estimate from before, the transaction is mined as failed and asked why."""
    kind = contract("MootToken")
    token = node.deploy(DEPLOYER, kind.init_code("M", "M", 10, DEPLOYER, ANN, 1))
    node.request("evm_setAutomine", False)
    try:
        pay = {"from": ANN, "to": token, "data": "0x" + kind.encode("transfer", BOB, 1).hex()}
        node.request("eth_sendTransaction", {**pay, "gas": "0x30d40"})
        threading.Timer(0.3, lambda: node.request("evm_mine")).start()
        with pytest.raises(Reverted) as refused:
            node.send(ANN, token, kind.encode("transfer", BOB, 1))
    finally:
        node.request("evm_setAutomine", True)
    assert (refused.value.name, refused.value.args_) == ("ERC20InsufficientBalance", (ANN, 0, 1))


def test_a_public_network_is_paid_within_limits(fake: Callable[..., FakeNode]) -> None:
    node = fake()
    signer = dev_signer(0)
    receipt = RpcChain(node.url, [signer], max_fee_gwei=62).send(signer.address, BOB, b"", value=1)
    assert (receipt.hash, receipt.timestamp) == ("0x" + "ab" * 32, 16)
    from eth_account import Account
    from eth_account.typed_transactions import TypedTransaction
    from hexbytes import HexBytes

    raw = next(params[0] for method, params in node.asked if method == "eth_sendRawTransaction")
    fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    assert Account.recover_transaction(raw) == signer.address
    assert fields["maxFeePerGas"] == 62 * 10**9
    assert fields["maxPriorityFeePerGas"] == 2 * 10**9
    assert (fields["nonce"], fields["chainId"], fields["gas"]) == (7, 1, 25_200)


def test_a_fee_above_the_ceiling_is_refused_before_signing(fake: Callable[..., FakeNode]) -> None:
    node = fake()
    signer = dev_signer(0)
    chain = RpcChain(node.url, [signer], max_fee_gwei=61)
    with pytest.raises(CheckRefused, match=r"62\.00 gwei, more than the ceiling of 61\.00"):
        chain.send(signer.address, BOB, b"")
    assert "eth_sendRawTransaction" not in [method for method, _ in node.asked]


def test_an_old_network_is_paid_by_its_gas_price(fake: Callable[..., FakeNode]) -> None:
    node = fake(eth_getBlockByNumber={"timestamp": "0x10"}, eth_gasPrice="0x5")
    signer = dev_signer(0)
    assert RpcChain(node.url, [signer]).send(signer.address, BOB, b"").block == 2


def test_nobody_signs_for_a_stranger_on_a_public_network(fake: Callable[..., FakeNode]) -> None:
    with pytest.raises(ChainError, match=f"no key for {STRANGER}"):
        RpcChain(fake().url).send(STRANGER, BOB, b"")


@pytest.mark.parametrize(
    ("act", "purpose"),
    [
        (lambda chain: chain.advance(5), "move time"),
        (lambda chain: chain.snapshot(), "take snapshots"),
        (lambda chain: chain.fund(BOB, 1), "give out coins"),
    ],
)
def test_a_public_network_is_not_played_with(
    fake: Callable[..., FakeNode], act: Callable[[RpcChain], None], purpose: str
) -> None:
    chain = RpcChain(fake(eth_getBalance="0x0").url)
    assert not chain.local
    with pytest.raises(ChainError, match=f"cannot {purpose}: only a development node"):
        act(chain)


@pytest.mark.parametrize(
    ("client", "local", "method"),
    [
        ("anvil/v1.7.1", True, "anvil_setBalance"),
        ("HardhatNetwork/2.22.0/@ethereumjs/vm", True, "hardhat_setBalance"),
        ("erigon/3.0", False, None),
    ],
)
def test_development_nodes_are_told_apart(
    fake: Callable[..., FakeNode], client: str, local: bool, method: str | None
) -> None:
    answers = {"anvil_setBalance": True, "hardhat_setBalance": True, "eth_getBalance": "0x3"}
    node = fake(web3_clientVersion=client, **answers)
    chain = RpcChain(node.url)
    assert chain.local is local
    if method is not None:
        chain.fund(BOB, 2)
        assert node.asked[-1] == (method, [BOB, "0x5"])


def test_an_old_development_node_moves_time_its_own_way(fake: Callable[..., FakeNode]) -> None:
    node = fake(web3_clientVersion="Ganache/v7.9.2", evm_increaseTime=5, evm_mine="0x0")
    RpcChain(node.url).advance(5)
    assert node.asked[-2:] == [("evm_increaseTime", [5]), ("evm_mine", [])]


def test_a_transaction_that_is_never_mined_is_named(fake: Callable[..., FakeNode]) -> None:
    signer = dev_signer(0)
    chain = RpcChain(fake(eth_getTransactionReceipt=None).url, [signer], timeout=0.05)
    with pytest.raises(ChainError, match=r"0xabab.* not mined within 0 s: look it up"):
        chain.send(signer.address, BOB, b"")


@pytest.mark.parametrize(
    "data",
    ["0x08c379a0", {"data": "0x08c379a0"}, "Reverted 0x08c379a0"],
    ids=["plain", "nested", "prefixed"],
)
def test_revert_data_are_found_wherever_a_node_puts_them(
    fake: Callable[..., FakeNode], data: Any
) -> None:
    error = {"error": {"code": 3, "message": "execution reverted", "data": data}}
    with pytest.raises(Reverted) as refused:
        RpcChain(fake(eth_call=error).url).call(BOB, b"")
    assert refused.value.data == bytes.fromhex("08c379a0")


def test_a_revert_without_data_is_still_a_revert(fake: Callable[..., FakeNode]) -> None:
    error = {"error": {"code": 3, "message": "execution reverted"}}
    with pytest.raises(Reverted, match="it gave no reason"):
        RpcChain(fake(eth_call=error).url).call(BOB, b"")


def test_secrets_in_the_address_never_show(fake: Callable[..., FakeNode]) -> None:
    node = fake(eth_call={"error": {"code": -32000, "message": "no quota for key-s3cr3t"}})
    secret = f"{node.url}/key-s3cr3t"
    chain = RpcChain(secret)
    with pytest.raises(NodeError) as refused:
        chain.call(BOB, b"")
    assert "s3cr3t" not in str(refused.value)
    assert str(refused.value) == f"{node.url}/… refused eth_call: no quota for …"
    with pytest.raises(NodeError, match="does not support this method"):
        chain.request("eth_unheard")


def test_an_unreachable_node_is_named_without_secrets(free_port: int) -> None:
    with pytest.raises(ChainError) as refused:
        RpcChain(f"http://me:pass@127.0.0.1:{free_port}/key-s3cr3t?token=abcd")
    text = str(refused.value)
    assert f"http://127.0.0.1:{free_port}/… does not answer eth_chainId" in text
    assert not any(secret in text for secret in ("pass", "s3cr3t", "abcd"))
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_masking() -> None:
    assert mask("http://127.0.0.1:8545") == "http://127.0.0.1:8545"
    assert mask("https://node.example/v2/abc?k=1") == "https://node.example/…"


def test_only_http_is_spoken() -> None:
    with pytest.raises(InputError, match="must start with http"):
        RpcChain("ftp://node.example/secret")
