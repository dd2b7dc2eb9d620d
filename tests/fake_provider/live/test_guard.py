"""The guard of users' tests: what it passes on, and how it says no. A web server on this machine is the provider."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, NoReturn
from urllib.parse import urlencode

import pytest
import requests
from requests.adapters import HTTPAdapter

from contract_tests.receiver import Receiver
from contract_tests.signing import FORM
from contract_tests.spending import messages_at_most
from contract_tests.targets import through
from fake_provider.intercept import Interception
from fake_provider.live.gate import Gate
from fake_provider.live.guard import Guard, Send
from tests.fake_provider.live.forking import in_a_fork

REST = "https://rest.nexmo.com"
TARGET = "/%6Ason//~?q=%7E&q&a=%20+"
SMS = {"from": "A", "to": "447700900023", "text": "hi"}


def guard_to(origin: str, *, send: Send | None = None, messages: int = 1) -> Guard:
    """Return a guard that passes calls of one real host on to *origin*; of SMS, so many *messages*."""
    return Guard(
        send=send or through(requests.Session()),
        origins={"rest.nexmo.com": origin},
        recipient=SMS["to"],
        messages=messages,
        weigh=messages_at_most,
        forbidden=lambda _: None,
        spent=lambda _, at_most: at_most,
        learned=lambda _: None,
    )


def test_a_request_arrives_as_it_was_made(receiver: Receiver) -> None:
    """Target, headers and body to the letter; where it goes and how it is framed belongs to the connection."""
    origin = receiver.url.removesuffix("/hook")
    with Interception(guard_to(origin)):
        connection = HTTPSConnection("rest.nexmo.com", timeout=5)
        connection.request("POST", TARGET, iter([b"a=%7", b"e&b=+"]), {"X-Odd": "a, b"}, encode_chunked=True)
        connection.getresponse().read()
        connection.close()

    (received,) = receiver.wait_for(1)
    assert (received.target, received.body) == (TARGET, b"a=%7e&b=+")
    assert received.headers["x-odd"] == "a, b"
    assert received.headers["content-length"] == "9"
    assert "transfer-encoding" not in received.headers
    assert received.headers["host"] == origin.removeprefix("http://")


@pytest.fixture
def zipping() -> Iterator[str]:
    """A server that answers with a packed body and two cookies."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = gzip.compress(b"hello")
            self.send_response(201)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Set-Cookie", "a=1")
            self.send_header("Set-Cookie", "b=2")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_answer_comes_back_whole(zipping: str) -> None:
    """Status, every header, and the body, unpacked."""
    with Interception(guard_to(zipping)):
        answer = requests.get(f"{REST}/x", timeout=5)

    assert (answer.status_code, answer.text) == (201, "hello")
    assert "content-encoding" not in answer.headers
    assert answer.cookies.get_dict() == {"a": "1", "b": "2"}


def _refusing(refuse: Callable[[str], NoReturn]) -> Send:
    return lambda _: refuse("not now")


@pytest.mark.parametrize(
    ("refuse", "verdict"),
    [(pytest.skip, pytest.skip.Exception), (pytest.exit, pytest.exit.Exception)],
    ids=["skip", "exit"],
)
def test_what_the_run_does_not_allow(refuse: Callable[[str], NoReturn], verdict: type[BaseException]) -> None:
    """The code under test gets an answer, and the test its verdict afterwards, once."""
    guard = guard_to("http://127.0.0.1:9", send=_refusing(refuse))
    with Interception(guard):
        answer = requests.get(f"{REST}/x", timeout=5)

    assert (answer.status_code, answer.text) == (403, "not sent by fake-nexmo: not now\n")
    with pytest.raises(verdict, match="not now"):
        guard.conclude()
    guard.conclude()


def test_an_answer_that_never_comes_has_cost_a_message() -> None:
    """What became of it is not known, so no other is sent; the code under test sees its library's own error."""
    guard = guard_to("http://127.0.0.1:9")
    with Interception(guard):
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{REST}/sms/json", data=SMS, timeout=5)
        answer = requests.post(f"{REST}/sms/json", data=SMS, timeout=5)

    assert answer.status_code == 403
    with pytest.raises(pytest.fail.Exception, match=r"2 of 1"):
        guard.conclude()


@pytest.mark.parametrize("error", [AttributeError, ValueError, KeyboardInterrupt])
def test_whatever_goes_wrong_has_cost_a_message(error: type[BaseException]) -> None:
    """Though nobody foresaw it."""

    def fails(_: requests.PreparedRequest) -> requests.Response:
        raise error

    guard = guard_to("http://127.0.0.1:9", send=fails)
    with Interception(guard):
        with pytest.raises(error):
            requests.post(f"{REST}/sms/json", data=SMS, timeout=5)
        answer = requests.post(f"{REST}/sms/json", data=SMS, timeout=5)

    assert answer.status_code == 403


