"""Draws are exactly proportional to weight, whatever was set before."""

from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from governance.chain import EmbeddedChain
from tests.contracts.law import ADMIN, Contract, deploy, refused

CHILDREN = 6


def juror(number: int) -> str:
    """Derive the address of a numbered account."""
    return to_checksum_address((0xC0DE << 96 | number).to_bytes(20))


def tree(weights: list[int] | None = None) -> Contract:
    """Deploy a tree and set the weights of the first accounts."""
    holder = deploy(EmbeddedChain(), "SortitionTreeHolder")
    for number, weight in enumerate(weights or []):
        holder.send(ADMIN, "set", juror(number), weight)
    return holder


def laid_end_to_end(weights: list[int]) -> list[str]:
    """Return who each ticket falls on."""
    return [juror(number) for number, weight in enumerate(weights) for _ in range(weight)]


@given(weights=st.lists(st.integers(0, 9), min_size=1, max_size=50))
@settings(max_examples=60, deadline=None)
def test_each_account_is_drawn_by_as_many_tickets_as_it_has_weight(weights: list[int]) -> None:
    set_nonzero = [weight for weight in weights if weight]
    holder = tree(set_nonzero)
    assert holder.read("total") == sum(weights)
    assert holder.read("drawAll", 0, sum(weights)) == tuple(laid_end_to_end(set_nonzero))


@pytest.mark.parametrize(
    ("accounts", "height"), [(1, 0), (2, 1), (6, 1), (7, 2), (36, 2), (37, 3), (216, 3), (217, 4)]
)
def test_the_height_is_the_logarithm_of_the_accounts(accounts: int, height: int) -> None:
    holder = tree([1] * accounts)
    assert holder.read("height") == height
    assert CHILDREN**height >= accounts
    everyone = tuple(juror(number) for number in range(accounts))
    assert holder.read("drawAll", 0, accounts) == everyone


def test_a_ticket_beyond_the_weights_is_refused() -> None:
    with refused("TicketOutOfRange", 0, 0):
        tree().read("draw", 0)
    with refused("TicketOutOfRange", 5, 5):
        tree([2, 3]).read("draw", 5)


def test_an_account_of_no_weight_is_never_drawn() -> None:
    holder = tree([4, 1, 4])
    holder.send(ADMIN, "set", juror(0), 0)
    holder.send(ADMIN, "set", juror(2), 0)
    assert holder.read("drawAll", 0, 1) == (juror(1),)
    holder.send(ADMIN, "set", juror(9), 0)
    assert holder.read("total") == 1


def test_weights_as_large_as_all_tokens_do_not_overflow() -> None:
    large = 2**120
    holder = tree([large] * 40)
    assert holder.read("total") == 40 * large
    assert holder.read("draw", 39 * large) == juror(39)
    assert holder.read("draw", 39 * large - 1) == juror(38)


class Weights(RuleBasedStateMachine):
    """Weights are set and removed in any order; a list is the model."""

    def __init__(self) -> None:
        super().__init__()
        self.holder = tree()
        self.model: dict[str, int] = {}

    def read(self, function: str, *args: Any) -> Any:
        """Read the tree."""
        return self.holder.read(function, *args)

    @rule(number=st.integers(0, 60), weight=st.integers(1, 7))
    def set(self, number: int, weight: int) -> None:
        """Set a weight."""
        self.holder.send(ADMIN, "set", juror(number), weight)
        self.model[juror(number)] = weight

    @rule(numbers=st.lists(st.integers(0, 60), min_size=5, max_size=20, unique=True))
    def set_many(self, numbers: list[int]) -> None:
        """Set many, so that the tree grows."""
        for number in numbers:
            self.set(number, 1 + number % 5)

    @rule(number=st.integers(0, 60))
    def remove(self, number: int) -> None:
        """Set a weight of 0, whether the account is known or not."""
        self.holder.send(ADMIN, "set", juror(number), 0)
        if juror(number) in self.model:
            self.model[juror(number)] = 0

    @rule(beyond=st.integers(0, 3))
    def no_ticket_beyond_the_total(self, beyond: int) -> None:
        """Draw with a ticket that is too high."""
        total = sum(self.model.values())
        with refused("TicketOutOfRange", total + beyond, total):
            self.read("draw", total + beyond)

    @invariant()
    def every_ticket_falls_on_who_the_model_says(self) -> None:
        """Enumerate all draws."""
        expected = [who for who, weight in self.model.items() for _ in range(weight)]
        assert self.read("total") == len(expected)
        assert self.read("drawAll", 0, len(expected)) == tuple(expected)

    @invariant()
    def weights_are_what_was_set(self) -> None:
        """Each leaf is its account's."""
        for who, weight in self.model.items():
            assert self.read("weightOf", who) == weight


TestWeights = Weights.TestCase
TestWeights.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
