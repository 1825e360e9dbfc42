"""Run a study: what is missing of every point times every replicate, in chunks that stack.

The same runs and goals come out, byte for byte, with one worker or many, in chunks of any size,
and however often it was interrupted and resumed.
"""

import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from governance.errors import InputError, PartialStudy
from simulations.randomness import Ints
from simulations.studies.chunk import Chunk
from simulations.studies.models import Model, model_named
from simulations.studies.store import StudyResult, StudyStore, writing
from simulations.studies.study import Study
from simulations.studies.work import Receipt
from simulations.studies.workers import Dask, Here, Processes, Workers

SHARES = 4
"""Chunks per worker at least, so that all end at about the same time."""
LEAST = 16
"""Runs that a chunk is not cut below for the sake of sharing."""
EACH = 2**30
"""Bytes of a worker's runs."""
MANY = 16
"""Workers that a scheduler is taken to have at least."""
MOST_FAILURES = 100
"""Failures after which a study stops: it is not the runs that are wrong."""


@dataclass(frozen=True)
class Options:
    """How to run a study; none of it changes what comes out.

    Attributes
    ----------
    workers
        Processes of this machine.
    scheduler
        Address of a Dask scheduler to use instead.
    batch
        Runs stepped at once; chosen to fit the memory by default.
    memory
        Bytes that the runs stepped at once by all workers may take, 1 GiB each by default.
    resume
        Take what is in the folder already.
    """

    workers: int = 1
    scheduler: str | None = None
    batch: int | None = None
    memory: int | None = None
    resume: bool = False

    def hands(self) -> Workers:
        """Who is to work."""
        if self.scheduler is not None:
            return Dask(self.scheduler)
        return Here() if self.workers == 1 else Processes(self.workers)


def run_study(
    study: Study,
    folder: Path | None = None,
    options: Options = Options(),
    *,
    model: Model | None = None,
    on_batch: Callable[[int, int], None] | None = None,
) -> StudyResult:
    """Run every point of a study, or what its folder lacks of it.

    Replicate ``i`` has the same draws at every point (common random numbers), so that
    differences between points are the parameters' doing.

    Parameters
    ----------
    study
        What to run.
    folder
        Where to keep it; a folder that is deleted at the end by default.
    options
        How to run it.
    model
        What to put it to, the one it names by default.
    on_batch
        Called with runs done and runs in all.

    Raises
    ------
    InputError
        If a point contradicts itself, the budget does not hold the study, or the folder holds
        something else.
    PartialStudy
        If there is no room on the disk; what is done is kept.
    """
    model = model or model_named(study.fields.model)
    require_possible(study)
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="moot-") as kept:
            done = run_study(study, Path(kept) / "sweep", options, model=model, on_batch=on_batch)
            _ = done.runs, done.points, done.goals, done.failures
            _ = done.steps if study.fields.steps_every else None
            return done
    with writing(folder, study, model, resume=options.resume) as opened:
        return _Running(opened, options, on_batch).result()


def require_possible(study: Study) -> None:
    """Check, before anything is run, every point and the budget.

    Raises
    ------
    InputError
        If a point contradicts itself, or the budget does not hold the study.
    """
    budget = study.fields.budget.runs
    if budget is not None and budget < study.runs:
        raise InputError(
            f"budget.runs = {budget:,}: the study has {study.size:,} points of "
            f"{study.replicates:,} replicates, {study.runs:,} runs: raise it, or take fewer "
            "samples or replicates"
        )
    _ = study.possible


