"""The deployed DAO: a scenario's contracts on the embedded chain, and who stands for whom."""

from collections.abc import Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from governance.chain.abi import contract
from governance.chain.embedded import EmbeddedChain
from governance.chain.layout import WORD, hashes, place
from governance.chain.protocol import ActingChain
from governance.deploy import deploy
from governance.law import CONTRACTS
from governance.units import DAY, GENESIS
from simulations.launch import GRANTS
from simulations.ledger import Ledger
from simulations.randomness import Ints
from simulations.twin.columns import Column, arguments, keys, numbers, word
from simulations.twin.lens import Lens, View
from simulations.twin.places import PLACES, Held, Shelf

DEPLOYER = to_checksum_address("0x" + "de" * 20)
BUILDER = to_checksum_address("0x" + "b1" * 20)
"""Deploys what is not the DAO's and does nothing else, so its contracts have the same addresses
on every chain."""
POOL = to_checksum_address("0x" + "a3" * 20)
"""Stands for the pool in which the World trades the token."""
LENS = "lens"
"""Key of the contract that asks many views at once."""
HASHER = "hasher"
"""Key of the contract that hashes many texts at once."""
MANY = 8
"""Texts that are worth a call to it."""
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
    by_getters
        Whether getters are asked even for what can be read from storage.
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
        self.add(LENS, "Lens")
        self.add(HASHER, "Hasher")
        self.lens = Lens(self.chain, self.at[LENS])
        self.by_getters = False
        self._targets: dict[tuple[str, str], bytes] = {}
        self._shelves: dict[tuple[str, str], Shelf] = {}

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

    def words(self, key: str, function: str, *given: int | str | bytes) -> list[int]:
        """Call a view whose arguments and results are single words, four times as fast as `read`.

        Addresses among the results are numbers too, see :meth:`member_of`.
        """
        call = self._target(key, function)[20:] + b"".join(map(word, given))
        return numbers(self.chain.view(self.at[key], call))

    def word(self, key: str, function: str, *arguments: int | str | bytes) -> int:
        """First result of :meth:`words`."""
        return self.words(key, function, *arguments)[0]

    @staticmethod
    def who(members: Ints) -> Ints:
        """Addresses of members as numbers: a column of arguments."""
        return members + _FIRST_MEMBER

    def ask(self, key: str, function: str, *columns: Column, words: int = 1) -> View | Held:
        """Ask a getter, once for each entry of its columns of arguments.

        What a contract keeps as it is asked for is read from its storage at once; the lens has
        the rest asked together.

        Parameters
        ----------
        key, function
            The contract and its getter.
        columns
            For each argument numbers of shape ``(n,)``, or one for all.
        words
            How many words of an answer are wanted.
        """
        paths = PLACES.get((key, function))
        if paths is None:
            return self.look(key, function, columns, words)
        held = self.held(key, *paths[:words], columns=columns)
        if self.by_getters:
            held.getter = self.look(key, function, columns, words)
        return held

    def held(self, key: str, *paths: str, columns: tuple[Column, ...] = ()) -> Held:
        """Read what a contract keeps at places, once for each entry of the columns of keys."""
        wanted = keys(columns)
        return Held(len(wanted), [self.shelf(key, path).read(wanted) for path in paths])

    def shelf(self, key: str, path: str) -> Shelf:
        """Where a contract keeps what a path names."""
        found = self._shelves.get((key, path))
        if found is None:
            where = place(self._kinds[key], path)
            found = Shelf(self.chain, self.at[key], where, self._hashed)
            self._shelves[key, path] = found
        return found

    def _hashed(self, texts: list[bytes]) -> list[int]:
        """Keccak hashes; many are quicker in the EVM."""
        if len(texts) < MANY:
            return hashes(texts)
        data = len(texts[0]).to_bytes(WORD) + b"".join(texts)
        return numbers(self.chain.view(self.at[HASHER], data))

    def look(self, key: str, function: str, columns: Sequence[Column], words: int = 1) -> View:
        """Have the lens ask a getter, as :meth:`ask` does for what storage does not tell."""
        return self.lens.ask(self._target(key, function), *arguments(columns), words)

    def _target(self, key: str, function: str) -> bytes:
        target = self._targets.get((key, function))
        if target is None:
            selector = contract(self._kinds[key]).function(function).selector
            target = self._targets[key, function] = bytes.fromhex(self.at[key][2:]) + selector
        return target

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
