"""Addresses at which somebody takes connections, and gives no answer."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from contract_tests.targets import TargetError, Url
from fake_provider import FakeNexmo
from fake_provider.cli import main
from fake_provider.realhosts.authority import load_or_make
from tests.documents import ROOT

Context = Callable[[], ssl.SSLContext]


@contextmanager
def _hanging_up(*, by_reset: bool) -> Iterator[str]:
    """Take connections, and end each at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.recv(65536)
                if by_reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

        thread = Thread(target=hang_up)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def _served(scheme: str, tls: Context | None = None) -> Iterator[str]:
    """Serve a fake, and name it by a *scheme* that may be the other one."""
    with FakeNexmo().serve(tls=tls and tls()) as server:
        yield f"{scheme}:{server.url.partition(':')[2]}"


CASES: dict[str, tuple[Callable[[Context], AbstractContextManager[str]], str]] = {
    "without-tls": (
        lambda _: _served("https"),
        "something answers at https://{at} without TLS: http://{at} is where it is",
    ),
    "by-tls": (
        lambda tls: _served("http", tls),
        "something answers at http://{at} by TLS: https://{at} is where it is",
    ),
    "not-trusted": (
        lambda tls: _served("https", tls),
        "something answers at https://{at}, but its certificate is not trusted: ",
    ),
    "reset": (
        lambda _: _hanging_up(by_reset=True),
        "something takes connections at http://{at}, and ends them without an answer",
    ),
    "closed": (
        lambda _: _hanging_up(by_reset=False),
        "something takes connections at http://{at}, and ends them without an answer",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_answers_otherwise_is_not_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    """The contract tests and drift say what is between them and whoever is there, and show no number of an error."""
    opened, words = CASES[case]
    with opened(load_or_make(tmp_path / "ca").server_context) as url:
        with pytest.raises(TargetError) as target:
            Url(url)
        code = main(["drift", str(ROOT / "examples" / "recording"), "--against", url])
    wanted = words.format(at=url.partition("//")[2])

    assert str(target.value).startswith(wanted)
    said = capsys.readouterr().err
    assert code == 2
    assert wanted in said
    assert "Errno" not in said
