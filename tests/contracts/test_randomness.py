"""PrevrandaoSource: the number of a block that was fixed before anyone could know it."""

from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak

from governance.chain import EmbeddedChain, Log, contract
from governance.chain.rpc import RpcChain
from tests.chains import header_of
from tests.contracts.courtroom import DUE, KNOWN, LOST, SEALED
from tests.contracts.law import ADMIN, ALICE, deploy, only, refused

DELAY = 10


def test_the_delay_has_bounds() -> None:
    chain = EmbeddedChain()
    for delay in (4, 7_201):
        with refused("DelayOutOfBounds", delay, 5, 7_200):
            deploy(chain, "PrevrandaoSource", delay)
    assert deploy(chain, "PrevrandaoSource", 5).read("delay") == 5


def test_a_request_is_sealed_then_due_and_lost_if_nobody_proves_it() -> None:
    chain = EmbeddedChain()
    source = deploy(chain, "PrevrandaoSource", DELAY)
    request = only(source.send(ALICE, "request"), "Requested")["id"]
    asked = chain.block()
    assert request == asked + DELAY
    seen: dict[int, int] = {}
    for _ in range(300):
        now = chain.block() + 1
        seen[now] = source.read("statusOf", request)
        chain.send(ADMIN, ALICE, b"")
    for now, status in seen.items():
        if now < request - 4:
            assert status == SEALED
        elif now <= request + 256:
            assert status == DUE
        else:
            assert status == LOST
    assert {SEALED, DUE, LOST} <= set(seen.values())
    assert source.read("valueOf", request) == 0


def test_a_header_that_is_not_of_the_block_is_refused() -> None:
    chain = EmbeddedChain()
    source = deploy(chain, "PrevrandaoSource", DELAY)
    request = only(source.send(ALICE, "request"), "Requested")["id"]
    forged = rlp.encode([b""] * 20)
    with refused("NotTheBlock", request, bytes(32), keccak(forged)):
        source.send(ALICE, "prove", request, forged)
    for _ in range(DELAY + 1):
        chain.send(ADMIN, ALICE, b"")
    with refused("NotTheBlock"):
        source.send(ALICE, "prove", request, forged)


@pytest.mark.anvil
def test_the_number_is_that_of_the_fixed_block_whenever_it_is_proved(node: RpcChain) -> None:
    source = contract("PrevrandaoSource")
    sender = node.request("eth_accounts")[0]
    address = node.deploy(sender, source.init_code(DELAY))

    def send(function: str, *args: Any) -> list[Log]:
        return list(node.send(sender, address, source.encode(function, *args)).logs)

    def read(function: str, *args: Any) -> Any:
        return source.decode(function, node.call(address, source.encode(function, *args)))

    (requested,) = send("request")
    request = int.from_bytes(requested.topics[1])
    assert read("statusOf", request) == SEALED
    node.request("anvil_mine", hex(DELAY + 20))
    assert read("statusOf", request) == DUE
    block = node.request("eth_getBlockByNumber", hex(request), False)
    header = header_of(block)
    assert keccak(header).hex() == block["hash"].removeprefix("0x")
    other = header_of(node.request("eth_getBlockByNumber", hex(request + 1), False))
    with refused("NotTheBlock"):
        send("prove", request, other)
    send("prove", request, header)
    value = int(block["mixHash"], 16)
    assert value != 0
    assert read("statusOf", request) == KNOWN
    assert read("valueOf", request) == value
