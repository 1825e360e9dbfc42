"""A log of decisions as a Merkle tree, made as OpenZeppelin's library reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak


@dataclass(frozen=True)
class Decisions:
    """Salted hashes of single decisions; in the tree each is hashed once more."""

    leaves: Sequence[bytes]

    def _levels(self) -> list[list[bytes]]:
        levels = [[keccak(leaf) for leaf in self.leaves]]
        while len(levels[-1]) > 1:
            level = levels[-1]
            pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
            levels.append([keccak(b"".join(sorted(p))) if p[1:] else p[0] for p in pairs])
        return levels

    @property
    def root(self) -> bytes:
        """What goes on chain."""
        return self._levels()[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """Siblings of a leaf on the way up."""
        siblings = []
        for level in self._levels()[:-1]:
            if index ^ 1 < len(level):
                siblings.append(level[index ^ 1])
            index //= 2
        return siblings


def diary(*decisions: str) -> Decisions:
    """Write decisions down, each with a salt so that nobody can guess it."""
    return Decisions([keccak(text=f"{what} / salt {n}") for n, what in enumerate(decisions)])
