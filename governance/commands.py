"""Commands that deploy a DAO and act on it."""

from typing import TYPE_CHECKING, Any

import click

from governance.kinds import Kinds
from governance.session import Session, on_chain, parse_units, require_local

if TYPE_CHECKING:
    from governance.dao import Dao


@click.command()
@click.argument("constitution", default="startup")
@click.option("--team", metavar="ACCOUNT", help="Who receives the team's vesting.")
@click.option("--investors", metavar="ACCOUNT", help="Who receives the investors' vesting.")
@click.option("--council", metavar="ACCOUNT", help="Who can cancel decisions for the first term.")
@on_chain
def deploy(session: Session, constitution: str, **people: str | None) -> None:
    """Deploy a DAO from CONSTITUTION, a preset or a TOML file.

    Every step is one transaction, shown as a sentence. In the end every rule is read back, and
    no role is left with the account that deployed, which still holds the community's tokens.
    Interrupted on a node, run it again: it resumes where it stopped.

    Example: moot deploy lab
    """
    from governance.launch import launch

    chosen = {name: session.someone(spec) for name, spec in people.items() if spec}
    launch(session, constitution, chosen)


@click.command()
@click.argument("to")
@click.argument("amount")
@on_chain
def transfer(session: Session, to: str, amount: str) -> None:
    """Send AMOUNT tokens to the account TO.

    Example: moot transfer dev:1 2500
    """
    from governance.units import TOKEN

    dao, sender = session.dao, session.account.address
    receiver, wei = session.someone(to), parse_units(amount, "amount", TOKEN)

    def look() -> dict[str, str]:
        return {**_tokens(dao, "sender", sender), **_tokens(dao, "receiver", receiver)}

    session.act("transfer", look, lambda: dao.transfer(sender, receiver, wei))


@click.command()
@click.argument("amount")
@on_chain
def stake(session: Session, amount: str) -> None:
    """Stake AMOUNT tokens: they earn, and vote once mature.

    Example: moot stake 1000 --from dev:1
    """
    from governance.units import TOKEN

    dao, sender = session.dao, session.account.address
    wei = parse_units(amount, "amount", TOKEN)
    session.act("stake", lambda: _member(dao, sender), lambda: dao.stake(sender, wei))


@click.command()
@click.argument("shares", required=False)
@click.option("--redeem", is_flag=True, help="Take out the tokens once the cooldown is over.")
@click.option("--cancel", is_flag=True, help="Take the exit back and stay.")
@on_chain
def unstake(session: Session, shares: str | None, redeem: bool, cancel: bool) -> None:
    """Ask to leave with SHARES; later take the tokens out, or change your mind.

    Shares on their way out lose their votes at once and still earn.

    Example: moot unstake 500, then moot advance 7d, then moot unstake --redeem
    """
    from governance.units import SHARE

    if sum((shares is not None, redeem, cancel)) != 1:
        raise click.UsageError("give either SHARES, or --redeem, or --cancel")
    dao, sender = session.dao, session.account.address

    def send() -> Any:
        if redeem:
            return dao.redeem(sender)
        if cancel:
            return dao.cancel_exit(sender)
        return dao.request_exit(sender, parse_units(shares or "", "shares", SHARE))

    session.act("unstake", lambda: _member(dao, sender), send)


@click.command()
@click.argument("to")
@on_chain
def delegate(session: Session, to: str) -> None:
    """Let the account TO vote with your stake, which stays yours.

    Example: moot delegate dev:2 --from dev:1
    """
    dao, sender, receiver = session.dao, session.account.address, session.someone(to)
    session.act("delegate", lambda: _member(dao, sender), lambda: dao.delegate(sender, receiver))


@click.command(cls=Kinds)
def propose() -> None:
    """Propose something for the treasury to do; one command for each kind.

    Example: moot propose grant --to dev:1 --amount 1000 --purpose 'Audit of v1'
    """


@click.command()
@click.argument("proposal")
@click.argument("choice", type=click.Choice(["for", "against", "abstain"]))
@click.option("--reason", default="", help="A sentence that is kept on chain with the vote.")
@on_chain
def vote(session: Session, proposal: str, choice: str, reason: str) -> None:
    """Vote CHOICE on PROPOSAL, given by the first digits of its id.

    Example: moot vote 2972 for --reason 'Good value'
    """
    dao, sender = session.dao, session.account.address
    found = dao.find(proposal)
    session.act(
        "vote", lambda: _proposal(dao, found), lambda: dao.vote(sender, found, choice, reason)
    )


