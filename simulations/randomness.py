"""Random draws that depend on (entropy, replicate, stream name) and nothing else.

A stream is named after a cohort or a concern, so adding one never shifts the draws of
another; and every run has generators of its own, so its draws do not depend on the batch,
process or order it is stepped in.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """What identifies a run's randomness: the study's entropy and the replicate."""

    entropy: int
    replicate: int


class Stream:
    """One named stream of draws for every run of an ensemble.

    Parameters
    ----------
    runs
        The ensemble's runs, in row order.
    name
        The stream's name; equal names give equal draws.
    """

    def __init__(self, runs: Sequence[Run], name: str) -> None:
        key = zlib.crc32(name.encode())
        self._generators = [
            np.random.Generator(
                np.random.PCG64DXSM(
                    np.random.SeedSequence(run.entropy, spawn_key=(run.replicate, key))
                )
            )
            for run in runs
        ]

    def uniform_rows(self, columns: int) -> Floats:
        """Uniforms on [0, 1), shape ``(runs, columns)``."""
        return self._rows("random", columns)

    def normal_rows(self, columns: int) -> Floats:
        """Standard normals, shape ``(runs, columns)``."""
        return self._rows("standard_normal", columns)

    def uniform(self, counts: Ints) -> Floats:
        """Uniforms for ``counts[r]`` events of each run in turn, shape ``(counts.sum(),)``."""
        return self._ragged("random", counts)

    def normal(self, counts: Ints) -> Floats:
        """Standard normals, laid out like :meth:`uniform`."""
        return self._ragged("standard_normal", counts)

    def _rows(self, method: str, columns: int) -> Floats:
        out = np.empty((len(self._generators), columns))
        for row, generator in zip(out, self._generators, strict=True):
            getattr(generator, method)(out=row)
        return out

    def _ragged(self, method: str, counts: Ints) -> Floats:
        out = np.empty(int(counts.sum()))
        start = 0
        for generator, count in zip(self._generators, counts.tolist(), strict=True):
            if count:
                getattr(generator, method)(out=out[start : start + count])
                start += count
        return out


def count_by_run(run: Ints, runs: int) -> Ints:
    """Count events per run, shape ``(runs,)``, from each event's run index."""
    return np.bincount(run, minlength=runs)
