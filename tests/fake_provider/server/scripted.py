"""An application that does as a test says, and sockets to ask it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from fake_provider import FakeNexmo
from fake_provider.domain.fault import Ending
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.web.app import Application, Reply
from tests.raw import head


class Told:
    """Counts how often it is said that an answer is out."""

    def __init__(self) -> None:
        self.times = 0
        self.happened = threading.Event()

    def __call__(self) -> None:
        self.times += 1
        self.happened.set()


class Scripted(Application):
    """Answers with the path, and remembers which it has answered; ``/slow…`` takes its time, ``/big…`` is long."""

    def __init__(self) -> None:
        super().__init__(FakeNexmo()._provider)
        self.answered: list[str] = []
        self.may_go = threading.Event()
        self.at_once = self.most_at_once = 0
        self.ending = Ending.WHOLE
        self.told = Told()
        self._own_lock = threading.Lock()

    def is_quick(self, wire: WireRequest) -> bool:
        return not wire.target.startswith("/slow")

    def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
        if wire.target == "/broken":
            raise ZeroDivisionError("our mistake")
        if wire.target.startswith("/slow"):
            with self._own_lock:
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            assert self.may_go.wait(10)
            with self._own_lock:
                self.at_once -= 1
        self.answered.append(wire.target)
        body = b"x" * 8_000_000 if wire.target.startswith("/big") else wire.target.encode()
        return Reply(response=WireResponse(status=200, body=body), ending=self.ending, then=self.told)


def connect(url: str) -> socket.socket:
    """Open a connection to the server at *url*."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def get(path: str, *headers: tuple[str, str]) -> bytes:
    """Return a request for *path*."""
    return head("GET", path, headers, host="a")


def until(condition: Callable[[], object]) -> None:
    """Return once *condition* holds; it has ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.001)


def read_bodies(sock: socket.socket, number: int) -> list[bytes]:
    """Read so many answers, one after the other; return their bodies."""
    bodies = []
    with sock.makefile("rb") as file:
        for _ in range(number):
            lengths = [line for line in iter(file.readline, b"\r\n") if line.startswith(b"Content-Length")]
            bodies.append(file.read(int(lengths[0].split()[1])))
    return bodies
