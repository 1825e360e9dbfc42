"""What a chain made of transactions, told so that another chain can be held against it."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pyrevm

from governance.chain import EmbeddedChain, Reverted
from governance.chain.anvil import AnvilChain

_ACCOUNT = re.compile(r"(0x[0-9a-f]{40}): Account \{.*?, storage: \{(.*?)\}, status: ", re.DOTALL)
_SLOT = re.compile(
    r"(\w+): StorageSlot \{ previous_or_original_value: \w+, present_value: (\w+) \}"
)


class Deed(NamedTuple):
    """A transaction and what came of it.

    ``outcome`` is the address of a new contract, the logs as (address, topics, data), or the data
    of a refusal; ``gas`` is -1 where the chain does not tell.
    """

    sender: str
    to: str
    data: bytes
    time: int
    accepted: bool
    outcome: Any
    gas: int


class Witness:
    """A chain that remembers everything that was sent.

    Parameters
    ----------
    chain
        The chain.
    url
        Of a node, to run the first transaction of every function on a fork of it first.

    Attributes
    ----------
    deeds
        What was sent.
    foretold
        Gas of a transaction by its place in the deeds, as an EVM charges that has just read the
        state from the node and so finds all of it cold.
    """

    def __init__(self, chain: Any, url: str = "") -> None:
        self.chain, self._url = chain, url
        self.deeds: list[Deed] = []
        self.foretold: dict[int, int] = {}
        self._functions: set[tuple[str, bytes]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.chain, name)

    def deploy(self, sender: str, init_code: bytes, **options: Any) -> str:
        """Create a contract."""
        now = self.chain.timestamp()
        address = self.chain.deploy(sender, init_code, **options)
        self.deeds.append(Deed(sender, "", init_code, now, True, address, -1))
        return str(address)

    def send(self, sender: str, to: str, data: bytes) -> Any:
        """Send a transaction."""
        return self._send("send", sender, to, data)

    def send_as(self, contract: str, to: str, data: bytes) -> Any:
        """Send a transaction as a contract."""
        return self._send("send_as", contract, to, data)

    def _send(self, how: str, sender: str, to: str, data: bytes) -> Any:
        deed = sender, to, data
        if self._url and (to, data[:4]) not in self._functions:
            self._functions.add((to, data[:4]))
            self.foretold[len(self.deeds)] = _gas_on_a_fork(self.chain, self._url, *deed)
        try:
            receipt = getattr(self.chain, how)(*deed)
        except Reverted as error:
            now = self.chain.timestamp()
            self.deeds.append(Deed(*deed, now, False, error.data, -1))
            raise
        logs = tuple((log.address, log.topics, log.data) for log in receipt.logs)
        self.deeds.append(Deed(*deed, receipt.timestamp, True, logs, receipt.gas_used))
        return receipt


def _gas_on_a_fork(node: Any, url: str, sender: str, to: str, data: bytes) -> int:
    evm = pyrevm.EVM(fork_url=url, fork_block="latest", spec_id="Cancun")
    now, number = node.timestamp(), node.block() + 1
    evm.set_block_env(pyrevm.BlockEnv(number=number, timestamp=now, gas_limit=2**63))
    info = evm.basic(sender)
    if info.code_hash != pyrevm.AccountInfo().code_hash:
        evm.insert_account_info(sender, pyrevm.AccountInfo(nonce=info.nonce, code=b""))
    evm.message_call(sender, to, data)
    return int(evm.result.gas_used)


def storage_of(chain: EmbeddedChain | AnvilChain) -> dict[str, dict[int, int]]:
    """All words that are not zero, by contract and slot."""
    found = _embedded(chain) if isinstance(chain, EmbeddedChain) else _dumped(chain)
    words = ((address, {k: v for k, v in slots if v}) for address, slots in found)
    return {address: slots for address, slots in words if slots}


def _embedded(chain: EmbeddedChain) -> Iterator[tuple[str, Iterator[tuple[int, int]]]]:
    for address, slots in _ACCOUNT.findall(chain._evm.journal_str):
        yield address, ((int(key, 0), int(value, 0)) for key, value in _SLOT.findall(slots))


def _dumped(node: AnvilChain) -> Iterator[tuple[str, Iterator[tuple[int, int]]]]:
    state = json.loads(gzip.decompress(bytes.fromhex(node.request("anvil_dumpState")[2:])))
    for address, account in state["accounts"].items():
        words = account["storage"].items()
        yield address, ((int(key, 16), int(value, 16)) for key, value in words)
