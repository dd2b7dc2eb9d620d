"""A server that answers every request with the same octets, and then hangs up or says no more."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def answering(octets: bytes | Callable[[bytes], bytes], *, hangs_up: bool = True) -> Iterator[str]:
    """Serve; gives the URL. Where *octets* is a function, it is asked with each request.

    Whoever is not hung up on is held until the server ends.
    """
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, octets, held if not hangs_up else None))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


def _serve(
    listener: socket.socket, octets: bytes | Callable[[bytes], bytes], held: list[socket.socket] | None
) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with contextlib.suppress(OSError):
                request = _request(connection)
                connection.sendall(octets(request) if callable(octets) else octets)
                if held is None:
                    connection.shutdown(socket.SHUT_RDWR)
            if held is None:
                connection.close()
            else:
                held.append(connection)


def _request(connection: socket.socket) -> bytes:
    """Read one request to its end: who hangs up before that resets the connection."""
    came = b""
    while b"\r\n\r\n" not in came:
        more = connection.recv(1 << 16)
        if not more:
            return came
        came += more
    head, _, body = came.partition(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
    )
    while len(body) < length and (more := connection.recv(1 << 16)):
        body += more
    return head + b"\r\n\r\n" + body


def json_answer(body: bytes, status: int = 200) -> bytes:
    """Return a whole answer with this body."""
    return b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )
