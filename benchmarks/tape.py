"""A replay on tape: every operation of one, to be played on other chains or on the bare EVM."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyrevm

from governance.chain import EmbeddedChain
from governance.chain.abi import contract
from governance.chain.anvil import AnvilChain, Transaction
from governance.chain.embedded import CHAIN_ID
from governance.units import GENESIS
from simulations.twin.deployed import DEPLOYER, Deployed

DEPLOY, SEND, SEND_AS, VIEW = "deploy", "send", "send_as", "view"


@dataclass(frozen=True)
class Operation:
    """One operation at a time; ``to`` is empty for a deployment, ``sender`` for a view."""

    kind: str
    time: int
    sender: str
    to: str
    data: bytes


class Taped(EmbeddedChain):
    """An embedded chain that keeps what it is asked to do.

    Attributes
    ----------
    tape
        Its operations in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tape: list[Operation] = []
        self._acting = False

    def deploy(self, sender: str, init_code: bytes, *, value: int = 0) -> str:
        """Create a contract."""
        self.tape.append(Operation(DEPLOY, self.timestamp(), sender, "", init_code))
        return super().deploy(sender, init_code, value=value)

    def send(self, sender: str, to: str, data: bytes, *, value: int = 0) -> Any:
        """Send a transaction."""
        kind = SEND_AS if self._acting else SEND
        self.tape.append(Operation(kind, self.timestamp(), sender, to, data))
        return super().send(sender, to, data, value=value)

    def send_as(self, contract: str, to: str, data: bytes) -> Any:
        """Send a transaction as a contract."""
        self._acting = True
        try:
            return super().send_as(contract, to, data)
        finally:
            self._acting = False

    def view(self, to: str, data: bytes) -> bytes:
        """Look at something."""
        self.tape.append(Operation(VIEW, self.timestamp(), "", to, data))
        return super().view(to, data)


def sent(tape: list[Operation]) -> list[Operation]:
    """Transactions of a tape."""
    return [each for each in tape if each.kind in (SEND, SEND_AS)]


def on_the_bare_evm(tape: list[Operation]) -> tuple[float, float]:
    """Seconds that the EVM itself takes for the transactions and for the views of a tape."""
    evm = pyrevm.EVM(env=pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=CHAIN_ID)), spec_id="Cancun")
    sending = looking = 0.0
    for number, each in enumerate(tape, start=1):
        block = pyrevm.BlockEnv(number=number, timestamp=each.time, gas_limit=2**63)
        evm.set_block_env(block)
        if each.kind == DEPLOY:
            evm.deploy(each.sender, each.data)
            continue
        evm.reset_transient_storage()
        if each.kind == VIEW:
            started = time.perf_counter()
            evm.message_call(DEPLOYER, each.to, each.data, is_static=True)
            looking += time.perf_counter() - started
            continue
        info = evm.basic(each.sender) if each.kind == SEND_AS else None
        if info is not None:
            codeless = pyrevm.AccountInfo(nonce=info.nonce, code=b"")
            evm.insert_account_info(each.sender, codeless)
        started = time.perf_counter()
        evm.message_call(each.sender, each.to, each.data)
        sending += time.perf_counter() - started
        if info is not None:
            evm.insert_account_info(each.sender, info)
    return sending, looking


def on_the_embedded_chain(tape: list[Operation]) -> float:
    """Seconds for the transactions of a tape, without a look at what they did."""
    chain, seconds = EmbeddedChain(), 0.0
    for each in tape:
        if each.time > chain.timestamp():
            chain.set_time(each.time)
        if each.kind == DEPLOY:
            chain.deploy(each.sender, each.data)
        elif each.kind != VIEW:
            send = chain.send if each.kind == SEND else chain.send_as
            started = time.perf_counter()
            send(each.sender, each.to, each.data)
            seconds += time.perf_counter() - started
    return seconds


def on_anvil(tape: list[Operation], chain: AnvilChain) -> float:
    """Seconds for the transactions of a tape, a batch for every stretch between deployments."""
    seconds = 0.0
    chain.set_time(GENESIS)
    for (moment, deploying), part in groupby(_acts(tape), lambda op: (op.time, op.kind == DEPLOY)):
        if moment > chain.timestamp():
            chain.set_time(moment)
        operations = list(part)
        if deploying:
            for each in operations:
                chain.deploy(each.sender, each.data)
            continue
        batch: list[Transaction] = [(each.sender, each.to, each.data) for each in operations]
        started = time.perf_counter()
        receipts = chain.send_all(batch)
        seconds += time.perf_counter() - started
        if not all(int(receipt["status"], 16) for receipt in receipts):
            raise RuntimeError("anvil refused what the embedded chain accepted")
    return seconds


def _acts(tape: list[Operation]) -> Iterator[Operation]:
    return (each for each in tape if each.kind != VIEW)


def encoding(tape: list[Operation], dao: Deployed) -> float:
    """Seconds to encode the calldata of a tape's transactions."""
    kinds = {address: contract(dao.kind_of(key)) for key, address in dao.at.items()}
    calls = [kinds[each.to].decode_call(each.data) for each in sent(tape)]
    known = [call for call in calls if call is not None]
    started = time.perf_counter()
    for function, arguments in known:
        function.encode(*arguments)
    return time.perf_counter() - started
