"""The deployed DAO: a scenario's contracts on the embedded chain, and who stands for whom."""

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np
from eth_utils.address import to_checksum_address

from governance.chain.abi import contract
from governance.chain.embedded import EmbeddedChain
from governance.chain.protocol import ActingChain
from governance.deploy import deploy
from governance.law import CONTRACTS
from governance.units import DAY, GENESIS
from simulations.launch import GRANTS
from simulations.ledger import Ledger
from simulations.randomness import Floats, Ints
from simulations.twin.lens import WORD, Lens, View

DEPLOYER = to_checksum_address("0x" + "de" * 20)
BUILDER = to_checksum_address("0x" + "b1" * 20)
"""Deploys what is not the DAO's and does nothing else, so its contracts have the same addresses
on every chain."""
POOL = to_checksum_address("0x" + "a3" * 20)
"""Stands for the pool in which the World trades the token."""
LENS = "lens"
"""Key of the contract that asks many views at once."""
LENDER = to_checksum_address("0x" + "a5" * 20)
"""Where the World's lenders keep what they lend."""
WORLD = {"amm": POOL, "lender": LENDER}
"""Accounts of the ledger that are no contracts of the DAO."""
TREASURY = -1
"""Member that stands for the treasury."""
EVERYTHING = 2**256 - 1
_FIRST_MEMBER = 0x4D00_0000
_MICRO = 10**12
"""Wei in a millionth of a token."""


type Words = np.ndarray[Any, np.dtype[np.uint8]]
type Column = Words | Ints | int | str | bytes


def words_of(numbers: Iterable[int | bytes]) -> Words:
    """Numbers of any size as a column of arguments."""
    return np.frombuffer(b"".join(map(_word, numbers)), np.uint8).reshape(-1, WORD)


def member_address(member: int) -> str:
    """Address that stands for a member of the simulation."""
    return to_checksum_address(f"0x{_FIRST_MEMBER + member:040x}")


def wei(amount: float) -> int:
    """Wei of an amount that members act in, whole millionths of a token."""
    return round(amount * 1e6) * _MICRO


