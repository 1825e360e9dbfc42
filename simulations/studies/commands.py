"""The commands on studies: ``moot study new``, ``list``, ``schema``, ``run`` and so on."""

import json
import os
from pathlib import Path

import click

RESULTS = Path("results")


@click.group()
def study() -> None:
    """Put a question to many scenarios, and keep the answer."""


@study.command("run")
@click.argument("file", default="quorum-and-emission")
@click.option("--out", type=click.Path(path_type=Path), help="Folder [default: results/NAME].")
@click.option(
    "--workers", type=click.IntRange(1, 1_024), help="Processes [default: one for each core]."
)
@click.option("--resume", is_flag=True, help="Take what the folder has, and do what it lacks.")
@click.option("--json", "as_json", is_flag=True, help="Print the result table as JSON.")
def run(file: str, out: Path | None, workers: int | None, resume: bool, as_json: bool) -> None:
    """Run a study from FILE, a TOML file or a shipped name.

    \b
    Example: the shipped study on quorum and emission
        moot study run quorum-and-emission --out results/quorum
    """
    from simulations import report
    from simulations.studies.runner import Options, run_study
    from simulations.studies.study import load_study

    loaded = load_study(file)
    folder = (out or RESULTS / loaded.name) / "sweep"
    options = Options(workers or len(os.sched_getaffinity(0)), resume=resume)
    with report.progress("runs", quiet=as_json) as on_batch:
        done = run_study(loaded, folder, options, on_batch=on_batch)
    if as_json:
        points = json.loads(done.points.to_json(orient="records"))
        click.echo(json.dumps({"folder": str(folder), "points": points}))
        return
    report.study(done)
    click.echo(f"Written to {folder}; look at it with: moot dashboard {folder.parent}")
