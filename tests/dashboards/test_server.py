import http.client
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboards import server
from dashboards.commands import COMMANDS
from governance.errors import InputError, MissingPart


def test_serves_on_loopback_and_stops(full: Path) -> None:
    with server.serve(full) as url:
        assert url.startswith("http://127.0.0.1:")
        port = int(url.rsplit(":", 1)[1])
        asked = http.client.HTTPConnection(server.HOST, port, timeout=20)
        asked.request("GET", "/_stcore/health")
        assert asked.getresponse().read() == b"ok"
        asked.close()
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect((server.HOST, port))


def test_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((server.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} is taken"), server.serve(tmp_path, port):
            pass


@pytest.mark.parametrize("port", [0, 80, 65_536])
def test_port_out_of_range_is_refused(tmp_path: Path, port: int) -> None:
    with pytest.raises(InputError, match="outside 1024 to 65535"), server.serve(tmp_path, port):
        pass


def test_missing_streamlit_names_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(MissingPart, match=r"pip install 'moot\[app\]'"):
        server.require_app()


def test_command_refuses_a_missing_folder(tmp_path: Path) -> None:
    (dashboard,) = (command for command in COMMANDS if command.name == "dashboard")
    done = CliRunner().invoke(dashboard, [str(tmp_path / "absent"), "--headless"])
    assert isinstance(done.exception, InputError)
    assert "moot demo" in str(done.exception)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_stops_its_server_when_asked(full: Path, number: signal.Signals) -> None:
    script = "from dashboards.commands import dashboard; dashboard()"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(full), "--headless"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts what it runs in the background deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    assert "Ctrl-C" in process.stderr.readline()
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 0
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect((server.HOST, port))
