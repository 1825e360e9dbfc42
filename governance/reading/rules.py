"""The constitution as the chain says now: what was deployed, with all that votes have changed.

What no vote can change is the manifest's. The rest is read from the contracts and then read back
against them as after a deployment, so that whatever a constitution cannot say is found and named.
"""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Any, cast

from governance.chain.protocol import Chain
from governance.constitution import Constitution
from governance.law.voting import COIN
from governance.reading.pinned import Pinned
from governance.rules.voting import KINDS, QUORUM_BASES
from governance.settings import validate
from governance.units import BPS, SHARE, TOKEN
from governance.verify import Check, read_back

_RENUMBERED = "gate.currentPolicy", "gate.policy", "court.termsOf"
"""Getters whose answer counts the changes: the constitution has what holds now."""

type Values = Iterator[tuple[str, Any]]
"""Paths of the constitution and their values."""


def rules_now(chain: Pinned) -> tuple[Constitution, list[Check]]:
    """Read the rules that hold now.

    Returns
    -------
    tuple
        The constitution, and what stands on chain that no constitution says: roles given out
        since, further limits, another arbitrator.

    Raises
    ------
    InputError
        If a rule on chain is out of the constitution's bounds, naming the field.
    """
    data = chain.manifest.constitution().model_dump(mode="python")
    for path, value in _values(chain):
        *parents, last = path.split(".")
        target = data
        for parent in parents:
            target = target[parent]
        target[last] = value
    rules = validate(Constitution, data, "the rules on chain")
    checks = read_back(cast("Chain", chain), chain.manifest, rules)
    wrong = [check for check in checks if not check.passed]
    return rules, [check for check in wrong if not check.about.startswith(_RENUMBERED)]


def _values(chain: Pinned) -> Values:
    for part in (_voting, _kinds, _models, _court, _market):
        yield from part(chain)


def _part(bps: int) -> Decimal:
    return Decimal(bps) / BPS


def _whole(amount: int, one: int) -> Decimal:
    with localcontext(prec=100):
        return Decimal(amount) / one


def _tokens(wei: int) -> Decimal:
    return _whole(wei, TOKEN)


def _shares(units: int) -> Decimal:
    return _whole(units, SHARE)


def _voting(chain: Pinned) -> Values:
    read, start = chain.read, chain.manifest.start
    yield "staking.cooldown", read("staked", "cooldown")
    yield "staking.reward_period", read("staked", "rewardPeriod")
    getters = {
        "voting_delay": "votingDelay",
        "voting_period": "votingPeriod",
        "late_quorum_extension": "lateQuorumVoteExtension",
        "grace_period": "gracePeriod",
        "proposal_cooldown": "proposalCooldown",
    }
    for name, getter in getters.items():
        yield f"governor.{name}", read("governor", getter)
    yield "governor.proposal_threshold", _part(read("governor", "proposalThresholdBps"))
    base, part, floor, cap = read("quorum", "rule")
    yield "governor.quorum_base", QUORUM_BASES[base]
    yield "governor.quorum", _part(part)
    yield "governor.quorum_floor", _shares(floor)
    yield "governor.quorum_cap", _shares(cap)
    yield "guardian.term", read("guardian", "expiresAt") - start
    yield "treasury.timelock_delay", read("treasury", "getMinDelay")


def _kinds(chain: Pinned) -> Values:
    yield "guard.bundle_limit", chain.read("guard", "bundleLimit", 0)
    for number, kind in enumerate(KINDS):
        at = f"kinds.{kind}"
        threshold, quorum, approval, period, delay, coins = chain.read("kinds", "ruleOf", number)
        yield f"{at}.proposal_threshold", _part(threshold)
        yield f"{at}.quorum", _part(quorum)
        yield f"{at}.approval", _part(approval)
        yield f"{at}.voting_period", period
        yield f"{at}.timelock_delay", delay
        yield f"{at}.{COIN}_limit", _tokens(coins)
        token = chain.manifest.addresses["token"]
        most, stretch = chain.read("guard", "spendLimit", number, token)
        yield f"{at}.spend_period", stretch
        if stretch:
            yield f"{at}.spend_limit", _tokens(most)


def _models(chain: Pinned) -> Values:
    read = chain.read
    yield "registry.challenge_window", read("registry", "challengeWindow")
    yield "registry.challenge_bond", _tokens(read("registry", "challengeBond"))
    yield "registry.challenger_share", _part(read("registry", "challengerBps"))
    yield "registry.time_to_answer", read("log", "timeToAnswer")
    policy = read("gate", "policy", read("gate", "currentPolicy"))
    for name, (auditors, score) in zip(("bias", "safety", "quality"), policy, strict=True):
        yield f"gate.{name}_auditors", auditors
        yield f"gate.{name}_score", score
    yield "gate.attestation_stake", _shares(read("gate", "attestationStake"))
    yield "gate.cool_off", read("gate", "coolOff")
    yield "gate.slash", _part(read("gate", "slashBps"))


_TERMS = (
    "evidence", "commit", "reveal", "appeal", "patience", "staking", "alpha", "winner_stake",
    "loser_stake", "seats", "most_seats", "least_stake", "fee",
)  # fmt: skip
"""Terms of a lane in the order of the court's."""
_UNITS = {
    "alpha": _part, "winner_stake": _part, "loser_stake": _part,
    "least_stake": _shares, "fee": _tokens,
}  # fmt: skip


def _court(chain: Pinned) -> Values:
    for number, lane in enumerate(("people", "agents")):
        terms, _version = chain.read("court", "termsOf", number)
        for name, value in zip(_TERMS, terms, strict=True):
            yield f"court.{lane}.{name}", _UNITS.get(name, int)(value)
    if "kleros" in chain.manifest.addresses:
        yield "kleros.coin_price", _tokens(chain.read("kleros", "price"))


def _market(chain: Pinned) -> Values:
    read = chain.read
    yield "curation.tax", _part(read("curation", "taxBps"))
    names = "burned", "developer", "curators", "stakers", "treasury"
    for name, part in zip(names, read("market", "split"), strict=True):
        yield f"market.{name}", _part(part)
    yield "market.least_price", _tokens(read("market", "minPrice"))
    yield "market.most_price", _tokens(read("market", "maxPrice"))
    yield "grants.review", read("grants", "review")
    limit, window = read("grants", "limitOf", chain.manifest.addresses["token"])
    if window:
        yield "grants.limit", _tokens(limit)
        yield "grants.limit_window", window
