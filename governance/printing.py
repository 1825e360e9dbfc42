"""What strangers wrote, made safe to print: proposals and token names come from anyone on chain."""

import re

_CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Controls but the newline, halves of characters, and what reverses the direction of writing."""


def printable(text: str) -> str:
    r"""Write controls as ``\x1b``, so that no text can steer a terminal; newlines stay."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    r"""Write controls as ``\x1b`` and newlines as ``\n``."""
    return printable(text).replace("\n", "\\n")
