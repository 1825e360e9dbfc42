"""An anvil for twins: everybody acts for nothing, contracts too, one by one or in batches.

It must have been started with ``OPTIONS``. Nothing is signed and nothing is estimated: the node
impersonates every sender. A transaction that the EVM refuses is mined as refused, and its revert
data are read from its trace.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from governance.chain.protocol import Reverted, Slot
from governance.chain.rpc import RpcChain, RpcReceipt, receipt_of
from governance.errors import ChainError

OPTIONS = (
    "--hardfork cancun --accounts 1 --auto-impersonate --order fifo "
    "--gas-price 0 --block-base-fee-per-gas 0 --gas-limit 3000000000"
)
"""How to start such a node; the order of a batch is kept only with ``--order fifo``."""
IN_ORDER = 30
"""Requests at once that an anvil takes up in their order; of more it begins with any."""
_GAS = hex(30_000_000)
"""Gas of any transaction, many times what the dearest takes."""

type Transaction = tuple[str, str, bytes]
"""Sender, receiver and data."""


class AnvilChain(RpcChain):
    """A development node whose senders need no keys and no coins.

    Parameters
    ----------
    url : str
        Its address.

    Raises
    ------
    ChainError
        If the node is no anvil that was started so.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        latest = self.request("eth_getBlockByNumber", "latest", False)
        if "anvil" not in self._client or int(latest["baseFeePerGas"], 16):
            raise ChainError(f"{self.name} is no anvil for twins: start one with `anvil {OPTIONS}`")

    def deploy(self, sender: str, init_code: bytes, *, value: int = 0) -> str:
        """Create a contract and return its address."""
        fields = {"from": sender, "data": f"0x{init_code.hex()}", "value": hex(value)}
        return to_checksum_address(self._mine(fields)["contractAddress"])

    def view(self, to: str, data: bytes) -> bytes:
        """Run a call that changes nothing."""
        return self.call(to, data)

    def storage(self, slots: Iterable[Slot]) -> list[int]:
        """Words that contracts keep."""
        calls = [("eth_getStorageAt", [at, hex(slot), "latest"]) for at, slot in slots]
        return [int(word, 16) for word in self.request_all(calls)] if calls else []

    def send(self, sender: str, to: str, data: bytes, *, value: int = 0) -> RpcReceipt:
        """Mine a transaction of any address, of a contract as well."""
        raw = self._mine(_fields(sender, to, data) | {"value": hex(value)})
        # A number here, against the rules of JSON-RPC, where every other one is hexadecimal.
        return receipt_of(raw, int(raw["blockTimestamp"]))

    def send_as(self, contract: str, to: str, data: bytes) -> RpcReceipt:
        """Mine a transaction from a contract's address, as if its code had made the call."""
        return self.send(contract, to, data)

    def send_all(self, batch: Sequence[Transaction]) -> list[dict[str, Any]]:
        """Mine transactions in order in one block; return their receipts as the node tells them.

        A refused transaction has status 0 and changes nothing.
        """
        senders = list(dict.fromkeys(sender for sender, _, _ in batch))
        counts = self.request_all([("eth_getTransactionCount", [who, "latest"]) for who in senders])
        # The node takes up a batch at once, so left to itself it gives one nonce twice.
        next_nonce = {who: int(count, 16) for who, count in zip(senders, counts, strict=True)}
        calls = []
        for sender, to, data in batch:
            nonce, next_nonce[sender] = next_nonce[sender], next_nonce[sender] + 1
            own = {"gas": _GAS, "gasPrice": "0x0", "nonce": hex(nonce)}
            calls.append(("eth_sendTransaction", [_fields(sender, to, data) | own]))
        self.request("evm_setAutomine", False)
        try:
            sent = []
            for first in range(0, len(calls), IN_ORDER):
                sent += self.request_all(calls[first : first + IN_ORDER])
            self.request("evm_mine")
        finally:
            self.request("evm_setAutomine", True)
        receipts = self.request_all([("eth_getTransactionReceipt", [digest]) for digest in sent])
        if [int(each["transactionIndex"], 16) for each in receipts] != list(range(len(batch))):
            raise ChainError(f"{self.name} did not keep the order of a batch")
        return receipts

    def _mine(self, fields: dict[str, Any]) -> dict[str, Any]:
        digest = self.request("eth_sendTransaction", fields | {"gas": _GAS, "gasPrice": "0x0"})
        raw = self._receipt(digest)
        if int(raw["status"], 16):
            return raw
        trace = self.request("debug_traceTransaction", digest, {"disableStack": True})
        raise Reverted(bytes.fromhex(trace["returnValue"].removeprefix("0x")))


def _fields(sender: str, to: str, data: bytes) -> dict[str, Any]:
    return {"from": sender, "to": to, "data": f"0x{data.hex()}"}
