"""Chains for the tests of every folder: anvil on a free port, and Ape's local chain."""

from collections.abc import Iterator

import pytest

from governance.chain.ape import ApeChain
from governance.chain.rpc import RpcChain
from tests import chains


@pytest.fixture(scope="session")
def anvil_url() -> Iterator[str]:
    """Address of an anvil node whose time stands still, as the embedded chain's does."""
    with chains.anvil() as url:
        yield url


@pytest.fixture
def free_port() -> int:
    """Port on which nothing listens."""
    return chains.find_port()


@pytest.fixture
def node(anvil_url: str) -> Iterator[RpcChain]:
    """Anvil as it was at its start."""
    chain = RpcChain(anvil_url)
    clean = chain.snapshot()
    yield chain
    chain.revert(clean)


@pytest.fixture(scope="session")
def _local_ape() -> Iterator[ApeChain]:
    with chains.ape() as chain:
        yield chain


@pytest.fixture
def ape_chain(_local_ape: ApeChain) -> Iterator[ApeChain]:
    """Ape's local chain as it was at its start."""
    clean = _local_ape.snapshot()
    yield _local_ape
    _local_ape.revert(clean)
