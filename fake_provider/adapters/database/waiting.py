"""Waiting for something to arrive in a database that others write to as well."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_LOOK_SECONDS = 0.1
_TURN_SECONDS = 1.0  # then each looks for itself: what came between two looks is seen by then


class Waiting:
    """Threads that wait for news: at once where they are this process's own, by looking where they are others'.

    However many wait, one of them looks.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._round = 0  # counts up when all who wait are sent away
        self._news = 0
        self._somebody_looks = False

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

    def wait_for(self, is_so: Callable[[], bool], seconds: float, *, mark: Callable[[], object]) -> None:
        """Return once *is_so*, time is up, or ``stop`` is called.

        Args:
            mark: returns what changes when there is news of others; it costs little.
        """
        ends = time.monotonic() + seconds
        waiting = self._round
        while seconds > 0:
            news = self._news
            if is_so() or self._round != waiting:
                return
            left = ends - time.monotonic()
            if left <= 0:
                return
            self._wait_a_while(news, min(left, _TURN_SECONDS), mark)

    def _wait_a_while(self, news: int, seconds: float, mark: Callable[[], object]) -> None:
        """Look for news of others, or wait for whoever does that; return after so long in any case."""
        with self._changed:
            if self._news != news:
                return
            if self._somebody_looks:
                self._changed.wait(seconds)
                return
            self._somebody_looks = True
        try:
            before, ends = mark(), time.monotonic() + seconds
            while time.monotonic() < ends:
                with self._changed:
                    if self._changed.wait(_LOOK_SECONDS):
                        return
                if mark() != before:
                    self.news()
                    return
        finally:
            with self._changed:
                self._somebody_looks = False
