"""What every section is put together from."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from simulations.studies.report import words

type Data = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], marked: int | None = None) -> str:
    """Write a table; its cells are HTML already."""
    top = "".join(f"<th scope='col'>{each}</th>" for each in head)
    body = "".join(
        f"<tr{' class=chosen' if place == marked else ''}>"
        + "".join(f"<td>{cell}</td>" for cell in row)
        + "</tr>"
        for place, row in enumerate(rows)
    )
    inner = f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table>{inner}</table></div>'


def card(title: str, picture: str, caption: str) -> str:
    """Frame a picture."""
    return (
        f'<figure class="card"><h3>{escape(title)}</h3>{picture}'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def tried(axis: Data) -> str:
    """Write the values of an axis that were tried."""
    unit = axis["unit"]
    if "values" in axis:
        return escape(", ".join(dict.fromkeys(words.setting(v, unit) for v in axis["values"])))
    return f"{words.setting(axis['low'], unit)} – {words.setting(axis['high'], unit)}"
