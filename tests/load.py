"""Clients that send SMS all the time, and remember which were acknowledged: what a fault must not lose."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode, urlsplit

SENDER = {"api_key": "rich0000", "api_secret": "rich-secret", "from": "Acme", "to": "447700900305"}
"""Of an account that never runs dry; its receipts come after a minute."""

CONFIG = """
[[accounts]]
email = "rich@example.com"
api_key = "rich0000"
api_secret = "rich-secret"
balance = 1000000
"""


@dataclass
class Load:
    """Threads that send one SMS after the other, each with a text of its own."""

    url: str
    acknowledged: list[str] = field(
        default_factory=list
    )  # the texts of those that were answered with status 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0  # connections that ended without an answer
    _texts: Iterator[int] = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _news: threading.Condition = field(default_factory=threading.Condition)
    _over: threading.Event = field(default_factory=threading.Event)

    def send(self) -> None:
        """Send until it is over; whatever goes wrong with one, the next is sent."""
        parts = urlsplit(self.url)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        while not self._over.is_set():
            with self._lock:
                text = f"text {next(self._texts)}"
            try:
                connection.request("POST", "/sms/json", urlencode(SENDER | {"text": text}), headers)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                self._note(text, None, b"")
            else:
                self._note(text, answer.status, body)
        connection.close()

    def _note(self, text: str, status: int | None, body: bytes) -> None:
        with self._news:
            if status is None:
                self.broken += 1
            else:
                self.statuses[status] += 1
            if status == 200 and json.loads(body)["messages"][0]["status"] == "0":
                self.acknowledged.append(text)
            self._news.notify_all()

    def wait_for(self, more: int, *, seconds: float = 60) -> None:
        """Wait until so many more were acknowledged."""
        with self._news:
            wanted = len(self.acknowledged) + more
            assert self._news.wait_for(lambda: len(self.acknowledged) >= wanted, seconds), self.statuses

    def wait_for_trouble(self, *, seconds: float = 60) -> None:
        """Wait until something was not acknowledged."""
        with self._news:
            assert self._news.wait_for(lambda: self.broken or set(self.statuses) - {200}, seconds)


@contextmanager
def load(url: str, *, threads: int = 6) -> Iterator[Load]:
    """Send SMS to *url* while the context lasts."""
    sending = Load(url)
    running = [threading.Thread(target=sending.send) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield sending
    finally:
        sending._over.set()
        for thread in running:
            thread.join()


def children(process: subprocess.Popen[str]) -> list[int]:
    """Return the process ids of its workers."""
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]
