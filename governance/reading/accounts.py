"""Everybody who holds the token or its votes, found in the events and asked at the block.

The chain lists nobody, so accounts are those that an event of token, vault, vesting or governor
names. What they hold must add up to the supply: then nobody was missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.chain.protocol import ZERO_ADDRESS
from governance.errors import ChainError
from governance.format import shares, tokens
from governance.reading.pinned import Pinned
from governance.units import DAY

LOCKERS = "court", "gate"
"""Contracts that lock stakes."""
_NAMED: dict[str, dict[str, tuple[str, ...]]] = {
    "token": {"Transfer": ("from", "to")},
    "staked": {
        "Transfer": ("from", "to"),
        "DelegateChanged": ("delegator", "toDelegate"),
        "DelegateVotesChanged": ("delegate",),
    },
    "vesting": {"GrantCreated": ("beneficiary",)},
    "governor": {"ProposalCreated": ("proposer",)},
}
"""Arguments of events that name accounts."""


@dataclass(frozen=True)
class Account:
    """One address: ``tokens`` in wei, the rest in share units.

    Attributes
    ----------
    address, delegate
        Who it is, and who votes for it; the zero address if nobody does.
    tokens, shares
        What it holds and what it staked, without those on their way out.
    exiting, exit_ready
        Shares on their way out and the time from which they can leave, 0 if there are none.
    votes
        Shares delegated to it now, mature or not.
    past
        The same a second ago, and a second before each whole day ago.
    locked
        Shares that each of :data:`LOCKERS` keeps from leaving.
    """

    address: str
    delegate: str
    tokens: int
    shares: int
    exiting: int
    exit_ready: int
    votes: int
    past: tuple[int, ...]
    locked: tuple[int, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to carry."""
        return not (self.tokens or self.shares or self.exiting or self.votes or any(self.past))


@dataclass(frozen=True)
class People:
    """All accounts, those of the DAO's own contracts by their key in the manifest.

    Attributes
    ----------
    accounts, contracts
        Members, those with most votes first, and contracts.
    unheard
        Staked shares of members that had no delegate, now and at the times of ``Account.past``. Who
        has none now is taken to have had as many shares for as long as it had none.
    voters
        Addresses that ever had a vote.
    burned
        Wei that were ever burned.
    """

    accounts: tuple[Account, ...]
    contracts: dict[str, Account]
    unheard: tuple[int, ...]
    voters: frozenset[str]
    burned: int


def read_people(chain: Pinned, also: Iterable[str] = ()) -> People:
    """Find and ask everybody.

    Parameters
    ----------
    chain
        What to read.
    also
        Addresses to ask besides, such as who proposals would pay.

    Raises
    ------
    ChainError
        If they do not hold all tokens and shares there are.
    """
    named, voters, burned = _named(chain)
    own = {address: key for key, address in chain.manifest.addresses.items()}
    every = sorted((named | set(also) | own.keys()) - {ZERO_ADDRESS})
    found = _ask(chain, every, voters)
    _complete(chain, found)
    accounts = [account for account in found if account.address not in own]
    accounts.sort(key=lambda a: (-a.votes, -a.shares, -a.tokens, a.address))
    contracts = {own[each.address]: each for each in found if each.address in own}
    unheard = _unheard(chain, accounts)
    return People(tuple(accounts), contracts, unheard, frozenset(voters), burned)


