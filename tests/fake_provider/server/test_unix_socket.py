"""A Unix socket in place of a port: for a proxy in front, and for nobody else."""

from __future__ import annotations

import os
import signal
import socket
import stat
import threading
from pathlib import Path

import pytest

from fake_provider import FakeNexmo, InvalidValue
from fake_provider.cli import main
from fake_provider.errors import FakeNexmoError, SocketInUse
from fake_provider.server import Server
from tests.fake_provider.server.scripted import Scripted, get
from tests.fake_provider.test_cli import serving
from tests.raw import Answer, head, read_answer


def asked(path: Path, request: bytes) -> Answer:
    """Return what is answered at *path*."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(path))
        sock.sendall(request)
        return read_answer(sock)


def test_it_serves_for_its_user_alone(tmp_path: Path) -> None:
    """The file is readable by nobody else, and goes with the server; a request needs no control token."""
    path = tmp_path / "fake.sock"
    with FakeNexmo().serve(unix_socket=path) as server:
        assert server.url == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert asked(path, head("GET", "/_fake/health", [], host="localhost")).status == 200
        assert asked(path, b"GET /_fake/health HTTP/1.0\r\n\r\n").status == 200

    assert not path.exists()


def test_an_abandoned_one_is_replaced(tmp_path: Path) -> None:
    """What a server that was killed has left is in nobody's way."""
    path = tmp_path / "fake.sock"
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(path))
    with FakeNexmo().serve(unix_socket=path):
        assert asked(path, head("GET", "/_fake/health", [], host="localhost")).status == 200


def test_one_at_which_somebody_listens_is_left(tmp_path: Path) -> None:
    """With an error that names it; the other goes on."""
    path = tmp_path / "fake.sock"
    with FakeNexmo().serve(unix_socket=path):
        with pytest.raises(SocketInUse, match="choose another --unix-socket"):
            FakeNexmo().serve(unix_socket=path)

        assert asked(path, head("GET", "/_fake/health", [], host="localhost")).status == 200


def test_of_many_who_want_the_same_one_has_it(tmp_path: Path) -> None:
    """However many find the abandoned socket at the same time."""
    path = tmp_path / "fake.sock"
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(path))
    servers: list[Server] = []
    errors: list[FakeNexmoError] = []

    def serve() -> None:
        try:
            servers.append(Server(Scripted(), unix_socket=path))
        except FakeNexmoError as error:
            errors.append(error)

    threads = [threading.Thread(target=serve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(servers), {type(error) for error in errors}) == (1, {SocketInUse})
    assert asked(path, get("/here")).body == b"/here"
    servers[0].stop()


def test_the_file_of_somebody_else_is_left(tmp_path: Path) -> None:
    """Where another has taken its place meanwhile, the end removes nothing."""
    path = tmp_path / "fake.sock"
    with FakeNexmo().serve(unix_socket=path):
        path.unlink()
        path.write_text("mine")

    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a-file", "no socket; it is left as it is"),
        ("no-such-folder/fake.sock", "no such file or directory"),
        ("x" * 120, "too long"),
    ],
)
def test_where_none_can_be(
    name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says why, exit code 2; what is there stays."""
    (tmp_path / "a-file").write_text("mine")
    with pytest.raises(InvalidValue, match=message):
        FakeNexmo().serve(unix_socket=tmp_path / name)

    assert main(["serve", "--unix-socket", str(tmp_path / name)]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
    assert (tmp_path / "a-file").read_text() == "mine"


def test_no_tls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That is the proxy's, and an error says so."""
    assert main(["serve", "--tls", "--unix-socket", str(tmp_path / "x")]) == 2
    assert "the proxy in front of it speaks TLS" in capsys.readouterr().err


def test_serve(tmp_path: Path) -> None:
    """The command says how to ask it, and removes the file when it ends; an address for everybody is of no account."""
    path = tmp_path / "fake.sock"
    with serving("--host", "0.0.0.0", "--unix-socket", str(path)) as (process, url, printed):
        assert url == f"unix:{path}"
        assert f"curl --unix-socket {path} http://localhost/_fake/health" in printed
        assert asked(path, head("GET", "/_fake/health", [], host="localhost")).status == 200
        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0
    assert os.listdir(tmp_path) == []
