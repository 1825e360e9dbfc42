"""How a transaction leaves this program: simulated, shown, then sent."""

from collections.abc import Callable
from dataclasses import dataclass

from governance.chain.protocol import Chain, Foreseen, Receipt, Reverted


@dataclass(frozen=True)
class Intent:
    """A transaction that is about to be sent, and what it does in one sentence.

    ``value`` is wei of the chain's own coin.
    """

    sentence: str
    sender: str
    to: str
    data: bytes
    value: int = 0


Witness = Callable[[Intent], None]
"""Sees an intent after its simulation and before it is sent; raises to stop it."""


def carry_out(chain: Chain, intent: Intent, witness: Witness | None = None) -> Receipt:
    """Simulate an intent on the current state, show it to the witness, send it.

    Raises
    ------
    Foreseen
        If a contract refuses the simulation; nothing was sent.
    Reverted
        If a contract refuses what was sent.
    """
    try:
        chain.call(intent.to, intent.data, sender=intent.sender, value=intent.value)
    except Reverted as refusal:
        raise Foreseen(refusal.data) from None
    if witness is not None:
        witness(intent)
    return chain.send(intent.sender, intent.to, intent.data, value=intent.value)