def days_back(maturity: int) -> int:
    """Days of votes that a vote of today can rest on, the last one in part."""
    return -(-maturity // DAY) + 1


def _times(chain: Pinned) -> list[int]:
    """Now, a second ago, and a second before each whole day ago that a vote of today rests on."""
    now, days = chain.timestamp(), days_back(chain.read("staked", "maturity"))
    return [now, *(now - 1 - day * DAY for day in range(days))]


def _unheard(chain: Pinned, accounts: Sequence[Account]) -> tuple[int, ...]:
    times = _times(chain)
    total = [0] * len(times)
    for each in accounts:
        if each.delegate != ZERO_ADDRESS or not each.shares:
            continue
        past = chain.read_all("staked", "getPastDelegate", [(each.address, t) for t in times[1:]])
        for place, delegate in enumerate([ZERO_ADDRESS, *past]):
            if delegate != ZERO_ADDRESS:
                break
            total[place] += each.shares
    return tuple(total)


def _named(chain: Pinned) -> tuple[set[str], set[str], int]:
    """Addresses that events name, those of them with votes, and wei that were burned."""
    named: set[str] = set()
    voters: set[str] = set()
    burned = 0
    for key, wanted in _NAMED.items():
        for log in chain.logs(chain.manifest.addresses[key], since=chain.manifest.block):
            event = log.decode()
            if event is None or event.name not in wanted:
                continue
            named.update(event.args[part] for part in wanted[event.name])
            if event.name == "DelegateVotesChanged":
                voters.add(event.args["delegate"])
            if key == "token" and event.args["to"] == ZERO_ADDRESS:
                burned += event.args["value"]
    return named, voters, burned


def _ask(chain: Pinned, every: Sequence[str], voters: Iterable[str]) -> list[Account]:
    rows = [(address,) for address in every]
    tokens_of = chain.read_all("token", "balanceOf", rows)
    shares_of = chain.read_all("staked", "balanceOf", rows)
    exits = chain.read_all("staked", "exitOf", rows)
    delegates = chain.read_all("staked", "delegates", rows)
    locked = _locks(chain, every)
    votes, none = _votes(chain, sorted(voters)), (0,) * len(_times(chain))
    vault = chain.manifest.addresses["staked"]
    accounts = []
    for address, wei, stake, (leaving, ready), delegate in zip(
        every, tokens_of, shares_of, exits, delegates, strict=True
    ):
        heard, *past = votes.get(address, none)
        # What the vault holds of its own shares is all that is on its way out.
        active = 0 if address == vault else stake
        out = leaving, ready if leaving else 0
        some = address, delegate, wei, active, *out, heard, tuple(past), locked[address]
        accounts.append(Account(*some))
    return accounts


def _locks(chain: Pinned, every: Sequence[str]) -> dict[str, tuple[int, ...]]:
    sums = chain.read_all("staked", "lockedOf", [(address,) for address in every])
    some = [address for address, shares in zip(every, sums, strict=True) if shares]
    lockers = [chain.manifest.addresses[key] for key in LOCKERS]
    found = chain.read_all("staked", "lockedBy", [(who, at) for who in some for at in lockers])
    each = len(LOCKERS)
    parts = {who: tuple(found[each * place : each * (place + 1)]) for place, who in enumerate(some)}
    return {address: parts.get(address, (0, 0)) for address in every}


def _votes(chain: Pinned, voters: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Votes of now and of past days, from the checkpoints, read from the latest on back."""
    times = _times(chain)
    counts = chain.read_all("staked", "numCheckpoints", [(address,) for address in voters])
    left = dict(zip(voters, counts, strict=True))
    known: dict[str, list[tuple[int, int]]] = {address: [] for address in voters}
    while rows := [(who, count - 1) for who, count in left.items() if count]:
        points = chain.read_all("staked", "checkpoints", rows)
        for (who, place), point in zip(rows, points, strict=True):
            known[who].append(point)
            left[who] = place if point[0] > times[-1] else 0
    return {
        who: tuple(next((votes for at, votes in points if at <= time), 0) for time in times)
        for who, points in known.items()
    }


def _complete(chain: Pinned, found: Sequence[Account]) -> None:
    held, supply = sum(each.tokens for each in found), chain.read("token", "totalSupply")
    staked = sum(each.shares + each.exiting for each in found)
    shared = chain.read("staked", "totalSupply")
    for what, some, every, show in (
        ("tokens", held, supply, tokens), ("shares", staked, shared, shares),
    ):  # fmt: skip
        if some != every:
            raise ChainError(
                f"whom events name since block {chain.manifest.block} holds {show(some)} of "
                f"{show(every)} {what}: the node did not give every event, or the manifest's "
                "block is later than the deployment; ask a node with the whole history"
            )
