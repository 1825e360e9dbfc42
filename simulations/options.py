"""What several commands of this floor ask for alike."""

from pathlib import Path

import click

RESULTS = Path("results")
_scenario_options = [
    click.option(
        "--world", default="typical", show_default=True, help="World: preset or TOML file."
    ),
    click.option("--days", default=365, show_default=True, help="Horizon in days."),
    click.option("--seed", default=1, show_default=True, help="Entropy of every random draw."),
]


def with_scenario(command: click.decorators.FC) -> click.decorators.FC:
    """Let a command be given a world, a horizon and a seed."""
    for option in reversed(_scenario_options):
        command = option(command)
    return command
