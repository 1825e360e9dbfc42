"""The front door: gathers each floor's commands into the ``moot`` command."""

import sys
from typing import Any

import click

import dashboards.commands
import governance.commands
import simulations.commands
from governance.errors import InputError, MootError


class FrontDoor(click.Group):
    """A group that lists commands in the order of use and turns errors into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return names in the order they were gathered."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours becomes one message and its exit code."""
        try:
            return super().invoke(ctx)
        except MootError as error:
            for line in str(error).splitlines():
                click.echo(f"error: {line}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"error: {where}{error.strerror or error}", err=True)
            ctx.exit(InputError.exit_code if error.filename else MootError.exit_code)


@click.group(cls=FrontDoor, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="moot")
def main() -> None:
    """Rehearse a DAO before you launch it, and govern it after.

    \b
    Start here:
        moot demo                 the whole loop in about a minute
        moot simulate startup     many futures of one constitution
        moot deploy startup       the same constitution as contracts
        moot doctor               what is installed, what is missing

    Exit codes: 0 done, 1 failure, 2 usage or input, 3 a check refused, 4 chain or RPC,
    5 a study that is not complete.
    """


for command in (
    *dashboards.commands.COMMANDS,
    *simulations.commands.COMMANDS,
    *governance.commands.COMMANDS,
):
    main.add_command(command)

if __name__ == "__main__":
    sys.exit(main())
