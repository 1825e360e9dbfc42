"""The ledger in lockstep: it moves nothing, and reads the balances that a move concerns."""

import numpy as np

from governance.units import TOKEN
from simulations.ledger import Ledger
from simulations.lockstep.enforced import Enforced
from simulations.randomness import Floats, Ints
from simulations.twin.deployed import WORLD
from simulations.twin.driver import union
from simulations.twin.money import POOLS


class EnforcedLedger(Enforced, Ledger):
    """The one run's token balances, from the token, the vault and the emissions.

    Until it knows the contracts it is an ordinary ledger: the launch is what they are deployed
    with.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._concerned: list[Ints] = []
        self._paid: list[Ints] = []
        self._first = float(self.minted[0])
        self._enforced = False

    def follow(self) -> None:
        """Hold from now on what the contracts say."""
        self._enforced, self._first = True, self.dao.word("token", "totalSupply") / TOKEN
        self._concerned.append(np.arange(self.liquid.shape[1]))
        self.read()

    def mint_to(self, account: str, amount: Floats) -> None:
        """Leave it to the contracts."""
        if not self._enforced:
            super().mint_to(account, amount)

    def burn(self, account: str, amount: Floats) -> None:
        """Leave it to the contracts."""
        if not self._enforced:
            super().burn(account, amount)

    def pass_on(self, source: str, target: str, amount: Floats) -> None:
        """Leave it to the contracts."""
        if not self._enforced:
            super().pass_on(source, target, amount)

    def move(self, source: str, run: Ints, member: Ints, amount: Floats) -> None:
        """Note that members' balances have changed."""
        if not self._enforced:
            super().move(source, run, member, amount)
        self._concerned.append(member)

    def pay(self, source: str, run: Ints, member: Ints, amount: Floats) -> None:
        """Note that members were paid; how much, their balances say."""
        self.move(source, run, member, amount)
        self._paid.append(member)

    def settle(self, source: str, amount: Floats) -> None:
        """Note that everybody's balance has changed."""
        if not self._enforced:
            super().settle(source, amount)
        self._concerned.append(np.arange(self.liquid.shape[1]))

    def read(self) -> None:
        """Read the balances that moves have concerned since the last time, and all totals."""
        if not self._enforced:
            return
        members = union(self._concerned)
        if members.size:
            now = self.of_members("token", "balanceOf", members, TOKEN)
            gain = now - self.liquid[0, members]
            self.liquid[0, members] = now
            self.in_hand[0] = self.liquid[0].sum()
            paid = np.isin(members, union(self._paid)) & (gain > 0)
            if paid.any():
                self.payments.append((np.zeros_like(members[paid]), members[paid], gain[paid]))
        self._concerned.clear()
        self._paid.clear()
        self._read_totals()

    def _read_totals(self) -> None:
        dao = self.dao

        def held(address: str) -> float:
            return dao.word("token", "balanceOf", address) / TOKEN

        self.minted[0] = self._first + dao.word("emissions", "released") / TOKEN
        self.burned[0] = self.minted[0] - dao.word("token", "totalSupply") / TOKEN
        self.vault[0] = dao.word("staked", "totalAssets") / TOKEN
        self.treasury[0], self.vesting[0] = held(dao.at["treasury"]), held(dao.at["vesting"])
        self.open("stream")[0] = dao.word("staked", "unstreamed") / TOKEN
        for name in POOLS:
            self.open(name)[0] = held(dao.at[name])
        for name, address in WORLD.items():
            self.open(name)[0] = held(address)
