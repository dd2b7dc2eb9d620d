"""Nobody looks the real names up but a guard: what comes by a way that is not intercepted does not leave.

A library that resolves names past Python's ``socket`` module (libcurl does) is not seen here.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..intercept.hosts import is_ours
from ..intercept.libraries import LIBRARIES
from ..intercept.patching import Active, Patch, passes
from .guard import Guard

_FUNCTIONS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")


@contextmanager
def only_by(guard: Guard) -> Iterator[None]:
    """Refuse look-ups of the real names that do not come from *guard*, and let it know."""

    def make(original: Callable[..., Any], _: Active) -> Callable[..., Any]:
        def look_up(host: Any, *arguments: Any, **named: Any) -> Any:
            name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
            if isinstance(name, str) and is_ours(name) and not passes(guard):
                reason = f"asks {name} by a way that fake-nexmo cannot guard; it knows {', '.join(LIBRARIES)}"
                guard.refuse(reason)
                raise socket.gaierror(socket.EAI_FAIL, reason)
            return original(host, *arguments, **named)

        return look_up

    patches = [Patch(socket, name, make) for name in _FUNCTIONS]
    for patch in patches:
        patch.enter(guard)
    try:
        yield
    finally:
        for patch in reversed(patches):
            patch.leave(guard)
