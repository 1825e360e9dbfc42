"""Read a deployment back: every rule and every role, against its constitution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from governance.chain.abi import contract
from governance.chain.protocol import Chain
from governance.constitution import Constitution
from governance.errors import CheckRefused
from governance.law import CONTRACTS, pieces
from governance.law.piece import Piece
from governance.manifest import Manifest
from governance.roles import ADMIN, ROLES


def read(chain: Chain, addresses: Mapping[str, str], key: str, function: str, *args: Any) -> Any:
    """Call a getter of a deployed contract, named by its key in the manifest."""
    kind = contract(CONTRACTS[key])
    return kind.decode(function, chain.call(addresses[key], kind.encode(function, *args)))


@dataclass(frozen=True)
class Check:
    """One getter read back: what it is about, what it should say, what it says."""

    about: str
    expected: Any
    found: Any

    @property
    def passed(self) -> bool:
        """Whether both agree."""
        return bool(self.expected == self.found)


def verify(chain: Chain, manifest: Manifest, constitution: Constitution) -> list[Check]:
    """Read every rule and every role back from the chain.

    Raises
    ------
    CheckRefused
        Naming each getter that disagrees with the constitution.
    """
    law = pieces(constitution, manifest.start)
    checks = [
        *_reads(chain, manifest, law),
        *_grants(chain, manifest, constitution),
        *_roles(chain, manifest, law),
    ]
    wrong = [check for check in checks if not check.passed]
    if wrong:
        lines = [f"{c.about} is {c.found!r}, it should be {c.expected!r}" for c in wrong]
        raise CheckRefused("the deployment differs from its constitution:\n" + "\n".join(lines))
    return checks


def _reads(chain: Chain, manifest: Manifest, law: list[Piece]) -> list[Check]:
    known = manifest.known()
    return [
        Check(
            f"{piece.key}.{function}({', '.join(map(_shown, args))})",
            expected,
            read(chain, known, piece.key, function, *args),
        )
        for piece in law
        for function, args, expected in piece.reads(known)
    ]


def _shown(argument: Any) -> str:
    return f"0x{argument.hex()}" if isinstance(argument, bytes) else str(argument)


def _grants(chain: Chain, manifest: Manifest, rules: Constitution) -> list[Check]:
    checks = []
    for name, grant in manifest.grants.items():
        terms = getattr(rules.vesting, name)
        schedule = manifest.start, terms.cliff, terms.duration, terms.revocable
        expected = (manifest.beneficiaries[name], rules.allocated(name), *schedule)
        beneficiary, total, _released, *found, _revoked = read(
            chain, manifest.addresses, "vesting", "grant", grant
        )
        checks.append(Check(f"vesting.grant({grant})", expected, (beneficiary, total, *found)))
    return checks


def _roles(chain: Chain, manifest: Manifest, law: list[Piece]) -> list[Check]:
    known = manifest.known()

    def check(key: str, role: bytes, holder: str, expected: bool) -> Check:
        has = bool(read(chain, known, key, "hasRole", role, known[holder]))
        return Check(f"{ROLES[role]} of {key} at the {holder}", expected, has)

    checks = []
    for piece in law:
        checks += [check(piece.key, each.role, each.holder, True) for each in piece.powers]
        if piece.governed:
            checks.append(check(piece.key, ADMIN, "treasury", True))
            own = {ADMIN} | {role for role in ROLES if role in _roles_of(piece.key)}
            checks += [check(piece.key, role, "deployer", False) for role in sorted(own)]
    return checks


def _roles_of(key: str) -> set[bytes]:
    """Roles that a contract declares."""
    named = contract(CONTRACTS[key]).functions
    return {keccak(text=name) for name in named if name.endswith("_ROLE")}
