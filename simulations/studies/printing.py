"""What the commands on studies print: progress and estimates to stderr, tables to stdout."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from governance.units import format_duration
from simulations.report import SHOWN, OnProgress, write_value
from simulations.studies.axis import Axis
from simulations.studies.estimate import Estimate
from simulations.studies.store import StudyResult
from simulations.studies.study import Study

MOST = 40
"""Points of a study that fit a terminal's length."""
_HOUR, _DAY = 3_600, 86_400
_SIZES = (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")


def result(done: StudyResult) -> None:
    """Print one row per point, one column for each of the first metrics, and the goals."""
    study = done.study
    table = Table(title=escape(study.question))
    for axis in study.axes:
        table.add_column(axis.path, justify="right")
    metas = {meta["name"]: meta for meta in done.record["metrics"][:SHOWN]}
    for meta in metas.values():
        table.add_column(meta["label"], justify="right")
    points = done.points[done.points.point < MOST]
    means = points.pivot_table(index="point", columns="metric", values="mean", dropna=False)
    for point in range(min(study.size, MOST)):
        figures = (write_value(means.loc[point, name], m["format"]) for name, m in metas.items())
        table.add_row(*map(_setting, study.values(point), study.axes), *figures)
    Console().print(table)
    for place, goal in enumerate(study.goals, 1):
        met = int(done.goals[done.goals.goal == place].met.sum())
        side = goal.direction.replace("_", " ")
        Console().print(
            f"goal {place}: {goal.metric} {side} {goal.threshold:g} in {goal.probability:.0%} of "
            f"runs: met at {met:,} of {study.size:,} points"
        )
    Console().print(
        f"{done.done:,} of {study.runs:,} runs, {study.replicates:,} per point, in "
        f"{done.seconds:.1f} s; means of the first metrics"
        + (f" at {MOST} of {study.size:,} points" if study.size > MOST else "")
        + "; all of them with intervals are in points.parquet"
    )


def studies(found: Sequence[Study]) -> None:
    """Print studies, one row each."""
    table = Table(title="Studies that ship with moot")
    for column in ("name", "question", "points", "runs"):
        table.add_column(column, justify="right" if column in ("points", "runs") else "left")
    for each in found:
        table.add_row(each.name, escape(each.question), f"{each.size:,}", f"{each.runs:,}")
    Console().print(table)


def estimate(found: Estimate, workers: int, told: str, *, err: bool = False) -> None:
    """Print what a study will take."""
    todo = "" if found.missing == found.runs else f", {found.missing:,} of them to do"
    Console(stderr=err, soft_wrap=True).print(
        f"{found.points:,} points, {found.runs:,} runs of the {found.model} model{todo}: about "
        f"{_seconds(found.seconds(workers))} with {told}, {_bytes(found.bytes)} on disk",
        highlight=False,
    )


def progress(done: StudyResult, so_far: Mapping[str, Any]) -> None:
    """Print what a study asks, and how far it is."""
    study, record = done.study, done.record
    table = Table(title=escape(f"{study.name}: {study.question}"), show_header=False)
    for axis in study.axes:
        side = "lever" if axis in study.levers else "uncertainty"
        table.add_row(side, axis.path, _range(axis))
    table.add_row("design", study.design, f"{study.size:,} points, {study.replicates:,} runs each")
    state = "running" if so_far["running"] else (so_far["ended"] or "interrupted")
    runs = so_far["done"] if so_far["done"] is not None else done.done
    table.add_row("state", state, f"{runs:,} of {study.runs:,} runs, last heard of {so_far['at']}")
    table.add_row("rules", str(record.get("code", "unknown"))[:12], f"commit {record['commit']}")
    Console().print(table)
    for _, failure in done.failures.head(SHOWN).iterrows():
        told = f"failed: {failure.exception}: {failure.message}; {failure.replay}"
        Console(soft_wrap=True).print(told, markup=False)


@contextmanager
def studying(done: int, runs: int, *, quiet: bool = False) -> Iterator[OnProgress]:
    """Yield a callback of (done, total) that draws a bar with rate and time left on stderr."""
    console = Console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, speed_estimate_period=_DAY) as bar:
        task = bar.add_task("", total=runs, completed=done, rate="")

        def on_batch(now: int, total: int) -> None:
            bar.update(task, completed=now, total=total)
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = (now - done) / elapsed if elapsed else 0.0
            bar.update(task, rate=f"{rate:,.3g}/s")

        yield on_batch


def _setting(value: Any, axis: Axis) -> str:
    if axis.unit == "duration":
        return format_duration(value)
    return value if isinstance(value, str) else f"{value:,g}"


def _range(axis: Axis) -> str:
    if axis.listed:
        return ", ".join([*dict.fromkeys(_setting(value, axis) for value in axis.values)][:MOST])
    even = ", even in the logarithm" if axis.log else ""
    return f"{_setting(axis.low, axis)} to {_setting(axis.high, axis)}{even}"


def _seconds(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.2g} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / _HOUR:.1f} h" if seconds < 2 * _DAY else f"{seconds / _DAY:.1f} days"


def _bytes(count: int) -> str:
    for size, name in _SIZES:
        if count >= size:
            return f"{count / size:.1f} {name}"
    return f"{count} bytes"
