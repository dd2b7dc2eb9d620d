"""Sees whatever Python looks up and connects to, by whichever function: an audit hook (PEP 578).

Such a hook cannot be taken away again. So there is one in a process at most; it is found by an event that only it knows, and
does nothing while nobody watches. What does not go through Python's sockets (libcurl, uvloop, other programs) is not
seen, nor is what another interpreter in this process does (``concurrent.interpreters``): each has hooks of its own.
"""

from __future__ import annotations

import operator
import sys
from typing import Any, Protocol, SupportsIndex

_ASKED_FOR = "fake_nexmo.watch"

_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class Watcher(Protocol):
    """Somebody who wants to see."""

    def see(self, host: str, port: int | None) -> None:
        """Hear of a look-up (*port* is None), or of what is connected to; raises OSError where it is not to be."""
        ...


class Watch:
    """The hook of this process; ``watchers`` hear of what happens, in their order."""

    def __init__(self) -> None:
        self.watchers: tuple[Watcher, ...] = ()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of *event*, as the interpreter tells it to every hook."""
        if event == _ASKED_FOR:
            arguments[0].append(self)
        elif not self.watchers:
            return
        elif event in _LOOK_UPS:
            self._tell(arguments[0], None)
        elif event in _CONNECTIONS and isinstance(arguments[1], tuple):  # to a Unix socket it is a path
            self._tell(*tuple.__getitem__(arguments[1], slice(2)))

    def _tell(self, host: object, port: object = None) -> None:
        name = _text(host)
        if name is not None:
            for watcher in self.watchers:
                watcher.see(name, _number(port))


# What the sockets make of it, which look past whatever a class of the caller's own says of itself.


def _text(host: object) -> str | None:
    if isinstance(host, bytes):
        return bytes.decode(host, "ascii", "replace")
    if isinstance(host, bytearray):
        return bytearray.decode(host, "ascii", "replace")
    return str.__str__(host) if isinstance(host, str) else None


def _number(port: object) -> int | None:
    if isinstance(port, int):
        return int.__index__(port)
    return operator.index(port) if isinstance(port, SupportsIndex) else None


def watch_of_this_process() -> Watch:
    """Return the hook; it is installed where there is none."""
    found: list[Watch] = []
    sys.audit(_ASKED_FOR, found)
    if not found:
        found.append(Watch())
        sys.addaudithook(found[0])
    return found[0]
