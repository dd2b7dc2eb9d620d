"""Real waiting that can be cut short."""

from __future__ import annotations

import threading


class RealPause:
    """Lets a thread wait; ``end`` lets all go on at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._round = 0

    def wait(self, seconds: float) -> None:
        """Return after so long, or as soon as ``end`` is called."""
        with self._changed:
            waiting = self._round
            self._changed.wait_for(lambda: self._round != waiting, seconds)

    def end(self) -> None:
        """Let all who wait go on now."""
        with self._changed:
            self._round += 1
            self._changed.notify_all()
