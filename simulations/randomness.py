"""Random draws that depend on (entropy, replicate, stream name) and nothing else.

A stream is named after a cohort or a concern, so adding one never shifts the draws of
another; and every run has generators of its own, so its draws do not depend on the batch,
process or order it is stepped in.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """What identifies a run's randomness: the study's entropy and the replicate."""

    entropy: int
    replicate: int


class Runs(tuple[Run, ...]):
    """The runs of an ensemble, in row order."""

    @cached_property
    def words(self) -> NDArray[np.uint32] | None:
        """Entropy and replicate as 32-bit words, shape ``(5, runs)``; None if they need more."""
        if max(run.entropy for run in self) >> 128 or max(run.replicate for run in self) >> 32:
            return None
        parts = [[run.entropy >> shift & _WORD for run in self] for shift in (0, 32, 64, 96)]
        return np.array([*parts, [run.replicate for run in self]], dtype=np.uint32)


def seed_words(runs: Sequence[Run], key: tuple[int, ...], words: int) -> NDArray[np.uint64]:
    """Return NumPy's seed words of every run, shape ``(runs, words)``.

    They are ``SeedSequence(entropy, spawn_key=(replicate, *key)).generate_state(words)``, for all
    runs at once: NumPy keeps that function of O'Neill's (2015) the same for good.
    """
    given = (runs if isinstance(runs, Runs) else Runs(runs)).words
    if given is None:
        each = (np.random.SeedSequence(r.entropy, spawn_key=(r.replicate, *key)) for r in runs)
        return np.array([sequence.generate_state(words, np.uint64) for sequence in each])
    constant = _constants(0x43B0D7E5, 0x931E8875)
    pool = [_hashed(given[place], constant) for place in range(4)]
    for source in range(4):
        for place in range(4):
            if place != source:
                pool[place] = _mixed(pool[place], _hashed(pool[source], constant))
    for row in (given[4], *(np.full(len(runs), part, dtype=np.uint32) for part in key)):
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

    Each run reads SplitMix64 (Steele, Lea and Flood 2014) from a start of its own, so that the
    next numbers of all runs are made at once. Of a hundred thousand streams of a million numbers
    each, any two overlap with a chance below one in a thousand.

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
        """Uniforms on (0, 1), shape ``(runs, columns)``."""
        return _unit(self._rows.table(columns))

    def normal_rows(self, columns: int) -> Floats:
        """Standard normals, shape ``(runs, columns)``."""
        return ndtri(self.uniform_rows(columns))

    def exponential_rows(self, first: int, counts: Ints) -> Floats:
        """Standard exponentials, the next ``counts[r]`` of run ``first + r``, one after another."""
        out = np.log(_unit(self._rows.take(first, counts)))
        return np.negative(out, out=out)

    def uniform(self, counts: Ints) -> Floats:
        """Uniforms for ``counts[r]`` events of each run in turn, shape ``(counts.sum(),)``."""
        return _unit(self._uniforms.take(0, counts))

    def normal(self, counts: Ints) -> Floats:
        """Standard normals, laid out like :meth:`uniform`."""
        return ndtri(_unit(self._normals.take(0, counts)))

    @cached_property
    def _rows(self) -> "_Sequences":
        return self._sequences(0)

    @cached_property
    def _uniforms(self) -> "_Sequences":
        return self._sequences(1)

    @cached_property
    def _normals(self) -> "_Sequences":
        return self._sequences(2)

    def _sequences(self, part: int) -> "_Sequences":
        return _Sequences(seed_words(self._runs, (self._key, part), 1)[:, 0])


class _Sequences:
    """A sequence of 64 random bits for each run, and how far it has been read."""

    def __init__(self, starts: NDArray[np.uint64]) -> None:
        self._next = starts

    def table(self, columns: int) -> NDArray[np.uint64]:
        """Read the next ``columns`` numbers of every run, shape ``(runs, columns)``."""
        steps = np.arange(columns, dtype=np.uint64) * _GOLDEN
        out = _mix(self._next[:, None] + steps)
        self._next = self._next + np.uint64(columns * int(_GOLDEN) & 2**64 - 1)
        return out

    def take(self, first: int, counts: Ints) -> NDArray[np.uint64]:
        """Read the next ``counts[r]`` numbers of run ``first + r``, run after run."""
        mine = slice(first, first + counts.size)
        number = counts.astype(np.uint64)
        before = np.cumsum(number) - number
        steps = np.arange(counts.sum(), dtype=np.uint64) * _GOLDEN
        steps += np.repeat(self._next[mine] - before * _GOLDEN, counts)
        self._next[mine] += number * _GOLDEN
        return _mix(steps)


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
        return _unit(state)

    def normal(self, run: Ints, *labels: Ints | int) -> Floats:
        """Standard normals for each event's run and labels, shape ``(n,)``."""
        return ndtri(self.uniform(run, *labels))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's next number after each state."""
    state = state + _GOLDEN
    state ^= state >> _SHIFTS[0]
    state *= _FACTORS[0]
    state ^= state >> _SHIFTS[1]
    state *= _FACTORS[1]
    state ^= state >> _SHIFTS[2]
    return state


def _unit(bits: NDArray[np.uint64]) -> Floats:
    """Numbers on (0, 1) of the first 53 of 64 random bits."""
    out = (bits >> np.uint64(11)).astype(np.float64)
    out += 0.5
    out *= 2.0**-53
    return out


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
