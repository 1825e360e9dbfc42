"""Read a deployment back: every rule and every role, against its constitution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.chain.abi import contract
from governance.chain.protocol import ZERO_ADDRESS, Chain
from governance.constitution import Constitution
from governance.errors import CheckRefused
from governance.manifest import Manifest
from governance.proposals.calls import CONTRACTS
from governance.roles import ADMIN, CANCELLER, EXECUTOR, GOVERNOR, GRANTOR, MINTER, PROPOSER, ROLES
from governance.units import BPS, to_bps, to_share_units, to_wei


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
    checks = [
        Check(
            f"{key}.{function.removesuffix('()')}({', '.join(map(str, args))})",
            expected,
            read(chain, manifest.addresses, key, function, *args),
        )
        for key, function, args, expected in _expectations(manifest, constitution)
    ]
    checks += _grant_checks(chain, manifest, constitution) + _role_checks(chain, manifest)
    wrong = [check for check in checks if not check.passed]
    if wrong:
        lines = [f"{c.about} is {c.found!r}, it should be {c.expected!r}" for c in wrong]
        raise CheckRefused("the deployment differs from its constitution:\n" + "\n".join(lines))
    return checks


Expectation = tuple[str, str, tuple[Any, ...], Any]


def _expectations(manifest: Manifest, rules: Constitution) -> list[Expectation]:
    at = manifest.addresses
    governor, emissions = rules.governor, rules.emissions
    return [
        ("token", "name", (), rules.token.name),
        ("token", "symbol", (), rules.token.symbol),
        ("token", "cap", (), to_wei(rules.token.cap)),
        ("staked", "asset", (), at["token"]),
        ("staked", "cooldown", (), rules.staking.cooldown),
        ("staked", "maturity", (), rules.staking.maturity),
        ("treasury", "getMinDelay", (), rules.treasury.timelock_delay),
        ("governor", "token", (), at["staked"]),
        ("governor", "timelock", (), at["treasury"]),
        ("governor", "votingDelay", (), governor.voting_delay),
        ("governor", "votingPeriod", (), governor.voting_period),
        ("governor", "proposalThresholdBps", (), to_bps(governor.proposal_threshold)),
        ("governor", "quorumNumerator()", (), to_bps(governor.quorum)),
        ("governor", "quorumDenominator", (), BPS),
        ("governor", "quorumFloor", (), to_share_units(governor.quorum_floor)),
        ("governor", "lateQuorumVoteExtension", (), governor.late_quorum_extension),
        ("emissions", "token", (), at["token"]),
        ("emissions", "vault", (), at["staked"]),
        ("emissions", "treasury", (), at["treasury"]),
        ("emissions", "initialRate", (), emissions.rate_wei),
        ("emissions", "start", (), manifest.start),
        ("emissions", "halvingPeriod", (), emissions.halving),
        ("emissions", "stakersBps", (), to_bps(emissions.stakers_share)),
        ("vesting", "token", (), at["token"]),
    ]


def _grant_checks(chain: Chain, manifest: Manifest, rules: Constitution) -> list[Check]:
    checks = []
    for name, grant in manifest.grants.items():
        terms = getattr(rules.vesting, name)
        schedule = manifest.start, terms.cliff, terms.duration
        expected = (manifest.beneficiaries[name], rules.allocated(name), *schedule)
        beneficiary, total, _released, *found = read(
            chain, manifest.addresses, "vesting", "grant", grant
        )
        checks.append(Check(f"vesting.grant({grant})", expected, (beneficiary, total, *found)))
    return checks


def _role_checks(chain: Chain, manifest: Manifest) -> list[Check]:
    at = manifest.addresses
    held = {
        ("token", MINTER): at["emissions"],
        ("vesting", GRANTOR): at["treasury"],
        ("treasury", PROPOSER): at["governor"],
        ("treasury", CANCELLER): at["governor"],
        ("treasury", EXECUTOR): at["governor"],
        ("guard", GOVERNOR): at["governor"],
        **{(key, ADMIN): at["treasury"] for key in ("token", "staked", "vesting", "treasury")},
    }

    def has(key: str, role: bytes, account: str) -> bool:
        return bool(read(chain, at, key, "hasRole", role, account))

    checks = [
        Check(f"{ROLES[role]} of {key} at {account}", True, has(key, role, account))
        for (key, role), account in held.items()
    ]
    for key in ("token", "staked", "vesting", "treasury"):
        checks += [
            Check(f"{name} of {key} at the deployer", False, has(key, role, manifest.deployer))
            for role, name in ROLES.items()
        ]
    return checks
