"""The commands that build on a study: ``moot report`` and ``moot study search``."""

import json
import os
from math import isfinite
from pathlib import Path
from typing import Any

import click

from simulations.options import RESULTS


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder [default: the study's].")
@click.option("--json", "as_json", is_flag=True, help="Print the report's data as JSON.")
def report(folder: Path, out: Path | None, as_json: bool) -> None:
    """Tell what a study found: one page to read and one file to build on.

    FOLDER is a study's, as `moot study run` leaves it. report.html needs no network and no script;
    report.json holds every figure of it with its interval, and the study itself, so that it can be
    run again.

    \b
    Example: the report of a study, and the same study once more from nothing else
        moot report results/quorum-and-turnout
        moot study run results/quorum-and-turnout/report.json --out again
    """
    from simulations.studies.report.findings import findings
    from simulations.studies.report.page import page
    from simulations.studies.report.words import headline
    from simulations.studies.shards import put
    from simulations.studies.store import open_study

    sweep = folder / "sweep" if (folder / "sweep" / "study.json").is_file() else folder
    told = findings(open_study(sweep))
    target = out or (sweep.parent if sweep.name == "sweep" else sweep)
    target.mkdir(parents=True, exist_ok=True)
    data = json.dumps(told, allow_nan=False, separators=(",", ":")) + "\n"
    put(target / "report.json", data.encode())
    put(target / "report.html", page(told).encode())
    if as_json:
        click.echo(json.dumps(told, allow_nan=False))
        return
    click.echo(f"{told['question']}\n{headline(told)}")
    click.echo(f"Written to {target / 'report.html'} and {target / 'report.json'}")


@click.command("search")
@click.argument("file")
@click.option("--maximise", metavar="METRIC", help="Figure to make large.")
@click.option("--minimise", metavar="METRIC", help="Figure to make small.")
@click.option(
    "--trials",
    type=click.IntRange(1, 100_000),
    default=48,
    show_default=True,
    help="Settings to try.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 1_000),
    default=8,
    show_default=True,
    help="Settings tried at a time; another size gives another search.",
)
@click.option(
    "--worlds",
    type=click.IntRange(1, 1_000),
    default=6,
    show_default=True,
    help="Worlds, from the study's uncertainties, in which each setting is tried.",
)
@click.option("--ruin", type=click.FloatRange(0, 1), help="Most futures with an empty treasury.")
@click.option("--capture", type=click.FloatRange(0, 1), help="Most futures in which capture pays.")
@click.option("--workers", type=click.IntRange(1, 1_024), help="Processes [default: one a core].")
@click.option("--out", type=click.Path(path_type=Path), help="Folder [default: results/NAME].")
@click.option("--json", "as_json", is_flag=True, help="Print the best setting as JSON.")
def search_command(
    file: str,
    maximise: str | None,
    minimise: str | None,
    trials: int,
    batch: int,
    worlds: int,
    ruin: float | None,
    capture: float | None,
    workers: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Search the levers of a study for the setting that does best and meets its goals.

    Every setting is tried in the same worlds with the same draws, and told to the sampler in the
    order of asking, so the same command finds the same setting however many workers there are.
    What was tried is a study like any other: run the command again to go on after an interruption,
    and `moot report` tells what came of it.

    \b
    Example: as much welfare as there can be with at most 5 % ruin and 20 % capture
        moot study search quorum-and-turnout --maximise pass_rate --ruin 0.05 --capture 0.2
    """
    from governance.errors import InputError
    from simulations import report as tell
    from simulations.studies.aim import Aim, best, constrained
    from simulations.studies.runner import Options
    from simulations.studies.search import search
    from simulations.studies.study import load_study

    if (maximise is None) == (minimise is None):
        raise InputError("give --maximise METRIC or --minimise METRIC, one of the two")
    aim = Aim(maximise or str(minimise), maximise is not None, trials, batch, worlds)
    asked = constrained(load_study(file), aim, ruin, capture)
    folder = (out or RESULTS / f"{asked.name}-search") / "sweep"
    options = Options(workers or len(os.sched_getaffinity(0)))
    with tell.progress("settings", quiet=as_json) as on_trials:
        _, tried = search(asked, folder, aim, options, on_trials=on_trials)
    chosen = best(tried, aim)
    setting = dict(zip((axis.path for axis in asked.levers), chosen.setting, strict=True))
    found = chosen.value is not None and isfinite(chosen.value)
    value = chosen.value if found else None
    told = {"setting": setting, "value": value, "feasible": chosen.feasible}
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "tried": len(tried)} | told))
        return
    click.echo(f"{_found(told, aim.metric)} ({len(tried)} tried)")
    click.echo(f"Written to {folder}; tell it with: moot report {folder.parent}")


def _found(told: dict[str, Any], metric: str) -> str:
    """Say which setting was found, and what it comes to."""
    words = ", ".join(f"{path} = {value}" for path, value in told["setting"].items())
    shown = "– (no run has a value)" if told["value"] is None else f"{told['value']:.6g}"
    what = "meets every goal" if told["feasible"] else "meets not every goal, but comes nearest"
    return f"{words}\n{metric} = {shown}; it {what}"
