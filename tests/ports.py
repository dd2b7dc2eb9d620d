"""A port of loopback for whoever cannot be given an open socket, and cannot say which port it chose."""

from __future__ import annotations

import random
import socket

_GIVEN_TO_NOBODY = range(20_000, 30_000)
"""Below what Linux, macOS and Windows give to whoever asks for any port, and to each connection that is made."""


def free_port() -> int:
    """Return a port of 127.0.0.1 at which nobody listens, and which nobody else is likely to take before it is used.

    One that the system has given and that was closed again may be the next test's, in another process.
    """
    for port in random.SystemRandom().sample(_GIVEN_TO_NOBODY, 100):  # whatever a test has seeded
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # where one was used a minute ago
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("of a hundred ports none is free")
