"""A web server on this machine that gets a provider's webhooks, keeps them in the order in which they come, and answers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .exchange import RELEASED, WHOLE, Answer, Request

HOST = "127.0.0.1"
PATIENCE_SECONDS = 10.0
"""For so long a webhook is waited for that is to come."""
_POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Silence:
    """How long nothing is said: until *told*, but for no more than so many *seconds*."""

    told: threading.Event
    seconds: float

    def kept(self) -> str:
        """Say nothing, and return RELEASED or WHOLE."""
        return RELEASED if self.told.wait(self.seconds) else WHOLE


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider is answered, and whether it has to wait for it."""

    answer: Answer
    silence: Silence | None = None


@dataclass(slots=True, kw_only=True)
class Arrival:
    """A request that came, to the letter, and its answer; ``silent`` is of ``Webhook``, once the silence is over."""

    request: Request
    reply: Reply
    _silent: str = ""
    _is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def silent(self) -> str:
        """How the silence ended, which is waited for; "" where there was none."""
        if self.reply.silence is not None:
            self._is_over.wait()
        return self._silent

    def keep_silent(self) -> None:
        """Let the provider wait as long as it is to."""
        if self.reply.silence is not None:
            self._silent = self.reply.silence.kept()
        self._is_over.set()


class Listener:
    """Listens from the beginning, until it is closed; *reply* is asked once for each request, in their order.

    Args:
        port: 0 is any that is free.
    """

    def __init__(self, reply: Callable[[], Reply], port: int = 0) -> None:
        self._reply = reply
        self._came = threading.Condition()
        self._arrivals: list[Arrival] = []
        self._server = _Server((HOST, port), _handler(self._arrived))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """Where it listens, without a path."""
        return f"http://{HOST}:{self._server.server_port}"

    def arrivals(self, count: int = 0, seconds: float | None = None) -> list[Arrival]:
        """Return what came, as soon as there are *count*, or after so many seconds: ``PATIENCE_SECONDS`` if none are said."""
        patience = PATIENCE_SECONDS if seconds is None else seconds
        with self._came:
            self._came.wait_for(lambda: len(self._arrivals) >= count, patience)
            return list(self._arrivals)

    def close(self) -> None:
        """Listen no more; as often as anybody likes."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def _arrived(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Arrival:
        request = Request(
            method=method,
            url=f"{self.origin}{target}",
            headers=tuple(headers),
            body=body.decode("utf-8", "surrogateescape"),
        )
        with self._came:
            arrival = Arrival(request=request, reply=self._reply())
            self._arrivals.append(arrival)
            self._came.notify_all()
        return arrival


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever pushes may hang up while it waits: some tests want that."""


def _handler(
    arrived: Callable[[str, str, list[tuple[str, str]], bytes], Arrival],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            arrival = arrived(self.command, self.path, self.headers.items(), body)
            arrival.keep_silent()
            answer = arrival.reply.answer
            self.send_response(answer.status)
            for name, value in (*answer.headers, ("Content-Length", "0")):
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


def answer_of(status: int, location: str | None = None) -> Answer:
    """Return an answer without a body, which may send whoever asks elsewhere."""
    headers = (("Location", location),) if location else ()
    return Answer(status=status, reason=http.client.responses.get(status, ""), headers=headers)
