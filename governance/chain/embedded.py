"""The embedded court: the real bytecode in an EVM inside this process (pyrevm, Cancun).

It is as fast as it is because nothing is mined: one journal lives on through all
transactions. Hence two differences from a node. Storage stays warm, so ``gas_used`` is at most
what a node charges; take gas figures from a node. The nonce of a sender moves only when it
deploys, so addresses of later contracts differ from a node's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import Any, Self

from eth_utils.address import to_checksum_address

from governance.chain.journal import Header, Journal, Operation
from governance.chain.outcome import EmbeddedReceipt, refusal
from governance.chain.protocol import ZERO_ADDRESS, Log, Reverted, Slot
from governance.errors import ChainError, InputError, MissingPart
from governance.units import GENESIS

CHAIN_ID = 31_337
MOST_SNAPSHOTS = 256
"""Each open snapshot takes one of the EVM's 1,024 call levels."""

_FAUCET = to_checksum_address("0x" + "fa" * 20)
_GAS_LIMIT = 2**63
_UNREPLAYABLE = KeyError, ValueError, TypeError, OverflowError, Reverted, InputError
_PADDING = bytes(33)
"""What the EVM puts behind code so that it can be read past its end."""


@dataclass(frozen=True)
class _Mark:
    checkpoint: Any
    block: int
    timestamp: int
    receipts: int
    operations: int


