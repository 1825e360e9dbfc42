"""Configurations of the governor that cover every pair of options, and ballots by signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from eth_account.signers.local import LocalAccount

from governance.units import DAY, SHARE, TOKEN
from tests.contracts.law import (
    ALICE,
    BOB,
    CAROL,
    DELEGATED,
    EASY,
    FOR,
    STAKED,
    SUPPLY,
    Dao,
    Proposal,
    account,
    dao,
    rule,
)

OPTIONS: Mapping[str, tuple[Any, ...]] = {
    "base": (STAKED, SUPPLY, DELEGATED),
    "bound": ("free", "floor", "cap"),
    "extension": (0, DAY),
    "strict": (False, True),
    "cooldown": (0, 5 * DAY),
    "maturity": (0, DAY),
    "delay": (0, DAY),
    "threshold_bps": (0, 100),
    "grace": (3_600, 14 * DAY),
}
"""What a governor can be set to, the plain value first."""

Pair = frozenset[tuple[str, Any]]
"""Values of two options."""
PERIOD, TIMELOCK = 3 * DAY, 2 * DAY
UNIT = 50_000
"""Tokens that each of the crowd stakes."""
CROWD = tuple(account(f"voter {number}") for number in range(10))
IDLE = account("staked without a delegate")
STAKES = {ALICE: 6 * UNIT, BOB: 3 * UNIT, IDLE: UNIT, **dict.fromkeys(CROWD, UNIT)}
VOTABLE = sum(STAKES.values())
SUPPLIED = 10**9
FRACTIONS = {STAKED: 1_500, SUPPLY: 1, DELEGATED: 2_000}
FLOOR, CAP = 4 * UNIT, UNIT
STRICT = rule(
    threshold_bps=200, quorum_bps=3_000, approval_bps=6_000, period=5 * DAY, delay=4 * DAY
)


def pairs(options: Mapping[str, Sequence[Any]]) -> set[Pair]:
    """List every pair of values of two options."""
    return {
        frozenset(((one, first), (other, second)))
        for one, other in combinations(options, 2)
        for first, second in product(options[one], options[other])
    }


def covered(configuration: Mapping[str, Any]) -> set[Pair]:
    """List the pairs of values that a configuration has."""
    return {frozenset(pair) for pair in combinations(configuration.items(), 2)}


def all_pairs(options: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Choose configurations greedily until they cover every pair of values.

    Each begins with a pair that is missing, in order, and takes for every other option the value
    that covers most of what is missing.
    """
    order = {key: {value: n for n, value in enumerate(found)} for key, found in options.items()}
    missing = pairs(options)
    chosen: list[dict[str, Any]] = []
    while missing:
        key = min(missing, key=lambda pair: sorted((k, order[k][v]) for k, v in pair))
        found = dict(key)
        for name in options:
            if name not in found:
                found[name] = _best(options[name], name, found, missing)
        missing -= covered(found)
        chosen.append({name: found[name] for name in options})
    return chosen


def _best(values: Sequence[Any], name: str, found: Mapping[str, Any], missing: set[Pair]) -> Any:
    def gain(value: Any) -> int:
        return len(covered({**found, name: value}) & missing)

    return max(values, key=gain)


@dataclass(frozen=True)
class Settings:
    """A governor's options, and what follows from them."""

    base: int
    bound: str
    extension: int
    strict: bool
    cooldown: int
    maturity: int
    delay: int
    threshold_bps: int
    grace: int

    def __str__(self) -> str:
        plain = ("base", "bound", *(name for name in OPTIONS if not self.differs(name)))
        bases = ("staked", "supply", "delegated")
        return "-".join((bases[self.base], self.bound, *(n for n in OPTIONS if n not in plain)))

    def differs(self, option: str) -> bool:
        """Whether an option has another value than the plain one."""
        return bool(getattr(self, option) != OPTIONS[option][0])

    @property
    def quorum(self) -> int:
        """Votes that any proposal needs, in shares."""
        base = (VOTABLE, SUPPLIED, VOTABLE - STAKES[IDLE])[self.base]
        part = base * FRACTIONS[self.base] // 10_000
        if self.bound == "floor":
            return max(part, FLOOR)
        return min(part, CAP) if self.bound == "cap" else part

    @property
    def needed(self) -> int:
        """Votes that a proposal of the kind at hand needs, in shares."""
        return max(self.quorum, VOTABLE * 3_000 // 10_000 if self.strict else 0)

    @property
    def threshold(self) -> int:
        """Votes that its proposer needs, in shares."""
        return VOTABLE * max(self.threshold_bps, 200 if self.strict else 0) // 10_000

    @property
    def period(self) -> int:
        """Seconds of its vote."""
        return STRICT[3] if self.strict else PERIOD

    @property
    def wait(self) -> int:
        """Seconds it waits in the treasury."""
        return STRICT[4] if self.strict else TIMELOCK

    def deploy(self) -> Dao:
        """Deploy the DAO, with all stakes mature."""
        found = dao(
            base=self.base,
            quorum_bps=FRACTIONS[self.base],
            quorum_floor=FLOOR * SHARE if self.bound == "floor" else 0,
            quorum_cap=CAP * SHARE if self.bound == "cap" else 0,
            extension=self.extension,
            rules=(STRICT,) * 5 if self.strict else EASY,
            cooldown=self.cooldown,
            maturity=self.maturity,
            delay=self.delay,
            threshold_bps=self.threshold_bps,
            grace=self.grace,
        )
        for person, tokens in STAKES.items():
            found.stake(person, tokens * TOKEN)
        found.vault.send(IDLE, "delegate", "0x" + "0" * 40)
        found.chain.advance(2 * DAY)
        return found


SETTINGS = [Settings(**found) for found in all_pairs(OPTIONS)]
"""As few configurations as cover every pair of options, or not many more."""


def pay(moot: Dao, proposer: str = ALICE, text: str = "pay Carol", tokens: int = 5) -> Proposal:
    """Propose to pay Carol from the treasury."""
    call = moot.token.encode("transfer", CAROL, tokens * TOKEN)
    return moot.propose(proposer, moot.token, call, text)


def pass_(proposal: Proposal) -> None:
    """Vote for it with enough to pass under any settings, and wait until the vote is over."""
    proposal.open()
    for voter in (ALICE, BOB):
        proposal.vote(voter, FOR)
    proposal.close()


_UINT = {"proposalId": "uint256", "support": "uint8", "voter": "address", "nonce": "uint256"}
BALLOTS: Mapping[str, Mapping[str, str]] = {
    "Ballot": _UINT,
    "ExtendedBallot": {**_UINT, "reason": "string", "params": "bytes"},
    "OverrideBallot": {**_UINT, "reason": "string"},
}
"""The fields of each kind of ballot, in order."""
_DOMAIN = {
    "name": "string",
    "version": "string",
    "chainId": "uint256",
    "verifyingContract": "address",
}


def sign(
    signer: LocalAccount, moot: Dao, kind: str, message: Mapping[str, Any], **domain: Any
) -> bytes:
    """Sign a ballot of a kind for the governor (EIP-712), or for another domain."""

    def listed(fields: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "type": type_} for name, type_ in fields.items()]

    data = {
        "domain": {
            "name": "Moot",
            "version": "1",
            "chainId": moot.chain.chain_id,
            "verifyingContract": moot.governor.address,
            **domain,
        },
        "types": {"EIP712Domain": listed(_DOMAIN), kind: listed(BALLOTS[kind])},
        "primaryType": kind,
        "message": {name: message[name] for name in BALLOTS[kind]},
    }
    return bytes(signer.sign_typed_data(full_message=data).signature)
