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


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield a folder to fill; it takes the target's place only when filled without error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    filling = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield filling
        if target.exists():
            shutil.rmtree(target)
        filling.chmod(0o755)
        filling.replace(target)
    finally:
        shutil.rmtree(filling, ignore_errors=True)


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


def read_json(path: Path) -> dict[str, Any]:
    """Read a record of this layout.

    Raises
    ------
    InputError
        If the file is missing, damaged or of another layout.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; make it with `moot simulate`") from None
    except ValueError as error:
        raise InputError(f"{path}: damaged: {error}") from None
    if data.get("schema") != SCHEMA:
        raise InputError(f"{path}: schema = {data.get('schema')}: this version reads {SCHEMA}")
    return data


def _flush(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
