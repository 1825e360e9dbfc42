"""The commands on studies: ``moot study new``, ``list``, ``run`` and so on."""

import json
import os
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulations.options import RESULTS

if TYPE_CHECKING:
    from simulations.studies.estimate import Estimate
    from simulations.studies.fields import StudyFile
    from simulations.studies.store import StudyResult
    from simulations.studies.study import Study


@click.group()
def study() -> None:
    """Put a question to many scenarios, and keep the answer."""


@study.command("new")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), help="File [default: NAME.toml].")
def new(name: str, out: Path | None) -> None:
    """Write a commented study file to start from.

    \b
    Example:
        moot study new quorum && moot study run quorum.toml --dry-run
    """
    from governance.errors import InputError
    from simulations.studies.study import load_study
    from simulations.studies.template import new_study

    path = out or Path(f"{name}.toml")
    text = new_study(name)
    try:
        with path.open("x", encoding="utf-8") as handle:
            handle.write(text)
    except FileExistsError:
        raise InputError(f"{path} exists: choose another name, or --out") from None
    try:
        load_study(path)
    except InputError:
        path.unlink()
        raise
    click.echo(f"Written to {path}; see what it takes with: moot study run {path} --dry-run")


@study.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_(as_json: bool) -> None:
    """List the studies that ship with moot.

    \b
    Example:
        moot study list
    """
    from simulations.studies import printing
    from simulations.studies.study import PRESETS, load_study

    found = [load_study(path.stem) for path in sorted(PRESETS.glob("*.toml"))]
    if not as_json:
        printing.studies(found)
        return
    names = ("name", "question", "design", "size", "runs")
    rows = [{name: getattr(each, name) for name in names} for each in found]
    click.echo(json.dumps([{"points": row.pop("size")} | row for row in rows]))


@study.command("schema")
def schema_() -> None:
    """Print the JSON schema of a study's file, for editors that complete and check.

    \b
    Example:
        moot study schema > study.schema.json
    """
    from simulations.studies.template import schema

    click.echo(json.dumps(schema(), indent=1))


