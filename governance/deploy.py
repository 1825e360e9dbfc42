"""Deploy a DAO from its constitution: plan, apply, verify.

The plan is a list of steps, each a sentence and one transaction. Applying it can stop anywhere
and resume from the manifest. At the end no role is left with the deployer, who keeps only the
community's tokens, to hand them out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from governance.chain.abi import contract
from governance.chain.protocol import ZERO_ADDRESS, Chain
from governance.constitution import Constitution
from governance.errors import InputError
from governance.format import tokens
from governance.manifest import Manifest
from governance.proposals.calls import CONTRACTS
from governance.roles import ADMIN, CANCELLER, EXECUTOR, GOVERNOR, GRANTOR, MINTER, PROPOSER
from governance.units import format_duration, to_bps, to_share_units, to_wei
from governance.verify import read, verify

Addresses = Mapping[str, str]
Arguments = Callable[[Addresses], tuple[Any, ...]]


@dataclass(frozen=True)
class Guard:
    """A read that tells whether a step already happened: its answer reached ``least``."""

    contract: str
    function: str
    arguments: Arguments
    least: int


@dataclass(frozen=True)
class Step:
    """One transaction of a plan.

    ``function`` is empty for the creation of the contract. A step that must not happen twice
    has a guard, asked when a deployment resumes.
    """

    sentence: str
    contract: str
    function: str
    arguments: Arguments = field(repr=False)
    guard: Guard | None = None
    grant: str = ""


def plan(constitution: Constitution, deployer: str, start: int) -> list[Step]:
    """List every transaction of a deployment, in order, without a chain."""
    return [
        *_creations(constitution, deployer, start),
        *_wiring(constitution),
        *_grants(constitution, deployer, start),
        *_handover(deployer),
    ]


def _creations(rules: Constitution, deployer: str, start: int) -> list[Step]:
    token, staking, governor, emissions = (
        rules.token,
        rules.staking,
        rules.governor,
        rules.emissions,
    )
    supply, cap = to_wei(token.initial_supply), to_wei(token.cap)
    delays = governor.voting_delay, governor.voting_period
    fractions = to_bps(governor.proposal_threshold), to_bps(governor.quorum)
    schedule = emissions.rate_wei, start, emissions.halving, to_bps(emissions.stakers_share)

    def create(key: str, sentence: str, arguments: Arguments) -> Step:
        return Step(sentence, key, "", arguments)

    return [
        create(
            "token",
            f"Create the token {token.name} ({token.symbol}): {tokens(supply)} now, "
            f"never more than {tokens(cap)}",
            lambda _: (token.name, token.symbol, cap, deployer, deployer, supply),
        ),
        create(
            "staked",
            f"Create the staking vault: {format_duration(staking.cooldown)} to leave, "
            f"{format_duration(staking.maturity)} before a stake votes",
            lambda at: (
                at["token"],
                f"Staked {token.name}",
                f"st{token.symbol}",
                staking.cooldown,
                staking.maturity,
                deployer,
            ),
        ),
        create(
            "kinds",
            "Create the kinds of proposals and their rules",
            lambda _: (((0, 0, 5_000, 0, 0, 2**128 - 1),) * 5, deployer),
        ),
        create("guard", "Create the guard of proposals", lambda _: (10, deployer)),
        create(
            "treasury",
            "Create the treasury: decisions wait "
            f"{format_duration(rules.treasury.timelock_delay)}, then anyone may execute them",
            lambda at: (rules.treasury.timelock_delay, [], [], deployer, at["kinds"]),
        ),
        create(
            "governor",
            f"Create the governor: {format_duration(governor.voting_period)} to vote, "
            f"quorum {governor.quorum:%}",
            lambda at: (
                at["staked"],
                at["treasury"],
                at["kinds"],
                at["guard"],
                f"{token.name} Governor"[:31],
                (
                    *delays,
                    *fractions,
                    to_share_units(governor.quorum_floor),
                    governor.late_quorum_extension,
                    14 * 86_400,
                    0,
                ),
            ),
        ),
        create(
            "emissions",
            f"Create the emissions: {emissions.per_day:,f} {token.symbol} a day at first",
            lambda at: (at["token"], at["staked"], at["treasury"], *schedule),
        ),
        create("vesting", "Create the vesting", lambda at: (at["token"], deployer)),
    ]


def _role(key: str, verb: str, role: bytes, holder: Callable[[Addresses], str], text: str) -> Step:
    return Step(text, key, verb, lambda at: (role, holder(at)))


def _wiring(rules: Constitution) -> list[Step]:
    def governor(at: Addresses) -> str:
        return at["governor"]

    steps = [
        _role("token", "grantRole", MINTER, lambda at: at["emissions"], "Let the emissions mint"),
        _role("treasury", "grantRole", PROPOSER, governor, "Let the governor queue decisions"),
        _role("treasury", "grantRole", CANCELLER, governor, "Let the governor cancel them"),
        _role("treasury", "grantRole", EXECUTOR, governor, "Let the governor execute them"),
        _role("guard", "grantRole", GOVERNOR, governor, "Let the governor pin and check"),
    ]
    amount = rules.allocated("treasury")
    if amount:
        guard = Guard("token", "balanceOf", lambda at: (at["treasury"],), amount)
        sentence = f"Move {tokens(amount)} {rules.token.symbol} to the treasury"
        steps.append(
            Step(sentence, "token", "transfer", lambda at: (at["treasury"], amount), guard)
        )
    return steps


def _grants(rules: Constitution, deployer: str, start: int) -> list[Step]:
    shares = {name: rules.allocated(name) for name in ("team", "investors")}
    shares = {name: amount for name, amount in shares.items() if amount}
    if not shares:
        return []
    steps = [
        _role("vesting", "grantRole", GRANTOR, lambda _: deployer, "Let the deployer vest tokens"),
    ]
    for number, (name, amount) in enumerate(shares.items(), start=1):
        steps += _grant(rules, name, amount, start, number)
    return steps


def _grant(rules: Constitution, name: str, amount: int, start: int, number: int) -> list[Step]:
    terms = getattr(rules.vesting, name)
    total = f"{tokens(amount)} {rules.token.symbol}"
    schedule = amount, start, terms.cliff, terms.duration
    return [
        Step(
            f"Allow the vesting to take the {name}'s {total}",
            "token",
            "approve",
            lambda at: (at["vesting"], amount),
        ),
        Step(
            f"Vest {total} to the {name} over {format_duration(terms.duration)}, "
            f"nothing before {format_duration(terms.cliff)}",
            "vesting",
            "create",
            lambda at: (at[name], *schedule),
            Guard("vesting", "count", lambda _: (), number),
            grant=name,
        ),
    ]


def _handover(deployer: str) -> list[Step]:
    def treasury(at: Addresses) -> str:
        return at["treasury"]

    def leaver(_: Addresses) -> str:
        return deployer

    steps = [
        _role("vesting", "grantRole", GRANTOR, treasury, "Let the treasury vest tokens"),
        _role("vesting", "renounceRole", GRANTOR, leaver, "Give up the right to vest tokens"),
    ]
    for key, name in (
        ("token", "token"),
        ("staked", "staking vault"),
        ("vesting", "vesting"),
        ("kinds", "kinds"),
        ("guard", "guard"),
    ):
        steps += [
            _role(key, "grantRole", ADMIN, treasury, f"Make the treasury admin of the {name}"),
            _role(key, "renounceRole", ADMIN, leaver, f"Give up the admin role of the {name}"),
        ]
    text = "Give up the admin role of the treasury: from here on only votes decide"
    return [*steps, _role("treasury", "renounceRole", ADMIN, leaver, text)]


def begin(
    chain: Chain,
    constitution: Constitution,
    deployer: str,
    *,
    start: int | None = None,
    beneficiaries: Mapping[str, str] | None = None,
) -> Manifest:
    """Return the manifest of a deployment that has not begun."""
    people = {"team": deployer, "investors": deployer, **(beneficiaries or {})}
    unknown = sorted(set(people) - {"team", "investors"})
    if unknown:
        raise InputError(f"unknown beneficiary {unknown[0]!r}: team and investors vest")
    return Manifest(
        chain_id=chain.chain_id,
        start=chain.timestamp() if start is None else start,
        block=chain.block(),
        deployer=deployer,
        beneficiaries=people,
        constitution_hash=constitution.hash(),
        constitution_toml=constitution.to_toml(),
    )


def apply(
    chain: Chain,
    manifest: Manifest,
    on_step: Callable[[Step, Manifest], None] | None = None,
) -> Manifest:
    """Carry out what a manifest still lacks; ``on_step`` sees each step once it is mined.

    Saving the manifest in ``on_step`` makes the deployment resumable: a step whose effect the
    manifest missed is recognised by its guard, or harmless to repeat.
    """
    if manifest.chain_id != chain.chain_id:
        raise InputError(f"the manifest is of chain {manifest.chain_id}, not {chain.chain_id}")
    steps = plan(manifest.constitution(), manifest.deployer, manifest.start)
    resumed = manifest.steps_done
    for number, step in enumerate(steps[resumed:], start=resumed + 1):
        known = {**manifest.beneficiaries, **manifest.addresses}
        happened = number == resumed + 1 and _happened(chain, step, known)
        addresses, grants = dict(manifest.addresses), dict(manifest.grants)
        if not step.function:
            code = contract(CONTRACTS[step.contract]).init_code(*step.arguments(known))
            addresses[step.contract] = chain.deploy(manifest.deployer, code)
        elif not happened:
            data = contract(CONTRACTS[step.contract]).encode(step.function, *step.arguments(known))
            chain.send(manifest.deployer, addresses[step.contract], data)
        if step.grant:
            grants[step.grant] = len(grants)
        manifest = replace(
            manifest,
            addresses=addresses,
            grants=grants,
            steps_done=number,
            complete=number == len(steps),
        )
        if on_step is not None:
            on_step(step, manifest)
    return manifest


def _happened(chain: Chain, step: Step, known: Addresses) -> bool:
    guard = step.guard
    if guard is None:
        return False
    answer = read(chain, known, guard.contract, guard.function, *guard.arguments(known))
    return int(answer) >= guard.least


def deploy(
    chain: Chain,
    constitution: Constitution,
    deployer: str,
    *,
    start: int | None = None,
    beneficiaries: Mapping[str, str] | None = None,
    on_step: Callable[[Step, Manifest], None] | None = None,
) -> Manifest:
    """Plan, apply and verify a deployment.

    Parameters
    ----------
    start : int, optional
        When emissions and vesting begin, seconds since 1970; the chain's time by default.
    beneficiaries : mapping, optional
        Addresses for ``team`` and ``investors``; the deployer by default.

    Raises
    ------
    CheckRefused
        If what stands on chain is not what the constitution says.
    """
    begun = begin(chain, constitution, deployer, start=start, beneficiaries=beneficiaries)
    manifest = apply(chain, begun, on_step)
    verify(chain, manifest, constitution)
    return manifest
