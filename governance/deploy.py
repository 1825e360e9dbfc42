"""Deploy a DAO from its constitution: plan, apply, verify.

The plan is a list of steps, each a sentence and one transaction. Applying it can stop anywhere
and resume from the manifest. At the end no role is left with the deployer, who keeps only the
community's tokens, to hand them out.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from governance.chain.abi import contract
from governance.chain.protocol import ZERO_ADDRESS, Chain
from governance.constitution import Constitution
from governance.errors import InputError
from governance.format import tokens
from governance.law import CONTRACTS, pieces
from governance.law.piece import Addresses, Done, Piece, Power, Step
from governance.manifest import Manifest
from governance.roles import ADMIN, GRANTOR
from governance.rules.voting import LONGEST_TERM
from governance.units import DAY, format_duration
from governance.verify import read, verify

__all__ = ["Step", "apply", "begin", "deploy", "plan"]


def plan(constitution: Constitution, start: int) -> list[Step]:
    """List every transaction of a deployment, in order, without a chain.

    The contracts come first, one after the other, so that their addresses depend on the
    deployer and its nonce alone.
    """
    law = pieces(constitution, start)
    return [
        *(Step(piece.sentence, piece.key, "", piece.arguments) for piece in law),
        *(_grant_role(piece, power) for piece in law for power in piece.powers),
        *(step for piece in law for step in piece.calls),
        *_allocation(constitution),
        *_grants(constitution, start),
        *_handover(law),
    ]


def _grant_role(piece: Piece, power: Power) -> Step:
    def arguments(at: Addresses) -> tuple[bytes, str]:
        return power.role, at[power.holder]

    return Step(power.sentence, piece.key, "grantRole", arguments)


def _allocation(rules: Constitution) -> list[Step]:
    seed = rules.seed
    return [*_seeding(rules, seed), *_funding(rules, rules.allocated("treasury") - seed)]


def _seeding(rules: Constitution, seed: int) -> list[Step]:
    """Stake for the treasury while nobody else has a token to stake or to give away."""
    if not seed:
        return []
    amount = f"{tokens(seed)} {rules.token.symbol}"
    return [
        Step(
            f"Allow the vault to take {amount}",
            "token",
            "approve",
            lambda at: (at["staked"], seed),
        ),
        Step(
            f"Stake {amount} for the treasury, so that a share keeps its worth",
            "staked",
            "deposit",
            lambda at: (seed, at["treasury"]),
            Done("staked", "balanceOf", lambda at: (at["treasury"],), 1),
        ),
    ]


def _funding(rules: Constitution, amount: int) -> list[Step]:
    if not amount:
        return []
    done = Done("token", "balanceOf", lambda at: (at["treasury"],), amount)
    sentence = f"Move {tokens(amount)} {rules.token.symbol} to the treasury"
    return [Step(sentence, "token", "transfer", lambda at: (at["treasury"], amount), done)]


def _own_role(key: str, verb: str, role: bytes, text: str) -> Step:
    return Step(text, key, verb, lambda at: (role, at["deployer"]))


def _grants(rules: Constitution, start: int) -> list[Step]:
    shares = {name: rules.allocated(name) for name in ("team", "investors")}
    shares = {name: amount for name, amount in shares.items() if amount}
    if not shares:
        return []
    steps = [_own_role("vesting", "grantRole", GRANTOR, "Let the deployer vest tokens")]
    for number, (name, amount) in enumerate(shares.items(), start=1):
        steps += _grant(rules, name, amount, start, number)
    leave = _own_role("vesting", "renounceRole", GRANTOR, "Give up the right to vest tokens")
    return [*steps, leave]


def _grant(rules: Constitution, name: str, amount: int, start: int, number: int) -> list[Step]:
    terms = getattr(rules.vesting, name)
    total = f"{tokens(amount)} {rules.token.symbol}"
    schedule = amount, start, terms.cliff, terms.duration, terms.revocable
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
            Done("vesting", "count", lambda _: (), number),
            grant=name,
        ),
    ]


def _handover(law: list[Piece]) -> list[Step]:
    def treasury(at: Addresses) -> tuple[bytes, str]:
        return ADMIN, at["treasury"]

    steps = []
    for piece in law:
        if piece.governed and piece.key != "treasury":
            text = f"Make the treasury admin of the {piece.name}"
            leave = f"Give up the admin role of the {piece.name}"
            steps += [
                Step(text, piece.key, "grantRole", treasury),
                _own_role(piece.key, "renounceRole", ADMIN, leave),
            ]
    text = "Give up the admin role of the treasury: from here on only votes decide"
    return [*steps, _own_role("treasury", "renounceRole", ADMIN, text)]


def begin(
    chain: Chain,
    constitution: Constitution,
    deployer: str,
    *,
    start: int | None = None,
    beneficiaries: Mapping[str, str] | None = None,
) -> Manifest:
    """Return the manifest of a deployment that has not begun."""
    people = {"team": deployer, "investors": deployer, "council": ZERO_ADDRESS}
    unknown = sorted(set(beneficiaries or {}) - set(people))
    if unknown:
        raise InputError(
            f"unknown beneficiary {unknown[0]!r}: team and investors vest, the council guards"
        )
    people.update(beneficiaries or {})
    now = chain.timestamp()
    start = now if start is None else start
    latest = now + LONGEST_TERM - constitution.guardian.term
    if start > latest:
        raise InputError(
            f"start = {start}: the guardian's term may not end later than "
            f"{LONGEST_TERM // DAY} days from now, so take at most {latest}, or a shorter "
            "guardian.term"
        )
    return Manifest(
        chain_id=chain.chain_id,
        start=start,
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
    manifest missed is seen to be done, or harmless to repeat.
    """
    if manifest.chain_id != chain.chain_id:
        raise InputError(f"the manifest is of chain {manifest.chain_id}, not {chain.chain_id}")
    steps = plan(manifest.constitution(), manifest.start)
    resumed = manifest.steps_done
    for number, step in enumerate(steps[resumed:], start=resumed + 1):
        known = manifest.known()
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
    done = step.done
    if done is None:
        return False
    answer = read(chain, known, done.contract, done.function, *done.arguments(known))
    return int(answer) >= done.least


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
        Addresses for ``team`` and ``investors``, by default the deployer, and for the guardian's
        ``council``, by default nobody.

    Raises
    ------
    CheckRefused
        If what stands on chain is not what the constitution says.
    """
    begun = begin(chain, constitution, deployer, start=start, beneficiaries=beneficiaries)
    manifest = apply(chain, begun, on_step)
    verify(chain, manifest, constitution)
    return manifest
