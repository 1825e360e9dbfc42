"""One seam to every EVM: the embedded court (pyrevm) and any JSON-RPC node."""

from governance.chain.abi import ContractType, contract
from governance.chain.decoding import Event
from governance.chain.embedded import EmbeddedChain
from governance.chain.protocol import ZERO_ADDRESS, Chain, Log, Receipt, Reverted

__all__ = [
    "ZERO_ADDRESS",
    "Chain",
    "ContractType",
    "EmbeddedChain",
    "Event",
    "Log",
    "Receipt",
    "Reverted",
    "contract",
    "embedded",
]


def embedded(*, block_time: int = 0) -> EmbeddedChain:
    """Start an embedded chain.

    Raises
    ------
    MissingPart
        If pyrevm is not installed: the message names the fix.
    """
    return EmbeddedChain(block_time=block_time)
