"""A grant: tokens from the treasury to a recipient, for a purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import ClassVar, Self

from governance.chain.abi import contract
from governance.errors import InputError
from governance.format import refuse_controls, tokens
from governance.printing import one_line
from governance.proposals.calls import Action, Call
from governance.units import TOKEN, to_wei

_LONGEST_PURPOSE = 2_000
_DIGITS = 100
"""Decimal's usual 28 digits do not hold ten billion tokens to the wei."""


@dataclass(frozen=True)
class Grant:
    """Fields of a grant.

    Parameters
    ----------
    recipient : str
        Checksummed address.
    amount : Decimal
        Tokens, more than zero.
    purpose : str
        Why, in the proposer's words; at most 2,000 characters.

    Raises
    ------
    InputError
        If the amount is not positive or finer than a wei, or the purpose empty, too long or not
        one line of plain text.
    """

    recipient: str = field(metadata={"option": "--to", "help": "Who receives: address or account."})
    amount: Decimal = field(metadata={"option": "--amount", "help": "How many tokens."})
    purpose: str = field(metadata={"option": "--purpose", "help": "Why, for the voters."})

    summary: ClassVar[str] = "Pay tokens from the treasury to someone, for a purpose."
    example: ClassVar[str] = "moot propose grant --to dev:1 --amount 1000 --purpose 'Audit'"

    def __post_init__(self) -> None:
        """Refuse what could not be executed or understood."""
        if not self.amount.is_finite() or self.amount <= 0:
            raise InputError(f"amount = {self.amount}: give more than 0 tokens")
        with localcontext(prec=_DIGITS):
            too_fine = self.amount * TOKEN != self.wei
        if too_fine:
            raise InputError(f"amount = {self.amount}: at most 18 decimals")
        if not self.purpose.strip():
            raise InputError("purpose is empty: say what the grant is for")
        if len(self.purpose) > _LONGEST_PURPOSE:
            raise InputError(
                f"purpose has {len(self.purpose)} characters: at most {_LONGEST_PURPOSE}, "
                "link to the rest"
            )
        refuse_controls(self.purpose, "purpose")

    @property
    def wei(self) -> int:
        """The amount in wei."""
        with localcontext(prec=_DIGITS):
            return to_wei(self.amount)

    def description(self, symbol: str) -> str:
        """Text that goes on chain with the proposal."""
        return f"Grant {tokens(self.wei)} {symbol} to {self.recipient}: {self.purpose}"

    def actions(self, addresses: Mapping[str, str], symbol: str) -> list[Action]:
        """Sentences and calls, in the order they execute."""
        data = contract("MootToken").encode("transfer", self.recipient, self.wei)
        sentence = f"Pay {tokens(self.wei)} {symbol} from the treasury to {self.recipient}"
        return [Action(sentence, Call(addresses["token"], 0, data), self.wei)]

    @classmethod
    def decode(
        cls, calls: Sequence[Call], description: str, addresses: Mapping[str, str]
    ) -> Self | None:
        """Read a grant back from a proposal's calls, or None if they are anything else."""
        if len(calls) != 1 or calls[0].target != addresses["token"] or calls[0].value:
            return None
        transfer = contract("MootToken").function("transfer")
        if calls[0].data[:4] != transfer.selector:
            return None
        recipient, wei = transfer.decode_args(calls[0].data[4:])
        if wei == 0:
            return None
        told = description.partition(": ")[2], description, "no purpose given"
        purpose = one_line(next(text for text in told if text.strip()))
        with localcontext(prec=_DIGITS):
            amount = Decimal(wei) / TOKEN
        return cls(recipient, amount, purpose[:_LONGEST_PURPOSE])
