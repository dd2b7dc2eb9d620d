"""A web server that gets webhooks, over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import requests

from fake_provider.contract import listener as module
from fake_provider.contract.exchange import RELEASED, WHOLE, Request
from fake_provider.contract.listener import MOST_OCTETS, Listener, Reply, Silence, answer_of


@pytest.fixture
def listener() -> Iterator[Listener]:
    """One that answers 201, 202 and so on."""
    statuses = iter(range(201, 300))
    listener = Listener(lambda: Reply(answer_of(next(statuses))))
    yield listener
    listener.close()


def test_what_comes_is_kept_to_the_letter(listener: Listener) -> None:
    """With its query, its headers and its octets."""
    answer = requests.post(
        f"{listener.origin}/hook?a=%20+", data=b"\xff\xfe", headers={"X-Given": "é".encode()}, timeout=5
    )
    (arrival,) = listener.arrivals(1)

    assert answer.status_code == 201
    assert arrival.request == Request(
        method="POST",
        url=f"{listener.origin}/hook?a=%20+",
        headers=arrival.request.headers,
        body="\udcff\udcfe",
    )
    assert arrival.request.header("x-given") == "Ã©"
    assert arrival.silent == ""


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("http://127.0.0.1:1/hook?a=b", "/hook?a=b"),
        ("http://localhost", "/"),
        ("//hook", "//hook"),
        ("[x]/hook", "/[x]/hook"),
        ("*", "/*"),
    ],
)
def test_an_odd_target(listener: Listener, target: str, url: str) -> None:
    """It is a path of this server's; the absolute form of RFC 9112 means the same."""
    host, _, port = listener.origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connection.makefile("rb").read()

    assert [one.request.url for one in listener.arrivals(1)] == [f"{listener.origin}{url}"]


def test_each_has_an_answer_of_its_own(listener: Listener) -> None:
    """In the order in which they come."""
    told = [requests.get(f"{listener.origin}/{number}", timeout=5).status_code for number in range(3)]

    assert told == [201, 202, 203]
    assert [one.reply.answer.status for one in listener.arrivals()] == told
    assert [one.request.path for one in listener.arrivals()] == ["/0", "/1", "/2"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_every_method_gets_in(listener: Listener, method: str) -> None:
    """So that it is told, where it is the wrong one."""
    requests.request(method, listener.origin, timeout=5)

    assert [one.request.method for one in listener.arrivals(1)] == [method]


def test_a_body_in_chunks(listener: Listener) -> None:
    """Is put together."""
    requests.post(listener.origin, data=iter([b"one=1&", b"two=2"]), timeout=5)

    assert [one.request.body for one in listener.arrivals(1)] == ["one=1&two=2"]


LONG = MOST_OCTETS + 1


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        pytest.param("Content-Length: -1", b"", 400, id="negative"),
        pytest.param("Content-Length: 1_0", b"", 400, id="no-number"),
        pytest.param("Content-Length: 5", b"four", 400, id="cut-off"),
        pytest.param(f"Content-Length: {LONG}", b"", 413, id="too-long"),
        pytest.param(f"Content-Length: {'9' * 5000}", b"", 400, id="no-length"),
        pytest.param("Transfer-Encoding: chunked", b"x\r\n", 400, id="no-chunk"),
        pytest.param("Transfer-Encoding: chunked", b"5\r\nfour", 400, id="half-a-chunk"),
        pytest.param("Transfer-Encoding: chunked", f"{LONG:x}\r\n".encode(), 413, id="a-long-chunk"),
    ],
)
def test_a_body_that_cannot_be_read(listener: Listener, headers: str, body: bytes, status: int) -> None:
    """It is refused, and nothing has come."""
    host, _, port = listener.origin.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n".encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()

    assert int(answer.split()[1]) == status
    assert listener.arrivals() == []


def test_nobody_is_kept_without_end(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who pushes for ever is told to come later."""
    monkeypatch.setattr(module, "MOST", 2)
    told = [requests.get(listener.origin, timeout=5).status_code for _ in range(4)]

    assert told == [201, 202, 503, 503]
    assert len(listener.arrivals()) == 2


def test_nobody_is_waited_for_longer_than_is_said(listener: Listener) -> None:
    """Then there is what there is."""
    requests.get(listener.origin, timeout=5)

    assert len(listener.arrivals(2, 0.01)) == 1


def test_who_is_closed_lets_nothing_in(listener: Listener) -> None:
    """What came stays, and another one can be where it was."""
    requests.get(listener.origin, timeout=5)
    listener.close()
    listener.close()

    with pytest.raises(requests.ConnectionError):
        requests.get(listener.origin, timeout=5)
    assert len(listener.arrivals()) == 1
    again = Listener(lambda: Reply(answer_of(200)), int(listener.origin.rpartition(":")[2]))
    assert requests.get(listener.origin, timeout=5).status_code == 200
    again.close()


@pytest.mark.parametrize(("seconds", "is_told", "ended"), [(30.0, True, RELEASED), (0.01, False, WHOLE)])
def test_how_a_silence_ends(seconds: float, is_told: bool, ended: str) -> None:
    """It is told to answer, or its time is over; whoever asks waits for that."""
    told = threading.Event()
    listener = Listener(lambda: Reply(answer_of(200), Silence(told, seconds)))
    asked = threading.Thread(target=lambda: requests.get(listener.origin, timeout=5))
    asked.start()
    (arrival,) = listener.arrivals(1)
    if is_told:
        told.set()

    assert arrival.silent == ended
    asked.join()
    listener.close()


def test_an_answer_that_sends_elsewhere() -> None:
    """Has a location, and no body."""
    assert answer_of(302, "http://127.0.0.1:1/x").headers == (("Location", "http://127.0.0.1:1/x"),)
