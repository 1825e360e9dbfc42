"""The command ``pull``: a live DAO as the start of a rehearsal."""

from pathlib import Path

import click

from governance.session import Session, on_chain, parse_units


@click.command()
@click.option(
    "--dao",
    "manifest",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The DAO's manifest [default: that of --state].",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("pulled"),
    show_default=True,
    help="Folder to write, whose older pull is replaced.",
)
@click.option(
    "--world",
    default="typical",
    show_default=True,
    help="What the chain does not say: preset or file.",
)
@click.option("--pool", metavar="ADDRESS", help="Pool in which the token is traded.")
@click.option("--dust", metavar="TOKENS", help="Pool those with less, no stake and no vote.")
@on_chain
def pull(
    session: Session,
    manifest: Path | None,
    out: Path,
    world: str,
    pool: str | None,
    dust: str | None,
) -> None:
    """Read a live DAO into a scenario, so that a rehearsal starts from reality.

    It reads the rules as votes have left them, who holds, stakes, leaves, delegates and vests,
    open proposals with their votes, and the treasury, all at one block, and lists what cannot be
    carried over. Nothing is sent. The folder has constitution.toml, world.toml, holders.parquet,
    proposals.parquet and start.json.

    \b
    Example: the DAO of .moot, or one behind a node, and what may become of it
        moot pull --out today
        moot pull --rpc URL --dao manifest.json --out today
        moot simulate today/constitution.toml --world today/world.toml
    """
    from governance.format import counted
    from governance.manifest import Manifest
    from governance.reading import read_dao
    from governance.units import TOKEN
    from simulations import report, store
    from simulations.pull import as_scenario
    from simulations.scenario import read_world

    store.require_free(out)
    base, _ = read_world(world)
    traded = session.someone(pool) if pool else ""
    least = 0 if dust is None else parse_units(dust, "dust", TOKEN)
    found = Manifest.load(manifest or session.manifest_path)
    with report.progress("reading", quiet=session.as_json) as on_progress:
        state = read_dao(session.chain, found, on_progress)
    pulled = as_scenario(state, base, least, traded)
    pulled.write(out)
    start = pulled.start
    told = {name: start.count(name) for name in ("holders", "delegates")}
    told["proposals"] = start.proposals.num_rows
    session.emit({"command": "pull", "folder": str(out), "block": state.block, "time": state.time,
                  **told, "not_carried": list(start.not_carried)})  # fmt: skip
    whole = ", ".join(counted(many, name.removesuffix("s")) for name, many in told.items())
    session.say(f"Block {state.block}: {whole}")
    session.say("Not carried over:")
    for line in start.not_carried:
        session.say(f"  {line}")
    session.say(f"Written to {out}; rehearse it with: moot simulate {out}/constitution.toml "
                f"--world {out}/world.toml")  # fmt: skip
