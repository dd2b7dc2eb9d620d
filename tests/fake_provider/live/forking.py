"""A process that is forked off, as os.fork and multiprocessing do it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

_MOST_SECONDS = 20


def in_a_fork(ask: Callable[[], str]) -> str:
    """Return what *ask* returns, or what OSError it raises, in a process that is forked off."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        signal.alarm(_MOST_SECONDS)  # another thread may have held a lock
        try:
            told = ask()
        except OSError as error:
            told = str(error)
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told
