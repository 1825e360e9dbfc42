"""Checks before anything is sent: each refuses with the numbers, and says when it will pass."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from governance.chain.protocol import Chain
from governance.errors import CheckRefused, InputError
from governance.format import percent, shares, short_id, tokens, when
from governance.manifest import Manifest
from governance.proposals.calls import Call
from governance.rules.voting import KINDS
from governance.status import STATES, ProposalStatus
from governance.units import BPS, format_duration

if TYPE_CHECKING:
    from governance.dao import Dao


def manifest_fits(chain: Chain, manifest: Manifest) -> None:
    """Refuse a manifest of another chain, of another state, or unfinished."""
    if manifest.chain_id != chain.chain_id:
        raise InputError(
            f"the manifest is of chain {manifest.chain_id}, this is chain {chain.chain_id}: "
            "check --rpc and --state"
        )
    if not manifest.complete:
        raise InputError(
            f"the deployment stopped after step {manifest.steps_done}: resume it with `moot deploy`"
        )
    still_stands(chain, manifest)


def still_stands(chain: Chain, manifest: Manifest) -> None:
    """Refuse a manifest whose contracts are gone, and name the way out."""
    keys = ["governor"] if manifest.complete else list(manifest.addresses)
    for key in keys:
        address = manifest.addresses[key]
        if not chain.code(address):
            raise InputError(
                f"no contract at the {key}'s address {address}: the manifest belongs to another "
                "chain or to a state that was reset. Restore the chain, or remove the manifest "
                "and run `moot deploy` anew, or point --state elsewhere"
            )


def can_spend(dao: "Dao", account: str, amount: int) -> None:
    """Refuse to spend nothing, or more than the account holds."""
    if amount <= 0:
        raise InputError(f"amount = {tokens(amount)}: give more than 0 tokens")
    held = dao.token_balance(account)
    if held < amount:
        raise CheckRefused(
            f"{account} holds {tokens(held)} {dao.symbol}, {tokens(amount)} are needed"
        )


def can_exit(dao: "Dao", account: str, amount: int) -> None:
    """Refuse to take out nothing, or more than is staked."""
    if amount <= 0:
        raise InputError(f"shares = {shares(amount)}: give more than 0")
    held = dao.shares(account)
    if held < amount:
        raise CheckRefused(f"{account} has {shares(held)} shares, {shares(amount)} are needed")


def is_due(amount: int, what: str) -> None:
    """Refuse to release nothing."""
    if not amount:
        raise CheckRefused(f"nothing is due of {what} now")


def can_delegate(dao: "Dao", account: str, to: str) -> None:
    """Refuse a delegation that would move no votes."""
    if dao.read("staked", "delegates", account) == to:
        raise CheckRefused(f"{account} already delegates to {to}")
    if dao.shares(account) == 0:
        raise CheckRefused(f"{account} has no stake to delegate: stake first")


def ready_to_redeem(dao: "Dao", account: str) -> int:
    """Return the shares an account can redeem now, or refuse with the time they are ready."""
    member = dao.member(account)
    if not member.exiting:
        raise CheckRefused(f"{account} has not asked to leave: request an exit first")
    now = dao.chain.timestamp()
    if now < member.exit_ready:
        raise CheckRefused(
            f"{shares(member.exiting)} shares are in their cooldown until "
            f"{when(member.exit_ready, now)}"
        )
    return member.exiting


def can_propose(dao: "Dao", account: str, calls: Sequence[Call], identifier: int) -> None:
    """Refuse a proposal that exists, a second one at a time, and too few mature votes."""
    if any(text.id == identifier for text in dao.proposals()):
        raise CheckRefused(
            f"the same proposal exists already, {short_id(identifier)}: change its purpose"
        )
    _is_open(dao)
    _one_at_a_time(dao, account)
    _within_limits(dao, calls)
    before = dao.chain.timestamp() - 1
    votable = dao.read("staked", "getPastTotalSupply", before)
    of_kind = votable * dao.strictest(calls)["thresholdBps"] // BPS
    needed = max(dao.read("governor", "proposalThreshold"), of_kind)
    held = dao.read("governor", "getVotes", account, before)
    if held >= needed and votable:
        return
    stake = dao.shares(account)
    maturity = dao.manifest.constitution().staking.maturity
    age = f"a stake votes once it is {format_duration(max(maturity, 1))} old"
    if not votable:
        raise CheckRefused(f"nobody can vote yet, so nothing can be proposed: {age}")
    hint = age if stake else f"it has no stake, and {age}"
    raise CheckRefused(
        f"proposing needs {shares(needed)} votes ({percent(needed, votable)} of "
        f"{shares(votable)}), {account} has {shares(held)}: {hint}"
    )


def _is_open(dao: "Dao") -> None:
    now, opens = dao.chain.timestamp(), int(dao.read("governor", "opensAt"))
    if now < opens:
        raise CheckRefused(
            f"nothing can be proposed before {when(opens, now)}: stakes shall mature before the "
            "first vote"
        )


def _within_limits(dao: "Dao", calls: Sequence[Call]) -> None:
    for kind in dao.kinds_of(calls):
        number, token = KINDS.index(kind), dao.at["token"]
        most, period = dao.read("guard", "spendLimit", number, token)
        for call in calls if period else ():
            asset, amount = dao.read("guard", "spendOf", call.target, call.data)
            if asset == token and amount > most:
                raise CheckRefused(
                    f"{kind} proposals spend at most {tokens(most)} {dao.symbol} in "
                    f"{format_duration(period)}, this call spends {tokens(amount)}: ask for less, "
                    "or for parts in later periods"
                )


def _one_at_a_time(dao: "Dao", account: str) -> None:
    last = int(dao.read("governor", "lastProposalOf", account))
    if not last:
        return
    state = STATES[dao.read("governor", "state", last)]
    now, deadline = dao.chain.timestamp(), int(dao.read("governor", "proposalDeadline", last))
    if state in {"Pending", "Active"}:
        raise CheckRefused(
            f"{account} has proposal {short_id(last)} before the voters, and may have one at a "
            f"time: its vote closes {when(deadline + 1, now)}"
        )
    until = deadline + int(dao.read("governor", "proposalCooldown"))
    if state in {"Defeated", "Canceled"} and now <= until:
        raise CheckRefused(
            f"proposal {short_id(last)} of {account} was {state.lower()}: it may propose again "
            f"{when(until + 1, now)}"
        )


def can_vote(dao: "Dao", account: str, proposal: ProposalStatus) -> int:
    """Return the votes an account would cast, or refuse: closed, voted already, no votes."""
    in_state(dao, proposal, "Active", "voted on")
    if dao.read("governor", "hasVoted", proposal.id, account):
        raise CheckRefused(f"{account} has already voted on proposal {short_id(proposal.id)}")
    weight = int(dao.read("governor", "getVotes", account, proposal.snapshot))
    if not weight:
        raise CheckRefused(
            f"{account} had no mature votes when proposal {short_id(proposal.id)} took its "
            "snapshot, so its vote would count nothing"
        )
    return weight


def in_state(dao: "Dao", proposal: ProposalStatus, wanted: str, verb: str) -> None:
    """Refuse a proposal in another state than wanted, and say what it waits for."""
    if proposal.state == wanted:
        return
    now = dao.chain.timestamp()
    waits = {
        "Pending": f"voting opens {when(proposal.snapshot + 1, now)}",
        "Active": f"voting closes {when(proposal.deadline + 1, now)}",
        "Succeeded": "it passed and can be queued now",
        "Queued": f"it can be executed from {when(proposal.eta, now)}",
        "Executed": "it was carried out",
        "Defeated": _defeat(proposal),
        "Expired": "nobody carried it out in time, so it takes a new vote",
    }
    raise CheckRefused(
        f"proposal {short_id(proposal.id)} is {proposal.state} and cannot be {verb}: "
        f"{waits.get(proposal.state, 'that is final')}"
    )


def _defeat(proposal: ProposalStatus) -> str:
    counted = proposal.for_votes + proposal.abstain_votes
    quorum = proposal.quorum or 0
    if counted < quorum:
        return f"{shares(counted)} votes of the {shares(quorum)} the quorum needs"
    cast = proposal.for_votes + proposal.against_votes
    if proposal.for_votes > proposal.against_votes:
        return (
            f"{percent(proposal.for_votes, cast)} for, "
            f"{percent(proposal.approval_bps, BPS)} are needed"
        )
    return f"{shares(proposal.for_votes)} for, {shares(proposal.against_votes)} against"
