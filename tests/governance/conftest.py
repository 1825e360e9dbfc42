"""Both chains for every test that wants a chain: the embedded one, and anvil on a free port."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakenode import PUBLIC, FakeNode

from governance.chain import Chain, EmbeddedChain
from governance.chain.embedded import GENESIS
from governance.chain.rpc import RpcChain
from governance.errors import ChainError

ROOT = Path(__file__).parents[2]
ANVIL = ROOT / "node_modules" / ".bin" / "anvil"


def _free_port() -> int:
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


@pytest.fixture(scope="session")
def anvil_url() -> Iterator[str]:
    """Address of an anvil node whose time stands still, as the embedded chain's does."""
    if not ANVIL.exists():
        pytest.fail(f"{ANVIL.relative_to(ROOT)} is missing: run `npm ci --ignore-scripts`")
    port = _free_port()
    options = f"--port {port} --hardfork cancun --timestamp {GENESIS} --silent".split()
    process = subprocess.Popen([ANVIL, *options], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        node = _wait_until_up(url, process)
        node.request("anvil_setBlockTimestampInterval", 0)
        node.set_time(GENESIS)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def free_port() -> int:
    """Port on which nothing listens."""
    return _free_port()


@pytest.fixture
def node(anvil_url: str) -> Iterator[RpcChain]:
    """Anvil as it was at its start."""
    chain = RpcChain(anvil_url)
    clean = chain.snapshot()
    yield chain
    chain.revert(clean)


@pytest.fixture(params=["embedded", pytest.param("anvil", marks=pytest.mark.anvil)])
def chain(request: pytest.FixtureRequest) -> Chain:
    """Each of the two chains in turn."""
    if request.param == "embedded":
        return EmbeddedChain()
    found: Chain = request.getfixturevalue("node")
    return found


@pytest.fixture
def assemble() -> Callable[[str], bytes]:
    """Creation code for runtime bytecode given in hex."""

    def wrap(runtime: str) -> bytes:
        code = bytes.fromhex(runtime)
        size = f"{len(code):02x}"
        return bytes.fromhex(f"60{size}600c60003960{size}6000f3") + code

    return wrap


@pytest.fixture
def fake() -> Iterator[Callable[..., FakeNode]]:
    """Build fake nodes; each answers as a public network unless told otherwise."""
    nodes: list[FakeNode] = []

    def build(**changes: Any) -> FakeNode:
        node = FakeNode({**PUBLIC, **changes})
        threading.Thread(target=node.server.serve_forever, args=(0.01,), daemon=True).start()
        nodes.append(node)
        return node

    yield build
    for node in nodes:
        node.server.shutdown()
        node.server.server_close()
