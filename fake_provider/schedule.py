"""Brings about what falls due: pushes webhooks in their order, tries again, and moves time.

By itself it works in the background, on threads that exist only while there is something to do: pushes for one
consumer and account to one URL go one after the other, all others side by side. When somebody moves a clock, all
that falls due on the way happens in the mover's own thread, in order, before the call returns.

Who pushes what, and who moves which clock, is in the store: other processes may be at it as well. Only threads and
waking them is this process's own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .domain.webhook import Attempt, Webhook
from .errors import StoreUnavailable
from .operations import delivery
from .ports import Ports, Queued

_log = logging.getLogger("fake_nexmo.webhooks")

_MAX_THREADS = 256  # a receiver that says nothing keeps one for 15 s
_LINGER_SECONDS = 2.0  # a thread that has nothing to do stays for what may follow
_PATIENCE_SECONDS = 2.0  # with pushes that were told to end
_MOVER_LOOK_SECONDS = 0.05  # somebody waits for the answer to a move: so often others' work is looked at


class Hold:
    """Pushes that wait for an answer to go out first; ``release`` lets them go. Once."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    def release(self) -> None:
        """Let them go now."""
        release, self._release = self._release, None
        if release is not None:
            release()


class Schedule:
    """The one place that has threads of its own and moves the clock; *pushed* is told of each attempt."""

    def __init__(self, ports: Ports, *, pushed: Callable[[Attempt], None] = lambda _: None) -> None:
        self._ports = ports
        self._pushed = pushed
        self._changed = threading.Condition()
        self._threads = self._idle = 0
        self._closed = False

    # What is to be pushed

    def hold(self, webhooks: Sequence[Webhook]) -> Hold:
        """Take *webhooks*, to be pushed once the hold is released: the answer to an SMS goes out before its receipt."""
        numbers = self._ports.store.add_webhooks(webhooks, held=True)

        def release() -> None:
            try:
                self._ports.store.release_webhooks(numbers)
            except StoreUnavailable as error:
                # They are kept, and somebody else's once they were held for longer than any answer takes.
                _log.warning("webhooks are late: %s", error)
            self.wake()

        return Hold(release)

    def wake(self) -> None:
        """Look again: something may have fallen due."""
        with self._changed:
            self._wake()

    def _wake(self) -> None:
        self._changed.notify_all()
        if not self._closed and self._idle == 0 and self._threads < _MAX_THREADS and self._is_needed():
            self._threads += 1
            self._idle += 1
            threading.Thread(target=self._work, name="fake-nexmo-webhooks", daemon=True).start()

    def _is_needed(self) -> bool:
        """Whether a thread has something to do: where others share the store one always looks."""
        return self._ports.store.look_seconds is not None or self._next() is not None

    def close(self) -> None:
        """End: no more pushes until ``open``."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._ports.outbox.abort()
        if self._ports.store.look_seconds is not None:  # its connections are to be closed behind them
            with self._changed:
                self._changed.wait_for(lambda: self._threads == 0, _PATIENCE_SECONDS)

    def open(self) -> None:
        """Push again after ``close``."""
        with self._changed:
            self._closed = False
            self._wake()

    def reset(self) -> None:
        """End what is under way, now that it was forgotten."""
        self._ports.outbox.abort()
        self.wake()

    # In the background

    def _next(self) -> tuple[Queued, float] | None:
        """Return what is due first of all that may be pushed now or by itself later, and in how many real seconds."""
        clock, store = self._ports.clock, self._ports.store
        store.refresh()
        claimed = store.claimed_lanes()
        first: tuple[Queued, float] | None = None
        for queued in store.next_webhooks():
            webhook = queued.webhook
            seconds = clock.seconds_until(webhook.due, webhook.client_key)
            if seconds is None or clock.lane(webhook.client_key) in claimed:
                continue
            if first is None or (seconds, webhook.due) < (first[1], first[0].webhook.due):
                first = queued, seconds
        return first

    def _work(self) -> None:
        with self._changed:
            while queued := self._awaited():
                self._idle -= 1
                self._wake()  # there may be more, for somebody else
                self._changed.release()
                try:
                    self._push(queued)
                finally:
                    self._changed.acquire()
                    self._idle += 1
                    self._changed.notify_all()
            self._threads -= 1
            self._idle -= 1
            self._changed.notify_all()

    def _awaited(self) -> Queued | None:
        """Wait for something to fall due, and take it; None when this thread is not needed any more."""
        while not self._closed:
            try:
                following = self._next()
                if following and following[1] <= 0:
                    if self._taken(following[0]):
                        return following[0]
                    continue
            except StoreUnavailable as error:
                _log.warning("webhooks wait: %s", error)
                following = None
            if not self._waited(following):
                return None
        return None

    def _waited(self, following: tuple[Queued, float] | None) -> bool:
        """Wait for what follows, or for news; return whether this thread goes on looking."""
        # One thread waits for what is to come; others, and where nothing is to come, only a while.
        alone = self._idle == 1
        patience = following[1] if following and alone else _LINGER_SECONDS
        look = self._ports.store.look_seconds
        if look is not None and alone:
            self._changed.wait(min(patience, look))
            return True
        woken = self._changed.wait(min(patience, threading.TIMEOUT_MAX))
        return woken or (following is not None and alone)

    def _taken(self, queued: Queued, claim: int | None = None) -> bool:
        lane = self._ports.clock.lane(queued.webhook.client_key)
        return self._ports.store.take_webhook(queued.number, lane=lane, claim=claim)

    def _push(self, queued: Queued) -> None:
        attempt: Attempt | None = None
        again: Webhook | None = None
        try:
            attempt, again = delivery.push(queued.webhook, self._ports)
            self._pushed(attempt)
        except Exception:  # noqa: BLE001  a thread has nobody above it who would see our own mistake
            _log.exception(
                "a webhook to %s failed inside the fake; this is a bug of the fake", queued.webhook.kind
            )
        try:
            self._ports.store.finish_webhook(queued.number, attempt, again)
        except StoreUnavailable as error:
            _log.warning(
                "a push to %s could not be noted, and will be made again: %s", queued.webhook.kind, error
            )

    # Time

    def move(self, lane: str | None, *, to: Callable[[float], float]) -> None:
        """Move the clock of *lane*, after all that falls due until then has happened, in order.

        A lane is a consumer key, whose clock becomes its own, or None for the common clock. *to* makes the new time of
        the old one once it is this mover's turn: of two who advance at the same time neither is lost. A reset meanwhile
        ends the move.
        """
        clock = self._ports.clock
        with self._alone(lane) as turn:
            if lane is not None and clock.lane(lane) is None:
                clock.set(clock.now(), lane, resets=turn.resets)  # from here on it is its own
            moment = to(clock.now(lane))
            while queued := self._taken_until(moment, turn, moves=True):
                self._push(queued)
            clock.set(moment, lane, resets=turn.resets)

    def settle(self, lane: str | None) -> None:
        """Let everything happen that is due now."""
        with self._alone(lane) as turn:
            while queued := self._taken_until(self._ports.clock.now(lane), turn):
                self._push(queued)

    @contextmanager
    def _alone(self, lane: str | None) -> Iterator[_Turn]:
        """Keep the background, and others who move the same clock, away from it."""
        store = self._ports.store
        claims: list[int] = []

        def is_claimed() -> bool:
            claims.extend(claim for claim in (store.claim_lane(lane),) if claim is not None)
            return bool(claims)

        resets = self._resets()
        self._wait_until(is_claimed)
        try:
            yield _Turn(lane=lane, resets=resets, claim=claims[0])
        finally:
            store.leave_lane(claims[0])
            self.wake()

    def _resets(self) -> int:
        self._ports.store.refresh()
        return self._ports.clock.resets

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        """Return once *is_so*: this process says when to look again, and where there are others the time does."""
        look = None if self._ports.store.look_seconds is None else _MOVER_LOOK_SECONDS
        with self._changed:
            while not is_so():
                self._changed.wait(look)

    def _taken_until(self, moment: float, turn: _Turn, *, moves: bool = False) -> Queued | None:
        """Take what is due first, and by *moment*, and let the clock show its time if it *moves*.

        Waits for what is under way, since that may fail and come again. None where nothing is due, or after a reset.
        """
        clock, store, lane = self._ports.clock, self._ports.store, turn.lane
        while True:
            self._wait_until(lambda: self._resets() != turn.resets or not self._is_under_way(lane))
            if clock.resets != turn.resets:
                return None
            due = [
                queued
                for queued in store.next_webhooks()
                if queued.webhook.due <= moment and clock.lane(queued.webhook.client_key) == lane
            ]
            if not due:
                return None
            first = min(due, key=lambda queued: queued.webhook.due)
            if self._taken(first, turn.claim):
                if moves:
                    clock.set(max(first.webhook.due, clock.now(lane)), lane, resets=turn.resets)
                return first

    def _is_under_way(self, lane: str | None) -> bool:
        lane_of = self._ports.clock.lane
        return any(lane_of(client_key) == lane for client_key in self._ports.store.under_way())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One mover's turn: which clock, and after how many resets of all clocks it began."""

    lane: str | None
    resets: int
    claim: int
