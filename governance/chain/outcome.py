"""What the embedded EVM makes of a transaction: a receipt, or why there is none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from governance.chain.protocol import Log, Reverted
from governance.errors import ChainError

_REVERT = re.compile(r"output: 0x([0-9a-f]*)")


@dataclass(slots=True)
class EmbeddedReceipt:
    """A receipt; what it says is taken from the EVM's result when it is asked for."""

    block: int
    timestamp: int
    result: Any

    @property
    def hash(self) -> str:
        """Empty: nothing is signed here."""
        return ""

    @property
    def gas_used(self) -> int:
        """Gas spent, storage being warm."""
        return int(self.result.gas_used)

    @property
    def logs(self) -> list[Log]:
        """Its events in order."""
        return list(self.logs_of(None))

    def logs_of(self, address: str | None) -> Iterator[Log]:
        """Yield the events of one contract, or all."""
        for raw in self.result.logs:
            if address is None or raw.address == address:
                topics, data = raw.data
                yield Log(raw.address, tuple(topics), bytes(data), self.block)


def refusal(error: RuntimeError) -> ChainError:
    """Tell why the EVM refused."""
    text = str(error)
    if text.startswith("Revert"):
        found = _REVERT.search(text)
        return Reverted(bytes.fromhex(found[1] if found else ""))
    if "LackOfFund" in text:
        return ChainError("the sender does not hold the coins it wants to send")
    if "RejectCallerWithCode" in text:
        return ChainError("a contract cannot send a transaction: act through a proposal")
    return ChainError(f"the embedded chain stopped: {text}")
