"""The fake's clock: real time until somebody moves or freezes it."""

from __future__ import annotations

import time
from collections.abc import Callable


class FakeClock:
    """Runs with real time, ahead or behind by what it was moved, or stands still."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._offset = 0.0
        self._frozen_at: float | None = None

    def now(self) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""
        return self._real() + self._offset if self._frozen_at is None else self._frozen_at

    def advance(self, seconds: float) -> None:
        """Move ahead; a frozen clock moves and stays frozen."""
        if self._frozen_at is None:
            self._offset += seconds
        else:
            self._frozen_at += seconds

    def freeze(self) -> None:
        """Stand still from now on."""
        self._frozen_at = self.now()

    def reset(self) -> None:
        """Show real time again, and run."""
        self._offset, self._frozen_at = 0.0, None
