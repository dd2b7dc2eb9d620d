"""A web server on this machine that gets a provider's webhooks, keeps them in the order in which they come, and answers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase

from .exchange import RELEASED, WHOLE, Answer, Request

HOST = "127.0.0.1"
PATIENCE_SECONDS = 10.0
"""For so long a webhook is waited for that is to come."""
SECONDS = 30.0
"""For so long each read from a provider may take."""
MOST_OCTETS = 1 << 20
"""Of a body; a part of an SMS has some hundred."""
MOST = 10_000
"""Of the webhooks that one receiver keeps: 72 hours of attempts are 4,320."""
OUT_OF_REACH = "gets webhooks on this machine, which only a provider on it is sure to reach"
"""Why a test with receivers is not run."""
_POLL_SECONDS = 0.01
_LONGEST_LINE = 1000


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

    def _arrived(self, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes) -> Arrival:
        request = Request(
            method=method,
            url=f"{self.origin}{target}",
            headers=tuple(headers),
            body=body.decode("utf-8", "surrogateescape"),
        )
        with self._came:
            if len(self._arrivals) >= MOST:
                return Arrival(request=request, reply=Reply(answer_of(503)))
            arrival = Arrival(request=request, reply=self._reply())
            self._arrivals.append(arrival)
            self._came.notify_all()
        return arrival


Arrived = Callable[[str, str, Sequence[tuple[str, str]], bytes], Arrival]
"""Takes method, target, headers and body of what came."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever pushes may hang up while it waits: some tests want that."""


def _handler(arrived: Arrived) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = SECONDS

        def _answer(self) -> None:
            try:
                body = _body(self.headers, self.rfile)
            except _Unreadable as error:
                self.send_error(error.status)
                return
            arrival = arrived(self.command, _target(self.requestline), self.headers.items(), body)
            arrival.keep_silent()
            answer = arrival.reply.answer
            self.send_response(answer.status)
            for name, value in (*answer.headers, ("Content-Length", "0")):
                self.send_header(name, value)
            self.end_headers()

        # Which of them a provider may use is not for this server to say.
        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


def _target(line: str) -> str:
    """Return the target of a request line, from its path on: RFC 9112 lets it begin with scheme and host as well."""
    target = line.split()[1]
    if target.startswith("http://"):
        target = f"/{target[len('http://') :].partition('/')[2]}"
    return target if target.startswith("/") else f"/{target}"


class _Unreadable(Exception):
    """A body is none of HTTP, or is longer than anybody's webhook."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _body(headers: Message, stream: BufferedIOBase) -> bytes:
    if headers.get("Transfer-Encoding", "").lower() == "chunked":
        return b"".join(_chunks(stream))
    return _read(stream, _size(headers.get("Content-Length") or "0", 10))


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    """Yield the chunks of RFC 9112 section 7.1, and read what stands behind them."""
    total = 0
    while size := _size(stream.readline(_LONGEST_LINE).decode("latin-1").partition(";")[0].strip(), 16):
        total += size
        if total > MOST_OCTETS:
            raise _Unreadable(413)
        yield _read(stream, size)
        stream.readline(_LONGEST_LINE)
    while stream.readline(_LONGEST_LINE).strip():
        pass


def _size(text: str, base: int) -> int:
    if not (text.isascii() and text.isalnum()):
        raise _Unreadable(400)
    try:
        size = int(text, base)
    except ValueError:
        raise _Unreadable(400) from None
    if size > MOST_OCTETS:
        raise _Unreadable(413)
    return size


def _read(stream: BufferedIOBase, size: int) -> bytes:
    octets = stream.read(size)
    if len(octets) < size:
        raise _Unreadable(400)
    return octets


def answer_of(status: int, location: str | None = None) -> Answer:
    """Return an answer without a body, which may send whoever asks elsewhere."""
    headers = (("Location", location),) if location else ()
    return Answer(status=status, reason=http.client.responses.get(status, ""), headers=headers)
