"""A DAO deploys the same on every chain: same addresses, and what stands there verifies."""

import pytest
from lifecycle import ANN, BOB, CID, DEPLOYER

from governance.chain import Chain, EmbeddedChain
from governance.chain.ape import ApeChain
from governance.chain.rpc import RpcChain
from governance.constitution import load_constitution
from governance.deploy import deploy
from governance.law import CONTRACTS, OPTIONAL
from governance.manifest import Manifest
from governance.units import DAY
from governance.verify import verify
from tests.chains import APE_TIME

PEOPLE = {"team": ANN, "investors": BOB, "council": CID}
LEAST_CHECKS = 190
START = APE_TIME + DAY
"""The same for all, for it is part of the code of some contracts, and on no chain in the past."""


def deployed(chain: Chain, preset: str) -> Manifest:
    """Deploy a preset with the deployer's first transactions and read everything back."""
    rules = load_constitution(preset)
    chain.set_time(max(START, chain.timestamp()))
    manifest = deploy(chain, rules, DEPLOYER, start=START, beneficiaries=PEOPLE)
    assert len(verify(chain, manifest, rules)) > LEAST_CHECKS
    return manifest


@pytest.mark.anvil
@pytest.mark.parametrize("preset", ["startup", "lab"])
def test_every_chain_gives_the_same_addresses(
    preset: str, node: RpcChain, ape_chain: ApeChain
) -> None:
    embedded = EmbeddedChain()
    ours, anvils, apes = (deployed(chain, preset) for chain in (embedded, node, ape_chain))
    assert ours.addresses.keys() == CONTRACTS.keys() - OPTIONAL
    assert ours.addresses == anvils.addresses == apes.addresses
    for key, address in ours.addresses.items():
        # pyrevm tells code with the zeros it pads it by.
        codes = {chain.code(address) for chain in (embedded, node, ape_chain)}
        assert len(codes) == 1, f"the {key} differs between chains"


def test_another_nonce_gives_other_addresses() -> None:
    chain = EmbeddedChain()
    first, second = deployed(chain, "lab"), deployed(chain, "lab")
    assert not set(first.addresses.values()) & set(second.addresses.values())
