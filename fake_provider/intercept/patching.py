"""Replaces a method of a library while interceptions are active, and puts it back when the last one has left.

Interceptions may be nested, and entered and left in any order by several threads. Each call lands in the fake of the innermost
interception that its own thread or task has entered, else of the one that was entered last. Where another mock has put
itself over ours in the meantime, ours stays beneath it and lets everything pass.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from ..web.answering import Answering

ENTERED: ContextVar[tuple[Answering, ...]] = ContextVar("fake_nexmo_entered", default=())
_PASSED: ContextVar[tuple[Answering, ...]] = ContextVar("fake_nexmo_passed", default=())
_LOCK = threading.Lock()
_MARK = "_fake_nexmo"


class Active:
    """The applications whose interceptions are active, the one that was entered last at the end."""

    def __init__(self) -> None:
        self._applications: list[Answering] = []
        self._sockets: WeakKeyDictionary[socket.socket, Answering] = WeakKeyDictionary()

    def add(self, application: Answering) -> None:
        """Let calls land in *application*."""
        self._applications.append(application)

    def remove(self, application: Answering) -> None:
        """Let no more calls land in it, as far as it was added once."""
        at = len(self._applications) - 1 - self._applications[::-1].index(application)
        del self._applications[at]
        if application not in self._applications:
            self._end_those_of(application)

    def opened(self, sock: socket.socket, application: Answering) -> None:
        """Remember a connection, which is not to be kept beyond the interception."""
        self._sockets[sock] = application

    def _end_those_of(self, application: Answering) -> None:
        for sock, owner in tuple(self._sockets.items()):
            if owner is application:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def __bool__(self) -> bool:
        return bool(self._applications)

    def current(self) -> Answering | None:
        """Return where a call lands that is made here and now; None where it goes its own way."""
        active = self._applications
        if passed := _PASSED.get():
            active = [one for one in active if one not in passed]
        return next((one for one in reversed(ENTERED.get()) if one in active), active[-1] if active else None)


@contextmanager
def passing(application: Answering) -> Iterator[None]:
    """Let what this thread or task sends meanwhile go past *application*: its own calls would come back to it."""
    token = _PASSED.set((*_PASSED.get(), application))
    try:
        yield
    finally:
        _PASSED.reset(token)


def passes(application: Answering) -> bool:
    """Whether this thread or task goes past *application*."""
    return application in _PASSED.get()


Make = Callable[[Callable[..., Any], Active], Callable[..., Any]]
"""Takes the original method and who is active; returns what is put in its place."""


class Patch:
    """One method of a class of a library, or one function of a module."""

    def __init__(self, owner: type | ModuleType, name: str, make: Make) -> None:
        self._owner, self._name, self._make = owner, name, make

    def enter(self, application: Answering) -> None:
        """Let calls land in *application*."""
        with _LOCK:
            found = getattr(self._owner, self._name)
            active: Active | None = getattr(found, _MARK, None)
            if active is None:
                active = Active()
                replacement = self._make(found, active)
                setattr(replacement, _MARK, active)
                replacement.__wrapped__ = found  # type: ignore[attr-defined]
                setattr(self._owner, self._name, replacement)
            active.add(application)
            self._active = active

    def leave(self, application: Answering) -> None:
        """Let them land there no more."""
        with _LOCK:
            self._active.remove(application)
            found = getattr(self._owner, self._name)
            if not self._active and getattr(found, _MARK, None) is self._active:
                setattr(self._owner, self._name, found.__wrapped__)
