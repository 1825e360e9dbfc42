"""The cadCAD model: which cohorts act and which mechanisms apply, in what order.

A day is four partial state update blocks. A block's policy lets the cohorts decide and the
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
from simulations.mechanisms.kinds import DEPLOYMENT, DISPUTE
from simulations.randomness import Floats
from simulations.truth import NO_FLAW

OUTRAGE = 2.0
"""Standard deviations of quality that known harm counts, in votes on a version."""
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
    "turnout": "Votes cast over votable shares, proposals closed today",
    "emitted": "Tokens emitted since launch",
    "versions": "Versions drafted since launch",
    "deployable": "Versions that may run",
    "harmful": "Versions with a hidden flaw that may run",
    "harms": "Harms that became known since launch",
    "challenges": "Challenges to versions since launch",
    "disputes": "Disputes before the court",
    "condemned": "Versions that a challenge upheld has condemned, since launch",
    "trust": "Part of the users' trust that is left",
}
"""State variables besides ``day``; each holds one value per run."""


def initial_state(model: Assembly) -> CadState:
    """Day 0: the launch, before anybody has acted."""
    blank = {name: np.zeros(len(model.runs)) for name in VARIABLES}
    nothing = np.full(len(model.runs), np.nan)
    first = {"apr": nothing, "turnout": nothing, "trust": model.truth.trust.copy()}
    return {"day": 0, **blank, **first, **_books(model)}


def blocks(model: Assembly) -> list[Block]:
    """Return the day's blocks for a model; give each cadCAD configuration a model of its own."""
    return [
        block("supply", lambda day: _supply(model, day), ("day", "emitted", "apr")),
        block("staking", lambda day: _staking(model, day), ("stakers",)),
        block(
            "registry",
            lambda day: _registry(model, day),
            ("versions", "deployable", "harmful", "harms", "challenges", "trust"),
        ),
        block(
            "governor",
            lambda day: _governor(model, day),
            ("turnout", "passed", "defeated", "executed", "open_proposals"),
        ),
        block("court", lambda day: _court(model, day), ("disputes", "condemned")),
        block("books", lambda day: _close(model, day), tuple(_books(model))),
    ]


def _supply(model: Assembly, day: int) -> dict[str, Any]:
    emitted = np.zeros(len(model.runs))

    def release(actions: Actions) -> None:
        nonlocal emitted
        emitted = model.emissions.release(actions, day, model.staking.total > 0)

    _act(
        model,
        "supply",
        day,
        {"emissions.release": release, "vesting.release": lambda a: model.vesting.release(a, day)},
    )
    to_stakers = emitted * model.rules["emissions.stakers_share"] * YEAR
    vault = model.ledger.vault
    with np.errstate(divide="ignore", invalid="ignore"):
        apr = np.where(vault > 0, to_stakers / vault, np.nan)
    model.staking_yield = np.where(vault > 0, apr, np.where(emitted > 0, np.inf, 0.0))
    return {"emitted": model.emissions.released.copy(), "apr": apr}


def _staking(model: Assembly, day: int) -> dict[str, Any]:
    staking = model.staking
    apply = {
        "staking.deposit": staking.deposit,
        "staking.request_exit": lambda actions: staking.request_exit(actions, day),
        "staking.redeem": lambda actions: staking.redeem(actions, day),
        "staking.delegate": staking.delegate_to,
    }
    _act(model, "staking", day, apply)
    return {"stakers": np.count_nonzero(staking.shares > 0, axis=-1).astype(float)}


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
    }


def _draft(model: Assembly, actions: Actions) -> None:
    """Draft versions, and let the truth about them be what their developers made."""
    developers, registry = model.cohorts["developers"], model.registry
    number = registry.draft(actions)
    made = developers.quality, developers.flaw
    model.truth.draft(actions.run, number, *made, registry.stored.shape[1])


def _attest(model: Assembly, actions: Actions, now: float) -> None:
    model.gate.attest(actions, model.rules["world.audits.validity"][actions.run], now)


def _merit(model: Assembly, actions: Actions) -> Floats:
    """Quality that voters see in a deployment: the version's, less what known harm takes."""
    at = actions.run, actions.target
    return model.truth.quality[at] - OUTRAGE * (model.truth.harms[at] > 0)


def _governor(model: Assembly, day: int) -> dict[str, Any]:
    governor, delegates = model.governor, model.cohorts["delegates"]
    turnout = governor.open_day(day)
    apply = {
        "governor.propose": lambda a: governor.propose(a, delegates.proposed_quality, day),
        "governor.propose_deployment": lambda a: governor.propose(
            a, _merit(model, a), day, DEPLOYMENT
        ),
        "governor.propose_revocation": lambda a: governor.propose(
            a, np.full(len(a), OUTRAGE), day, DISPUTE
        ),
        "governor.vote": lambda a: governor.vote(a, day),
        "governor.queue": lambda a: governor.queue(a, day),
        "governor.execute": lambda a: governor.execute(a, day),
    }
    _act(model, "governor", day, apply)
    return {
        "turnout": turnout,
        "passed": governor.passed.copy(),
        "defeated": governor.defeated.copy(),
        "executed": governor.executed.copy(),
        "open_proposals": np.count_nonzero(governor.slots.state >= 0, axis=1).astype(float),
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
    }


def _close(model: Assembly, day: int) -> dict[str, Floats]:
    model.staking.close_day(day)
    model.governor.close_day()
    return _books(model)


def _books(model: Assembly) -> dict[str, Floats]:
    ledger = model.ledger
    return {
        "supply": ledger.supply,
        "treasury": ledger.treasury.copy(),
        "staked": ledger.vault.copy(),
        "staked_share": ledger.vault / ledger.supply,
        "share_price": model.staking.price,
        "vesting_locked": ledger.vesting.copy(),
        "liquid": ledger.liquid.sum(axis=-1),
    }


def _act(
    model: Assembly, name: str, day: int, apply: Mapping[str, Callable[[Actions], Any]]
) -> None:
    """Let every cohort decide in a block, apply and record what it does."""
    for cohort in model.cohorts.values():
        for actions in cohort.decide(model.view(name, day)):
            apply[f"{actions.mechanism}.{actions.verb}"](actions)
            if model.recorder is not None:
                model.recorder.add(day, actions)
