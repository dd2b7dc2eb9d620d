"""A server: where it listens, and how it is stopped, at once: no poll interval has to pass."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from ..web.app import Application
from .access import AccessLog
from .dialogue import Site
from .limits import DEFAULT_LIMITS, Limits
from .reactor import Reactor
from .shares import Share
from .sockets import UnixListener, let_nobody_else_in, listen, url_of

_AGAIN_SECONDS = 0.05


class Server:
    """Serves an application until it is stopped; also a context manager.

    Args:
        tls: with which certificate it speaks TLS; None for plain HTTP.
        listener: a socket that listens already, in place of *host* and *port*.
        unix_socket: where a Unix socket is to be, in place of them; its file goes with the server.
        access_log: is told of each answer.
        share: where others accept from it too, how many connections each of them has.

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
        tls: ssl.SSLContext | None = None,
        listener: socket.socket | None = None,
        unix_socket: Path | None = None,
        share: Share | None = None,
        access_log: AccessLog | None = None,
    ) -> None:
        self._is_shared = listener is not None  # whoever has opened it may let others accept too
        self._unix = UnixListener(unix_socket) if unix_socket is not None else None
        if self._unix is not None:
            listener = self._unix.socket
        self._listener = listener if listener is not None else listen(host, port)
        self._listener.setblocking(False)
        address = self._listener.getsockname()
        self._is_unix = isinstance(address, str)
        self.host: str = address if self._is_unix else address[0]
        self.port: int = 0 if self._is_unix else address[1]
        self._site = Site(
            application=application,
            limits=limits.within_open_files(),
            scheme="https" if tls else "http",
            authority="localhost" if self._is_unix else _authority(self.host, self.port),
            stopping=threading.Event(),
            access_log=access_log,
        )
        self._url = url_of(self._listener, is_tls=tls is not None)
        self._has_been_stopped = False
        self._is_public = not (self._is_unix or ipaddress.ip_address(self.host).is_loopback)
        self._application = application
        application.door_opened(is_public=self._is_public)
        self._reactor = Reactor(self._site, self._listener, tls, share, application.connected)
        self._reactor.start()

    @property
    def url(self) -> str:
        """The base URL, as ``url_of`` has it."""
        return self._url

    @property
    def most_connections(self) -> int:
        """How many connections there may be at once."""
        return self._site.limits.connections

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self, *, grace_seconds: float = 1.0, linger_seconds: float = 0.01) -> None:
        """Stop listening, let requests under way finish for *grace_seconds*, end all connections.

        Whoever has connected already is answered. On a connection that is idle the client may send a request at this very
        moment: it is waited for *linger_seconds*, and answered as the last.
        """
        if self._has_been_stopped:
            return
        self._has_been_stopped = True
        if self._unix is not None:
            self._unix.remove()
        elif not self._is_shared:
            let_nobody_else_in(self._listener)
        self._reactor.stop(grace_seconds=grace_seconds, linger_seconds=linger_seconds)
        while self._reactor.thread.is_alive():
            self._application.stop_waiting()
            self._reactor.thread.join(_AGAIN_SECONDS)  # for those who began to wait only now
        self._reactor.close()
        self._application.door_closed(is_public=self._is_public)

    def hurry(self) -> None:
        """End what a ``stop`` in another thread, or one that a signal has interrupted, still waits for."""
        self._reactor.stop(grace_seconds=0.0, linger_seconds=0.0)

    def take(self, sock: socket.socket, *, begins_with: bytes = b"") -> None:
        """Answer what comes through *sock*, of which *begins_with* was read already."""
        self._reactor.take(sock, begins_with)


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
