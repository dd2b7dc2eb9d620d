"""One client's connection: reads requests, has them answered, writes the answers."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol

import httptools

from ..domain.fault import Ending
from ..domain.wire import Headers, WireRequest, WireResponse, header
from ..version import __version__
from ..web.app import Application, Reply
from ..web.spoiling import cut
from .parser import Incoming, Limits, Parser, behind_whole_requests, header_names, request_line, salvaged

_log = logging.getLogger("fake_nexmo.server")
_READ_BYTES = 64 * 1024
_HANDSHAKE = b"\x16"  # the type of the first record: RFC 8446 section 5.1
_LINGER_SECONDS, _LINGER_BYTES = 1.0, 4 * 1024 * 1024
_NO_BODY = frozenset({204, 304})
_ABSOLUTE = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a connection knows of the server that it came to."""

    application: Application
    limits: Limits
    scheme: str
    authority: str  # host and port, for a client that names none
    stopping: threading.Event
    tls: ssl.SSLContext | None = None


class Wire(Protocol):
    """What a connection needs of a socket."""

    def recv(self, size: int, /) -> bytes: ...
    def sendall(self, data: bytes, /) -> object: ...
    def settimeout(self, seconds: float | None, /) -> None: ...
    def setsockopt(self, level: int, name: int, value: int, /) -> None: ...
    def shutdown(self, how: int, /) -> None: ...
    def close(self) -> None: ...


