"""The journal and the lock of a study's folder.

The journal is a file of JSON lines that only grows; each line is on the disk before the next is
written. A line that a crash tore off is left out when it is read.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from governance.errors import InputError
from simulations.provenance import now

JOURNAL = "journal.jsonl"
LOCK = "runner.lock"


class Journal:
    """What happened to a study, line by line."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / JOURNAL

    def write(self, event: str, **facts: Any) -> None:
        """Append a line and see it to the disk."""
        line = json.dumps({"event": event, "at": now(), **facts}, allow_nan=False)
        with self._path.open("ab+") as handle:
            torn = handle.tell() > 0 and self._last(handle) != b"\n"
            handle.write(b"\n" * torn + line.encode() + b"\n")
            handle.flush()
            os.fsync(handle.fileno())

    def lines(self) -> list[dict[str, Any]]:
        """Return every whole line, oldest first."""
        if not self._path.is_file():
            return []
        found = []
        for line in self._path.read_bytes().splitlines():
            try:
                read = json.loads(line)
            except ValueError:
                continue
            if isinstance(read, dict):
                found.append(read)
        return found

    def _last(self, handle: IO[bytes]) -> bytes:
        handle.seek(-1, os.SEEK_END)
        return handle.read(1)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runners out of a folder; the lock of one that was killed is free.

    Raises
    ------
    InputError
        If another runner is at work there.
    """
    path = folder / LOCK
    with path.open("a+", encoding="utf-8") as handle:
        handle.seek(0)
        owner = handle.read()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{folder} is being written by {_told(owner)}: wait until it is done, stop it, or "
                "choose another --out"
            ) from None
        if _host(owner) not in ("", socket.gethostname()):
            raise InputError(
                f"{folder} is being written by {_told(owner)}: if that runner is gone, delete "
                f"{path}"
            )
        handle.truncate(0)
        mine = {"pid": os.getpid(), "host": socket.gethostname(), "since": now()}
        handle.write(json.dumps(mine))
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def held(folder: Path) -> bool:
    """Whether a runner is at work in a folder."""
    path = folder / LOCK
    if not path.is_file():
        return False
    with path.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _owner(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _host(text: str) -> str:
    return str(_owner(text).get("host", ""))


def _told(text: str) -> str:
    owner = _owner(text)
    if not owner:
        return "another runner"
    return f"process {owner.get('pid')} on {owner.get('host')} since {owner.get('since')}"
