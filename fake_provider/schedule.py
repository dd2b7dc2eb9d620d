"""Brings about what falls due: pushes webhooks in their order, tries again, and moves time.

By itself it works in the background, on threads that exist only while there is something to do: pushes for one
consumer and account to one URL go one after the other, all others side by side. When somebody moves a clock, all
that falls due on the way happens in the mover's own thread, in order, before the call returns.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from .domain.webhook import Attempt, QueueKey, Webhook
from .operations import delivery
from .ports import Ports

_log = logging.getLogger("fake_nexmo.webhooks")

_MAX_THREADS = 256  # a receiver that says nothing keeps one for 15 s
_LINGER_SECONDS = 2.0  # a thread that has nothing to do stays for what may follow


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

    def __init__(self, ports: Ports, *, pushed: Callable[[Attempt], None] | None = None) -> None:
        self._ports = ports
        self._pushed = pushed
        self._changed = threading.Condition()
        self._under_way: Counter[str | None] = Counter()  # by consumer: pushes, and answers that bring some
        self._busy: set[QueueKey] = set()
        self._moving: set[str | None] = set()
        self._round = 0  # counts resets: what was under way before one is of no account after it
        self._threads = self._idle = 0
        self._closed = False

    # What is to be pushed

    def hold(self, webhooks: Sequence[Webhook]) -> Hold:
        """Take *webhooks*, to be pushed once the hold is released: the answer to an SMS goes out before its receipt."""
        with self._changed:
            began, consumers = self._round, [webhook.client_key for webhook in webhooks]
            self._under_way.update(consumers)

        def release() -> None:
            with self._changed:
                if began == self._round:
                    self._ports.store.add_webhooks(webhooks)
                    self._under_way.subtract(consumers)
                self._wake()

        return Hold(release)

    def wake(self) -> None:
        """Look again: something may have fallen due."""
        with self._changed:
            self._wake()

    def _wake(self) -> None:
        self._changed.notify_all()
        if not self._closed and self._idle == 0 and self._threads < _MAX_THREADS and self._next():
            self._threads += 1
            self._idle += 1
            threading.Thread(target=self._work, name="fake-nexmo-webhooks", daemon=True).start()

    def close(self) -> None:
        """End: no more pushes until ``open``."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._ports.outbox.abort()

    def open(self) -> None:
        """Push again after ``close``."""
        with self._changed:
            self._closed = False
            self._wake()

    def reset(self) -> None:
        """Forget what is under way."""
        with self._changed:
            self._round += 1
            self._under_way.clear()
            self._busy.clear()
            self._changed.notify_all()
        self._ports.outbox.abort()

    # In the background

    def _next(self) -> tuple[Webhook, float] | None:
        """Return what is due first of all that may be pushed now or by itself later, and in how many real seconds."""
        clock = self._ports.clock
        first: tuple[Webhook, float] | None = None
        for webhook in self._ports.store.next_webhooks():
            if webhook.queue in self._busy or clock.lane(webhook.client_key) in self._moving:
                continue
            seconds = clock.seconds_until(webhook.due, webhook.client_key)
            if seconds is not None and (first is None or (seconds, webhook.due) < (first[1], first[0].due)):
                first = webhook, seconds
        return first

    def _work(self) -> None:
        with self._changed:
            while webhook := self._awaited():
                self._idle -= 1
                self._begin(webhook)
                self._wake()  # there may be more, for somebody else
                began = self._round
                self._changed.release()
                try:
                    self._push(webhook, began)
                finally:
                    self._changed.acquire()
                    self._idle += 1
                    self._end(webhook, began)
            self._threads -= 1
            self._idle -= 1

    def _awaited(self) -> Webhook | None:
        """Wait for something to fall due, and take it; None when this thread is not needed any more."""
        while not self._closed:
            following = self._next()
            if following and following[1] <= 0:
                if self._ports.store.take_webhook(following[0]):
                    return following[0]
                continue
            # One thread waits for what is to come; others, and where nothing is to come, only a while.
            alone = self._idle == 1
            patience = following[1] if following and alone else _LINGER_SECONDS
            woken = self._changed.wait(min(patience, threading.TIMEOUT_MAX))
            if not woken and (following is None or self._idle > 1):
                return None
        return None

    def _begin(self, webhook: Webhook) -> None:
        self._busy.add(webhook.queue)
        self._under_way[webhook.client_key] += 1

    def _end(self, webhook: Webhook, began: int) -> None:
        if began == self._round:
            self._busy.discard(webhook.queue)
            self._under_way[webhook.client_key] -= 1
        self._changed.notify_all()

    def _push(self, webhook: Webhook, began: int) -> None:
        try:
            attempt, again = delivery.push(webhook, self._ports)
        except Exception:  # noqa: BLE001  a thread has nobody above it who would see our own mistake
            _log.exception("a webhook to %s failed inside the fake; this is a bug of the fake", webhook.kind)
            return
        with self._changed:
            if began == self._round:
                self._ports.store.keep_attempt(attempt, again)
        if self._pushed is not None:
            self._pushed(attempt)

    # Time

    def move(self, lane: str | None, *, to: Callable[[float], float]) -> None:
        """Move the clock of *lane*, after all that falls due until then has happened, in order.

        A lane is a consumer key, whose clock becomes its own, or None for the common clock. *to* makes the new time of
        the old one once it is this mover's turn: of two who advance at the same time neither is lost. A reset meanwhile
        ends the move.
        """
        clock = self._ports.clock
        with self._alone(lane) as began:
            with self._changed:
                if began != self._round:
                    return
                if lane is not None and clock.lane(lane) is None:
                    clock.set(clock.now(), lane)  # from here on it is its own
                moment = to(clock.now(lane))
            while webhook := self._taken_until(moment, lane, began, moves=True):
                self._push_inline(webhook, began)
            with self._changed:
                if began == self._round:
                    clock.set(moment, lane)

    def settle(self, lane: str | None) -> None:
        """Let everything happen that is due now."""
        with self._alone(lane) as began:
            while webhook := self._taken_until(self._ports.clock.now(lane), lane, began):
                self._push_inline(webhook, began)

    def _push_inline(self, webhook: Webhook, began: int) -> None:
        try:
            self._push(webhook, began)
        finally:
            with self._changed:
                self._end(webhook, began)

    @contextmanager
    def _alone(self, lane: str | None) -> Iterator[int]:
        """Keep the background, and others who move the same clock, away from it; gives the round in which it began."""
        with self._changed:
            began = self._round
            self._changed.wait_for(lambda: lane not in self._moving)
            self._moving.add(lane)
        try:
            yield began
        finally:
            with self._changed:
                self._moving.discard(lane)
                self._wake()

    def _taken_until(
        self, moment: float, lane: str | None, began: int, *, moves: bool = False
    ) -> Webhook | None:
        """Take what is due first, and by *moment*, and let the clock show its time if it *moves*.

        Waits for what is under way, since that may fail and come again. None where nothing is due, or after a reset.
        """
        clock, store = self._ports.clock, self._ports.store
        with self._changed:
            while True:
                self._changed.wait_for(lambda: began != self._round or not self._is_under_way(lane))
                if began != self._round:
                    return None
                due = [
                    webhook
                    for webhook in store.next_webhooks()
                    if webhook.due <= moment and clock.lane(webhook.client_key) == lane
                ]
                if not due:
                    return None
                first = min(due, key=lambda webhook: webhook.due)
                if store.take_webhook(first):
                    if moves:
                        clock.set(max(first.due, clock.now(lane)), lane)
                    self._begin(first)
                    return first

    def _is_under_way(self, lane: str | None) -> bool:
        clock = self._ports.clock
        return any(count > 0 and clock.lane(key) == lane for key, count in self._under_way.items())
