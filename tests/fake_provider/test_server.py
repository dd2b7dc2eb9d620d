"""The HTTP door: what no parser accepts, limits, and stopping at once."""

from __future__ import annotations

import socket
import struct
import threading
import time
from urllib.parse import urlsplit

import pytest

from fake_provider import AddressInUse, FakeNexmo, InvalidValue
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.server import Limits, Server
from fake_provider.web.app import Application, Reply
from tests.conftest import Served
from tests.raw import exchange, head, read_answer


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


NOT_HTTP = [
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
    pytest.param(b"hello\r\n\r\n", id="no-request-line"),
    pytest.param(b"GET /\r\n\r\n", id="HTTP-0.9"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP-2"),
    pytest.param(b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", id="blank-in-the-target"),
    pytest.param(b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", id="blank-before-the-colon"),
    pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", id="length-is-no-number"),
    pytest.param(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        id="two-lengths",
    ),
    pytest.param(
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="broken-chunk"
    ),
    pytest.param(b"CONNECT rest.nexmo.com:443 HTTP/1.1\r\nHost: rest.nexmo.com\r\n\r\n", id="CONNECT"),
    pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no-host"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", id="two-hosts"),
    pytest.param(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", id="asterisk"),
]


@pytest.mark.parametrize("request_bytes", NOT_HTTP)
def test_what_no_parser_accepts_is_answered_and_recorded(request_bytes: bytes, documented: Served) -> None:
    """A request that is no HTTP/1.1 gets a 400, and is in the trace like any other."""
    answer = exchange(documented.url, request_bytes)

    assert answer.status == 400
    assert [e.response.status for e in documented.fake.exchanges] == [400]
    assert documented.fake.exchanges[0].outcome == "other"


@pytest.mark.parametrize("host", ["a b", "a/b", "user@host", "host:99999", "host:0", "[::1", ""])
def test_hosts_that_are_none(host: str, documented: Served) -> None:
    """A Host header that is no host name is a 400, not a 500."""
    answer = exchange(documented.url, head("GET", "/account/get-balance", [], host=host))

    assert answer.status == 400
    assert len(documented.fake.exchanges) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("FOO", "/oauth/request_token", 405),
        ("get", "/oauth/request_token", 405),
        ("PUT", "/oauth/access_token", 405),
        ("DELETE", "/oauth/authorize", 405),
        ("PUT", "/sms/json", 404),
        ("HEAD", "/sms/json", 200),
        ("OPTIONS", "/account/get-balance", 405),
        ("GET", "/sms/", 404),
        ("GET", "/sms/yaml", 404),
        ("GET", "//sms/json", 404),
        ("GET", "/SMS/json", 404),
        ("GET", "/nowhere?x=1", 404),
    ],
)
def test_methods_and_paths(method: str, path: str, status: int, documented: Served) -> None:
    """Unknown methods and paths have their own answers, and are recorded as they came."""
    answer = exchange(documented.url, head(method, path, [], host="rest.nexmo.com"))

    assert answer.status == status
    assert documented.fake.exchanges[0].request.method == method
    assert documented.fake.exchanges[0].request.target == path
    if status == 405:
        assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("announced", [True, False], ids=["content-length", "chunked"])
def test_long_bodies(announced: bool, documented: Served) -> None:
    """A body over 1 MiB is a 413, whether its length was announced or not; the client can read the answer."""
    if announced:
        request = head("POST", "/sms/json", [("Content-Length", str(2**20 + 1))], host="a") + b"x" * 100_000
    else:
        chunk = b"%x\r\n%s\r\n" % (2**16, b"x" * 2**16)
        request = head("POST", "/sms/json", [("Transfer-Encoding", "chunked")], host="a") + chunk * 17

    answer = exchange(documented.url, request)

    assert answer.status == 413
    assert documented.fake.exchanges[0].response.status == 413


def test_a_body_of_one_mebibyte(documented: Served) -> None:
    """A body of exactly 1 MiB is read."""
    body = b"x" * 2**20
    answer = exchange(
        documented.url, head("POST", "/sms/json", [("Content-Length", str(len(body)))], host="a") + body
    )

    assert answer.status == 200


def test_long_headers(documented: Served) -> None:
    """Headers over 64 KiB are a 431."""
    answer = exchange(documented.url, head("GET", "/", [("X-Long", "x" * 70_000)], host="a"))

    assert answer.status == 431


def test_http_1_0(documented: Served) -> None:
    """HTTP/1.0 needs no Host; its connection is closed after the answer, unless it asks to be kept."""
    with connect(documented.url) as sock:
        sock.sendall(b"GET /_fake/health HTTP/1.0\r\n\r\n")
        answer = read_answer(sock)
        assert sock.recv(1) == b""

    assert answer.status == 200


def test_head_has_no_body(documented: Served) -> None:
    """HEAD is answered with the length of what GET would bring."""
    with connect(documented.url) as sock:
        sock.sendall(head("HEAD", "/", [("Connection", "close")], host="a"))
        data = b""
        while more := sock.recv(65536):
            data += more

    top, _, body = data.partition(b"\r\n\r\n")
    assert b"Content-Length: " in top
    assert body == b""


def test_stop_ends_idle_connections_at_once() -> None:
    """A kept connection does not hold up the stop, and no thread is left."""
    before = set(threading.enumerate())
    fake = FakeNexmo()
    server = fake.serve()
    with connect(server.url) as sock:
        sock.sendall(head("GET", "/_fake/health", [], host="a"))
        assert read_answer(sock).status == 200
        started = time.perf_counter()

        server.stop()

        assert time.perf_counter() - started < 0.5  # a poll interval would be the least to show here
        assert sock.recv(1) == b""
    assert set(threading.enumerate()) <= before


def test_stop_lets_a_request_finish() -> None:
    """A request that is being answered gets its answer."""
    entered, stopping = threading.Event(), threading.Event()

    class Slow(Application):
        def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
            entered.set()
            assert stopping.wait(10)
            return Reply(response=WireResponse(status=200, body=b"made during the stop"))

    server = Server(Slow(FakeNexmo()._provider))
    with connect(server.url) as sock:
        sock.sendall(head("GET", "/", [], host="a"))
        assert entered.wait(10)
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        stopping.set()

        assert read_answer(sock).body == b"made during the stop"
        stopper.join()


def test_stop_does_not_wait_for_those_who_wait() -> None:
    """A call that is held back until a message arrives is answered when the server stops."""
    fake = FakeNexmo()
    server = fake.serve()
    store = fake._provider.ports.store
    with connect(server.url) as sock:
        sock.sendall(head("GET", "/_fake/messages?wait=30", [], host="a"))
        while not store._arrived._waiters:  # type: ignore[attr-defined]
            pass
        started = time.perf_counter()
        server.stop()
        taken = time.perf_counter() - started

        assert read_answer(sock).json == {"messages": []}
    assert taken < 0.5


def test_good_then_bad_in_one_packet(documented: Served) -> None:
    """A pipelined request is answered and recorded, whatever comes behind it."""
    good = head("GET", "/account/get-balance?api_key=abcd1234&api_secret=fake-api-secret", [], host="a")
    with connect(documented.url) as sock:
        sock.sendall(good + b"GET /bad bad bad\r\n\r\n")
        data = b""
        while more := sock.recv(65536):
            data += more

    assert data.startswith(b"HTTP/1.1 200 OK")
    assert data.count(b"HTTP/1.1 400 Bad Request") == 1
    assert [e.response.status for e in documented.fake.exchanges] == [400, 200]


def test_the_last_of_several_requests_at_once(documented: Served) -> None:
    """Behind two whole requests in one packet, one with a raw octet is read for itself, one cut off recorded as such."""
    whole = head("GET", "/nowhere?n=1", [], host="a") + head("GET", "/nowhere?n=2", [], host="a")
    for last in (
        head("GET", "/nowhere?t=é", [], host="a"),
        b"POST /cut HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
    ):
        documented.fake.reset()
        with connect(documented.url) as sock:
            sock.sendall(whole + last)
            sock.shutdown(socket.SHUT_WR)
            data = b""
            while more := sock.recv(65536):
                data += more

        assert data.count(b"HTTP/1.1 ") == 3
        targets = [e.request.target for e in documented.fake.exchanges]
        assert targets[1:] == ["/nowhere?n=2", "/nowhere?n=1"]
        assert targets[0] in ("/nowhere?t=é".encode().decode("latin-1"), "/cut")


def test_a_client_that_hangs_up(documented: Served) -> None:
    """What had come when the connection broke is recorded, without its contents."""
    with connect(documented.url) as sock:
        sock.sendall(b"POST /half HTTP/1.1\r\nHost: a\r\nX-Odd: s3cr3t\r\n")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    deadline = time.monotonic() + 10
    while not documented.fake.exchanges and time.monotonic() < deadline:
        pass

    (exchange_,) = documented.fake.exchanges
    assert exchange_.request.target == "/half"
    assert "s3cr3t" not in repr((exchange_.request.headers, exchange_.request.body))


def test_a_request_that_is_cut_off(documented: Served) -> None:
    """A client that ends in the middle of its request is told, and it is recorded."""
    with connect(documented.url) as sock:
        sock.sendall(head("POST", "/sms/json", [("Content-Length", "10")], host="a") + b"abc")
        sock.shutdown(socket.SHUT_WR)
        answer = read_answer(sock)

    assert answer.status == 400
    assert len(documented.fake.exchanges) == 1


def test_trailers_are_no_headers(documented: Served) -> None:
    """What comes behind a chunked body authenticates nobody."""
    trailer = b"Authorization: Basic YWJjZDEyMzQ6ZmFrZS1hcGktc2VjcmV0\r\n"
    request = (
        head("POST", "/sms/json", [("Transfer-Encoding", "chunked")], host="a") + b"0\r\n" + trailer + b"\r\n"
    )

    answer = exchange(documented.url, request)

    assert answer.json["messages"][0]["error-text"] == "Missing api_key"


def test_a_port_that_is_taken(documented: Served) -> None:
    """The error names the address, and what to do."""
    port = urlsplit(documented.url).port or 0

    with pytest.raises(AddressInUse, match="choose another --port"):
        FakeNexmo().serve(port=port)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7", "x" * 300])
def test_hosts_of_elsewhere(host: str) -> None:
    """An address that is not this machine's is an error that names it."""
    with pytest.raises(InvalidValue, match="host"):
        FakeNexmo().serve(host=host)


def test_ipv6() -> None:
    """The server listens on IPv6 too, and writes its URL with brackets."""
    try:
        with FakeNexmo().serve(host="::1") as server:
            assert server.url.startswith("http://[::1]:")
            assert exchange(server.url, head("GET", "/_fake/health", [], host="a")).status == 200
    except InvalidValue:
        assert not socket.has_ipv6 or not _has_ipv6_loopback()


def _has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_a_slow_client_is_let_go() -> None:
    """A connection on which nothing comes for too long is closed."""
    fake = FakeNexmo()
    with Server(fake.application, limits=Limits(idle_seconds=0.05)) as server, connect(server.url) as sock:
        sock.sendall(b"GET /_fake/health HT")

        assert sock.recv(1) == b""


def test_our_own_mistakes_are_a_500_with_a_traceback_in_the_trace(
    documented: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong inside does not end the connection, and does not show its traceback to the client."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("our mistake")

    monkeypatch.setattr(type(documented.fake._provider.ports.store), "account_by_key", broken)

    answer = exchange(documented.url, head("GET", "/account/get-balance?api_key=x", [], host="a"))

    assert answer.status == 500
    assert b"our mistake" not in answer.body
    assert "our mistake" in (documented.fake.exchanges[0].error or "")
    assert "this is a bug of the fake" in caplog.text
