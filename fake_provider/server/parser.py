"""From the bytes of one connection to requests: httptools (llhttp) reads, this collects and limits.

What llhttp does not like but a person would still call a request, an unknown method or a raw ``é`` in the target, is
``salvaged``: it deserves an answer that says what is wrong with it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import httptools

from ..domain.wire import header
from .limits import Limits

_HEADER_NAME = re.compile(rb"^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:", re.MULTILINE)
_REQUEST_LINE = re.compile(rb"\A(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \r\n]+) (HTTP/1\.[01])\r\n")


@dataclass(slots=True)
class Incoming:
    """One request as far as it has arrived."""

    method: str = ""
    version: str = "1.1"
    keep_alive: bool = False
    target: bytearray = field(default_factory=bytearray)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    head_bytes: int = 0
    head_complete: bool = False
    waits_for_continue: bool = False
    refusal: HTTPStatus | None = None  # why it is cut short


class Parser:
    """Turns the bytes of one connection into requests; httptools calls the ``on_…`` methods."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._http = httptools.HttpRequestParser(self)
        self._upgrading: Incoming | None = None
        self.ready: deque[Incoming] = deque()
        self.current = Incoming()
        self.in_message = False  # between the first octet of a request and its last

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
        self.current = Incoming()
        self.in_message = True

    def on_url(self, piece: bytes) -> None:
        self.current.target += piece
        self._count(len(piece))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.current.head_complete:
            return  # a trailer, which must not become a header (RFC 9112 section 7.1.2)
        # RFC 7230 section 3.2.4 has ISO-8859-1 for what is not ASCII: no octet is lost that way.
        self.current.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        self._count(len(name) + len(value) + 4)

    def _count(self, size: int) -> None:
        self.current.head_bytes += size
        if self.current.head_bytes > self._limits.header_bytes:
            self.current.refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def on_headers_complete(self) -> None:
        self.current.head_complete = True
        self.current.method = self._http.get_method().decode("latin-1")
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
        self.current = Incoming()
        self.in_message = False


def salvaged(raw: bytes, limits: Limits) -> Incoming | None:
    """Read a request whose method or target llhttp does not know or like, but which is whole otherwise.

    ``FOO /`` and ``GET /sms/json?text=é`` deserve an answer that says what is wrong with them. Only where the
    request has arrived as a whole: the connection ends with it.
    """
    line = _REQUEST_LINE.match(raw)
    if line is None:
        return None
    parser = Parser(limits)
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


def request_line(raw: bytes) -> tuple[str, str] | None:
    """Return method and target of what may be no request otherwise; None if it does not begin like one."""
    line = _REQUEST_LINE.match(raw)
    return (line.group(1).decode("latin-1"), line.group(2).decode("latin-1")) if line else None


def header_names(raw: bytes) -> list[str]:
    """Return the names of what looks like headers in a head that could not be read."""
    return [name.decode("latin-1") for name in _HEADER_NAME.findall(raw.partition(b"\r\n\r\n")[0])]


def behind_whole_requests(raw: bytes, limits: Limits) -> bytes:
    """Return what of *raw* comes behind the last request in it that is whole.

    llhttp does not tell where a request ended, so the shortest beginning that has as many is looked for. Only a client that
    sends several requests at once, the last of them not whole, comes here.
    """
    whole = _whole_requests(raw, limits)
    return raw[bisect_left(range(len(raw)), whole, key=lambda end: _whole_requests(raw[:end], limits)) :]


class _Counter:
    """Counts requests that are whole, and has llhttp call nothing else: a tenth of the time."""

    def __init__(self) -> None:
        self.whole = 0

    def on_message_complete(self) -> None:
        self.whole += 1


def _whole_requests(raw: bytes, limits: Limits) -> int:
    counter = _Counter()
    try:
        httptools.HttpRequestParser(counter).feed_data(raw)
    except httptools.HttpParserUpgrade:
        parser = Parser(limits)
        with suppress(httptools.HttpParserError):
            parser.feed(raw)
        return len(parser.ready)
    except httptools.HttpParserError:
        return counter.whole  # of those before it
    return counter.whole
