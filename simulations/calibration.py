"""Calibration: a world whose members vote as often as those of a DAO that lives.

Two figures say how a DAO votes: turnout by heads, members who vote over those who could, and
turnout by weight, votes cast over votes there are. Two parameters of a world answer to them.
``world.attention.holders_vote``, the duty, moves all members alike and so the heads;
``world.attention.cost`` keeps those at home whose weight changes little, and so moves the weight
apart from the heads (:mod:`simulations.agents.judgement`).

The fit is the method of simulated moments (McFadden 1989, Pakes and Pollard 1989): the figures of
``n`` runs, on the same draws for every guess, are brought to the observed ones. Observed is one
history as long as the scenario's; with the covariance ``S`` of the runs' figures and the slopes
``J`` of their means by the parameters, all in logarithms, the parameters have the covariance
``(1 + 1/n) J^-1 S J^-T``.

A real example: the 1,067 proposals of Decentraland from May 2021 to May 2022 were voted on by
0.70 % of the 2,591 members who ever voted or delegated, with 1.87 % of their voting power, in the
mean (Decentraland DAO transparency data, Apache-2.0, votes and members of 2022-05-15). The startup
with 1,300 holders who look once a month, and next to no delegates as there then, votes like that
with a duty of 2.6 % (1.9 to 3.4) at a cost of 160,000 tokens (38,000 to 710,000): 24 runs of 180
days, missed by 0.5 %. It is the duty that such figures tell; of the cost they tell its order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares
from scipy.special import expit, logit

from governance.errors import InputError
from governance.units import TOKEN
from simulations.ensemble import step_in_batches
from simulations.metrics import measure
from simulations.randomness import Floats
from simulations.scenario import Scenario

DUTY, COST = "world.attention.holders_vote", "world.attention.cost"
"""The parameters that are fitted."""
MOMENTS = "turnout_heads", "turnout"
"""The metrics that are brought to the observed figures."""
STEP = 0.5
"""Change of a parameter's logit or logarithm from which a slope is taken."""
BOUNDS = np.array([[-9.0, -5.0], [9.0, 25.0]])
"""Least and most of the duty's logit and of the cost's logarithm."""
TRIES = 12
"""Most guesses; a guess is an ensemble of the point and its two neighbours."""
CLOSE = 0.01
"""Part of an observed figure by which a fit may miss it, however many runs there are."""


@dataclass(frozen=True)
class TurnoutFit:
    """What a fit found.

    Attributes
    ----------
    scenario
        The scenario with the two parameters fitted.
    heads, weight
        Turnout observed.
    reached
        Turnout of the fitted scenario, by heads and by weight.
    duty, cost
        The parameters.
    duty_interval, cost_interval
        Their 95 % intervals, None where the figures do not tell.
    guesses, replicates
        How many points were tried, and with how many runs each.
    close
        Whether the fit misses neither figure by more than the standard error of the runs' mean,
        or than :data:`CLOSE`: whether the world can vote like that at all.
    """

    scenario: Scenario
    heads: float
    weight: float
    reached: tuple[float, float]
    duty: float
    cost: float
    duty_interval: tuple[float, float] | None
    cost_interval: tuple[float, float] | None
    guesses: int
    replicates: int
    close: bool

    @property
    def error(self) -> float:
        """Largest part of an observed figure by which the fit misses it."""
        return max(abs(self.reached[0] / self.heads - 1), abs(self.reached[1] / self.weight - 1))

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "observed": {"heads": self.heads, "weight": self.weight},
            "reached": dict(zip(("heads", "weight"), self.reached, strict=True)),
            "error": self.error,
            "close": self.close,
            DUTY: {"value": self.duty, "interval": self.duty_interval},
            COST: {"value": self.cost, "interval": self.cost_interval},
            "guesses": self.guesses,
            "replicates": self.replicates,
        }


def fit_turnout(
    scenario: Scenario,
    heads: float,
    weight: float,
    replicates: int = 24,
    *,
    on_guess: Callable[[int, int], None] | None = None,
) -> TurnoutFit:
    """Find the duty and the cost with which members vote as observed.

    Parameters
    ----------
    scenario
        Everything else; its seed fixes the draws.
    heads, weight
        Mean turnout observed, each above 0 and below 1.
    replicates
        Runs of each guess, at least 3.
    on_guess
        Called with guesses made and the most there can be.

    Raises
    ------
    InputError
        If a figure is no share, or too few runs have a vote that closes.
    """
    for name, value in (("heads", heads), ("weight", weight)):
        if not 0 < value < 1:
            raise InputError(f"{name} = {value}: give a share above 0 and below 1, such as 0.05")
    if replicates < 3:
        raise InputError(f"replicates = {replicates}: take at least 3, to see how runs differ")
    observed = np.array([heads, weight])
    moments = _Moments(scenario, observed, replicates, on_guess)
    found = least_squares(
        moments.error, _start(scenario), moments.slopes, tuple(BOUNDS), xtol=1e-3, ftol=1e-5,
        gtol=1e-7, max_nfev=TRIES,
    )  # fmt: skip
    low, high = _interval(found.x, moments.slopes(found.x), moments.of(found.x))
    duty, cost = _values(found.x)
    away = moments.log(found.x)
    reached = np.exp(away) * observed
    told = not np.isnan(low).any()
    return TurnoutFit(
        scenario=_with(scenario, found.x),
        heads=heads,
        weight=weight,
        reached=(float(reached[0]), float(reached[1])),
        duty=duty,
        cost=cost,
        duty_interval=(float(low[0]), float(high[0])) if told else None,
        cost_interval=(float(low[1]), float(high[1])) if told else None,
        guesses=moments.guesses,
        replicates=replicates,
        close=bool((np.abs(away) <= moments.noise(found.x)).all()),
    )


