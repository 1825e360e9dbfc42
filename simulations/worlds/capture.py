"""The market for votes: what an attacker can get without buying tokens. Nothing of it is on chain.

Used by the figures on the cost to capture alone; nobody in a run borrows or leases votes.
"""

from decimal import Decimal

from governance.settings import Number, Settings, setting
from simulations.worlds import GUESS


class Capture(Settings):
    """What votes cost those who want them for one decision only."""

    borrow_rate: Number = setting(
        "Interest on borrowed tokens",
        unit="share/year",
        source=GUESS,
        ge=0,
        le=10,
        default=Decimal("0.10"),
    )
    borrow_share: Number = setting(
        "Part of the supply that can be borrowed",
        unit="share",
        source="63,445 MKR of a million when one was used in a vote (Maker forum 4901, Oct 2020)",
        ge=0,
        le=1,
        default=Decimal("0.063"),
    )
    lease_price: Number = setting(
        "Price of a leased vote, of the price of a token",
        unit="share",
        source="0.15 % for 19.3M ARB of votes at LobbyFi (Apr 2025)",
        ge=0,
        le=1,
        default=Decimal("0.0015"),
    )
    lease_share: Number = setting(
        "Part of all votes that can be leased",
        unit="share",
        source="20.1M of 364M delegated ARB at LobbyFi (Apr 2025)",
        ge=0,
        le=1,
        default=Decimal("0.055"),
    )
