"""The macro model as cadCAD blocks: one day of many runs, with nobody told apart.

``initial_state`` and ``blocks`` go into a cadCAD ``Experiment`` of your own, or into
:class:`simulations.blocks.DayLoop`. The blocks have the names and the order of those of
:mod:`simulations.economy`, and the variables that mean the same have its names.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from governance.errors import InputError
from governance.units import TOKEN
from simulations import economy
from simulations.actions import Actions
from simulations.agents.calendar import MONTH
from simulations.blocks import Block, CadState, block
from simulations.day.acting import YEAR
from simulations.launch import GRANTS
from simulations.ledger import Ledger
from simulations.macro.governor import Governor
from simulations.macro.launch import INSIDERS, Launch, across, launch
from simulations.macro.vault import Vault
from simulations.mechanisms.emissions import Emissions
from simulations.mechanisms.vesting import Vesting
from simulations.randomness import Floats, Run, Runs
from simulations.scenario import Rules, Scenario

VARIABLES = {
    name: economy.VARIABLES[name]
    for name in (
        "supply", "treasury", "staked", "staked_share", "share_price", "vesting_locked", "liquid",
        "stakers", "apr", "open_proposals", "passed", "defeated", "executed", "turnout", "emitted",
    )
}  # fmt: skip
"""State variables besides ``day``; each holds one value per run, as in the member model."""


READS = (
    "token.cap", "token.initial_supply", "allocation.community", "allocation.treasury",
    "allocation.team", "allocation.investors", "emissions.curve", "emissions.per_day",
    "emissions.halving", "emissions.stakers_share", "vesting.team.cliff", "vesting.team.duration",
    "vesting.investors.cliff", "vesting.investors.duration", "staking.cooldown",
    "staking.maturity", "governor.proposal_threshold", "governor.opening",
    "governor.voting_delay", "governor.voting_period", "governor.quorum", "governor.quorum_base",
    "governor.quorum_floor", "governor.quorum_cap", "governor.late_quorum_extension",
    "governor.grace_period", "governor.proposal_cooldown", "kinds.funding.proposal_threshold",
    "kinds.funding.quorum", "kinds.funding.approval", "kinds.funding.voting_period",
    "kinds.funding.timelock_delay", "kinds.funding.spend_limit", "kinds.funding.spend_period",
    "treasury.timelock_delay", "world.population.holders", "world.population.delegates",
    "world.population.holder_data", "world.attention.holders_look_every",
    "world.attention.holders_vote", "world.attention.delegates_look_every",
    "world.attention.delegates_vote", "world.staking.required_yield",
    "world.staking.required_yield_spread", "world.staking.civic", "world.staking.hysteresis",
    "world.staking.delegating", "world.proposals.per_month", "world.proposals.request",
    "world.proposals.request_spread", "world.proposals.leniency", "world.proposals.noise",
    "world.proposals.abstaining",
)  # fmt: skip
"""Parameters that the macro model reads; no other changes anything in it."""


class MacroModel:
    """Every run of an ensemble, its holders pooled by the yield they ask for.

    Parameters
    ----------
    scenarios
        One per run; they may differ in everything but the horizon.
    replicates
        One per run; with the scenario's seed it fixes the run's draws.

    Raises
    ------
    InputError
        If emission follows use, which nobody makes here.
    """

    def __init__(self, scenarios: Sequence[Scenario], replicates: Sequence[int]) -> None:
        if any(each.constitution.emissions.curve == "usage" for each in scenarios):
            raise InputError(
                'emissions.curve = "usage": the macro model has no market whose use is metered: '
                'take "halving" or "exponential", or simulate the members'
            )
        self.runs = Runs(Run(s.seed, r) for s, r in zip(scenarios, replicates, strict=True))
        self.rules = Rules.stack(scenarios)
        self.people = launch(scenarios, self.runs)
        self.ledger, granted = _open_ledger(scenarios, self.rules, self.people)
        insiders = np.full(len(GRANTS), INSIDERS)
        self.emissions = Emissions(self.rules, self.ledger)
        self.vesting = Vesting(self.rules, self.ledger, GRANTS, insiders, granted)
        self.vault = Vault(self.rules, self.ledger, self.people)
        self.governor = Governor(self.rules, self.ledger, self.vault, self.people, self.runs)
        self.staking_yield = np.full(len(self.runs), np.inf)


def initial_state(model: MacroModel) -> CadState:
    """Day 0: the launch, before anybody has acted."""
    blank = {name: np.zeros(len(model.runs)) for name in VARIABLES}
    nothing = np.full(len(model.runs), np.nan)
    return {"day": 0, **blank, "apr": nothing, "turnout": nothing, **_books(model)}


def blocks(model: MacroModel) -> list[Block]:
    """Return the day's blocks for a model; give each cadCAD configuration a model of its own."""
    return [
        block("supply", lambda day: _supply(model, day), ("day", "emitted", "apr")),
        block("staking", lambda day: _staking(model, day), ("stakers",)),
        block(
            "governor",
            lambda day: _governor(model, day),
            ("turnout", "passed", "defeated", "executed", "open_proposals"),
        ),
        block("books", lambda day: _close(model, day), tuple(_books(model))),
    ]