class _Moments:
    """Turnout of the runs, over what was observed, by the parameters' logit and logarithm."""

    def __init__(
        self,
        scenario: Scenario,
        observed: Floats,
        replicates: int,
        on_guess: Callable[[int, int], None] | None,
    ) -> None:
        self._scenario, self._observed, self._replicates = scenario, observed, replicates
        self._say = on_guess
        self._seen: dict[tuple[float, ...], Floats] = {}
        self.guesses = 0

    def of(self, point: Floats) -> Floats:
        """Figures of the runs in which a vote closed, shape ``(n, 2)``."""
        if _key(point) not in self._seen:
            self._run(point)
            self.guesses += 1
            if self._say is not None:
                self._say(self.guesses, TRIES)
        return self._seen[_key(point)]

    def _run(self, point: Floats) -> None:
        """Step the runs of a point and of its neighbours together: they differ in numbers only."""
        points = [point, *self._neighbours(point)]
        scenarios = [_with(self._scenario, each) for each in points]
        outcomes = step_in_batches([(s, run) for s in scenarios for run in range(self._replicates)])
        figures = [measure(outcome) for outcome in outcomes]
        rows = np.column_stack([np.concatenate([part[m] for part in figures]) for m in MOMENTS])
        for each, mine in zip(points, np.split(rows / self._observed, len(points)), strict=True):
            known = mine[np.isfinite(mine).all(axis=1)]
            if len(known) < 3:
                raise InputError(
                    f"a vote closes in {len(known)} of {self._replicates} runs: take more days or "
                    "runs, or raise world.proposals.per_month"
                )
            self._seen[_key(each)] = known

    @staticmethod
    def _neighbours(point: Floats) -> list[Floats]:
        """The point with a step of each parameter, within its bounds."""
        return [np.where(point + s > BOUNDS[1], point - s, point + s) for s in np.eye(2) * STEP]

    def log(self, point: Floats) -> Floats:
        """Logarithm of the mean figures, shape ``(2,)``."""
        logs: Floats = np.log(np.maximum(self.of(point).mean(axis=0), 1e-6))
        return logs

    def error(self, point: Floats) -> Floats:
        """The same, and nothing once they are near enough."""
        away = self.log(point)
        return away if (np.abs(away) > self.noise(point) / 10).any() else np.zeros(2)

    def noise(self, point: Floats) -> Floats:
        """Standard error of the mean figures, at least :data:`CLOSE` of them, shape ``(2,)``."""
        rows = self.of(point)
        error = rows.std(axis=0, ddof=1) / np.sqrt(len(rows)) / np.maximum(rows.mean(axis=0), 1e-6)
        return np.maximum(error, CLOSE)

    def slopes(self, point: Floats) -> Floats:
        """Change of these logarithms by each parameter, shape ``(2, 2)``."""
        middle = self.log(point)
        columns = [(self.log(n) - middle) / (n - point).sum() for n in self._neighbours(point)]
        return np.column_stack(columns)


def _start(scenario: Scenario) -> Floats:
    """Today's duty, and today's cost or a hundredth of what a usual grant asks for."""
    world = scenario.world
    start = scenario.start
    wei = scenario.constitution.allocated("treasury") if start is None else start.books["treasury"]
    treasury = int(wei) / TOKEN
    usual = 0.01 * treasury * float(world.proposals.request)
    cost = float(world.attention.cost) or max(usual, 1.0)
    duty = min(max(float(world.attention.holders_vote), 0.01), 0.99)
    return np.clip([logit(duty), np.log(cost)], BOUNDS[0] + STEP, BOUNDS[1] - STEP)


def _key(point: Floats) -> tuple[float, ...]:
    return tuple(point.tolist())


def _values(point: Floats) -> tuple[float, float]:
    return float(expit(point[0])), float(np.exp(point[1]))


def _with(scenario: Scenario, point: Floats) -> Scenario:
    duty, cost = _values(point)
    return scenario.with_value(DUTY, float(f"{duty:.6g}")).with_value(COST, float(f"{cost:.6g}"))


def _interval(point: Floats, slopes: Floats, figures: Floats) -> tuple[Floats, Floats]:
    """95 % intervals of the parameters, NaN where the figures hardly answer to one of them."""
    if np.linalg.cond(slopes) > 1e6:
        return np.full(2, np.nan), np.full(2, np.nan)
    back = np.linalg.inv(slopes)
    noise = np.cov((figures / figures.mean(axis=0)).T)
    spread = back @ noise @ back.T * (1.0 + 1.0 / len(figures))
    half = 1.96 * np.sqrt(np.diag(spread))
    reach = np.clip([point - half, point + half], *BOUNDS)
    ends = np.array([_values(each) for each in reach])
    return ends[0], ends[1]
