"""The fake's clocks: real time until somebody moves or freezes them, for all or for one consumer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ..ports import Cell
from .store.cell import MemoryCell


@dataclass(frozen=True, slots=True)
class Face:
    """One clock: ahead of real time by ``offset`` seconds, or standing still."""

    offset: float = 0.0
    frozen_at: float | None = None

    def shown(self, real: float) -> float:
        """Return what it shows while a real clock shows *real*."""
        return real + self.offset if self.frozen_at is None else self.frozen_at


_REAL = Face()


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """All clocks: the common one, and those that consumers have of their own."""

    common: Face = _REAL
    own: Mapping[str, Face] = field(default_factory=dict)
    resets: int = 0

    def of(self, client_key: str | None) -> Face:
        """Return the clock that *client_key* lives by."""
        return self.own.get(client_key, self.common) if client_key is not None else self.common

    def having(self, lane: str | None, face: Face) -> Faces:
        """Return them with *face* for *lane*."""
        if lane is None:
            return replace(self, common=face)
        return replace(self, own={**self.own, lane: face})


class FakeClock:
    """A common clock, and one for each consumer whose time was moved alone. A lane is a consumer key, or None.

    A consumer's own clock is independent of the common one from the moment it is first moved until it joins
    that again. What all clocks show is one *cell*, so that every process that shares it lives in the same time.
    """

    def __init__(self, real: Callable[[], float] = time.time, *, faces: Cell[Faces] | None = None) -> None:
        self._real = real
        self._faces: Cell[Faces] = faces or MemoryCell(Faces())

    def now(self, client_key: str | None = None) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z, on the clock that *client_key* lives by."""
        return self._faces.read().of(client_key).shown(self._real())

    def lane(self, client_key: str | None) -> str | None:
        """Return whose clock *client_key* lives by: its own, or None for the common one."""
        return client_key if client_key in self._faces.read().own else None

    def seconds_until(self, moment: float, client_key: str | None) -> float | None:
        """Return how long *moment* takes to come by itself, in real seconds; None where time stands still."""
        face = self._faces.read().of(client_key)
        left = max(0.0, moment - face.shown(self._real()))
        return left if face.frozen_at is None or left == 0.0 else None

    @property
    def resets(self) -> int:
        """How often all clocks were reset."""
        return self._faces.read().resets

    def set(self, moment: float, lane: str | None, *, resets: int) -> None:
        """Let the clock of *lane* show *moment*, running or standing still, unless all clocks were reset meanwhile."""

        def shown(faces: Faces) -> Faces:
            if faces.resets != resets:
                return faces
            if faces.of(lane).frozen_at is None:
                return faces.having(lane, Face(offset=moment - self._real()))
            return faces.having(lane, Face(frozen_at=moment))

        self._change(shown)

    def freeze(self, lane: str | None) -> None:
        """Let the clock of *lane* stand still."""
        self._change(
            lambda faces: faces.having(
                lane, replace(faces.of(lane), frozen_at=faces.of(lane).shown(self._real()))
            )
        )

    def run(self, lane: str | None) -> None:
        """Let the clock of *lane* run on from where it stands."""

        def running(faces: Faces) -> Faces:
            real = self._real()
            return faces.having(lane, Face(offset=faces.of(lane).shown(real) - real))

        self._change(running)

    def is_frozen(self, lane: str | None) -> bool:
        """Whether the clock of *lane* stands still."""
        return self._faces.read().of(lane).frozen_at is not None

    def join(self, lane: str | None) -> None:
        """Let *lane* live by the common clock again; the common clock itself shows real time."""

        def joined(faces: Faces) -> Faces:
            if lane is None:
                return replace(faces, common=_REAL)
            return replace(faces, own={key: face for key, face in faces.own.items() if key != lane})

        self._change(joined)

    def reset(self) -> None:
        """Show real time again, to everybody."""
        self._change(lambda faces: Faces(resets=faces.resets + 1))

    def _change(self, change: Callable[[Faces], Faces]) -> None:
        self._faces.change(lambda faces: (change(faces), None))
