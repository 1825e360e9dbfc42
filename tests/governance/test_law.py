"""The law as a plan: every rule of a constitution reaches a contract, and can be read back."""

import functools
from decimal import Decimal

import pytest
from lifecycle import ANN, DEPLOYER, EVE

from governance.chain import EmbeddedChain, contract
from governance.chain.abi import selector
from governance.constitution import PRESETS, Constitution, load_constitution
from governance.deploy import deploy
from governance.errors import CheckRefused, InputError
from governance.law import CONTRACTS, OPTIONAL, pieces
from governance.law.listing import LISTED, SPENDING
from governance.manifest import Manifest
from governance.rules.voting import KINDS
from governance.settings import Leaf, validate
from governance.verify import read, verify

RULES = load_constitution("startup")
ORDERED = "proposal_threshold", "quorum", "approval", "voting_period", "timelock_delay"
CONSTITUTIONAL = "kinds.constitutional"
UNTOLD = "kleros", "allocation"
"""Sections whose change asks for another contract, or moved tokens that may move on."""
NAMES = sorted(path.stem for path in PRESETS.glob("*.toml"))
STATE = {
    "token": {"totalSupply", "decimals", "DOMAIN_SEPARATOR", "eip712Domain", "clock"},
    "staked": {
        "totalSupply", "totalAssets", "decimals", "DOMAIN_SEPARATOR", "eip712Domain", "clock",
        "unstreamed",
    },
    "treasury": {"lastExecution"},
    "governor": {"clock", "eip712Domain", "version", "proposalThreshold"},
    "court": {"disputes"},
    "gate": {"attestationCount"},
    "registry": {"modelCount", "versionCount", "challengeCount", "name", "symbol"},
    "log": {"requestCount"},
    "market": {"usage"},
    "grants": {"count"},
    "exit": {"circulating", "current", "lastPing", "lastSign", "threshold"},
    "guardian": {"isActive"},
    "emissions": {"pending", "released"},
    "vesting": {"count"},
}  # fmt: skip
"""Getters that tell what happened, or what is fixed for every DAO, and not a rule."""


@functools.cache
def deployed(name: str) -> tuple[EmbeddedChain, Manifest]:
    chain = EmbeddedChain()
    return chain, deploy(chain, load_constitution(name), DEPLOYER, beneficiaries={"council": ANN})


def rule_getters(key: str) -> set[str]:
    """Names of the getters without arguments that could tell a rule."""
    kind = contract(CONTRACTS[key])
    plain = {each.name for each in kind.functions.values() if each.view and not each.types}
    return {name for name in plain if name != name.upper()} - STATE.get(key, set())


@pytest.mark.parametrize("name", NAMES)
def test_every_getter_of_a_rule_is_read_back(name: str) -> None:
    chain, manifest = deployed(name)
    rules = load_constitution(name)
    read_back: dict[str, set[str]] = {}
    for piece in pieces(rules, manifest.start):
        read_back[piece.key] = {function for function, _, _ in piece.reads(manifest.known())}
    missing = {key: rule_getters(key) - told for key, told in read_back.items()}
    assert not any(missing.values()), missing
    assert len(verify(chain, manifest, rules)) > 190


def with_values(rules: Constitution, values: dict[str, object]) -> Constitution:
    """Change several parameters that only fit together."""
    data = rules.model_dump(mode="python")
    for path, value in values.items():
        *parents, last = path.split(".")
        section = data
        for parent in parents:
            section = section[parent]
        section[last] = value
    return validate(Constitution, data, "test")


def together(path: str) -> dict[str, object]:
    """What has to be set for a parameter to count at all, or to be set at all."""
    section, _, name = path.rpartition(".")
    if section == "allocation":
        other = "treasury" if name == "community" else "community"
        return {path: Decimal("0.33"), f"allocation.{other}": None}
    if section == "market" and "price" not in name:
        other = "developer" if name != "developer" else "burned"
        return {path: Decimal("0.15"), f"market.{other}": None}
    if section == "kleros":
        return {"kleros.core": ANN}
    if path == "emissions.usage_share":
        return {"emissions.curve": "usage"}
    if name == "spend_limit":
        return {f"{section}.spend_period": "7d"}
    if section.startswith("kinds.") and section != CONSTITUTIONAL and name in ORDERED:
        hard = "60d" if name in {"voting_period", "timelock_delay"} else Decimal("0.95")
        return {f"kinds.constitutional.{name}": hard}
    return {}


