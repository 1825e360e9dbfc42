"""The cadCAD model: which cohorts act and which mechanisms apply, in what order.

A day is eight partial state update blocks. A block's policy lets the cohorts decide and the
mechanisms apply; its variables are what the mechanisms return, one value per run. Members'
arrays live in the mechanisms and are read through signals, so the state stays small.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from governance.units import DAY
from simulations.actions import Actions
from simulations.assembly import Assembly
from simulations.blocks import Block, CadState, block
from simulations.measures.welfare import surplus
from simulations.mechanisms.batches import summed
from simulations.mechanisms.gate import SCORE
from simulations.mechanisms.kinds import DEPLOYMENT, DISPUTE
from simulations.mechanisms.market import RECEIVERS
from simulations.randomness import Floats
from simulations.truth import NO_FLAW

OUTRAGE = 2.0
"""Standard deviations of quality that harm counts: known, in votes; hidden, in what users gain."""
YEAR = 365.0
"""Days in a year, for yearly rates."""

VARIABLES = {
    "supply": "Tokens in existence",
    "treasury": "Tokens in the treasury",
    "staked": "Tokens in the staking vault",
    "staked_share": "Tokens in the vault over supply",
    "share_price": "Tokens per vault share",
    "vesting_locked": "Tokens not yet released from vesting",
    "liquid": "Tokens in members' hands",
    "stakers": "Members with active shares",
    "apr": "Yearly yield of staking, without compounding",
    "open_proposals": "Proposals not yet finished",
    "passed": "Proposals that succeeded, since launch",
    "defeated": "Proposals that were defeated, since launch",
    "executed": "Proposals that were executed, since launch",
    "taken": "Tokens that attackers were paid by vote, since launch",
    "turnout": "Votes cast over votable shares, proposals closed today",
    "emitted": "Tokens emitted since launch",
    "versions": "Versions drafted since launch",
    "deployable": "Versions that may run",
    "harmful": "Versions with a hidden flaw that may run",
    "harms": "Harms that became known since launch",
    "challenges": "Challenges to versions since launch",
    "disputes": "Disputes before the court",
    "condemned": "Versions that a challenge upheld has condemned, since launch",
    "juror_stake": "Tokens that jurors have put up",
    "juror_income": "Tokens jurors were awarded less what they lost, since launch",
    "trust": "Part of the users' trust that is left",
    "surplus": "What a use is worth to users who choose among versions, less hidden harm, in sd",
    "price": "Price of a token in the pool, in quote",
    "pool_quote": "Quote in the pool",
    "velocity": "Tokens traded and paid for use in a year at the mean pace so far, over supply",
    "uses": "Uses paid for since launch",
    "fees_burned": "Tokens paid for use since launch that were burned",
    "fees_to_developers": "Tokens paid for use since launch that developers earned",
    "fees_to_curators": "Tokens paid for use since launch that curators earned",
    "fees_to_stakers": "Tokens paid for use since launch that stakers earned",
    "fees_to_treasury": "Tokens paid for use since launch that the treasury got",
    "unstreamed": "Tokens paid to stakers that have not reached the vault yet",
    "signal": "Tokens behind models",
    "burned": "Tokens burned since launch",
    "reserves": "Quote that the treasury holds",
    "escrowed": "Tokens of those who want to leave",
    "redeemed": "Quote that leavers have claimed",
}
"""State variables besides ``day``; each holds one value per run."""
NEEDS = {
    "market": ("users",),
    "curation": ("curators",),
    "registry": ("developers", "users"),
    "court": ("developers",),
}
"""Blocks in which nothing happens without members of these cohorts; users' trust is a matter of the
registry's."""
_FEES = tuple(f"fees_{'' if name == 'burned' else 'to_'}{name}" for name in RECEIVERS)
_MONEY: tuple[str, ...] = ("price", "pool_quote", "velocity", "unstreamed", "burned")
_MONEY += ("reserves", "escrowed", "redeemed")
_BOOKS = ("supply", "treasury", "staked", "staked_share", "share_price", "vesting_locked", "liquid")


