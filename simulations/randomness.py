"""Random draws that depend on (entropy, replicate, stream name) and nothing else.

A stream is named after a cohort or a concern, so adding one never shifts the draws of
another; and every run has generators of its own, so its draws do not depend on the batch,
process or order it is stepped in.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
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


class _Words(ISeedSequence):
    """Seed words made beforehand."""

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Any:
        """Return the words, of which PCG64 asks for as many as there are."""
        assert (n_words, np.dtype(dtype)) == (self._words.size, self._words.dtype)
        return self._words


def seed_words(runs: Sequence[Run], key: tuple[int, ...], words: int) -> NDArray[np.uint64]:
    """Return NumPy's seed words of every run, shape ``(runs, words)``.

    They are ``SeedSequence(entropy, spawn_key=(replicate, *key)).generate_state(words)``, for all
    runs at once: NumPy keeps that function of O'Neill's (2015) the same for good.
    """
    entropy = [run.entropy for run in runs]
    if max(entropy) >> 128 or max(run.replicate for run in runs) >> 32:
        each = (np.random.SeedSequence(r.entropy, spawn_key=(r.replicate, *key)) for r in runs)
        return np.array([sequence.generate_state(words, np.uint64) for sequence in each])
    parts = [[one >> shift & _WORD for one in entropy] for shift in (0, 32, 64, 96)]
    columns = [*parts, [run.replicate for run in runs], *([part] * len(runs) for part in key)]
    given = np.array(columns, dtype=np.uint32)
    constant = _constants(0x43B0D7E5, 0x931E8875)
    pool = [_hashed(given[place], constant) for place in range(4)]
    for source in range(4):
        for place in range(4):
            if place != source:
                pool[place] = _mixed(pool[place], _hashed(pool[source], constant))
    for row in given[4:]:
        pool = [_mixed(old, _hashed(row, constant)) for old in pool]
    constant = _constants(0x8B51F9DD, 0x58F38DED)
    halves = [_hashed(pool[place % 4], constant) for place in range(2 * words)]
    return np.stack(halves, axis=-1).view(np.uint64)


_WORD = 2**32 - 1


def _constants(first: int, factor: int) -> Iterator[tuple[np.uint32, np.uint32]]:
    while True:
        following = first * factor & _WORD
        yield np.uint32(first), np.uint32(following)
        first = following


def _hashed(
    values: NDArray[np.uint32], constants: Iterator[tuple[np.uint32, np.uint32]]
) -> NDArray[np.uint32]:
    first, second = next(constants)
    values = (values ^ first) * second
    return values ^ (values >> np.uint32(16))


def _mixed(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint32]:
    values = left * np.uint32(0xCA01F9DD) - right * np.uint32(0x4973F715)
    return values ^ (values >> np.uint32(16))


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

    def exponential_rows(self, first: int, counts: Ints) -> Floats:
        """Standard exponentials, the next ``counts[r]`` of run ``first + r``, one after another."""
        out, start = np.empty(counts.sum()), 0
        generators = self._rows[first : first + counts.size]
        for generator, count in zip(generators, counts.tolist(), strict=True):
            generator.standard_exponential(out=out[start : start + count])
            start += count
        return out

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
        words = seed_words(self._runs, (self._key, part), 4)
        seeds: list[Any] = [_Words(row) for row in words]
        return [np.random.Generator(np.random.PCG64DXSM(seed)) for seed in seeds]


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
        self._keys = seed_words(runs, (key,), 1)[:, 0]

    def uniform(self, run: Ints, *labels: Ints | int) -> Floats:
        """Uniforms on (0, 1) for each event's run and its labels, at least one, shape ``(n,)``."""
        state = self._keys[run]
        for label in labels:
            state = _mix(state + np.asarray(label).astype(np.uint64) * _GOLDEN)
        out = (state >> np.uint64(11)).astype(np.float64)
        out += 0.5
        out *= 2.0**-53
        return out

    def normal(self, run: Ints, *labels: Ints | int) -> Floats:
        """Standard normals for each event's run and labels, shape ``(n,)``."""
        return ndtri(self.uniform(run, *labels))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + _GOLDEN
    state ^= state >> _SHIFTS[0]
    state *= _FACTORS[0]
    state ^= state >> _SHIFTS[1]
    state *= _FACTORS[1]
    state ^= state >> _SHIFTS[2]
    return state


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
