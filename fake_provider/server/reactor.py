"""The one thread that serves: accepts, reads, parses, answers what is quick, and sends.

Threads would fight for the interpreter's lock: with one a connection, sixteen clients got a third of the answers that
one thread gives them. What may take its time is made by the pool, and only that: while it is being made, the connection is in the
hands of the thread that makes it, and comes back afterwards.
"""

from __future__ import annotations

import logging
import math
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import islice

from .connection import Connection, Phase
from .dialogue import Manner, Said, Site, Turn
from .gate import Gate
from .pool import Pool
from .shares import Share

_log = logging.getLogger("fake_nexmo.server")

_LOOKED_AT = 64  # idle connections that may have just said something
_TURNS_A_ROUND = 8  # of one client that sends many requests at once; then the others have theirs
_TICK_SECONDS = 1.0  # how often it is looked for those who are too slow
_LINGER_SECONDS, _LINGER_BYTES = 1.0, 4 * 1024 * 1024
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Reactor:
    """Serves what comes through *listener* on a thread of its own, from ``start`` until after ``stop``.

    *connected* is told how many connections have come, or gone where the number is negative.
    """

    def __init__(
        self,
        site: Site,
        listener: socket.socket,
        tls: ssl.SSLContext | None,
        share: Share | None,
        connected: Callable[[int], None],
    ) -> None:
        self._site = site
        self._connected = connected
        self._listener = listener
        self._tls = tls
        self._pool = Pool(site.limits.threads)
        self._patient = Pool(
            site.limits.threads
        )  # for calls that wait for others': those must not wait for them
        self._selector = selectors.DefaultSelector()
        self._gate = Gate(
            listener,
            self._selector,
            admit=self._admit,
            is_full=lambda: len(self._open) >= site.limits.connections,
            make_room=self._make_room,
            share=share,
        )
        self._share = share
        self._waker, self._wakened = socket.socketpair()
        self._waker.setblocking(False)
        self._wakened.setblocking(False)
        self._lock = threading.RLock()  # a signal may come in the middle, and stop for good
        self._calls: deque[Callable[[], None]] = deque()  # from other threads
        self._is_over = False
        self._open: set[Connection] = set()
        self._idle: dict[Connection, None] = {}  # the one that has been so for longest comes first
        self._later: deque[Connection] = deque()
        self._now = time.monotonic()
        self._tick_seconds = min(_TICK_SECONDS, site.limits.shortest_seconds / 4)
        self._next_tick = self._now + self._tick_seconds
        self._idle_until = self._open_until = math.inf  # set when it stops
        self._when_ready: Mapping[Phase, Callable[[Connection], None]] = {
            Phase.GREETING: self._greet,
            Phase.IDLE: self._read,
            Phase.HEARING: self._read,
            Phase.SENDING: self._send,
            Phase.LINGERING: self._throw_away,
            Phase.HANGING: self._throw_away,
        }
        self._when_due: Mapping[Phase, Callable[[Connection], None]] = {
            Phase.IDLE: self._read,
            Phase.HEARING: self._read,
            Phase.PAUSED: self._go_on,
        }
        self.thread = threading.Thread(target=self._run, name="fake-nexmo-server", daemon=True)

    # From any thread

    def start(self) -> None:
        """Begin."""
        self._count(0)
        self._selector.register(self._wakened, _READ)
        self._gate.open()
        self.thread.start()

    def take(self, sock: socket.socket, begins_with: bytes) -> None:
        """Serve *sock* too, of which *begins_with* was read already."""
        self._call(partial(self._admit, sock, begins_with))

    def stop(self, *, grace_seconds: float, linger_seconds: float) -> None:
        """Begin to stop: accept what waits, then no more; end who is idle after the one time, all after the other.

        Called again it only makes these times shorter.
        """
        self._call(partial(self._begin_to_stop, grace_seconds, linger_seconds))

    def close(self) -> None:
        """End the threads; the one that serves has ended already."""
        self._pool.close()
        self._patient.close()

    def _call(self, what: Callable[[], None]) -> None:
        """Have *what* called on the thread that serves; where that has ended, on this one."""
        with self._lock:
            if not self._is_over:
                self._calls.append(what)
                with suppress(BlockingIOError):  # it has enough to wake up for
                    self._waker.send(b"x")
                return
        what()

    # The loop

    def _run(self) -> None:
        with self._listener, self._selector, self._waker, self._wakened:
            while not self._has_finished():
                ready = self._selector.select(self._patience())
                self._now = time.monotonic()
                for key, _ in ready:
                    if isinstance(key.data, Connection):
                        self._try(self._when_ready.get(key.data.phase), key.data)
                    elif key.data is self._gate:
                        self._gate.let_in(self._now)
                    else:
                        self._hear_calls()
                for _ in range(len(self._later)):
                    connection = self._later.popleft()
                    self._try(self._when_due.get(connection.phase), connection)
                if self._now >= self._gate.opens_at:
                    self._gate.open()
                if self._now >= self._next_tick:
                    self._tick()
            with self._lock:
                self._is_over = True
            self._hear_calls()
            for connection in tuple(self._open):
                self._drop(connection)

    def _try(self, do: Callable[[Connection], None] | None, connection: Connection) -> None:
        """Do something about one connection; whatever goes wrong with it is no matter of the others."""
        if do is None or connection.phase is Phase.ENDED:
            return
        try:
            do(connection)
        except OSError as error:
            # The client is gone: there is nobody left to tell, but what came is in the trace.
            connection.dialogue.broke_off(error)
            self._drop(connection)
        except Exception:  # noqa: BLE001  our own mistake must not end the thread that serves all
            _log.exception("a connection failed inside the fake; this is a bug of the fake")
            self._drop(connection)

    def _patience(self) -> float:
        if self._later:
            return 0.0
        idle_until = self._idle_until if self._idle else math.inf
        first = min(self._next_tick, self._gate.opens_at, self._open_until, idle_until)
        return max(0.0, first - time.monotonic())

    def _hear_calls(self) -> None:
        with suppress(BlockingIOError):
            while self._wakened.recv(4096):
                pass
        while self._calls:
            self._calls.popleft()()

    # Connections come

    def _make_room(self) -> bool:
        """End the connection that has been idle for longest; return whether there was one."""
        for connection in islice(self._idle, _LOOKED_AT):
            if connection.phase is Phase.LINGERING or not connection.has_news():
                self._drop(connection)
                return True
        return False

    def _admit(self, sock: socket.socket, begins_with: bytes = b"") -> None:
        if self._is_over:
            sock.close()
            return
        connection = Connection(sock, self._site, self._tls)
        self._open.add(connection)
        self._count(1)
        self._try(partial(self._begin, begins_with), connection)

    def _begin(self, begins_with: bytes, connection: Connection) -> None:
        connection.prepare()
        self._watch(connection, _READ)
        self._rest(connection, connection.phase)
        if connection.phase is Phase.GREETING:
            connection.deadline = self._now + self._site.limits.head_seconds
        if begins_with:
            connection.dialogue.hear(begins_with)
            self._go_on(connection)

    def _greet(self, connection: Connection) -> None:
        try:
            if not connection.greet():
                return
        except ConnectionAbortedError:
            assert connection.said is not None  # noqa: S101  that is what it is for
            self._say(connection, connection.said)
            return
        self._rest(connection, Phase.IDLE)
        self._later.append(connection)

    # Requests and answers

    def _read(self, connection: Connection) -> None:
        data = connection.read()
        if data is None:
            return
        if data:
            connection.dialogue.hear(data)
        else:
            connection.has_heard_all = True
            connection.dialogue.hear_the_end()
        self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """Answer what has come, as far as it is whole."""
        dialogue = connection.dialogue
        for _ in range(_TURNS_A_ROUND):
            turn = dialogue.next()
            if turn is None:
                self._await(connection)
                return
            if not dialogue.is_quick(turn):
                self._hand_over(connection, turn)
                return
            if not self._say(connection, dialogue.answer(turn)):
                return
        self._stir(connection, Phase.PAUSED)
        self._later.append(connection)

    def _await(self, connection: Connection) -> None:
        """Wait for what the client says next."""
        if connection.has_heard_all:
            self._drop(connection)
            return
        self._watch(connection, _READ)
        if connection.dialogue.is_in_a_request:
            self._stir(connection, Phase.HEARING)
            connection.hear_on(self._now, self._site.limits)
        else:
            self._rest(connection, Phase.IDLE)
        if connection.has_more:
            self._later.append(connection)

    def _say(self, connection: Connection, said: Said) -> bool:
        """Say something; return whether that is out, and the connection goes on."""
        connection.said, connection.outgoing = said, said.octets
        if connection.write():
            return self._is_out(connection, said)
        self._send_later(connection)
        return False

    def _send_later(self, connection: Connection) -> None:
        self._watch(connection, _WRITE)
        self._stir(connection, Phase.SENDING)
        connection.deadline = self._now + self._site.limits.idle_seconds

    def _send(self, connection: Connection) -> None:
        """Send more of an answer that the client takes slowly."""
        left = len(connection.outgoing)
        if not connection.write():
            if len(connection.outgoing) < left:
                connection.deadline = self._now + self._site.limits.idle_seconds
        elif connection.is_made_slowly:  # and so what waits for it may take its time too
            self._watch(connection, 0)
            self._stir(connection, Phase.ANSWERING)
            self._pool.run(partial(self._tell, connection))
        elif connection.said is not None and self._is_out(connection, connection.said):
            self._go_on(connection)

    def _is_out(self, connection: Connection, said: Said) -> bool:
        """Go on as it was said after an answer is out; return whether there may be more to answer."""
        connection.said = None
        said.sent()
        match said.manner:
            case Manner.GOES_ON:
                return True
            case Manner.ENDS:
                self._drop(connection)
            case Manner.LINGERS:
                connection.shut(socket.SHUT_WR)
                self._watch(connection, _READ)
                self._rest(connection, Phase.LINGERING)
                connection.deadline = self._now + _LINGER_SECONDS
            case Manner.HANGS if self._site.stopping.is_set():
                self._drop(connection)
            case Manner.HANGS:
                self._watch(connection, _READ)
                self._stir(connection, Phase.HANGING)
        return False

    def _throw_away(self, connection: Connection) -> None:
        data = connection.read()
        if data is not None:
            connection.thrown_away += len(data)
            if not data or (connection.phase is Phase.LINGERING and connection.thrown_away > _LINGER_BYTES):
                self._drop(connection)

    # What takes its time

    def _hand_over(self, connection: Connection, turn: Turn) -> None:
        """Let the pool answer; until that is done, nothing else is done here about the connection."""
        self._watch(connection, 0)
        self._stir(connection, Phase.ANSWERING)
        pool = self._patient if connection.dialogue.waits(turn) else self._pool
        pool.run(partial(self._answer, connection, turn))

    def _answer(self, connection: Connection, turn: Turn) -> None:
        """Answer on a thread of the pool, and give the connection back."""
        back: Callable[[Connection], None] = self._drop
        try:
            said = connection.dialogue.answer(turn)
            connection.said, connection.outgoing, connection.is_made_slowly = said, said.octets, True
            has_gone = True
            with suppress(OSError):  # or it cannot go: the reactor meets the same
                has_gone = connection.write()
            if has_gone:
                said.sent()
            back = self._take_back
        finally:
            self._call(partial(self._try, back, connection))

    def _tell(self, connection: Connection) -> None:
        """Say on a thread of the pool that an answer is out."""
        try:
            if connection.said is not None:
                connection.said.sent()
        finally:
            self._call(partial(self._try, self._take_back, connection))

    def _take_back(self, connection: Connection) -> None:
        said = connection.said
        assert said is not None  # noqa: S101  the pool has made it
        if self._is_over:
            self._drop(connection)
        elif not connection.write():
            self._send_later(connection)
        else:
            connection.is_made_slowly = False
            if self._is_out(connection, said):
                self._go_on(connection)

    # Connections go

    def _tick(self) -> None:
        """Look for what time has come for."""
        self._next_tick = self._now + self._tick_seconds
        for connection in [one for one in self._open if one.deadline <= self._now]:
            self._try(self._lose_patience, connection)

    def _lose_patience(self, connection: Connection) -> None:
        if connection.phase is Phase.HEARING and connection.too_slow_at <= self._now:
            self._say(connection, connection.dialogue.answer(connection.dialogue.give_up()))
        else:
            connection.dialogue.broke_off("it was too slow")
            self._drop(connection)

    def _begin_to_stop(self, grace_seconds: float, linger_seconds: float) -> None:
        self._now = time.monotonic()
        self._open_until = min(self._open_until, self._now + grace_seconds)
        self._idle_until = min(self._idle_until, self._now + min(linger_seconds, grace_seconds))
        self._gate.close(self._now)
        self._site.stopping.set()  # only now: who is told that an answer is the last may connect again
        for connection in [one for one in self._open if one.phase is Phase.HANGING]:
            self._drop(connection)

    def _has_finished(self) -> bool:
        if not self._site.stopping.is_set():
            return False
        if self._now >= self._idle_until:
            for connection in tuple(self._idle):
                self._drop(connection)
        return self._open_until < math.inf and (not self._open or self._now >= self._open_until)

    def _drop(self, connection: Connection) -> None:
        """End a connection; who waits for its answer to go is told that it cannot."""
        if connection.phase is Phase.ENDED:
            return
        self._stir(connection, Phase.ENDED)
        self._watch(connection, 0)
        self._open.discard(connection)
        self._count(-1)
        with suppress(OSError):
            connection.sock.close()
        if connection.said is None:
            return
        if connection.is_made_slowly and not self._is_over:
            self._pool.run(connection.said.sent)
        else:
            connection.said.sent()

    def _count(self, change: int) -> None:
        self._connected(change)
        if self._share is not None:
            self._share.is_now(len(self._open))

    def _watch(self, connection: Connection, events: int) -> None:
        if events == connection.events:
            return
        if not connection.events:
            self._selector.register(connection.sock, events, connection)
        elif events:
            self._selector.modify(connection.sock, events, connection)
        else:
            self._selector.unregister(connection.sock)
        connection.events = events

    def _rest(self, connection: Connection, phase: Phase) -> None:
        """Let a connection be idle, from now on."""
        self._idle.pop(connection, None)
        self._idle[connection] = None
        connection.phase = phase
        connection.deadline = self._now + self._site.limits.idle_seconds

    def _stir(self, connection: Connection, phase: Phase) -> None:
        """Let a connection be not idle, and have no deadline."""
        self._idle.pop(connection, None)
        connection.phase = phase
        connection.deadline = math.inf