def initial_state(model: Assembly) -> CadState:
    """Day 0: the launch, before anybody has acted."""
    blank = {name: np.zeros(len(model.runs)) for name in VARIABLES}
    nothing = np.full(len(model.runs), np.nan)
    first = {"apr": nothing, "turnout": nothing, "trust": model.truth.trust.copy()}
    return {"day": 0, **blank, **first, **_books(model, 0)}


def blocks(model: Assembly) -> list[Block]:
    """Return the day's blocks for a model; give each cadCAD configuration a model of its own.

    Blocks that are nothing without some cohorts (:data:`NEEDS`) are left out where these have no
    members.
    """
    day = [
        block("supply", lambda day: _supply(model, day), ("day", "emitted", "apr")),
        block("market", lambda day: _market(model, day), ("uses", *_FEES)),
        block("curation", lambda day: _curation(model, day), ("signal",)),
        block("staking", lambda day: _staking(model, day), ("stakers",)),
        block(
            "registry",
            lambda day: _registry(model, day),
            ("versions", "deployable", "harmful", "harms", "challenges", "trust", "surplus"),
        ),
        block(
            "governor",
            lambda day: _governor(model, day),
            ("turnout", "passed", "defeated", "executed", "open_proposals", "taken"),
        ),
        block(
            "court",
            lambda day: _court(model, day),
            ("disputes", "condemned", "juror_stake", "juror_income"),
        ),
        block("books", lambda day: _close(model, day), (*_BOOKS, *_MONEY)),
    ]
    idle = {
        name
        for name, needed in NEEDS.items()
        if not any(model.places[cohort].count for cohort in needed)
    }
    return [each for each in day if not idle & set(each["policies"])]


def _supply(model: Assembly, day: int) -> dict[str, Any]:
    emitted = np.zeros(len(model.runs))
    has_shares = model.staking.total > 0
    streamed = model.stream.open_day(has_shares)

    def release(actions: Actions) -> None:
        nonlocal emitted
        emitted = model.emissions.release(actions, day, has_shares, model.market.usage)

    _act(
        model,
        "supply",
        day,
        {"emissions.release": release, "vesting.release": lambda a: model.vesting.release(a, day)},
    )
    to_stakers = (emitted * model.rules["emissions.stakers_share"] + streamed) * YEAR
    vault = model.ledger.vault
    with np.errstate(divide="ignore", invalid="ignore"):
        apr = np.where(vault > 0, to_stakers / vault, np.nan)
    model.staking_yield = np.where(vault > 0, apr, np.where(emitted > 0, np.inf, 0.0))
    return {"emitted": model.emissions.released.copy(), "apr": apr}


def _market(model: Assembly, day: int) -> dict[str, Any]:
    model.stock(day)
    market = model.market
    apply = {
        "amm.buy": model.amm.buy,
        "market.price_use": market.price_use,
        "market.pay_uses": market.pay_uses,
        "market.withdraw": market.withdraw,
    }
    _act(model, "market", day, apply)
    fees = {name: market.fees[key].copy() for name, key in zip(_FEES, RECEIVERS, strict=True)}
    return {"uses": summed(market.uses), **fees}


def _curation(model: Assembly, day: int) -> dict[str, Any]:
    curation = model.curation
    apply = {
        "curation.buy": curation.buy,
        "curation.sell": curation.sell,
        "curation.sell_all": curation.sell_all,
        "curation.claim": curation.claim,
    }
    _act(model, "curation", day, apply)
    return {"signal": summed(curation.reserve)}


