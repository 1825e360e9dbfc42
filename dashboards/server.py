"""Serves a results folder on this machine, and stops what it started."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from governance.errors import InputError, MissingPart, MootError

HOST = "127.0.0.1"
"""Loopback only: the pages are for whoever sits at this machine."""
PORTS = (1024, 65_535)
"""Ports that a user may choose."""
PATIENCE = 60.0
"""Seconds a server may take until it answers."""
_ENTRY = Path(__file__).with_name("app.py")
_FLAGS = {
    "server.address": HOST,
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "type",
    "client.toolbarMode": "minimal",
}


@contextmanager
def serve(results: Path, port: int | None = None) -> Iterator[str]:
    """Serve the dashboard of a results folder for as long as the block runs.

    Parameters
    ----------
    results
        A results folder, or a folder that holds several. It need not exist yet.
    port
        Loopback port; a free one by default.

    Yields
    ------
    str
        The URL, once the server answers.

    Raises
    ------
    MissingPart
        If Streamlit or Plotly is not installed.
    InputError
        If the port is out of range or taken.
    MootError
        If the server does not answer in time.
    """
    require_app()
    chosen = _free_port() if port is None else _check_port(port)
    with tempfile.TemporaryFile() as log:
        process = _start(results, chosen, log)
        try:
            _await(process, chosen, log)
            yield f"http://{HOST}:{chosen}"
        finally:
            _stop(process)


def require_app() -> None:
    """Check that the libraries of the dashboard are installed.

    Raises
    ------
    MissingPart
        If one is not.
    """
    for library in ("streamlit", "plotly", "pyarrow", "pandas"):
        if find_spec(library) is None:
            raise MissingPart(
                f"the dashboard needs {library}: install it with `pip install 'moot[app]'`"
            )


def _start(results: Path, port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    flags = [f"--{name}={value}" for name, value in _FLAGS.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(_ENTRY), f"--server.port={port}", *flags],
        env=_environment(results),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        # Ctrl-C reaches the command alone, which then stops the server in good order.
        start_new_session=True,
    )


def _environment(results: Path) -> dict[str, str]:
    """Pass the results folder on, and this package to a child started from any folder."""
    paths = [str(_ENTRY.parents[1]), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(filter(None, paths))
    return {**os.environ, "MOOT_RESULTS": str(results.resolve()), "PYTHONPATH": path}


def _await(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        probe = http.client.HTTPConnection(HOST, port, timeout=2)
        try:
            probe.request("GET", "/_stcore/health")
            if probe.getresponse().status == http.client.OK:
                return
        except (http.client.HTTPException, OSError):
            time.sleep(0.1)
        finally:
            probe.close()
    log.seek(0)
    said = log.read().decode(errors="replace").strip().splitlines()
    state = "did not answer in time" if process.poll() is None else "stopped at once"
    raise MootError(f"the dashboard server {state}: {said[-1] if said else 'it said nothing'}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _check_port(port: int) -> int:
    low, high = PORTS
    if not low <= port <= high:
        raise InputError(f"port {port} is outside {low} to {high}: choose another")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise InputError(
                f"port {port} is taken: choose another, or leave --port out"
            ) from error
    return port
