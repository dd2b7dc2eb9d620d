"""What one client, and all of them, may ask for; and who has to go when there are too many."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests

from fake_provider import FakeNexmo
from fake_provider.realhosts.authority import load_or_make
from fake_provider.server import Limits, Server
from fake_provider.server.limits import allow_open_files, open_files
from tests.fake_provider.server.scripted import Scripted, connect, get, until
from tests.fake_provider.test_cli import serving
from tests.raw import Answer, head, read_answer


@contextmanager
def open_files_limited_to(number: int) -> Iterator[None]:
    """Let this process begin with so few."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def asked(sock: socket.socket, path: str = "/") -> Answer:
    """Return the answer to one request, after which the connection is kept."""
    sock.sendall(get(path))
    return read_answer(sock)


def test_the_one_that_is_idle_for_longest_makes_room() -> None:
    """For a new connection, where there are as many as there may be; who has said something since is not idle."""
    with (
        Server(Scripted(), limits=Limits(connections=3)) as server,
        connect(server.url) as first,
        connect(server.url) as second,
        connect(server.url) as third,
    ):
        for sock in (first, second, third, first):
            assert asked(sock).status == 200
        with connect(server.url) as new:
            assert asked(new).status == 200

            assert second.recv(1) == b""
            assert asked(first).status == asked(third).status == 200


def test_where_nobody_is_idle_a_new_one_is_refused() -> None:
    """With 503, at once, while half a request of another is on its way."""
    application = Scripted()
    with (
        Server(application, limits=Limits(connections=2)) as server,
        connect(server.url) as half,
        connect(server.url) as slow,
    ):
        half.sendall(b"GET / HT")
        slow.sendall(get("/slow"))
        until(lambda: application.at_once and any(o.dialogue.is_in_a_request for o in server._reactor._open))
        with connect(server.url) as new:
            assert read_answer(new).status == 503
        application.may_go.set()

        assert read_answer(slow).status == 200


def test_as_many_connections_as_the_system_allows_files() -> None:
    """There are fewer connections than files this process may have open, however many were wanted."""
    with open_files_limited_to(500), Server(Scripted(), limits=Limits(connections=10_000)) as server:
        assert 300 < server.most_connections < 500


def test_more_files_are_allowed_where_they_may() -> None:
    """``serve`` asks for as many as its connections want; as far as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open_files_limited_to(100):
        allow_open_files(200)
        raised = open_files()
        allow_open_files(50)
        kept = open_files()
        allow_open_files(10**9)

        assert raised is not None
        assert 200 < raised == kept
        assert open_files() in (hard, raised)  # macOS has a second limit, and says no


def use_up_files(stack: ExitStack) -> None:
    while True:
        try:
            stack.enter_context(socket.socket())
        except OSError:
            return


def test_out_of_files() -> None:
    """Where the system has none left for another connection, an idle one makes room too."""
    with ExitStack() as stack:
        server = stack.enter_context(Server(Scripted()))
        old = stack.enter_context(connect(server.url))
        assert asked(old).status == 200
        new = stack.enter_context(socket.socket())
        new.settimeout(10)
        stack.enter_context(open_files_limited_to(new.fileno() + 20))
        use_up_files(stack)
        new.connect((server.host, server.port))

        assert asked(new).status == 200
        assert old.recv(1) == b""


SLOW = [
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", b"x", Limits(head_seconds=0.1), id="head"),
    pytest.param(
        head("POST", "/", [("Content-Length", "9999")], host="a"), b"x", Limits(body_seconds=0.1), id="body"
    ),
    pytest.param(
        head("POST", "/", [("Transfer-Encoding", "chunked")], host="a"),
        b"1\r\nx\r\n",
        Limits(body_seconds=0.1),
        id="chunks",
    ),
]


@pytest.mark.parametrize(("begin", "drip", "limits"), SLOW)
def test_slow_senders(begin: bytes, drip: bytes, limits: Limits) -> None:
    """Whoever sends octet by octet gets a 408 in the end, however regularly they come; it is recorded, and the connection over."""
    fake = FakeNexmo()
    with Server(fake.application, limits=limits) as server, connect(server.url) as sock:
        sock.sendall(get("/account/get-balance") + begin)
        sock.settimeout(0.005)
        received = b""
        while b"408 Request Timeout" not in received:
            try:
                received += sock.recv(65536)
            except TimeoutError:
                sock.sendall(drip)
        sock.settimeout(10)
        while more := sock.recv(65536):
            received += more

    assert received.endswith(b"bytes a second\n")
    assert [one.response.status for one in fake.exchanges] == [408, 401]
    assert fake.exchanges[0].request.target == "/"


def test_a_long_body_may_take_its_time() -> None:
    """As long as it comes quickly enough: each second brings more time."""
    body = b"x" * 100
    with Server(Scripted(), limits=Limits(body_seconds=0.05, body_bytes_per_second=100)) as server:
        request = head("POST", "/", [("Content-Length", "100")], host="a")
        with connect(server.url) as sock:
            sock.sendall(request + body[:99])
            until(lambda: any(len(one.dialogue.request.body) == 99 for one in server._reactor._open))
            later = time.monotonic() + 0.2
            until(lambda: time.monotonic() > later)
            sock.sendall(body[99:])

            assert read_answer(sock).status == 200


def test_a_handshake_may_not_take_for_ever() -> None:
    """Who connects where TLS is spoken, and says nothing, is let go."""
    tls = load_or_make().server_context()
    with Server(Scripted(), tls=tls, limits=Limits(head_seconds=0.05)) as server, connect(server.url) as sock:
        assert sock.recv(1) == b""


def test_a_thousand_idle_connections() -> None:
    """Nobody is slowed down or turned away by them, and all of them are still there."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 2_048 if limit[1] == resource.RLIM_INFINITY else min(2_048, limit[1])
    with (
        open_files_limited_to(max(enough, limit[0])),
        serving("--log-level", "error") as (_, url, _),
        ExitStack() as stack,
    ):
        idle = [stack.enter_context(connect(url)) for _ in range(1_000)]
        for _ in range(10):
            assert requests.get(f"{url}/_fake/health", timeout=5).status_code == 200

        assert {asked(sock, "/_fake/health").status for sock in (idle[0], idle[500], idle[-1])} == {200}
