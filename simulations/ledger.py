"""The ledger: every token of every run, and the only place where tokens move."""

from dataclasses import dataclass

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
    """

    liquid: Floats
    vault: Floats
    vesting: Floats
    treasury: Floats
    minted: Floats
    burned: Floats

    @property
    def supply(self) -> Floats:
        """Tokens in existence, shape ``(runs,)``."""
        return self.minted - self.burned

    def mint_to(self, account: str, amount: Floats) -> None:
        """Create ``amount[r]`` tokens in the vault or the treasury of each run."""
        self.minted += amount
        getattr(self, account).__iadd__(amount)

    def move(self, source: str, run: Ints, member: Ints, amount: Floats) -> None:
        """Pay members from the vault, the vesting contract or the treasury.

        ``run``, ``member`` and ``amount`` have one entry per payment; a negative amount is
        paid by the member.
        """
        np.add.at(self.liquid, (run, member), amount)
        account: Floats = getattr(self, source)
        account -= np.bincount(run, amount, minlength=account.size)

    def imbalance(self) -> Floats:
        """Tokens held less tokens in existence; zero but for rounding, shape ``(runs,)``."""
        held = self.liquid.sum(axis=-1) + self.vault + self.vesting + self.treasury
        return held - self.supply


def micro(amount: Floats) -> Floats:
    """Round down to whole millionths, the finest amount members act in.

    One millionth stays behind, so that an amount taken from a float64 balance is never
    above the exact balance on chain, and converts to whole wei exactly.
    """
    return np.maximum(np.floor(amount * 1e6) - 1.0, 0.0) / 1e6
