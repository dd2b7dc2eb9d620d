"""Ends connections to a server that says nothing: it is stopped, or the network is gone, and no limit of its own holds then."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection


class Patience:
    """Lets nobody wait longer than so many *seconds* for a server: the connection is shut beneath whoever waits."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._changed = threading.Condition()
        self._waits: dict[int, tuple[float, int]] = {}  # the descriptor of each, and until when
        self._numbers = 0
        self._is_watching = False

    @contextmanager
    def with_(self, connection: Connection) -> Iterator[None]:
        """Watch over what is done with *connection* while the context lasts."""
        dbapi: Any = connection.connection.dbapi_connection  # psycopg's, which tells its descriptor
        descriptor = int(dbapi.fileno())
        with self._changed:
            self._numbers += 1
            number = self._numbers
            self._waits[number] = time.monotonic() + self._seconds, descriptor
            if not self._is_watching:
                self._is_watching = True
                threading.Thread(target=self._watch, name="fake-nexmo-patience", daemon=True).start()
        try:
            yield
        finally:
            with self._changed:
                self._waits.pop(number, None)

    def _watch(self) -> None:
        """Live as long as somebody waits, and a while longer."""
        with self._changed:
            while True:
                if not self._waits and not self._changed.wait(self._seconds) and not self._waits:
                    self._is_watching = False
                    return
                now = time.monotonic()
                late = [number for number, (until, _) in self._waits.items() if until <= now]
                for number in late:
                    _shut(self._waits.pop(number)[1])
                if self._waits:
                    self._changed.wait(max(0.0, min(until for until, _ in self._waits.values()) - now))


def _shut(descriptor: int) -> None:
    """Shut both sides; the descriptor stays its owner's, who finds the connection broken."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as own:
        own.shutdown(socket.SHUT_RDWR)
