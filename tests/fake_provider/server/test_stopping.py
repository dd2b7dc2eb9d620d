"""A server stops without cutting anybody off."""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
import requests

from fake_provider.domain.fault import Ending
from fake_provider.domain.wire import WireRequest
from fake_provider.server import Server
from fake_provider.web.app import Reply
from tests.fake_provider.server.scripted import Scripted, connect, get, until
from tests.fake_provider.test_cli import serving
from tests.raw import head, read_answer


@pytest.fixture
def application() -> Scripted:
    """An application that does as it is told."""
    return Scripted()


@contextmanager
def stopping(server: Server, *, is_busy: bool = False, **times: float) -> Iterator[Callable[[], float]]:
    """Begin to stop a server, or ask it to if it *is_busy*; what is given returns how long that has taken, in the end."""
    started = time.perf_counter()
    stopper = threading.Thread(target=lambda: server.stop(**times))
    stopper.start()
    until((lambda: server._reactor._calls) if is_busy else server._site.stopping.is_set)
    with server._reactor._lock:  # it has been woken too
        pass

    def taken() -> float:
        stopper.join()
        return time.perf_counter() - started

    yield taken
    stopper.join()


def test_whoever_waits_to_be_accepted_is_answered(application: Scripted) -> None:
    """Those whom the system has let in before the stop get their answers, and are told that these are the last."""
    entered = threading.Event()

    def reply(wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
        if wire.target == "/busy":
            entered.set()
            assert application.may_go.wait(10)
        return Scripted.reply(application, wire)

    application.reply = reply  # type: ignore[method-assign]
    server = Server(application)
    with ExitStack() as stack:
        busy = stack.enter_context(connect(server.url))
        busy.sendall(get("/busy"))
        assert entered.wait(10)  # the thread that serves all can accept nobody now
        clients = [stack.enter_context(connect(server.url)) for _ in range(100)]
        for client in clients:
            client.sendall(get("/waits"))
        with stopping(server, is_busy=True):
            application.may_go.set()
            assert read_answer(busy).body == b"/busy"
            answers = [read_answer(client) for client in clients]

    assert {answer.headers["connection"] for answer in answers} == {"close"}
    assert [answer.body for answer in answers] == [b"/waits"] * 100


def test_a_request_that_comes_a_little_late(application: Scripted) -> None:
    """On a kept connection it is still answered, as the last; the stop waits no longer than for that."""
    server = Server(application)
    with connect(server.url) as kept:
        kept.sendall(get("/first"))
        assert "connection" not in read_answer(kept).headers
        with stopping(server, grace_seconds=9, linger_seconds=9) as taken:
            kept.sendall(get("/late"))
            late = read_answer(kept)

            assert (late.body, late.headers["connection"]) == (b"/late", "close")
            assert taken() < 5


def test_pipelined_requests_are_answered(application: Scripted) -> None:
    """What came before the stop is answered whole; the last answer says that it is."""
    server = Server(application)
    with connect(server.url) as sock:
        sock.sendall(get("/slow") + get("/2") + get("/3"))
        until(lambda: application.at_once)
        with stopping(server):
            application.may_go.set()
            data = b""
            while more := sock.recv(65536):
                data += more

    assert data.count(b"HTTP/1.1 200 OK") == 3
    assert data.count(b"Connection: close") == 1


def test_a_request_that_is_half_there(application: Scripted) -> None:
    """Its other half may come as long as the grace lasts."""
    server = Server(application)
    with connect(server.url) as sock:
        sock.sendall(head("POST", "/half", [("Content-Length", "4")], host="a") + b"ab")
        until(lambda: any(one.dialogue.request.head_complete for one in server._reactor._open))
        with stopping(server, grace_seconds=9):
            later = time.monotonic() + 0.02  # than idle connections have
            until(lambda: time.monotonic() > later)
            sock.sendall(b"cd")

            assert read_answer(sock).body == b"/half"


def test_the_grace_ends(application: Scripted) -> None:
    """Whoever is not ready then is cut off, and the server has stopped."""
    server = Server(application)
    with connect(server.url) as slow, connect(server.url) as half:
        slow.sendall(get("/slow"))
        half.sendall(b"GET /half HT")
        until(lambda: application.at_once and any(o.dialogue.is_in_a_request for o in server._reactor._open))
        with stopping(server, grace_seconds=0.1) as taken:
            assert 0.1 <= taken() < 5

        assert (slow.recv(1), half.recv(1)) == (b"", b"")
    application.may_go.set()
    until(lambda: application.told.times == 1)


@pytest.mark.parametrize("before", [True, False], ids=["hanging", "about-to-hang"])
def test_who_hangs_does_not_use_up_the_grace(before: bool, application: Scripted) -> None:
    """An answer that never comes ends with the stop, whether it was on its way already or not."""
    application.ending = Ending.HANGING
    server = Server(application)
    with connect(server.url) as sock:
        sock.sendall(get("/quick" if before else "/slow"))
        until(lambda: application.told.times if before else application.at_once)
        with stopping(server, grace_seconds=60) as taken:
            application.may_go.set()

            assert taken() < 5
        assert sock.recv(1) == b""


def test_hurry(application: Scripted) -> None:
    """Whoever loses patience ends the grace."""
    server = Server(application)
    with connect(server.url) as slow:
        slow.sendall(get("/slow"))
        until(lambda: application.at_once)
        with stopping(server, grace_seconds=60) as taken:
            server.hurry()

            assert taken() < 5
    application.may_go.set()


class Client(threading.Thread):
    """Sends one request after the other on kept connections, until nobody listens any more."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._address = urlsplit(url).netloc
        self.answered = 0
        self.failure: Exception | None = None

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=10)
        while True:
            try:
                connection.connect() if connection.sock is None else None
            except ConnectionError:  # nobody listens: no request was sent
                return
            try:
                connection.request("POST", "/oauth/request_token")
                connection.getresponse().read()
            except (OSError, http.client.HTTPException) as error:
                self.failure = error
                return
            self.answered += 1


def test_nothing_is_lost_under_load() -> None:
    """With clients that never pause each request that was sent has its whole answer when SIGTERM ends the server."""
    with serving("--log-level", "error") as (process, url, _):
        clients = [Client(url) for _ in range(8)]
        for client in clients:
            client.start()
        until(lambda: all(client.answered > 20 for client in clients))
        process.send_signal(signal.SIGTERM)
        for client in clients:
            client.join()

        assert process.wait(10) == 0
    assert [client.failure for client in clients] == [None] * 8


def is_open(url: str) -> bool:
    try:
        connect(url).close()
    except ConnectionError:
        return False
    return True


def test_a_second_signal_ends_the_grace() -> None:
    """Without a traceback, and with exit code 0 as the first."""
    with serving("--grace", "60") as (process, url, _), connect(url) as half:
        half.sendall(b"GET /half HT")
        assert requests.get(f"{url}/_fake/health", timeout=9).ok  # so that the half has been read too
        process.send_signal(signal.SIGTERM)
        until(lambda: not is_open(url))
        assert process.poll() is None
        process.send_signal(
            signal.SIGINT
        )  # as a supervisor's own, sent with the first to all processes: it changes nothing
        assert process.poll() is None

        def ends() -> bool:
            process.send_signal(signal.SIGINT)
            return process.poll() is not None

        until(ends)

        assert process.wait(10) == 0
