"""requests: every call to the two real hosts lands in this process.

On ``responses``, with a mock object of its own, so that a test's own use of that library stays undisturbed.
Calls to other hosts go where they would have gone without the interception.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from http.client import RemoteDisconnected
from typing import Any, cast
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import requests
import responses
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ProtocolError

from ..domain.fault import Ending
from ..domain.wire import Headers, WireRequest
from ..web.answering import Answering
from ..web.spoiling import cut
from .hosts import HOSTS
from .patching import Active, Patch

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_TO_THE_FAKE = re.compile(
    rf"https?://(?:[^/?#]*@)?(?:{'|'.join(map(re.escape, HOSTS))})\.?(?::\d*)?(?:[/?#]|$)", re.IGNORECASE
)


class _Fake(responses.BaseResponse):
    """What ``responses`` finds for every URL on the two hosts, whatever the method."""

    def __init__(self, application: Answering) -> None:
        super().__init__("ANY", _TO_THE_FAKE)
        self._application = application

    def matches(self, request: PreparedRequest) -> tuple[bool, str]:
        return _TO_THE_FAKE.match(request.url or "") is not None, ""

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        return self.answered(request, None)

    def answered(self, request: PreparedRequest, patience_seconds: float | None) -> HTTPResponse:
        """Return what the fake answers; raises what ``requests`` would, where no whole answer comes."""
        reply = self._application.reply(wire_of(request), patience_seconds=patience_seconds)
        reply.sent()
        if reply.ending is Ending.DROPPED:
            gone = RemoteDisconnected("Remote end closed connection without response")
            raise requests.ConnectionError(ProtocolError("Connection aborted.", gone), request=request)
        if reply.ending is Ending.HANGING:
            # Nobody waits for what will never come: the time-out of the call is over at once.
            waited = f"Read timed out. (read timeout={patience_seconds})"
            raise requests.ReadTimeout(waited, request=request)
        answer = reply.response
        headers = HTTPHeaderDict(answer.headers)
        if reply.ending is Ending.TRUNCATED:
            headers["Content-Length"] = str(len(answer.body))
            answer = cut(answer, reply.ending)
        response = HTTPResponse(
            status=answer.status,
            reason=_PHRASES.get(answer.status),
            body=io.BytesIO(b"" if request.method == "HEAD" else answer.body),
            headers=headers,
            preload_content=False,
            request_method=request.method,
        )
        if "set-cookie" in headers:
            # requests reads cookies from what http.client would have left there.
            response._original_response = _OriginalResponse(headers)  # type: ignore[assignment]
        return response


class _OriginalResponse:
    """The one attribute of http.client's response that requests looks at."""

    def __init__(self, headers: HTTPHeaderDict) -> None:
        self.msg = headers

    def isclosed(self) -> bool:
        """Whether there is nothing left to read, as urllib3 asks."""
        return True

    def close(self) -> None:
        """Nothing is open."""


class _Mock(responses.RequestsMock):
    """Answers as ``responses`` does, without its way of putting itself over ``requests``: that knows one mock at a time."""

    def __init__(self, application: Answering, original: Send) -> None:
        super().__init__(assert_all_requests_are_fired=False, real_adapter_send=original)
        self._fake = _Fake(application)
        self.add(self._fake)

    def sent(self, adapter: HTTPAdapter, request: PreparedRequest, **kwargs: Any) -> requests.Response:
        """Answer without looking through a list of one, unless somebody wants what ``responses`` adds: retries.

        Nothing is kept of the call: the trace has every exchange, and a second list would grow without bound.
        """
        if adapter.max_retries.total == 0:
            raw = self._fake.answered(request, _read_seconds(kwargs.get("timeout")))
            response = adapter.build_response(request, raw)
            # A body that is shorter than it was said to be is read, and found out, by requests itself.
            if not kwargs.get("stream") and "content-length" not in raw.headers:
                # What requests itself does next, without going through urllib3's decoding and its chunks.
                response._content = raw.read(decode_content=False)
            return response
        try:
            return self._on_request(adapter, request, **kwargs)
        finally:
            self.calls.reset()
            self._fake.calls.reset()


Send = Callable[..., requests.Response]
_ARGUMENTS = ("stream", "timeout", "verify", "cert", "proxies")


def patches() -> Sequence[Patch]:
    """Return what is to be patched."""
    return [Patch(HTTPAdapter, "send", _send)]


def _send(original: Send, active: Active) -> Send:
    mocks: WeakKeyDictionary[Answering, _Mock] = WeakKeyDictionary()

    def send(adapter: HTTPAdapter, request: PreparedRequest, *given: Any, **named: Any) -> requests.Response:
        application = active.current(request) if _TO_THE_FAKE.match(request.url or "") else None
        if application is None:
            return original(adapter, request, *given, **named)
        mock = mocks.get(application)
        if mock is None:
            mock = mocks[application] = _Mock(application, original)
        return mock.sent(adapter, request, **dict(zip(_ARGUMENTS, given, strict=False)), **named)

    return send


def _read_seconds(timeout: object) -> float | None:
    """Return how long a caller of ``requests`` waits for an answer."""
    read = timeout[1] if isinstance(timeout, tuple) and len(timeout) == 2 else timeout
    return float(read) if isinstance(read, (int, float)) else None


def wire_of(request: PreparedRequest) -> WireRequest:
    """Return what *request* would be on the wire."""
    headers = _headers(request)
    wire = WireRequest.to(
        request.method or "GET", request.url or "", headers=headers, body=_body(request.body)
    )
    return replace(wire, host=next(value for name, value in headers if name.lower() == "host"))


def _headers(request: PreparedRequest) -> Headers:
    """Return the pairs as text; requests-oauthlib makes some of them bytes.

    A Host that the caller has set stands in the place of the one that http.client would make of the URL.
    """
    given = [
        (_text(name), value if isinstance(value, str) else _text(value))
        for name, value in request.headers.items()
    ]
    if "Host" in request.headers:
        return tuple(given)
    return (("Host", urlsplit(request.url or "").netloc.rpartition("@")[2]), *given)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _body(body: object) -> bytes:
    """Read whatever ``requests`` takes as a body: bytes, text, a file, an iterable of bytes."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    read = getattr(body, "read", None)
    pieces = [read()] if read else cast("Iterable[str | bytes]", body)
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
