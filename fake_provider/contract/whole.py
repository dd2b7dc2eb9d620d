"""Answers that have to come whole and within a time, whoever gives them.

``http.client`` waits for each piece of an answer by itself, so a server that sends an octet a second holds it for ever. And it
takes an answer that ends in its headers for one that has no more of them.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any, ClassVar

ANSWER_SECONDS = 30.0
"""From when a request is sent until its answer is there to the last octet: Nexmo answers in less than one."""
MOST_OCTETS = 1 << 20
"""No answer of Nexmo's has as much, on the wire or once its content coding is undone."""


class NotWhole(http.client.HTTPException):
    """An answer that ends too early, or not at all; the text says which."""


class WholeResponse(http.client.HTTPResponse):
    """An answer of ``http.client``, to be its ``response_class``.

    Raises:
        TimeoutError: it is not there after ``seconds``.
        NotWhole: it ended in its headers, or is longer than ``most_octets``.
    """

    seconds: ClassVar[float] = ANSWER_SECONDS
    most_octets: ClassVar[int] = MOST_OCTETS

    def monotonic(self) -> float:
        """Return the seconds of a clock that nobody sets."""
        return time.monotonic()

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp.close()
        self._lines = _Lines(_Timed(sock, self))
        self.fp = self._lines

    def begin(self) -> None:
        """Read the status and the headers."""
        super().begin()
        if self._lines.is_cut:
            self.close()
            raise NotWhole("it ended in its headers")


class _Timed(io.RawIOBase):
    """What comes from *sock*, as far as it comes in time."""

    def __init__(self, sock: socket.socket, response: WholeResponse) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._monotonic, self._seconds = response.monotonic, response.seconds
        self._left = response.most_octets
        self._until = self._monotonic() + self._seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        before, seconds = self._sock.gettimeout(), self._until - self._monotonic()
        if seconds <= 0:
            raise TimeoutError(f"it was not whole after {self._seconds:g} s")
        self._sock.settimeout(seconds if before is None else min(before, seconds))
        try:
            count = self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(before)
        self._left -= count or 0
        if self._left < 0:
            raise NotWhole("it has no end: more came than any answer has")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Lines(io.BufferedReader):
    """Notes whether a line was not ended."""

    is_cut = False

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.is_cut = self.is_cut or not line.endswith(b"\n")
        return line
