"""Read a deployment back: every rule and every role, against its constitution."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from governance.chain.abi import contract
from governance.chain.decoding import Event
from governance.chain.protocol import Chain
from governance.constitution import Constitution
from governance.errors import CheckRefused
from governance.law import CONTRACTS, pieces
from governance.law.piece import Piece
from governance.manifest import Manifest
from governance.roles import ADMIN, ROLES
from governance.units import to_wei


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

    def __str__(self) -> str:
        return f"{self.about} is {self.found!r}, it should be {self.expected!r}"


def verify(chain: Chain, manifest: Manifest, constitution: Constitution) -> list[Check]:
    """Read every rule and every role back from the chain.

    Raises
    ------
    CheckRefused
        Naming each getter that disagrees with the constitution.
    """
    checks = read_back(chain, manifest, constitution)
    wrong = [str(check) for check in checks if not check.passed]
    if wrong:
        raise CheckRefused("the deployment differs from its constitution:\n" + "\n".join(wrong))
    return checks


def read_back(chain: Chain, manifest: Manifest, constitution: Constitution) -> list[Check]:
    """Read every rule and every role back from the chain, right or wrong."""
    law = pieces(constitution, manifest.start)
    return [
        *_reads(chain, manifest, law),
        *_grants(chain, manifest, constitution),
        *_roles(chain, manifest, law),
        *_history(chain, manifest, law),
        _supply(chain, manifest, constitution),
    ]


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


def _history(chain: Chain, manifest: Manifest, law: list[Piece]) -> list[Check]:
    """Replay what was granted and listed since the deployment began: nothing else may stand."""
    powers = {(piece.key, power.role, power.holder) for piece in law for power in piece.powers}
    admins = {(piece.key, ADMIN, "treasury") for piece in law if piece.governed}
    listed = {
        (piece.key, function, args)
        for piece in law
        if piece.key in _LISTING
        for function, args, _ in piece.reads(manifest.known())
    }
    checks = [
        Check(f"{ROLES.get(role, role.hex())} of {key} at {holder}", False, True)
        for key, role, holder in sorted(_holders(chain, manifest) - powers - admins)
    ]
    checks += [
        Check(f"{key}.{getter}({', '.join(map(_shown, args))})", "unset", "set")
        for key, getter, args in _settings(chain, manifest)
        if (key, getter, args) not in listed
    ]
    return checks


_LISTING = "kinds", "guard"
_SETTINGS = {
    "KindSet": ("kindOf", ("target", "selector")),
    "MeterSet": ("meterOf", ("target", "selector")),
    "SpendLimitSet": ("spendLimit", ("kind", "asset")),
    "ProbeSet": ("probeOf", ("target",)),
}
"""Events that list something, the getter that tells it, and their arguments that name it."""


def _settings(chain: Chain, manifest: Manifest) -> list[tuple[str, str, tuple[Any, ...]]]:
    return [
        (key, getter, tuple(event.args[name] for name in names))
        for key, event in _events(chain, manifest, _LISTING)
        for getter, names in [_SETTINGS.get(event.name, ("", ()))]
        if getter
    ]


def _holders(chain: Chain, manifest: Manifest) -> set[tuple[str, bytes, str]]:
    """Return contract, role and holder of every role there is."""
    names = {manifest.deployer: "deployer"}
    names |= {address: key for key, address in manifest.addresses.items()}
    held: set[tuple[str, bytes, str]] = set()
    for key, event in _events(chain, manifest, manifest.addresses):
        if event.name not in {"RoleGranted", "RoleRevoked"}:
            continue
        who = event.args["account"]
        power = key, event.args["role"], names.get(who, who)
        (held.add if event.name == "RoleGranted" else held.discard)(power)
    return held


def _events(chain: Chain, manifest: Manifest, keys: Iterable[str]) -> Iterator[tuple[str, Event]]:
    for key in keys:
        for log in chain.logs(manifest.addresses[key], since=manifest.block):
            event = log.decode()
            if event is not None:
                yield key, event


def _supply(chain: Chain, manifest: Manifest, rules: Constitution) -> Check:
    at = manifest.addresses
    emitted = int(read(chain, at, "emissions", "released"))
    excess = int(read(chain, at, "token", "totalSupply")) - emitted
    excess -= to_wei(rules.token.initial_supply)
    return Check("wei of the token minted beside launch and emissions", 0, max(0, excess))
