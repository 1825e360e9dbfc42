"""The whole state of a live DAO at one block, as plain numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from governance import checks
from governance.chain.protocol import Chain
from governance.constitution import Constitution
from governance.dao import Dao
from governance.manifest import Manifest
from governance.proposals.grant import Grant
from governance.reading.accounts import People, read_people
from governance.reading.pinned import OnProgress, Pinned, silent
from governance.reading.rules import rules_now
from governance.rules.voting import KINDS
from governance.status import STATES, ProposalStatus, ProposalText

OPEN = "Pending", "Active", "Succeeded", "Queued"
"""States of proposals that can still come to something."""
RESTING = "Defeated", "Canceled"
"""States after which the same may not be asked for a while."""
FUNDING = KINDS.index("funding")


@dataclass(frozen=True)
class VestingGrant:
    """One vesting grant: wei and seconds since 1970.

    A revoked one is what had vested by then, all of it due.
    """

    beneficiary: str
    total: int
    released: int
    start: int
    cliff: int
    duration: int


@dataclass(frozen=True)
class OpenProposal:
    """A proposal that is not finished, or whose like has to wait.

    Attributes
    ----------
    number
        Its place among all that were ever made, from 0.
    status
        What the chain says of it.
    payment
        Whom it pays and how many wei, None if it does anything else.
    voted
        Addresses that have voted.
    power
        Votes of each address that had any at the snapshot, once it is past.
    overridden
        Whether a delegator voted for itself, over its delegate.
    """

    number: int
    status: ProposalStatus
    payment: tuple[str, int] | None
    voted: frozenset[str]
    power: dict[str, int]
    overridden: bool


@dataclass(frozen=True)
class DaoState:
    """A DAO at one block: wei, share units, and seconds since 1970.

    Attributes
    ----------
    chain_id, block, time
        Where and when.
    start
        When emissions began.
    constitution, unsaid
        The rules of now, and sentences on what no constitution can say.
    people
        Accounts of members and of the DAO's contracts.
    supply, vault, unstreamed, streams_for
        Tokens there are, those that shares stand for, and rewards on their way with the seconds
        they take.
    shares
        Shares there are, those on their way out included.
    grants, proposals, rests
        What vests, what is open, and what was refused a short while ago.
    proposed
        How many proposals were ever made.
    released, usage, spent
        Tokens emitted, burned by use, and paid by funding proposals in this period.
    sign
        When the treasury last showed that it lives.
    counts
        How much there is of what is told by its number alone.
    """

    chain_id: int
    block: int
    time: int
    start: int
    constitution: Constitution
    unsaid: tuple[str, ...]
    people: People
    supply: int
    vault: int
    unstreamed: int
    streams_for: int
    shares: int
    grants: tuple[VestingGrant, ...]
    proposals: tuple[OpenProposal, ...]
    rests: tuple[OpenProposal, ...]
    proposed: int
    released: int
    usage: int
    spent: int
    sign: int
    counts: dict[str, int]


def read_dao(chain: Chain, manifest: Manifest, on_progress: OnProgress = silent) -> DaoState:
    """Read a DAO at the latest block.

    Raises
    ------
    InputError
        If the manifest is of another chain, unfinished, or nothing stands at its addresses.
    ChainError
        If the node does not answer, or did not give every event.
    """
    checks.manifest_fits(chain, manifest)
    pinned = Pinned(chain, manifest, on_progress)
    rules, unsaid = rules_now(pinned)
    grants = _grants(pinned)
    texts = Dao(cast("Chain", pinned), manifest).proposals()
    kept = _kept(pinned, texts)
    paid = {payment[0] for _, text in kept if (payment := _payment(text, manifest))}
    people = read_people(pinned, paid | {grant.beneficiary for grant in grants})
    proposals = [_proposal(pinned, number, text, people) for number, text in kept]
    return DaoState(
        chain_id=chain.chain_id,
        block=pinned.block(),
        time=pinned.timestamp(),
        constitution=rules,
        unsaid=tuple(map(str, unsaid)),
        people=people,
        grants=grants,
        proposals=tuple(each for each in proposals if each.status.state in OPEN),
        rests=tuple(each for each in proposals if each.status.state in RESTING),
        proposed=len(texts),
        **_totals(pinned),
    )


def _totals(chain: Pinned) -> dict[str, Any]:
    read = chain.read
    unstreamed, streams_for = read("staked", "unstreamed")
    return {
        "start": read("emissions", "start"),
        "supply": read("token", "totalSupply"),
        "vault": read("staked", "totalAssets"),
        "unstreamed": unstreamed,
        "streams_for": streams_for,
        "shares": read("staked", "totalSupply"),
        "released": read("emissions", "released"),
        "usage": read("market", "usage"),
        "spent": _spent(chain),
        "sign": read("exit", "lastSign"),
        "counts": _counts(chain),
    }


def _grants(chain: Pinned) -> tuple[VestingGrant, ...]:
    numbers = range(chain.read("vesting", "count"))
    found = []
    for number, grant in enumerate(chain.read_all("vesting", "grant", [(n,) for n in numbers])):
        beneficiary, total, released, start, cliff, duration, _, revoked = grant
        if revoked:
            total = chain.read("vesting", "vested", number, chain.timestamp())
            cliff = duration = 0
        found.append(VestingGrant(beneficiary, total, released, start, cliff, duration))
    return tuple(found)


def _spent(chain: Pinned) -> int:
    """Wei that funding proposals have paid in the period of their limit that runs."""
    token = chain.manifest.addresses["token"]
    most, period = chain.read("guard", "spendLimit", FUNDING, token)
    return most - chain.read("guard", "available", FUNDING, token) if period else 0


def _kept(chain: Pinned, texts: Sequence[ProposalText]) -> list[tuple[int, ProposalText]]:
    """Number and text of proposals that are open, or rest after a defeat."""
    states = chain.read_all("governor", "state", [(text.id,) for text in texts])
    named = [STATES[state] for state in states]
    cooldown = chain.read("governor", "proposalCooldown")
    kept = []
    for number, (text, state) in enumerate(zip(texts, named, strict=True)):
        rests = state in RESTING and (
            chain.read("governor", "proposalDeadline", text.id) + cooldown >= chain.timestamp()
        )
        if state in OPEN or rests:
            kept.append((number, text))
    return kept


def _payment(text: ProposalText, manifest: Manifest) -> tuple[str, int] | None:
    grant = Grant.decode(text.calls, text.description, manifest.addresses)
    own = set(manifest.addresses.values())
    return None if grant is None or grant.recipient in own else (grant.recipient, grant.wei)


def _proposal(chain: Pinned, number: int, text: ProposalText, people: People) -> OpenProposal:
    payment = _payment(text, chain.manifest)
    status = Dao(cast("Chain", chain), chain.manifest).proposal(text.id)
    if status.state != "Active":
        return OpenProposal(number, status, payment, frozenset(), {}, False)
    members = {each.address for each in people.accounts}
    who = sorted(people.voters & members)
    has = chain.read_all("governor", "hasVoted", [(text.id, each) for each in who])
    weights = chain.read_all("staked", "getPastVotes", [(each, status.snapshot) for each in who])
    return OpenProposal(
        number,
        status,
        payment,
        frozenset(each for each, voted in zip(who, has, strict=True) if voted),
        {each: weight for each, weight in zip(who, weights, strict=True) if weight},
        text.id in _overridden(chain),
    )


def _overridden(chain: Pinned) -> set[int]:
    """Ids of proposals on which a delegator voted for itself."""
    logs = chain.logs(chain.manifest.addresses["governor"], since=chain.manifest.block)
    events = (log.decode() for log in logs)
    return {e.args["proposalId"] for e in events if e is not None and e.name == "OverrideVoteCast"}


def _counts(chain: Pinned) -> dict[str, Any]:
    read = chain.read
    return {
        "models": read("registry", "modelCount"),
        "versions": read("registry", "versionCount"),
        "challenges": read("registry", "challengeCount"),
        "attestations": read("gate", "attestationCount"),
        "disputes": read("court", "disputes"),
        "milestone grants": read("grants", "count"),
        "exit rounds": read("exit", "current")
        + (read("exit", "state", read("exit", "current")) > 0),
        "coins": chain.balance(chain.manifest.addresses["treasury"]),
    }