@study.command("run")
@click.argument("file", default="quorum-and-emission")
@click.option("--out", type=click.Path(path_type=Path), help="Folder [default: results/NAME].")
@click.option("--workers", type=click.IntRange(1, 1_024), help="Processes [default: what pays].")
@click.option("--scheduler", help="Address of a Dask scheduler, as in tcp://10.0.0.1:8786.")
@click.option("--sample", type=click.IntRange(min=1), help="Points to take of the design, by lot.")
@click.option("--model", type=click.Choice(["members", "macro"]), help="Instead of the file's.")
@click.option("--batch", type=click.IntRange(min=1), help="Runs stepped at once [default: fits].")
@click.option("--memory", type=click.IntRange(min=1), help="MiB for all runs stepped at once.")
@click.option("--resume", is_flag=True, help="Take what the folder has, and do what it lacks.")
@click.option("--dry-run", is_flag=True, help="Say what it would take, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print the result table as JSON.")
def run(
    file: str, out: Path | None, resume: bool, dry_run: bool, as_json: bool, **asked: Any
) -> None:
    """Run a study from FILE: a TOML file, a shipped name, a report or a study's folder.

    What is finished is kept as it goes: after Ctrl-C, a crash or a full disk, --resume does the
    rest, and the tables come out the same to the byte. With --resume a study may also be changed;
    runs that it shares with the old one are not done again. Exit code 5 if runs are missing.

    \b
    Examples: a shipped study; ten of its points; the same on a cluster
        moot study run quorum-and-emission --out results/quorum
        moot study run quorum-and-emission --sample 10 --dry-run
        moot study run quorum-and-emission --scheduler tcp://10.0.0.1:8786
    """
    from simulations.studies import printing
    from simulations.studies.runner import run_study

    loaded, kept = _load(file, {name: asked[name] for name in ("sample", "model")})
    folder = kept or (out or RESULTS / loaded.name) / "sweep"
    guess, options = _prepared(loaded, folder, resume, asked)
    hands = options.hands().told
    if dry_run:
        if as_json:
            click.echo(json.dumps(guess.record(options.workers)))
        else:
            printing.estimate(guess, options.workers, hands)
        return
    if not as_json:
        printing.estimate(guess, options.workers, hands, err=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with printing.studying(loaded.runs - guess.missing, loaded.runs, quiet=as_json) as on_batch:
        done = run_study(loaded, folder, options, on_batch=on_batch)
    _tell(done, as_json)


@study.command("show")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(folder: Path, as_json: bool) -> None:
    """Show what a study asked, how far it is and what it found; while it runs, too.

    \b
    Example:
        moot study show results/quorum-and-emission
    """
    from simulations.studies import printing
    from simulations.studies.progress import progress_of
    from simulations.studies.store import open_study

    folder = _sweep(folder)
    found, so_far = open_study(folder), progress_of(folder)
    if as_json:
        kept = ("name", "question", "design", "points", "runs", "replicates", "code", "commit")
        told = {name: found.record.get(name) for name in kept}
        goals = json.loads(found.goals.to_json(orient="records"))
        click.echo(json.dumps(told | so_far | {"folder": str(folder), "goals": goals}))
        return
    printing.progress(found, so_far)
    if (folder / "points.parquet").exists():
        printing.result(found)


@study.command("replay")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("point", type=click.IntRange(min=0))
@click.argument("replicate", type=click.IntRange(min=0))
def replay(folder: Path, point: int, replicate: int) -> None:
    """Do one run of a study again, alone, and print its parameters and figures or its error.

    \b
    Example: the third replicate of point 12
        moot study replay results/quorum-and-emission/sweep 12 2
    """
    import traceback

    import numpy as np

    from governance.errors import InputError, MootError
    from simulations.studies.chunk import RunFailed
    from simulations.studies.models import model_named
    from simulations.studies.runner import chunk_of
    from simulations.studies.store import open_study

    asked = open_study(_sweep(folder)).study
    if point >= asked.size or replicate >= asked.replicates:
        raise InputError(
            f"the study has points 0 to {asked.size - 1} and replicates 0 to {asked.replicates - 1}"
        )
    for axis, value in zip(asked.axes, asked.values(point), strict=True):
        click.echo(f"{axis.path} = {value}")
    chunk = chunk_of(asked, [""] * asked.size, np.array([point * asked.replicates + replicate]))
    try:
        measured = model_named(asked.fields.model).run(chunk)
    except RunFailed as failed:
        error = failed.__cause__
        click.echo("".join(traceback.format_exception(error)), err=True)
        raise MootError(f"{failed.stage}: {type(error).__name__}: {error}") from None
    for name, values in measured.metrics.items():
        click.echo(f"{name}: {values[0]:.17g}")


def _sweep(folder: Path) -> Path:
    """Return the study's own folder, of a folder of results."""
    inside = folder / "sweep"
    return inside if inside.is_dir() else folder


def _load(file: str, asked: dict[str, Any]) -> "tuple[Study, Path | None]":
    """Load a study from a file, or from a folder together with the folder."""
    from simulations.studies.fields import changed
    from simulations.studies.store import open_study
    from simulations.studies.study import Study, load_study

    def change(fields: "StudyFile") -> "StudyFile":
        return changed(fields, **asked)

    if not Path(file).is_dir():
        return load_study(file, change), None
    folder = _sweep(Path(file))
    old = open_study(folder).study
    return Study.of(change(old.fields), old.base), folder


def _prepared(loaded: "Study", folder: Path, resume: bool, asked: dict[str, Any]) -> Any:
    """Estimate what a study takes, and choose how to run it."""
    from dataclasses import replace

    from simulations.studies.estimate import estimate
    from simulations.studies.models import model_named
    from simulations.studies.runner import Options, require_possible
    from simulations.studies.shards import Wanted, find_runs, point_keys

    require_possible(loaded)
    model = model_named(loaded.fields.model)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = None if asked["memory"] is None else asked["memory"] * 2**20
    most = asked["workers"] or cores or 1
    options = Options(most, asked["scheduler"], asked["batch"], memory, resume)
    keys = point_keys(loaded, model)
    wanted = Wanted(loaded.metrics, loaded.fields.steps_every)
    missing = find_runs(folder, keys, loaded.replicates, wanted).missing()
    guess: Estimate = estimate(loaded, model, keys, missing, options)
    return guess, replace(options, workers=asked["workers"] or guess.workers(most))


def _tell(done: "StudyResult", as_json: bool) -> None:
    """Print what was found, and fail if runs are missing."""
    from governance.errors import PartialStudy
    from simulations.studies import printing
    from simulations.studies.progress import shortfall

    if as_json:
        points = json.loads(done.points.to_json(orient="records"))
        told = {"runs": done.study.runs, "done": done.done, "failed": len(done.failures)}
        click.echo(json.dumps({"folder": str(done.folder), "points": points} | told))
    else:
        printing.result(done)
        click.echo(
            f"Written to {done.folder}; look at it with: moot dashboard {done.folder.parent}"
        )
    if not done.complete:
        folder = shlex.quote(str(done.folder))
        raise PartialStudy(f"{shortfall(done)}; continue with: moot study run {folder} --resume")
