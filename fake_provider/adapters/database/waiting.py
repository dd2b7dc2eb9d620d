"""Waiting for something to arrive in a database that others write to as well."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_LOOK_SECONDS = 0.1


class Waiting:
    """Threads that wait for news: at once where they are this process's own, by looking where they are others'."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._round = 0  # counts up when all who wait are sent away
        self._news = 0

    def news(self) -> None:
        """Let all who wait look again."""
        with self._changed:
            self._news += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Let all who wait go on now, with what there is."""
        with self._changed:
            self._round += 1
            self._changed.notify_all()

    def wait_for(self, is_so: Callable[[], bool], seconds: float) -> None:
        """Return once *is_so*, time is up, or ``stop`` is called."""
        ends = time.monotonic() + seconds
        waiting = self._round
        while seconds > 0:
            news = self._news
            if is_so():
                return
            left = ends - time.monotonic()
            with self._changed:
                if left <= 0 or self._round != waiting:
                    return
                if self._news == news:
                    self._changed.wait(min(left, _LOOK_SECONDS))
