"""Chains and a browser for the tests of every folder.

Hypothesis tries the same hundred examples of a test every time, unless a test says otherwise.
``MOOT_HYPOTHESIS_PROFILE=long``, as in `make test-long`, tries a thousand that are new each time.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from governance.chain.ape import ApeChain
from governance.chain.rpc import RpcChain
from tests import browsers, chains

settings.register_profile("suite", max_examples=100, derandomize=True, deadline=None)
settings.register_profile(
    "long", max_examples=1_000, derandomize=False, deadline=None, print_blob=True
)
settings.load_profile(os.environ.get("MOOT_HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for all tests: Playwright opens no second beside it."""
    with browsers.opened() as chromium:
        yield chromium


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
