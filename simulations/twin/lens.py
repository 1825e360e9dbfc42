"""The lens: thousands of views of a day in one call, and their answers as one array.

A question and its answer go through Python once per group, not once per member. The contract
``Lens`` asks the views inside the chain, by ``staticcall``, and says of each whether it answered.
"""

import numpy as np

from governance.chain.layout import WORD
from governance.chain.protocol import ActingChain

MOST = 4_096
"""Questions of one call: a node limits the gas of a call, and its memory grows dearer."""
NO_ANSWER = np.nan
"""Stands for the answer of a view that reverts: nothing is equal to it."""
_LIMBS = 4
_LIMB = 2.0**64


class View:
    """One view, asked for one or many arguments, and its answers once the lens has looked.

    Attributes
    ----------
    count
        How many answers there are.
    """

    __slots__ = ("_data", "_first", "_given", "_numbers", "count")

    def __init__(self, first: int, count: int, given: int) -> None:
        self._first, self.count, self._given = first, count, given
        self._data = b""
        self._numbers: list[float] | None = None

    def column(self, word: int = 0) -> list[float]:
        """One word of every answer as a float64, rounded above 2^53; NaN where there is none."""
        if self._numbers is None:
            raise RuntimeError("the lens has not looked yet")
        words = self._numbers[self._every(1 + word)]
        if not self._numbers[-1]:
            return words
        known = self._numbers[self._every(0)]
        return [each if told else NO_ANSWER for each, told in zip(words, known, strict=True)]

    def integers(self, word: int = 0) -> list[int]:
        """One word of every answer as it is; no promise of a view that did not answer."""
        starts = range(*self._every(1 + word).indices(len(self._data) // WORD))
        return [int.from_bytes(self._data[WORD * at : WORD * (at + 1)]) for at in starts]

    def answered(self, data: bytes, numbers: list[float]) -> None:
        """Take in what came of the call in which this was asked."""
        self._data, self._numbers = data, numbers

    def _every(self, offset: int) -> slice:
        step = self._given + 1
        return slice(self._first + offset, self._first + self.count * step, step)


class Lens:
    """Collects questions, asks them together and hands the answers out.

    Parameters
    ----------
    chain
        Where the contracts are.
    address
        Of the contract ``Lens`` there.
    """

    def __init__(self, chain: ActingChain, address: str) -> None:
        self._chain, self._address = chain, address
        self._groups: list[bytes] = []
        self._views: list[View] = []
        self._words = self._questions = 0

    def ask(self, target: bytes, arguments: bytes, count: int, given: int) -> View:
        """Ask a view.

        Parameters
        ----------
        target
            Address of the contract and selector of the view, 24 bytes.
        arguments
            All arguments, one question's after the other's, in words.
        count
            Number of questions.
        given
            Words of an answer that are wanted, from its first on.
        """
        if self._questions + count > MOST:
            self.look()
        view = View(self._words, count, given)
        if count:
            taken = len(arguments) // (WORD * count)
            self._groups += (target, (count << 32 | taken << 16 | given).to_bytes(8), arguments)
        self._views.append(view)
        self._words += count * (given + 1)
        self._questions += count
        return view

    def look(self) -> None:
        """Ask what was collected."""
        if not self._views:
            return
        data = self._chain.view(self._address, b"".join(self._groups))
        numbers = _numbers(data)
        for view in self._views:
            view.answered(data, numbers)
        self._groups, self._views = [], []
        self._words = self._questions = 0


def _numbers(data: bytes) -> list[float]:
    """Words as floats; the same on every machine, for the sums are done in a fixed order."""
    limbs = np.frombuffer(data, dtype=">u8").astype(np.float64).reshape(-1, _LIMBS)
    numbers = limbs[:, 0]
    for place in range(1, _LIMBS):
        numbers = numbers * _LIMB + limbs[:, place]
    found: list[float] = numbers.tolist()
    return found
