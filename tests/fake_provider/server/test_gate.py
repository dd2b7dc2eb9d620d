"""The listener as the reactor sees it."""

from __future__ import annotations

import selectors
import socket
import time

from fake_provider.server.gate import Gate
from fake_provider.server.sockets import listen


def test_who_comes_while_it_is_closed() -> None:
    """The selector may have told of somebody, and of the stop, at the same time: the stop has let that one in already."""
    listener = listen("127.0.0.1", 0)
    listener.setblocking(False)
    admitted: list[socket.socket] = []
    with selectors.DefaultSelector() as selector:
        gate = Gate(listener, selector, admit=admitted.append, is_full=lambda: False, make_room=lambda: False)
        gate.open()
        with socket.create_connection(listener.getsockname(), timeout=5):
            assert selector.select(5)
            gate.close(time.monotonic())
            gate.let_in(time.monotonic())

    assert len(admitted) == 1
    for sock in admitted:
        sock.close()
