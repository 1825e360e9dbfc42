"""Shards: the figures of some runs in one Parquet file, named by its own SHA-256.

A shard is written once, by one writer, to a temporary file that takes its name only when it is on
the disk. Its name says what it must hold, so damage shows. A run is known by the key of its point
(:func:`point_keys`) and its replicate, whatever study it belongs to.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simulations.randomness import Ints
from simulations.studies.chunk import Chunk, Measured
from simulations.studies.models import Model
from simulations.studies.study import Study

SHARDS = "shards"
KEY = 32
"""Hex digits of a point's key."""


@dataclass(frozen=True)
class Wanted:
    """What a study asks of every run: metrics, and states of every so many days, 0 for none."""

    metrics: tuple[str, ...]
    steps_every: int = 0


def point_keys(study: Study, model: Model) -> list[str]:
    """Key of every point: hash of its canonical scenario, and of the model and its version."""
    record = study.base.record()
    code = f"{model.name} {model.version}".encode()
    slots = [_slot(record, axis.path) for axis in study.axes]
    keys = []
    for values in zip(*(column.tolist() for column in study.columns), strict=True):
        for (owner, name), value in zip(slots, values, strict=True):
            owner[name] = _canonical(owner[name], value)
        scenario = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).digest()
        keys.append(hashlib.sha256(code + scenario).hexdigest()[:KEY])
    return keys


def _slot(record: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Where a record of a scenario holds a parameter."""
    inside = path.startswith("world.")
    *parents, last = path.removeprefix("world.").split(".")
    owner = record["world" if inside else "constitution"]
    for parent in parents:
        owner = owner[parent]
    return owner, last


def _canonical(old: Any, value: Any) -> Any:
    """Write a value as the canonical record does: decimals as text, all else as it is."""
    if isinstance(old, str) and not isinstance(value, str):
        return format(Decimal(repr(value)).normalize(), "f")
    return value


def shard_table(chunk: Chunk, measured: Measured) -> pa.Table:
    """Return the figures of a chunk's runs, one row each."""
    keys = pa.DictionaryArray.from_arrays(pa.array(chunk.place, pa.int32()), pa.array(chunk.keys))
    columns = {"key": keys, "replicate": pa.array(chunk.replicate, pa.int32())}
    columns |= {name: pa.array(measured.metrics[name], pa.float64()) for name in chunk.metrics}
    return pa.table(columns)


def steps_table(chunk: Chunk, measured: Measured) -> pa.Table:
    """Return the states that are kept of a chunk's runs, one row per run and day."""
    days, runs = measured.days.size, len(chunk)
    place = pa.array(np.repeat(chunk.place, days), pa.int32())
    columns = {
        "key": pa.DictionaryArray.from_arrays(place, pa.array(chunk.keys)),
        "replicate": pa.array(np.repeat(chunk.replicate, days), pa.int32()),
        "day": pa.array(np.tile(measured.days, runs), pa.int32()),
    }
    columns |= {name: pa.array(rows.T.ravel()) for name, rows in measured.steps.items()}
    return pa.table(columns)


def packed(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    OSError
        If there is no room for it; nothing of it stays.
    """
    filling = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with filling.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        filling.replace(path)
    except OSError:
        with suppress(OSError):
            filling.unlink()
        raise
    settle(path.parent)


def clear_torn(folder: Path) -> None:
    """Delete what a crash left half written in a study's folder, and nothing else."""
    for place in (folder, folder / SHARDS):
        for torn in place.glob(".*.new"):
            torn.unlink()


def settle(folder: Path) -> None:
    """See a folder's own entries to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Shard:
    """One shard on the disk; ``steps`` is the file of its states, if they were kept."""

    path: Path
    steps: Path | None

    def whole(self) -> bool:
        """Whether it holds what its name says, and its states are there too if it names them."""
        paths = [self.path] if self.steps is None else [self.path, self.steps]
        return all(path.is_file() and _named(path) == _digest(path) for path in paths)


def add_shard(folder: Path, figures: bytes, states: bytes | None, every: int) -> str:
    """Write a shard and return its name; its states come first, so that none is without them."""
    place = folder / SHARDS
    name = hashlib.sha256(figures).hexdigest()
    if states is not None:
        other = hashlib.sha256(states).hexdigest()
        put(place / f"{name}.{every}.{other}.steps", states)
    put(place / f"{name}.parquet", figures)
    return name


def shards(folder: Path, every: int = 0) -> Iterator[Shard]:
    """Yield every shard in a folder, with its states of every so many days, ordered by name."""
    place = folder / SHARDS
    for path in sorted(place.glob("*.parquet")):
        states = sorted(place.glob(f"{path.stem}.{every}.*.steps"))
        yield Shard(path, states[0] if states else None)


def _named(path: Path) -> str:
    return path.name.split(".")[-2]


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@dataclass(frozen=True)
class Index:
    """Where the runs of a study are.

    Attributes
    ----------
    shards
        The shards that hold some of them.
    shard, row
        Number of the shard and row in it of each run, -1 for those not done, shape ``(runs,)``.
    damaged
        Shards that do not hold what their names say.
    origin
        First point with each point's key: what is alike is run once, shape ``(points,)``.
    """

    shards: list[Shard]
    shard: NDArray[np.int32]
    row: NDArray[np.int32]
    damaged: list[Shard]
    origin: Ints

    @property
    def done(self) -> int:
        """How many runs are done."""
        return int((self.shard >= 0).sum())

    def missing(self) -> Ints:
        """Numbers of the runs to do, none that is like another."""
        replicates = len(self.shard) // len(self.origin)
        first = np.repeat(self.origin == np.arange(len(self.origin)), replicates)
        return np.flatnonzero((self.shard < 0) & first)


def find_runs(folder: Path, keys: Sequence[str], replicates: int, wanted: Wanted) -> Index:
    """Look for a study's runs, of all points and replicates, among a folder's shards.

    Parameters
    ----------
    folder
        The study's folder.
    keys
        Key of each point.
    replicates
        Runs of each point.
    wanted
        A shard without what is wanted does not count.
    """
    numbers: dict[str, int] = {}
    origin = np.array([numbers.setdefault(key, point) for point, key in enumerate(keys)])
    empty = np.full(len(keys) * replicates, -1, np.int32)
    index = Index([], empty, empty.copy(), [], origin)
    for shard in shards(folder, wanted.steps_every):
        if not shard.whole():
            index.damaged.append(shard)
            continue
        names = pq.read_schema(shard.path).names
        if not set(wanted.metrics) <= set(names) or (wanted.steps_every and shard.steps is None):
            continue
        table = pq.ParquetFile(shard.path).read(columns=["key", "replicate"])
        key = table["key"].combine_chunks().dictionary_encode()
        point = np.array([numbers.get(each, -1) for each in key.dictionary.to_pylist()], np.int64)
        point = point[key.indices.to_numpy()]
        replicate = table["replicate"].to_numpy()
        kept = np.flatnonzero((point >= 0) & (replicate < replicates))
        run = point[kept] * replicates + replicate[kept]
        index.shard[run], index.row[run] = len(index.shards), kept
        index.shards.append(shard)
    for places in (index.shard, index.row):
        by_point = places.reshape(-1, replicates)
        by_point[:] = by_point[origin]
    return index
