"""Receives the callback on 127.0.0.1, as RFC 8252 section 7.3 has native apps do.

One address, one answer: anything else that a browser asks for (an icon, a connection opened just in case) is
turned away and waited past. What the callback says is ``flow``'s to judge; the page is the same for all.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from .errors import TimedOut, WrongUse

HOST, PATH = "127.0.0.1", "/callback"
IDLE_SECONDS = 10  # after which a connection that says nothing is closed

PAGE = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>nexmo-oauth</title>
<meta name="viewport" content="width=device-width">
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 32rem }</style>
</head><body><h1>Back to your terminal</h1>
<p>nexmo-oauth has received the answer and says there how it went. You can close this window.</p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A server that waits for one callback."""

    url: str  # what to send as oauth_callback
    _received: queue.SimpleQueue[str] = field(repr=False)

    def wait(self, timeout_seconds: float) -> str:
        """Return the path and query of the callback; TimedOut where none comes."""
        try:
            return self._received.get(timeout=timeout_seconds)
        except queue.Empty:
            raise TimedOut(
                f"no callback came within {timeout_seconds:g} s; where the browser is on another machine, "
                "use --no-browser",
                outcome_unknown=False,
            ) from None


@contextmanager
def listening(port: int = 0) -> Iterator[Receiver]:
    """Listen on *port* (0: a free one) while the block runs; WrongUse where the port is taken."""
    received: queue.SimpleQueue[str] = queue.SimpleQueue()
    try:
        server = ThreadingHTTPServer((HOST, port), _handler(received))
    except OSError as error:
        raise WrongUse(f"cannot listen on {HOST}:{port}: {error.strerror}; choose another --port") from error
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Receiver(f"http://{HOST}:{server.server_port}{PATH}", received)
        finally:
            server.shutdown()
            thread.join()


def _handler(received: queue.SimpleQueue[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = IDLE_SECONDS

        def do_GET(self) -> None:
            if urlsplit(self.path).path != PATH:
                self._answer(404, b"")
                return
            self._answer(200, PAGE)  # first, as the program may end as soon as it knows
            received.put(self.path)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")  # the address holds the verifier
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
            """Log nothing: the request line holds the verifier."""

    return Handler
