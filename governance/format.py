"""Amounts, shares, times and ids as people read them."""

from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal, localcontext

from governance.errors import InputError
from governance.printing import one_line
from governance.units import SHARE, TOKEN, format_duration

ID_DIGITS = 10
"""Leading digits of a proposal id that are shown; any unique prefix is understood."""


def _amount(units: int, one: int) -> str:
    with localcontext() as context:
        context.prec = 100
        whole = Decimal(units) / one
        short = whole.quantize(Decimal("0.0001"), rounding=ROUND_DOWN)
        text = f"{short:,f}".rstrip("0").rstrip(".")
        return text if short == whole else f"{text}…"


def tokens(wei: int) -> str:
    """Write wei as tokens: ``1,000`` or ``0.3333…`` where digits were left off."""
    return _amount(wei, TOKEN)


def shares(units: int) -> str:
    """Write vault share units as shares."""
    return _amount(units, SHARE)


def counted(number: int | str, one: str, many: str = "") -> str:
    """Write how many there are of something: ``1 holder``, ``2,000 holders``, ``0.5 tokens``.

    Parameters
    ----------
    number
        A count, or an amount as :func:`tokens` or :func:`shares` writes it.
    one, many
        What it is called if it is one, and else; by default with an ``s`` more.
    """
    text = number if isinstance(number, str) else f"{number:,}"
    return f"{text} {one if text == '1' else many or f'{one}s'}"


def percent(part: int, whole: int) -> str:
    """Write a part of a whole in percent, ``-`` if there is no whole."""
    return f"{100 * part / whole:.2f} %" if whole else "-"


def moment(timestamp: int) -> str:
    """Write a time as UTC to the minute."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


def when(timestamp: int, now: int) -> str:
    """Write a later time and how far away it is."""
    return f"{moment(timestamp)}, in {format_duration(max(0, timestamp - now))}"


def short_id(identifier: int) -> str:
    """Return the first digits of a proposal id."""
    return str(identifier)[:ID_DIGITS]


def refuse_controls(text: str, what: str) -> None:
    """Refuse text for the chain that could not be shown to voters as it was written.

    Raises
    ------
    InputError
        Naming the first control character.
    """
    for character in text:
        shown = one_line(character)
        if shown != character:
            raise InputError(
                f"{what} holds the control character {shown}: write it in one line of plain text"
            )
