"""``fake-nexmo health``: one line, and an exit code, about a fake that runs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fake_provider import FakeNexmo
from fake_provider.cli import main
from fake_provider.realhosts.authority import load_or_make
from fake_provider.version import __version__
from tests.conftest import Serve, Served
from tests.ports import free_port

WELL = b'{"status": "ok", "profile": "strict", "version": "9"}'


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAKE_NEXMO_CONTROL_TOKEN", raising=False)


@contextmanager
def answering(listener: socket.socket, answer: bytes) -> Iterator[None]:
    """Let whoever connects first have *answer*, whatever it asks."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener:
        yield
    thread.join(5)


def http(status: str, body: bytes) -> bytes:
    """Return an answer."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_fake_that_is_well(strict: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and what it is."""
    code = main(["health", "--url", strict.url])

    assert (code, *capsys.readouterr()) == (0, f"ok strict {__version__}\n", "")


def test_a_token(serve: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It comes from the environment; without the right one the line says so, without any."""
    url = serve(control_token="s3cret").url
    codes = [main(["health", "--url", url])]
    for token in ("guessed", "s3cret\n"):
        monkeypatch.setenv("FAKE_NEXMO_CONTROL_TOKEN", token)
        codes.append(main(["health", "--url", url]))

    said = capsys.readouterr()
    assert codes == [1, 1, 0]
    assert said.err.splitlines() == [
        f"fake-nexmo: {url} wants the control token; set FAKE_NEXMO_CONTROL_TOKEN",
        f"fake-nexmo: {url} wants another control token; set FAKE_NEXMO_CONTROL_TOKEN",
    ]


def test_a_token_that_is_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot stand in a header is wrong use, and not shown."""
    monkeypatch.setenv("FAKE_NEXMO_CONTROL_TOKEN", "naïveté")

    assert main(["health"]) == 2
    assert capsys.readouterr().err.startswith("fake-nexmo: FAKE_NEXMO_CONTROL_TOKEN: it is empty, or not")


def test_a_database_that_is_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not well, but alive: nothing that a restart would mend."""
    file = tmp_path / "fake.db"
    fake = FakeNexmo(database=str(file))
    with fake.serve() as server:
        file.rename(tmp_path / "away")
        codes = (main(["health", "--url", server.url]), main(["health", "--url", server.url, "--live"]))
    fake.close()

    said = capsys.readouterr()
    assert codes == (1, 0)
    assert said.out == "alive, HTTP 503\n"
    assert f"{server.url} answers HTTP 503: the database" in said.err
    assert "fake.db is gone" in said.err


def test_a_fake_without_a_control_api(capsys: pytest.CaptureFixture[str]) -> None:
    """It tells nobody how it is; that it lives can be seen."""
    with FakeNexmo(control=False).serve() as server:
        codes = (main(["health", "--url", server.url]), main(["health", "--url", server.url, "--live"]))

    said = capsys.readouterr()
    assert codes == (1, 0)
    assert "one with --no-control tells nobody, and --live asks no more" in said.err
    assert said.out == "alive, HTTP 404\n"


def test_nothing_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens."""
    url = f"http://127.0.0.1:{free_port()}"

    assert main(["health", "--url", url]) == 1
    assert capsys.readouterr().err == f"fake-nexmo: nothing listens at {url}; fake-nexmo serve starts one\n"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(http("200 OK", b"hello"), "answers HTTP 200: it does not seem", id="no-json"),
        pytest.param(http("200 OK", b"[]"), "answers HTTP 200: it does not seem", id="another-json"),
        pytest.param(http("404 Not Found", b"{}"), "answers HTTP 404: it does not seem", id="no-such-page"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", "gives no answer in HTTP", id="no-http"),
        pytest.param(b"", "gives no answer in HTTP", id="nothing-at-all"),
    ],
)
def test_something_else_there(answer: bytes, problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told in one line what listens there instead."""
    listener = socket.create_server(("127.0.0.1", 0))
    with answering(listener, answer):
        code = main(["health", "--url", f"http://127.0.0.1:{listener.getsockname()[1]}"])

    errors = capsys.readouterr().err
    assert code == 1
    assert problem in errors
    assert errors.count("\n") == 1


def test_somebody_who_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is given up."""
    monkeypatch.setattr("fake_provider.commands.probe._PATIENCE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code = main(["health", "--url", f"http://127.0.0.1:{silent.getsockname()[1]}"])

    assert code == 1
    assert "did not answer within 0.05 s" in capsys.readouterr().err


def test_over_a_unix_socket(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its path is enough; one that is not there is told."""
    path = tmp_path / "fake.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    with answering(listener, http("200 OK", WELL)):
        code = main(["health", "--url", f"unix:{path}"])

    assert code == 0
    assert main(["health", "--url", f"unix:{path}.not"]) == 1
    said = capsys.readouterr()
    assert said.out == "ok strict 9\n"
    assert said.err == f"fake-nexmo: unix:{path}.not cannot be reached: No such file or directory\n"


def test_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ``serve --tls`` of the same user shows is trusted; of another user it is not."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "mine"))
    fake = FakeNexmo()
    with fake.serve(tls=load_or_make().server_context()) as server:
        codes = [main(["health", "--url", server.url])]
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another"))
        codes.append(main(["health", "--url", server.url]))

    assert codes == [0, 1]
    assert "cannot be reached" in capsys.readouterr().err


def test_waiting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is asked again until it is well."""
    path = tmp_path / "fake.sock"
    listener = socket.socket(socket.AF_UNIX)
    codes: list[int] = []
    asking = threading.Thread(
        target=lambda: codes.append(main(["health", "--url", f"unix:{path}", "--wait", "20"]))
    )
    asking.start()
    listener.bind(str(path))
    listener.listen()
    with answering(listener, http("200 OK", WELL)):
        asking.join(20)

    assert codes == [0]
    assert capsys.readouterr() == ("ok strict 9\n", "")


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "http://127.0.0.1:x", "unix:", "http://a/b"])
def test_no_place(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no place to ask at is wrong use."""
    with pytest.raises(SystemExit) as ended:
        main(["health", "--url", url])

    assert ended.value.code == 2
    assert (
        "is neither a base URL, such as http://127.0.0.1:8080, nor unix: and a path"
        in capsys.readouterr().err
    )
