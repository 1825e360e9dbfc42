"""What a worker does with a chunk of runs, wherever it is."""

import socket
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from governance.errors import InputError
from simulations.randomness import Ints
from simulations.studies.chunk import Chunk, RunFailed
from simulations.studies.code import ROOT
from simulations.studies.models import Model
from simulations.studies.shards import packed, shard_table, steps_table

ENOUGH = 20
"""Failures in one chunk after which the rest of it is given back."""


@dataclass
class Receipt:
    """What became of a chunk.

    Attributes
    ----------
    parts
        Figures and states of runs that were done, each the bytes of a Parquet file, and how many
        runs they are of.
    failures
        Runs that failed: their number, stage, exception and message.
    left
        Numbers of the runs that were not tried.
    seconds
        Time it took.
    """

    parts: list[tuple[bytes, bytes | None, int]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    left: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Runs that were done."""
        return sum(runs for _, _, runs in self.parts)


def work(model: Model, chunk: Chunk) -> Receipt:
    """Do the runs of a chunk; where one fails, halve the chunk until it stands alone.

    Raises
    ------
    InputError
        If the model is of another version here than where the study was begun.
    """
    if chunk.version and chunk.version != model.version:
        raise InputError(
            f"a worker on {socket.gethostname()} has other rules than the study was begun with: "
            "install the same version everywhere, and do not edit it meanwhile"
        )
    started, receipt = time.perf_counter(), Receipt()
    waiting = [chunk]
    while waiting:
        part = waiting.pop()
        if len(receipt.failures) >= ENOUGH:
            receipt.left = np.append(receipt.left, part.runs)
            continue
        try:
            measured = model.run(part)
        except RunFailed as failed:
            if len(part) == 1:
                receipt.failures.append(_told(part, failed))
                continue
            waiting += part.halves()[::-1]
            continue
        states = packed(steps_table(part, measured)) if part.steps_every else None
        receipt.parts.append((packed(shard_table(part, measured)), states, len(part)))
    receipt.seconds = time.perf_counter() - started
    return receipt


def _told(part: Chunk, failed: RunFailed) -> dict[str, Any]:
    error = failed.__cause__ or failed
    return {
        "run": int(part.runs[0]),
        "stage": failed.stage,
        "exception": type(error).__name__,
        "message": f"{error} ({_where(error)})",
    }


def _where(error: BaseException) -> str:
    """File and line of ours where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT)] or frames
    if not ours:
        return "nowhere"
    path = Path(ours[-1].filename)
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name
    return f"{name}:{ours[-1].lineno}"
