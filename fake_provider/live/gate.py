"""Keeps everything from the real hosts that comes past the guards of tests: from the beginning of a session on.

A thread may outlive its test, a fixture be older than the guard, a test be none of ours: what they ask by a library that is
intercepted is answered with 403, and what they look up or connect to by another way fails. It says so to the test that runs.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import Any

import pytest

from ..domain.wire import WireRequest
from ..intercept.hosts import HOSTS, is_ours, plain
from ..intercept.libraries import LIBRARIES, Installed, chosen
from ..intercept.patching import Active, Patch, passes, passing
from ..web.answering import Answering
from ..web.app import Reply
from .stand_in import StandIn, refused
from .watch import watch_of_this_process
from .words import by_address, forked, outside, unguarded

_USUAL_PORTS = frozenset({80, 443})


class Gate(StandIn):
    """Nothing goes through it while it is closed, but what is sent in ``passing``. Guards of tests stand before it."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: list[str] = []
        self._where: dict[tuple[str, int], str] = {}  # the real hosts, by address and port
        self._closed = ExitStack()
        self._guards: list[StandIn] = []

    def close(self) -> None:
        """Let nothing through."""
        with ExitStack() as stack:
            # Without an entry in the context: whoever is intercepted after this, on whatever thread, comes before it.
            stack.enter_context(Installed(chosen(None), self))
            noting = Patch(socket, "getaddrinfo", self._noting)
            noting.enter(self)
            stack.callback(noting.leave, self)
            watch = watch_of_this_process()
            watch.watchers = (*watch.watchers, self)
            stack.callback(self._watch_no_more)
            self._closed = stack.pop_all()

    def open(self) -> None:
        """Let everything through, as before it was closed."""
        self._closed.close()

    def _watch_no_more(self) -> None:
        watch = watch_of_this_process()
        watch.watchers = tuple(one for one in watch.watchers if one is not self)

    @contextmanager
    def passing(self, request: object) -> Iterator[None]:
        """Let *request* through while this thread sends it, past the guards too; in a process that was forked off nothing."""
        instead: dict[Answering, Answering] = {one: one.meanwhile for one in (self, *self._guards)}
        with passing(request, instead) if self.is_at_home else nullcontext():
            yield

    @contextmanager
    def behind(self, guard: StandIn) -> Iterator[None]:
        """Know a *guard* of a test that stands before it."""
        self._guards.append(guard)
        try:
            yield
        finally:
            self._guards.remove(guard)

    # What is kept out

    def answered(self, wire: WireRequest) -> Reply:
        """Refuse it."""
        reason = outside(wire.host)
        self.refuse(reason)
        return refused(reason)

    def see(self, host: str, port: int | None) -> None:
        """Hear of a look-up, or of what is connected to; OSError where that leads to a real host, and does not pass."""
        if passes(self):
            return
        name = plain(host) if is_ours(host) else self._name_at(host, port)
        if name is None:
            return
        reason = unguarded(name, LIBRARIES) if is_ours(host) else by_address(host, name)
        if self.is_at_home:
            self.refuse(reason)
        else:
            self.hear_of_a_fork()
            reason = forked(name)
        raise _failure(port, reason)

    def _name_at(self, host: str, port: int | None) -> str | None:
        if port is None or not self._where or (address := _address(host)) is None:
            return None
        return self._where.get((address, port))

    def _noting(self, original: Callable[..., Any], _: Active) -> Callable[..., Any]:
        """Note where the real hosts are when our own sender looks one up: who knows an address needs no name."""

        def getaddrinfo(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
            found = original(host, port, *arguments, **named)
            if passes(self) and isinstance(host, str) and is_ours(host):
                for other in HOSTS if not self._where else ():
                    with suppress(OSError):
                        self._note(other, original(other, port))
                self._note(plain(host), found)
            return found

        return getaddrinfo

    def _note(self, name: str, found: Sequence[tuple[Any, Any, Any, Any, tuple[Any, ...]]]) -> None:
        for *_, (address, port, *_) in found:
            for one in _USUAL_PORTS | {port}:
                self._where[_address(address) or address, one] = name

    # What is told of it

    def refuse(self, reason: str) -> None:
        """Remember what was not sent, and why."""
        self._refused.append(reason)

    def untold(self) -> list[str]:
        """Return, once, why something was not sent."""
        self.look_after_forks()
        told, self._refused = self._refused, []
        return list(dict.fromkeys(told))

    def conclude(self) -> None:
        """Fail the test that runs where something was not sent that nobody has been told of."""
        if reasons := self.untold():
            pytest.fail("\n".join(reasons), pytrace=False)


def gate_of_this_process() -> Gate:
    """Return a gate that is closed until the process ends: threads of tests, and what runs at exit, may outlive a session."""
    for watcher in watch_of_this_process().watchers:
        if isinstance(watcher, Gate):
            return watcher
    gate = Gate()
    gate.close()
    return gate


def _failure(port: int | None, reason: str) -> OSError:
    """Return what a look-up fails with, or a connection."""
    return socket.gaierror(socket.EAI_FAIL, reason) if port is None else PermissionError(errno.EACCES, reason)


def _address(host: str) -> str | None:
    """Return an IP address as it is usually written; None for anything else. A socket takes 2130706433 for one, too."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            found = ipaddress.ip_address(socket.inet_aton(host))
        except (OSError, ValueError):
            return None
    return str(getattr(found, "ipv4_mapped", None) or found)
