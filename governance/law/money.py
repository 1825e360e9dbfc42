"""Token, emissions and vesting as contracts."""

from typing import Any

from governance.chain.protocol import ZERO_ADDRESS
from governance.constitution import Constitution
from governance.format import tokens
from governance.law.piece import Addresses, Piece, Power
from governance.roles import GRANTOR, MINTER
from governance.rules.money import CURVES
from governance.units import to_bps, to_wei


def token(rules: Constitution) -> Piece:
    """Return the token, whose first supply goes to the deployer until it is allocated."""
    own = rules.token
    supply, cap = to_wei(own.initial_supply), to_wei(own.cap)
    return Piece(
        "token",
        "token",
        f"Create the token {own.name} ({own.symbol}): {tokens(supply)} now, "
        f"never more than {tokens(cap)}",
        lambda at: (own.name, own.symbol, cap, at["deployer"], at["deployer"], supply),
        lambda at: [("name", (), own.name), ("symbol", (), own.symbol), ("cap", (), cap)],
        (Power(MINTER, "emissions", "Let the emissions mint"),),
    )


def emissions(rules: Constitution, start: int) -> Piece:
    """Return the schedule of new tokens."""
    own = rules.emissions
    usage = own.curve == "usage"

    def terms(at: Addresses) -> dict[str, Any]:
        return {
            "curve": CURVES.index(own.curve),
            "rate": own.rate_wei,
            "start": start,
            "period": 0 if usage else own.halving,
            "usageBps": to_bps(own.usage_share) if usage else 0,
            "meter": at["market"] if usage else ZERO_ADDRESS,
            "stakersBps": to_bps(own.stakers_share),
        }

    return Piece(
        "emissions",
        "emissions",
        f"Create the emissions: {own.per_day:,f} {rules.token.symbol} a day at "
        + ("most" if usage else "first"),
        lambda at: (at["token"], at["staked"], at["treasury"], tuple(terms(at).values())),
        lambda at: [
            ("token", (), at["token"]),
            ("vault", (), at["staked"]),
            ("treasury", (), at["treasury"]),
            *((getter, (), value) for getter, value in terms(at).items()),
        ],
        governed=False,
    )


def vesting(rules: Constitution) -> Piece:
    """Return the vesting; the deployer makes the first grants and gives the right up."""
    return Piece(
        "vesting",
        "vesting",
        "Create the vesting",
        lambda at: (at["token"], at["deployer"]),
        lambda at: [("token", (), at["token"])],
        (Power(GRANTOR, "treasury", "Let the treasury vest tokens"),),
    )
