"""The twin on both chains: one story, told on the embedded chain and on anvil, is the same."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from governance.chain import EmbeddedChain, Reverted
from governance.chain.anvil import OPTIONS, AnvilChain
from governance.chain.decoding import decode_revert
from simulations.twin import replay_run
from tests.chains import anvil
from tests.contracts.law import account
from tests.simulations.conftest import small, without_trade
from tests.simulations.test_twin_verbs import Story, table_of
from tests.simulations.witness import Deed, Witness, storage_of

STRANGER = account("stranger")
pytestmark = pytest.mark.anvil


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Address of an anvil for twins."""
    with anvil(OPTIONS) as address:
        yield address


def told(witness: Witness) -> Story:
    """Tell the story; then a stranger does, and its doer once more, the last of every kind."""
    story = Story(witness)
    story.tell()
    last = {(deed.to, deed.data[:4]): deed for deed in witness.deeds if deed.to}
    for doer, to, data, *_ in last.values():
        for sender in (STRANGER, doer):
            if sender not in story.court.at.values():
                with suppress(Reverted):
                    witness.send(sender, to, data)
    return story


@pytest.fixture(scope="module")
def embedded() -> tuple[Story, Witness]:
    """The story on the embedded chain."""
    witness = Witness(EmbeddedChain())
    return told(witness), witness


@pytest.fixture(scope="module")
def node(url: str) -> tuple[Story, Witness]:
    """The story on anvil."""
    witness = Witness(AnvilChain(url), url)
    return told(witness), witness


def without_gas(deeds: list[Deed]) -> list[Deed]:
    """What must be equal to the last byte."""
    return [deed._replace(gas=-1) for deed in deeds]


def test_every_transaction_has_the_same_outcome(
    embedded: tuple[Story, Witness], node: tuple[Story, Witness]
) -> None:
    ours, theirs = embedded[1].deeds, node[1].deeds
    assert len(ours) > 350
    assert without_gas(ours) == without_gas(theirs)
    refused = {decode_revert(deed.outcome).name for deed in ours if not deed.accepted}
    assert len(refused) > 15, sorted(refused)


def test_both_are_compared_to_the_same_end(
    embedded: tuple[Story, Witness], node: tuple[Story, Witness]
) -> None:
    ours, theirs = (table_of(story.drift) for story, _ in (embedded, node))
    assert ours.within.all()
    assert ours.equals(theirs)


def test_the_final_storage_and_code_are_the_same(
    embedded: tuple[Story, Witness], node: tuple[Story, Witness]
) -> None:
    ours, theirs = (storage_of(witness.chain) for _, witness in (embedded, node))
    at = embedded[0].court.at
    assert {address.lower() for key, address in at.items() if key != "lens"} >= ours.keys()
    assert len(ours) > 15
    assert sum(map(len, ours.values())) > 700
    assert ours == theirs
    for key, address in at.items():
        codes = {witness.code(address) for _, witness in (embedded, node)}
        assert len(codes) == 1, key
        assert codes != {b""}, key


def test_gas_is_a_nodes_on_cold_storage_and_less_on_warm(
    embedded: tuple[Story, Witness], node: tuple[Story, Witness]
) -> None:
    """The embedded chain keeps storage warm; the same EVM charges the same where it is cold."""
    for ours, theirs in zip(embedded[1].deeds, node[1].deeds, strict=True):
        assert ours.gas <= theirs.gas, theirs
    deeds, foretold = node[1].deeds, node[1].foretold
    accepted = {place: gas for place, gas in foretold.items() if deeds[place].accepted}
    assert len(accepted) > 45
    assert accepted == {place: deeds[place].gas for place in accepted}


def test_a_run_of_cohorts_is_replayed_on_anvil() -> None:
    scenario = without_trade(small(days=10, holders=6))
    with anvil(OPTIONS) as fresh:
        drift = replay_run(scenario, 0, chain=AnvilChain(fresh))
    ours = replay_run(scenario, 0)
    assert drift.within
    assert drift.transactions == ours.transactions > 30
    assert drift.table().equals(ours.table())
