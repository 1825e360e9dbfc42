"""Pictures of a report, drawn as plain SVG: no script, no network, and as sharp on paper.

Colours are classes that the page's style sheet gives a light and a dark form; every colour has a
shape, a number or a position beside it. All are 340 units wide, the width of a phone.
"""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

type Ends = tuple[float, float, float]
type Place = Callable[[int, float], tuple[float, float]]

WIDTH = 340
LETTER = 6.4
"""Width of a digit or an average letter."""
SHAPES = ("●", "■", "▲", "◆", "✚", "★")
"""Marks of the series, in order; the second channel beside colour."""


class Canvas:
    """Elements of one picture.

    Parameters
    ----------
    height
        Units from top to bottom.
    told
        What the picture shows, for those who do not see it.
    """

    def __init__(self, height: float, told: str) -> None:
        self._height, self._told = height, told
        self._parts: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Draw a line."""
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'
        )

    def rect(
        self, x: float, y: float, wide: float, high: float, kind: str, opacity: float | None = None
    ) -> None:
        """Draw a rectangle."""
        see = "" if opacity is None else f' fill-opacity="{opacity:.2f}"'
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0):.1f}" '
            f'height="{max(high, 0):.1f}" class="{kind}"{see}/>'
        )

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        """Write a text."""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
            f"{escape(words)}</text>"
        )

    def path(self, points: Sequence[tuple[float, float]], kind: str) -> None:
        """Draw a line through points."""
        told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{told}" class="{kind}"/>')

    def dot(self, x: float, y: float, kind: str, radius: float = 4.0, title: str = "") -> None:
        """Draw a dot that says what it is when pointed at."""
        said = f"<title>{escape(title)}</title>" if title else ""
        self._parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{kind}">{said}</circle>'
        )

    def svg(self) -> str:
        """Return the picture as an element of a page."""
        return (
            f'<svg viewBox="0 0 {WIDTH} {self._height:g}" role="img" '
            f'aria-label="{escape(self._told, quote=True)}">{"".join(self._parts)}</svg>'
        )


def bars(
    rows: Sequence[tuple[str, float, float | None, float | None, str]], told: str, top: float = 1.0
) -> str:
    """Horizontal bars with intervals: name, value, low, high and what is written beside it."""
    canvas = Canvas(len(rows) * 36 + 4, told)
    scale = (WIDTH - 62) / (top or 1.0)
    for place, (name, value, low, high, words) in enumerate(rows):
        y = place * 36
        canvas.text(0, y + 12, name, "name")
        canvas.rect(0, y + 17, WIDTH - 62, 12, "track")
        canvas.rect(0, y + 17, min(max(value, 0.0), top) * scale, 12, "bar")
        if low is not None and high is not None:
            start, end = (min(max(each, 0.0), top) * scale for each in (low, high))
            _whisker(canvas, start, end, y + 23)
        canvas.text(WIDTH, y + 27, words, "num", "end")
    return canvas.svg()


def _whisker(canvas: Canvas, low: float, high: float, y: float) -> None:
    canvas.line(low, y, high, y, "whisker")
    for x in (low, high):
        canvas.line(x, y - 4, x, y + 4, "whisker")


def heat(
    columns: Sequence[str],
    rows: Sequence[str],
    cells: dict[tuple[int, int], tuple[float | None, bool]],
    chosen: tuple[int, int] | None,
    titles: tuple[str, str],
    told: str,
) -> str:
    """Chances over two levers: a number in each cell, a tick where the goal is met.

    Parameters
    ----------
    columns, rows
        Values of the levers, as written; rows from the top.
    cells
        By column and row: the chance, None if unknown, and whether the goal is met.
    chosen
        The recommended cell.
    titles
        Names of the levers across and down.
    told
        What the picture shows.
    """
    left = 12 + LETTER * max(map(len, rows))
    high = 34.0
    wide = (WIDTH - left) / len(columns)
    canvas = Canvas(len(rows) * high + 52, told)
    canvas.text(0, 11, f"down: {titles[1]}", "name")
    for row, name in enumerate(rows):
        canvas.text(left - 6, 18 + row * high + 21, name, "num", "end")
    for (column, row), (share, met) in cells.items():
        _cell(canvas, (left + column * wide, 18 + row * high, wide, high), share, met)
    if chosen is not None:
        x, y = left + chosen[0] * wide, 18 + chosen[1] * high
        canvas.rect(x + 1, y + 1, wide - 2, high - 2, "chosen")
    base = 18 + len(rows) * high
    for column, name in enumerate(columns):
        canvas.text(left + (column + 0.5) * wide, base + 14, name, "num", "middle")
    canvas.text(WIDTH, base + 30, f"across: {titles[0]}", "name", "end")
    return canvas.svg()


def _cell(
    canvas: Canvas, box: tuple[float, float, float, float], share: float | None, met: bool
) -> None:
    x, y, wide, high = box
    canvas.rect(x + 1, y + 1, wide - 2, high - 2, "cell", 0.06 + 0.86 * (share or 0.0))
    mark = "✓ " if met and wide > 44 else ""
    shade = "oncell" if (share or 0.0) > 0.55 else ""
    written = "–" if share is None else f"{mark}{share * 100:.0f}"
    canvas.text(x + wide / 2, y + 21, written, f"num {shade}", "middle")
    if met:
        canvas.rect(x + 2, y + 2, wide - 4, high - 4, "met")


def lines(
    values: Sequence[str],
    series: Sequence[Sequence[Ends | None]],
    asked: Sequence[float],
    chosen: int | None,
    told: str,
) -> str:
    """Chances along one lever, a line per goal: share, low and high at each value.

    Parameters
    ----------
    values
        The lever's values, as written.
    series
        For each goal the chances at each value, None where they are unknown.
    asked
        For each goal the chance that was asked for, a dashed line.
    chosen
        Place of the recommended value.
    told
        What the picture shows.
    """
    left, top, high = 40.0, 10.0, 170.0
    step = (WIDTH - left - 12) / max(len(values) - 1, 1)
    canvas = Canvas(top + high + 26, told)

    def at(place: int, share: float) -> tuple[float, float]:
        x = left + 6 + place * step if len(values) > 1 else (left + WIDTH) / 2
        return x, top + (1.0 - share) * high

    _rulers(canvas, left, at)
    if chosen is not None:
        canvas.rect(at(chosen, 0)[0] - 9, top - 6, 18, high + 12, "band")
    for place, wanted in enumerate(asked):
        y = at(0, wanted)[1]
        canvas.line(left, y, WIDTH, y, f"asked s{place % 6}")
    for place, chances in enumerate(series):
        _line(canvas, place % 6, chances, at, (place - (len(series) - 1) / 2) * 3.0)
    for place, name in enumerate(values):
        last = len(values) > 1 and place == len(values) - 1
        x = min(at(place, 0)[0] + 6 * last, WIDTH)
        canvas.text(x, top + high + 18, name, "num", "end" if last else "middle")
    return canvas.svg()


def _line(
    canvas: Canvas, kind: int, chances: Sequence[Ends | None], at: Place, shift: float
) -> None:
    """Draw a line through the chances that are known, each with its whisker and mark."""
    known = [(i, each) for i, each in enumerate(chances) if each is not None]
    if known:
        places = (at(i, share) for i, (share, _, _) in known)
        canvas.path([(x + shift, y) for x, y in places], f"lin s{kind}")
    for i, (share, low, high) in known:
        x, y = at(i, share)[0] + shift, at(i, share)[1]
        canvas.line(x, at(i, low)[1], x, at(i, high)[1], f"whisker s{kind}")
        canvas.text(x, y + 4.5, SHAPES[kind], f"mark s{kind}", "middle")


def _rulers(canvas: Canvas, left: float, at: Place) -> None:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = at(0, share)[1]
        canvas.line(left, y, WIDTH, y, "grid")
        canvas.text(left - 6, y + 4, f"{share:.0%}", "num", "end")


def scatter(
    points: Sequence[dict[str, Any]],
    titles: tuple[str, str],
    write: tuple[Callable[[float], str], Callable[[float], str]],
    told: str,
) -> str:
    """Two figures against each other, with the front and the choice marked.

    Parameters
    ----------
    points
        ``x``, ``y``, ``kind`` (``front``, ``perhaps`` or ``off``), ``met``, ``chosen``, ``title``.
    titles
        Names of the figures across and up.
    write
        How to write their values.
    told
        What the picture shows.
    """
    top, high = 26.0, 180.0
    canvas = Canvas(top + high + 40, told)
    ends = [_ends([float(each[name]) for each in points]) for name in ("x", "y")]
    spans = [_span(*each) for each in ends]
    names = [write[1](each) for each in (*ends[1], sum(ends[1]) / 2)]
    left = max(46.0, 8 + LETTER * max(map(len, names)))

    def at(x: float, y: float) -> tuple[float, float]:
        (a, b), (c, d) = spans
        across = left + 8 + (x - a) / (b - a) * (WIDTH - left - 20)
        return across, top + (d - y) / (d - c) * high

    canvas.text(0, 12, titles[1], "name")
    for part, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        x, y = (low + part * (most - low) for low, most in ends)
        across, up = at(x, y)
        canvas.line(left, up, WIDTH, up, "grid")
        canvas.text(left - 4, up + 4, write[1](y), "num", "end")
        canvas.text(across, top + high + 18, write[0](x), "num", anchor)
    canvas.text(WIDTH, top + high + 34, titles[0], "name", "end")
    for point in sorted(points, key=lambda each: ("off", "perhaps", "front").index(each["kind"])):
        _dot(canvas, point, *at(point["x"], point["y"]))
    return canvas.svg()


def _dot(canvas: Canvas, point: dict[str, Any], x: float, y: float) -> None:
    kind = f"pt {point['kind']}" + (" good" if point["met"] else "")
    canvas.dot(x, y, kind, 5.0 if point["kind"] == "front" else 3.5, point["title"])
    if point["chosen"]:
        canvas.dot(x, y, "ring", 9.0, point["title"])


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


def _span(low: float, high: float) -> tuple[float, float]:
    """Widen a range by room for the dots at its ends."""
    room = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    assert math.isfinite(room)
    return low - room, high + room
