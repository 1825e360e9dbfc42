"""Where a contract keeps a value: from a path such as ``_exits[{0}].shares`` to slot and bits.

The rules are those of Solidity's "Layout of State Variables in Storage and Transient Storage": a
mapping's entry lies at the Keccak hash of its key and the mapping's slot, the elements of a dynamic
array begin at the hash of its slot, which holds its length, and what fits shares a slot.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from governance.chain.abi import artifact_of
from governance.errors import InputError

WORD = 32
LAST = -1
"""Index of an array's last element."""
_PART = re.compile(r"\.(\w+)|\[(?:\{(\d)\}|(-1|\d+))\]")
_WHOLE = 2**256 - 1
_FIXED = re.compile(r"\[(\d+)\]$")
_PARTED, _LONG = {"members", "key", "base"}, {"string", "bytes"}

type Rows = Sequence[tuple[int, ...]]
"""Keys of a path, a tuple for each value that is asked for."""
type Hashes = Callable[[list[bytes]], list[int]]
"""Keccak hashes of texts of one length."""


def hashes(texts: list[bytes]) -> list[int]:
    """Keccak hashes, one by one."""
    return [int.from_bytes(keccak(text)) for text in texts]


@dataclass(frozen=True)
class _Step:
    """One part of a path: an offset of slots, or what a key or an index leads to."""

    kind: str
    size: int = 0
    given: int | None = None
    literal: int = 0

    def then(self, slots: list[int], rows: Rows, hashed: Hashes) -> list[int]:
        if self.given is None:
            chosen = [self.literal] * len(slots)
        else:
            chosen = [row[self.given] for row in rows]
        if self.kind == "entry":
            return _each(
                [
                    key.to_bytes(WORD) + slot.to_bytes(WORD)
                    for key, slot in zip(chosen, slots, strict=True)
                ],
                hashed,
            )
        if self.kind == "element":
            slots = elements(slots, hashed)
        return [slot + index * self.size for slot, index in zip(slots, chosen, strict=True)]


def elements(slots: list[int], hashed: Hashes = hashes) -> list[int]:
    """Slots of the first elements of dynamic arrays."""
    return _each([slot.to_bytes(WORD) for slot in slots], hashed)


def _each(texts: list[bytes], hashed: Hashes) -> list[int]:
    """Hash every text, but none twice."""
    once = list(dict.fromkeys(texts))
    known = dict(zip(once, hashed(once), strict=True))
    return [known[text] for text in texts]


@dataclass(frozen=True)
class Place:
    """Where values of one path lie.

    Attributes
    ----------
    shift, mask
        The value is ``word >> shift & mask``.
    last
        Whether the value is in the last element of an array. Then :meth:`slots` are those of
        arrays, which hold their lengths, and :meth:`of_last` goes on from there.
    """

    first: int
    steps: tuple[_Step, ...]
    beyond: int
    size: int
    shift: int
    mask: int
    last: bool

    def slots(self, rows: Rows, hashed: Hashes = hashes) -> list[int]:
        """Slots of values, a row of keys ``{0}``, ``{1}``, ... of the path for each."""
        slots = [self.first] * len(rows)
        for step in self.steps:
            slots = step.then(slots, rows, hashed)
        return slots

    def of_last(self, first: int, length: int) -> int:
        """Slot of the value in the last of an array's elements, by the slot of the first."""
        return first + (length - 1) * self.size + self.beyond

    def values(self, words: list[int]) -> list[int]:
        """Values in words of storage."""
        shift, mask = self.shift, self.mask
        return words if mask == _WHOLE else [word >> shift & mask for word in words]


@functools.cache
def place(contract: str, path: str) -> Place:
    """Find where a contract keeps what a path names.

    A path is a state variable and then ``.member`` of a struct, ``.length`` of a dynamic array,
    ``[{n}]`` for the n-th of the keys asked for, ``[3]`` for a certain one, ``[-1]`` for the last
    element of a dynamic array.

    Raises
    ------
    InputError
        If the contract keeps nothing of that name, or not one value.
    MissingPart
        If the contract was not built.
    """
    storage = artifact_of(contract).get("storage")
    if storage is None:
        raise InputError(f"{contract} tells nothing of its storage: only deployed contracts do")
    return _Walk(f"{contract} {path}", storage["types"]).to(storage["variables"], path)


