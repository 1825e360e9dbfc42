"""Random draws that depend on (entropy, replicate, stream name) and nothing else.

A stream is named after a cohort or a concern, so adding one never shifts the draws of
another; and every run has generators of its own, so its draws do not depend on the batch,
process or order it is stepped in.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

TAPE = 512
"""Draws of each run that are made at once."""


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
        self._runs = runs
        self._key = zlib.crc32(name.encode())

    def uniform_rows(self, columns: int) -> Floats:
        """Uniforms on [0, 1), shape ``(runs, columns)``."""
        return _fill(self._rows, "random", columns)

    def normal_rows(self, columns: int) -> Floats:
        """Standard normals, shape ``(runs, columns)``."""
        return _fill(self._rows, "standard_normal", columns)

    def uniform(self, counts: Ints) -> Floats:
        """Uniforms for ``counts[r]`` events of each run in turn, shape ``(counts.sum(),)``."""
        return self._uniforms.take(counts)

    def normal(self, counts: Ints) -> Floats:
        """Standard normals, laid out like :meth:`uniform`."""
        return self._normals.take(counts)

    @cached_property
    def _rows(self) -> list[np.random.Generator]:
        return self._generators(0)

    @cached_property
    def _uniforms(self) -> "_Tape":
        return _Tape(self._generators(1), "random")

    @cached_property
    def _normals(self) -> "_Tape":
        return _Tape(self._generators(2), "standard_normal")

    def _generators(self, part: int) -> list[np.random.Generator]:
        return [
            np.random.Generator(
                np.random.PCG64DXSM(
                    np.random.SeedSequence(run.entropy, spawn_key=(run.replicate, self._key, part))
                )
            )
            for run in self._runs
        ]


def _fill(generators: list[np.random.Generator], method: str, columns: int) -> Floats:
    out = np.empty((len(generators), columns))
    for row, generator in zip(out, generators, strict=True):
        getattr(generator, method)(out=row)
    return out


class _Tape:
    """Draws of each run written ahead, so that events of many runs read theirs at once.

    What a run reads is its generator's sequence, however long the tape is.
    """

    def __init__(self, generators: list[np.random.Generator], method: str) -> None:
        self._generators, self._method = generators, method
        self._drawn = _fill(generators, method, TAPE)
        self._read = np.zeros(len(generators), dtype=np.int64)

    def take(self, counts: Ints) -> Floats:
        """Read the next ``counts[r]`` draws of each run, run after run."""
        self._write_ahead(counts)
        ends = np.cumsum(counts)
        first = np.repeat(self._read - (ends - counts), counts)
        run = np.repeat(np.arange(counts.size), counts)
        out = self._drawn[run, first + np.arange(run.size)]
        self._read += counts
        return out

    def _write_ahead(self, counts: Ints) -> None:
        length = self._drawn.shape[1]
        short = np.flatnonzero(self._read + counts > length)
        if counts.max(initial=0) > length:
            longer = np.empty((len(self._drawn), 2 * int(counts.max())))
            longer[:, -length:] = self._drawn
            self._read += longer.shape[1] - length
            self._drawn = longer
        for run in short.tolist():
            row, left = self._drawn[run], self._drawn[run, self._read[run] :].copy()
            row[: left.size] = left
            getattr(self._generators[run], self._method)(out=row[left.size :])
            self._read[run] = 0


class Keyed:
    """Draws that belong to labels, such as a proposal and a member, and to no sequence.

    A run's draw for the same labels is the same whatever was drawn before, so that two rule
    books rehearsed on the same seed see the same member judge the same proposal alike.
    SplitMix64 (Steele, Lea and Flood 2014) mixes the run's key with the labels.

    Parameters
    ----------
    runs
        The ensemble's runs, in row order.
    name
        The stream's name; equal names give equal draws.
    """

    def __init__(self, runs: Sequence[Run], name: str) -> None:
        key = zlib.crc32(name.encode())
        seeds = (np.random.SeedSequence(r.entropy, spawn_key=(r.replicate, key)) for r in runs)
        self._keys = np.array([seed.generate_state(1, np.uint64)[0] for seed in seeds])

    def uniform(self, run: Ints, *labels: Ints | int) -> Floats:
        """Uniforms on (0, 1) for each event's run and labels, shape ``(n,)``."""
        state = self._keys[run]
        for label in labels:
            state = _mix(state + np.asarray(label).astype(np.uint64) * _GOLDEN)
        return ((_mix(state) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def normal(self, run: Ints, *labels: Ints | int) -> Floats:
        """Standard normals for each event's run and labels, shape ``(n,)``."""
        return ndtri(self.uniform(run, *labels))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@dataclass(frozen=True)
class Draws:
    """A cohort's randomness: a stream or keyed draws for each of its concerns.

    A concern has draws of its own, so that what a member does in one (another ballot, say)
    never shifts its draws in another (when it looks next).
    """

    runs: Sequence[Run]
    owner: str

    def stream(self, concern: str) -> Stream:
        """Draws in sequence."""
        return Stream(self.runs, f"{self.owner}.{concern}")

    def keyed(self, concern: str) -> Keyed:
        """Draws by label."""
        return Keyed(self.runs, f"{self.owner}.{concern}")


def count_by_run(run: Ints, runs: int) -> Ints:
    """Count events per run, shape ``(runs,)``, from each event's run index."""
    return np.bincount(run, minlength=runs)
