"""What is Ape's chain's own; the rest is in the conformance of all chains."""

from collections.abc import Callable

import pytest
from eth_utils.crypto import keccak
from lifecycle import ANN, BOB

from governance.accounts import dev_signer
from governance.chain.ape import ApeChain
from governance.errors import ChainError, InputError
from governance.units import TOKEN

STRANGER = dev_signer(99)
BLOCKHASH = "5f35405f5260205ff3"  # return blockhash(calldata[0:32])


def test_only_who_has_a_key_here_sends(ape_chain: ApeChain) -> None:
    ape_chain.fund(STRANGER.address, TOKEN)
    with pytest.raises(ChainError, match=f"no key for {STRANGER.address}"):
        ape_chain.send(STRANGER.address, BOB, b"", value=1)
    ape_chain.add_signer(STRANGER)
    before = ape_chain.balance(BOB)
    ape_chain.send(STRANGER.address, BOB, b"", value=1)
    assert ape_chain.balance(BOB) == before + 1


def test_every_block_is_a_second_later(ape_chain: ApeChain) -> None:
    start, block = ape_chain.timestamp(), ape_chain.block()
    sent = [ape_chain.send(ANN, BOB, b"") for _ in range(2)]
    assert [(receipt.timestamp, receipt.block) for receipt in sent] == [
        (start, block + 1), (start + 1, block + 2),
    ]  # fmt: skip
    ape_chain.mine(5)
    assert (ape_chain.timestamp(), ape_chain.block()) == (start + 7, block + 7)
    with pytest.raises(InputError, match="lies before"):
        ape_chain.set_time(start + 6)


def test_headers_are_those_of_the_blocks(
    ape_chain: ApeChain, assemble: Callable[[str], bytes]
) -> None:
    oracle = ape_chain.deploy(ANN, assemble(BLOCKHASH))
    ape_chain.mine(3)
    for number in range(ape_chain.block() - 3, ape_chain.block() + 1):
        known = ape_chain.call(oracle, number.to_bytes(32))
        assert keccak(ape_chain.header(number)) == known != bytes(32)


def test_logs_are_those_of_the_chain_one_returned_to(ape_chain: ApeChain) -> None:
    """The events of blocks that are gone are forgotten, also if they were asked for."""
    log = "5f5fa0"  # log0 of nothing
    logger = ape_chain.deploy(ANN, bytes.fromhex(f"62{log}5f526003601df3"))
    mark = ape_chain.snapshot()
    for _ in range(2):
        ape_chain.send(ANN, logger, b"")
    assert len(ape_chain.logs(logger)) == 2
    ape_chain.revert(mark)
    ape_chain.send(ANN, logger, b"")
    assert [log.block for log in ape_chain.logs(logger)] == [ape_chain.block()]
