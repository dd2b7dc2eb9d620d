"""One thread that serves all: nobody has to wait for somebody else who is slow."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from fake_provider import FakeNexmo
from fake_provider.domain.fault import Ending
from fake_provider.realhosts.authority import load_or_make
from fake_provider.server import Limits, Server
from tests.fake_provider.server.scripted import Scripted, connect, get, read_bodies, until
from tests.raw import read_answer


@pytest.fixture
def application() -> Scripted:
    """An application that does as it is told."""
    return Scripted()


@pytest.fixture
def server(application: Scripted) -> Iterator[Server]:
    """A server of that application, with two threads for what is slow."""
    with Server(application, limits=Limits(threads=2)) as server:
        yield server
        application.may_go.set()


def assert_answers(server: Server, path: str = "/other") -> None:
    """Fail unless a new client gets its answer."""
    with connect(server.url) as sock:
        sock.sendall(get(path))
        assert read_answer(sock).body == path.encode()


def test_idle_connections_cost_no_thread(server: Server) -> None:
    """A hundred that say nothing are served by the thread that serves one."""
    assert_answers(server)
    before = threading.active_count()
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connect(server.url))
        assert_answers(server)

        assert threading.active_count() == before


def test_what_is_slow_holds_up_nobody(server: Server, application: Scripted) -> None:
    """While one answer takes its time, others are given."""
    with connect(server.url) as slow:
        slow.sendall(get("/slow"))
        until(lambda: application.at_once == 1)
        assert_answers(server)
        application.may_go.set()

        assert read_answer(slow).body == b"/slow"
    assert application.answered == ["/other", "/slow"]


def test_threads_are_bounded(server: Server, application: Scripted) -> None:
    """What is slow waits for one of the threads; all of it is answered in the end."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(server.url)) for _ in range(6)]
        for client in clients:
            client.sendall(get("/slow"))
        until(lambda: application.at_once == 2)
        assert_answers(server)
        application.may_go.set()

        assert [read_answer(client).status for client in clients] == [200] * 6
    assert application.most_at_once == 2


def test_answers_keep_their_order(server: Server, application: Scripted) -> None:
    """Of requests that come at once on one connection, quick ones wait for a slow one before them."""
    paths = ["/1", "/slow2", "/3", "/slow4", "/5"]
    with connect(server.url) as sock:
        sock.sendall(b"".join(map(get, paths)))
        assert_answers(server)
        application.may_go.set()

        assert read_bodies(sock, 5) == [path.encode() for path in paths]


def test_a_client_that_sends_much_at_once_starves_nobody(server: Server, application: Scripted) -> None:
    """Somebody who comes in the middle of a thousand requests of one client is answered before they are."""
    with connect(server.url) as many, connect(server.url) as one:
        many.sendall(b"".join(get(f"/{number}") for number in range(1_000)))
        until(lambda: application.answered)
        one.sendall(get("/one"))
        read_answer(one)
        until(lambda: "/999" in application.answered)

        assert application.answered.index("/one") < 999
        assert [path for path in application.answered if path != "/one"] == [f"/{n}" for n in range(1_000)]


def test_a_client_that_reads_slowly_holds_up_nobody(server: Server) -> None:
    """An answer that nobody reads yet waits; once it is read, it is whole, and so is the next."""
    with connect(server.url) as slow:
        slow.sendall(get("/big") + get("/next"))
        assert_answers(server)

        assert [len(body) for body in read_bodies(slow, 2)] == [8_000_000, len("/next")]


def test_a_slow_handshake_holds_up_nobody() -> None:
    """Two who say nothing, or half a word of TLS, do not keep a third from being served."""
    authority = load_or_make()
    with (
        Server(Scripted(), tls=authority.server_context()) as server,
        connect(server.url) as silent,
        connect(server.url) as slow,
        connect(server.url) as plain,
    ):
        slow.sendall(b"\x16\x03\x01\x02\x00")
        plain.sendall(get("/"))

        assert read_answer(plain).status == 400
        context = ssl.create_default_context(cafile=authority.certificate_file)
        with context.wrap_socket(connect(server.url), server_hostname="127.0.0.1") as sock:
            sock.sendall(get("/big") + get("/over-TLS"))
            assert [len(body) for body in read_bodies(sock, 2)] == [8_000_000, len("/over-TLS")]
        assert silent.fileno() > 0


def test_hanging_answers_cost_no_thread() -> None:
    """Of many that hang none holds up another call, nor the stop; each ends with the server."""
    fake = FakeNexmo()
    fake.faults.add(action={"hang": True}, times=None)
    with ExitStack() as stack:
        server = stack.enter_context(Server(fake.application, limits=Limits(threads=2)))
        clients = [stack.enter_context(connect(server.url)) for _ in range(10)]
        for client in clients:
            client.sendall(get("/account/get-balance"))
        until(lambda: len(fake.exchanges) == 10)
        with connect(server.url) as sock:
            sock.sendall(get("/_fake/health"))
            assert read_answer(sock).status == 200
        server.stop()

        assert [client.recv(1) for client in clients] == [b""] * 10


def test_our_own_mistake_ends_one_connection(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """What goes wrong with one connection inside the fake is logged, and all others are served."""
    with connect(server.url) as sock:
        sock.sendall(get("/broken"))
        assert sock.recv(1) == b""

    assert_answers(server)
    assert "this is a bug of the fake" in caplog.text


@pytest.mark.parametrize("path", ["/quick", "/slow"])
@pytest.mark.parametrize("ending", list(Ending), ids=lambda ending: ending.value)
def test_it_is_said_once_that_an_answer_is_out(
    ending: Ending, path: str, server: Server, application: Scripted
) -> None:
    """However an answer ends, and whoever made it."""
    application.ending = ending
    application.may_go.set()
    with connect(server.url) as sock:
        sock.sendall(get(path))
        assert application.told.happened.wait(10)
    server.stop()

    assert application.told.times == 1


@pytest.mark.parametrize("path", ["/big", "/slow", "/big-and-then-some"])
def test_a_client_that_is_gone(path: str, server: Server, application: Scripted) -> None:
    """Where an answer cannot go, that is said too; once."""
    with connect(server.url) as sock:
        sock.sendall(get(path))
        until(lambda: application.at_once or application.answered)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    application.may_go.set()

    assert application.told.happened.wait(10)
    server.stop()
    assert application.told.times == 1


def test_a_long_answer_that_was_made_slowly(server: Server, application: Scripted) -> None:
    """What waits for it to be out is done once the client has taken it all, and the connection goes on."""
    application.is_quick = lambda wire: wire.target != "/big"  # type: ignore[method-assign]
    with connect(server.url) as sock:
        sock.sendall(get("/big"))
        until(lambda: application.answered)
        assert application.told.times == 0

        assert len(read_answer(sock).body) == 8_000_000
        assert application.told.happened.wait(10)
        sock.sendall(get("/next"))
        assert read_answer(sock).body == b"/next"
