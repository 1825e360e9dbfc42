"""What every command that acts on a chain shares: options, the chain, the account, the report."""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation, localcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from governance.errors import ChainError, CheckRefused, InputError
from governance.printing import printable

if TYPE_CHECKING:
    from governance.accounts import Account
    from governance.chain.protocol import Chain, Receipt
    from governance.dao import Dao
    from governance.transactions import Intent

BLOCK_TIME = 12
"""Seconds that pass with each transaction on the embedded chain of the commands."""

Row = dict[str, str]


@dataclass
class Session:
    """One command at work: its chain, its DAO, who acts, and how to report.

    Texts for people go to stdout; with ``--json`` they are dropped and one JSON object is
    printed at the end.
    """

    rpc: str | None
    state: Path
    sender: str | None
    as_json: bool
    yes: bool
    max_fee: int | None
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def embedded(self) -> bool:
        """Whether the chain lives in the state folder."""
        return self.rpc is None

    @functools.cached_property
    def chain(self) -> "Chain":
        """The chain; an embedded one is locked for this process and rebuilt from its file."""
        if self.rpc is not None:
            from governance.chain.rpc import RpcChain

            return RpcChain(self.rpc, max_fee_gwei=self.max_fee)
        from governance.chain.embedded import EmbeddedChain
        from governance.chain.journal import locked

        self._stack.enter_context(locked(self.state))
        return EmbeddedChain.open(self.state / "chain.jsonl", block_time=BLOCK_TIME)

    @property
    def manifest_path(self) -> Path:
        """Where the manifest of this chain's DAO is kept."""
        name = "manifest.json" if self.embedded else f"manifest-{self.chain.chain_id}.json"
        return self.state / name

    @functools.cached_property
    def dao(self) -> "Dao":
        """The deployed DAO."""
        from governance.dao import Dao
        from governance.manifest import Manifest

        manifest = Manifest.load(self.manifest_path)
        return Dao(self.chain, manifest, witness=self.show)

    @functools.cached_property
    def account(self) -> "Account":
        """Who acts, with the key if there is one."""
        from governance.accounts import resolve

        if self.sender is None and not self.chain.local:
            raise InputError("say who sends: --from with a keystore alias")
        spec = self.sender or "dev:0"
        account = resolve(spec, chain_id=self.chain.chain_id, unlock=not self.embedded)
        if account.signer is not None and not self.embedded:
            from governance.chain.rpc import RpcChain

            if isinstance(self.chain, RpcChain):
                self.chain.add_signer(account.signer)
        return account

    def reader(self) -> str:
        """Return the address of whoever looks, without asking for a passphrase."""
        return self.someone(self.sender or "dev:0")

    def someone(self, spec: str) -> str:
        """Return the address of another account, by the same specs as --from."""
        from governance.accounts import resolve

        return resolve(spec, chain_id=self.chain.chain_id, unlock=False).address

    def show(self, intent: "Intent") -> None:
        """Say what is about to be sent; ask first where it costs real money."""
        self.say(f"→ {intent.sentence}")
        self.confirm(f"Send this on chain {self.chain.chain_id} as {intent.sender}?")

    def confirm(self, question: str) -> None:
        """Ask, unless the chain is a toy or --yes was given.

        A development node that forks a public chain is no toy: it shares its chain id, so what is
        signed there can be replayed on the original.

        Raises
        ------
        CheckRefused
            If the answer is no.
        """
        from governance.accounts import DEV_CHAINS

        if self.yes or (self.chain.local and self.chain.chain_id in DEV_CHAINS):
            return
        if not click.confirm(question, err=True):
            raise CheckRefused("nothing was sent: you said no")

    def say(self, text: str) -> None:
        """Print for people."""
        if not self.as_json:
            click.echo(printable(text))

    def warn(self, text: str) -> None:
        """Print a doubt to stderr, whatever is asked for on stdout."""
        click.echo(f"warning: {printable(text)}", err=True)

    def emit(self, data: dict[str, Any]) -> None:
        """Print data as JSON if that was asked for."""
        from governance.status import jsonable

        if self.as_json:
            click.echo(json.dumps(jsonable(data), indent=2))

    def act(
        self, verb: str, look: Callable[[], Row], send: Callable[[], "Receipt | int"]
    ) -> "Receipt | int":
        """Send, and show what a look at the state said before and says after."""
        before = look()
        result = send()
        after = look()
        changed = {key: value for key, value in after.items() if value != before.get(key)}
        for key, value in changed.items():
            self.say(f"  {key}: {before.get(key, '-')} → {value}")
        if not changed:
            self.say("  nothing changed")
        data: dict[str, Any] = {"command": verb, "from": self.account.address}
        if isinstance(result, int):
            data["proposal"] = str(result)
        else:
            data |= {"hash": result.hash, "block": result.block, "gas": result.gas_used}
        self.emit({**data, "before": before, "after": after})
        return result

    def save(self) -> None:
        """Keep an embedded chain for the next command."""
        from governance.chain.embedded import EmbeddedChain

        if "chain" in self.__dict__ and isinstance(self.chain, EmbeddedChain):
            self.chain.save()

    @contextmanager
    def running(self) -> Iterator["Session"]:
        """Save an embedded chain if the body succeeds; a failure leaves its file as it was."""
        with self._stack:
            yield self
            self.save()


def parse_amount(text: str, what: str) -> Decimal:
    """Read an amount such as ``1000``, ``1,000`` or ``0.5``.

    Raises
    ------
    InputError
        If it is not a positive decimal number.
    """
    try:
        amount = Decimal(text.replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise InputError(f"{what} = {text!r}: give a number such as 1000 or 0.5") from None
    if not amount.is_finite() or amount <= 0:
        raise InputError(f"{what} = {text}: give more than 0")
    if amount >= 10**30:
        raise InputError(f"{what} = {text}: more than any token has")
    return amount


def parse_units(text: str, what: str, one: int) -> int:
    """Read an amount as whole units, ``one`` to the token or share.

    Raises
    ------
    InputError
        If it is not a positive number, or finer than a unit.
    """
    amount = parse_amount(text, what)
    with localcontext(prec=100):
        units = amount * one
        if units != int(units):
            raise InputError(f"{what} = {text}: too many decimals")
        return int(units)


def on_chain(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shared options; it receives a running `Session` first."""

    @click.option("--rpc", envvar="MOOT_RPC", metavar="URL", help="Node to use; else embedded.")
    @click.option(
        "--state",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(".moot"),
        show_default=True,
        help="Folder of the embedded chain and of what was deployed.",
    )
    @click.option("--from", "sender", metavar="ACCOUNT", help="dev:N, keystore alias or address.")
    @click.option("--max-fee", type=click.IntRange(min=1), metavar="GWEI", help="Gas price limit.")
    @click.option("--yes", is_flag=True, help="Do not ask before sending.")
    @click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
    @functools.wraps(function)
    def command(
        *args: Any,
        rpc: str | None,
        state: Path,
        sender: str | None,
        max_fee: int | None,
        yes: bool,
        as_json: bool,
        **kwargs: Any,
    ) -> None:
        session = Session(rpc, state, sender, as_json, yes, max_fee)
        with session.running():
            function(session, *args, **kwargs)

    return command


def require_local(session: Session, what: str) -> None:
    """Refuse on a chain whose time and state are not ours.

    Raises
    ------
    ChainError
        If the chain is not local.
    """
    if not session.chain.local:
        raise ChainError(f"{what} needs a local chain: this one is public, its time passes alone")
