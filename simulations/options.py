"""What several commands of this floor ask for alike."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simulations.scenario import Scenario

RESULTS = Path("results")
_scenario_options = [
    click.option(
        "--world", default="typical", show_default=True, help="World: preset or TOML file."
    ),
    click.option("--days", default=365, show_default=True, help="Horizon in days."),
    click.option("--seed", default=1, show_default=True, help="Entropy of every random draw."),
    click.option(
        "--members", type=click.IntRange(1, 2_000_000), help="Holders, instead of the world's."
    ),
]


def with_scenario(command: click.decorators.FC) -> click.decorators.FC:
    """Let a command be given a world, a horizon, a seed and a number of holders."""
    for option in reversed(_scenario_options):
        command = option(command)
    return command


def scenario_of(
    constitution: str, world: str, days: int, seed: int, members: int | None
) -> "Scenario":
    """Load what a command was given.

    Raises
    ------
    InputError
        If a file or a value of it cannot be.
    """
    from simulations.scenario import load_scenario

    scenario = load_scenario(constitution, world, days=days, seed=seed)
    if members is None:
        return scenario
    return scenario.with_value("world.population.holders", members)
