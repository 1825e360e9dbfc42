"""A measured figure, and how it is printed."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measurement.

    ``baseline`` names what it is compared with and ``ratio`` is how many times better this
    one is; both are None for a figure that stands alone. ``runs`` counts repetitions, of
    which ``value`` is the median, or the mean if it has a 95 % ``interval``.
    """

    name: str
    value: float
    unit: str
    baseline: str | None
    ratio: float | None
    runs: int
    interval: tuple[float, float] | None = None

    def line(self) -> str:
        """The figure as one JSON line."""
        return json.dumps(asdict(self))


def median_seconds(work: Callable[[], object], repetitions: int) -> float:
    """Median wall time of some work, in seconds."""
    taken = []
    for _ in range(repetitions):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def side_by_side(works: list[Callable[[], object]], rounds: int) -> list[float]:
    """Median seconds of each work, taken in turns so that all see the same machine."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            times.append(median_seconds(work, 1))
    return [statistics.median(times) for times in taken]


def _written(value: float) -> str:
    return f"{value:,.3g}" if value < 100 else f"{value:,.0f}"


def show(figures: list[Figure]) -> None:
    """Print the JSON lines to stdout and a table to stderr."""
    for figure in figures:
        print(figure.line(), flush=True)
    table = Table(title="Measured on this machine, in this run")
    for column in ("figure", "value", "unit", "against", "times"):
        table.add_column(column, justify="right" if column in ("value", "times") else "left")
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:,.1f}"
        value = _written(figure.value)
        if figure.interval:
            value += f" ({_written(figure.interval[0])} to {_written(figure.interval[1])})"
        table.add_row(figure.name, value, figure.unit, figure.baseline or "", ratio)
    Console(stderr=True, width=110).print(table)
