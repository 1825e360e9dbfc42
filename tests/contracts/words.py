"""ABI without checks: calldata kept for next time, answers read by decoders built once a type.

A state machine asks contracts of ours for the same things hundreds of times a step, and the
general codec, which trusts nobody, would take most of its time. A test compares the two.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from eth_utils.address import to_checksum_address

from governance.chain import contract

WORD = 32


class Reader(NamedTuple):
    """How a type is read.

    ``words`` are those it takes where it stands, one if that only says where it is (``dynamic``);
    ``read`` gives the value that begins at a byte of some data.
    """

    words: int
    dynamic: bool
    read: Callable[[bytes, int], Any]


@lru_cache(maxsize=2**16, typed=True)
def calldata(name: str, function: str, *args: Any) -> bytes:
    """Calldata of a call to a function of a contract; the arguments must be hashable."""
    return contract(name).encode(function, *args)


def answer(name: str, function: str, data: bytes) -> Any:
    """What a function of a contract returned, as the general codec gives it."""
    outputs = contract(name).function(function).outputs
    if not data or not outputs:
        return contract(name).decode(function, data)
    values = _row(outputs).read(data, 0)
    return values[0] if len(outputs) == 1 else values


@cache
def _row(kinds: tuple[str, ...]) -> Reader:
    """How types that stand in a row are read, as a tuple."""
    return _joined([_reader(kind) for kind in kinds])


@cache
def _reader(kind: str) -> Reader:
    if kind.endswith("]"):
        inner, _, length = kind[:-1].rpartition("[")
        each = _reader(inner)
        if length:
            return _joined([each] * int(length))

        def read(data: bytes, at: int) -> tuple[Any, ...]:
            return _read([each] * _whole(data, at), data, at + WORD)

        return Reader(1, True, read)
    if kind.startswith("("):
        return _row(tuple(_split(kind[1:-1])))
    if kind in ("bytes", "string"):
        return Reader(1, True, _bytes if kind == "bytes" else _text)
    if kind.startswith("bytes"):
        size = int(kind.removeprefix("bytes"))
        return Reader(1, False, lambda data, at: data[at : at + size])
    if kind.startswith("uint"):
        return Reader(1, False, _whole)
    return Reader(1, False, _SINGLE[kind])


def _joined(parts: list[Reader]) -> Reader:
    dynamic = any(part.dynamic for part in parts)
    words = 1 if dynamic else sum(part.words for part in parts)
    return Reader(words, dynamic, lambda data, at: _read(parts, data, at))


def _read(parts: Sequence[Reader], data: bytes, base: int) -> tuple[Any, ...]:
    values, at = [], base
    for words, dynamic, read in parts:
        values.append(read(data, base + _whole(data, at) if dynamic else at))
        at += WORD * words
    return tuple(values)


def _split(kinds: str) -> list[str]:
    """Types between commas that are outside of all brackets."""
    parts, depth = [""], 0
    for letter in kinds:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _whole(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + WORD])


def _bytes(data: bytes, at: int) -> bytes:
    return data[at + WORD : at + WORD + _whole(data, at)]


def _text(data: bytes, at: int) -> str:
    return _bytes(data, at).decode(errors="surrogateescape")


_address = lru_cache(maxsize=2**12)(to_checksum_address)
_SINGLE: dict[str, Callable[[bytes, int], Any]] = {
    "bool": lambda data, at: data[at + WORD - 1] != 0,
    "address": lambda data, at: _address(data[at + 12 : at + WORD]),
}
