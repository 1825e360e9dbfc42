"""Metrics: one number per run, each declared with unit, formula and source."""

from collections.abc import Iterable

from simulations.ensemble import Outcome
from simulations.figures import court, market, models, power, token, treasury, votes
from simulations.figures.metric import Metric, summarise
from simulations.randomness import Floats

__all__ = ["BY_NAME", "CONCERNS", "HEADLINE", "METRICS", "Metric", "measure", "paths", "summarise"]

CONCERNS = {
    "votes": votes.METRICS,
    "token": token.METRICS,
    "treasury": treasury.METRICS,
    "power": power.METRICS,
    "models": models.METRICS,
    "court": court.METRICS,
    "market": market.METRICS,
}
"""What every rehearsal reports, by concern."""
METRICS = tuple(metric for metrics in CONCERNS.values() for metric in metrics)
BY_NAME = {metric.name: metric for metric in METRICS}
HEADLINE = (
    "pass_rate", "turnout", "staked_share", "real_yield", "price", "treasury", "runway",
    "treasury_empty", "nakamoto", "capture_pays", "harmful", "welfare",
)  # fmt: skip
"""What is told first."""


def measure(outcome: Outcome) -> dict[str, Floats]:
    """Every metric of every run, shape ``(runs,)`` each."""
    return {metric.name: metric.compute(outcome) for metric in METRICS}


def paths(names: Iterable[str]) -> tuple[str, ...]:
    """State variables of which some metrics read every day, each once in order."""
    return tuple(sorted({path for name in names for path in BY_NAME[name].paths}))
