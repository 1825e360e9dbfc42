"""Result folders: Parquet tables and JSON records, written whole or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from governance.errors import InputError

SCHEMA = 1
"""Version of the folder's layout."""


RECORDS = ("run.json", "study.json", "twin.json", "start.json", "runner.lock")
"""Files by which a folder is known as one of ours."""


def require_free(target: Path) -> None:
    """Check, before computing, that results can be written to a folder.

    Raises
    ------
    InputError
        If something stands there that is not a result of ours, or it cannot be written.
    """
    if target.exists() and not any((target / name).is_file() for name in RECORDS):
        raise InputError(
            f"{target} exists and holds no results of moot: move it away, or choose another --out"
        )
    above = next(folder for folder in target.absolute().parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise InputError(f"{target} cannot be written: {above} is not a folder you can write to")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill; it takes the target's place only when filled without error.

    Raises
    ------
    InputError
        As :func:`require_free`; what stands there is left alone.
    """
    require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    filling = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield filling
        filling.chmod(0o755)
        if target.exists():
            target.rename(filling.with_suffix(".old"))
        filling.rename(target)
    finally:
        shutil.rmtree(filling, ignore_errors=True)
        shutil.rmtree(filling.with_suffix(".old"), ignore_errors=True)


def write_table(path: Path, table: pa.Table | pd.DataFrame) -> None:
    """Write Parquet; equal tables give equal bytes."""
    arrow = (
        pa.Table.from_pandas(table, preserve_index=False)
        if isinstance(table, pd.DataFrame)
        else table
    )
    pq.write_table(arrow, path, compression="zstd")
    _flush(path)


def write_json(path: Path, data: Any) -> None:
    """Write JSON with NaN refused."""
    path.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    _flush(path)


def read_json(path: Path, made_by: str = "moot simulate") -> dict[str, Any]:
    """Read a record of this layout, which a command has made.

    Raises
    ------
    InputError
        If the file is missing, damaged or of another layout.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; make it with `{made_by}`") from None
    except ValueError as error:
        raise InputError(f"{path}: damaged: {error}") from None
    if data.get("schema") != SCHEMA:
        raise InputError(f"{path}: schema = {data.get('schema')}: this version reads {SCHEMA}")
    return data


def _flush(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
