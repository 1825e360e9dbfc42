"""Columns of arguments: many questions of one kind, for the lens or as keys of places."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from governance.chain.layout import WORD
from simulations.randomness import Ints

type Column = Ints | list[int] | int | str | bytes
"""An argument for each question, or one for all: a number, an address, a word."""


def arguments(columns: Sequence[Column]) -> tuple[bytes, int]:
    """Words of columns, one question's after the other's, and how many questions."""
    rows = keys(columns)
    if len(columns) == 1:
        return b"".join([each.to_bytes(WORD) for each in rows]), len(rows)
    return b"".join([each.to_bytes(WORD) for row in rows for each in row]), len(rows)


def keys(columns: Sequence[Column]) -> list[Any]:
    """Columns row by row: numbers if there is one column, tuples of them if not."""
    if len(columns) == 1:
        (column,) = columns
        if isinstance(column, np.ndarray):
            found: list[Any] = column.tolist()
            return found
        return column if isinstance(column, list) else [number(column)]
    parts = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns]
    count = next((len(part) for part in parts if isinstance(part, list)), 1)
    rows = (part if isinstance(part, list) else [number(part)] * count for part in parts)
    return list(zip(*rows, strict=True)) if columns else [()]


def number(argument: int | str | bytes) -> int:
    """One argument as a number."""
    return argument if isinstance(argument, int) else int.from_bytes(word(argument))


def word(argument: int | str | bytes) -> bytes:
    """One argument as a word."""
    if isinstance(argument, str):
        return address_word(argument)
    return argument if isinstance(argument, bytes) else int(argument).to_bytes(WORD)


def numbers(data: bytes) -> list[int]:
    """Words as numbers."""
    return [int.from_bytes(data[at : at + WORD]) for at in range(0, len(data), WORD)]


@functools.cache
def address_word(address: str) -> bytes:
    """Return an address as a word."""
    return bytes.fromhex(address[2:]).rjust(WORD, b"\0")
