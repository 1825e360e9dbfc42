"""Places in storage hold what getters say, and a twin that read them wrongly would notice."""

from itertools import product

import numpy as np
import pytest

from governance.chain.abi import contract
from governance.errors import InputError
from governance.law import CONTRACTS
from simulations.twin.columns import number
from simulations.twin.deployed import MANY, member_address
from simulations.twin.places import PLACES
from tests.simulations.scripts import Script
from tests.simulations.test_twin_verbs import Story, table_of

FEW = range(4)
"""Lanes, criteria, models, versions, rounds and the like that a story has."""

AT_REST = {
    ("staked", "exitOf", 0),
    ("registry", "openChallengeOf", 0),
    ("gate", "holdOf", 0),
    ("court", "jurorOf", 1),
    ("market", "earned", 0),
}
"""Words that are zero once the story has ended; while it goes on both are compared every day."""


@pytest.fixture(scope="module")
def told() -> Story:
    """A story of every mechanism at its end, with getters asked every day."""
    story = Story()
    story.thorough = True
    assert story.tell().within
    return story


def candidates(story: Story, key: str, kind: str) -> list[int]:
    """Arguments of a type that a getter could be asked about."""
    if kind == "address":
        assets = [at for name, at in story.court.at.items() if name.startswith("asset")]
        others = [story.court.at[name] for name in ("treasury", "court", "gate")]
        members = story.court.who(np.arange(len(story.court.members))).tolist()
        return [*members, *map(number, assets + others)]
    if kind == "bytes32":
        return [story.court.word("registry", "subjectOf", version) for version in (1, 2)]
    return [each for each, _ in story.court.proposals] if key == "governor" else list(FEW)


@pytest.mark.parametrize(("key", "getter"), PLACES)
def test_a_place_holds_what_its_getter_says(told, key, getter) -> None:
    paths, dao = PLACES[key, getter], told.court
    kinds = contract(dict(CONTRACTS)[key]).function(getter).types
    rows = list(product(*(candidates(told, key, kind) for kind in kinds)))
    columns = tuple(map(list, zip(*rows, strict=True)))
    held, view = dao.held(key, *paths, columns=columns), dao.look(key, getter, columns, len(paths))
    dao.lens.look()
    for word in range(len(paths)):
        kept, said = np.array(held.column(word), float), np.array(view.column(word))
        known = ~np.isnan(said)
        assert known.any()
        np.testing.assert_array_equal(kept[known], said[known])
        assert (key, getter, word) in AT_REST or kept[known].any(), f"{paths[word]} is always 0"


def test_a_wrong_place_shows_as_drift(monkeypatch) -> None:
    monkeypatch.setitem(PLACES, ("staked", "lockedOf"), ("_balances[{0}]",))
    script = Script()
    script.do("staking.deposit", *script.who("holders"), amount=100)
    script.pass_days()
    assert not script.end().within
    assert table_of(script.drift).within.loc[["staked.lockedOf", "staked.balanceOf"]].tolist() == [
        False,
        True,
    ]


def test_a_getter_that_says_other_than_is_kept_shows_as_drift(monkeypatch) -> None:
    script = Script()
    script.do("staking.deposit", *script.who("holders"), amount=100)
    script.pass_days()
    assert script.drift.within
    look = script.court.look

    def misled(key, getter, *more):
        return look(key, "balanceOf" if getter == "lockedOf" else getter, *more)

    monkeypatch.setattr(script.court, "look", misled)
    table = table_of(script.end())
    assert table.index[~table.within].tolist() == ["staked.lockedOf"]


def test_many_hashes_are_those_of_few(told) -> None:
    texts = [bytes([n]) * 64 for n in range(2 * MANY)]
    one_by_one = [told.court._hashed([text])[0] for text in texts]
    assert told.court._hashed(texts) == one_by_one
    assert len(set(one_by_one)) == len(texts)


def test_members_have_the_addresses_that_stand_for_them(told) -> None:
    assert told.court.members == list(map(member_address, range(len(told.court.members))))


def test_a_place_that_is_not_there_is_said(told) -> None:
    with pytest.raises(
        InputError, match=r"StakedMoot _stakes\[\{0\}\]: there is no '_stakes', but"
    ):
        told.court.held("staked", "_stakes[{0}]", columns=([1],))
