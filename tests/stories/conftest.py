"""Each story is told on Ape's local chain and on anvil, from the same first day."""

from collections.abc import Iterator

import pytest

from governance.accounts import dev_signer
from governance.chain.rpc import RpcChain
from tests import chains
from tests.stories.people import EVERYONE
from tests.stories.stage import Stage


@pytest.fixture(
    scope="session",
    params=["ape", pytest.param("anvil", marks=pytest.mark.anvil)],
    name="_first_day",
)
def _deployed(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "ape":
        with chains.ape() as ape:
            for number in range(len(EVERYONE)):
                ape.add_signer(dev_signer(number))
            yield Stage(ape)
    else:
        with chains.anvil() as url:
            yield Stage(RpcChain(url))


@pytest.fixture
def stage(_first_day: Stage) -> Iterator[Stage]:
    """Return the DAO as it was once its members had staked."""
    mark = _first_day.chain.snapshot()
    yield _first_day
    _first_day.chain.revert(mark)
