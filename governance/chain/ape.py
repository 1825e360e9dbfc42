"""Ape's own local chain (py-evm) behind the chain protocol, so that Ape tests run the same code.

Ape is not imported here: whoever has connected to a provider hands it over. Every transaction
is mined in a block of its own, and a block is at least a second later than its parent, so time
does not stand still between two transactions as it does on the embedded chain. Blocks have real
headers and hashes. The rules are Prague's, which Cancun's code runs under.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_canonical_address, to_checksum_address
from eth_utils.crypto import keccak

from governance.chain.protocol import Foreseen, Log, Reverted
from governance.errors import ChainError, InputError

_ERROR_OF_TEXT = keccak(text="Error(string)")[:4]


@dataclass(frozen=True)
class ApeReceipt:
    """A transaction in a block of Ape's chain."""

    hash: str
    block: int
    timestamp: int
    gas_used: int
    logs: tuple[Log, ...]


@dataclass(frozen=True)
class _Mark:
    head: Any
    timestamp: int
    block: int


class ApeChain:
    """Ape's local chain.

    Parameters
    ----------
    provider : ape_test.LocalProvider
        As ``ape.networks.ethereum.local.use_provider("test")`` gives it.
    signers : iterable of LocalAccount
        Accounts that can send transactions, besides Ape's test accounts.
    """

    local = True

    def __init__(self, provider: Any, signers: Iterable[LocalAccount] = ()) -> None:
        self._provider = provider
        self._evm = provider.evm_backend
        self.chain_id = int(provider.chain_id)
        own = [Account.from_key(key.to_bytes()) for key in self._evm.account_keys]
        self._signers: dict[str, LocalAccount] = {account.address: account for account in own}
        self._reader, self._faucet = own[0].address, own[-1].address
        self._logs: list[Log] = []
        self._seen = 0
        self._marks: list[_Mark] = []
        for account in signers:
            self.add_signer(account)

    def add_signer(self, account: LocalAccount) -> None:
        """Let an account send transactions."""
        self._signers[account.address] = account

    def deploy(self, sender: str, init_code: bytes, *, value: int = 0) -> str:
        """Create a contract and return its address."""
        return to_checksum_address(self._mine(sender, b"", init_code, value)["contract_address"])

    def call(self, to: str, data: bytes, *, sender: str | None = None, value: int = 0) -> bytes:
        """Run a call as if in the next block and discard its effects.

        Without a sender it is Ape's first test account: py-evm lets nobody call for nothing.
        """
        return self._simulate(sender or self._reader, to_canonical_address(to), data, value)

    def send(self, sender: str, to: str, data: bytes, *, value: int = 0) -> ApeReceipt:
        """Simulate, sign and mine a transaction."""
        raw = self._mine(sender, to_canonical_address(to), data, value)
        number = int(raw["block_number"])
        return ApeReceipt(
            hash=f"0x{raw['transaction_hash'].hex()}",
            block=number,
            timestamp=int(self._evm.chain.get_canonical_block_header_by_number(number).timestamp),
            gas_used=int(raw["gas_used"]),
            logs=tuple(self._logs_in(number)),
        )

    def logs(self, address: str | None = None, *, since: int = 0) -> list[Log]:
        """Return events in order, of one address or all, from a block number on."""
        for number in range(self._seen + 1, self.block() + 1):
            self._logs += self._logs_in(number)
            self._seen = number
        return [
            log
            for log in self._logs
            if log.block >= since and (address is None or log.address == address)
        ]

    def balance(self, address: str) -> int:
        """Wei of the chain's own coin that an address holds."""
        return int(self._evm.get_balance(to_canonical_address(address)))

    def code(self, address: str) -> bytes:
        """Return the bytecode at an address, empty for an account without any."""
        return bytes(self._evm.get_code(to_canonical_address(address)))

    def block(self) -> int:
        """Return the number of the latest block."""
        return int(self._evm.chain.header.block_number) - 1

    def timestamp(self) -> int:
        """Return the time that reads and the next transaction see."""
        return int(self._evm.chain.header.timestamp)

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.set_time(self.timestamp() + seconds)

    def set_time(self, timestamp: int) -> None:
        """Let the next block come at a time that is not in the past."""
        now = self.timestamp()
        if timestamp < now:
            raise InputError(f"time {timestamp} lies before the chain's clock, {now}")
        if timestamp > now:
            self._provider.set_timestamp(timestamp)

    def fund(self, address: str, wei: int) -> None:
        """Give an account coins of Ape's last test account."""
        self._mine(self._faucet, to_canonical_address(address), b"", wei)

    def mine(self, blocks: int) -> None:
        """Mine blocks without transactions."""
        self._provider.mine(blocks)

    def header(self, number: int) -> bytes:
        """Return the header of a block in RLP, of which its hash is taken."""
        import rlp  # type: ignore[import-untyped]

        return bytes(rlp.encode(self._evm.chain.get_canonical_block_header_by_number(number)))

    def snapshot(self) -> int:
        """Remember the whole state; snapshots nest."""
        self._marks.append(_Mark(self._provider.snapshot(), self.timestamp(), self.block()))
        return len(self._marks) - 1

    def revert(self, snapshot: int) -> None:
        """Return to a snapshot, once; the snapshots taken after it are gone too."""
        if not 0 <= snapshot < len(self._marks):
            raise ChainError(f"no snapshot {snapshot}: it was never taken or already used")
        mark = self._marks[snapshot]
        del self._marks[snapshot:]
        self._provider.restore(mark.head)
        self._logs = [log for log in self._logs if log.block <= mark.block]
        self._seen = min(self._seen, mark.block)
        self.set_time(mark.timestamp)

    def _simulate(self, sender: str, to: bytes, data: bytes, value: int) -> bytes:
        call = {"from": to_canonical_address(sender), "to": to, "data": data, "value": value}
        try:
            return bytes(self._evm.call(call | self._fees(), "pending"))
        except Exception as error:
            raise _refusal(error) from None

    def _mine(self, sender: str, to: bytes, data: bytes, value: int) -> dict[str, Any]:
        signer = self._signers.get(sender)
        if signer is None:
            raise ChainError(f"no key for {sender}: Ape's chain impersonates nobody")
        try:
            self._simulate(sender, to, data, value)
        except Reverted as refusal:
            raise Foreseen(refusal.data) from None
        fees = self._fees()
        signed = signer.sign_transaction(
            {
                "chainId": self.chain_id,
                "nonce": self._evm.get_nonce(to_canonical_address(sender)),
                "gas": int(self._provider.max_gas),
                "maxFeePerGas": fees["max_fee_per_gas"],
                "maxPriorityFeePerGas": fees["max_priority_fee_per_gas"],
                "to": to,
                "data": data,
                "value": value,
            }
        )
        digest = self._evm.send_raw_transaction(bytes(signed.raw_transaction))
        self._provider.mine()
        receipt: dict[str, Any] = self._evm.get_transaction_receipt(digest)
        if not receipt["status"]:
            raise ChainError(f"transaction 0x{digest.hex()} was mined but failed")
        return receipt

    def _fees(self) -> dict[str, int]:
        base = int(self._evm.chain.header.base_fee_per_gas)
        return {"max_fee_per_gas": base, "max_priority_fee_per_gas": 0}

    def _logs_in(self, number: int) -> Iterator[Log]:
        chain = self._evm.chain
        block = chain.get_canonical_block_by_number(number)
        for receipt in block.get_receipts(chain.chaindb):
            for log in receipt.logs:
                topics = tuple(topic.to_bytes(32) for topic in log.topics)
                yield Log(to_checksum_address(log.address), topics, log.data, number)


def _refusal(error: Exception) -> ChainError:
    """Read the revert data back: eth-tester tells them as text, `Error(string)` already decoded."""
    text = str(error)
    if type(error).__name__ != "TransactionFailed":
        return ChainError(f"Ape's chain refused the transaction: {text}")
    if text.startswith(("b'", 'b"')):
        return Reverted(bytes(ast.literal_eval(text)))
    return Reverted(_ERROR_OF_TEXT + encode(["string"], [text]))