@pytest.mark.parametrize("location", ["/x", "http://[", "\xff", "http://a:b:c/"])
def test_a_redirect_is_handed_on(receiver: Receiver, location: str) -> None:
    """As it is, and its message counts."""
    receiver.status, receiver.location = 302, location
    guard = guard_to(receiver.url.removesuffix("/hook"))
    with Interception(guard):
        connection = HTTPSConnection("rest.nexmo.com", timeout=5)
        connection.request("POST", "/sms/json", urlencode(SMS), {"Content-Type": FORM})
        answer = connection.getresponse()
        connection.close()
        another = requests.post(f"{REST}/sms/json", data=SMS, timeout=5)

    assert (answer.status, answer.headers["Location"]) == (302, location)
    assert another.status_code == 403


def test_a_patch_that_sends_again_reaches_nobody_twice(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where the service is another than the real hosts, whose calls nobody intercepts."""
    usual = HTTPAdapter.send

    def thrice(*arguments: Any, **named: Any) -> requests.Response:
        return [usual(*arguments, **named) for _ in range(3)][-1]

    monkeypatch.setattr(HTTPAdapter, "send", thrice)
    request = requests.Request("POST", receiver.url, data=SMS).prepare()
    send = through(requests.Session())
    for _ in range(2):
        with pytest.raises(requests.exceptions.RetryError, match="sent once"):
            send(request)

    assert len(receiver.received) == 2


def test_an_sms_that_cannot_be_read_goes_nowhere() -> None:
    """Nobody knows whom it is for."""
    guard = guard_to("http://127.0.0.1:9")
    with Interception(guard):
        answer = requests.post(f"{REST}/sms/json", data=b"\x00\x01", timeout=5)

    assert answer.status_code == 403
    with pytest.raises(pytest.fail.Exception, match="another number"):
        guard.conclude()


def test_what_was_asked_is_told_without_a_secret(receiver: Receiver) -> None:
    """Neither its query, nor what old clients wrote into the path."""
    guard = guard_to(receiver.url.removesuffix("/hook"))
    with Interception(guard):
        requests.get(f"{REST}/account/get-balance/abcd1234/an-api-secret?api_secret=another", timeout=5)

    assert guard.asked == [f"GET {REST}/account/get-balance/abcd1234/<secret> -> 200"]


@pytest.mark.parametrize(
    ("text", "allowed", "would_be"),
    [
        pytest.param("a" * 400, 1, 3, id="three-parts"),
        pytest.param("a" * 400, 2, 3, id="one-too-many"),
        pytest.param("я" * 71, 1, 2, id="another-alphabet"),
    ],
)
def test_a_text_that_is_longer_than_the_mark_goes_nowhere(
    receiver: Receiver, text: str, allowed: int, would_be: int
) -> None:
    """It is weighed before it is sent: afterwards it has cost."""
    guard = guard_to(receiver.url.removesuffix("/hook"), messages=allowed)
    with Interception(guard):
        answer = requests.post(f"{REST}/sms/json", data=SMS | {"text": text}, timeout=5)

    assert (answer.status_code, receiver.received) == (403, [])
    with pytest.raises(pytest.fail.Exception, match=rf"\({would_be} of {allowed}\).*sms={would_be}"):
        guard.conclude()


@pytest.mark.parametrize("text", ["a" * 160, "я" * 70], ids=["160-septets", "70-units"])
def test_a_text_that_fits_into_one_message_is_one(receiver: Receiver, text: str) -> None:
    """A mark that is right is not refused."""
    guard = guard_to(receiver.url.removesuffix("/hook"))
    with Interception(guard):
        requests.post(f"{REST}/sms/json", data=SMS | {"text": text}, timeout=5)

    assert len(receiver.received) == 1
    guard.conclude()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_was_forked_off_sends_nothing(receiver: Receiver) -> None:
    """It would count the messages of the mark anew; the test fails in the process that it runs in."""
    guard = guard_to(receiver.url.removesuffix("/hook"))
    with Interception(guard):
        told = in_a_fork(lambda: requests.post(f"{REST}/sms/json", data=SMS, timeout=5).text)

    assert told.startswith("not sent by fake-nexmo: asks rest.nexmo.com in a process that was forked off")
    assert receiver.received == []
    with pytest.raises(pytest.fail.Exception, match="in a process that was forked off"):
        guard.conclude()


def test_nothing_goes_through_it_after_its_test(receiver: Receiver) -> None:
    """A connection may have been made before; then the gate of the session answers."""
    guard, gate = guard_to(receiver.url.removesuffix("/hook")), Gate()
    with Interception(guard):
        guard.retire(gate)
        answer = requests.post(f"{REST}/sms/json", data=SMS, timeout=5)

    assert (answer.status_code, receiver.received) == (403, [])
    assert "outside of fake_nexmo" in answer.text
    with pytest.raises(pytest.fail.Exception, match="outside of fake_nexmo"):
        gate.conclude()
