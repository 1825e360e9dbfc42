"""Contract types from the built artifacts: calldata out, values, events and errors back."""

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_abi.codec import ABICodec
from eth_abi.decoding import AddressDecoder, StringDecoder, UnsignedIntegerDecoder
from eth_abi.encoding import AddressEncoder, TextStringEncoder, UnsignedIntegerEncoder
from eth_abi.exceptions import DecodingError, EncodingError
from eth_abi.registry import ABIRegistry, BaseEquals
from eth_abi.registry import registry as shared_registry
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from governance.errors import InputError, MissingPart

ARTIFACTS = Path(__file__).parent.parent / "artifacts"
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class _ChecksumAddressDecoder(AddressDecoder):
    decoder_fn = staticmethod(to_checksum_address)


class _AnyStringDecoder(StringDecoder):
    def __init__(self) -> None:
        super().__init__(handle_string_errors="surrogateescape")  # type: ignore[no-untyped-call]


def _own_registry() -> ABIRegistry:
    own: ABIRegistry = shared_registry.copy()  # type: ignore[no-untyped-call]
    own.unregister("address")
    address = BaseEquals("address", with_sub=False)  # type: ignore[no-untyped-call]
    own.register(address, AddressEncoder, _ChecksumAddressDecoder, label="address")
    # Anyone can propose bytes that are no text; surrogates keep them apart and hashable.
    own.unregister("string")
    string = BaseEquals("string", with_sub=False)  # type: ignore[no-untyped-call]
    own.register(string, TextStringEncoder, _AnyStringDecoder, label="string")
    # Importing Ape makes the shared registry read missing bytes as zero.
    own.unregister("uint")
    unsigned = BaseEquals("uint")  # type: ignore[no-untyped-call]
    own.register(unsigned, UnsignedIntegerEncoder, UnsignedIntegerDecoder, label="uint")
    return own


_REGISTRY = _own_registry()
decode = ABICodec(_REGISTRY).decode
"""Decode ABI data by a list of types: missing bytes are an error, addresses are checksummed."""


def selector(signature: str) -> bytes:
    """First four bytes of the Keccak hash of ``name(type,…)``."""
    return keccak(text=signature)[:4]


def canonical(parameter: Mapping[str, Any]) -> str:
    """Type of a parameter as it is hashed: tuples are spelled out."""
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(canonical(part) for part in parameter["components"])
    return f"({inner}){kind.removeprefix('tuple')}"


@dataclass(frozen=True)
class Signature:
    """A function, error or event: its name and canonical parameter types.

    ``view`` says that a function changes no state.
    """

    name: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    indexed: tuple[bool, ...] = ()
    view: bool = False

    @functools.cached_property
    def text(self) -> str:
        """``name(type,…)`` as it is hashed."""
        return f"{self.name}({','.join(self.types)})"

    @functools.cached_property
    def selector(self) -> bytes:
        """Four bytes that open calldata and revert data."""
        return selector(self.text)

    @functools.cached_property
    def topic(self) -> bytes:
        """32 bytes that open an event's topics."""
        return keccak(text=self.text)

    @functools.cached_property
    def _encoder(self) -> Any:
        return _REGISTRY.get_encoder(f"({','.join(self.types)})")

    @functools.cached_property
    def _limits(self) -> tuple[int, ...] | None:
        """Where every argument is an address (0) or unsigned, how large each may be."""
        found = []
        for kind in self.types:
            bits = kind.removeprefix("uint")
            if kind != "address" and not (bits != kind and bits.isdigit()):
                return None
            found.append(0 if kind == "address" else 1 << int(bits))
        return tuple(found)

    def _plain_words(self, args: Sequence[Any]) -> bytes | None:
        """Encode addresses and whole numbers, eight times as fast; None if there is more to it."""
        if self._limits is None:
            return None
        words = []
        for value, limit in zip(args, self._limits, strict=True):
            if limit and type(value) is int and 0 <= value < limit:
                words.append(value.to_bytes(32))
            elif not limit and type(value) is str and _ADDRESS.fullmatch(value):
                words.append(bytes.fromhex(value[2:]).rjust(32, b"\0"))
            else:
                return None
        return b"".join(words)

    def encode_args(self, args: Sequence[Any]) -> bytes:
        """ABI-encode arguments without a selector.

        Raises
        ------
        InputError
            If their number or types do not fit.
        """
        if len(args) != len(self.types):
            raise InputError(f"{self.text} takes {len(self.types)} arguments, not {len(args)}")
        if not args:
            return b""
        if (words := self._plain_words(args)) is not None:
            return words
        try:
            return bytes(self._encoder(args))
        except EncodingError as error:
            raise InputError(f"{self.text}: {error}") from None

    def encode(self, *args: Any) -> bytes:
        """Calldata: selector and arguments."""
        return self.selector + self.encode_args(args)

    def decode_args(self, data: bytes) -> tuple[Any, ...]:
        """Arguments back from data without its selector; addresses are checksummed."""
        return tuple(decode(self.types, data))

    def decode_output(self, data: bytes) -> Any:
        """Return value of a function: a single value bare, several as a tuple, none as None.

        Raises
        ------
        InputError
            If the data do not fit, as when there is no such contract at the address.
        """
        if not self.outputs:
            return None
        try:
            values = tuple(decode(self.outputs, data))
        except DecodingError:
            raise InputError(
                f"{self.text} answered {len(data)} bytes that are not {self.outputs}: "
                "is this contract deployed on this chain?"
            ) from None
        return values[0] if len(values) == 1 else values