class EmbeddedChain:
    """A chain in this process, one block per transaction.

    Parameters
    ----------
    chain_id : int
        What the CHAINID opcode answers.
    genesis : int
        First time, seconds since 1970.
    block_time : int
        Seconds that pass with each transaction; 0 leaves time to `advance` and `set_time`.
    recording : bool
        Keep every operation so that `operations` can rebuild the chain.

    Raises
    ------
    MissingPart
        If pyrevm is not installed on this platform.
    """

    local = True

    def __init__(
        self,
        *,
        chain_id: int = CHAIN_ID,
        genesis: int = GENESIS,
        block_time: int = 0,
        recording: bool = False,
    ) -> None:
        try:
            import pyrevm
        except ImportError:
            raise MissingPart(
                "the embedded chain needs pyrevm, which has wheels for Linux x86-64, macOS and "
                "Windows: install it with `pip install pyrevm==0.3.7`, or use a node with --rpc"
            ) from None
        self.chain_id = chain_id
        self.header = Header(chain_id, genesis, block_time)
        self.operations: list[Operation] = []
        self._recording = recording
        self._journal: Journal | None = None
        self._block_env, self._account = pyrevm.BlockEnv, pyrevm.AccountInfo
        environment = pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=chain_id))
        self._evm: Any = pyrevm.EVM(env=environment, spec_id="Cancun")
        self._evm.set_balance(_FAUCET, 2**160)
        self._block, self._now = 1, genesis
        self._receipts: list[EmbeddedReceipt] = []
        self._marks: list[_Mark] = []
        self._enter(genesis)

    @classmethod
    def open(cls, path: Path, *, genesis: int = GENESIS, block_time: int = 0) -> Self:
        """Rebuild a chain from its state file, or start one that `save` will write there.

        Raises
        ------
        InputError
            If the file is of another schema or damaged.
        ChainError
            If replaying it does not give the recorded addresses.
        """
        journal = Journal(path)
        loaded = journal.load()
        header, operations = loaded or (Header(CHAIN_ID, genesis, block_time), [])
        chain = cls(**vars(header), recording=True)
        for number, operation in enumerate(operations, start=2):
            try:
                chain._replay(operation)
            except _UNREPLAYABLE as error:
                raise InputError(f"{path}: line {number} cannot be replayed: {error}") from None
        chain._journal = journal
        return chain

    def save(self) -> None:
        """Write what happened since the last save to the state file and force it to disk."""
        if self._journal is None:
            raise ChainError("this embedded chain has no state file: create it with `open`")
        self._journal.save(self.header, self.operations)

    def deploy(self, sender: str, init_code: bytes, *, value: int = 0) -> str:
        """Create a contract; a refused creation leaves nothing behind, not even a nonce."""
        mark = self._evm.snapshot()
        self._evm.reset_transient_storage()
        try:
            address = self._evm.deploy(sender, init_code, value or None)
        except RuntimeError as error:
            self._evm.revert(mark)
            raise refusal(error) from None
        self._evm.commit()
        self._mined()
        address = to_checksum_address(address)
        if self._recording:
            record = {"op": "deploy", "from": sender, "data": init_code.hex(), "value": value}
            self.operations.append({**record, "address": address})
        return address

    def call(self, to: str, data: bytes, *, sender: str | None = None, value: int = 0) -> bytes:
        """Run a call and discard its effects."""
        evm = self._evm
        mark = evm.snapshot()
        evm.reset_transient_storage()
        try:
            return bytes(evm.message_call(sender or ZERO_ADDRESS, to, data, value or None))
        except RuntimeError as error:
            raise refusal(error) from None
        finally:
            evm.revert(mark)

    def view(self, to: str, data: bytes) -> bytes:
        """Run a call that can change nothing: the EVM refuses if it tries to.

        Nothing need be taken back afterwards, and what was read stays warm.
        """
        self._evm.reset_transient_storage()
        try:
            return bytes(self._evm.message_call(ZERO_ADDRESS, to, data, is_static=True))
        except RuntimeError as error:
            raise refusal(error) from None

    def storage(self, slots: Iterable[Slot]) -> list[int]:
        """Words that contracts keep: a tenth of what asking a getter costs."""
        return list(starmap(self._evm.storage, slots))

    def send(self, sender: str, to: str, data: bytes, *, value: int = 0) -> EmbeddedReceipt:
        """Run a transaction; its block is the current one, the next block begins after it."""
        evm = self._evm
        evm.reset_transient_storage()
        try:
            evm.message_call(sender, to, data, value or None)
        except RuntimeError as error:
            raise refusal(error) from None
        if self._recording:
            record = {"op": "send", "from": sender, "to": to, "data": data.hex()}
            self.operations.append({**record, "value": value} if value else record)
        return self._mined()

    def send_as(self, contract: str, to: str, data: bytes) -> EmbeddedReceipt:
        """Run a transaction from a contract's address, as if its code had made the call.

        No node allows that (EIP-3607), and a state file cannot repeat it. Twins and tests do so
        what would take a vote. Meanwhile the contract has no code.

        Raises
        ------
        ChainError
            If the chain is recording.
        """
        if self._recording:
            raise ChainError("a chain with a state file cannot act as a contract")
        info = self._evm.basic(contract)
        self._evm.insert_account_info(contract, self._account(nonce=info.nonce, code=b""))
        try:
            return self.send(contract, to, data)
        finally:
            self._evm.insert_account_info(contract, info)

    def logs(self, address: str | None = None, *, since: int = 0) -> list[Log]:
        """Return events in order, of one address or all, from a block number on."""
        recent = (receipt for receipt in self._receipts if receipt.block >= since)
        return [log for receipt in recent for log in receipt.logs_of(address)]

    def balance(self, address: str) -> int:
        """Wei of the chain's own coin that an address holds."""
        return int(self._evm.get_balance(address))

    def code(self, address: str) -> bytes:
        """Return the bytecode at an address, empty for an account without any."""
        return bytes(self._evm.get_code(address) or b"").removesuffix(_PADDING)

    def block(self) -> int:
        """Return the number of the latest block with a transaction in it."""
        return self._block - 1

    def timestamp(self) -> int:
        """Return the time that reads and the next transaction see."""
        return self._now

    def advance(self, seconds: int) -> None:
        """Let time pass.

        Raises
        ------
        InputError
            If ``seconds`` is negative.
        """
        self.set_time(self._now + seconds)

    def set_time(self, timestamp: int) -> None:
        """Move the clock forward to a time.

        Raises
        ------
        InputError
            If it lies in the past.
        """
        if timestamp < self._now:
            raise InputError(f"time {timestamp} lies before the chain's clock, {self._now}")
        self._enter(timestamp)
        if self._recording:
            self.operations.append({"op": "time", "at": timestamp})

    def fund(self, address: str, wei: int) -> None:
        """Add coins to an account out of nothing."""
        self._evm.message_call(_FAUCET, address, b"", wei)
        if self._recording:
            self.operations.append({"op": "fund", "address": address, "wei": wei})

    def snapshot(self) -> int:
        """Remember the whole state; at most `MOST_SNAPSHOTS` may be open."""
        if len(self._marks) >= MOST_SNAPSHOTS:
            raise ChainError(f"more than {MOST_SNAPSHOTS} snapshots are open: revert some first")
        counts = len(self._receipts), len(self.operations)
        self._marks.append(_Mark(self._evm.snapshot(), self._block, self._now, *counts))
        return len(self._marks) - 1

    def revert(self, snapshot: int) -> None:
        """Return to a snapshot, once; the snapshots taken after it are gone too."""
        if not 0 <= snapshot < len(self._marks):
            raise ChainError(f"no snapshot {snapshot}: it was never taken or already used")
        while len(self._marks) > snapshot:
            mark = self._marks.pop()
            self._evm.revert(mark.checkpoint)
        del self._receipts[mark.receipts :]
        del self.operations[mark.operations :]
        if self._journal is not None:
            self._journal.undone_to(mark.operations)
        self._block = mark.block
        self._enter(mark.timestamp)

    def _mined(self) -> EmbeddedReceipt:
        receipt = EmbeddedReceipt(self._block, self._now, self._evm.result)
        self._receipts.append(receipt)
        self._block += 1
        self._enter(self._now + self.header.block_time)
        return receipt

    def _enter(self, timestamp: int) -> None:
        self._now = timestamp
        block = self._block_env(number=self._block, timestamp=timestamp, gas_limit=_GAS_LIMIT)
        self._evm.set_block_env(block)

    def _replay(self, operation: Operation) -> None:
        kind = operation["op"]
        if kind == "send":
            data = bytes.fromhex(operation["data"])
            self.send(operation["from"], operation["to"], data, value=operation.get("value", 0))
        elif kind == "time":
            self.set_time(operation["at"])
        elif kind == "fund":
            self.fund(operation["address"], operation["wei"])
        elif kind == "deploy":
            code, value = bytes.fromhex(operation["data"]), operation["value"]
            address = self.deploy(operation["from"], code, value=value)
            if address != operation["address"]:
                raise ChainError(f"replay gave {address}, the file says {operation['address']}")
        else:
            raise ValueError(f"unknown operation {kind!r}")
