"""Several processes that accept from one socket, and the one that watches over them.

The socket listens before the first of them begins, and as long as one of them lives: whoever waits in its backlog is not
lost when a worker is. What happens to a worker is written to the log, never to its clients.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from .shares import Share, Shares
from .sockets import let_nobody_else_in

_log = logging.getLogger("fake_nexmo.workers")

Work = Callable[[socket.socket, int], None]
"""What a worker does with the socket until it gets SIGTERM; the number counts workers from 0."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS = 0.1, 5.0
_STEADY_SECONDS = 10.0  # whoever has lived for so long did not die of how it began
_MARGIN_SECONDS = 2.0  # beyond the grace, until those who have not ended are killed


@dataclass(slots=True)
class _Worker:
    """One place among the workers, and who has it."""

    index: int
    pid: int = 0  # 0: nobody
    began: float = 0.0
    deaths: int = 0  # since one was steady
    due: float = 0.0  # when the next begins

    @property
    def delay(self) -> float:
        """How long the next one has to wait, as one after the other has died."""
        return min(_FIRST_DELAY_SECONDS * 2.0 ** (self.deaths - 1), _LONGEST_DELAY_SECONDS)


@dataclass(slots=True, kw_only=True)
class Workers:
    """Runs *number* processes that do *work*, from the call of ``run`` until SIGTERM or SIGINT.

    The process must not have threads yet: none of them would be there after the fork, whatever locks they hold.

    Attributes:
        listener: listens already; it belongs to the workers from then on.
        grace_seconds: how long they may take to end.
    """

    listener: socket.socket
    work: Work
    number: int
    grace_seconds: float = 10.0
    _workers: list[_Worker] = field(default_factory=list, init=False, repr=False)
    _shares: Shares = field(init=False, repr=False)
    _lifeline: tuple[int, int] = field(default=(-1, -1), init=False, repr=False)

    def __post_init__(self) -> None:
        self._shares = Shares(self.number)

    def share(self, index: int) -> Share:
        """Return what the server of a worker needs, so that none of them has all clients."""
        return self._shares.of(index)

    def run(self) -> None:
        """Start the workers, start another where one dies, and return once they have ended after a signal."""
        self._lifeline = os.pipe()
        self._workers = [_Worker(index) for index in range(self.number)]
        try:
            with _hearing_signals() as heard:
                for worker in self._workers:
                    self._start(worker)
                self._watch(heard)
                self._end(heard)
        finally:
            for end in self._lifeline:
                os.close(end)

    def _watch(self, heard: Callable[[float | None], set[int]]) -> None:
        """Start another worker for each that dies, until a signal says that it is to end."""
        while True:
            due = [worker.due for worker in self._workers if not worker.pid]
            signals = heard(max(0.0, min(due) - time.monotonic()) if due else None)
            if signals & {signal.SIGTERM, signal.SIGINT}:
                return
            for worker in self._reaped():
                lived = time.monotonic() - worker.began
                worker.deaths = 1 if lived > _STEADY_SECONDS else worker.deaths + 1
                worker.due = time.monotonic() + worker.delay
            for worker in self._workers:
                if not worker.pid and worker.due <= time.monotonic():
                    self._start(worker)

    def _reaped(self) -> Iterator[_Worker]:
        """Give the workers that have ended."""
        for worker in self._workers:
            if not worker.pid:
                continue
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
                _log.warning("worker %d (process %d) has ended: %s", worker.index, pid, how)
                worker.pid = 0
                self._shares.forget(worker.index)
                yield worker

    def _end(self, heard: Callable[[float | None], set[int]]) -> None:
        """Let the workers end, each as it does; those that do not are killed."""
        let_nobody_else_in(self.listener)
        self.listener.close()
        self._tell(signal.SIGTERM)
        until = time.monotonic() + self.grace_seconds + _MARGIN_SECONDS
        while any(worker.pid for worker in self._workers) and (left := until - time.monotonic()) > 0:
            if heard(left) & {signal.SIGTERM, signal.SIGINT}:
                self._tell(signal.SIGTERM)
            for worker in self._workers:
                if worker.pid and os.waitpid(worker.pid, os.WNOHANG)[0]:
                    worker.pid = 0
        self._tell(signal.SIGKILL)
        for worker in self._workers:
            if worker.pid:
                _log.warning("worker %d (process %d) was killed: it did not end", worker.index, worker.pid)
                os.waitpid(worker.pid, 0)

    def _tell(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.pid:
                with suppress(ProcessLookupError):
                    os.kill(worker.pid, number)

    def _start(self, worker: _Worker) -> None:
        sys.stdout.flush()
        sys.stderr.flush()  # what is buffered would be written by both
        worker.pid, worker.began = os.fork(), time.monotonic()
        if worker.pid == 0:
            self._be(worker)

    def _be(self, worker: _Worker) -> None:
        """Be that worker: never returns."""
        code = 1
        try:
            # Ctrl-C reaches all processes at the terminal: the one that watches hands it on, and nobody hears it twice.
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.close(self._lifeline[1])
            threading.Thread(
                target=self._live_with_the_watcher, name="fake-nexmo-lifeline", daemon=True
            ).start()
            self.work(self.listener, worker.index)
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:  # noqa: BLE001  nothing of it may go on as the process that watches
            _log.exception("worker %d failed", worker.index)
        finally:
            with suppress(BaseException):
                sys.stdout.flush()
                logging.shutdown()
            os._exit(code)

    def _live_with_the_watcher(self) -> None:
        """End where the process that watches is gone, whatever has killed it: its end of the pipe is closed then."""
        os.read(self._lifeline[0], 1)
        _log.warning("the process that watches over the workers is gone: this one ends too")
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(self.grace_seconds + _MARGIN_SECONDS)
        os._exit(1)


@contextmanager
def _hearing_signals() -> Iterator[Callable[[float | None], set[int]]]:
    """Give a function that waits for signals, for so many seconds at the most, and returns those that came."""
    reader, writer = socket.socketpair()
    with reader, writer, selectors.DefaultSelector() as selector:
        reader.setblocking(False)
        writer.setblocking(False)
        selector.register(reader, selectors.EVENT_READ)
        before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
        woken_before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

        def heard(seconds: float | None) -> set[int]:
            selector.select(seconds)
            with suppress(BlockingIOError):
                return set(reader.recv(4096))
            return set()

        try:
            yield heard
        finally:
            signal.set_wakeup_fd(woken_before)
            for number, handler in before.items():
                signal.signal(number, handler)
