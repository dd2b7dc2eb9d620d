"""Threads for what takes its time: as many as are needed at once, within a bound, and none for long after that."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

_log = logging.getLogger("fake_nexmo.server")
_LINGER_SECONDS = 5.0  # a thread that has nothing to do stays for what may follow


class Pool:
    """Runs what it is given, the oldest first, on at most *threads* threads."""

    def __init__(self, threads: int) -> None:
        self._most = threads
        self._changed = threading.Condition()
        self._waiting: deque[Callable[[], None]] = deque()
        self._threads: set[threading.Thread] = set()
        self._busy: set[threading.Thread] = set()
        self._is_closed = False

    def run(self, work: Callable[[], None]) -> None:
        """Have *work* done on a thread, as soon as there is one."""
        with self._changed:
            self._waiting.append(work)
            spare = len(self._threads) - len(self._busy)
            if spare < len(self._waiting) and len(self._threads) < self._most:
                thread = threading.Thread(target=self._work, name="fake-nexmo-answer", daemon=True)
                self._threads.add(thread)
                thread.start()
            else:
                self._changed.notify()

    def close(self) -> None:
        """End the threads that have nothing to do; one that works yet ends after that."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            spare = self._threads - self._busy
        for thread in spare:
            thread.join()

    def _work(self) -> None:
        own = threading.current_thread()
        with self._changed:
            while work := self._next():
                self._busy.add(own)
                self._changed.release()
                try:
                    work()
                except Exception:  # noqa: BLE001  a thread has nobody above it who would see our own mistake
                    _log.exception("an answer failed inside the fake; this is a bug of the fake")
                finally:
                    self._changed.acquire()
                    self._busy.discard(own)
            self._threads.discard(own)

    def _next(self) -> Callable[[], None] | None:
        """Return what is to be done next; None when this thread is not needed any more."""
        while not self._waiting:
            if self._is_closed or not (self._changed.wait(_LINGER_SECONDS) or self._waiting):
                return None
        return self._waiting.popleft()