def others(leaf: Leaf) -> list[object]:
    """Values that a parameter might have instead, the first that is legal counts."""
    if leaf.choices:
        return [choice for choice in leaf.choices if choice != leaf.value]
    if isinstance(leaf.value, bool):
        return [not leaf.value]
    if isinstance(leaf.value, str):
        return ["0x" + "11" * 20] if leaf.unit == "address" else ["Other"]
    if leaf.unit == "duration":
        return [value for value in ("8d", "1d", "300d", "40m", "2000d") if value != leaf.text]
    return [leaf.value * 2, leaf.value // 2, *map(Decimal, ("0.07", "0.83", "1.5", "7", "1e7"))]


def changed(leaf: Leaf) -> tuple[Constitution, Constitution]:
    """Two constitutions that differ in a parameter, beside what has to go with it."""
    partners = together(leaf.path)
    balance = next((path for path, value in partners.items() if value is None), "")
    if balance:
        own = Decimal(str(partners[leaf.path]))
        rest = RULES.leaf(balance).value + leaf.value - own
        return RULES, with_values(RULES, {leaf.path: own, balance: rest})
    base = with_values(RULES, partners)
    for value in others(leaf):
        try:
            other = with_values(base, {leaf.path: value})
        except InputError:
            continue
        if other != base:
            return base, other
    pytest.fail(f"no other value of {leaf.path} is legal")


def expected(rules: Constitution, manifest: Manifest) -> object:
    """Everything that verification demands of a deployment."""
    known = {"kleros": EVE, **manifest.known()}
    law = [(piece.key, piece.reads(known)) for piece in pieces(rules, manifest.start)]
    terms = [getattr(rules.vesting, name) for name in manifest.grants]
    return law, terms, [rules.allocated(name) for name in ("community", "treasury", "team")]


@pytest.mark.parametrize("leaf", list(RULES.leaves()), ids=lambda leaf: leaf.path)
def test_every_parameter_is_told_by_some_getter(leaf: Leaf) -> None:
    _, manifest = deployed("startup")
    base, other = changed(leaf)
    assert expected(base, manifest) != expected(other, manifest)


@pytest.mark.parametrize(
    "path", [leaf.path for leaf in RULES.leaves() if leaf.path.split(".")[0] not in UNTOLD]
)
def test_verification_refuses_another_value(path: str) -> None:
    chain, manifest = deployed("startup")
    with pytest.raises(CheckRefused, match="differs from its constitution"):
        verify(chain, manifest, changed(RULES.leaf(path))[1])


def test_listed_calls_exist_and_none_can_carry_another() -> None:
    signatures = {
        key: {each.text for each in contract(kind).functions.values()}
        for key, kind in CONTRACTS.items()
    }
    listed = [call for calls in LISTED.values() for call in calls]
    assert len(set(listed)) == len(listed)
    for key, signature in [*listed, *((key, text) for key, text, _ in SPENDING)]:
        assert signature in signatures[key], (key, signature)
    names = {signature.partition("(")[0] for _, signature in listed}
    carriers = {"relay", "execute", "executeBatch", "schedule", "scheduleBatch", "multicall"}
    levers = {"grantRole", "revokeRole", "setKinds", "setRule", "setMeter", "setProbe", "mint"}
    assert not names & (carriers | levers | {"setSpendLimit", "setLimit", "updateTimelock"})


@pytest.mark.parametrize("name", NAMES)
def test_the_chain_derives_the_kinds_as_listed(name: str) -> None:
    chain, manifest = deployed(name)
    at = manifest.addresses
    for kind, calls in LISTED.items():
        for key, signature in calls:
            found = read(chain, at, "kinds", "kindOf", at[key], selector(signature))
            assert KINDS[found] == kind
    unlisted = read(chain, at, "kinds", "kindOf", at["token"], selector("mint(address,uint256)"))
    assert KINDS[unlisted] == "constitutional"


def test_a_core_of_kleros_brings_the_adapter_and_the_disputes_to_it() -> None:
    rules = load_constitution("lab")
    chain = EmbeddedChain()
    core = chain.deploy(DEPLOYER, contract("RulingRecorder").bytecode or b"\x00")
    manifest = deploy(chain, rules.with_value("kleros.core", core), DEPLOYER)
    at = manifest.addresses
    assert at.keys() == CONTRACTS.keys()
    assert read(chain, at, "registry", "arbitrator") == at["kleros"]
    assert read(chain, at, "grants", "arbitrator") == at["kleros"]
    plain = deploy(EmbeddedChain(), rules, DEPLOYER)
    assert plain.addresses.keys() == CONTRACTS.keys() - OPTIONAL


def test_a_usage_curve_is_metered_by_the_market() -> None:
    rules = load_constitution("startup").with_value("emissions.curve", "usage")
    chain = EmbeddedChain()
    manifest = deploy(chain, rules, DEPLOYER)
    assert read(chain, manifest.addresses, "emissions", "meter") == manifest.addresses["market"]
    assert read(chain, manifest.addresses, "market", "usage") == 0
    chain.advance(10_000)
    assert read(chain, manifest.addresses, "emissions", "pending") == 0, "nothing was used"
