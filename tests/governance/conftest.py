"""Both chains for every test that wants a chain: the embedded one, and anvil."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fakenode import PUBLIC, FakeNode

from governance.chain import Chain, EmbeddedChain


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
