"""Places: what contracts keep as it is asked for, read from their storage.

A getter that only returns what a contract keeps need not be run to know its answer: reading the
place costs a tenth. Comparisons of a day read places; on the last day getters are asked as well and
must say the same, so that a wrong place shows as drift.
"""

from collections.abc import Sequence
from typing import Any

from governance.chain.layout import Hashes, Place, elements
from governance.chain.protocol import ActingChain, Slot
from simulations.twin.lens import View

PLACES: dict[tuple[str, str], tuple[str, ...]] = {
    ("token", "totalSupply"): ("_totalSupply",),
    ("token", "balanceOf"): ("_balances[{0}]",),
    ("emissions", "released"): ("released",),
    ("staked", "totalSupply"): ("_totalSupply",),
    ("staked", "balanceOf"): ("_balances[{0}]",),
    ("staked", "exitOf"): ("_exits[{0}].shares", "_exits[{0}].readyAt"),
    ("staked", "lockedOf"): ("_locked[{0}]",),
    ("staked", "lockedBy"): ("_lockedBy[{0}][{1}]",),
    ("governor", "proposalVotes"): tuple(f"_proposalVotes[{{0}}].votes[{n}]" for n in range(3)),
    ("registry", "modelCount"): ("modelCount",),
    ("registry", "versionCount"): ("versionCount",),
    ("registry", "challengeCount"): ("challengeCount",),
    ("registry", "creditOf"): ("_credits[{0}]",),
    ("registry", "modelOf"): ("_versions[{0}].modelId",),
    ("registry", "openChallengeOf"): ("_openChallenge[{0}]",),
    ("registry", "condemnedBy"): ("_condemnedBy[{0}]",),
    ("gate", "attestationCount"): ("attestationCount",),
    ("gate", "holdOf"): ("_holds[{0}].open", "_holds[{0}].endedAt"),
    ("court", "disputes"): ("_disputes.length",),
    ("court", "owed"): ("owed[{0}]",),
    ("court", "jurorOf"): tuple(
        f"_jurors[{{0}}][{{1}}].{part}" for part in ("stake", "atRisk", "benched")
    ),
    ("market", "usage"): ("usage",),
    ("market", "earned"): ("earned[{0}]",),
    ("market", "offer"): tuple(
        f"_offers[{{0}}].{part}" for part in ("perUse", "perPeriod", "period", "stake")
    ),
    ("market", "paidUses"): ("paidUses[{0}][{1}]",),
    ("market", "subscribedUntil"): ("subscribedUntil[{0}][{1}]",),
    ("curation", "totalSignal"): ("_pools[{0}].signal",),
    ("curation", "reserveOf"): ("_pools[{0}].reserve",),
    ("curation", "signalOf"): ("_positions[{0}][{1}].signal",),
    ("exit", "current"): ("current",),
    ("exit", "escrowOf"): ("escrowOf[{0}][{1}]",),
    ("exit", "claimed"): ("claimed[{0}][{1}][{2}]",),
    ("exit", "round"): tuple(
        f"_rounds[{{0}}].{part}" for part in ("startedAt", "openUntil", "settledAt", "escrowed")
    ),
}
"""Where a getter's words are kept, by contract and getter; ``{n}`` is its n-th argument."""


class Held:
    """Values of one or more places, as they were when they were read.

    Attributes
    ----------
    count
        How many values there are of each place.
    getter
        What the getter answers if it was asked too, or None.
    """

    __slots__ = ("_values", "count", "getter")

    def __init__(self, count: int, values: list[list[int]]) -> None:
        self.count, self._values = count, values
        self.getter: View | None = None

    def column(self, word: int = 0) -> list[int]:
        """Values of one place, in the contract's units."""
        return self._values[word]


class Shelf:
    """Places of one path, by the keys asked for; where they lie is worked out once.

    Parameters
    ----------
    chain, address
        Where the contract is.
    where
        Its path.
    hashed
        Hashes many texts at once.
    """

    __slots__ = ("_address", "_chain", "_firsts", "_hashed", "_slots", "place")

    def __init__(self, chain: ActingChain, address: str, where: Place, hashed: Hashes) -> None:
        self._chain, self._address, self.place, self._hashed = chain, address, where, hashed
        self._slots: dict[Any, Slot] = {}
        self._firsts: dict[Any, int] = {}

    def slots(self, keys: Sequence[Any]) -> list[Slot]:
        """Where values are for keys: a number each, or a tuple where the path has several."""
        known = self._slots
        new = [key for key in keys if key not in known]
        if new:
            rows = [key if isinstance(key, tuple) else (key,) for key in new]
            slots = self.place.slots(rows, self._hashed)
            known.update(zip(new, ((self._address, slot) for slot in slots), strict=True))
            if self.place.last:
                self._firsts.update(zip(new, elements(slots, self._hashed), strict=True))
        return [known[key] for key in keys]

    def read(self, keys: Sequence[Any]) -> list[int]:
        """Values for keys; where they are in an array's last element, its lengths."""
        words = self._chain.storage(self.slots(keys))
        return self.place.values(words)

    def lasts(self, keys: Sequence[Any], lengths: list[int]) -> list[int]:
        """Values in the last elements of arrays of these lengths, 0 where there is none."""
        where, address, firsts = self.place, self._address, self._firsts
        lasts = [
            (address, where.of_last(firsts[key], length))
            for key, length in zip(keys, lengths, strict=True)
            if length
        ]
        found = iter(where.values(self._chain.storage(lasts)))
        return [next(found) if length else 0 for length in lengths]