@click.command()
@click.argument("proposal")
@on_chain
def queue(session: Session, proposal: str) -> None:
    """Put a PROPOSAL that passed in the treasury's timelock.

    Example: moot queue 2972
    """
    dao, sender = session.dao, session.account.address
    found = dao.find(proposal)
    session.act("queue", lambda: _proposal(dao, found), lambda: dao.queue(sender, found))


@click.command()
@click.argument("proposal")
@on_chain
def execute(session: Session, proposal: str) -> None:
    """Carry out a queued PROPOSAL once its timelock is over. Anyone may.

    Example: moot execute 2972
    """
    dao, sender = session.dao, session.account.address
    found = dao.find(proposal)

    def look() -> dict[str, str]:
        return {**_proposal(dao, found), **_tokens(dao, "treasury", dao.at["treasury"])}

    session.act("execute", look, lambda: dao.execute(sender, found))


@click.command()
@click.option("--grant", type=click.IntRange(min=0), metavar="N", help="A vesting grant instead.")
@on_chain
def release(session: Session, grant: int | None) -> None:
    """Mint the emissions due to stakers and treasury, or pay what vested. Anyone may.

    Example: moot release, or moot release --grant 0
    """
    dao, sender = session.dao, session.account.address
    if grant is not None:
        receiver = dao.beneficiary(grant)
        session.act(
            "release",
            lambda: _tokens(dao, "beneficiary", receiver),
            lambda: dao.release_vesting(sender, grant),
        )
        return
    session.act("release", lambda: _emitted(dao), lambda: dao.release_emissions(sender))


@click.command()
@click.argument("proposal", required=False)
@on_chain
def status(session: Session, proposal: str | None) -> None:
    """Show the DAO, its proposals and your account; or one PROPOSAL in full.

    Example: moot status 2972
    """
    from governance.tables import print_dao, print_proposal

    dao = session.dao
    if proposal is not None:
        found = dao.proposal(dao.find(proposal))
        session.emit({"proposal": found})
        if not session.as_json:
            print_proposal(found, dao)
        return
    whole = dao.status()
    has_account = session.sender is not None or session.chain.local
    member = dao.member(session.reader()) if has_account else None
    session.emit({"dao": whole, "member": member, "addresses": dict(dao.at)})
    if not session.as_json:
        print_dao(whole, member)


@click.command()
@click.argument("duration")
@on_chain
def advance(session: Session, duration: str) -> None:
    """Let DURATION pass on a local chain.

    Example: moot advance 2d
    """
    from governance.errors import InputError
    from governance.format import moment
    from governance.units import format_duration, parse_duration

    require_local(session, "moving time")
    seconds = parse_duration(duration)
    if not 0 < seconds <= 100 * 365 * 86_400:
        raise InputError(f"duration = {duration}: give more than 0 and at most 36500d")
    before = session.chain.timestamp()
    session.chain.advance(seconds)
    after = session.chain.timestamp()
    session.say(f"{format_duration(seconds)} pass\n  time: {moment(before)} → {moment(after)}")
    session.emit({"command": "advance", "before": before, "after": after})


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
def doctor(as_json: bool) -> None:
    """Look for every part moot can use, and say how to get what is missing.

    Example: moot doctor
    """
    from governance.doctor import report

    report(as_json)


def _tokens(dao: "Dao", name: str, account: str) -> dict[str, str]:
    from governance.format import tokens

    return {f"{name}'s {dao.symbol}": tokens(dao.token_balance(account))}


def _emitted(dao: "Dao") -> dict[str, str]:
    from governance.format import tokens

    return {
        f"{dao.symbol} due": tokens(dao.read("emissions", "pending")),
        f"staked {dao.symbol}": tokens(dao.read("staked", "totalAssets")),
        **_tokens(dao, "treasury", dao.at["treasury"]),
    }


def _member(dao: "Dao", account: str) -> dict[str, str]:
    from governance.format import moment, shares, tokens

    member = dao.member(account)
    return {
        dao.symbol: tokens(member.tokens),
        "shares": shares(member.shares),
        "votes": shares(member.votes),
        "delegate": member.delegate,
        "leaving": shares(member.exiting),
        "ready": moment(member.exit_ready) if member.exiting else "-",
    }


def _proposal(dao: "Dao", identifier: int) -> dict[str, str]:
    from governance.format import moment, shares

    now = dao.proposal(identifier)
    return {
        "state": now.state,
        "for": shares(now.for_votes),
        "against": shares(now.against_votes),
        "abstain": shares(now.abstain_votes),
        "executable from": moment(now.eta) if now.eta else "-",
    }


COMMANDS: list[click.Command] = [
    deploy,
    stake,
    unstake,
    delegate,
    transfer,
    propose,
    vote,
    queue,
    execute,
    release,
    status,
    advance,
    doctor,
]
