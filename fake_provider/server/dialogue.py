"""What is said on one connection, without the connection: from octets to requests, and from replies to octets.

Whoever has the octets drives it, at whatever pace: the reactor, a thread, or an interception in memory::

    dialogue.hear(octets)
    while turn := dialogue.next():
        said = dialogue.answer(turn)       # may take its time, unless dialogue.is_quick(turn)
        send(said.octets)
        said.sent()
        # and then as said.manner says
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import Enum
from functools import partial
from http import HTTPStatus

import httptools

from ..domain.fault import Ending
from ..domain.wire import Headers, WireRequest, WireResponse, header
from ..version import __version__
from ..web.answering import Answering
from ..web.app import Reply
from ..web.spoiling import cut
from .access import Access, AccessLog
from .limits import Limits
from .parser import Incoming, Parser, behind_whole_requests, header_names, request_line, salvaged

_NO_BODY = frozenset({204, 304})
_ABSOLUTE = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_DATE_SECONDS = 0.2  # how old the Date of an answer may be


class Manner(Enum):
    """How it goes on once something has been said."""

    GOES_ON = "the connection is kept"
    ENDS = "it ends"
    LINGERS = "it ends, but what the client still sends is read: a reset would take the answer from it"
    HANGS = "nothing more is said until the client goes"


@dataclass(slots=True)
class Said:
    """What is said, how it goes on after that, and whom to tell once it is out, or cannot go."""

    octets: bytes
    manner: Manner
    reply: Reply | None = None
    log: Callable[[], None] | None = None

    def sent(self) -> None:
        """Tell; once, whoever calls it again."""
        reply, self.reply = self.reply, None
        log, self.log = self.log, None
        if log is not None:
            log()
        if reply is not None:
            reply.sent()


@dataclass(slots=True)
class Turn:
    """What is to be answered next: a request, or what is said already, whatever the application thinks."""

    incoming: Incoming
    wire: WireRequest | None = None
    said: Said | None = None
    began: float = field(default_factory=time.perf_counter)


@dataclass(slots=True)
class _Date:
    """The Date header, which is written anew only where time has passed."""

    _written: str = ""
    _until: float = 0.0

    def __str__(self) -> str:
        now = time.monotonic()
        if now >= self._until:
            self._written, self._until = formatdate(usegmt=True), now + _DATE_SECONDS
        return self._written


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a connection knows of the server that it came to."""

    application: Answering
    limits: Limits
    scheme: str
    authority: str  # host and port, for a client that names none
    stopping: threading.Event
    access_log: AccessLog | None = None
    date: _Date = field(default_factory=_Date)


