"""Accepts connections, gives each a thread, and stops at once: no poll interval has to pass."""

from __future__ import annotations

import errno
import ipaddress
import logging
import selectors
import socket
import ssl
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from ..errors import AddressInUse, InvalidValue
from ..web.app import Application
from .connection import Connection, Site
from .parser import DEFAULT_LIMITS, Limits

_log = logging.getLogger("fake_nexmo.server")
_BACKLOG = 1024
_BREATHER_SECONDS = 0.1


class Server:
    """Serves an application until it is stopped; also a context manager.

    Args:
        tls: with which certificate it speaks TLS; None for plain HTTP.
        listener: a socket that listens already, in place of *host* and *port*.

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
    ) -> None:
        self._listener = listener if listener is not None else _listen(host, port)
        self._listener.setblocking(False)
        self.host, self.port = self._listener.getsockname()[:2]
        self._site = Site(
            application=application,
            limits=limits,
            scheme="https" if tls else "http",
            tls=tls,
            authority=f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}",
            stopping=threading.Event(),
        )
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._waker, self._wakened = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name="fake-nexmo-server", daemon=True)
        self._is_public = not ipaddress.ip_address(self.host).is_loopback
        application.door_opened(is_public=self._is_public)
        self._thread.start()

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end; an address that means every interface is shown as loopback."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host)  # noqa: S104  compared, not bound
        return f"{self._site.scheme}://{f'{shown}:{self.port}' if shown else self._site.authority}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self, *, grace_seconds: float = 1.0) -> None:
        """Stop listening, let requests under way finish for *grace_seconds*, end all connections."""
        if self._site.stopping.is_set():
            return
        self._site.stopping.set()
        self._waker.send(b"x")
        self._thread.join()
        with self._lock:
            connections = tuple(self._connections)
        for connection in connections:
            connection.end(at_once=False)
        self._site.application.stop_waiting()
        deadline = time.monotonic() + grace_seconds
        for connection in connections:
            connection.thread.join(max(0.0, deadline - time.monotonic()))
            connection.end(at_once=True)
        self._site.application.door_closed(is_public=self._is_public)

    def _forget(self, connection: Connection) -> None:
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
            # Out of file descriptors, mostly: asking again at once would only keep a processor busy.
            self._site.stopping.wait(_BREATHER_SECONDS)
            return
        with self._lock:
            full = len(self._connections) >= self._site.limits.connections
        if full:
            with suppress(OSError), sock:
                sock.sendall(
                    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                )
            return
        sock.setblocking(True)
        self.take(sock)

    def take(self, sock: socket.socket, *, begins_with: bytes = b"") -> None:
        """Answer what comes through *sock*, of which *begins_with* was read already."""
        connection = Connection(sock, self._site, self._forget, begins_with=begins_with)
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
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(host, port) from None
        if error.errno == errno.EACCES:
            raise InvalidValue("port", f"{port} needs more rights; choose one above 1023") from None
        raise InvalidValue("host", f"{host}: {error.strerror}") from None
    return listener