class Connection:
    """One client's connection, on a thread of its own."""

    def __init__(
        self,
        sock: Wire,
        site: Site,
        forget: Callable[[Connection], None],
        *,
        begins_with: bytes = b"",
        is_tcp: bool = True,
    ) -> None:
        self._sock = sock
        self._is_tcp = is_tcp
        self._begins_with = begins_with
        self._site = site
        self._limits = site.limits
        self._forget = forget
        self._parser = Parser(site.limits)
        self._unanswered = b""  # what has come of a request that is not whole, should it have to be explained
        self.thread = threading.Thread(target=self.run, name="fake-nexmo-connection", daemon=True)

    def run(self) -> None:
        """Answer requests until the client has no more, is too slow, or the server stops."""
        try:
            self._sock.settimeout(self._limits.idle_seconds)
            if self._is_tcp:
                self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._site.tls is not None:
                self._shake_hands(self._site.tls)
            self._converse()
        except OSError as error:
            # The client is gone, or was too slow: there is nobody left to tell, but what came is in the trace.
            if self._unanswered.strip():
                self._recorded_unparsable(error)
        finally:
            with suppress(OSError):
                self._sock.close()
            self._forget(self)

    def _shake_hands(self, context: ssl.SSLContext) -> None:
        assert isinstance(self._sock, socket.socket)  # noqa: S101  only those have TLS beneath them
        if self._sock.recv(1, socket.MSG_PEEK) not in (_HANDSHAKE, b""):
            self._send(
                _plain(HTTPStatus.BAD_REQUEST, "TLS is spoken here: the URL begins with https://"),
                "GET",
                False,
                "1.1",
            )
            raise ConnectionAbortedError("plain text where TLS is spoken")
        wrapped = context.wrap_socket(self._sock, server_side=True, do_handshake_on_connect=False)
        self._sock = wrapped
        try:
            wrapped.do_handshake()
        except ssl.SSLError as error:
            reason = (error.reason or "").replace("_", " ").lower()
            if "alert" in reason:  # the client's own word; the others are scans, and clients that have gone
                _log.warning("a TLS handshake failed (%s): does the client trust the authority?", reason)
            raise

    def end(self, *, at_once: bool) -> None:
        """End the connection; unless *at_once*, after the answer that is being made.

        Only the reading side is shut then: a thread that waits for a request wakes up to nothing, one that makes
        an answer can still send it. There is no state to look at, and so no moment at which it is wrong.
        """
        with suppress(OSError):
            _shut(self._sock, socket.SHUT_RDWR if at_once else socket.SHUT_RD)

    def _converse(self) -> None:
        while data := self._begins_with or self._sock.recv(_READ_BYTES):
            self._begins_with = b""
            if not self.hear(data):
                return
        if self._unanswered.strip() and not self._site.stopping.is_set():
            self._answer_unparsable("it ended in the middle")

    def hear(self, data: bytes) -> bool:
        """Answer what has come, as far as it is whole; return whether the connection goes on."""
        parser = self._parser
        self._unanswered = (self._unanswered + data)[: self._limits.header_bytes + self._limits.body_bytes]
        trouble: httptools.HttpParserError | None = None
        try:
            parser.feed(data)
        except httptools.HttpParserError as error:
            trouble = error  # of the last request; those before it stand
        if parser.ready:
            whole = not parser.in_message and trouble is None
            self._unanswered = b"" if whole else behind_whole_requests(self._unanswered, self._limits)
        while parser.ready:
            if not self._answer(parser.ready.popleft()):
                return False
        if trouble is not None:
            self._answer_unparsable(trouble)
            return False
        return self._goes_on()

    def _goes_on(self) -> bool:
        """Look after a request that has not arrived as a whole; return whether the rest of it is wanted."""
        parser = self._parser
        if parser.current.refusal:
            self._refuse(parser.current, parser.current.refusal)
            return False
        if parser.current.waits_for_continue:
            parser.current.waits_for_continue = False
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _answer(self, incoming: Incoming) -> bool:
        """Answer one request; return whether the connection goes on."""
        if incoming.refusal:
            self._refuse(incoming, incoming.refusal)
            return False
        wire, complaint = self._wire(incoming)
        application = self._site.application
        if complaint:
            refusal = application.refuse_unreadable(wire, _plain(HTTPStatus.BAD_REQUEST, complaint))
            reply = Reply(response=refusal)
        else:
            reply = application.reply(wire)
        keep_alive = incoming.keep_alive and not self._site.stopping.is_set()
        try:
            return self._let_go(reply, incoming, keep_alive)
        finally:
            reply.sent()

    def _let_go(self, reply: Reply, incoming: Incoming, keep_alive: bool) -> bool:
        """Send a reply, as whole as it is meant to be; return whether the connection goes on."""
        match reply.ending:
            case Ending.WHOLE:
                self._send(reply.response, incoming.method, keep_alive, incoming.version)
                return keep_alive
            case Ending.TRUNCATED:
                self._send(reply.response, incoming.method, False, incoming.version, ending=reply.ending)
            case Ending.HANGING:
                reply.sent()
                self._hang()
            case Ending.DROPPED:
                pass
        return False

    def _hang(self) -> None:
        """Say nothing until the client goes, or the server stops."""
        self._sock.settimeout(None)
        with suppress(OSError):
            while not self._site.stopping.is_set() and self._sock.recv(_READ_BYTES):
                pass

    def _wire(self, incoming: Incoming) -> tuple[WireRequest, str | None]:
        """Return the request as the client saw it, and what is wrong with its envelope."""
        headers = tuple(incoming.headers)
        host = header(headers, "host")
        scheme, target = self._site.scheme, incoming.target.decode("latin-1")
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
            host=host if host is not None else self._site.authority,
            target=target,
            headers=headers,
            body=bytes(incoming.body),
        )
        return wire, complaint

    def _answer_unparsable(self, why: object) -> None:
        if incoming := salvaged(self._unanswered, self._limits):
            self._unanswered = b""
            self._answer(incoming)
            return
        self._send(self._recorded_unparsable(why), "GET", False, "1.1")
        self._linger()

    def _recorded_unparsable(self, why: object) -> WireResponse:
        """Record what is no request, and return the answer to it.

        Nothing of it is kept but its first line and the names of its headers: what no parser could read, no
        redaction can either.
        """
        raw, self._unanswered = self._unanswered, b""
        method, target = request_line(raw) or ("?", "/")
        wire = WireRequest(
            method=method,
            scheme=self._site.scheme,
            host=self._site.authority,
            target="/" + target.lstrip("/"),
            headers=tuple((name, "[not shown]") for name in header_names(raw)),
            body=f"[{len(raw)} bytes that are no whole HTTP/1.1 request, not shown]".encode(),
        )
        response = _plain(HTTPStatus.BAD_REQUEST, f"this is not HTTP/1.1: {why}")
        return self._site.application.refuse_unreadable(wire, response)

    def _refuse(self, incoming: Incoming, status: HTTPStatus) -> None:
        """Answer a request that asks for too much, without reading the rest of it."""
        wire, _ = self._wire(incoming)
        response = _plain(
            status,
            f"at most {self._limits.header_bytes} bytes of headers and "
            f"{self._limits.body_bytes} of body are read",
        )
        self._send(self._site.application.refuse_unreadable(wire, response), incoming.method, False, "1.1")
        self._linger()

    def _linger(self) -> None:
        """Let the client read the answer: closing with its bytes unread would reset the connection."""
        with suppress(OSError):
            _shut(self._sock, socket.SHUT_WR)
            self._sock.settimeout(_LINGER_SECONDS)
            left = _LINGER_BYTES
            while left > 0 and (data := self._sock.recv(_READ_BYTES)):
                left -= len(data)

    def _send(
        self,
        response: WireResponse,
        method: str,
        keep_alive: bool,
        version: str,
        ending: Ending = Ending.WHOLE,
    ) -> None:
        whole = b"" if method == "HEAD" or response.status in _NO_BODY else response.body
        body = cut(replace(response, body=whole), ending).body
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


def _shut(sock: Wire, how: int) -> None:
    """Shut one side or both; a socket with TLS forgets its keys by its own ``shutdown``, and would go on in plain text."""
    if isinstance(sock, socket.socket):
        socket.socket.shutdown(sock, how)
    else:
        sock.shutdown(how)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _plain(status: HTTPStatus, text: str) -> WireResponse:
    headers: Headers = (("Content-Type", "text/plain; charset=utf-8"),)
    return WireResponse(status=status, headers=headers, body=f"{status.value} {text}\n".encode())
