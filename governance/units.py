"""Money, shares, fractions and time: the exact units the contracts count in."""

import re
from decimal import ROUND_DOWN, Decimal, localcontext

from governance.errors import InputError

TOKEN = 10**18
"""Wei in one token (ERC-20 with 18 decimals)."""
SHARE = 10**21
"""Units in one vault share: 18 decimals and the ERC-4626 decimals offset of 3."""
BPS = 10_000
"""Basis points in one: the fixed point of every fraction on chain."""
DAY = 86_400
"""Seconds in a day, the step of a simulation."""

GENESIS = 1_735_689_600
"""2025-01-01 00:00 UTC, when rehearsals and embedded chains begin: no result depends on today."""

_DURATION_UNITS = {"w": 7 * DAY, "d": DAY, "h": 3_600, "m": 60, "s": 1}
_MOST_DIGITS = 18
_DURATION = re.compile(r"(?:[0-9]{1,18}\s*[wdhms]\s*)+")


def to_wei(tokens: Decimal | int) -> int:
    """Convert tokens to wei, dropping what is finer than a wei."""
    with localcontext(prec=100):
        return int((Decimal(tokens) * TOKEN).to_integral_value(rounding=ROUND_DOWN))


def to_share_units(shares: Decimal | int) -> int:
    """Convert shares to the units the vault counts in, dropping what is finer."""
    with localcontext(prec=100):
        return int((Decimal(shares) * SHARE).to_integral_value(rounding=ROUND_DOWN))


def to_bps(fraction: Decimal) -> int:
    """Convert a fraction to basis points.

    Raises
    ------
    InputError
        If the fraction is finer than a basis point, which the contracts cannot hold.
    """
    scaled = fraction * BPS
    if scaled != scaled.to_integral_value():
        raise InputError(f"{fraction} is finer than a basis point (0.0001): round it")
    return int(scaled)


def parse_duration(text: str | int) -> int:
    """Read a duration such as ``"2d 1h"``, ``"90m"`` or a number of seconds, in seconds.

    Raises
    ------
    InputError
        If the text is not a sum of whole weeks, days, hours, minutes and seconds.
    """
    if isinstance(text, int):
        return text
    compact = text.strip().lower()
    if compact.isascii() and compact.isdecimal() and len(compact) <= _MOST_DIGITS:
        return int(compact)
    if not _DURATION.fullmatch(compact):
        raise InputError(f'{text!r} is not a duration: write it like "7d", "2d 1h" or "90m"')
    parts = re.findall(r"([0-9]+)\s*([wdhms])", compact)
    return sum(int(count) * _DURATION_UNITS[unit] for count, unit in parts)


def format_duration(seconds: int) -> str:
    """Write seconds as the shortest sum of days, hours, minutes and seconds."""
    parts = []
    rest = seconds
    for unit in "dhms":
        count, rest = divmod(rest, _DURATION_UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"
