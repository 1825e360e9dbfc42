"""The twin on both chains: one story, told on the embedded chain and on anvil, is the same."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from governance.chain import EmbeddedChain, Reverted, contract
from governance.chain.anvil import OPTIONS, AnvilChain
from governance.chain.decoding import decode_revert
from governance.errors import ChainError
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


def test_a_batch_is_mined_in_order_and_what_is_refused_in_it_is_told(url: str) -> None:
    chain, sender, heir = AnvilChain(url), account("sender"), account("heir")
    kind = contract("MootToken")
    token = chain.deploy(sender, kind.init_code("M", "M", 10, sender, sender, 10))
    steps = (sender, heir, 7), (sender, heir, 4), (heir, sender, 6), (sender, heir, 9)
    batch = [(who, token, kind.encode("transfer", to, amount)) for who, to, amount in steps]
    receipts = chain.send_all(batch)
    assert [int(each["status"], 16) for each in receipts] == [1, 0, 1, 1]
    assert len({each["blockNumber"] for each in receipts}) == 1
    held = [chain.call(token, kind.encode("balanceOf", who))[-1] for who in (sender, heir)]
    assert held == [0, 10]
    assert chain.send(heir, token, kind.encode("transfer", sender, 1)).logs
    with pytest.raises(ChainError, match="refused eth_nonsense"):
        chain.request_all([("eth_blockNumber", []), ("eth_nonsense", [])])


def test_an_anvil_that_wants_coins_is_refused() -> None:
    with anvil() as dear, pytest.raises(ChainError, match="--block-base-fee-per-gas 0"):
        AnvilChain(dear)
