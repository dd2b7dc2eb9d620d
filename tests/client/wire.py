"""A server that does to each connection what a script says: answer, hang, or end the connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.ports import free_port

Behaviour = Callable[[socket.socket], None]


@dataclass
class ScriptedServer:
    """Where it listens, and the requests it got, as bytes."""

    url: str
    requests: list[bytes] = field(default_factory=list)


def says(body: str, *headers: str, status: str = "200 OK", length: int | None = None) -> Behaviour:
    """Answer; *length* is a Content-Length that need not be true."""
    content = body.encode()
    count = len(content) if length is None else length
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {count}", "Connection: close", *headers])
    return lambda connection: connection.sendall(head.encode() + b"\r\n\r\n" + content)


def drops(connection: socket.socket) -> None:
    """End the connection without an answer."""


def hangs(connection: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    connection.recv(1)


@contextmanager
def scripted(*script: Behaviour) -> Iterator[ScriptedServer]:
    """Serve one connection for each step of *script*."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        server = ScriptedServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, server, script), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):  # wakes a server that waits for a connection which the test did not make
                socket.create_connection(listener.getsockname()).close()
            thread.join()


@contextmanager
def nobody_there() -> Iterator[str]:
    """Yield a URL at which nobody listens."""
    yield f"http://127.0.0.1:{free_port()}"


def _serve(listener: socket.socket, server: ScriptedServer, script: tuple[Behaviour, ...]) -> None:
    for behave in script:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(10)
            request = _read_request(connection)
            if not request:
                return  # the test has seen enough
            server.requests.append(request)
            behave(connection)


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    ]
    expected = int(lengths[0]) if lengths else 0
    while len(body) < expected:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
