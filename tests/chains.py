"""Local chains that tests start, anvil in a process of its own and Ape's py-evm in this one,
and how a header of theirs is encoded."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import rlp

from governance.chain.ape import ApeChain
from governance.chain.embedded import CHAIN_ID
from governance.chain.rpc import RpcChain
from governance.errors import ChainError
from governance.units import GENESIS

ROOT = Path(__file__).parents[1]
ANVIL = ROOT / "node_modules" / ".bin" / "anvil"
APE_TIME = 2_208_988_800
"""2040-01-01 00:00 UTC. Ape's chain begins at the day of the run; tests move it here."""
HEADER = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot",
    "logsBloom", "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData",
    "mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas",
    "parentBeaconBlockRoot",
)  # fmt: skip
NUMBERS = {
    "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed",
    "excessBlobGas",
}  # fmt: skip


def find_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(url: str, process: "subprocess.Popen[bytes]") -> RpcChain:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return RpcChain(url)
        except ChainError:
            time.sleep(0.05)
    pytest.fail("anvil did not answer: run node_modules/.bin/anvil by hand to see why")


@contextmanager
def anvil(options: str = "--hardfork cancun") -> Iterator[str]:
    """Run an anvil node whose time stands still, as the embedded chain's does; give its address."""
    if not ANVIL.exists():
        pytest.fail(f"{ANVIL.relative_to(ROOT)} is missing: run `npm ci --ignore-scripts`")
    port = find_port()
    command = f"{options} --port {port} --timestamp {GENESIS} --silent".split()
    process = subprocess.Popen([ANVIL, *command], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        node = _wait_until_up(url, process)
        node.request("anvil_setBlockTimestampInterval", 0)
        node.set_time(GENESIS)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def ape() -> Iterator[ApeChain]:
    """Connect to a local chain of Ape's that nobody else uses."""
    with pytest.MonkeyPatch.context() as patch:
        if "APE_DATA_FOLDER" not in os.environ:
            patch.setenv("APE_DATA_FOLDER", str(ROOT / ".ape-data"))
        from ape import networks

        provider = networks.ethereum.local.get_provider(
            "test", provider_settings={"chain_id": CHAIN_ID}
        )
    provider.connect()
    try:
        chain = ApeChain(provider)
        chain.set_time(APE_TIME)
        yield chain
    finally:
        provider.disconnect()


def header_of(block: dict[str, Any]) -> bytes:
    """Encode the header of a block as its hash is taken over it."""

    def field(name: str) -> bytes:
        digits = block[name].removeprefix("0x")
        if name in NUMBERS:
            number = int(digits or "0", 16)
            return number.to_bytes((number.bit_length() + 7) // 8)
        return bytes.fromhex(digits)

    return bytes(rlp.encode([field(name) for name in HEADER]))