def cut(
    study: Study, model: Model, keys: Sequence[str], missing: Ints, options: Options
) -> Iterator[Chunk]:
    """Cut runs into chunks that stack: alike in shape, and few enough for the memory.

    ``missing`` are their numbers, shape ``(runs,)``.
    """
    hands = max(options.workers, MANY if options.scheduler else 1)
    for runs in _alike(study, model, missing):
        first = study.scenario(int(runs[0]) // study.replicates)
        most = options.batch or model.fitting(first, (options.memory or EACH * hands) // hands)
        fair = max(LEAST, math.ceil(len(missing) / (hands * SHARES)))
        size = most if options.batch or hands == 1 else min(most, fair)
        size = math.ceil(len(runs) / math.ceil(len(runs) / size))
        for start in range(0, len(runs), size):
            yield chunk_of(study, keys, runs[start : start + size], model.version)


def chunk_of(study: Study, keys: Sequence[str], runs: Ints, version: str = "") -> Chunk:
    """Return the chunk of some runs by their numbers, to be done by one version of the rules."""
    points, place = np.unique(runs // study.replicates, return_inverse=True)
    listed = points.tolist()
    return Chunk(
        study.base,
        tuple(axis.path for axis in study.axes),
        tuple(study.values(point) for point in listed),
        tuple(keys[point] for point in listed),
        place,
        runs % study.replicates,
        runs,
        study.metrics,
        study.fields.steps_every,
        version,
    )


def _alike(study: Study, model: Model, missing: Ints) -> Iterator[Ints]:
    """Yield the runs that can be stepped together, in the order of the first of each."""
    pairs = zip(study.axes, study.columns, strict=True)
    varied = [column for axis, column in pairs if axis.path.startswith("world.population.")]
    if not varied or not len(missing):
        yield from ([missing] if len(missing) else [])
        return
    point = missing // study.replicates
    rows = np.stack([column[point] for column in varied])
    _, first, population = np.unique(rows, axis=1, return_index=True, return_inverse=True)
    shapes: dict[object, list[int]] = {}
    for place in np.argsort(first).tolist():
        alike = model.alike(study.scenario(int(point[first[place]])))
        shapes.setdefault(alike, []).append(place)
    for places in shapes.values():
        yield missing[np.isin(population.ravel(), places)]


class _Running:
    """A study while it runs."""

    def __init__(
        self,
        opened: StudyStore,
        options: Options,
        on_batch: Callable[[int, int], None] | None,
    ) -> None:
        self._store, self._options, self._on_batch = opened, options, on_batch
        self._started = time.perf_counter()
        self._done = opened.index.done

    def result(self) -> StudyResult:
        store, study, hands = self._store, self._store.study, self._options.hands()
        store.begin(hands.told)
        stopped: str | None = None
        try:
            missing = store.index.missing()
            while len(missing) and stopped is None:
                chunks = cut(study, store.model, store.keys, missing, self._options)
                missing, stopped = self._work(hands.receipts(store.model, chunks))
        except KeyboardInterrupt:
            stopped = "interrupted"
        except ConnectionError as error:
            stopped = str(error)
        except OSError as error:
            raise self._full(error) from None
        try:
            return store.finish(time.perf_counter() - self._started, stopped)
        except OSError as error:
            raise self._full(error) from None

    def _work(self, receipts: Iterator[Receipt]) -> tuple[Ints, str | None]:
        """Keep what comes in; return the runs that are left, and why it stopped if it did."""
        left = [np.empty(0, np.int64)]
        limit = self._store.study.fields.budget.seconds or math.inf
        with closing(receipts):  # type: ignore[type-var]
            for receipt in receipts:
                self._keep(receipt)
                left.append(receipt.left)
                if len(self._store.failures) >= MOST_FAILURES:
                    return left[0], f"{len(self._store.failures)} runs failed"
                if time.perf_counter() - self._started > limit:
                    return left[0], f"budget.seconds = {limit:g} are used up"
        return np.sort(np.concatenate(left)), None

    def _keep(self, receipt: Receipt) -> None:
        for figures, states, runs in receipt.parts:
            self._store.add(figures, states, runs, receipt.seconds)
        for failure in receipt.failures:
            point, replicate = divmod(failure["run"], self._store.study.replicates)
            told = {name: failure[name] for name in ("stage", "exception", "message")}
            self._store.fail({"point": point, "replicate": replicate} | told)
        self._done += receipt.done
        if self._on_batch is not None:
            self._on_batch(self._done, self._store.study.runs)

    def _full(self, error: OSError) -> PartialStudy:
        return PartialStudy(
            f"{self._store.folder}: {error.strerror}: {self._done:,} of {self._store.study.runs:,} "
            "runs are kept; make room and continue with --resume"
        )
