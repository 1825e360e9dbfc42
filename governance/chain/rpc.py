"""Any JSON-RPC node behind the chain protocol: a public network, or a development node."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from governance.chain.jsonrpc import JsonRpc, NodeError
from governance.chain.protocol import Foreseen, Log, Reverted
from governance.errors import ChainError, CheckRefused, InputError

GWEI = 10**9
_LOCAL_CLIENTS = ("anvil", "hardhat", "ganache")


@dataclass(frozen=True)
class RpcReceipt:
    """A mined transaction as the node tells it."""

    hash: str
    block: int
    timestamp: int
    gas_used: int
    logs: tuple[Log, ...]


class RpcChain:
    """A chain behind a JSON-RPC URL.

    Parameters
    ----------
    url : str
        HTTP or HTTPS address of the node. Only its scheme, host and port ever appear in messages.
    signers : iterable of LocalAccount
        Accounts that sign here. Any other sender must be unlocked on the node, or the node must
        be a development node that can impersonate.
    max_fee_gwei : int, optional
        Most that a unit of gas may cost; a dearer transaction is refused before signing.
    timeout : float
        Seconds to wait for a receipt.

    Raises
    ------
    InputError
        If the URL is not HTTP.
    ChainError
        If the node cannot be reached.
    """

    def __init__(
        self,
        url: str,
        signers: Iterable[LocalAccount] = (),
        *,
        max_fee_gwei: int | None = None,
        timeout: float = 180.0,
    ) -> None:
        self._node = JsonRpc(url)
        self.name = self._node.name
        self.request = self._node.request
        self.request_all = self._node.request_all
        self._signers = {account.address: account for account in signers}
        self._max_fee = None if max_fee_gwei is None else max_fee_gwei * GWEI
        self._timeout = timeout
        self._lock = threading.Lock()
        self._snapshots: dict[int, str] = {}
        self.chain_id = int(self.request("eth_chainId"), 16)
        self._client = str(self.request("web3_clientVersion")).lower()
        self.local = self._client.startswith(_LOCAL_CLIENTS)
        self._unlocked: frozenset[str] | None = None

    def add_signer(self, account: LocalAccount) -> None:
        """Let an account sign here."""
        self._signers[account.address] = account

    def deploy(self, sender: str, init_code: bytes, *, value: int = 0) -> str:
        """Create a contract and return its address once it is mined."""
        receipt = self._transact({"from": sender, "data": init_code, "value": value})
        return to_checksum_address(receipt["contractAddress"])

    def call(self, to: str, data: bytes, *, sender: str | None = None, value: int = 0) -> bytes:
        """Run a call on the latest block and discard its effects."""
        call = {"to": to, "data": f"0x{data.hex()}", "value": hex(value)}
        if sender is not None:
            call["from"] = sender
        return bytes.fromhex(str(self.request("eth_call", call, "latest"))[2:])

    def send(self, sender: str, to: str, data: bytes, *, value: int = 0) -> RpcReceipt:
        """Sign if the sender is a signer, broadcast, and wait for the receipt."""
        raw = self._transact({"from": sender, "to": to, "data": data, "value": value})
        block = self.request("eth_getBlockByNumber", raw["blockNumber"], False)
        return receipt_of(raw, int(block["timestamp"], 16))

    def logs(self, address: str | None = None, *, since: int = 0) -> list[Log]:
        """Return events in order, of one address or all, from a block number on."""
        query: dict[str, Any] = {"fromBlock": hex(since), "toBlock": "latest"}
        if address is not None:
            query["address"] = address
        return [_log(raw) for raw in self.request("eth_getLogs", query)]

    def balance(self, address: str) -> int:
        """Wei of the chain's own coin that an address holds."""
        return int(self.request("eth_getBalance", address, "latest"), 16)

    def code(self, address: str) -> bytes:
        """Return the bytecode at an address, empty for an account without any."""
        return bytes.fromhex(str(self.request("eth_getCode", address, "latest"))[2:])

    def block(self) -> int:
        """Return the number of the latest block."""
        return int(self.request("eth_blockNumber"), 16)

    def timestamp(self) -> int:
        """Time of the latest block."""
        return int(self.request("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def advance(self, seconds: int) -> None:
        """Let time pass by mining a later block (development nodes only)."""
        self.set_time(self.timestamp() + seconds)

    def set_time(self, timestamp: int) -> None:
        """Mine a block at a time that is not in the past (development nodes only)."""
        now = self.timestamp()
        if timestamp < now:
            raise InputError(f"time {timestamp} lies before the chain's clock, {now}")
        try:
            self._develop("move time", "evm_setNextBlockTimestamp", timestamp)
        except NodeError:
            self._develop("move time", "evm_increaseTime", timestamp - now)
        self._develop("move time", "evm_mine")

    def fund(self, address: str, wei: int) -> None:
        """Add coins to an account out of nothing (development nodes only)."""
        balance = hex(self.balance(address) + wei)
        method = self._development_method("setBalance")
        self._develop("give out coins", method, address, balance)

    def snapshot(self) -> int:
        """Remember the whole state (development nodes only)."""
        mark = self._develop("take snapshots", "evm_snapshot")
        number = max(self._snapshots, default=-1) + 1
        self._snapshots[number] = mark
        return number

    def revert(self, snapshot: int) -> None:
        """Return to a snapshot, once; the snapshots taken after it are gone too."""
        if snapshot not in self._snapshots:
            raise ChainError(f"no snapshot {snapshot}: it was never taken or already used")
        done = self._develop("revert", "evm_revert", self._snapshots[snapshot])
        self._snapshots = {n: m for n, m in self._snapshots.items() if n < snapshot}
        if not done:
            raise ChainError(f"{self.name} no longer has snapshot {snapshot}")

    def _develop(self, purpose: str, method: str, *params: Any) -> Any:
        if not self.local:
            raise ChainError(
                f"{self.name} cannot {purpose}: only a development node such as anvil, "
                "or the embedded chain, can"
            )
        return self.request(method, *params)

    def _development_method(self, name: str) -> str:
        return f"{'hardhat' if self._client.startswith('hardhat') else 'anvil'}_{name}"

    def _transact(self, transaction: dict[str, Any]) -> dict[str, Any]:
        sender = transaction["from"]
        fields = {
            key: f"0x{value.hex()}" if isinstance(value, bytes) else value
            for key, value in transaction.items()
        }
        fields["value"] = hex(transaction["value"])
        with self._lock:
            signer = self._signers.get(sender)
            if signer is None:
                self._ensure_unlocked(sender)
            fields["gas"] = hex(self._estimate(fields) * 12 // 10)
            fields |= {key: hex(value) for key, value in self._fees().items()}
            if signer is None:
                digest = self.request("eth_sendTransaction", fields)
            else:
                digest = self._broadcast(signer, fields)
        return self._wait(digest, fields)

    def _estimate(self, fields: dict[str, Any]) -> int:
        try:
            return int(self.request("eth_estimateGas", fields), 16)
        except Reverted as refusal:
            raise Foreseen(refusal.data) from None

    def _broadcast(self, signer: LocalAccount, fields: dict[str, Any]) -> Any:
        nonce = self.request("eth_getTransactionCount", signer.address, "pending")
        unsigned = {key: value for key, value in fields.items() if key != "from"}
        unsigned |= {"nonce": nonce, "chainId": self.chain_id}
        signed = signer.sign_transaction(unsigned)
        return self.request("eth_sendRawTransaction", f"0x{signed.raw_transaction.hex()}")

    def _ensure_unlocked(self, sender: str) -> None:
        if self._unlocked is None:
            accounts = self.request("eth_accounts")
            self._unlocked = frozenset(map(to_checksum_address, accounts))
        if sender in self._unlocked:
            return
        if not self.local:
            raise ChainError(
                f"no key for {sender}: give an account that can sign with --from, "
                "such as a keystore alias"
            )
        self.request(self._development_method("impersonateAccount"), sender)
        self._unlocked |= {sender}

    def _fees(self) -> dict[str, int]:
        base = self.request("eth_getBlockByNumber", "latest", False).get("baseFeePerGas")
        if base is None:
            price = int(self.request("eth_gasPrice"), 16)
            return {"gasPrice": self._within_ceiling(price)}
        try:
            tip = int(self.request("eth_maxPriorityFeePerGas"), 16)
        except NodeError:
            tip = GWEI
        most = self._within_ceiling(2 * int(base, 16) + tip)
        return {"maxFeePerGas": most, "maxPriorityFeePerGas": min(tip, most)}

    def _within_ceiling(self, fee: int) -> int:
        if self._max_fee is not None and fee > self._max_fee:
            raise CheckRefused(
                f"gas would cost up to {fee / GWEI:.2f} gwei, more than the ceiling of "
                f"{self._max_fee / GWEI:.2f}: wait, or raise --max-fee"
            )
        return fee

    def _wait(self, digest: str, fields: dict[str, Any]) -> dict[str, Any]:
        receipt = self._receipt(digest)
        if int(receipt["status"], 16) == 1:
            return receipt
        call = {key: fields[key] for key in ("from", "to", "data", "value") if key in fields}
        self.request("eth_call", call, receipt["blockNumber"])
        raise ChainError(f"transaction {digest} was mined but failed: perhaps it ran out of gas")

    def _receipt(self, digest: str) -> dict[str, Any]:
        """Wait until a transaction is mined."""
        deadline = time.monotonic() + self._timeout
        pause = 0.002
        while True:
            receipt = self.request("eth_getTransactionReceipt", digest)
            if receipt is not None:
                return dict(receipt)
            if time.monotonic() > deadline:
                raise ChainError(
                    f"transaction {digest} was sent but not mined within {self._timeout:.0f} s: "
                    "look it up before sending it again"
                )
            time.sleep(pause)
            pause = min(2 * pause, 2.0)


def receipt_of(raw: dict[str, Any], timestamp: int) -> RpcReceipt:
    """Return a receipt as the node tells it, of a block of that time."""
    return RpcReceipt(
        hash=str(raw["transactionHash"]),
        block=int(raw["blockNumber"], 16),
        timestamp=timestamp,
        gas_used=int(raw["gasUsed"], 16),
        logs=tuple(map(_log, raw["logs"])),
    )


def _log(raw: dict[str, Any]) -> Log:
    return Log(
        address=to_checksum_address(raw["address"]),
        topics=tuple(bytes.fromhex(topic[2:]) for topic in raw["topics"]),
        data=bytes.fromhex(raw["data"][2:]),
        block=int(raw["blockNumber"], 16),
    )