class Dialogue:
    """One client's requests and their answers, in order. It is in the hands of one thread at a time."""

    def __init__(self, site: Site, remote: str = "") -> None:
        self._site = site
        self._remote = remote
        self._limits = site.limits
        self._parser = Parser(site.limits)
        self._unanswered = (
            bytearray()
        )  # what has come of a request that is not whole, should it have to be explained
        self._trouble: object = None  # why what comes behind the requests that are whole is none
        self._is_over = False

    @property
    def is_in_a_request(self) -> bool:
        """Whether the beginning of a request has come, and not its end."""
        return self._parser.in_message

    @property
    def request(self) -> Incoming:
        """That request; another object for each."""
        return self._parser.current

    def hear(self, data: bytes) -> None:
        """Take what has come."""
        parser, room = self._parser, self._limits.header_bytes + self._limits.body_bytes
        self._unanswered += data[: room - len(self._unanswered)]
        try:
            parser.feed(data)
        except httptools.HttpParserError as error:
            self._trouble = error  # of the last request; those before it stand
        if parser.ready:
            whole = not parser.in_message and self._trouble is None
            rest = b"" if whole else behind_whole_requests(bytes(self._unanswered), self._limits)
            self._unanswered[:] = rest

    def hear_the_end(self) -> None:
        """Take it that the client will say no more."""
        if self._unanswered.strip() and self._trouble is None and not self._site.stopping.is_set():
            self._trouble = "it ended in the middle"

    def broke_off(self, why: object) -> None:
        """Record what has come of a request: the client is gone, and there is nobody left to tell."""
        if self._unanswered.strip():
            self._recorded_unparsable(_unparsable(why))

    def next(self) -> Turn | None:
        """Take what is to be answered next; None where more has to come first, or where nothing will."""
        parser = self._parser
        if self._is_over:
            return None
        if parser.ready:
            return self._turn(parser.ready.popleft())
        if self._trouble is not None:
            return self._unparsable_turn(self._trouble)
        if parser.current.refusal:
            return self._refused(parser.current, parser.current.refusal)
        if parser.current.waits_for_continue:
            parser.current.waits_for_continue = False
            return Turn(parser.current, said=Said(b"HTTP/1.1 100 Continue\r\n\r\n", Manner.GOES_ON))
        return None

    def is_quick(self, turn: Turn) -> bool:
        """Whether the answer to *turn* takes no time to speak of."""
        return turn.said is not None or turn.wire is None or self._site.application.is_quick(turn.wire)

    def waits(self, turn: Turn) -> bool:
        """Whether the answer to *turn* waits for what others bring about."""
        return turn.wire is not None and self._site.application.waits(turn.wire)

    def answer(self, turn: Turn) -> Said:
        """Return what is to be said in *turn*."""
        said = turn.said
        if said is None:
            assert turn.wire is not None  # noqa: S101  one of the two is there
            said = self._said(self._site.application.reply(turn.wire), turn.incoming)
        self._is_over = said.manner is not Manner.GOES_ON
        if self._site.access_log is not None and turn.wire is not None:
            said.log = partial(self._log, turn.wire, turn, said, said.reply)
        return said

    def _log(self, wire: WireRequest, turn: Turn, said: Said, reply: Reply | None) -> None:
        """Tell the access log of an answer that has gone."""
        outcome = reply.outcome if reply is not None else None
        diagnosis = outcome.diagnosis if outcome is not None else None
        head, _, body = said.octets.partition(b"\r\n\r\n")
        access = Access(
            remote=self._site.application.client_of(wire, self._remote),
            method=wire.method or "?",
            path=self._site.application.path_for_a_log(wire),
            version=turn.incoming.version,
            status=int(head[9:12]) if head else None,
            octets=len(body),
            duration_ms=(time.perf_counter() - turn.began) * 1000,
            outcome=outcome.kind if outcome is not None else "own" if turn.said is None else "other",
            client_key=outcome.client_key if outcome is not None else None,
            diagnosis=diagnosis.code if diagnosis is not None else None,
        )
        assert self._site.access_log is not None  # noqa: S101  it is what this is for
        self._site.access_log(access)

    def _said(self, reply: Reply, incoming: Incoming) -> Said:
        if reply.ending is Ending.DROPPED:
            return Said(b"", Manner.ENDS, reply)
        if reply.ending is Ending.HANGING:
            return Said(b"", Manner.HANGS, reply)
        goes_on = incoming.keep_alive and reply.ending is Ending.WHOLE
        if goes_on and self._site.stopping.is_set():
            goes_on = bool(self._parser.ready)  # what has come already is still answered
        octets = self._written(reply.response, incoming.method, goes_on, incoming.version, reply.ending)
        if goes_on:
            return Said(octets, Manner.GOES_ON, reply)
        unread = self._parser.ready or self._parser.in_message
        return Said(octets, Manner.LINGERS if unread else Manner.ENDS, reply)

    def _turn(self, incoming: Incoming) -> Turn:
        if incoming.refusal:
            return self._refused(incoming, incoming.refusal)
        wire, complaint = self._wire(incoming)
        if complaint is None:
            return Turn(incoming, wire)
        refusal = _plain(HTTPStatus.BAD_REQUEST, complaint)
        reply = Reply(response=self._site.application.refuse_unreadable(wire, refusal))
        return Turn(incoming, wire, self._said(reply, incoming))

    def _wire(self, incoming: Incoming) -> tuple[WireRequest, str | None]:
        """Return the request as the client saw it, and what is wrong with its envelope."""
        headers = tuple(incoming.headers)
        host = header(headers, "host")
        scheme, target = self._site.scheme, incoming.target.decode("latin-1")
        complaint = None if incoming.version in ("1.0", "1.1") else "it names no version of HTTP/1"
        if not target.startswith("/"):
            if absolute := _ABSOLUTE.fullmatch(target):  # as to a proxy: RFC 7230 section 5.3.2
                scheme, host, target = absolute.group(1).lower(), absolute.group(2), absolute.group(3)
                if not target.startswith("/"):
                    target = "/" + target
            else:
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

    def _unparsable_turn(self, why: object) -> Turn:
        self._trouble = None
        if incoming := salvaged(bytes(self._unanswered), self._limits):
            self._unanswered.clear()
            return self._turn(incoming)
        return self._refusing_turn(*self._recorded_unparsable(_unparsable(why)))

    def _refusing_turn(self, wire: WireRequest, response: WireResponse) -> Turn:
        said = Said(self._written(response, wire.method, False, "1.1"), Manner.LINGERS)
        return Turn(self._parser.current, wire, said)

    def give_up(self) -> Turn:
        """Return what is to be said, now and as the last, to a client that takes too long to send a request."""
        text = (
            f"a request line and its headers have to come within {self._limits.head_seconds:g} s, "
            f"a body with {self._limits.body_bytes_per_second:g} bytes a second"
        )
        return self._refusing_turn(*self._recorded_unparsable(_plain(HTTPStatus.REQUEST_TIMEOUT, text)))

    def _recorded_unparsable(self, response: WireResponse) -> tuple[WireRequest, WireResponse]:
        """Record what is no request, with the answer to it; returns both.

        Nothing of it is kept but its first line and the names of its headers: what no parser could read, no
        redaction can either.
        """
        raw = bytes(self._unanswered)
        self._unanswered.clear()
        method, target = request_line(raw) or ("?", "/")
        wire = WireRequest(
            method=method,
            scheme=self._site.scheme,
            host=self._site.authority,
            target="/" + target.lstrip("/"),
            headers=tuple((name, "[not shown]") for name in header_names(raw)),
            body=f"[{len(raw)} bytes that are no whole HTTP/1.1 request, not shown]".encode(),
        )
        return wire, self._site.application.refuse_unreadable(wire, response)

    def _refused(self, incoming: Incoming, status: HTTPStatus) -> Turn:
        """Answer a request that asks for too much, without reading the rest of it."""
        wire, _ = self._wire(incoming)
        response = _plain(
            status,
            f"at most {self._limits.header_bytes} bytes of headers and "
            f"{self._limits.body_bytes} of body are read",
        )
        return self._refusing_turn(wire, self._site.application.refuse_unreadable(wire, response))

    def plain_text(self) -> Said:
        """Return what is said to a client that speaks plain text where TLS is spoken."""
        response = _plain(HTTPStatus.BAD_REQUEST, "TLS is spoken here: the URL begins with https://")
        return Said(self._written(response, "GET", False, "1.1"), Manner.LINGERS)

    def _written(
        self,
        response: WireResponse,
        method: str,
        keep_alive: bool,
        version: str,
        ending: Ending = Ending.WHOLE,
    ) -> bytes:
        body, length = response.body, ""
        if method == "HEAD" or response.status in _NO_BODY:
            body = b""
        elif ending is not Ending.WHOLE:
            body = cut(response, ending).body
        if response.status not in _NO_BODY:
            length = f"Content-Length: {len(response.body)}\r\n"
        if keep_alive:
            connection = "Connection: keep-alive\r\n" if version == "1.0" else ""
        else:
            connection = "Connection: close\r\n"
        headers = "".join([f"{name}: {value}\r\n" for name, value in response.headers])
        head = (
            f"HTTP/1.1 {response.status} {_PHRASES.get(response.status, 'Unknown')}\r\n{headers}{length}"
            f"Date: {self._site.date}\r\nServer: fake-nexmo/{__version__}\r\n{connection}\r\n"
        )
        return head.encode("latin-1", "replace") + body


def _unparsable(why: object) -> WireResponse:
    return _plain(HTTPStatus.BAD_REQUEST, f"this is not HTTP/1.1: {why}")


def _plain(status: HTTPStatus, text: str) -> WireResponse:
    headers: Headers = (("Content-Type", "text/plain; charset=utf-8"),)
    return WireResponse(status=status, headers=headers, body=f"{status.value} {text}\n".encode())
