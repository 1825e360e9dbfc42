"""Pull: a live DAO becomes a scenario, so that the next rehearsal starts from reality.

Addresses that hold tokens, shares or votes become members. Those who vote for others are the
delegates, largest first; everybody else is a holder. Contracts of the DAO are accounts of the
ledger. What the chain knows is carried; who people are, how attentive they are and what they want
is the World's, and taken from a preset. What cannot be carried is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from governance.chain.protocol import ZERO_ADDRESS
from governance.constitution import Constitution
from governance.errors import InputError
from governance.format import counted, tokens
from governance.reading.accounts import Account
from governance.reading.state import DaoState, OpenProposal
from governance.rules.voting import KINDS
from governance.settings import validate
from simulations import store
from simulations.mechanisms.governor import UNKNOWN
from simulations.mechanisms.proposals import SLOTS
from simulations.omissions import APART, left_out
from simulations.scenario import Scenario, start_section
from simulations.start import Start
from simulations.start_tables import COHORTS, HOLDERS, LOCKERS, POOL, PROPOSALS, table
from simulations.world import World

ABSENT = ("developers", "auditors", "jurors", "attackers", "curators", "users", "traders")
"""Cohorts that a pulled DAO begins without: nothing on chain says who is one of them."""
DUST = "dust"
"""What stands in the place of an address where many small ones were put together."""
NOBODY = "nobody"
"""What stands in the place of an address where a cohort would have no member."""
_FINE, _DEEPEST = Decimal("0.0001"), Decimal("0.9")


@dataclass(frozen=True)
class Pulled:
    """A scenario that starts from a live DAO."""

    constitution: Constitution
    world: World
    start: Start

    def scenario(self, days: int = 365, seed: int = 1) -> Scenario:
        """Return it as a scenario."""
        return Scenario(self.constitution, self.world, days, seed, self.start)

    def write(self, folder: Path) -> None:
        """Write constitution, world and start as a folder, replacing an older one whole."""
        with store.new_folder(folder) as new:
            self.start.write(new)
            files = {
                "constitution.toml": self.constitution.to_toml(),
                "world.toml": self.world.to_toml() + start_section("."),
            }
            for name, text in files.items():
                (new / name).write_text(text, encoding="utf-8")


def as_scenario(state: DaoState, world: World, dust: int = 0, pool: str = "") -> Pulled:
    """Turn a DAO that was read into a scenario.

    Parameters
    ----------
    state
        What stands on chain.
    world
        Where the rest comes from; its numbers of members, its pool and its reserves are replaced.
    dust
        Wei: addresses with less, no share and no vote are put together as one holder.
    pool
        Address of the pool in which the token is traded, which is no member then. Its price is
        the world's.

    Raises
    ------
    InputError
        If nobody holds anything, or the pool has no tokens, or a stake or a part in a proposal.
    """
    people, pooled = _members(state, dust)
    traded = _take_pool(people, pool) if pool else 0
    if not any(people.values()):
        raise InputError("nobody but the DAO's own contracts holds a token: there is nobody to be")
    for name, some in people.items():
        if not some:
            people[name] = [_empty(NOBODY, len(state.people.accounts[0].past))]
    kept, over = _fitting(state.proposals)
    books, members, proposals = _tables(state, people, kept)
    if traded:
        books["pools"][POOL] = traded
    start = Start(books, members, proposals, (*left_out(state, kept, over), *pooled))
    depth = Decimal(traded) / max(state.constitution.allocated("community"), 1)
    return Pulled(state.constitution, _world(world, people, depth), start)


def _tables(
    state: DaoState, people: Mapping[str, Sequence[Account]], kept: Sequence[OpenProposal]
) -> tuple[dict[str, Any], pa.Table, pa.Table]:
    """Books, members and proposals of a start."""
    rows = [(cohort, account) for cohort in COHORTS for account in people[cohort]]
    place = {account.address: number for number, (_, account) in enumerate(rows)}
    members = [_member(account, cohort, place, state.time) for cohort, account in rows]
    proposals = [_proposal(each, place, state) for each in (*kept, *state.rests)]
    return _books(state, place), table(members, HOLDERS), table(proposals, PROPOSALS)


def _members(state: DaoState, dust: int) -> tuple[dict[str, list[Account]], list[str]]:
    """Accounts by cohort, and a sentence if small ones were put together."""
    named = {grant.beneficiary for grant in state.grants}
    for each in (*state.proposals, *state.rests):
        named |= {each.status.proposer, *([each.payment[0]] if each.payment else [])}
    named -= set(state.people.contracts)
    small: list[Account] = []
    kept: list[Account] = []
    for account in state.people.accounts:
        if account.address in named or not account.empty:
            bare = replace(account, tokens=0)
            little = account.tokens < dust and bare.empty and account.address not in named
            (small if little else kept).append(account)
    followed = {each.delegate for each in kept if each.shares and each.delegate != each.address}
    delegates = [each for each in kept if each.address in followed] or kept[:1]
    chosen = {each.address for each in delegates}
    holders = [each for each in kept if each.address not in chosen]
    said = []
    if small:
        whole = sum(each.tokens for each in small)
        holders.append(replace(_empty(DUST, len(small[0].past)), tokens=whole))
        who = counted(len(small), "address", "addresses")
        said = [f"{who} with {counted(tokens(whole), 'token')} in all: one holder, {DUST}"]
    return {"holders": holders, "delegates": delegates}, said


def _empty(name: str, days: int) -> Account:
    return Account(name, ZERO_ADDRESS, 0, 0, 0, 0, 0, (0,) * days, (0,) * len(LOCKERS))


def _member(account: Account, cohort: str, place: Mapping[str, int], now: int) -> dict[str, Any]:
    voter = account.delegate if account.shares or account.delegate in place else account.address
    return {
        "address": account.address,
        "cohort": cohort,
        "tokens": account.tokens,
        "shares": account.shares,
        "exiting": account.exiting,
        "ready": account.exit_ready - now if account.exiting else 0,
        "delegate": place.get(voter, len(place)),
        "votes": account.votes,
        "past": account.past,
        **{f"locked_{name}": part for name, part in zip(LOCKERS, account.locked, strict=True)},
    }


def _books(state: DaoState, place: Mapping[str, int]) -> dict[str, Any]:
    contracts = state.people.contracts
    everybody = [*state.people.accounts, *contracts.values()]
    unheard = state.people.unheard
    heard = zip(*((each.votes, *each.past) for each in everybody), strict=True)
    _, *past = (sum(votes) + more for votes, more in zip(heard, unheard, strict=True))
    lost = sum(each.shares for each in state.people.accounts
               if each.delegate in {one.address for one in contracts.values()})  # fmt: skip
    return {
        "chain_id": state.chain_id,
        "block": state.block,
        "time": state.time,
        "age": state.time - state.start,
        "supply": state.supply,
        "burned": state.people.burned,
        "treasury": contracts["treasury"].tokens,
        "vesting": contracts["vesting"].tokens,
        "vault": state.vault,
        "unstreamed": state.unstreamed,
        "streams_for": state.streams_for,
        "shares": state.shares,
        "votable": state.shares - sum(each.exiting for each in everybody),
        "past_votable": past,
        "nobodys": [lost + votes for votes in unheard],
        "seed": sum(each.shares + each.exiting for each in contracts.values()),
        "released": state.released,
        "usage": state.usage,
        "spent": state.spent,
        "sign": state.sign - state.time,
        "proposed": state.proposed,
        "pools": _pools(state),
        "grants": _grants(state, place),
    }


def _pools(state: DaoState) -> dict[str, int]:
    """Wei that the DAO's other contracts hold, those in the vault that nobody owns included."""
    contracts = state.people.contracts
    pools = {name: each.tokens for name, each in contracts.items()
             if each.tokens and name not in APART}  # fmt: skip
    if beside := contracts["staked"].tokens - state.vault - state.unstreamed:
        pools["staked"] = beside
    return pools


