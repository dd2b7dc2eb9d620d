"""A web server on this machine that gets the webhooks of a provider, keeps them, and answers as it is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from fake_provider.contract import odd_json

from .strict import Members

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Received:
    """One request that came in."""

    method: str
    target: str
    headers: dict[str, str]  # by lower-case name
    body: bytes

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters in their order, wherever they stood."""
        if "json" in self.headers.get("content-type", ""):
            return list(_object_in(self.body).items())
        text = self.body.decode() if self.method == "POST" else urlsplit(self.target).query
        return parse_qsl(text, keep_blank_values=True)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters by name."""
        return Members(self.pairs)


def _object_in(body: bytes) -> Members:
    """Return the one object that *body* has to be."""
    try:
        return Members(odd_json.loads(body))
    except (TypeError, ValueError):
        raise AssertionError(f"no JSON object was pushed: {body[:80]!r}") from None


@dataclass
class Receiver:
    """Use it as a context manager; ``url`` is where it listens."""

    status: int = 200
    statuses: list[int] = field(default_factory=list)  # for the next requests, one each
    received: list[Received] = field(default_factory=list)
    location: str | None = None
    silent: threading.Event | None = None  # set to answer: until then nothing is said
    silent_seconds: float = 30.0  # but for so long
    patience: list[bool] = field(default_factory=list)  # of each request whether ``silent`` was set in time
    port: int = 0  # any that is free

    def __enter__(self) -> Self:
        receiver = self
        self._arrived = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = Members({name.lower(): value for name, value in self.headers.items()})
                with receiver._arrived:
                    receiver.received.append(Received(self.command, self.path, headers, body))
                    receiver._arrived.notify_all()
                    status = receiver.statuses.pop(0) if receiver.statuses else receiver.status
                if receiver.silent is not None:
                    receiver.patience.append(receiver.silent.wait(receiver.silent_seconds))
                self.send_response(status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # the fake has hung up, as some tests want it

        self._server = Server(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self.silent is not None:
            self.silent.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """A URL of this server."""
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def wait_for(self, count: int) -> list[Received]:
        """Return what came, once there are *count*; fails after ``PATIENCE_SECONDS``."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.received) >= count, PATIENCE_SECONDS)
            assert len(self.received) >= count, f"{len(self.received)} of {count} webhooks came"
            return list(self.received)
