"""The command ``moot report``."""

import json
from pathlib import Path

import click


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
    data = json.dumps(told, indent=1, allow_nan=False) + "\n"
    put(target / "report.json", data.encode())
    put(target / "report.html", page(told).encode())
    if as_json:
        click.echo(json.dumps(told, allow_nan=False))
        return
    click.echo(f"{told['question']}\n{headline(told)}")
    click.echo(f"Written to {target / 'report.html'} and {target / 'report.json'}")
