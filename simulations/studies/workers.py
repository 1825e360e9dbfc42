"""Where chunks are worked on: here, in processes, or wherever Dask has workers.

All three take the same chunks and give the same receipts, in the order in which they are done.
"""

import os
import signal
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import Any, Protocol

from governance.errors import InputError, MissingPart
from simulations.studies.chunk import Chunk
from simulations.studies.models import Model
from simulations.studies.work import Receipt, work

AHEAD = 2
"""Chunks handed out per worker, so that none waits and little is lost."""
PATIENT = "10s"
"""How long to wait for a scheduler."""
PATIENCE = 3
"""Times that a worker may die over one run."""


class Workers(Protocol):
    """Somebody to work on chunks."""

    @property
    def told(self) -> str:
        """Who they are, in words."""

    def receipts(self, model: Model, chunks: Iterable[Chunk]) -> Iterator[Receipt]:
        """Yield what became of each chunk; close the iterator to stop."""


@dataclass(frozen=True)
class Here:
    """The process that asks."""

    told: str = "1 process"

    def receipts(self, model: Model, chunks: Iterable[Chunk]) -> Iterator[Receipt]:
        """Work on one chunk after the other."""
        for chunk in chunks:
            yield work(model, chunk)


@dataclass
class Processes:
    """Processes of this machine.

    A worker that dies, killed by the system or by a library, does not end the study: the chunks it
    may have had are tried again one at a time, and one that kills its worker alone is halved until
    the run is found.
    """

    count: int

    @property
    def told(self) -> str:
        """Who they are, in words."""
        return f"{self.count} processes"

    def receipts(self, model: Model, chunks: Iterable[Chunk]) -> Iterator[Receipt]:
        """Work on several chunks at once."""
        waiting = iter(chunks)
        suspects: list[Chunk] | None = []
        while suspects is not None:
            suspects = yield from self._together(model, waiting)
            yield from self._alone(model, suspects or [])

    def _together(
        self, model: Model, waiting: Iterator[Chunk]
    ) -> Generator[Receipt, None, list[Chunk] | None]:
        """Work until all is done, or until a worker dies; return what was in hand then."""
        running: dict[Future[Receipt], Chunk] = {}
        chunk: Chunk | None = None
        with _pool(self.count) as pool:
            try:
                while True:
                    for chunk in islice(waiting, AHEAD * self.count - len(running)):
                        running[pool.submit(work, model, chunk)] = chunk
                    chunk = None
                    if not running:
                        return None
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        receipt = future.result()
                        del running[future]
                        yield receipt
            except BrokenProcessPool:
                lost = [each for each, of in running.items() if not _done(each) and of is not chunk]
                suspects = [running[each] for each in lost] + ([] if chunk is None else [chunk])
                for future in running.keys() - set(lost):
                    if _done(future):
                        yield future.result()
                return suspects

    def _alone(self, model: Model, suspects: list[Chunk]) -> Iterator[Receipt]:
        """Work on one chunk at a time, so that a death is its own doing."""
        deaths: dict[int, int] = {}
        stack = suspects[::-1]
        while stack:
            with _pool(1) as pool:
                try:
                    while stack:
                        receipt = pool.submit(work, model, stack[-1]).result()
                        stack.pop()
                        yield receipt
                    return
                except BrokenProcessPool:
                    chunk = stack.pop()
            if len(chunk) > 1:
                stack += chunk.halves()[::-1]
                continue
            run = int(chunk.runs[0])
            deaths[run] = deaths.get(run, 0) + 1
            if deaths[run] < PATIENCE:
                stack.append(chunk)
            else:
                yield died(chunk)


@dataclass
class Dask:
    """Workers of a Dask scheduler, on this machine or many.

    Attributes
    ----------
    address
        Where it listens, as in ``tcp://10.0.0.1:8786``.
    """

    address: str
    _client: Any = field(default=None, init=False, repr=False)

    @property
    def told(self) -> str:
        """Who they are, in words."""
        return f"Dask at {self.address}"

    def receipts(self, model: Model, chunks: Iterable[Chunk]) -> Iterator[Receipt]:
        """Work on as many chunks as there are threads, and some ahead.

        Raises
        ------
        MissingPart
            If Dask is not installed.
        InputError
            If nobody listens at the address.
        """
        distributed = _distributed()
        try:
            client = distributed.Client(self.address, timeout=PATIENT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(f"--scheduler {self.address}: no Dask scheduler: {error}") from None
        with client:
            yield from self._work(distributed, client, model, chunks)

    def _work(
        self, distributed: Any, client: Any, model: Model, chunks: Iterable[Chunk]
    ) -> Iterator[Receipt]:
        waiting, running = iter(chunks), distributed.as_completed(loop=client.loop)
        chunk_of: dict[str, Chunk] = {}
        while True:
            ahead = AHEAD * max(1, len(client.nthreads()))
            for chunk in islice(waiting, max(0, ahead - len(chunk_of))):
                future = client.submit(work, model, chunk, pure=False, retries=2)
                chunk_of[future.key] = chunk
                running.add(future)
            if not chunk_of:
                return
            future = next(running)
            chunk = chunk_of.pop(future.key)
            if future.status in ("cancelled", "lost"):
                raise ConnectionError("the Dask scheduler is gone")
            if future.status == "finished":
                yield future.result()
            elif isinstance(error := future.exception(), InputError):
                raise error
            elif len(chunk) > 1:
                waiting = chain(chunk.halves(), waiting)
            else:
                yield died(chunk, str(error))


def died(chunk: Chunk, why: str = "its worker died each time it was tried") -> Receipt:
    """Return the receipt of a run that kills its worker."""
    told = {"stage": "worker", "exception": "WorkerDied", "message": why}
    return Receipt(failures=[{"run": int(chunk.runs[0]), **told}])


def _done(future: Future[Receipt]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


@contextmanager
def _pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that a Ctrl-C does not reach; they end at once when something goes wrong."""
    others = set(active_children())
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_bound_to_parent)
    try:
        yield pool
    except BaseException:
        for child in set(active_children()) - others:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _bound_to_parent() -> None:
    """Leave Ctrl-C to the parent, and end with it, even if it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _distributed() -> Any:
    try:
        import distributed
    except ModuleNotFoundError:
        raise MissingPart(
            "--scheduler needs Dask: pip install 'moot[cluster]' here and on every worker"
        ) from None
    return distributed
