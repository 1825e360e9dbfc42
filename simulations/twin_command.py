"""The command ``twin``: a simulated run on the bytecode."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulations.options import RESULTS, scenario_of, with_scenario

if TYPE_CHECKING:
    from simulations.twin import ActionLog


@click.command()
@click.argument("constitution", default="startup")
@with_scenario
@click.option(
    "--run", type=click.IntRange(min=0), default=0, show_default=True, help="Replicate to replay."
)
@click.option(
    "--log",
    "source",
    type=click.Path(path_type=Path),
    help="Replay what was recorded: results, or an actions.parquet.",
)
@click.option(
    "--every",
    type=click.IntRange(min=1),
    default=90,
    show_default=True,
    help="Days between comparisons of everything; 1 finds the very day of a difference.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder [default: results/NAME].")
@click.option("--json", "as_json", is_flag=True, help="Print the drift table as JSON.")
@click.pass_context
def twin(
    context: click.Context,
    constitution: str,
    world: str,
    days: int,
    seed: int,
    members: int | None,
    run: int,
    source: Path | None,
    every: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Replay a simulated run on the real bytecode and print where they differ.

    With --log nobody decides anything: both the simulation and the contracts do what the log says.
    It holds its scenario, so the other options say nothing of it; a CONSTITUTION must be its own.
    After each day totals and what the day touched are compared, and --every few days everything.

    Exit code 3 if they differ by more than the stated bound.

    \b
    Examples: a year of 200 members; a run that was recorded
        moot twin startup --members 200
        moot simulate startup --record 0 && moot twin --log results/startup
    """
    from governance.errors import CheckRefused
    from simulations import report, store
    from simulations.twin import replay_log, replay_run
    from simulations.twin.log import results_of

    if source is not None:
        log = _log(context, source, constitution)
        folder = (out or results_of(source)) / "twin"
        replay = partial(replay_log, log)
    else:
        scenario = scenario_of(constitution, world, days, seed, members)
        folder = (out or RESULTS / Path(constitution).stem) / "twin"
        replay = partial(replay_run, scenario, run)
    store.require_free(folder)
    with report.progress("days", quiet=as_json) as on_day:
        drift = replay(every=every, on_day=on_day)
    drift.write(folder)
    if as_json:
        table = json.loads(drift.table().to_json(orient="records"))
        click.echo(json.dumps(drift.record() | {"folder": str(folder), "variables": table}))
    else:
        report.drift(drift)
        click.echo(f"Written to {folder}")
    if not drift.within:
        raise CheckRefused("the simulation drifts from the contracts beyond the bound")


def _log(context: click.Context, source: Path, constitution: str) -> "ActionLog":
    """Read a log, with no other options that would say what is in it."""
    from governance.constitution import load_constitution
    from governance.errors import InputError
    from simulations.twin import read_log

    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    for name in ("world", "days", "seed", "run", "members"):
        if name in given:
            raise InputError(f"--{name} with --log: a log holds its scenario; leave --{name} out")
    log = read_log(source)
    if "constitution" in given:
        log.require_constitution(load_constitution(constitution), constitution)
    return log
