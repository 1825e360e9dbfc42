"""What the commands print: progress to stderr, tables to stdout."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from simulations.blocks import CadState
    from simulations.calibration import TurnoutFit
    from simulations.checks import ScenarioWarning
    from simulations.ensemble import OnDay
    from simulations.rehearsal import Rehearsal
    from simulations.twin import Drift

LARGE = 1000.0
"""Numbers from which on decimals say nothing."""
EVERY = 10
"""Days after which what is known so far is told anew."""
SHOWN = 4
"""Metrics that fit a terminal's width."""

_TOLD = ("tokens", "quote", "months", "days", "times", "sd")
"""Units that a figure's label does not say."""

type OnProgress = Callable[[int, int], None]


@contextmanager
def progress(noun: str, *, quiet: bool = False) -> Iterator[OnProgress]:
    """Yield a callback of (done, total) that draws a bar on stderr."""
    console = Console(stderr=True, quiet=quiet)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(noun, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def rehearsing(runs: int, days: int, *, quiet: bool = False) -> Iterator["OnDay"]:
    """Yield a callback of (runs, day, state) that draws a bar, and what is known so far."""
    console = Console(stderr=True, quiet=quiet)
    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=runs * days)

        def on_day(stepped: range, day: int, state: "CadState") -> None:
            done = stepped.start * days + len(stepped) * day
            bar.update(task, completed=done)
            if day % EVERY == 0:
                bar.update(task, description=_so_far(stepped, day, state))

        yield on_day


def _so_far(stepped: range, day: int, state: "CadState") -> str:
    """Means over the runs that are stepped, on the day they have come to."""
    ended = float((state["passed"] + state["defeated"]).sum())
    pass_rate = float(state["passed"].sum()) / ended if ended else None
    figures = {
        "staked": write_value(float(state["staked_share"].mean()), "percent"),
        "passed": write_value(pass_rate, "percent"),
        "price": write_value(float(state["price"].mean()), "number"),
    }
    told = ", ".join(f"{name} {value}" for name, value in figures.items())
    return f"{len(stepped)} runs, day {day}: {told}"


def warn(warning: "ScenarioWarning") -> None:
    """Print what cannot happen in a scenario, on stderr."""
    Console(stderr=True, soft_wrap=True).print(f"warning: {warning}", markup=False, highlight=False)


def write_value(value: float | None, form: str) -> str:
    """Write a number the way its metric asks for."""
    if value is None or value != value:
        return "–"
    if form == "percent":
        return f"{value:.1%}"
    if form == "tokens" or abs(value) >= LARGE:
        return f"{value:,.0f}"
    return f"{value:,.2f}"


def headline(done: "Rehearsal", *, everything: bool = False) -> None:
    """Print the headline figures, or all by concern, with interval, band and number of runs.

    Figures that are undefined in every run are left out of the headline.
    """
    rows = done.headline()
    shown = rows if everything else [row for row in rows if row["headline"] and row["n"]]
    table = Table(title=f"{len(done.runs)} futures of {done.scenario.days} days")
    table.add_column("figure")
    for column in ("mean", "95 % interval", "5–95 % of runs", "runs"):
        table.add_column(column, justify="right")
    for concern, group in itertools.groupby(shown, key=lambda row: row["concern"]):
        if everything:
            table.add_section()
            table.add_row(f"[bold]{concern}")
        for row in group:
            table.add_row(*_figure(row))
    Console().print(table)
    rest = len(rows) - len(shown)
    Console().print(
        f"{done.seconds:.1f} s, scenario {done.scenario.hash()[:12]}"
        + (f"; {rest} more figures with --all" if rest else "")
    )


def court(done: "Rehearsal") -> None:
    """Print what contracts did, if they decided."""
    told = done.court()
    if told["court"] != "evm":
        return
    refused = told["refused"]
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"The contracts decided: {told['transactions']:,} transactions")
    for reason in refused[:SHOWN]:
        console.print(f"refused: {reason}", markup=False)
    if rest := len(refused[SHOWN:]):
        console.print(f"and {rest} more refusals, all in run.json")
    console.print(f"Simulated as ever: {', '.join(told['simulated'])} (docs/lockstep.md)")


def _figure(row: dict[str, Any]) -> tuple[str, ...]:
    mean, low, high, p5, p95 = (
        write_value(row[key], row["format"]) for key in ("mean", "lo", "hi", "p5", "p95")
    )
    interval = f"{low} – {high}"
    if row["lo"] is None:
        interval = "–"
    elif row["hi"] > row["mean"] == row["p95"] == 0:
        interval = f"below {high}"
    elif row["lo"] < row["mean"] == row["p5"] == 1:
        interval = f"above {low}"
    unit = f" ({row['unit']})" if row["unit"] in _TOLD else ""
    band = "" if row["kind"] == "proportion" else f"{p5} – {p95}"
    return row["label"] + unit, mean, interval, band, f"{row['n']:,}"


def turnout_fit(fit: "TurnoutFit") -> None:
    """Print the fitted parameters, and how near they come."""
    table = Table(title=f"Fitted to {fit.heads:.2%} of heads with {fit.weight:.2%} of the votes")
    for column in ("parameter", "value", "95 % interval"):
        table.add_column(column, justify="left" if column == "parameter" else "right")
    rows = ("holders_vote", fit.duty, fit.duty_interval), ("cost", fit.cost, fit.cost_interval)
    for name, value, ends in rows:
        told = "the figures do not tell" if ends is None else f"{ends[0]:,.4g} – {ends[1]:,.4g}"
        table.add_row(f"world.attention.{name}", f"{value:,.4g}", told)
    Console().print(table)
    Console().print(
        f"reached: {fit.reached[0]:.2%} of heads, {fit.reached[1]:.2%} of the votes; "
        f"{fit.error:.1%} off at most; {fit.guesses} guesses of {fit.replicates} runs"
    )


def drift(done: "Drift") -> None:
    """Print the drift by contract, and every variable that is beyond its bound."""
    from simulations.folding import by_contract

    table = Table(title="Simulation against bytecode")
    left = "contract", "largest in"
    for column in (left[0], "variables", "compared", "relative gap", left[1], "verdict"):
        table.add_column(column, justify="left" if column in left else "right")
    for each in by_contract(done.table()).to_dict("records"):
        name, relative = str(each["contract"]), float(each["max_rel"])
        apart = str(each["variable"]).removeprefix(f"{name}.")
        gap = (f"{relative:.1e}", apart) if relative else ("none", "")
        counts = f"{each['variables']:,}", f"{each['compared']:,}"
        table.add_row(name, *counts, *gap, "within" if each["within"] else "beyond")
    Console().print(table)
    for name, found in done.variables.items():
        if found.first_day is not None:
            whose = "" if found.first_member is None else f", member {found.first_member}"
            said = f"apart by {found.max_abs:.1e} {found.unit}, first on day {found.first_day}"
            Console().print(f"beyond its bound: {name}: {said}{whose}", markup=False)
    for refusal in done.refusals[:SHOWN]:
        Console().print(f"refused: {refusal}", markup=False)
    Console().print(
        f"{done.transactions:,} transactions and all comparisons in "
        f"{done.seconds - done.simulating:.1f} s, beside {done.simulating:.1f} s of simulation; "
        f"bound {done.record()['bound_rel']:.0e} relative, amounts; everything else exact; "
        "all variables are in drift.parquet"
    )
