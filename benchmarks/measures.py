"""How long the measures and the optional rules take for 200 runs of 1,000 members."""

from collections.abc import Callable

import numpy as np

from benchmarks.figures import Figure, median_seconds
from simulations.measures import concentration, juries, power
from simulations.measures.concentration import gini, nakamoto
from simulations.mechanisms import conviction, locks, quadratic

RUNS, MEMBERS = 200, 1_000
PROJECTS = 20
VOTES = 10_000
"""Whole votes that members' shares are rounded to for the exact powers."""
COALITIONS = 1_000
REPETITIONS = 3


def measure() -> list[Figure]:
    """Time each on the same heavy-tailed holdings; the slow ones once, and on fewer runs."""
    draws = np.random.default_rng(7)
    held = draws.pareto(1.16, (RUNS, MEMBERS)) + 0.01
    whole = power.to_whole(held, VOTES)
    quota = whole.sum(axis=1) // 2 + 1
    works = _measures(held, whole, quota) | _rules(held, draws)
    size = f"{RUNS} runs x {MEMBERS:,}"
    figures = [_timed(f"{name}, {size}", work, REPETITIONS) for name, work in works.items()]
    return figures + _slow(held, whole, quota)


def _timed(name: str, work: Callable[[], object], repetitions: int, parts: int = 1) -> Figure:
    seconds = median_seconds(work, repetitions) / parts
    return Figure(name, seconds, "s", None, None, repetitions)


def _measures(
    held: np.ndarray, whole: np.ndarray, quota: np.ndarray
) -> dict[str, Callable[[], object]]:
    needed = held.sum(axis=1) * 0.2
    return {
        "Gini": lambda: gini(held),
        "Nakamoto": lambda: nakamoto(held),
        "Nakamoto at a quorum": lambda: concentration.least_reaching(held, needed),
        "Herfindahl": lambda: concentration.herfindahl(held),
        f"Banzhaf, {VOTES:,} votes": lambda: power.banzhaf(whole, quota),
        "panels of 63 jurors": lambda: juries.panel(held[:, :63] / (1 + held[:, :63])),
    }


def _rules(held: np.ndarray, draws: np.random.Generator) -> dict[str, Callable[[], object]]:
    gives = draws.random((RUNS, MEMBERS, PROJECTS)) < 0.2
    gifts = np.where(gives, held[:, :, None], 0.0)
    pool = np.full(RUNS, 1e4)
    shares = gives / np.maximum(gives.sum(axis=2, keepdims=True), 1)
    slopes, ends = locks.slope(held)[..., None], np.full((RUNS, MEMBERS, 1), locks.LONGEST)
    kept = conviction.decay(np.full((RUNS, 1), 7 * 86_400.0))
    return {
        f"quadratic funding, {PROJECTS} projects": lambda: quadratic.matched(
            quadratic.subsidy(gifts), pool
        ),
        f"conviction, {MEMBERS:,} requests": lambda: conviction.conviction(held, held, kept, 30),
        f"gauge weights, {PROJECTS} gauges": lambda: locks.gauge_weights(shares, slopes, ends, 0.0),
    }


def _slow(held: np.ndarray, whole: np.ndarray, quota: np.ndarray) -> list[Figure]:
    few = 5
    gifts = np.repeat(held[:few, :, None], PROJECTS, axis=2)
    generators = [np.random.default_rng(seed) for seed in range(few)]
    works: dict[str, Callable[[], object]] = {
        f"pairwise-bounded funding, {PROJECTS} projects": lambda: quadratic.pairwise_subsidy(
            gifts, np.full(few, 10.0)
        ),
        f"Shapley-Shubik, {VOTES:,} votes": lambda: power.shapley_shubik(whole[:few], quota[:few]),
        f"sampled power, {COALITIONS:,} coalitions": lambda: power.sampled(
            held[:few], held[:few].sum(axis=1) / 2, generators, COALITIONS
        ),
    }
    size = f"a run of {MEMBERS:,}"
    return [_timed(f"{name}, {size}", work, 1, few) for name, work in works.items()]
