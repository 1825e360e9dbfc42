"""The floor: what the machine's random numbers and memory allow, and where a day's time goes.

A day of a run needs at least its draws, one for each look and some for each ballot. Passing once
over everything that is kept of members would cost a pass at the speed of memory; a day does not,
as it only touches who looks, so its passes come out below or near one for large populations.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from benchmarks.ensemble import population
from benchmarks.figures import Figure, median_seconds
from simulations.blocks import Block, DayLoop
from simulations.economy import blocks, initial_state
from simulations.model import DaoModel
from simulations.randomness import Keyed, Run, Stream

RUNS, MEMBERS = 500, 1_000
DRAWS = 4_000_000
BYTES = 2**28
REPETITIONS = 5
PER_DAY = "us/run/day"


def measure() -> list[Figure]:
    """Measure the machine, then one ensemble block by block."""
    exponential, keyed, bandwidth = _speeds()
    seconds, draws, held = _by_block()
    days = RUNS * population(MEMBERS).days
    per_day = {name: 1e6 * taken / days for name, taken in seconds.items()}
    whole = sum(per_day.values())
    drawing = 1e6 * (draws["exponential"] / exponential + draws["keyed"] / keyed) / days
    one_pass = 1e6 * held / RUNS / bandwidth
    ours = f"a day of {MEMBERS:,} members"
    return [
        Figure("exponential draws", exponential, "draws/s", None, None, REPETITIONS),
        Figure("draws by label", keyed, "draws/s", None, None, REPETITIONS),
        Figure("memory read and written", bandwidth, "bytes/s", None, None, REPETITIONS),
        Figure(f"floor: draws of {ours}", drawing, PER_DAY, ours, whole / drawing, 1),
        Figure("floor: one pass over its state", one_pass, PER_DAY, ours, whole / one_pass, 1),
        Figure(ours, whole, PER_DAY, None, None, 1),
        *(
            Figure(f"of it {name}", taken, PER_DAY, ours, taken / whole, 1)
            for name, taken in sorted(per_day.items(), key=lambda item: -item[1])
        ),
    ]


def _speeds() -> tuple[float, float, float]:
    """Exponentials, keyed uniforms and bytes a second."""
    generator, out = np.random.default_rng(1), np.empty(DRAWS)
    keyed, run = Keyed([Run(1, 0)], "floor"), np.zeros(DRAWS // 8, dtype=np.int64)
    label = np.arange(run.size)
    source, target = np.ones(BYTES // 8), np.empty(BYTES // 8)
    works: Iterable[tuple[Callable[[], Any], float]] = (
        (lambda: generator.standard_exponential(out=out), DRAWS),
        (lambda: keyed.uniform(run, label, 1), run.size),
        (lambda: np.copyto(target, source), 2 * BYTES),
    )
    exponential, by_label, bandwidth = (
        amount / median_seconds(work, REPETITIONS) for work, amount in works
    )
    return exponential, by_label, bandwidth


def _by_block() -> tuple[Counter[str], Counter[str], int]:
    """Processor seconds by block, draws by kind, and bytes that are kept of members."""
    scenario = population(MEMBERS)
    seconds, draws = Counter[str](), Counter[str]()
    restore = _count(draws)
    started = time.process_time()
    model = DaoModel([scenario] * RUNS, range(RUNS))
    seconds["launch"] = time.process_time() - started
    loop = DayLoop(initial_state(model), [_timed(each, seconds) for each in blocks(model)])
    started = time.process_time()
    for _ in range(scenario.days):
        loop.advance()
    stepping = time.process_time() - started
    restore()
    seconds["cadCAD"] = stepping - (seconds.total() - seconds["launch"])
    staking, governor = model.staking, model.governor
    held = (model.ledger.liquid, staking.shares, staking.cooling, staking.ready, staking.delegate)
    held += (staking.votes, staking.locked, governor.power, governor.voted)
    return seconds, draws, sum(array.nbytes for array in held)


def _timed(one: Block, seconds: Counter[str]) -> Block:
    ((name, policy),) = one["policies"].items()

    def timed(*state: Any) -> Any:
        started = time.process_time()
        signals = policy(*state)
        seconds[f"block {name}"] += time.process_time() - started
        return signals

    def four(params: Any, substep: int, history: Any, state: Any) -> Any:
        return timed(params, substep, history, state)

    return {**one, "policies": {name: four}}


def _count(draws: Counter[str]) -> Callable[[], None]:
    """Count what streams draw from now on; call the result to stop."""
    rows, uniform = Stream.exponential_rows, Keyed.uniform

    def counted_rows(self: Stream, first: int, counts: Any) -> Any:
        draws["exponential"] += int(counts.sum())
        return rows(self, first, counts)

    def counted_uniform(self: Keyed, run: Any, *labels: Any) -> Any:
        draws["keyed"] += run.size
        return uniform(self, run, *labels)

    Stream.exponential_rows, Keyed.uniform = counted_rows, counted_uniform  # type: ignore[method-assign]

    def restore() -> None:
        Stream.exponential_rows, Keyed.uniform = rows, uniform  # type: ignore[method-assign]

    return restore
