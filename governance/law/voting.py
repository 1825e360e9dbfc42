"""Vault, governor, kinds, guard, guardian and treasury as contracts."""

from typing import Any

from governance.chain.abi import selector
from governance.chain.protocol import ZERO_ADDRESS
from governance.constitution import Constitution
from governance.law.listing import LISTED, SPENDING
from governance.law.piece import Addresses, Piece, Power, Step
from governance.roles import CANCELLER, EXECUTOR, GOVERNOR, LOCKER, PROPOSER, SLASHER
from governance.rules.voting import KINDS, QUORUM_BASES, KindRule
from governance.units import format_duration, to_bps, to_share_units, to_wei

COIN = "coin"
"""Stands for the chain's own coin where an asset is named."""


def staked(rules: Constitution) -> Piece:
    """Return the vault of stakes, which court and gate lock and slash."""
    own, token = rules.staking, rules.token
    names = f"Staked {token.name}", f"st{token.symbol}"
    periods = own.cooldown, own.maturity, own.reward_period
    holders = (("court", "court"), ("gate", "gate of audits"))
    return Piece(
        "staked",
        "staking vault",
        f"Create the staking vault: {format_duration(own.cooldown)} to leave, "
        f"{format_duration(own.maturity)} before a stake votes",
        lambda at: (at["token"], *names, *periods, at["deployer"]),
        lambda at: [
            ("asset", (), at["token"]),
            ("name", (), names[0]),
            ("symbol", (), names[1]),
            ("cooldown", (), own.cooldown),
            ("maturity", (), own.maturity),
            ("rewardPeriod", (), own.reward_period),
        ],
        tuple(
            Power(role, key, f"Let the {name} {verb} stakes")
            for key, name in holders
            for role, verb in ((LOCKER, "lock"), (SLASHER, "slash"))
        ),
    )


def _rule(own: KindRule) -> tuple[int, ...]:
    return (
        to_bps(own.proposal_threshold),
        to_bps(own.quorum),
        to_bps(own.approval),
        own.voting_period,
        own.timelock_delay,
        to_wei(own.coin_limit),
    )


def kinds(rules: Constitution) -> Piece:
    """Return the kinds of proposals: their rules, and the calls that are of each."""
    each = tuple(_rule(getattr(rules.kinds, name)) for name in KINDS)
    listed = [
        (key, selector(signature), KINDS.index(kind))
        for kind, calls in LISTED.items()
        for key, signature in calls
    ]

    def listing(at: Addresses) -> tuple[Any, ...]:
        return (
            [at[key] for key, _, _ in listed],
            [part for _, part, _ in listed],
            [kind for _, _, kind in listed],
        )

    return Piece(
        "kinds",
        "proposal kinds",
        "Create the kinds of proposals and their rules",
        lambda at: (each, at["deployer"]),
        lambda at: [
            *(("ruleOf", (kind,), rule) for kind, rule in enumerate(each)),
            *(("kindOf", (at[key], part), kind) for key, part, kind in listed),
        ],
        calls=(
            Step(
                f"List the {len(listed)} calls that are not constitutional by their kinds",
                "kinds",
                "setKinds",
                listing,
            ),
        ),
    )


def guard(rules: Constitution) -> Piece:
    """Return the guard that pins what proposals call and counts what they spend."""
    limits = [limit for number, name in enumerate(KINDS) for limit in _limits(rules, number, name)]
    most = rules.guard.bundle_limit
    meters = [(key, selector(signature), place) for key, signature, place in SPENDING]
    return Piece(
        "guard",
        "proposal guard",
        f"Create the guard of proposals: at most {most} calls in one",
        lambda at: (most, at["deployer"]),
        lambda at: [
            *(("bundleLimit", (kind,), most) for kind in range(len(KINDS))),
            *(("meterOf", (at[key], part), (at["token"], place)) for key, part, place in meters),
            *(
                ("spendLimit", (kind, _asset(at, asset)), (top, span))
                for kind, asset, top, span in limits
            ),
        ],
        (Power(GOVERNOR, "governor", "Let the governor pin what proposals call, and check it"),),
        (
            *(_meter(place, signature, key) for key, signature, place in SPENDING),
            *(_limit(*limit) for limit in limits if limit[3]),
        ),
    )


