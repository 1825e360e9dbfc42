"""Tables of ``moot status``."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from governance.format import moment, percent, shares, short_id, tokens, when
from governance.printing import one_line, printable
from governance.proposals import Grant, describe
from governance.status import DaoStatus, MemberStatus, ProposalStatus
from governance.units import BPS

if TYPE_CHECKING:
    from governance.dao import Dao


def _print(console: Console, title: str, facts: dict[str, str]) -> None:
    console.print(Text(printable(title), style="bold"), soft_wrap=True)
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name, Text(printable(value)))
    console.print(table)


def print_dao(dao: DaoStatus, member: MemberStatus | None) -> None:
    """Print a DAO, its proposals and one member."""
    unit = one_line(dao.symbol)
    console = Console(highlight=False)
    facts = {
        "time": moment(dao.time),
        "supply": f"{tokens(dao.supply)} of at most {tokens(dao.cap)} {unit}",
        "treasury": f"{tokens(dao.treasury)} {unit} and {shares(dao.treasury_shares)} shares",
        "staked": f"{tokens(dao.staked)} {unit} ({percent(dao.staked, dao.supply)} of supply)",
        "one share": f"{tokens(dao.share_price)} {unit}",
        "can vote": f"{shares(dao.votable)} of {shares(dao.shares)} shares",
        "vesting": f"{tokens(dao.vesting)} {unit}",
        "emissions due": f"{tokens(dao.emissions_pending)} {unit}",
    }
    _print(console, f"{one_line(dao.name)}, chain {dao.chain_id}", facts)
    console.print(_proposals(dao))
    if member is not None:
        _print(console, f"Account {member.address}", _member(member, unit, dao.time))


def _member(member: MemberStatus, unit: str, now: int) -> dict[str, str]:
    facts = {
        "holds": f"{tokens(member.tokens)} {unit}",
        "stake": f"{shares(member.shares)} shares",
        "votes": shares(member.votes),
    }
    if member.exiting:
        facts["leaving"] = f"{shares(member.exiting)} shares, {when(member.exit_ready, now)}"
    return facts


def _proposals(dao: DaoStatus) -> Table | str:
    if not dao.proposals:
        return "No proposals yet: moot propose --help"
    table = Table(box=None, padding=(0, 2))
    for name in ("proposal", "state", "for", "against", "turnout", "next"):
        table.add_column(name, no_wrap=name != "next")
    for proposal in dao.proposals:
        turnout = "-" if proposal.turnout is None else f"{100 * proposal.turnout:.1f} %"
        votes = shares(proposal.for_votes), shares(proposal.against_votes)
        following = _next(proposal, dao.time)
        table.add_row(short_id(proposal.id), proposal.state, *votes, turnout, following)
    return table


def _next(proposal: ProposalStatus, now: int) -> str:
    return {
        "Pending": f"opens {when(proposal.snapshot + 1, now)}",
        "Active": f"closes {when(proposal.deadline + 1, now)}",
        "Succeeded": "queue it",
        "Queued": "execute it" if now >= proposal.eta else f"executable {when(proposal.eta, now)}",
    }.get(proposal.state, "")


def _effects(proposal: ProposalStatus, dao: "Dao") -> list[str]:
    grant = Grant.decode(proposal.calls, proposal.description, dao.at)
    if grant is not None:
        return [action.sentence for action in grant.actions(dao.at, dao.symbol)]
    return [describe(call, dao.at) for call in proposal.calls]


def print_proposal(proposal: ProposalStatus, dao: "Dao") -> None:
    """Print one proposal in full."""
    now = dao.chain.timestamp()
    votable = proposal.votable or 0
    facts = {
        "id": str(proposal.id),
        "state": f"{proposal.state} {_next(proposal, now)}".strip(),
        "kind": " and ".join(proposal.kinds),
        "by": proposal.proposer,
        "says": proposal.description,
        **{f"does {n}": text for n, text in enumerate(_effects(proposal, dao), start=1)},
        "for": f"{shares(proposal.for_votes)} ({percent(proposal.for_votes, votable)})",
        "against": f"{shares(proposal.against_votes)} ({percent(proposal.against_votes, votable)})",
        "abstain": f"{shares(proposal.abstain_votes)} ({percent(proposal.abstain_votes, votable)})",
        "quorum": "-" if proposal.quorum is None else f"{shares(proposal.quorum)} for or abstain",
        "approval": f"{percent(proposal.approval_bps, BPS)} of for and against, and more for",
        "voting": f"{moment(proposal.snapshot)} to {moment(proposal.deadline)}",
        "executable": moment(proposal.eta) if proposal.eta else "-",
    }
    _print(Console(highlight=False), f"Proposal {short_id(proposal.id)}", facts)
