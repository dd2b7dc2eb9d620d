"""Connections that are kept from one test of a run to the next: a new one costs a TLS handshake, on both sides."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

SECONDS_KEPT = 2.0
"""How long a connection may be idle and is used again: less than after what common servers close one (five seconds).

One that is just being closed would lose a request, and whether that took effect nobody knows.
"""


@dataclass(slots=True)
class Connections:
    """One session for all tests of a run, in which nothing but connections is kept."""

    monotonic: Callable[[], float] = time.monotonic
    _session: requests.Session = field(default_factory=requests.Session, repr=False)
    _left_at: float = -math.inf

    @contextmanager
    def session(self) -> Iterator[requests.Session]:
        """Return the session, for one test."""
        if self.monotonic() - self._left_at > SECONDS_KEPT:
            self._session.close()  # its connections; it makes new ones
        try:
            yield self._session
        finally:
            self._session.cookies.clear()
            self._left_at = self.monotonic()

    def close(self) -> None:
        """Let all connections go."""
        self._session.close()
