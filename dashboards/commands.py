"""The commands of this floor: ``demo`` and ``dashboard``."""

from pathlib import Path

import click


@click.command()
@click.argument("results", default="results", type=click.Path(path_type=Path, file_okay=False))
@click.option("--port", type=int, help="Loopback port; a free one by default.")
@click.option("--headless", is_flag=True, help="Do not open a browser.")
def dashboard(results: Path, port: int | None, headless: bool) -> None:
    """Show RESULTS in the browser: a results folder, or a folder of several.

    The pages answer on this machine only. Ctrl-C stops the server.

    \b
    Example: what the demo found
        moot dashboard results/demo
    """
    from dashboards.server import serve
    from governance.errors import InputError

    if not results.is_dir():
        raise InputError(f"RESULTS {str(results)!r} is not a folder: make it with `moot demo`")
    with serve(results, port) as url:
        click.echo(url)
        if not headless:
            _show(url)
        else:
            _wait()


@click.command()
@click.option(
    "--out",
    default="results/demo",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Results folder.",
)
@click.option(
    "--headless",
    is_flag=True,
    envvar="MOOT_HEADLESS",
    help="Do not open a browser; stop the dashboard when it has answered [env: MOOT_HEADLESS].",
)
def demo(out: Path, headless: bool) -> None:
    """Rehearse a DAO, govern it on chain, replay, sweep, and look: about a minute.

    \b
    Example: without a browser, as in CI
        MOOT_HEADLESS=1 moot demo
    """
    from rich.console import Console

    from dashboards.demo import Demo
    from dashboards.server import require_app, serve

    require_app()
    Demo(out, Console()).run()
    with serve(out) as url:
        click.echo(f"The dashboard answers at {url}")
        if not headless:
            _show(url)


def _show(url: str) -> None:
    """Open a browser and serve until Ctrl-C."""
    import webbrowser

    webbrowser.open(url)
    _wait()


def _wait() -> None:
    """Keep a server up until Ctrl-C."""
    import signal
    import time

    # A polite kill ends the server as Ctrl-C does, instead of orphaning it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        click.echo("Ctrl-C stops it.", err=True)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


COMMANDS: list[click.Command] = [demo, dashboard]