def _signature(entry: Mapping[str, Any]) -> Signature:
    inputs = entry.get("inputs", [])
    return Signature(
        name=entry.get("name", "constructor"),
        types=tuple(canonical(item) for item in inputs),
        names=tuple(item.get("name") or str(i) for i, item in enumerate(inputs)),
        outputs=tuple(canonical(item) for item in entry.get("outputs", [])),
        indexed=tuple(bool(item.get("indexed")) for item in inputs),
        view=entry.get("stateMutability") in {"view", "pure"},
    )


@dataclass(frozen=True)
class ContractType:
    """One contract: its functions, errors, events and creation code."""

    name: str
    bytecode: bytes
    functions: Mapping[str, Signature]
    errors: tuple[Signature, ...]
    events: tuple[Signature, ...]
    constructor: Signature = field(default=Signature("constructor", (), ()))

    @classmethod
    def from_abi(
        cls, name: str, abi: Iterable[Mapping[str, Any]], bytecode: bytes
    ) -> "ContractType":
        """Build a contract type from a JSON ABI; overloads are found by full signature."""
        grouped: dict[str, list[Signature]] = {}
        for entry in abi:
            grouped.setdefault(str(entry["type"]), []).append(_signature(entry))
        functions: dict[str, Signature] = {}
        overloaded: set[str] = set()
        for function in grouped.get("function", []):
            functions[function.text] = function
            if function.name in functions:
                overloaded.add(function.name)
            functions[function.name] = function
        for shared in overloaded:
            del functions[shared]
        return cls(
            name=name,
            bytecode=bytecode,
            functions=functions,
            errors=tuple(grouped.get("error", [])),
            events=tuple(grouped.get("event", [])),
            constructor=grouped.get("constructor", [Signature("constructor", (), ())])[0],
        )

    def function(self, name: str) -> Signature:
        """Return a function by name, or by full signature where the name is overloaded.

        Raises
        ------
        InputError
            If the contract has no such function.
        """
        try:
            return self.functions[name]
        except KeyError:
            raise InputError(f"{self.name} has no single function {name!r}") from None

    def encode(self, name: str, *args: Any) -> bytes:
        """Calldata of a call to a function."""
        return self.function(name).encode(*args)

    def decode(self, name: str, data: bytes) -> Any:
        """Return value of a function."""
        return self.function(name).decode_output(data)

    def init_code(self, *args: Any) -> bytes:
        """Creation code with constructor arguments."""
        return self.bytecode + self.constructor.encode_args(args)

    def decode_call(self, data: bytes) -> tuple[Signature, tuple[Any, ...]] | None:
        """Return the function and arguments of some calldata, or None if it is not ours."""
        for function in self.functions.values():
            if function.selector == data[:4]:
                try:
                    return function, function.decode_args(data[4:])
                except DecodingError:
                    return None
        return None


def artifact_of(name: str) -> dict[str, Any]:
    """Load the built artifact of a contract.

    Raises
    ------
    MissingPart
        If it was not built.
    """
    found = (folder / f"{name}.json" for folder in (ARTIFACTS, ARTIFACTS / "mocks"))
    path = next(filter(Path.is_file, found), ARTIFACTS / f"{name}.json")
    try:
        artifact: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingPart(f"no artifact of {name}: build them with `make artifacts`") from None
    return artifact


@functools.cache
def contract(name: str) -> ContractType:
    """Load a contract type from the built artifacts.

    Raises
    ------
    MissingPart
        If it was not built.
    """
    artifact = artifact_of(name)
    return ContractType.from_abi(
        name, artifact["abi"], bytes.fromhex(artifact["bytecode"].removeprefix("0x"))
    )


def contract_names(*, mocks: bool = False) -> list[str]:
    """Names of all built contracts, with the tests' doubles if asked and there."""
    found = ARTIFACTS.rglob("*.json") if mocks else ARTIFACTS.glob("*.json")
    return sorted(path.stem for path in found)