def _limits(rules: Constitution, number: int, name: str) -> list[tuple[int, str, int, int]]:
    own = getattr(rules.kinds, name)
    most = ("token", own.spend_limit), (COIN, own.coin_limit)
    period = own.spend_period
    return [(number, asset, to_wei(top) if period else 0, period) for asset, top in most]


def _asset(at: Addresses, asset: str) -> str:
    return ZERO_ADDRESS if asset == COIN else at[asset]


def _meter(place: int, signature: str, key: str) -> Step:
    return Step(
        f"Count what {signature.partition('(')[0]} of the {key} spends",
        "guard",
        "setMeter",
        lambda at: (at[key], selector(signature), at["token"], place),
    )


def _limit(kind: int, asset: str, most: int, period: int) -> Step:
    what = "coins" if asset == COIN else "tokens"
    return Step(
        f"Limit the {what} that {KINDS[kind]} proposals spend in {format_duration(period)}",
        "guard",
        "setSpendLimit",
        lambda at: (kind, _asset(at, asset), most, period),
    )


def treasury(rules: Constitution) -> Piece:
    """Return the timelock that holds the funds and, in the end, every admin role."""
    delay = rules.treasury.timelock_delay
    return Piece(
        "treasury",
        "treasury",
        f"Create the treasury: decisions wait {format_duration(delay)}, then anyone may have "
        "the governor execute them",
        lambda at: (delay, [], [], at["deployer"], at["kinds"]),
        lambda at: [("getMinDelay", (), delay), ("kinds", (), at["kinds"])],
        (
            Power(PROPOSER, "governor", "Let the governor queue decisions"),
            Power(CANCELLER, "governor", "Let the governor cancel them"),
            Power(EXECUTOR, "governor", "Let the governor execute them"),
            Power(CANCELLER, "guardian", "Let the guardian cancel them while its term lasts"),
        ),
    )


def quorum(rules: Constitution) -> Piece:
    """Return the quorum: a share of a base between a floor and a cap."""
    own = rules.governor
    rule = (
        QUORUM_BASES.index(own.quorum_base),
        to_bps(own.quorum),
        to_share_units(own.quorum_floor),
        to_share_units(own.quorum_cap),
    )
    return Piece(
        "quorum",
        "quorum",
        f"Create the quorum: {own.quorum:%} of what is {own.quorum_base}, "
        f"at least {own.quorum_floor:,f}",
        lambda at: (at["staked"], at["token"], *rule, at["deployer"]),
        lambda at: [
            ("vault", (), at["staked"]),
            ("token", (), at["token"]),
            ("rule", (), rule),
        ],
    )


def governor(rules: Constitution, start: int) -> Piece:
    """Return the governor, which administers itself by votes alone."""
    own = rules.governor
    name = f"{rules.token.name} Governor"[:31]
    settings = (
        own.voting_delay,
        own.voting_period,
        to_bps(own.proposal_threshold),
        own.late_quorum_extension,
        own.grace_period,
        own.proposal_cooldown,
        start + own.opening if own.opening else 0,
    )
    getters = (
        "votingDelay",
        "votingPeriod",
        "proposalThresholdBps",
        "lateQuorumVoteExtension",
        "gracePeriod",
        "proposalCooldown",
        "opensAt",
    )
    parts = {
        "token": "staked",
        "timelock": "treasury",
        "proposalKinds": "kinds",
        "proposalGuard": "guard",
        "quorumRule": "quorum",
    }
    return Piece(
        "governor",
        "governor",
        f"Create the governor: {format_duration(own.voting_period)} to vote",
        lambda at: (*(at[key] for key in parts.values()), name, settings),
        lambda at: [
            ("name", (), name),
            *((getter, (), at[key]) for getter, key in parts.items()),
            *((getter, (), value) for getter, value in zip(getters, settings, strict=True)),
        ],
        governed=False,
    )


def guardian(rules: Constitution, start: int) -> Piece:
    """Return the guardian, whose member is named at the launch or nobody."""
    expires = start + rules.guardian.term
    return Piece(
        "guardian",
        "guardian",
        f"Create the guardian: it can cancel for {format_duration(rules.guardian.term)}",
        lambda at: (at["treasury"], at["council"], expires),
        lambda at: [
            ("treasury", (), at["treasury"]),
            ("member", (), at["council"]),
            ("expiresAt", (), expires),
        ],
        governed=False,
    )
