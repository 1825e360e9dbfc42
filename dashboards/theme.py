"""One palette in two modes, safe for colour-blind readers, with dash and marker beside it.

The hues follow Okabe and Ito, "Color universal design" (2008): blue, vermilion, bluish green,
reddish purple and orange stay apart under protanopia, deuteranopia and tritanopia. They are
darkened for light paper and lightened for dark until a line stands out at 3:1 (WCAG 2.2, 1.4.11).
``.streamlit/config.toml`` repeats them for Streamlit's own elements; a test keeps both equal.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one mode: ``#rrggbb`` strings."""

    paper: str
    card: str
    ink: str
    muted: str
    grid: str
    categorical: tuple[str, ...]
    sequential: tuple[str, ...]
    good: str
    bad: str


LIGHT = Palette(
    paper="#ffffff",
    card="#f6f8fa",
    ink="#16212c",
    muted="#5a6775",
    grid="#e3e8ed",
    categorical=("#0b66a3", "#c8540a", "#00815f", "#a3508a", "#a87400", "#6a7683"),
    sequential=(
        "#eef5fa", "#d8e9f4", "#bfdbec", "#a3cbe3", "#84b8d8",
        "#63a3ca", "#438cba", "#2774a6", "#135b8a", "#08426a",
    ),
    good="#00724f",
    bad="#b8390b",
)  # fmt: skip
DARK = Palette(
    paper="#10171e",
    card="#18222c",
    ink="#e8edf2",
    muted="#9fadba",
    grid="#2a3744",
    categorical=("#5cb6ec", "#f59a5c", "#35c79f", "#dd9cc6", "#e8bb4c", "#a3aeb9"),
    sequential=(
        "#16293a", "#183549", "#1a425b", "#1d516f", "#226284",
        "#2c769c", "#3f8cb5", "#5ca4cc", "#86bfe0", "#bbdcf1",
    ),
    good="#43d1a4",
    bad="#ff9466",
)  # fmt: skip

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""Line styles in the order of the categorical colours: the second channel of every line."""
MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "cross")
"""Marker shapes in the order of the categorical colours."""

FONT = "Source Sans, sans-serif"
"""The typeface that Streamlit ships, so that figures and pages read as one."""


def palette_of(mode: str | None) -> Palette:
    """Return the palette of Streamlit's theme type; light when the browser has not told."""
    return DARK if mode == "dark" else LIGHT


def translucent(colour: str, alpha: float) -> str:
    """Return an ``#rrggbb`` colour as ``rgba(…)`` with the given opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def colorscale(palette: Palette) -> list[tuple[float, str]]:
    """Return the sequential colours as a Plotly colour scale."""
    last = len(palette.sequential) - 1
    return [(i / last, colour) for i, colour in enumerate(palette.sequential)]


_RINGS = (
    '<circle cx="12" cy="16" r="9" fill="none" stroke="#3f8cb5" stroke-width="3"/>'
    '<circle cx="22" cy="16" r="9" fill="none" stroke="#d9702b" stroke-width="3"/>'
)
_SVG = '<svg xmlns="http://www.w3.org/2000/svg"'
ICON = f'{_SVG} width="34" height="34" viewBox="0 -1 34 34">{_RINGS}</svg>'
"""Two courts that overlap: the mark in the browser's tab."""
LOGO = (
    f'{_SVG} width="104" height="32" viewBox="0 0 104 32">{_RINGS}'
    '<text x="40" y="23" font-family="Source Sans, sans-serif" font-size="23" font-weight="700"'
    ' fill="#3f8cb5">moot</text></svg>'
)
"""The mark with the name, readable on light and dark paper."""
