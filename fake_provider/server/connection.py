"""One client's connection as the reactor sees it: a socket that never blocks, and where it stands."""

from __future__ import annotations

import logging
import math
import socket
import ssl
from contextlib import suppress
from enum import IntEnum, auto

from .dialogue import Dialogue, Said, Site
from .limits import Limits
from .parser import Incoming

_log = logging.getLogger("fake_nexmo.server")
_READ_BYTES = 64 * 1024
_HANDSHAKE = b"\x16"  # the type of the first record: RFC 8446 section 5.1


class Phase(IntEnum):
    """Where a connection stands; the reactor has a table of what it does then."""

    GREETING = auto()  # TLS is being agreed upon
    IDLE = auto()  # between two requests
    HEARING = auto()  # a request has begun to come
    PAUSED = auto()  # there is more to answer, after the others have had their turn
    ANSWERING = auto()  # the pool has it
    SENDING = auto()  # the client has not taken all of an answer yet
    LINGERING = auto()  # all is said, what still comes is thrown away
    HANGING = auto()  # the same, for as long as the client likes
    ENDED = auto()


class Connection:
    """A socket and its dialogue. In the hands of one thread at a time: the reactor's, or one of the pool."""

    __slots__ = (
        "began",
        "deadline",
        "dialogue",
        "events",
        "has_heard_all",
        "hears_body",
        "is_made_slowly",
        "outgoing",
        "phase",
        "request",
        "said",
        "sock",
        "thrown_away",
        "tls",
        "too_slow_at",
    )

    def __init__(self, sock: socket.socket, site: Site, tls: ssl.SSLContext | None) -> None:
        self.sock = sock
        self.tls = tls  # what is still to be agreed upon
        self.dialogue = Dialogue(site, _remote(sock) if site.access_log is not None else "")
        self.phase = Phase.IDLE if tls is None else Phase.GREETING
        self.deadline = math.inf
        self.events = 0  # for which the selector watches it
        self.said: Said | None = None
        self.outgoing: bytes | memoryview = b""
        self.is_made_slowly = False
        self.has_heard_all = False  # the client has said its last
        self.thrown_away = 0
        self.request: Incoming | None = None  # that has begun to come
        self.began = self.too_slow_at = 0.0  # its head, or its body
        self.hears_body = False

    def prepare(self) -> None:
        """Let the socket never block, nor wait for more before it sends."""
        self.sock.setblocking(False)
        if self.sock.family in (socket.AF_INET, socket.AF_INET6):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self) -> bytes | None:
        """Return what has come: b"" is the end, None that nothing has. Raises OSError."""
        try:
            return self.sock.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except ssl.SSLEOFError:  # the client went without a word of TLS
            return b""

    def hear_on(self, now: float, limits: Limits) -> None:
        """Set the deadline of a request that has not come as a whole."""
        request = self.dialogue.request
        if request is not self.request:
            self.request, self.began, self.hears_body = request, now, False
        if request.head_complete and not self.hears_body:
            self.began, self.hears_body = now, True
        seconds = limits.body_due(len(request.body)) if self.hears_body else limits.head_seconds
        self.too_slow_at = self.began + seconds
        self.deadline = min(self.too_slow_at, now + limits.idle_seconds)

    def has_news(self) -> bool:
        """Whether the client has said something that nobody has read yet."""
        try:
            return bool(socket.socket.recv(self.sock, 1, socket.MSG_PEEK))  # beneath TLS
        except OSError:
            return False

    @property
    def has_more(self) -> bool:
        """Whether something waits within TLS, of which the selector knows nothing."""
        return isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0

    def write(self) -> bool:
        """Send of ``outgoing`` what can be sent now; return whether that was all. Raises OSError."""
        while self.outgoing:
            try:
                sent = self.sock.send(self.outgoing)
            except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False
            self.outgoing = memoryview(self.outgoing)[sent:] if sent < len(self.outgoing) else b""
        return True

    def greet(self) -> bool:
        """Go on with the handshake; return whether it is over. Raises OSError, ConnectionAbortedError for plain text."""
        if self.tls is not None:
            try:
                first = self.sock.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                return False
            if first not in (_HANDSHAKE, b""):
                self.said = self.dialogue.plain_text()
                raise ConnectionAbortedError("plain text where TLS is spoken")
            self.sock = self.tls.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False)
            self.tls = None
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101  it has just been made one
        try:
            self.sock.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except ssl.SSLError as error:
            reason = (error.reason or "").replace("_", " ").lower()
            if "alert" in reason:  # the client's own word; the others are scans, and clients that have gone
                _log.warning("a TLS handshake failed (%s): does the client trust the authority?", reason)
            raise
        return True

    def shut(self, how: int) -> None:
        """Shut one side or both. A socket with TLS forgets its keys by its own ``shutdown``, and would go on in plain text."""
        socket.socket.shutdown(self.sock, how)


def _remote(sock: socket.socket) -> str:
    """Return the client's address; "" where it has none, or has gone."""
    with suppress(OSError):
        peer = sock.getpeername()
        return str(peer[0]) if isinstance(peer, tuple) else ""
    return ""
