"""One request: what goes out, what stays in, and what is made of a server that misbehaves."""

from __future__ import annotations

import gc
import hmac
import itertools
import logging
import socket
import ssl
import warnings
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError
from urllib3.exceptions import SSLError as Urllib3SSLError

from client.errors import MalformedAnswer, NetworkError, NexmoError, TimedOut
from client.session import MAX_BODY_BYTES, Session, Signature, Timeout

from .examples import ACCESS_TOKEN, BALANCE_URL, CLIENT, ISSUED_ACCESS_TOKEN, REQUEST_TOKEN, SMS_URL
from .wire import Behaviour, drops, hangs, nobody_there, says, scripted

SIGNED = Signature(client=CLIENT, token=ACCESS_TOKEN)
SHORT = Timeout(connect_seconds=5, read_seconds=0.05, total_seconds=5)
FORM = {"from": "NexmoOauth", "to": "447700900000", "text": " ü + & % = ~ * ' \" < > 日本 😀\n"}


def _oauth(request: bytes) -> dict[str, str]:
    """Return the protocol parameters of a request's Authorization header, decoded."""
    line = next(line for line in request.decode().split("\r\n") if line.startswith("Authorization: OAuth "))
    pairs = line.removeprefix("Authorization: OAuth ").replace('"', "").replace(", ", "&")
    return dict(parse_qsl(pairs.replace("+", "%2B"), keep_blank_values=True))


def _signature(method: str, url: str, parameters: dict[str, str]) -> str:
    """Return the HMAC-SHA1 of RFC 5849 section 3.4, written down once more."""

    def escape(text: str) -> str:
        return quote(text, safe="-._~")

    pairs = sorted((escape(name), escape(value)) for name, value in parameters.items())
    normalized = "&".join(f"{name}={value}" for name, value in pairs)
    base_string = "&".join(map(escape, (method, url, normalized)))
    key = f"{escape(CLIENT.secret)}&{escape(ACCESS_TOKEN.secret)}"
    return b64encode(hmac.digest(key.encode(), base_string.encode(), "sha1")).decode()


# What goes out


def test_a_form_is_sent_as_it_is_and_signed_with_its_fields() -> None:
    """Every field arrives exactly, and the signature is HMAC-SHA1 over all of them (RFC 5849 section 3.4)."""
    with scripted(says("{}")) as server:
        Session().post(f"{server.url}/sms/json", SIGNED, FORM)

    (request,) = server.requests
    body = request.partition(b"\r\n\r\n")[2].decode()
    oauth = _oauth(request)
    sent_signature = oauth.pop("oauth_signature")
    assert dict(parse_qsl(body)) == FORM
    assert sent_signature == _signature("POST", f"{server.url}/sms/json", oauth | FORM)


def test_a_get_asks_for_json_in_the_header_alone() -> None:
    """No query, no body; OAuth in the Authorization header."""
    with scripted(says("{}")) as server:
        Session().get(f"{server.url}/account/get-balance", SIGNED)

    (request,) = server.requests
    assert request.startswith(b"GET /account/get-balance HTTP/1.1\r\n")
    assert b"\r\nAccept: application/json\r\n" in request
    assert {"oauth_token": "access-token", "oauth_version": "1.0"}.items() <= _oauth(request).items()
    assert "oauth_body_hash" not in _oauth(request)


def test_a_post_without_a_form_has_a_length() -> None:
    """Nexmo answered 411 to a POST without Content-Length."""
    with scripted(says("")) as server:
        Session().post(f"{server.url}/oauth/request_token", Signature(client=CLIENT, callback="oob"))

    assert b"\r\nContent-Length: 0\r\n" in server.requests[0]
    assert _oauth(server.requests[0])["oauth_callback"] == "oob"


def test_each_request_has_a_nonce_of_its_own() -> None:
    """The same call twice is signed twice."""
    with scripted(says("{}"), says("{}")) as server:
        for _ in range(2):
            Session().get(server.url, SIGNED)

    first, second = map(_oauth, server.requests)
    assert first["oauth_nonce"] != second["oauth_nonce"]


# What stays in


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
def test_no_redirect_is_followed(status: str) -> None:
    """Nothing goes to where a redirect points, so the Authorization header least of all."""
    with scripted(says("")) as elsewhere:
        with scripted(says("", f"Location: {elsewhere.url}/", status=status)) as server:
            answer = Session().post(server.url, SIGNED, FORM)

        assert str(answer.status) == status[:3]
        assert elsewhere.requests == []


def test_a_redirect_to_nonsense_is_an_answer_like_any_other() -> None:
    """A Location that is no URL breaks nothing."""
    with scripted(says("", "Location: http://[", status="302 Found")) as server:
        assert Session().get(server.url, SIGNED).status == 302


