"""Replaces a method of a library while interceptions are active, and puts it back when the last one has left.

Interceptions may be nested, and entered and left in any order by several threads. Each call lands in the fake of the innermost
interception that its own thread or task has entered, else of the one that was entered last. Where another mock has put
itself over ours in the meantime, ours stays beneath it and lets everything pass.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from ..web.answering import Answering

ENTERED: ContextVar[tuple[Answering, ...]] = ContextVar("fake_nexmo_entered", default=())
_PASSAGES: ContextVar[tuple[Passage, ...]] = ContextVar("fake_nexmo_passages", default=())
_LOCK = threading.Lock()
_MARK = "_fake_nexmo"
OWN = "is_of_the_sender_that_may_pass"
"""The attribute of a class of connections (urllib3's) that only a request that may pass goes over."""


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

    def current(self, carried: object = None) -> Answering | None:
        """Return where a call lands that is made here and now; None where it goes its own way.

        Args:
            carried: the request, or the connection that it goes over: the one that somebody lets pass goes past them.
        """
        active = self._applications
        passages = _passages()
        if passages:
            let_by = [one for passage in passages for one in passage.let_by(carried, active)]
            active = [one for one in active if one not in let_by]
        found = next(
            (one for one in reversed(ENTERED.get()) if one in active), active[-1] if active else None
        )
        if found is None:
            return None
        return next((passage.instead[found] for passage in passages if found in passage.instead), found)


class Passage:
    """One request goes past some applications: that very one, once, on the thread that lets it.

    Whatever else is sent meanwhile (by a handler of logging or of a signal) lands in what stands there in their stead.
    """

    def __init__(self, request: object, instead: Mapping[Answering, Answering]) -> None:
        self.instead = instead
        self.is_connecting = False
        self._request = request
        self._thread = threading.get_ident()
        self._still = set(
            instead
        )  # who has not let it by yet: not twice, though somebody repeats it on the way
        self._is_open = True

    @property
    def is_here(self) -> bool:
        """Whether the request is on its way, on this thread: a context may be copied to others, and outlive it."""
        return self._is_open and threading.get_ident() == self._thread

    def close(self) -> None:
        """Let nothing by any more."""
        self._is_open = False

    def let_by(self, carried: object, active: Iterable[Answering]) -> Sequence[Answering]:
        """Return who of those lets *carried* by."""
        if is_own(carried):
            return tuple(self.instead)
        if carried is not self._request:
            return ()
        passed = [one for one in active if one in self._still]
        self._still.difference_update(passed)
        return passed


def _passages() -> Sequence[Passage]:
    return [passage for passage in _PASSAGES.get() if passage.is_here]


def is_own(connection: object) -> bool:
    """Whether a connection is one of the sender whose requests may pass: its class says so."""
    return getattr(type(connection), OWN, False) is True


@contextmanager
def passing(request: object, instead: Mapping[Answering, Answering]) -> Iterator[None]:
    """Let *request* go past applications while it is sent: it would come back to them.

    Args:
        instead: by application, what answers anything else that this thread sends meanwhile.
    """
    passage = Passage(request, instead)
    token = _PASSAGES.set((*_PASSAGES.get(), passage))
    try:
        yield
    finally:
        passage.close()
        _PASSAGES.reset(token)


@contextmanager
def connecting(connection: object) -> Iterator[None]:
    """Let what is looked up meanwhile, and connected to, pass where *connection* is our own sender's."""
    passages = [passage for passage in _passages() if not passage.is_connecting] if is_own(connection) else ()
    for passage in passages:
        passage.is_connecting = True
    try:
        yield
    finally:
        for passage in passages:
            passage.is_connecting = False


def passes(application: Answering) -> bool:
    """Whether a connection is being made here and now that goes past *application*."""
    return any(passage.is_connecting and application in passage.instead for passage in _passages())


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
