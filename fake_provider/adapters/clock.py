"""The fake's clocks: real time until somebody moves or freezes them, for all or for one consumer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class _Face:
    """One clock: ahead of real time by ``offset`` seconds, or standing still."""

    offset: float = 0.0
    frozen_at: float | None = None

    def shown(self, real: float) -> float:
        return real + self.offset if self.frozen_at is None else self.frozen_at


_REAL = _Face()


class FakeClock:
    """A common clock, and one for each consumer whose time was moved alone. A lane is a consumer key, or None.

    A consumer's own clock is independent of the common one from the moment it is first moved until it joins
    that again.
    """

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._lock = threading.Lock()
        self._common = _REAL
        self._own: dict[str, _Face] = {}

    def now(self, client_key: str | None = None) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z, on the clock that *client_key* lives by."""
        return self._face(client_key).shown(self._real())

    def lane(self, client_key: str | None) -> str | None:
        """Return whose clock *client_key* lives by: its own, or None for the common one."""
        return client_key if client_key in self._own else None

    def seconds_until(self, moment: float, client_key: str | None) -> float | None:
        """Return how long *moment* takes to come by itself, in real seconds; None where time stands still."""
        face = self._face(client_key)
        left = max(0.0, moment - face.shown(self._real()))
        return left if face.frozen_at is None or left == 0.0 else None

    def set(self, moment: float, lane: str | None) -> None:
        """Let the clock of *lane* show *moment*; it goes on running, or standing still."""
        with self._lock:
            if self._face(lane).frozen_at is None:
                self._put(lane, _Face(offset=moment - self._real()))
            else:
                self._put(lane, _Face(frozen_at=moment))

    def freeze(self, lane: str | None) -> None:
        """Let the clock of *lane* stand still."""
        with self._lock:
            face = self._face(lane)
            self._put(lane, replace(face, frozen_at=face.shown(self._real())))

    def run(self, lane: str | None) -> None:
        """Let the clock of *lane* run on from where it stands."""
        with self._lock:
            real = self._real()
            self._put(lane, _Face(offset=self._face(lane).shown(real) - real))

    def is_frozen(self, lane: str | None) -> bool:
        """Whether the clock of *lane* stands still."""
        return self._face(lane).frozen_at is not None

    def join(self, lane: str | None) -> None:
        """Let *lane* live by the common clock again; the common clock itself shows real time."""
        with self._lock:
            if lane is None:
                self._common = _REAL
            else:
                self._own.pop(lane, None)

    def reset(self) -> None:
        """Show real time again, to everybody."""
        with self._lock:
            self._common = _REAL
            self._own = {}

    def _face(self, client_key: str | None) -> _Face:
        return self._own.get(client_key, self._common) if client_key is not None else self._common

    def _put(self, lane: str | None, face: _Face) -> None:
        if lane is None:
            self._common = face
        else:
            self._own = {**self._own, lane: face}
