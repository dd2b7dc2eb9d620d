"""A door without an address: for one connection that somebody else has made, or that is no socket at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence

from ..web.app import Application
from .connection import Connection, Site
from .parser import DEFAULT_LIMITS


class Door:
    """Answers what comes through sockets that it is given."""

    def __init__(self, application: Application, *, scheme: str, authority: str) -> None:
        self._site = _site(application, scheme, authority)

    def take(self, sock: socket.socket) -> None:
        """Answer what comes through *sock*, on a thread, until it is closed."""
        Connection(sock, self._site, _forgotten, is_tcp=False).thread.start()


class Conversation(Connection):
    """A connection in memory: what is heard is answered at once, on the thread of the caller."""

    def __init__(self, application: Application, *, scheme: str, authority: str) -> None:
        self._wire_end = _Memory()
        super().__init__(self._wire_end, _site(application, scheme, authority), _forgotten, is_tcp=False)
        self._hangs = False
        self.has_ended = False

    def listen(self, octets: bytes) -> Sequence[bytes]:
        """Return what is said to *octets*; afterwards ``has_ended`` says whether nothing more will be."""
        if not self.has_ended:
            goes_on = self.hear(octets)
            self.has_ended = not (goes_on or self._hangs)
        return self._wire_end.taken()

    def _hang(self) -> None:
        self._hangs = True


class _Memory:
    """Keeps what is sent; nothing can be read from it."""

    def __init__(self) -> None:
        self._sent: list[bytes] = []

    def taken(self) -> Sequence[bytes]:
        """Return what was sent since the last time."""
        sent, self._sent = self._sent, []
        return sent

    def sendall(self, data: bytes, /) -> None:
        self._sent.append(data)

    def recv(self, size: int, /) -> bytes:  # noqa: ARG002
        return b""

    def settimeout(self, seconds: float | None, /) -> None: ...

    def setsockopt(self, level: int, name: int, value: int, /) -> None: ...

    def shutdown(self, how: int, /) -> None: ...

    def close(self) -> None: ...


def _site(application: Application, scheme: str, authority: str) -> Site:
    return Site(
        application=application,
        limits=DEFAULT_LIMITS,
        scheme=scheme,
        authority=authority,
        stopping=threading.Event(),
    )


def _forgotten(_: Connection) -> None:
    """There is nobody who counts them."""
