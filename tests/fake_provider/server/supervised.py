"""A program with workers, for the tests: each answers with its own number and process."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

from fake_provider import FakeNexmo
from fake_provider.commands.made import log_to_stderr
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.server import Server
from fake_provider.server.sockets import listen
from fake_provider.server.workers import Workers
from fake_provider.web.app import Application, Reply


class Numbered(Application):
    def __init__(self, index: int) -> None:
        super().__init__(FakeNexmo()._provider)
        self._index = index

    def is_quick(self, wire: WireRequest) -> bool:
        return True

    def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
        body = json.dumps({"worker": self._index, "process": os.getpid()})
        return Reply(response=WireResponse(status=200, body=body.encode()))


def main() -> None:
    """Serve with so many workers as are asked for; with the word "failing" number 1 is of no use."""
    log_to_stderr("info")

    def work(listener: socket.socket, index: int) -> None:
        if "failing" in sys.argv and index == 1:
            raise ZeroDivisionError("our mistake")
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        with Server(Numbered(index), listener=listener, share=workers.share(index)) as server:
            signal.sigwait({signal.SIGTERM})
            server.stop(grace_seconds=5, linger_seconds=0.3)

    listener = listen("127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    workers = Workers(listener=listener, work=work, number=int(sys.argv[1]), grace_seconds=5)
    workers.run()


if __name__ == "__main__":
    main()
