"""The commands of this floor: simulate, calibrate, study, report, twin and pull."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulations.options import RESULTS, scenario_of, with_scenario
from simulations.pull_command import pull
from simulations.studies.commands import study
from simulations.studies.report.commands import report as study_report
from simulations.studies.report.commands import search_command
from simulations.twin_command import twin

if TYPE_CHECKING:
    from simulations.rehearsal import Rehearsal
    from simulations.scenario import Scenario


@click.command()
@click.argument("constitution", default="startup")
@with_scenario
@click.option(
    "--replicates",
    "-n",
    type=click.IntRange(1, 1_000_000),
    help="Number of runs [default: 200, with --court evm 3].",
)
@click.option("--record", type=int, help="Run whose actions are written, for moot twin --log.")
@click.option("--macro", is_flag=True, help="Pool the members: thousands of futures in seconds.")
@click.option(
    "--court",
    type=click.Choice(["model", "evm"]),
    default="model",
    show_default=True,
    help="What decides: the simulated mechanisms, or the contracts.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder [default: results/NAME].")
@click.option("--all", "everything", is_flag=True, help="Print every figure, by concern.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def simulate(
    constitution: str,
    world: str,
    days: int,
    seed: int,
    members: int | None,
    replicates: int | None,
    record: int | None,
    macro: bool,
    court: str,
    out: Path | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Rehearse a constitution: many futures of one DAO, stepped together.

    CONSTITUTION is a preset (lab, startup, protocol, model-critical) or a TOML file.

    With --macro nobody is told apart: holders are pooled by the yield they ask for and do in the
    mean what members would do. Take it for long horizons, wide sweeps and rare events, where
    supply, stake, treasury and turnout are asked for; do without it where it matters who holds
    the votes, and to record actions for the twin.

    With --court evm every action goes to the bytecode as it is decided, and what cohorts and
    figures see is read back from the contracts, one run at a time. What belongs to the world
    stays simulated and is named in the output; docs/lockstep.md says more.

    \b
    Examples: a year of the startup preset, 500 futures; three years, 10,000 futures; the contracts
        moot simulate startup --replicates 500 --out results/startup
        moot simulate startup --macro --days 1000 --replicates 10000
        moot simulate startup --court evm --replicates 5
    """
    from governance.errors import InputError
    from simulations import report, store
    from simulations.checks import check

    if macro and record is not None:
        raise InputError(
            "--record with --macro: without members there are no actions to record; "
            "leave out one of the two"
        )
    if macro and court == "evm":
        raise InputError(
            "--court evm with --macro: contracts have members; leave out one of the two"
        )

    scenario = scenario_of(constitution, world, days, seed, members)
    folder = (out or RESULTS / Path(constitution).stem) / "rehearsal"
    store.require_free(folder)
    for warning in check(scenario):
        report.warn(warning)
    if macro:
        done = _rehearse_macro(scenario, replicates, quiet=as_json)
    elif court == "evm":
        done = _rehearse_in_lockstep(scenario, replicates, record, quiet=as_json)
    else:
        done = _rehearse(scenario, replicates, record, quiet=as_json)
    done.write(folder)
    if as_json:
        warnings = [warning.record() for warning in done.warnings]
        told = {"folder": str(folder), "metrics": done.headline(), "warnings": warnings}
        click.echo(json.dumps(told | done.court()))
        return
    report.headline(done, everything=everything)
    report.court(done)
    click.echo(f"Written to {folder}; look at it with: moot dashboard {folder.parent}")


def _rehearse(
    scenario: "Scenario", replicates: int | None, record: int | None, *, quiet: bool
) -> "Rehearsal":
    from simulations import report
    from simulations.rehearsal import REPLICATES, rehearse

    runs = replicates or REPLICATES
    with report.rehearsing(runs, scenario.days, quiet=quiet) as on_day:
        return rehearse(scenario, runs, record=record, on_day=on_day)


def _rehearse_macro(scenario: "Scenario", replicates: int | None, *, quiet: bool) -> "Rehearsal":
    from simulations import report
    from simulations.macro.rehearsal import rehearse_macro
    from simulations.rehearsal import REPLICATES

    with report.progress("runs", quiet=quiet) as on_batch:
        return rehearse_macro(scenario, replicates or REPLICATES, on_batch=on_batch)


def _rehearse_in_lockstep(
    scenario: "Scenario", replicates: int | None, record: int | None, *, quiet: bool
) -> "Rehearsal":
    from simulations import report
    from simulations.lockstep.rehearsal import REPLICATES, rehearse_in_lockstep

    runs = replicates or REPLICATES
    with report.rehearsing(runs, scenario.days, quiet=quiet) as on_day:
        return rehearse_in_lockstep(scenario, runs, record=record, on_day=on_day)


@click.command()
@click.argument("constitution", default="startup")
@with_scenario
@click.option("--heads", type=float, required=True, help="Members who vote over those who could.")
@click.option("--weight", type=float, required=True, help="Votes cast over votes there are.")
@click.option(
    "--replicates",
    "-n",
    type=click.IntRange(3, 10_000),
    default=24,
    show_default=True,
    help="Runs of each guess, of which it takes about ten.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the fitted world, a TOML file.")
@click.option("--json", "as_json", is_flag=True, help="Print the fit as JSON.")
def calibrate(
    constitution: str,
    world: str,
    days: int,
    seed: int,
    members: int | None,
    heads: float,
    weight: float,
    replicates: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fit the members' attention to the turnout of a DAO that lives.

    Both figures are means over its proposals, as shares: 0.03 for 3 %. Heads that could vote
    are addresses with votes of their own, weight is staked or delegated votes, not the supply.
    Two parameters of the world answer to them: the duty to vote, which moves all alike, and the
    cost of a vote, which keeps at home those whose weight changes little. The intervals say what
    one history of so many days leaves open: the more votes and runs, the narrower.

    Exit code 3 if the world cannot vote like that; look then at how often holders look, how many
    delegate, and how much delegates hold.

    \b
    Example: Decentraland in 2021 and 2022, 0.7 % of 2,591 members with 1.9 % of the votes
        moot calibrate startup --world mine.toml --heads 0.007 --weight 0.0187 --out fitted.toml
        moot simulate startup --world fitted.toml
    """
    from governance.errors import CheckRefused
    from simulations import report
    from simulations.calibration import fit_turnout

    scenario = scenario_of(constitution, world, days, seed, members)
    with report.progress("guesses", quiet=as_json) as on_guess:
        fit = fit_turnout(scenario, heads, weight, replicates, on_guess=on_guess)
    if as_json:
        click.echo(json.dumps(fit.record() | {"world": None if out is None else str(out)}))
    else:
        report.turnout_fit(fit)
    if not fit.close:
        raise CheckRefused(
            f"the nearest turnout this world comes to is {fit.error:.1%} off: no world was written"
        )
    if out is not None:
        out.write_text(fit.scenario.world_toml(out.parent), encoding="utf-8")


study.add_command(search_command)
COMMANDS = [simulate, calibrate, study, study_report, twin, pull]
