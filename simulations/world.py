"""The world: everything a DAO cannot choose. It has no contract and no twin."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pyarrow.parquet as pq
from pydantic import model_validator

from governance.settings import Number, Settings, load, setting
from simulations.randomness import Floats
from simulations.worlds import GUESS
from simulations.worlds.attack import Attack
from simulations.worlds.attention import Attention
from simulations.worlds.capture import Capture
from simulations.worlds.models import Audits, Jury, Models
from simulations.worlds.money import Curators, Demand, Pool, Reserves, Traders

PRESETS = Path(__file__).parent / "presets"
DATA = Path(__file__).parent / "data"
MOST_TAKEN = Decimal("0.95")
"""Part of the community's tokens that pool and cohorts may begin with: holders need some."""

type HolderList = Literal[
    "UNI", "JUP", "SYRUP", "GMX", "DRIFT", "ETHFI", "GRT", "OP",
    "POL", "DIMO", "IOTX", "HNT", "FIL", "LDO", "GTC", "BAL",
]  # fmt: skip
"""Tokens whose holder lists ship with the package (top addresses, April 2026)."""


class Population(Settings):
    """Who is there."""

    holders: int = setting("Token holders", unit="members", source=GUESS, ge=1, le=2_000_000)
    delegates: int = setting(
        "Members who take delegations", unit="members", source=GUESS, ge=1, le=10_000
    )
    developers: int = setting(
        "Developers, one model each", unit="members", source=GUESS, ge=0, le=200, default=0
    )
    auditors: int = setting(
        "Accredited auditors", unit="members", source=GUESS, ge=0, le=200, default=0
    )
    jurors: int = setting("Jurors", unit="members", source=GUESS, ge=0, le=10_000, default=0)
    attackers: int = setting(
        "Attackers, see world.attack", unit="members", source=GUESS, ge=0, le=1_000, default=0
    )
    workers_share: Number = setting(
        "Part of the community's tokens that all who work for the DAO hold together at launch",
        unit="share",
        source=GUESS,
        ge=0,
        le=Decimal("0.9"),
        default=Decimal("0.1"),
    )
    holder_data: HolderList = setting(
        "Real holder list that balances are drawn from",
        unit="token",
        source="top holders less exclusions, April 2026 (Zukowski 2026, CC BY 4.0)",
    )
    curators: int = setting(
        "Members who signal models", unit="members", source=GUESS, ge=0, le=10_000, default=0
    )
    users: int = setting(
        "Payers for models, each a segment of customers",
        unit="members",
        source=GUESS,
        ge=0,
        le=10_000,
        default=0,
    )
    traders: int = setting(
        "Members who trade for gain", unit="members", source=GUESS, ge=0, le=10_000, default=0
    )


class Staking(Settings):
    """What makes holders stake and delegate."""

    required_yield: Number = setting(
        "Median yearly yield a holder asks for", unit="share/year", source=GUESS, ge=0, le=1
    )
    required_yield_spread: Number = setting(
        "Its spread: standard deviation of the logarithm",
        unit="log",
        source=GUESS,
        ge=0,
        le=3,
    )
    civic: Number = setting(
        "Chance that a holder stakes for the vote alone, whatever the yield",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
    )
    hysteresis: Number = setting(
        "Fall of the yield below the asked one before a holder leaves",
        unit="share",
        source=GUESS,
        ge=0,
        le=1,
    )
    delegating: Number = setting(
        "Chance that a new staker picks a delegate", unit="share", source=GUESS, ge=0, le=1
    )


class Proposals(Settings):
    """What is asked of the treasury, and what people think of it."""

    per_month: Number = setting(
        "Proposals wished for", unit="per 30 days", source=GUESS, ge=0, le=30
    )
    request: Number = setting(
        "Median request, of the uncommitted treasury", unit="share", source=GUESS, ge=0, le=1
    )
    request_spread: Number = setting(
        "Its spread: standard deviation of the logarithm", unit="log", source=GUESS, ge=0, le=3
    )
    leniency: Number = setting(
        "Bar below the mean proposal, in standard deviations of quality",
        unit="sd",
        source="1.75 gives the 89 % mean support seen at Compound (arXiv 2305.17655)",
        ge=-5,
        le=5,
    )
    noise: Number = setting(
        "Voters' error in judging quality", unit="sd", source=GUESS, ge=0, le=10
    )
    abstaining: Number = setting(
        "Chance that a voter abstains", unit="share", source=GUESS, ge=0, le=1
    )


class World(Settings):
    """Everything a DAO cannot choose."""

    population: Population
    attention: Attention
    staking: Staking
    proposals: Proposals
    models: Models = Models()
    audits: Audits = Audits()
    attack: Attack = Attack()
    jury: Jury = Jury()
    pool: Pool = Pool()
    demand: Demand = Demand()
    traders: Traders = Traders()
    curators: Curators = Curators()
    reserves: Reserves = Reserves()
    capture: Capture = Capture()

    @model_validator(mode="after")
    def _trades_somewhere(self) -> Self:
        people = self.population
        for cohort in ("users", "traders"):
            count = getattr(people, cohort)
            if count and not self.pool.depth:
                raise ValueError(
                    f"population.{cohort} = {count} and pool.depth = 0: there is no pool in which "
                    "they could trade, give it a part of the community's tokens, say 0.05"
                )
        shares = {"pool.depth": self.pool.depth}
        for cohort in ("traders", "curators"):
            if getattr(people, cohort):
                shares[f"{cohort}.holding"] = getattr(self, cohort).holding
        if people.developers + people.auditors + people.jurors:
            shares["population.workers_share"] = people.workers_share
        if people.attackers:
            shares["attack.holding"] = self.attack.holding
        if sum(shares.values()) > MOST_TAKEN:
            parts = " + ".join(f"{path} {share:g}" for path, share in shares.items())
            raise ValueError(
                f"{parts} = {sum(shares.values()):g} of the community's tokens: leave holders "
                f"at least {1 - MOST_TAKEN:g}"
            )
        return self


def load_world(source: str | Path) -> World:
    """Load a world from a preset's name (``typical``) or a TOML file.

    Raises
    ------
    InputError
        If it does not exist, or a field is unknown or out of bounds.
    """
    return load(World, source, PRESETS)


@cache
def holder_balances(token: str) -> Floats:
    """Balances of a real token's top holders, in that token's units, largest first.

    Treasury, staking, bridge and exchange addresses are left out, as the source excludes
    them. The list is cut at the top 1,000 addresses, so the tail is missing.
    """
    table = pq.read_table(
        DATA / "holders.parquet", filters=[("token", "=", token)], columns=["balance"]
    )
    balances = table.column("balance").to_numpy().astype(np.float64)
    balances.flags.writeable = False
    return balances
