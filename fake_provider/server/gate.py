"""Where connections come in: the listener, as the reactor sees it."""

from __future__ import annotations

import errno
import logging
import math
import select
import selectors
import socket
from collections.abc import Callable
from contextlib import suppress

from .shares import Share

_log = logging.getLogger("fake_nexmo.server")
_ACCEPTED_A_ROUND = 64
_BREATHER_SECONDS = 0.1
_YIELD_SECONDS = (
    0.003  # for another worker to accept who has fewer connections; then it may be busy, or stuck
)
_NO_FILE_LEFT = (errno.EMFILE, errno.ENFILE)
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Gate:
    """Accepts from *listener*, which *selector* watches.

    Args:
        admit: takes who comes in.
        is_full: whether nobody more fits in.
        make_room: sends somebody away; False where nobody can be.
        share: of the connections of several workers.
    """

    def __init__(
        self,
        listener: socket.socket,
        selector: selectors.BaseSelector,
        *,
        admit: Callable[[socket.socket], None],
        is_full: Callable[[], bool],
        make_room: Callable[[], bool],
        share: Share | None = None,
    ) -> None:
        self._listener = listener
        self._selector = selector
        self._admit = admit
        self._is_full = is_full
        self._make_room = make_room
        self._share = share
        self._has_yielded = False
        self.opens_at = math.inf  # where it takes a breath: until then

    def open(self) -> None:
        """Watch for who comes."""
        self.opens_at = math.inf
        self._selector.register(self._listener, selectors.EVENT_READ, self)

    def let_in(self, now: float) -> None:
        """Accept some who wait."""
        if self._is_closed:  # a moment ago: the selector told of both at once
            return
        if self._share is None:
            self._accept(now, _ACCEPTED_A_ROUND)
        elif self._share.is_larger and not self._has_yielded:
            self._has_yielded = True
            self._pause(now + _YIELD_SECONDS)
        else:
            self._has_yielded = False
            self._accept(now, 1)

    def _accept(self, now: float, at_most: int) -> bool:
        """Accept some; return whether there may be more."""
        for _ in range(at_most):
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:
                return False
            except OSError as error:
                if error.errno == errno.ECONNABORTED:  # it has thought better of it
                    continue
                if error.errno in _NO_FILE_LEFT:
                    # The system says so before it looks whether anybody waits.
                    if not self._somebody_waits():
                        return False
                    if self._make_room():
                        continue
                self._take_a_breath(now, error)
                return False
            if not self._is_full() or self._make_room():
                self._admit(sock)
            else:
                sock.setblocking(False)
                with suppress(OSError), sock:
                    sock.send(_FULL)
        return True

    def _somebody_waits(self) -> bool:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        return bool(poll.poll(0))

    def _take_a_breath(self, now: float, why: OSError) -> None:
        """Stop accepting for a moment: asking again at once would only keep a processor busy."""
        _log.warning("a connection could not be accepted: %s", why)
        self._pause(now + _BREATHER_SECONDS)

    @property
    def _is_closed(self) -> bool:
        return self._listener.fileno() < 0

    def _pause(self, until: float) -> None:
        with suppress(KeyError):
            self._selector.unregister(self._listener)
        self.opens_at = until

    def close(self, now: float) -> None:
        """Let in who waits, then nobody any more.

        The system has told these clients that they are connected, and some have sent their request.
        """
        if self._is_closed:
            return
        while self._accept(now, _ACCEPTED_A_ROUND):
            pass
        self.opens_at = math.inf
        with suppress(KeyError):  # it may be taking a breath
            self._selector.unregister(self._listener)
        self._listener.close()
