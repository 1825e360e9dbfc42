"""Commands of the proposal kinds, made from their typed fields when they are asked for."""

import dataclasses
import importlib
from typing import Any

import click

from governance.session import Session, on_chain, parse_amount

KINDS = {"grant": "governance.proposals.grant:Grant"}
"""Name of each proposal kind, and where its fields are declared."""


class Kinds(click.Group):
    """A group with one command for each proposal kind."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the kinds."""
        return sorted(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Build the command of a kind from its fields."""
        if cmd_name not in KINDS:
            return None
        module, _, name = KINDS[cmd_name].partition(":")
        return _command(cmd_name, getattr(importlib.import_module(module), name))


def _command(name: str, kind: Any) -> click.Command:
    fields = dataclasses.fields(kind)

    @on_chain
    def run(session: Session, **values: str) -> None:
        _propose(session, name, kind(**{f.name: _typed(session, f, values) for f in fields}))

    for field in reversed(fields):
        help_text = field.metadata["help"]
        option = click.option(field.metadata["option"], field.name, required=True, help=help_text)
        run = option(run)
    text = f"{kind.summary}\n\nExample: {kind.example}"
    return click.command(name, help=text, short_help=kind.summary)(run)


def _typed(session: Session, field: "dataclasses.Field[Any]", values: dict[str, str]) -> Any:
    text = values[field.name]
    if field.metadata["option"] == "--to":
        return session.someone(text)
    return parse_amount(text, field.name) if field.metadata["option"] == "--amount" else text


def _warn_of_an_empty_treasury(session: Session, paid: int) -> None:
    from governance.format import tokens

    dao = session.dao
    held = dao.token_balance(dao.at["treasury"])
    if paid > held:
        session.warn(
            f"the treasury holds {tokens(held)} {dao.symbol}, this pays {tokens(paid)}: it cannot "
            "be executed unless the treasury grows"
        )


def _propose(session: Session, name: str, proposal: Any) -> None:
    from governance.format import short_id, when

    dao, sender = session.dao, session.account.address
    actions = proposal.actions(dao.at, dao.symbol)
    for action in actions:
        session.say(f"If it passes: {action.sentence}")
    kinds = " and ".join(dao.kinds_of([action.call for action in actions]))
    session.say(f"Its kind, by what it calls: {kinds}")
    _warn_of_an_empty_treasury(session, sum(action.pays for action in actions))

    def look() -> dict[str, str]:
        return {"proposals": str(len(dao.proposals()))}

    def send() -> int:
        calls = [action.call for action in actions]
        return dao.propose(sender, calls, proposal.description(dao.symbol))

    identifier = session.act(f"propose {name}", look, send)
    if isinstance(identifier, int):
        now = session.chain.timestamp()
        opens = when(dao.proposal(identifier).snapshot + 1, now)
        session.say(f"Proposal {short_id(identifier)}: voting opens {opens}")
