"""The world: everything a DAO cannot choose. It has no contract and no twin."""

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow.parquet as pq

from governance.settings import Duration, Number, Settings, load, setting
from governance.units import DAY
from simulations.randomness import Floats

PRESETS = Path(__file__).parent / "presets"
DATA = Path(__file__).parent / "data"
_GUESS = "guess, to be swept"

type HolderList = Literal[
    "UNI", "JUP", "SYRUP", "GMX", "DRIFT", "ETHFI", "GRT", "OP",
    "POL", "DIMO", "IOTX", "HNT", "FIL", "LDO", "GTC", "BAL",
]  # fmt: skip
"""Tokens whose holder lists ship with the package (top addresses, April 2026)."""


class Population(Settings):
    """Who is there."""

    holders: int = setting("Token holders", unit="members", source=_GUESS, ge=1, le=2_000_000)
    delegates: int = setting(
        "Members who take delegations", unit="members", source=_GUESS, ge=1, le=10_000
    )
    holder_data: HolderList = setting(
        "Real holder list that balances are drawn from",
        unit="token",
        source="top holders less exclusions, April 2026 (Zukowski 2026, CC BY 4.0)",
    )


class Attention(Settings):
    """How often members look at the DAO, and whether they act when they do."""

    holders_look_every: Duration = setting(
        "Mean time between a holder's looks",
        unit="duration",
        source=_GUESS,
        ge=DAY,
        le=3650 * DAY,
    )
    holders_vote: Number = setting(
        "Chance that a looking holder votes",
        unit="share",
        source="with a look a month 5 % of holders vote in a week (Falk et al., arXiv 2407.10945)",
        ge=0,
        le=1,
    )
    delegates_look_every: Duration = setting(
        "Mean time between a delegate's looks", unit="duration", source=_GUESS, ge=DAY, le=365 * DAY
    )
    delegates_vote: Number = setting(
        "Chance that a looking delegate votes", unit="share", source=_GUESS, ge=0, le=1
    )


class Staking(Settings):
    """What makes holders stake and delegate."""

    required_yield: Number = setting(
        "Median yearly yield a holder asks for", unit="share/year", source=_GUESS, ge=0, le=1
    )
    required_yield_spread: Number = setting(
        "Its spread: standard deviation of the logarithm",
        unit="log",
        source=_GUESS,
        ge=0,
        le=3,
    )
    civic: Number = setting(
        "Chance that a holder stakes for the vote alone, whatever the yield",
        unit="share",
        source=_GUESS,
        ge=0,
        le=1,
    )
    hysteresis: Number = setting(
        "Fall of the yield below the asked one before a holder leaves",
        unit="share",
        source=_GUESS,
        ge=0,
        le=1,
    )
    delegating: Number = setting(
        "Chance that a new staker picks a delegate", unit="share", source=_GUESS, ge=0, le=1
    )


class Proposals(Settings):
    """What is asked of the treasury, and what people think of it."""

    per_month: Number = setting(
        "Proposals wished for", unit="per 30 days", source=_GUESS, ge=0, le=30
    )
    request: Number = setting(
        "Median request, of the uncommitted treasury", unit="share", source=_GUESS, ge=0, le=1
    )
    request_spread: Number = setting(
        "Its spread: standard deviation of the logarithm", unit="log", source=_GUESS, ge=0, le=3
    )
    leniency: Number = setting(
        "Bar below the mean proposal, in standard deviations of quality",
        unit="sd",
        source="1.75 gives the 89 % mean support seen at Compound (arXiv 2305.17655)",
        ge=-5,
        le=5,
    )
    noise: Number = setting(
        "Voters' error in judging quality", unit="sd", source=_GUESS, ge=0, le=10
    )
    abstaining: Number = setting(
        "Chance that a voter abstains", unit="share", source=_GUESS, ge=0, le=1
    )


class World(Settings):
    """Everything a DAO cannot choose."""

    population: Population
    attention: Attention
    staking: Staking
    proposals: Proposals


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