class _Walk:
    def __init__(self, origin: str, types: Mapping[str, Any]) -> None:
        self._origin, self._types = origin, types
        self._steps: list[_Step] = []
        self._offset = 0
        self._last_at: int | None = None

    def to(self, variables: list[dict[str, Any]], path: str) -> Place:
        name = re.match(r"\w*", path)[0]  # type: ignore[index]
        kind = self._member(variables, name)
        first, at = self._steps.pop().literal, len(name)
        while at < len(path):
            part = _PART.match(path, at)
            if part is None:
                raise InputError(f"{self._origin}: {path[at:]!r} is no part of a path")
            member, given, literal = part.groups()
            kind = self._into(kind, member) if member else self._at(kind, given, literal)
            at = part.end()
        return self._place(first, kind)

    def _place(self, first: int, kind: str) -> Place:
        about = self._types.get(kind, {"bytes": WORD})
        if _PARTED & set(about) or kind in _LONG:
            raise InputError(f"{self._origin}: {kind} is not one value")
        if kind.startswith("int"):
            raise InputError(f"{self._origin}: {kind} has a sign, which nothing here reads")
        steps, after = self._steps, self._steps[self._last_at :]
        size = beyond = 0
        if self._last_at is not None:
            steps, size = self._steps[: self._last_at], after[0].size
            if any(step.kind != "offset" for step in after[1:]):
                raise InputError(f"{self._origin}: what is in a last element has no keys")
            beyond = sum(step.literal * step.size for step in after[1:])
        return Place(
            first=first,
            steps=tuple(steps),
            beyond=beyond,
            size=size,
            shift=8 * self._offset,
            mask=(1 << 8 * about["bytes"]) - 1,
            last=self._last_at is not None,
        )

    def _member(self, members: list[dict[str, Any]], name: str) -> str:
        for each in members:
            if each["name"] == name:
                self._steps.append(_Step("offset", 1, None, each["slot"]))
                self._offset = each["offset"]
                return str(each["type"])
        known = ", ".join(each["name"] for each in members)
        raise InputError(f"{self._origin}: there is no {name!r}, but {known}")

    def _into(self, kind: str, name: str) -> str:
        about = self._types.get(kind, {})
        if name == "length" and kind.endswith("[]"):
            return "uint256"
        if "members" not in about:
            raise InputError(f"{self._origin}: {kind} has no members")
        return self._member(about["members"], name)

    def _at(self, kind: str, given: str | None, literal: str | None) -> str:
        about = self._types.get(kind, {})
        chosen, index = int(given) if given else None, int(literal or 0)
        self._offset = 0
        if index == LAST and not kind.endswith("[]"):
            raise InputError(f"{self._origin}: [-1] is for dynamic arrays, not {kind}")
        if about.get("key") in _LONG:
            raise InputError(f"{self._origin}: keys of {kind} are no numbers")
        if "key" in about:
            self._steps.append(_Step("entry", 0, chosen, index))
            return str(about["value"])
        if "base" not in about:
            raise InputError(f"{self._origin}: {kind} has no elements")
        size = self._types[about["base"]]["bytes"]
        if size % WORD:
            raise InputError(f"{self._origin}: elements of {kind} share slots")
        dynamic, fixed = kind.endswith("[]"), _FIXED.search(kind)
        if given is None and fixed is not None and index >= int(fixed[1]):
            raise InputError(f"{self._origin}: {kind} has no element {index}")
        if index == LAST:
            if self._last_at is not None:
                raise InputError(f"{self._origin}: [-1] twice")
            self._last_at, index = len(self._steps), 0
        step = _Step("element" if dynamic else "offset", size // WORD, chosen, index)
        self._steps.append(step)
        return str(about["base"])
