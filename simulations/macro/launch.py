"""The launch: the holders of the member model, pooled into columns and then forgotten.

A run draws the very people that the member model would draw for it: the same streams give the
same balances, required yields, civic few and delegations. So a whale is in both models or in
neither, and the two can be compared run by run. Only sums over each column are kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from governance.units import TOKEN
from simulations.randomness import Draws, Floats, Ints, Run, Stream
from simulations.scenario import Scenario
from simulations.world import World, holder_balances

BINS = 16
"""Columns of holders by required yield: equal parts of its lognormal distribution."""
CIVIC, INSIDERS = BINS, BINS + 1
"""The columns of those who stake whatever the yield, and of those who never stake."""
COLUMNS = BINS + 2
SAMPLE = 5_000
"""Holders drawn one by one; more than these are added as their expected value."""
KNOWN = 32
"""Delegates told apart, the most trusted ones: no more than a few hold the threshold."""
_CELLS = 200_000
_EDGES = ndtri(np.arange(1, BINS) / BINS)
_CENTRES_WIDE = np.append(ndtri((np.arange(BINS) + 0.5) / BINS), [0.0, 0.0])


@dataclass(frozen=True)
class Launch:
    """Who holds what on day 0, by column.

    Attributes
    ----------
    tokens
        Tokens of the community, shape ``(runs, columns)``.
    asked
        Yearly yield the column asks for, its members weighted by their tokens; NaN for those who
        never stake, same shape.
    heads
        Holders, same shape.
    lent
        Part of the column's tokens whose votes go to delegates once staked, same shape.
    holding
        Tokens in the hands of those who vote themselves, each token weighted by how many its
        owner has, over the column's tokens, same shape. It says how few decide.
    trust
        Part of the lent votes that each of the most trusted delegates gets, largest first,
        shape ``(runs, known)``.
    together
        Sum of the squares of all delegates' parts, shape ``(runs,)``.
    """

    tokens: Floats
    asked: Floats
    heads: Floats
    lent: Floats
    holding: Floats
    trust: Floats
    together: Floats


def launch(scenarios: Sequence[Scenario], runs: Sequence[Run]) -> Launch:
    """Pool the holders of every run."""
    count = len(runs)
    tokens, asked, heads, lent, holding = (np.zeros((count, COLUMNS), order="F") for _ in range(5))
    trust, together = np.zeros((count, KNOWN)), np.zeros(count)
    whole = Launch(tokens, asked, heads, lent, holding, trust, together)
    for places in _alike(scenarios):
        people = _People(scenarios[places[0]].world, [runs[place] for place in places])
        for name, values in people.pooled().items():
            getattr(whole, name)[places] = values
    community = np.array([each.constitution.allocated("community") / TOKEN for each in scenarios])
    scale = (community / across(whole.tokens))[:, None]
    whole.tokens.__imul__(scale)
    whole.holding.__imul__(scale)
    return whole


def across(columns: Floats) -> Floats:
    """Sum over columns one after the other, shape ``(runs,)``: alike in any batch."""
    total: Floats = columns[:, 0].copy()
    for column in columns.T[1:]:
        total += column
    return total


def _alike(scenarios: Sequence[Scenario]) -> Iterator[Ints]:
    """Yield places of runs in one world, few enough to draw at once."""
    worlds: dict[int, list[int]] = {}
    for place, scenario in enumerate(scenarios):
        worlds.setdefault(id(scenario.world), []).append(place)
    for places in worlds.values():
        population = scenarios[places[0]].world.population
        most = max(min(SAMPLE, population.holders), population.delegates)
        step = max(1, _CELLS // most)
        for first in range(0, len(places), step):
            yield np.array(places[first : first + step])


class _People:
    """The holders of some runs in one world, while they are counted."""

    def __init__(self, world: World, runs: Sequence[Run]) -> None:
        self._world, self._runs = world, len(runs)
        count = min(SAMPLE, world.population.holders)
        real = holder_balances(world.population.holder_data)
        uniform = Stream(runs, "launch").uniform_rows(count)
        owner = Draws(runs, "cohort.holders")
        tastes = owner.stream("tastes")
        taste = tastes.normal_rows(count)
        civic = tastes.uniform_rows(count) < float(world.staking.civic)
        run = np.repeat(np.arange(len(runs)), count)
        member = np.tile(np.arange(count), len(runs))
        trust = owner.keyed("delegation")
        self._taste, self._place = taste.ravel(), run
        self._held = real[(uniform.ravel() * real.size).astype(np.int64)]
        self._column = np.where(civic.ravel(), CIVIC, np.searchsorted(_EDGES, self._taste))
        self._lends = trust.uniform(run, member, 0) < float(world.staking.delegating)
        run, member = run[self._lends], member[self._lends]
        self._fame = 1.0 / np.arange(1, world.population.delegates + 1)
        self._fame /= self._fame.sum()
        chosen = np.searchsorted(np.cumsum(self._fame), trust.uniform(run, member, 1), side="right")
        self._chosen = np.minimum(chosen, self._fame.size - 1)
        self._rest = world.population.holders - count
        self._mean, self._square = float(real.mean()), float((real * real).mean())

    def pooled(self) -> dict[str, Floats]:
        """Return the fields of :class:`Launch`, amounts in the units of the real list."""
        world, lends, held = self._world, self._lends, self._held
        likely, delegating = self._likely(), float(world.staking.delegating)
        rest = self._rest * self._mean * likely
        tokens = self._by_column(held) + rest
        tastes = self._by_column(held * self._taste) + rest * _CENTRES_WIDE
        direct = np.where(lends, 0.0, held)
        squares = self._rest * self._square * (1.0 - delegating) * likely
        trusted = self._by_delegate()
        return {
            "tokens": tokens,
            "asked": self._asked(np.where(tokens > 0, tastes / _some(tokens), _CENTRES_WIDE)),
            "heads": self._by_column() + self._rest * likely,
            "lent": (self._by_column(held - direct) + rest * delegating) / _some(tokens),
            "holding": (self._by_column(held * direct) + squares) / _some(tokens),
            "trust": _padded(-np.sort(-trusted, axis=-1)[:, :KNOWN]),
            "together": (trusted * trusted).sum(axis=-1),
        }

    def _likely(self) -> Floats:
        """Chance that a holder belongs to each column, shape ``(columns,)``."""
        civic = float(self._world.staking.civic)
        return np.array([(1.0 - civic) / BINS] * BINS + [civic, 0.0])

    def _asked(self, taste: Floats) -> Floats:
        staking = self._world.staking
        asked = np.exp(taste * float(staking.required_yield_spread))
        asked *= float(staking.required_yield)
        asked[:, CIVIC], asked[:, INSIDERS] = 0.0, np.nan
        return asked

    def _by_column(self, weights: Floats | None = None) -> Floats:
        at = self._place * COLUMNS + self._column
        return np.bincount(at, weights, self._runs * COLUMNS).reshape(self._runs, COLUMNS) * 1.0

    def _by_delegate(self) -> Floats:
        """Each delegate's part of the lent votes, shape ``(runs, delegates)``."""
        size = self._fame.size
        at = self._place[self._lends] * size + self._chosen
        got = np.bincount(at, self._held[self._lends], self._runs * size).reshape(self._runs, size)
        got = got + self._rest * self._mean * float(self._world.staking.delegating) * self._fame
        return got / _some(got.sum(axis=-1, keepdims=True))


def _some(amount: Floats) -> Floats:
    """Replace what is nothing by one, to divide by."""
    return np.where(amount > 0, amount, 1.0)


def _padded(columns: Floats) -> Floats:
    return np.pad(columns, ((0, 0), (0, KNOWN - columns.shape[1])))
