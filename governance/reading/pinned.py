"""A chain as it was at one block, so that what is read belongs together while blocks go on."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from eth_utils.address import to_checksum_address

from governance.chain.abi import contract
from governance.chain.jsonrpc import NodeError
from governance.chain.protocol import Chain, Log
from governance.chain.rpc import RpcChain
from governance.law import CONTRACTS
from governance.manifest import Manifest

PAGE = 10_000
"""Blocks whose events are asked for at once, at first: nodes limit what they answer."""
AT_ONCE = 8
"""Calls that wait for a node at the same time."""

type OnProgress = Callable[[int, int], None]
"""Told how much of what is being read was read, and how much of it there is."""


def silent(done: int, total: int) -> None:
    """Tell nobody."""


class Pinned:
    """The reads of a chain, at its latest block of now for good.

    It stands where a :class:`~governance.chain.protocol.Chain` is only read. A node has to keep
    the state of that block until all is read. An embedded chain stands still by itself.

    Parameters
    ----------
    chain
        The chain.
    manifest
        Whose contracts are read.
    on_progress
        Told how far reading has come.
    """

    def __init__(self, chain: Chain, manifest: Manifest, on_progress: OnProgress = silent) -> None:
        self._chain, self.manifest, self._tell = chain, manifest, on_progress
        self._node = chain if isinstance(chain, RpcChain) else None
        self.chain_id, self.local = chain.chain_id, chain.local
        self._block, self._time = chain.block(), chain.timestamp()
        if self._node is not None:
            found = self._node.request("eth_getBlockByNumber", hex(self._block), False)
            self._time = int(found["timestamp"], 16)

    def block(self) -> int:
        """Return the number of the block."""
        return self._block

    def timestamp(self) -> int:
        """Return the time that reads see."""
        return self._time

    def call(self, to: str, data: bytes, *, sender: str | None = None, value: int = 0) -> bytes:
        """Run a call at the block."""
        if self._node is None:
            return self._chain.call(to, data, sender=sender, value=value)
        call = {"to": to, "data": f"0x{data.hex()}", "value": hex(value)}
        if sender is not None:
            call["from"] = sender
        return bytes.fromhex(str(self._node.request("eth_call", call, hex(self._block)))[2:])

    def code(self, address: str) -> bytes:
        """Return the bytecode at an address."""
        return self._chain.code(address)

    def balance(self, address: str) -> int:
        """Wei of the chain's own coin that an address holds."""
        if self._node is None:
            return self._chain.balance(address)
        return int(self._node.request("eth_getBalance", address, hex(self._block)), 16)

    def logs(self, address: str | None = None, *, since: int = 0) -> list[Log]:
        """Return events up to the block in order, asked for in pages that the node accepts.

        Raises
        ------
        ChainError
            If the node refuses even a single block's.
        """
        if self._node is None:
            return self._chain.logs(address, since=since)
        found: list[Log] = []
        first, page = since, PAGE
        while first <= self._block:
            last = min(first + page - 1, self._block)
            query: dict[str, Any] = {"fromBlock": hex(first), "toBlock": hex(last)}
            if address is not None:
                query["address"] = address
            try:
                found += map(_log, self._node.request("eth_getLogs", query))
            except NodeError:
                if page == 1:
                    raise
                page = max(page // 4, 1)
                continue
            self._tell(last - since + 1, self._block - since + 1)
            first = last + 1
        return found

    def read(self, key: str, function: str, *args: Any) -> Any:
        """Call a getter of one of the DAO's contracts, named as in the manifest."""
        kind = contract(CONTRACTS[key])
        data = self.call(self.manifest.addresses[key], kind.encode(function, *args))
        return kind.decode(function, data)

    def read_all(self, key: str, function: str, rows: Iterable[tuple[Any, ...]]) -> list[Any]:
        """Call a getter once for each row of arguments, several at a time on a node."""
        every = list(rows)

        def one(row: tuple[Any, ...]) -> Any:
            return self.read(key, function, *row)

        if self._node is None:
            return [one(row) for row in every]
        answers = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for answer in pool.map(one, every):
                answers.append(answer)
                self._tell(len(answers), len(every))
        return answers


def _log(raw: dict[str, Any]) -> Log:
    return Log(
        address=to_checksum_address(raw["address"]),
        topics=tuple(bytes.fromhex(topic[2:]) for topic in raw["topics"]),
        data=bytes.fromhex(raw["data"][2:]),
        block=int(raw["blockNumber"], 16),
    )
