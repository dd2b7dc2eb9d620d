"""A door without an address: for one connection that somebody else has made, or that is no socket at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress

from ..web.answering import Answering
from .dialogue import Dialogue, Manner, Site
from .limits import DEFAULT_LIMITS

_READ_BYTES = 64 * 1024
_LINGER_SECONDS = 1.0


class Door:
    """Answers what comes through sockets that it is given, each on a thread: they are few, and short-lived."""

    def __init__(self, application: Answering, *, scheme: str, authority: str) -> None:
        self._site = _site(application, scheme, authority)

    def take(self, sock: socket.socket) -> None:
        """Answer what comes through *sock*, on a thread, until it is closed."""
        threading.Thread(target=self._serve, args=(sock,), name="fake-nexmo-connection", daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        dialogue = Dialogue(self._site)
        with sock:
            try:
                sock.settimeout(self._site.limits.idle_seconds)
                _converse(sock, dialogue)
            except OSError as error:
                # The client is gone, or was too slow: there is nobody left to tell, but what came is in the trace.
                dialogue.broke_off(error)


def _converse(sock: socket.socket, dialogue: Dialogue) -> None:
    manner = Manner.GOES_ON
    while manner is Manner.GOES_ON:
        data = sock.recv(_READ_BYTES)
        if data:
            dialogue.hear(data)
        else:
            dialogue.hear_the_end()
        while turn := dialogue.next():
            said = dialogue.answer(turn)
            manner = said.manner
            try:
                sock.sendall(said.octets)
            finally:
                said.sent()
        if not data:
            return
    if manner is not Manner.ENDS:
        _listen_on(sock, None if manner is Manner.HANGS else _LINGER_SECONDS)


def _listen_on(sock: socket.socket, seconds: float | None) -> None:
    """Say nothing until the client goes; or say that nothing more comes, and let the client read what came."""
    with suppress(OSError):
        if seconds is not None:
            sock.shutdown(socket.SHUT_WR)
        sock.settimeout(seconds)
        while sock.recv(_READ_BYTES):
            pass


class Conversation:
    """A connection in memory: what is heard is answered at once, on the thread of the caller."""

    def __init__(self, application: Answering, *, scheme: str, authority: str) -> None:
        self._dialogue = Dialogue(_site(application, scheme, authority))
        self.has_ended = False

    def listen(self, octets: bytes) -> Sequence[bytes]:
        """Return what is said to *octets*; afterwards ``has_ended`` says whether nothing more will be."""
        answers: list[bytes] = []
        if not self.has_ended:
            self._dialogue.hear(octets)
            while turn := self._dialogue.next():
                said = self._dialogue.answer(turn)
                answers.append(said.octets)
                said.sent()
                self.has_ended = said.manner in (Manner.ENDS, Manner.LINGERS)
        return answers


def _site(application: Answering, scheme: str, authority: str) -> Site:
    return Site(
        application=application,
        limits=DEFAULT_LIMITS,
        scheme=scheme,
        authority=authority,
        stopping=threading.Event(),
    )
