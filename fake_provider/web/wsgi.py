"""Between a WireRequest and what Werkzeug knows: a WSGI environ, a Request, a Response."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes

from ..domain.wire import Headers, WireRequest, WireResponse

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

Environ = dict[str, Any]


def request_of(wire: WireRequest) -> Request:
    """Return *wire* as a Werkzeug request, for the pages and the control API."""
    from werkzeug.wrappers import Request

    return Request(environ_of(wire))


def environ_of(wire: WireRequest) -> Environ:
    """Return *wire* as PEP 3333 describes it."""
    name, _, port = wire.host.rpartition(":") if ":" in wire.host.rpartition("]")[2] else (wire.host, "", "")
    environ: Environ = {
        "REQUEST_METHOD": wire.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(wire.raw_path).decode("latin-1"),
        "QUERY_STRING": _query(wire.query),
        "REQUEST_URI": wire.target,
        "SERVER_NAME": name,
        "SERVER_PORT": port or ("443" if wire.scheme == "https" else "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": wire.host,
        "CONTENT_LENGTH": str(len(wire.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": wire.scheme,
        "wsgi.input": io.BytesIO(wire.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for key, value in wire.headers:
        variable = key.upper().replace("-", "_")
        if variable == "CONTENT_TYPE":
            environ[variable] = value
        elif variable not in ("CONTENT_LENGTH", "HOST"):
            variable = f"HTTP_{variable}"
            joint = "; " if variable == "HTTP_COOKIE" else ","
            environ[variable] = f"{environ[variable]}{joint}{value}" if variable in environ else value
    return environ


def _query(query: str) -> str:
    """Return a query that can be decoded: octets that are no UTF-8, which Werkzeug refuses, are escaped."""
    octets = query.encode("latin-1", "replace")
    try:
        octets.decode()
    except UnicodeDecodeError:
        return quote(octets, safe="!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~ ")
    return query


def wire_of(environ: Environ, *, max_body_bytes: int) -> WireRequest:
    """Return what a WSGI server received.

    The raw target is no part of PEP 3333; servers that tell it call it REQUEST_URI or RAW_URI. Where none
    does, the path is escaped anew, and a client that escaped more than it had to is verified wrongly.
    At most one byte more than *max_body_bytes* is read, so that a body that is too long can be told from one
    that is not.
    """
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if not target:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        target = quote(path.encode("latin-1"), safe="/!$&'()*+,;=:@-._~")
        if query := environ.get("QUERY_STRING"):
            target += f"?{query}"
    elif "://" in target.partition("?")[0]:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    host = environ.get("HTTP_HOST")
    if not host:
        host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return WireRequest(
        method=environ["REQUEST_METHOD"],
        scheme=environ.get("wsgi.url_scheme", "http"),
        host=host,
        target=target if target.startswith("/") else f"/{target}",
        headers=_headers(environ),
        body=_body(environ, max_body_bytes + 1),
    )


def _headers(environ: Environ) -> Headers:
    """Return the header pairs; WSGI has forgotten their case and their order."""
    pairs = [
        (key.removeprefix("HTTP_").replace("_", "-").title(), value)
        for key, value in environ.items()
        if key.startswith("HTTP_") or (key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    ]
    return tuple(pairs)


def _body(environ: Environ, at_most: int) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read(at_most))
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    return bytes(stream.read(min(max(length, 0), at_most)))


def response_of(response: Response) -> WireResponse:
    """Return a Werkzeug response as plain values."""
    headers = tuple((name, value) for name, value in response.headers if name.lower() != "content-length")
    return WireResponse(status=response.status_code, headers=headers, body=response.get_data())


def body_of(response: WireResponse, method: str, sent: Callable[[], None]) -> Iterator[bytes]:
    """Yield what a WSGI application returns as its body, HEAD has none; then say that it was *sent*."""
    try:
        if method != "HEAD" and response.body:
            yield response.body
    finally:
        sent()
