"""The ledger: every token of every run, and the only place where tokens move."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulations.randomness import Floats, Ints


@dataclass
class Ledger:
    """Token balances in float64 tokens.

    Attributes
    ----------
    liquid
        Members' free tokens, shape ``(runs, members)``.
    vault
        Assets of the staking vault, shape ``(runs,)``.
    vesting, treasury
        Tokens held by the vesting contract and the treasury, shape ``(runs,)``.
    minted, burned
        Tokens ever created and destroyed, shape ``(runs,)``.
    pools
        Tokens that other contracts hold, by the contract's name, each of shape ``(runs,)``.
    payments
        Run, member and tokens of what members earned or were granted today.
    in_hand
        Sum of ``liquid`` over members, kept up by every move, shape ``(runs,)``.
    """

    liquid: Floats
    vault: Floats
    vesting: Floats
    treasury: Floats
    minted: Floats
    burned: Floats
    pools: dict[str, Floats] = field(default_factory=dict)
    payments: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    in_hand: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.in_hand = self.liquid.sum(axis=-1)

    @property
    def supply(self) -> Floats:
        """Tokens in existence, shape ``(runs,)``."""
        return self.minted - self.burned

    def open(self, pool: str) -> Floats:
        """Return what a contract holds, nothing to begin with, shape ``(runs,)``."""
        return self.pools.setdefault(pool, np.zeros_like(self.minted))

    def mint_to(self, account: str, amount: Floats) -> None:
        """Create ``amount[r]`` tokens in an account of each run."""
        self.minted += amount
        self._account(account).__iadd__(amount)

    def burn(self, account: str, amount: Floats) -> None:
        """Destroy ``amount[r]`` tokens of an account of each run."""
        self.burned += amount
        self._account(account).__isub__(amount)

    def pass_on(self, source: str, target: str, amount: Floats) -> None:
        """Move ``amount[r]`` tokens from one account to another in each run."""
        self._account(source).__isub__(amount)
        self._account(target).__iadd__(amount)

    def move(self, source: str, run: Ints, member: Ints, amount: Floats) -> None:
        """Pay members from the vault, the vesting contract, the treasury or a pool.

        ``run``, ``member`` and ``amount`` have one entry per payment; a negative amount is
        paid by the member.
        """
        if self.liquid.flags.c_contiguous:
            np.add.at(flat(self.liquid), run * self.liquid.shape[1] + member, amount)
        else:
            np.add.at(self.liquid, (run, member), amount)
        account, paid = self._account(source), np.bincount(run, amount, minlength=self.in_hand.size)
        account -= paid
        self.in_hand += paid

    def pay(self, source: str, run: Ints, member: Ints, amount: Floats) -> None:
        """Move what members earned or were granted, and note that it is new to them today."""
        self.move(source, run, member, amount)
        self.payments.append((run, member, amount))

    def close_day(self) -> None:
        """Forget what was paid today."""
        self.payments.clear()

    def settle(self, source: str, amount: Floats) -> None:
        """Pay every member ``amount[r, m]`` from an account; a negative amount is paid by it."""
        self.liquid += amount
        account = self._account(source)
        for column in amount.T:
            account -= column
            self.in_hand += column

    def imbalance(self) -> Floats:
        """Tokens held less tokens in existence; zero but for rounding, shape ``(runs,)``."""
        held = self.liquid.sum(axis=-1) + self.vault + self.vesting + self.treasury
        return sum(self.pools.values(), held) - self.supply

    def _account(self, name: str) -> Floats:
        account: Floats = self.pools[name] if name in self.pools else getattr(self, name)
        return account


def flat(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Window on all cells of an array in a row, never a copy: one index is faster than two."""
    window = array.view()
    window.shape = (-1,)
    return window


def micro(amount: Floats) -> Floats:
    """Round down to whole millionths, the finest amount members act in.

    One millionth stays behind, so that an amount taken from a float64 balance is never
    above the exact balance on chain, and converts to whole wei exactly.
    """
    return np.maximum(np.floor(amount * 1e6) - 1.0, 0.0) / 1e6
