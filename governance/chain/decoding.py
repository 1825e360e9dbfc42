"""Read events and refusals back by the ABIs of all artifacts."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.exceptions import DecodingError

from governance.chain.abi import Signature, contract, contract_names, decode
from governance.printing import one_line

_PANICS = {
    0x01: "an assertion failed",
    0x11: "arithmetic overflow or underflow",
    0x12: "division by zero",
    0x21: "a value outside its enum",
    0x31: "pop from an empty array",
    0x32: "array index out of range",
    0x41: "out of memory",
    0x51: "call to an unset function",
}


@dataclass(frozen=True)
class Event:
    """A decoded event: its name and its arguments by name."""

    name: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Reason:
    """Why a contract refused: the error's name, its arguments, and both as readable text."""

    name: str
    args: tuple[Any, ...]
    text: str


@functools.cache
def _errors() -> dict[bytes, Signature]:
    standard = [
        Signature("Error", ("string",), ("message",)),
        Signature("Panic", ("uint256",), ("code",)),
    ]
    declared = [error for name in contract_names(mocks=True) for error in contract(name).errors]
    return {error.selector: error for error in [*standard, *declared]}


@functools.cache
def _events() -> dict[bytes, tuple[Signature, ...]]:
    found: dict[bytes, dict[tuple[bool, ...], Signature]] = {}
    for name in contract_names(mocks=True):
        for event in contract(name).events:
            found.setdefault(event.topic, {}).setdefault(event.indexed, event)
    return {topic: tuple(variants.values()) for topic, variants in found.items()}


def _show(value: Any) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else one_line(str(value))


def decode_revert(data: bytes) -> Reason:
    """Name and arguments of revert data by all artifacts' ABIs."""
    if not data:
        return Reason("", (), "it gave no reason")
    head = f"0x{data[:4].hex()}"
    error = _errors().get(data[:4])
    if error is None:
        return Reason(head, (data[4:],), f"unknown error {head}")
    try:
        args = error.decode_args(data[4:])
    except DecodingError:
        return Reason(head, (data[4:],), f"malformed error {error.name}")
    if error.name == "Error":
        return Reason("Error", args, _show(args[0]))
    if error.name == "Panic":
        meaning = _PANICS.get(args[0], "a compiler check failed")
        return Reason("Panic", args, f"panic 0x{args[0]:02x}: {meaning}")
    shown = ", ".join(f"{n}={_show(a)}" for n, a in zip(error.names, args, strict=True))
    return Reason(error.name, args, f"{error.name}({shown})")


def decode_log(topics: Sequence[bytes], data: bytes) -> Event | None:
    """Name and arguments of an event, or None if no artifact declares it."""
    if not topics:
        return None
    for event in _events().get(topics[0], ()):
        if sum(event.indexed) == len(topics) - 1:
            return _decode_event(event, topics[1:], data)
    return None


def _decode_event(event: Signature, topics: Sequence[bytes], data: bytes) -> Event:
    plain = [kind for kind, index in zip(event.types, event.indexed, strict=True) if not index]
    rest = iter(decode(plain, data))
    heads = iter(topics)
    args: dict[str, Any] = {}
    for name, kind, index in zip(event.names, event.types, event.indexed, strict=True):
        if not index:
            args[name] = next(rest)
        elif kind in ("string", "bytes") or kind.endswith("]") or kind.startswith("("):
            args[name] = next(heads)
        else:
            args[name] = decode([kind], next(heads))[0]
    return Event(event.name, args)