def _staking(model: Assembly, day: int) -> dict[str, Any]:
    staking = model.staking
    apply = {
        "staking.deposit": staking.deposit,
        "staking.request_exit": lambda actions: staking.request_exit(actions, day),
        "staking.redeem": lambda actions: staking.redeem(actions, day),
        "staking.delegate": staking.delegate_to,
        "lending.borrow": model.lending.borrow,
    }
    _act(model, "staking", day, apply)
    return {"stakers": staking.stakers.copy()}


def _registry(model: Assembly, day: int) -> dict[str, Floats]:
    registry, gate, now = model.registry, model.gate, float(day * DAY)
    run, version = np.nonzero(registry.deployable(now))
    model.truth.pass_day(run, version, day)
    apply = {
        "registry.register_model": registry.register_model,
        "registry.draft": lambda actions: _draft(model, actions),
        "registry.propose": lambda actions: registry.propose(actions, now),
        "registry.challenge": lambda actions: registry.challenge(actions, now),
        "registry.withdraw": registry.withdraw,
        "gate.attest": lambda actions: _attest(model, actions, now),
        "gate.release": lambda actions: gate.release(actions, now),
    }
    _act(model, "registry", day, apply)
    harmful = model.truth.flaw != NO_FLAW
    running = registry.deployable(now)
    return {
        "versions": registry.versions.astype(float),
        "deployable": np.count_nonzero(running, axis=1).astype(float),
        "harmful": np.count_nonzero(running & harmful, axis=1).astype(float),
        "harms": model.truth.harms.sum(axis=1).astype(float),
        "challenges": registry.challenges.astype(float),
        "trust": model.truth.trust.copy(),
        "surplus": surplus(model.truth.quality, running, harmful, OUTRAGE),
    }


def _draft(model: Assembly, actions: Actions) -> None:
    """Draft versions, and let the truth about them be what their developers made."""
    developers, registry = model.cohorts["developers"], model.registry
    number = registry.draft(actions)
    made = developers.quality, developers.flaw
    model.truth.draft(actions.run, number, *made, registry.stored.shape[1])


def _attest(model: Assembly, actions: Actions, now: float) -> None:
    gate, run = model.gate, actions.run
    gate.attest(actions, model.rules["world.audits.validity"][run], now)
    assert actions.amount is not None and actions.target is not None and actions.choice is not None
    least = gate.current_policy(run)[np.arange(run.size), actions.choice, SCORE]
    model.truth.hear(run, actions.target, actions.choice, actions.amount >= least)


def _merit(model: Assembly, actions: Actions) -> Floats:
    """Quality that voters see in a deployment: the version's, less what known harm takes."""
    at = actions.run, actions.target
    return model.truth.quality[at] - OUTRAGE * (model.truth.harms[at] > 0)


def _promise(model: Assembly, actions: Actions) -> Floats:
    """Quality that voters see in grants: what delegates thought out, or what attackers pretend."""
    if np.isin(actions.member, model.places["attackers"].indices).any():
        return model.rules["world.attack.seen"][actions.run]
    quality: Floats = model.cohorts["delegates"].proposed_quality
    return quality


def _execute(model: Assembly, actions: Actions, day: int) -> None:
    """Carry decisions out, which is a sign of life, and note what attackers get of it."""
    attackers = model.places["attackers"]
    own = model.ledger.liquid[:, attackers.slice]
    before = own.copy()
    model.governor.execute(actions, day)
    model.exit.sign_of_life(actions.run, day)
    if attackers.count:
        model.taken += summed(own - before)


def _governor(model: Assembly, day: int) -> dict[str, Any]:
    governor = model.governor
    turnout = governor.open_day(day)
    apply = {
        "governor.propose": lambda a: governor.propose(a, _promise(model, a), day),
        "governor.propose_deployment": lambda a: governor.propose(
            a, _merit(model, a), day, DEPLOYMENT
        ),
        "governor.propose_revocation": lambda a: governor.propose(
            a, np.full(len(a), OUTRAGE), day, DISPUTE
        ),
        "governor.vote": lambda a: governor.vote(a, day),
        "governor.queue": lambda a: governor.queue(a, day),
        "governor.execute": lambda a: _execute(model, a, day),
        "bribes.pay": model.bribes.pay,
    }
    _act(model, "governor", day, apply)
    return {
        "turnout": turnout,
        "passed": governor.passed.copy(),
        "defeated": governor.defeated.copy(),
        "executed": governor.executed.copy(),
        "open_proposals": governor.open_count(),
        "taken": model.taken.copy(),
    }


