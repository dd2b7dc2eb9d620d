"""Connections are kept between the tests of a run, as long as they are sure to be open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from contract_tests.connections import SECONDS_KEPT, Connections
from contract_tests.targets import through


class Asked(ThreadingHTTPServer):
    """Keeps connections open, and knows from where each request came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.seen: list[tuple[int, str | None]] = []


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Asked

    def do_GET(self) -> None:
        self.server.seen.append((self.client_address[1], self.headers.get("Cookie")))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("Set-Cookie", "who=somebody")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def asked() -> Iterator[Asked]:
    with Asked() as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def _two_tests(asked: Asked, *, idle_seconds: float) -> None:
    """Ask in one test, and after *idle_seconds* in another."""
    now = [100.0]
    connections = Connections(monotonic=lambda: now[0])
    for _ in range(2):
        with connections.session() as session:
            session.get(f"http://127.0.0.1:{asked.server_port}/", timeout=10)
        now[0] += idle_seconds
    connections.close()


@pytest.mark.parametrize(
    ("idle_seconds", "connections"),
    [pytest.param(SECONDS_KEPT, 1, id="short"), pytest.param(SECONDS_KEPT + 1, 2, id="long")],
)
def test_one_that_was_idle_for_a_short_time_is_used_again(
    asked: Asked, idle_seconds: float, connections: int
) -> None:
    """After a longer time the provider may be about to close it, and a request would be lost in it."""
    _two_tests(asked, idle_seconds=idle_seconds)

    assert len({port for port, _ in asked.seen}) == connections


def test_it_is_used_again_where_answers_have_to_be_whole(asked: Asked) -> None:
    """What waits for them is put around the session anew in each test, and leaves what is open."""
    request = requests.Request("GET", f"http://127.0.0.1:{asked.server_port}/").prepare()
    with requests.Session() as session:
        for _ in range(2):
            through(session)(request)

    assert len({port for port, _ in asked.seen}) == 1


def test_nothing_but_the_connection_is_kept(asked: Asked) -> None:
    """A cookie of one test is unknown to the next."""
    _two_tests(asked, idle_seconds=0)

    assert [cookie for _, cookie in asked.seen] == [None, None]