@pytest.mark.usefixtures("service")
def test_no_secret_is_logged(service: responses.RequestsMock, caplog: pytest.LogCaptureFixture) -> None:
    """At the lowest level of every library's logger, no secret of either side is in any record."""
    caplog.set_level(logging.DEBUG)
    for name in ("oauthlib", "requests_oauthlib", "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    service.post(SMS_URL, body=ISSUED_ACCESS_TOKEN)

    Session().post(SMS_URL, Signature(client=CLIENT, token=REQUEST_TOKEN, verifier="v3rifier"))

    assert caplog.records
    assert "SECRET" not in caplog.text


# Servers that misbehave


def begins_and_hangs(connection: socket.socket) -> None:
    """Send the beginning of an answer, and no more."""
    says("{", length=100)(connection)
    hangs(connection)


@pytest.fixture
def swept() -> Iterator[None]:
    """Sweep up the sockets that urllib3 leaves to the garbage collector when it cannot make sense of an answer."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        pytest.param(drops, NetworkError, id="the-connection-ends-before-the-answer"),
        pytest.param(says("{", length=100), NetworkError, id="the-connection-ends-in-the-answer"),
        pytest.param(says("", "Content-Length: 1, 2"), NetworkError, id="two-lengths"),
        pytest.param(hangs, TimedOut, id="no-answer"),
        pytest.param(begins_and_hangs, TimedOut, id="no-end-of-the-answer"),
        pytest.param(lambda c: c.sendall(b"SSH-2.0-OpenSSH\r\n"), NetworkError, id="another-protocol"),
    ],
)
def test_once_connected_the_outcome_is_unknown(behaviour: Behaviour, expected: type[NexmoError]) -> None:
    """The request may have taken effect, and it went out once."""
    with scripted(behaviour, says("{}")) as server:
        with pytest.raises(NexmoError) as raised:
            Session(timeout=SHORT).post(server.url, SIGNED, FORM)

        assert len(server.requests) == 1
    assert type(raised.value) is expected
    assert raised.value.outcome_unknown


def test_where_nobody_listens_nothing_happened() -> None:
    """A refused connection is a NetworkError with a known outcome; the message says what the system said."""
    with nobody_there() as url, pytest.raises(NetworkError, match="Connection refused") as raised:
        Session().get(url, SIGNED)

    assert not raised.value.outcome_unknown


UNTRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed")


@pytest.mark.parametrize(
    ("error", "expected", "unknown"),
    [
        pytest.param(requests.ConnectTimeout(), TimedOut, False, id="no-connection-in-time"),
        pytest.param(requests.ReadTimeout(), TimedOut, True, id="no-answer-in-time"),
        pytest.param(requests.exceptions.ProxyError(), NetworkError, False, id="the-proxy-is-not-there"),
        pytest.param(requests.exceptions.InvalidURL(), NetworkError, False, id="no-host-name"),
        pytest.param(requests.exceptions.InvalidHeader(), NetworkError, True, id="a-header-of-the-answer"),
        pytest.param(OSError("no CA bundle"), NetworkError, False, id="no-trusted-certificates"),
        pytest.param(
            requests.exceptions.SSLError(MaxRetryError(None, "", Urllib3SSLError(UNTRUSTED))),  # type: ignore[arg-type]
            NetworkError,
            False,
            id="a-certificate-that-is-not-trusted",
        ),
        pytest.param(
            requests.exceptions.SSLError(MaxRetryError(None, "", Urllib3SSLError("bad record mac"))),  # type: ignore[arg-type]
            NetworkError,
            True,
            id="tls-breaks-at-any-time",
        ),
    ],
)
def test_each_trouble_has_its_type(
    service: responses.RequestsMock, error: Exception, expected: type[NexmoError], unknown: bool
) -> None:
    """What requests raises becomes one of ours, with what is known about the outcome; in doubt it is unknown."""
    service.get(BALANCE_URL, body=error)

    with pytest.raises(NexmoError) as raised:
        Session().get(BALANCE_URL, SIGNED)

    assert type(raised.value) is expected
    assert raised.value.outcome_unknown is unknown


def test_a_body_without_end_is_cut_off() -> None:
    """A body beyond any documented answer is malformed, however much there is."""
    with (
        scripted(says("x" * (MAX_BODY_BYTES + 1))) as server,
        pytest.raises(MalformedAnswer, match="longer than"),
    ):
        Session().get(server.url, SIGNED)


def test_an_answer_that_trickles_in_has_a_deadline() -> None:
    """Bytes that keep coming do not extend the total time."""
    clock: Iterator[float] = itertools.count(0, 10)
    session = Session(timeout=Timeout(total_seconds=15), monotonic=lambda: next(clock))

    with scripted(says('{"value": 1}')) as server, pytest.raises(TimedOut, match="within 15 s") as raised:
        session.get(server.url, SIGNED)

    assert raised.value.outcome_unknown
