"""What a study will take: runs, time and disk, found by stepping its first chunk a few days."""

import time
from dataclasses import dataclass, replace
from typing import Any

from governance.errors import InputError
from simulations.economy import VARIABLES
from simulations.randomness import Ints
from simulations.studies.chunk import Chunk
from simulations.studies.models import Model
from simulations.studies.runner import Options, cut
from simulations.studies.study import Study

DAYS = 2, 10
"""Horizons of the two trials, whose difference tells a day from the launch."""
START = 4.0
"""Seconds until processes have started."""
ALONE = 20.0
"""Seconds of work below which starting processes does not pay."""
BYTES = 24
"""Bytes of a run in shards and tables, beside its figures."""
PACKED = 0.7
"""What compression leaves."""


@dataclass(frozen=True)
class Estimate:
    """What a study will take.

    Attributes
    ----------
    model
        Name of the model.
    points, runs
        How many there are.
    missing
        Runs that are still to be done.
    work
        Seconds of one process that these take, without its start.
    bytes
        Room on the disk.
    """

    model: str
    points: int
    runs: int
    missing: int
    work: float
    bytes: int

    def seconds(self, workers: int) -> float:
        """Wall time with so many processes, each with a core of its own."""
        return self.work if workers == 1 else START + self.work / workers

    def workers(self, most: int) -> int:
        """Return how many processes pay."""
        return 1 if self.work < ALONE else most

    def record(self, workers: int) -> dict[str, Any]:
        """Return it as JSON data."""
        told = {"points": self.points, "runs": self.runs, "missing": self.missing}
        return told | {"seconds": round(self.seconds(workers), 1), "bytes": self.bytes}


def estimate(
    study: Study, model: Model, keys: list[str], missing: Ints, options: Options
) -> Estimate:
    """Estimate what the missing runs of a study take.

    Raises
    ------
    InputError
        If the budget does not hold one run.
    """
    every = study.fields.steps_every
    states = len(VARIABLES) * (study.base.days // every + 2) if every else 0
    figures = len(study.metrics) + len(study.axes)
    size = study.runs * (2 * (8 * figures + BYTES) + 16 * states)
    size += study.size * len(study.metrics) * (8 * len(study.axes) + 40)
    if not len(missing):
        return Estimate(model.name, study.size, study.runs, 0, 0.0, int(size * PACKED))
    chunk = next(iter(cut(study, model, keys, missing, options)))
    each = _trial(model, chunk) / len(chunk)
    limit = study.fields.budget.seconds
    if limit is not None and each > limit:
        raise InputError(
            f"budget.seconds = {limit:g} does not hold one run, which takes about {each:.2g} s: "
            "raise it, or lower days or world.population.holders"
        )
    work = each * len(missing)
    return Estimate(model.name, study.size, study.runs, len(missing), work, int(size * PACKED))


def _trial(model: Model, chunk: Chunk) -> float:
    """Seconds that a chunk would take, from its first days, once all is loaded."""
    days, taken = chunk.base.days, []
    model.run(replace(chunk.part(0, 1), base=replace(chunk.base, days=1)))
    for horizon in DAYS:
        short = replace(chunk, base=replace(chunk.base, days=min(days, horizon)))
        started = time.perf_counter()
        model.run(short)
        taken.append(time.perf_counter() - started)
    per_day = max(0.0, (taken[1] - taken[0]) / (DAYS[1] - DAYS[0]))
    return taken[0] if days <= DAYS[0] else taken[0] + per_day * (days - DAYS[0])
