"""What the log says while the database cannot be used: when that begins, from time to time, and when it is over."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable

_log = logging.getLogger("fake_nexmo.database")
_AGAIN_SECONDS = 10.0


class Outage:
    """One line each for its beginning, another reason, every ten seconds of it, and its end: not one for each request."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._why: str | None = None
        self._began = self._again = -math.inf
        self._refused = 0

    @property
    def is_on(self) -> bool:
        """Whether the last request was refused for it."""
        return self._why is not None

    def goes_on(self, why: str, request: str) -> None:
        """Take it that *request* (method and path) was refused because of *why*."""
        with self._lock:
            now = self._monotonic()
            if self._why is None:
                self._began, self._refused = now, 0
            self._refused += 1
            if why != self._why or now >= self._again:
                self._why, self._again = why, now + _AGAIN_SECONDS
                _log.warning("%s 503 %s; refused so far: %d", request, why, self._refused)

    def is_over(self) -> None:
        """Take it that a request was answered again."""
        with self._lock:
            if self._why is None:
                return
            self._why = None
            seconds = self._monotonic() - self._began
            _log.warning(
                "the database can be used again; %d requests were refused within %.0f s",
                self._refused,
                seconds,
            )
