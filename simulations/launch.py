"""The launch: who holds what at first, in whole millionths of a token, which are exact on chain."""

import numpy as np

from simulations.randomness import Floats
from simulations.scenario import Scenario
from simulations.world import holder_balances

GRANTS = ("team", "investors")
"""Vesting grants made at launch, one member each."""
WORKERS = ("developers", "auditors", "jurors")
"""Cohorts that hold ``world.population.workers_share`` at launch, each cohort as much."""
ENDOWED = ("curators", "traders")
"""Cohorts that hold a part of the community's tokens of their own, if there are any of them."""
MILLION = 1e6
_MILLIONTH = 10**12
"""Wei in a millionth of a token."""


def cohort_sizes(scenario: Scenario) -> dict[str, int]:
    """How many members each cohort has, in the order in which they stand."""
    population = scenario.world.population
    sizes = {"holders": population.holders, "delegates": population.delegates}
    # What vests in a DAO that was pulled belongs to its holders and delegates.
    sizes |= {"insiders": 0 if scenario.start is not None else len(GRANTS), "keeper": 1}
    later = ("curators", *WORKERS, "users", "attackers", "traders")
    return sizes | {name: getattr(population, name) for name in later}


def first_tokens(scenario: Scenario) -> dict[str, int]:
    """Millionths at launch: of pool and lenders, of each of a cohort, of all holders together.

    Nothing where a run starts from a DAO that has given out its tokens already.
    """
    if scenario.start is not None:
        return dict.fromkeys(("pool", "lender", *WORKERS, *ENDOWED, "attackers", "holders"), 0)
    world, sizes = scenario.world, cohort_sizes(scenario)
    whole = scenario.constitution.allocated("community") // _MILLIONTH
    working = sum(sizes[name] > 0 for name in WORKERS)
    wages = int(whole * world.population.workers_share) // max(working, 1)
    parts = dict.fromkeys(WORKERS, wages)
    parts |= {name: int(whole * getattr(world, name).holding) for name in ENDOWED}
    attack = int(whole * world.attack.holding) if sizes["attackers"] else 0
    lender = attack if world.attack.kind == "borrower" else 0
    parts["attackers"] = attack - lender
    each = {name: part // max(sizes[name], 1) for name, part in parts.items()}
    pool = int(whole * world.pool.depth)
    rest = whole - pool - lender - sum(sizes[name] * amount for name, amount in each.items())
    return {"pool": pool, "lender": lender, **each, "holders": rest}


def drawn(uniform: Floats, scenario: Scenario, millionths: int) -> Floats:
    """Draw holders from the real list and scale them to what they get together, in tokens.

    ``uniform`` has one draw per holder, shape ``(runs, holders)``; the first of them takes what
    rounding leaves.
    """
    real = holder_balances(scenario.world.population.holder_data)
    balances = real[(uniform * real.size).astype(np.int64)]
    whole = balances.sum(axis=-1, keepdims=True)
    each = np.floor(balances / whole * millionths).astype(np.int64)
    each[:, 0] += millionths - each.sum(axis=-1)
    return each / MILLION
