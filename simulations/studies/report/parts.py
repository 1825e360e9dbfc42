"""What every section is put together from."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from simulations.studies.report import words

type Data = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; on a phone each row stands by itself, with every value under its heading.

    Parameters
    ----------
    head
        Headings, plain text.
    rows
        Cells, HTML already; the first of a row says what the row is about.
    """
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-of="{escape(of, quote=True)}">{cell}</td>'
            for of, cell in zip(head, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<table class="stack">{_top(map(escape, head))}<tbody>{body}</tbody></table>'


def wide_table(head: Sequence[str], rows: Iterable[Sequence[str]], marked: int | None) -> str:
    """Write a table of many rows, which scrolls sideways on a phone; all is HTML already."""
    body = "".join(
        f"<tr{' class=chosen' if place == marked else ''}>"
        + "".join(f"<td>{cell}</td>" for cell in row)
        + "</tr>"
        for place, row in enumerate(rows)
    )
    return f'<div class="scroll"><table>{_top(head)}<tbody>{body}</tbody></table></div>'


def breakable(path: str) -> str:
    """Write a parameter's path so that a narrow column breaks it between words."""
    return escape(path).replace(".", ".<wbr>").replace("_", "_<wbr>")


def _top(head: Iterable[str]) -> str:
    return f"<thead><tr>{''.join(f'<th scope="col">{each}</th>' for each in head)}</tr></thead>"


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
    return span(words.setting(axis["low"], unit), words.setting(axis["high"], unit))


def span(low: str, high: str) -> str:
    """Write a range, whose ends stand in one line where there is room."""
    return f'<span class="whole">{low} – {high}</span>'
