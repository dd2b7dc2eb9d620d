"""httpx, sync and async: what its transports are asked for the two hosts is answered in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import httpx

from ..domain.fault import Ending
from ..domain.wire import WireRequest
from ..web.answering import Answering
from ..web.app import Reply
from ..web.spoiling import cut
from .hosts import is_ours
from .patching import Active, Patch


def patches() -> Sequence[Patch]:
    """Return what is to be patched."""
    return [
        Patch(httpx.HTTPTransport, "handle_request", _sync),
        Patch(httpx.AsyncHTTPTransport, "handle_async_request", _async),
    ]


def _sync(original: Callable[..., Any], active: Active) -> Callable[..., Any]:
    def handle_request(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        application = active.current() if is_ours(request.url.host) else None
        if application is None:
            response: httpx.Response = original(transport, request)
            return response
        wire = _wire_of(request, request.read())
        return _response(_reply(application, wire, request), request)

    return handle_request


def _async(original: Callable[..., Any], active: Active) -> Callable[..., Any]:
    async def handle_async_request(
        transport: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        application = active.current() if is_ours(request.url.host) else None
        if application is None:
            response: httpx.Response = await original(transport, request)
            return response
        wire = _wire_of(request, await request.aread())
        if not application.may_wait:
            return _response(_reply(application, wire, request), request)
        import anyio  # which httpx brings

        reply = await anyio.to_thread.run_sync(_reply, application, wire, request)
        return _response(reply, request)

    return handle_async_request


def _reply(application: Answering, wire: WireRequest, request: httpx.Request) -> Reply:
    timeout = request.extensions.get("timeout") or {}
    reply = application.reply(wire, patience_seconds=timeout.get("read"))
    reply.sent()
    return reply


def _wire_of(request: httpx.Request, body: bytes) -> WireRequest:
    url = request.url
    return WireRequest(
        method=request.method,
        scheme=url.scheme,
        host=request.headers["host"],
        target=url.raw_path.decode("latin-1"),
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw
        ),
        body=body,
    )


def _response(reply: Reply, request: httpx.Request) -> httpx.Response:
    """Return the answer, or raise what httpx would where there is none."""
    if reply.ending is Ending.DROPPED:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    if reply.ending is Ending.HANGING:
        # Nobody waits for what will never come: the time-out of the call is over at once.
        raise httpx.ReadTimeout("timed out", request=request)
    answer = reply.response
    headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
    if reply.ending is Ending.TRUNCATED:
        stream = _Cut(cut(answer, reply.ending).body, request)
        return httpx.Response(answer.status, headers=headers, stream=stream)
    body = b"" if request.method == "HEAD" else answer.body
    # Not read yet, as one from a network: the client reads it, and takes the time.
    return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(body))


class _Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends before it is whole."""

    def __init__(self, body: bytes, request: httpx.Request) -> None:
        self._body = body
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        raise self._error()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        raise self._error()

    def _error(self) -> httpx.RemoteProtocolError:
        text = "peer closed connection without sending complete message body"
        return httpx.RemoteProtocolError(text, request=self._request)
