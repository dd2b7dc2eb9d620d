"""A small forward proxy: it answers for the two hosts itself, and passes on only what is allowed.

A request to a host that nobody allowed is refused with 403: a program that runs behind it reaches no real service by mistake.
"""

from __future__ import annotations

import fnmatch
import re
import selectors
import socket
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from ..server import Server
from .names import HOSTS

_MAX_HEAD_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024
_HEAD_SECONDS, _IDLE_SECONDS, _CONNECT_SECONDS = 10.0, 120.0, 10.0
_FIRST_LINE = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.[01]\r?\n")
_ABSOLUTE = re.compile(r"http://(?:[^/?#@]*@)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


class Proxy:
    """Listens on a free port of loopback until it is stopped; also a context manager.

    Args:
        doors: by port, the server that answers for the two hosts: 443 with TLS, 80 without.
        allowed: names, with ``*``, to which everything may go.
    """

    def __init__(
        self,
        doors: Mapping[int, Server],
        *,
        allowed: Sequence[str] = (),
        listener: socket.socket | None = None,
    ) -> None:
        self._doors = doors
        self._allowed = [pattern.lower() for pattern in allowed]
        self._lock = threading.Lock()
        self._refused: Counter[str] = Counter()
        self._listener = listener or socket.create_server(("127.0.0.1", 0), backlog=256)
        self._waker, self._wakened = socket.socketpair()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, name="fake-nexmo-proxy", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address, for HTTPS_PROXY."""
        host, port = self._listener.getsockname()[:2]
        return f"http://{host}:{port}"

    @property
    def refused(self) -> Mapping[str, int]:
        """How often each host was refused."""
        with self._lock:
            return dict(self._refused)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening, and end what is passed on."""
        with suppress(OSError):
            self._waker.send(b"x")
        self._thread.join()
        with self._lock:
            left = tuple(self._open)
        for sock in left:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with self._listener, self._waker, self._wakened, selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wakened, selectors.EVENT_READ)
            while self._wakened not in {key.fileobj for key, _ in selector.select()}:
                with suppress(OSError):
                    client, _ = self._listener.accept()
                    threading.Thread(
                        target=self._serve, args=(client,), name="fake-nexmo-proxied", daemon=True
                    ).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.add(client)
        handed_on = False
        try:
            client.settimeout(_HEAD_SECONDS)
            handed_on = self._answer(client, _head(client))
        except (OSError, ValueError):
            pass  # it has gone, or was too slow, or speaks something else
        finally:
            with self._lock:
                self._open.discard(client)
            if not handed_on:
                client.close()

    def _answer(self, client: socket.socket, head: bytes) -> bool:
        """Answer one request; True where somebody else answers from here on."""
        found = _FIRST_LINE.match(head)
        if found is None:
            client.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return False
        method, target = found[1].decode(), found[2].decode("latin-1")
        absolute = _ABSOLUTE.fullmatch(target)
        authority = target if method == "CONNECT" else absolute[1] if absolute else ""
        host, port = _host_and_port(authority, 443 if method == "CONNECT" else 80)
        if host in HOSTS and port in self._doors:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self._doors[port].take(client)
            else:
                self._doors[port].take(client, begins_with=head)
            return True
        if not self._allows(host):
            self._refuse(client, host or target)
            return False
        self._pass_on(client, head, found, (host, port), absolute)
        return False

    def _allows(self, host: str) -> bool:
        return bool(host) and (
            _is_this_machine(host) or any(fnmatch.fnmatchcase(host, pattern) for pattern in self._allowed)
        )

    def _refuse(self, client: socket.socket, host: str) -> None:
        with self._lock:
            self._refused[host[:200]] += 1
        text = f"fake-nexmo: {host[:200]} is not allowed here; --allow {host[:200]} lets it through\n".encode(
            "latin-1", "replace"
        )
        head = f"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n"
        client.sendall(head.encode() + text)

    def _pass_on(
        self,
        client: socket.socket,
        head: bytes,
        first: re.Match[bytes],
        address: tuple[str, int],
        absolute: re.Match[str] | None,
    ) -> None:
        try:
            upstream = socket.create_connection(address, timeout=_CONNECT_SECONDS)
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return
        with upstream:
            if absolute is None:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:  # one request a connection, so that the next may go elsewhere
                path = absolute[2] if absolute[2].startswith("/") else "/" + absolute[2]
                line = f"{first[1].decode()} {path} HTTP/1.1\r\nConnection: close\r\n".encode("latin-1")
                kept = re.sub(rb"(?im)^(?:proxy-connection|connection)[^\n]*\n", b"", head[first.end() :])
                upstream.sendall(line + kept)
            with self._lock:
                self._open.add(upstream)
            try:
                _splice(client, upstream)
            finally:
                with self._lock:
                    self._open.discard(upstream)


def _head(client: socket.socket) -> bytes:
    """Return what comes up to the end of the headers, and what came with it. Raises ValueError where there is no end."""
    head = b""
    while b"\r\n\r\n" not in head and b"\n\n" not in head:
        octets = client.recv(_READ_BYTES)
        if not octets or len(head) > _MAX_HEAD_BYTES:
            raise ValueError
        head += octets
    return head


def _host_and_port(authority: str, default: int) -> tuple[str, int]:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::(\d{1,5}))?", authority)
    if found is None:
        return "", default
    return found[1].strip("[]").lower().rstrip("."), int(found[2] or default)


def _is_this_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _splice(one: socket.socket, other: socket.socket) -> None:
    """Carry octets both ways until both sides have said all, or nothing comes for long."""
    partner = {one: other, other: one}
    with selectors.DefaultSelector() as selector:
        for sock in partner:
            sock.settimeout(_IDLE_SECONDS)
            selector.register(sock, selectors.EVENT_READ)
        while selector.get_map() and (ready := selector.select(_IDLE_SECONDS)):
            for key, _ in ready:
                source = key.fileobj
                assert isinstance(source, socket.socket)  # noqa: S101  nothing else was registered
                if octets := source.recv(_READ_BYTES):
                    partner[source].sendall(octets)
                else:
                    selector.unregister(source)
                    with suppress(OSError):
                        partner[source].shutdown(socket.SHUT_WR)
