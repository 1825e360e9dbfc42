"""The cadCAD model: which cohorts act and which mechanisms apply, in what order.

A day is eight partial state update blocks, one module of :mod:`simulations.day` each. A block's
policy lets the cohorts decide and the mechanisms apply; its variables are what the mechanisms
return, one value per run. Members' arrays live in the mechanisms and are read through signals, so
the state stays small.
"""

from functools import partial

import numpy as np

from simulations.assembly import Assembly
from simulations.blocks import Block, CadState, block
from simulations.day import books, court, curation, governor, market, registry, staking, supply

ORDER = {
    "supply": supply,
    "market": market,
    "curation": curation,
    "staking": staking,
    "registry": registry,
    "governor": governor,
    "court": court,
    "books": books,
}
"""The blocks of a day, by name."""
VARIABLES: dict[str, str] = {
    name: text for part in ORDER.values() for name, text in part.VARIABLES.items()
}
"""State variables besides ``day``; each holds one value per run."""
NEEDS: dict[str, tuple[str, ...]] = {
    name: part.NEEDS for name, part in ORDER.items() if hasattr(part, "NEEDS")
}
"""Blocks in which nothing happens without members of these cohorts."""


def initial_state(model: Assembly) -> CadState:
    """Day 0: the launch, or what a run starts from, before anybody has acted."""
    blank = {name: np.zeros(len(model.runs)) for name in VARIABLES}
    nothing = np.full(len(model.runs), np.nan)
    first = {"apr": nothing, "turnout": nothing, "trust": model.truth.trust.copy()}
    first |= {"emitted": model.emissions.released.copy(), "stakers": model.staking.stakers.copy()}
    first["open_proposals"] = model.governor.open_count()
    first["fees_burned"] = model.market.usage.copy()
    return {"day": 0, **blank, **first, **books.state(model, 0)}


def blocks(model: Assembly) -> list[Block]:
    """Return the day's blocks for a model; give each cadCAD configuration a model of its own.

    Blocks that are nothing without some cohorts (:data:`NEEDS`) are left out where these have no
    members.
    """
    day: list[Block] = []
    for name, part in ORDER.items():
        needed = NEEDS.get(name)
        if needed is None or any(model.places[cohort].count for cohort in needed):
            clock = () if day else ("day",)
            day.append(block(name, partial(part.policy, model), (*clock, *part.VARIABLES)))
    return day
