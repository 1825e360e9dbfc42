"""Lines: variables that are compared every day, and where contracts keep them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulations.twin.columns import keys
from simulations.twin.places import PLACES

ROW = None
"""Stands in a line's arguments for the address of a row's member."""

type Argument = int | str | None
type Simulated = Callable[[], Any]
"""Says a variable's values now, an array by row."""
type Amounts = Callable[[list[int]], Sequence[float]]
"""Makes other values of what a contract keeps."""


@dataclass(frozen=True)
class Line:
    """One variable.

    Attributes
    ----------
    name, unit
        What it is called, and the unit of the simulation's values.
    simulated
        Says them.
    key, path
        Where they are kept: the contract and the path in its storage.
    arguments
        Keys of the path; ``ROW`` stands for a row's member.
    getter, word
        The getter that says the same, and in which word of its answer, or an empty name.
    amounts
        Makes values to compare of those that are kept.
    """

    name: str
    unit: str
    simulated: Simulated
    key: str
    path: str
    arguments: tuple[Argument, ...] = ()
    getter: str = ""
    word: int = 0
    amounts: Amounts = list

    @classmethod
    def of(
        cls,
        variable: str,
        simulated: Simulated,
        unit: str = "tokens",
        *arguments: Argument,
        word: int = 0,
        name: str = "",
        amounts: Amounts = list,
    ) -> "Line":
        """Line of what a getter says, ``contract.getter``, and storage keeps."""
        key, getter = variable.split(".")
        path = PLACES[key, getter][word]
        return cls(name or variable, unit, simulated, key, path, arguments, getter, word, amounts)

    def read(self, answer: Any, word: int) -> Sequence[float]:
        """Values of what a getter answered."""
        return answer.column(word) if self.amounts is list else self.amounts(answer.integers(word))

    def keys(self, who: list[int]) -> list[Any]:
        """Keys of its path for rows, by the addresses of their members."""
        return keys([who if each is ROW else each for each in self.arguments])