def _open_ledger(
    scenarios: Sequence[Scenario], rules: Rules, people: Launch
) -> tuple[Ledger, Floats]:
    treasury, *granted = (
        np.array([each.constitution.allocated(bucket) / TOKEN for each in scenarios])
        for bucket in ("treasury", *GRANTS)
    )
    zero, seed = np.zeros(len(scenarios)), rules["staking.seed"].copy()
    minted = across(people.tokens) + treasury + sum(granted)
    liquid, locked = people.tokens.copy(order="F"), sum(granted, zero)
    ledger = Ledger(liquid, seed, locked, treasury - seed, minted, zero.copy())
    return ledger, np.stack(granted, axis=-1)


def _supply(model: MacroModel, day: int) -> dict[str, Any]:
    every = np.arange(len(model.runs))
    release = Actions("emissions", "release", every, every)
    unused = np.zeros(every.size)
    emitted = model.emissions.release(release, day, model.vault.total > 0, unused)
    if day % MONTH == 0:
        run, grant = np.nonzero(model.vesting.releasable(day) > 0)
        vested = Actions("vesting", "release", run, np.full(run.shape, INSIDERS), target=grant)
        model.vesting.release(vested, day)
        model.ledger.close_day()
    to_stakers = emitted * model.rules["emissions.stakers_share"] * YEAR
    staked = model.ledger.vault
    with np.errstate(divide="ignore", invalid="ignore"):
        apr = np.where(staked > 0, to_stakers / staked, np.nan)
    model.staking_yield = np.where(staked > 0, apr, np.where(emitted > 0, np.inf, 0.0))
    return {"emitted": model.emissions.released.copy(), "apr": apr}


def _staking(model: MacroModel, day: int) -> dict[str, Any]:
    model.vault.move(model.staking_yield, day)
    return {"stakers": model.vault.stakers(model.people.heads)}


def _governor(model: MacroModel, day: int) -> dict[str, Any]:
    governor = model.governor
    turnout = governor.open_day(day)
    governor.keep(day)
    governor.count_votes(day)
    governor.propose(day)
    return {
        "turnout": turnout,
        "passed": governor.passed.copy(),
        "defeated": governor.defeated.copy(),
        "executed": governor.executed.copy(),
        "open_proposals": governor.open_proposals(),
    }


def _close(model: MacroModel, day: int) -> dict[str, Floats]:
    model.vault.close_day(day)
    model.governor.close_day()
    return _books(model)


def _books(model: MacroModel) -> dict[str, Floats]:
    ledger = model.ledger
    return {
        "supply": ledger.supply,
        "treasury": ledger.treasury.copy(),
        "staked": ledger.vault.copy(),
        "staked_share": ledger.vault / ledger.supply,
        "share_price": model.vault.price,
        "vesting_locked": ledger.vesting.copy(),
        "liquid": across(ledger.liquid),
    }
