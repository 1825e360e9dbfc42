"""Deployment: the plan, what stands afterwards, resuming after any interruption, verification."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from lifecycle import ANN, BOB, DEPLOYER, EVE, live

from governance.chain import ZERO_ADDRESS, EmbeddedChain, contract
from governance.chain.abi import selector
from governance.constitution import load_constitution
from governance.deploy import Step, apply, begin, deploy, plan
from governance.errors import CheckRefused, InputError
from governance.law import CONTRACTS, OPTIONAL
from governance.manifest import Manifest
from governance.roles import ADMIN, EXECUTOR, MINTER, ROLES, SLASHER
from governance.units import DAY, TOKEN, to_share_units, to_wei
from governance.verify import read, verify

RULES = load_constitution("startup")
STEPS = plan(RULES, 0)


def money(chain: EmbeddedChain, manifest: Manifest) -> dict[str, int]:
    people = {"deployer": DEPLOYER, **manifest.addresses}
    return {
        name: read(chain, manifest.addresses, "token", "balanceOf", address)
        for name, address in people.items()
    }


def test_the_plan_is_pure_and_reads_like_a_story() -> None:
    sentences = [step.sentence for step in STEPS]
    assert [step.sentence for step in plan(RULES, 0)] == sentences
    assert len(set(sentences)) == len(sentences)
    created = [step.contract for step in STEPS if not step.function]
    assert created == [step.contract for step in STEPS[: len(created)]], "contracts come first"
    assert sorted(created) == sorted(CONTRACTS.keys() - OPTIONAL)
    assert sentences[-1].startswith("Give up the admin role of the treasury")


def test_the_supply_ends_where_the_allocation_says() -> None:
    chain = EmbeddedChain()
    manifest = deploy(chain, RULES, DEPLOYER, beneficiaries={"team": ANN, "investors": BOB})
    held = money(chain, manifest)
    assert held["deployer"] == RULES.allocated("community")
    assert held["treasury"] + held["staked"] == RULES.allocated("treasury")
    assert held["staked"] == RULES.seed == to_wei(RULES.governor.quorum_floor)
    shares = read(chain, manifest.addresses, "staked", "balanceOf", manifest.addresses["treasury"])
    assert shares == to_share_units(RULES.governor.quorum_floor)
    assert held["vesting"] == RULES.allocated("team") + RULES.allocated("investors")
    assert sum(held.values()) == RULES.token.initial_supply * TOKEN
    grants = [
        read(chain, manifest.addresses, "vesting", "grant", grant)[0]
        for grant in (manifest.grants["team"], manifest.grants["investors"])
    ]
    assert grants == [ANN, BOB]


def holders(chain: EmbeddedChain, manifest: Manifest) -> set[tuple[str, str, str]]:
    """Return who holds which role of which contract, from the events since the deployment."""
    names = {address: key for key, address in manifest.known().items()}
    held: set[tuple[str, str, str]] = set()
    for log in chain.logs(since=manifest.block):
        event = log.decode()
        if event is None or event.name not in {"RoleGranted", "RoleRevoked"}:
            continue
        who = event.args["account"]
        found = names[log.address], ROLES[event.args["role"]], names.get(who, who)
        (held.add if event.name == "RoleGranted" else held.discard)(found)
    return held


@pytest.mark.parametrize("preset", ["startup", "lab"])
def test_walking_all_roles_finds_contracts_only(preset: str) -> None:
    chain = EmbeddedChain()
    manifest = deploy(chain, load_constitution(preset), DEPLOYER, beneficiaries={"council": ANN})
    held = holders(chain, manifest)
    assert {who for _, _, who in held} == {
        "treasury", "governor", "guardian", "court", "gate", "registry", "emissions",
    }  # fmt: skip
    with_admin = {key for key in CONTRACTS if "grantRole" in contract(CONTRACTS[key]).functions}
    admins = {(key, who) for key, role, who in held if role == "admin role"}
    assert admins == {(key, "treasury") for key in with_admin - OPTIONAL} | {
        ("treasury", "treasury")
    }
    powers = {(key, role, who) for key, role, who in held if role != "admin role"}
    assert powers == {
        ("token", "minter role", "emissions"),
        ("staked", "locker role", "court"),
        ("staked", "locker role", "gate"),
        ("staked", "slasher role", "court"),
        ("staked", "slasher role", "gate"),
        ("guard", "governor role", "governor"),
        ("treasury", "proposer role", "governor"),
        ("treasury", "canceller role", "governor"),
        ("treasury", "canceller role", "guardian"),
        ("treasury", "executor role", "governor"),
        ("court", "terms role", "treasury"),
        ("gate", "registry role", "registry"),
        ("gate", "accreditor role", "treasury"),
        ("registry", "deployer role", "treasury"),
        ("grants", "grantor role", "treasury"),
        ("grants", "approver role", "treasury"),
        ("exit", "pinger role", "treasury"),
        ("vesting", "grantor role", "treasury"),
    }


def test_the_same_deployment_twice_gives_the_same_manifest() -> None:
    first = deploy(EmbeddedChain(), RULES, DEPLOYER)
    assert deploy(EmbeddedChain(), RULES, DEPLOYER) == first
    assert Manifest.from_json(first.to_json()) == first
    assert first.constitution() == RULES
    assert first.constitution_hash == RULES.hash()


class Killed(Exception):
    """Stands for a process that dies."""


@pytest.mark.parametrize("saved", [True, False], ids=["step-saved", "step-lost"])
@pytest.mark.parametrize("last", range(1, len(STEPS) + 1))
def test_killed_after_any_step_it_resumes_to_the_same_end(last: int, saved: bool) -> None:
    """``step-lost``: the transaction was mined but the manifest on disk does not know."""
    chain = EmbeddedChain()
    begun = begin(chain, RULES, DEPLOYER, start=chain.timestamp())
    disk = [begun]

    def die(step: Step, manifest: Manifest) -> None:
        del step
        if manifest.steps_done < last or saved:
            disk.append(manifest)
        if manifest.steps_done == last:
            raise Killed

    with pytest.raises(Killed):
        apply(chain, begun, die)
    manifest = apply(chain, disk[-1])
    assert manifest.complete
    assert manifest.grants == {"team": 0, "investors": 1}
    verify(chain, manifest, RULES)
    held = money(chain, manifest)
    assert held["deployer"] == RULES.allocated("community")
    assert held["treasury"] == RULES.allocated("treasury") - RULES.seed
    assert held["staked"] == RULES.seed
    assert read(chain, manifest.addresses, "vesting", "count") == 2
    assert apply(chain, manifest) == manifest


@pytest.mark.parametrize(
    ("path", "value", "getter"),
    [
        ("token.cap", 98_765_432_100, "token.cap()"),
        ("staking.cooldown", 11 * DAY, "staked.cooldown()"),
        ("staking.maturity", 11 * DAY, "staked.maturity()"),
        ("governor.quorum", "0.31", "quorum.rule()"),
        ("governor.quorum_floor", 5, "quorum.rule()"),
        ("kinds.funding.approval", "0.55", "kinds.ruleOf(1)"),
        ("kinds.funding.spend_period", DAY, "guard.spendLimit(1, "),
        ("court.agents.fee", 7, "court.termsOf(1)"),
        ("gate.safety_auditors", 3, "gate.policy(0)"),
        ("market.most_price", 5, "market.maxPrice()"),
        ("governor.voting_period", 17 * DAY, "governor.votingPeriod()"),
        ("governor.proposal_threshold", "0.0123", "governor.proposalThresholdBps()"),
        ("emissions.per_day", 17, "emissions.rate()"),
        ("treasury.timelock_delay", 17 * DAY, "treasury.getMinDelay()"),
        ("vesting.team.cliff", 17 * DAY, "vesting.grant(0)"),
        ("vesting.investors.duration", 700 * DAY, "vesting.grant(1)"),
        ("token.symbol", "XX", "token.symbol()"),
        ("governor.late_quorum_extension", 60, "governor.lateQuorumVoteExtension()"),
    ],
)
def test_verification_sees_every_rule(path: str, value: object, getter: str) -> None:
    chain = EmbeddedChain()
    manifest = deploy(chain, RULES, DEPLOYER)
    with pytest.raises(CheckRefused) as refused:
        verify(chain, manifest, RULES.with_value(path, value))
    assert getter in str(refused.value)


def test_verification_sees_a_role_that_came_back() -> None:
    """A passed vote could do this; here the deployer keeps the role by skipping the last step."""
    chain = EmbeddedChain()
    begun = begin(chain, RULES, DEPLOYER)

    def stop(step: Step, manifest: Manifest) -> None:
        del step
        if manifest.steps_done == len(STEPS) - 1:
            raise Killed(manifest)

    with pytest.raises(Killed) as killed:
        apply(chain, begun, stop)
    manifest = killed.value.args[0]
    with pytest.raises(CheckRefused, match="admin role of treasury at the deployer is True"):
        verify(chain, manifest, RULES)


MISCHIEF = {
    "another minter": ("token", "grantRole", (MINTER, EVE), "minter role of token at 0x"),
    "a minter gone again": ("token", "mint", (EVE, 1), "minted beside launch"),
    "another admin": ("treasury", "grantRole", (ADMIN, EVE), "admin role of treasury at 0x"),
    "everybody executes": ("treasury", "grantRole", (EXECUTOR, ZERO_ADDRESS), "executor role of"),
    "another slasher": ("staked", "grantRole", (SLASHER, EVE), "slasher role of staked at 0x"),
    "an easy lever": (
        "kinds",
        "setKinds",
        (["treasury"], [selector("grantRole(bytes32,address)")], [3]),
        "kinds.kindOf(",
    ),
    "another meter": ("guard", "setMeter", ("treasury", b"1234", "token", 1), "guard.meterOf("),
    "a probe": ("guard", "setProbe", ("treasury", "token", b"1234"), "guard.probeOf("),
    "a limit": ("guard", "setSpendLimit", (2, "token", 5, 60), "guard.spendLimit("),
}


def _named(argument: object, at: Mapping[str, str]) -> object:
    if isinstance(argument, list):
        return [_named(each, at) for each in argument]
    return at.get(argument, argument) if isinstance(argument, str) else argument


@pytest.mark.parametrize("name", MISCHIEF)
def test_verification_sees_what_the_deployer_slipped_in(name: str) -> None:
    key, function, args, told = MISCHIEF[name]
    chain = EmbeddedChain()

    def slip_in(step: Step, manifest: Manifest) -> None:
        if step.sentence != "Let the emissions mint":
            return
        at = manifest.addresses
        kind = contract(CONTRACTS[key])
        if function == "mint":
            for verb in ("grantRole", "mint", "renounceRole"):
                given = args if verb == "mint" else (MINTER, DEPLOYER)
                chain.send(DEPLOYER, at[key], kind.encode(verb, *given))
        else:
            found = tuple(_named(argument, at) for argument in args)
            chain.send(DEPLOYER, at[key], kind.encode(function, *found))

    with pytest.raises(CheckRefused) as refused:
        deploy(chain, RULES, DEPLOYER, on_step=slip_in)
    assert told in str(refused.value)


def test_shares_of_nothing_make_no_grants() -> None:
    rules = load_constitution("lab")
    manifest = deploy(EmbeddedChain(), rules, DEPLOYER)
    assert manifest.grants == {"team": 0}


def test_resuming_on_another_chain_is_refused() -> None:
    begun = begin(EmbeddedChain(), RULES, DEPLOYER)
    with pytest.raises(InputError, match="of chain 31337, not 1337"):
        apply(EmbeddedChain(chain_id=1_337), begun)


def test_an_unknown_beneficiary_is_refused() -> None:
    with pytest.raises(InputError, match="unknown beneficiary 'friends'"):
        deploy(EmbeddedChain(), RULES, DEPLOYER, beneficiaries={"friends": ANN})


def test_a_start_that_the_guardian_would_refuse_is_refused_before_anything_is_sent() -> None:
    chain = EmbeddedChain()
    latest = chain.timestamp() + 365 * DAY
    assert deploy(chain, RULES, DEPLOYER, start=latest).complete
    with pytest.raises(InputError, match=f"start = {latest + 1}: the guardian's term"):
        begin(EmbeddedChain(), RULES, DEPLOYER, start=latest + 1)


def changed(**fields: object) -> str:
    """Write a manifest that was just begun, with other values."""
    begun = json.loads(begin(EmbeddedChain(), RULES, DEPLOYER).to_json())
    return json.dumps({**begun, **fields})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "not a JSON object"),
        ("[]", "not a JSON object"),
        ('{"schema": "other"}', "schema 'other'"),
        ('{"schema": "moot-manifest/2"}', "missing 7 required"),
        ('{"schema": "moot-manifest/2", "colour": 1}', "colour"),
        ("[" * 100_000, "not a JSON object"),
        (changed(chain_id="1"), "chain_id = '1' is no int"),
        (changed(addresses=[]), r"addresses = \[\] is no dict"),
        (changed(complete=True), "lacks the address of court, curation, "),
    ],
)
def test_a_manifest_that_is_none(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Manifest.from_json(text)


def test_the_manifest_fits_its_own_chain_only() -> None:
    life = live(EmbeddedChain())
    manifest = life.dao.manifest
    assert contract("MootGovernor").bytecode
    for wrong, message in (
        (replace(manifest, chain_id=5), "of chain 5, this is chain 31337"),
        (replace(manifest, complete=False), "resume it with `moot deploy`"),
    ):
        with pytest.raises(InputError, match=message):
            type(life.dao)(life.dao.chain, wrong)
    with pytest.raises(InputError, match="no contract at the governor's address"):
        type(life.dao)(EmbeddedChain(), manifest)