class Deployed:
    """The contracts of a DAO on a chain.

    Parameters
    ----------
    constitution
        What to deploy.
    ledger
        Day 0 of the simulated run: who holds what.
    run
        Its row in the ledger.
    insiders
        Members who own the vesting grants, in the order of ``GRANTS``.
    chain
        Where to deploy; an embedded chain of its own if not given. Its clock must not be past the
        first day.

    Attributes
    ----------
    at
        Addresses of the contracts by key.
    members
        Addresses of the members.
    grants
        Numbers of the vesting grants, in the order of ``GRANTS``.
    transactions
        How many were sent.
    """

    def __init__(
        self,
        constitution: Any,
        ledger: Ledger,
        run: int,
        insiders: Ints,
        chain: ActingChain | None = None,
    ) -> None:
        self.chain: ActingChain = EmbeddedChain() if chain is None else chain
        self.transactions = 0
        self.members = [member_address(index) for index in range(ledger.liquid.shape[1])]
        beneficiaries = {
            name: self.members[member] for name, member in zip(GRANTS, insiders, strict=True)
        }
        manifest = deploy(
            self.chain, constitution, DEPLOYER, start=GENESIS, beneficiaries=beneficiaries
        )
        self.at = dict(manifest.addresses)
        self.grants = [manifest.grants.get(name) for name in GRANTS]
        self._kinds = dict(CONTRACTS)
        self._approved: set[tuple[int, str]] = set()
        self._hand_out(ledger, run)
        self._who = np.frombuffer(b"".join(map(_address, self.members)), np.uint8).reshape(-1, WORD)
        self.add(LENS, "Lens")
        self.lens = Lens(self.chain, self.at[LENS])
        self._targets: dict[tuple[str, str], bytes] = {}

    def open_day(self, day: int) -> None:
        """Move the clock to a day's boundary."""
        self.chain.set_time(GENESIS + day * DAY)

    def account(self, member: int) -> str:
        """Address of a member or of the treasury."""
        return self.at["treasury"] if member == TREASURY else self.members[member]

    def kind_of(self, key: str) -> str:
        """Name of the contract under a key."""
        return self._kinds[key]

    def send(self, member: int, key: str, function: str, *arguments: Any) -> None:
        """Send a member's transaction to one of the contracts."""
        self.send_from(self.members[member], key, function, *arguments)

    def pay(self, member: int, key: str, function: str, *arguments: Any) -> None:
        """Send a member's transaction to a contract that takes tokens, which it once approves."""
        if (member, key) not in self._approved:
            self._approved.add((member, key))
            self.send(member, "token", "approve", self.at[key], EVERYTHING)
        self.send(member, key, function, *arguments)

    def send_from(self, sender: str, key: str, function: str, *arguments: Any) -> None:
        """Send a transaction from any address without code."""
        data = contract(self._kinds[key]).encode(function, *arguments)
        self.chain.send(sender, self.at[key], data)
        self.transactions += 1

    def decide(self, key: str, function: str, *arguments: Any) -> None:
        """Do what takes a vote, from the treasury's own address."""
        data = contract(self._kinds[key]).encode(function, *arguments)
        self.chain.send_as(self.at["treasury"], self.at[key], data)
        self.transactions += 1

    def add(self, key: str, kind: str, *arguments: Any) -> None:
        """Deploy a contract that is not the DAO's, under a key of its own."""
        self.at[key] = self.chain.deploy(BUILDER, contract(kind).init_code(*arguments))
        self._kinds[key] = kind

    def read(self, key: str, function: str, *arguments: Any) -> Any:
        """Call a view function of one of the contracts."""
        kind = contract(self._kinds[key])
        data = self.chain.view(self.at[key], kind.encode(function, *arguments))
        return kind.decode(function, data)

    def words(self, key: str, function: str, *arguments: int | str | bytes) -> list[int]:
        """Call a view whose arguments and results are single words, four times as fast as `read`.

        Addresses among the results are numbers too, see :meth:`member_of`.
        """
        call = _selector(self._kinds[key], function) + b"".join(map(_word, arguments))
        data = self.chain.view(self.at[key], call)
        return [int.from_bytes(data[place : place + 32]) for place in range(0, len(data), 32)]

    def word(self, key: str, function: str, *arguments: int | str | bytes) -> int:
        """First result of :meth:`words`."""
        return self.words(key, function, *arguments)[0]

    def read_all(self, key: str, function: str, members: Ints, *more: int | str) -> np.ndarray:
        """First result of a view of one member each, as floats, shape ``(n,)``."""
        who = [self.members[member] for member in members.tolist()]
        values = [self.word(key, function, each, *more) for each in who]
        return np.array(values, dtype=np.float64)

    def who(self, members: Ints) -> Words:
        """Addresses of members as a column of arguments."""
        return self._who[members]

    def ask(self, key: str, function: str, *columns: Column, words: int = 1) -> View:
        """Have the lens ask a view, once for each entry of its columns of arguments.

        Parameters
        ----------
        key, function
            The contract and its view.
        columns
            For each argument numbers of shape ``(n,)``, words of shape ``(n, 32)``, or one
            word for all.
        words
            How many words of an answer are wanted.
        """
        target = self._targets.get((key, function))
        if target is None:
            target = bytes.fromhex(self.at[key][2:]) + _selector(self._kinds[key], function)
            self._targets[key, function] = target
        return self.lens.ask(target, *_arguments(columns), words)

    @staticmethod
    def address_of(members: Ints) -> Floats:
        """Addresses of members as the numbers that the lens makes of them."""
        return members + float(_FIRST_MEMBER)

    @staticmethod
    def member_of(word: int) -> int:
        """Member whose address a word is."""
        return word - _FIRST_MEMBER

    def _hand_out(self, ledger: Ledger, run: int) -> None:
        for member, amount in enumerate(ledger.liquid[run].tolist()):
            if amount:
                self.send_from(DEPLOYER, "token", "transfer", self.members[member], wei(amount))
        for name, address in WORLD.items():
            held = float(ledger.pools[name][run]) if name in ledger.pools else 0.0
            if held:
                self.send_from(DEPLOYER, "token", "transfer", address, wei(held))


def _arguments(columns: tuple[Column, ...]) -> tuple[bytes, int]:
    """Words of columns of arguments, one question's after the other's, and how many questions."""
    if not columns:
        return b"", 1
    many = [column for column in columns if isinstance(column, np.ndarray)]
    if not many:
        return b"".join(map(_word, columns)), 1  # type: ignore[arg-type]
    count = len(many[0])
    if len(columns) == 1 and many[0].ndim == 2:
        return many[0].tobytes(), count
    block = np.zeros((count, len(columns), WORD), dtype=np.uint8)
    for place, column in enumerate(columns):
        if not isinstance(column, np.ndarray):
            block[:, place] = np.frombuffer(_word(column), np.uint8)
        elif column.ndim == 2:
            block[:, place] = column
        else:
            block[:, place, -8:] = column.astype(">u8").view(np.uint8).reshape(count, 8)
    return block.tobytes(), count


@functools.cache
def _selector(kind: str, function: str) -> bytes:
    return contract(kind).function(function).selector


def _word(argument: int | str | bytes) -> bytes:
    if isinstance(argument, str):
        return _address(argument)
    return argument if isinstance(argument, bytes) else int(argument).to_bytes(WORD)


@functools.cache
def _address(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