def _grants(state: DaoState, place: Mapping[str, int]) -> list[dict[str, int]]:
    return [
        {
            "beneficiary": place[grant.beneficiary],
            "total": grant.total,
            "released": grant.released,
            "age": state.time - grant.start,
            "cliff": grant.cliff,
            "duration": grant.duration,
        }
        for grant in state.grants
        if grant.beneficiary in place
    ]


def _fitting(proposals: tuple[OpenProposal, ...]) -> tuple[list[OpenProposal], list[OpenProposal]]:
    """Open proposals that the slots of a run have room for, those that end last first, and more."""
    late = sorted(proposals, key=lambda each: -each.status.deadline)
    return sorted(late[:SLOTS], key=lambda each: each.number), late[SLOTS:]


def _proposal(each: OpenProposal, place: Mapping[str, int], state: DaoState) -> dict[str, Any]:
    status, now = each.status, state.time
    to, amount = each.payment or ("", 0)
    rests = status.deadline + state.constitution.governor.proposal_cooldown
    open_now = status.state == "Active"
    return {
        "id": str(status.id),
        "number": each.number,
        "state": status.state,
        "kind": _kind(each, state.constitution),
        "proposer": place.get(status.proposer, UNKNOWN),
        "target": place.get(to, UNKNOWN),
        "amount": amount if to in place else 0,
        "description": status.description.encode("utf-8", "replace").decode(),
        "created": status.snapshot - state.constitution.governor.voting_delay - now,
        "snapshot": status.snapshot - now,
        "deadline": status.deadline - now,
        "eta": (status.eta or (rests if each in state.rests else now)) - now,
        "against": status.against_votes,
        "support": status.for_votes,
        "abstain": status.abstain_votes,
        "votable": status.votable or 0,
        "quorum": status.quorum or 0,
        "power": [each.power.get(address, 0) for address in place] if open_now else [],
        "voted": [address in each.voted for address in place] if open_now else [],
    }


def _kind(each: OpenProposal, rules: Constitution) -> str:
    """Kind of a proposal, of several the one that asks for most approval."""
    return max(each.status.kinds, key=lambda k: (getattr(rules.kinds, k).approval, KINDS.index(k)))


def _take_pool(people: Mapping[str, list[Account]], pool: str) -> int:
    """Take the pool out of the members; return its wei."""
    for some in people.values():
        for account in some:
            if account.address == pool and not replace(account, tokens=0).empty:
                raise InputError(f"the pool {pool} has staked or votes: it is a member, no pool")
            if account.address == pool:
                some.remove(account)
                return account.tokens
    raise InputError(f"the pool {pool} holds no tokens: give the address that holds those traded")


def _world(world: World, people: Mapping[str, list[Account]], depth: Decimal) -> World:
    data = world.model_dump(mode="python")
    data["population"] |= {name: len(some) for name, some in people.items()}
    data["population"] |= dict.fromkeys(ABSENT, 0)
    data["reserves"]["quote"] = data["reserves"]["costs"] = 0
    # A start says itself what is in the pool; the world only that there is one.
    shown = min(depth.quantize(_FINE, ROUND_CEILING), _DEEPEST)
    data["pool"]["depth"] = shown if depth else 0
    return validate(World, data, "the world of the pulled DAO")
