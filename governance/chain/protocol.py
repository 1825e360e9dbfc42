"""The seam between moot and any EVM: one small protocol, its records and its errors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from governance.chain.decoding import Event, Reason, decode_log, decode_revert
from governance.errors import ChainError, CheckRefused

type Slot = tuple[str, int]
"""Address of a contract and number of a slot of its storage."""

ZERO_ADDRESS = "0x" + "00" * 20


class Reverted(ChainError):
    """The EVM refused a transaction or a call.

    Attributes
    ----------
    name : str
        Name of the custom error, ``Error`` or ``Panic``; the selector in hex if no artifact
        declares it; empty if the contract gave no reason.
    args_ : tuple
        The error's arguments in declaration order.
    data : bytes
        The raw revert data.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.reason: Reason = decode_revert(data)
        self.name = self.reason.name
        self.args_: tuple[Any, ...] = self.reason.args
        super().__init__(f"the contract refused: {self.reason.text}")


class Foreseen(CheckRefused, Reverted):
    """The EVM refused the simulation of a transaction, so it was not sent."""


@dataclass(frozen=True, slots=True)
class Log:
    """One event as the chain stores it.

    ``topics`` are 32 bytes each; ``block`` is the number of the block that holds it.
    """

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int

    def decode(self) -> Event | None:
        """Name and arguments by the artifacts' ABIs, or None if none declares the event."""
        return decode_log(self.topics, self.data)


class Receipt(Protocol):
    """What a mined transaction leaves behind.

    ``gas_used`` is in gas, ``timestamp`` in seconds since 1970, ``hash`` is empty on a chain
    without transaction hashes.
    """

    @property
    def hash(self) -> str:
        """Hash of the transaction in hex."""

    @property
    def block(self) -> int:
        """Number of the block that holds it."""

    @property
    def timestamp(self) -> int:
        """Time of that block."""

    @property
    def gas_used(self) -> int:
        """Gas spent, refunds deducted."""

    @property
    def logs(self) -> Sequence[Log]:
        """Its events in order."""


class Chain(Protocol):
    """An EVM that contracts can be deployed to.

    Addresses are checksummed hex strings, amounts are wei, times are seconds since 1970.
    Every method raises ChainError if the chain cannot do what is asked.
    """

    chain_id: int
    local: bool
    """Whether time can be moved: an embedded chain or a development node."""

    def deploy(self, sender: str, init_code: bytes, *, value: int = 0) -> str:
        """Create a contract and return its address."""

    def call(self, to: str, data: bytes, *, sender: str | None = None, value: int = 0) -> bytes:
        """Run a call and discard its effects: a read, or the simulation of a transaction."""

    def send(self, sender: str, to: str, data: bytes, *, value: int = 0) -> Receipt:
        """Send a transaction and wait until it is mined; raise Reverted if it is refused."""

    def logs(self, address: str | None = None, *, since: int = 0) -> list[Log]:
        """Return events in order, of one address or all, from a block number on."""

    def balance(self, address: str) -> int:
        """Wei of the chain's own coin that an address holds."""

    def code(self, address: str) -> bytes:
        """Return the bytecode at an address, empty for an account without any."""

    def block(self) -> int:
        """Return the number of the latest block."""

    def timestamp(self) -> int:
        """Return the time that a read sees now."""

    def advance(self, seconds: int) -> None:
        """Let time pass (local chains only)."""

    def set_time(self, timestamp: int) -> None:
        """Move the clock to a time that is not in the past (local chains only)."""

    def fund(self, address: str, wei: int) -> None:
        """Add coins to an account out of nothing (local chains only)."""

    def snapshot(self) -> int:
        """Remember the whole state (local chains only). Snapshots nest."""

    def revert(self, snapshot: int) -> None:
        """Return to a snapshot, once; the snapshots taken after it are gone too."""


class ActingChain(Chain, Protocol):
    """A local chain on which contracts can act of their own, for twins and tests."""

    def view(self, to: str, data: bytes) -> bytes:
        """Run a call that can change nothing."""

    def storage(self, slots: Iterable[Slot]) -> list[int]:
        """Words that contracts keep."""

    def send_as(self, contract: str, to: str, data: bytes) -> Receipt:
        """Send a transaction from a contract's address, as if its code had made the call."""
