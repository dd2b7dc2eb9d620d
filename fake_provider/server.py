"""The HTTP/1.1 door: a real socket, a thread per connection, httptools (llhttp) as the parser.

A WSGI server in its place would hide what this fake exists to show: the header pairs in their order and case,
the request target as it was sent, and the requests that no HTTP parser accepts. It stops at once: closing the
listening socket and the idle connections needs no poll interval.
"""

from __future__ import annotations

import errno
import logging
import re
import selectors
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httptools

from .domain.wire import Headers, WireRequest, WireResponse, header
from .errors import AddressInUse, InvalidValue
from .version import __version__
from .web.app import MAX_BODY_BYTES, Application

_log = logging.getLogger("fake_nexmo.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one connection, and all of them, may ask for."""

    header_bytes: int = 64 * 1024  # the request line and all headers; nginx allows 32 KiB
    body_bytes: int = MAX_BODY_BYTES
    idle_seconds: float = 60.0  # between two reads
    connections: int = 1_000


DEFAULT_LIMITS = Limits()
_READ_BYTES = 64 * 1024
_BACKLOG = 1024
_LINGER_SECONDS, _LINGER_BYTES = 1.0, 4 * 1024 * 1024
_NO_BODY = frozenset({204, 304})
_REQUEST_LINE = re.compile(rb"\A(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \r\n]+) (HTTP/1\.[01])\r\n")
_ABSOLUTE = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class _Incoming:
    """One request as far as it has arrived."""

    method: str = ""
    version: str = "1.1"
    keep_alive: bool = False
    target: bytearray = field(default_factory=bytearray)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    head_bytes: int = 0
    waits_for_continue: bool = False
    refusal: HTTPStatus | None = None  # why it is cut short


class _Parser:
    """Turns the bytes of one connection into requests; httptools calls the ``on_…`` methods."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._http = httptools.HttpRequestParser(self)
        self._upgrading: _Incoming | None = None
        self.ready: deque[_Incoming] = deque()
        self.current = _Incoming()

    def feed(self, data: bytes) -> None:
        """Take *data*; complete requests go to ``ready``. Raises httptools.HttpParserError."""
        try:
            self._http.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._without_upgrade(data[upgrade.args[0] :])

    def _without_upgrade(self, rest: bytes) -> None:
        """Read on as if no other protocol had been offered: RFC 7230 section 6.7 allows to ignore it.

        llhttp leaves at the end of the head, the body unread. So a new parser gets the head again without the
        offer; Java's client, which offers h2c with its first request, is answered in HTTP/1.1.
        """
        self._upgrading = offer = self.ready.pop()
        lines = [f"{offer.method} / HTTP/{offer.version}"]
        lines += [f"{n}: {v}" for n, v in offer.headers if n.lower() not in ("upgrade", "connection")]
        self._http = httptools.HttpRequestParser(self)
        self.feed("\r\n".join([*lines, "", ""]).encode("latin-1") + rest)

    def on_message_begin(self) -> None:
        self.current = _Incoming()

    def on_url(self, piece: bytes) -> None:
        self.current.target += piece
        self._count(len(piece))

    def on_header(self, name: bytes, value: bytes) -> None:
        # RFC 7230 section 3.2.4 has ISO-8859-1 for what is not ASCII: no octet is lost that way.
        self.current.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        self._count(len(name) + len(value) + 4)

    def _count(self, size: int) -> None:
        self.current.head_bytes += size
        if self.current.head_bytes > self._limits.header_bytes:
            self.current.refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def on_headers_complete(self) -> None:
        headers = tuple(self.current.headers)
        length = header(headers, "content-length") or ""
        if length.isdigit() and (len(length) > 15 or int(length) > self._limits.body_bytes):
            self.current.refusal = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        self.current.waits_for_continue = (header(headers, "expect") or "").lower() == "100-continue"

    def on_body(self, piece: bytes) -> None:
        if len(self.current.body) + len(piece) > self._limits.body_bytes:
            self.current.refusal = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        elif self.current.refusal is None:
            self.current.body += piece

    def on_message_complete(self) -> None:
        incoming = self.current
        incoming.waits_for_continue = False
        incoming.method = self._http.get_method().decode("latin-1")
        incoming.version = self._http.get_http_version()
        incoming.keep_alive = self._http.should_keep_alive()
        if self._upgrading is not None:
            incoming.target, incoming.headers = self._upgrading.target, self._upgrading.headers
            self._upgrading = None
        self.ready.append(incoming)
        self.current = _Incoming()


def _salvaged(raw: bytes, limits: Limits) -> _Incoming | None:
    """Read a request whose method or target llhttp does not know or like, but which is whole otherwise.

    ``FOO /`` and ``GET /sms/json?text=é`` deserve an answer that says what is wrong with them. Only where the
    request has arrived as a whole: the connection ends with it.
    """
    line = _REQUEST_LINE.match(raw)
    if line is None:
        return None
    parser = _Parser(limits)
    try:
        parser.feed(b"POST / " + line.group(3) + b"\r\n" + raw[line.end() :])
    except httptools.HttpParserError:
        return None
    if not parser.ready:
        return None
    incoming = parser.ready[0]
    incoming.method = line.group(1).decode("latin-1")
    incoming.target = bytearray(line.group(2))
    incoming.keep_alive = False
    return incoming


class _Connection:
    """One client's connection, on a thread of its own."""

    def __init__(self, sock: socket.socket, server: Server) -> None:
        self._sock = sock
        self._server = server
        self._limits = server.limits
        self.thread = threading.Thread(target=self.run, name="fake-nexmo-connection", daemon=True)

    def run(self) -> None:
        """Answer requests until the client has no more, is too slow, or the server stops."""
        try:
            self._sock.settimeout(self._limits.idle_seconds)
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._converse()
        except OSError:
            pass  # the client is gone, or was too slow: there is nobody left to tell
        finally:
            with suppress(OSError):
                self._sock.close()
            self._server.forget(self)

    def end(self, *, at_once: bool) -> None:
        """End the connection; unless *at_once*, after the answer that is being made.

        Only the reading side is shut then: a thread that waits for a request wakes up to nothing, one that makes
        an answer can still send it. There is no state to look at, and so no moment at which it is wrong.
        """
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR if at_once else socket.SHUT_RD)

    def _converse(self) -> None:
        parser = _Parser(self._limits)
        unanswered = b""  # what has come since the last request was complete, should it have to be salvaged
        while data := self._sock.recv(_READ_BYTES):
            unanswered = (unanswered + data)[: self._limits.header_bytes + self._limits.body_bytes]
            try:
                parser.feed(data)
            except httptools.HttpParserError as error:
                self._answer_unparsable(unanswered, error)
                return
            while parser.ready:
                unanswered = b""
                if not self._answer(parser.ready.popleft()):
                    return
            if parser.current.refusal:
                self._refuse(parser.current, parser.current.refusal)
                return
            if parser.current.waits_for_continue:
                parser.current.waits_for_continue = False
                self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _answer(self, incoming: _Incoming) -> bool:
        """Answer one request; return whether the connection goes on."""
        if incoming.refusal:
            self._refuse(incoming, incoming.refusal)
            return False
        wire, complaint = self._wire(incoming)
        application = self._server.application
        if complaint:
            response = application.refuse_unreadable(wire, _plain(HTTPStatus.BAD_REQUEST, complaint))
        else:
            response = application.respond(wire)
        keep_alive = incoming.keep_alive and not self._server.stopping
        self._send(response, incoming.method, keep_alive, incoming.version)
        return keep_alive

    def _wire(self, incoming: _Incoming) -> tuple[WireRequest, str | None]:
        """Return the request as the client saw it, and what is wrong with its envelope."""
        headers = tuple(incoming.headers)
        host = header(headers, "host")
        scheme, target = self._server.scheme, incoming.target.decode("latin-1")
        complaint = None if incoming.version in ("1.0", "1.1") else "it names no version of HTTP/1"
        if absolute := _ABSOLUTE.fullmatch(target):  # as to a proxy: RFC 7230 section 5.3.2
            scheme, host, target = absolute.group(1).lower(), absolute.group(2), absolute.group(3)
            if not target.startswith("/"):
                target = "/" + target
        elif not target.startswith("/"):
            complaint, target = "the request target is no path", "/" + target
        elif host is None and incoming.version == "1.1":
            complaint = "the Host header is missing"
        elif sum(name.lower() == "host" for name, _ in headers) > 1:
            complaint = "there is more than one Host header"
        wire = WireRequest(
            method=incoming.method,
            scheme=scheme,
            host=host if host is not None else self._server.authority,
            target=target,
            headers=headers,
            body=bytes(incoming.body),
        )
        return wire, complaint

    def _answer_unparsable(self, raw: bytes, error: httptools.HttpParserError) -> None:
        if salvaged := _salvaged(raw, self._limits):
            self._answer(salvaged)
            return
        line = _REQUEST_LINE.match(raw)
        wire = WireRequest(
            method=line.group(1).decode("latin-1") if line else "?",
            scheme=self._server.scheme,
            host=self._server.authority,
            target="/" + line.group(2).decode("latin-1").lstrip("/") if line else "/",
            body=raw,
        )
        response = _plain(HTTPStatus.BAD_REQUEST, f"this is not HTTP/1.1: {error}")
        self._send(self._server.application.refuse_unreadable(wire, response), "GET", False, "1.1")
        self._linger()

    def _refuse(self, incoming: _Incoming, status: HTTPStatus) -> None:
        """Answer a request that asks for too much, without reading the rest of it."""
        wire, _ = self._wire(incoming)
        response = _plain(
            status,
            f"at most {self._limits.header_bytes} bytes of headers and "
            f"{self._limits.body_bytes} of body are read",
        )
        self._send(self._server.application.refuse_unreadable(wire, response), incoming.method, False, "1.1")
        self._linger()

    def _linger(self) -> None:
        """Let the client read the answer: closing with its bytes unread would reset the connection."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
            self._sock.settimeout(_LINGER_SECONDS)
            left = _LINGER_BYTES
            while left > 0 and (data := self._sock.recv(_READ_BYTES)):
                left -= len(data)

    def _send(self, response: WireResponse, method: str, keep_alive: bool, version: str) -> None:
        body = b"" if method == "HEAD" or response.status in _NO_BODY else response.body
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        if response.status not in _NO_BODY:
            lines.append(f"Content-Length: {len(response.body)}")
        lines.append(f"Date: {formatdate(usegmt=True)}")
        lines.append(f"Server: fake-nexmo/{__version__}")
        if not keep_alive:
            lines.append("Connection: close")
        elif version == "1.0":
            lines.append("Connection: keep-alive")
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        self._sock.sendall(head + body)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _plain(status: HTTPStatus, text: str) -> WireResponse:
    headers: Headers = (("Content-Type", "text/plain; charset=utf-8"),)
    return WireResponse(status=status, headers=headers, body=f"{status.value} {text}\n".encode())


class Server:
    """Serves an application until it is stopped; also a context manager.

    Raises:
        AddressInUse: another program listens on the port.
        InvalidValue: the host is no address of this machine, or the port may not be used.
    """

    def __init__(
        self,
        application: Application,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.application = application
        self.limits = limits
        self.scheme = "http"
        self.stopping = False
        self._listener = _listen(host, port)
        self.host, self.port = self._listener.getsockname()[:2]
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._waker, self._wakened = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name="fake-nexmo-server", daemon=True)
        self._thread.start()

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end; an address that means every interface is shown as loopback."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host)  # noqa: S104  compared, not bound
        return f"{self.scheme}://{shown}:{self.port}" if shown else f"{self.scheme}://{self.authority}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self, *, grace_seconds: float = 1.0) -> None:
        """Stop listening, let requests under way finish for *grace_seconds*, end all connections."""
        if self.stopping:
            return
        self.stopping = True
        self._waker.send(b"x")
        self._thread.join()
        with self._lock:
            connections = tuple(self._connections)
        for connection in connections:
            connection.end(at_once=False)
        deadline = time.monotonic() + grace_seconds
        for connection in connections:
            connection.thread.join(max(0.0, deadline - time.monotonic()))
            connection.end(at_once=True)

    def forget(self, connection: _Connection) -> None:
        """Drop a connection that has ended."""
        with self._lock:
            self._connections.discard(connection)

    def _accept(self) -> None:
        with self._listener, self._waker, self._wakened, selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wakened, selectors.EVENT_READ)
            # Only the waker ends the loop: were the flag looked at, the loop could close the waker first.
            while self._wakened not in {key.fileobj for key, _ in selector.select()}:
                self._accept_one()

    def _accept_one(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError as error:
            _log.warning("a connection could not be accepted: %s", error)
            return
        with self._lock:
            full = len(self._connections) >= self.limits.connections
        if full:
            with suppress(OSError), sock:
                sock.sendall(
                    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                )
            return
        sock.setblocking(True)
        connection = _Connection(sock, self)
        with self._lock:
            self._connections.add(connection)
        connection.thread.start()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InvalidValue("host", f"{host} is no address of this machine") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(host, port) from None
        if error.errno == errno.EACCES:
            raise InvalidValue("port", f"{port} needs more rights; choose one above 1023") from None
        raise InvalidValue("host", f"{host}: {error.strerror}") from None
    return listener
