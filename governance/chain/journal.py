"""The state file of an embedded chain: a header and one JSON line per operation, append only."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.errors import ChainError, InputError
from governance.files import touching

SCHEMA = "moot-chain/1"

Operation = dict[str, Any]


@dataclass(frozen=True)
class Header:
    """What an embedded chain starts from: its id, first time, and seconds per transaction."""

    chain_id: int
    genesis: int
    block_time: int

    def line(self) -> str:
        """Return the header as the first line of the file."""
        return _line({"schema": SCHEMA, **vars(self)})


def _line(record: Operation) -> str:
    return json.dumps(record, sort_keys=True, separators=(",", ":")) + "\n"


def _parse(raw: bytes) -> Operation | None:
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _read_header(path: Path, raw: bytes) -> Header:
    record = _parse(raw)
    if record is None or record.get("schema") != SCHEMA:
        found = "no header" if record is None else f"schema {record.get('schema')!r}"
        raise InputError(
            f"{path}: not a chain state this version reads ({found}, wanted {SCHEMA!r}): "
            "give another --state folder, or move this file away to start anew"
        )
    try:
        values = {name: int(record[name]) for name in ("chain_id", "genesis", "block_time")}
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{path}: line 1: the header lacks a whole number") from None
    return Header(**values)


class Journal:
    """Operations of one chain, in memory and in its file.

    A line that a crash cut short at the end of the file is dropped; the next save writes over
    it. A broken line anywhere else is refused.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved = 0
        self._end = 0

    def load(self) -> tuple[Header, list[Operation]] | None:
        """Read the file, or None if there is none yet.

        Raises
        ------
        InputError
            If it cannot be read, is of another schema or damaged before its last line.
        """
        with touching(self.path, "read"):
            if not self.path.exists():
                return None
            content = self.path.read_bytes()
        lines = content.splitlines(keepends=True)
        if not lines:
            return None
        header = _read_header(self.path, lines[0])
        operations: list[Operation] = []
        end = len(lines[0])
        for number, raw in enumerate(lines[1:], start=2):
            record = _parse(raw) if raw.endswith(b"\n") else None
            if record is None:
                if number == len(lines):
                    break
                raise InputError(f"{self.path}: line {number} is damaged: restore a copy")
            operations.append(record)
            end += len(raw)
        self._saved, self._end = len(operations), end
        return header, operations

    def save(self, header: Header, operations: list[Operation]) -> None:
        """Append what is new and force it to disk; rewrite if saved operations were undone.

        Raises
        ------
        InputError
            If the file cannot be written; it then holds what it held before.
        """
        with touching(self.path, "written"):
            self._save(header, operations)

    def _save(self, header: Header, operations: list[Operation]) -> None:
        if not self._end or len(operations) < self._saved:
            self._rewrite(header, operations)
            return
        text = "".join(map(_line, operations[self._saved :])).encode()
        with self.path.open("r+b") as file:
            file.truncate(self._end)
            file.seek(self._end)
            try:
                _write(file, text)
            except OSError:
                os.truncate(self.path, self._end)
                raise
        self._saved, self._end = len(operations), self._end + len(text)

    def undone_to(self, count: int) -> None:
        """Note that operations after ``count`` were reverted, so the file must be rewritten."""
        if count < self._saved:
            self._end = 0

    def _rewrite(self, header: Header, operations: list[Operation]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = (header.line() + "".join(map(_line, operations))).encode()
        fresh = self.path.with_suffix(".new")
        with fresh.open("wb") as file:
            _write(file, text)
        fresh.replace(self.path)
        self._saved, self._end = len(operations), len(text)


def _write(file: Any, text: bytes) -> None:
    file.write(text)
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a state folder for one process at a time.

    Raises
    ------
    InputError
        If it cannot be made or written to.
    ChainError
        If another process holds it.
    """
    with touching(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("a")
    with file:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ChainError(
                    f"another moot command is using {folder}: wait for it to end"
                ) from None
        yield