def _court(model: Assembly, day: int) -> dict[str, Floats]:
    court, now = model.court, float(day * DAY)
    timed = ("advance", "request_draw", "draw", "commit", "reveal", "fund_appeal", "execute_ruling")
    apply: dict[str, Callable[[Actions], Any]] = {
        f"court.{verb}": partial(getattr(court, verb), now=now) for verb in timed
    }
    apply |= {f"court.{verb}": getattr(court, verb) for verb in ("execute", "withdraw")}
    apply |= {
        "court.set_stake": court.jurors.set_stake,
        "registry.withdraw": model.registry.withdraw,
    }
    _act(model, "court", day, apply)
    return {
        "disputes": np.count_nonzero(court.slots.phase >= 0, axis=1).astype(float),
        "condemned": np.count_nonzero(model.registry.condemned_by, axis=1).astype(float),
        "juror_stake": court.jurors.put_up(model.places["jurors"].indices) * model.staking.price,
        "juror_income": court.rewarded - court.forfeited,
    }


def _close(model: Assembly, day: int) -> dict[str, Floats]:
    leaving = model.exit
    _spend_reserves(model)
    apply: dict[str, Callable[[Actions], Any]] = {
        f"exit.{verb}": partial(getattr(leaving, verb), day=day)
        for verb in ("settle", "trigger", "withdraw", "escrow", "claim")
    }
    apply |= {"amm.buy": model.amm.buy, "amm.sell": model.amm.sell}
    apply["lending.repay"] = model.lending.repay
    _act(model, "books", day, apply)
    model.ledger.close_day()
    model.staking.close_day(day)
    model.governor.close_day()
    return _books(model, day)


def _spend_reserves(model: Assembly) -> None:
    """Let a day of running the DAO cost quote, as far as no leaver is owed it."""
    owed = np.minimum(model.exit.assets, model.exit.outstanding())
    spent = model.rules.rows("world.reserves.costs") / 30.0
    model.exit.assets = np.maximum(model.exit.assets - spent, owed)


def _books(model: Assembly, day: int) -> dict[str, Floats]:
    ledger, amm = model.ledger, model.amm
    turned = amm.traded + model.money.fees
    return {
        "supply": ledger.supply,
        "treasury": ledger.treasury.copy(),
        "staked": ledger.vault.copy(),
        "staked_share": ledger.vault / ledger.supply,
        "share_price": model.staking.price,
        "vesting_locked": ledger.vesting.copy(),
        "liquid": ledger.in_hand.copy(),
        "price": amm.price,
        "pool_quote": amm.quote.copy(),
        "velocity": turned / ledger.supply * (YEAR / max(day, 1)),
        "unstreamed": ledger.pools["stream"].copy(),
        "burned": ledger.burned.copy(),
        "reserves": model.exit.assets.sum(axis=-1),
        "escrowed": ledger.pools["exit"].copy(),
        "redeemed": model.exit.redeemed(),
    }


def _act(
    model: Assembly, name: str, day: int, apply: Mapping[str, Callable[[Actions], Any]]
) -> None:
    """Let every cohort decide in a block, apply and record what it does."""
    view = model.view(name, day)
    for cohort in model.cohorts.values():
        for actions in cohort.decide(view):
            apply[f"{actions.mechanism}.{actions.verb}"](actions)
            if model.recorder is not None:
                model.recorder.add(day, actions)
