"""Webhooks that are to be pushed, in the order in which they fall due, and who is at it."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence

from ...domain.webhook import QueueKey, Webhook
from ...ports import Queued

_Entry = tuple[float, int, Webhook]


class WebhookQueue:
    """One queue for each consumer, account and URL: a slow receiver, or a clock that stands still, holds up its own only.

    The methods are those of ``WebhookStore``; whoever uses it holds a lock.
    """

    def __init__(self, numbers: Iterator[int]) -> None:
        self._queues: dict[QueueKey, list[_Entry]] = {}
        self._numbers = numbers  # of two that are due at once the first to come is the first to go
        self._held: dict[int, Webhook] = {}
        self._taken: dict[int, Webhook] = {}
        self._busy: set[QueueKey] = set()  # of those that were taken
        self._claims: dict[int, str | None] = {}

    def add(self, webhook: Webhook, *, held: bool = False) -> int:
        """Keep *webhook*; returns its number."""
        number = next(self._numbers)
        if held:
            self._held[number] = webhook
        else:
            self._line_up(number, webhook)
        return number

    def _line_up(self, number: int, webhook: Webhook) -> None:
        heapq.heappush(self._queues.setdefault(webhook.queue, []), (webhook.due, number, webhook))

    def release(self, number: int) -> None:
        """Line up what was held."""
        webhook = self._held.pop(number, None)
        if webhook is not None:
            self._line_up(number, webhook)

    def heads(self) -> Sequence[Queued]:
        """Return the one of each queue that is due first, but for queues that somebody is at."""
        return [
            Queued(number=queue[0][1], webhook=queue[0][2])
            for key, queue in self._queues.items()
            if key not in self._busy
        ]

    def take(self, number: int, *, lane: str | None, claim: int | None) -> bool:
        """Take the head *number* of a queue."""
        if any(claimed == lane and holder != claim for holder, claimed in self._claims.items()):
            return False
        for key, queue in self._queues.items():
            if queue[0][1] == number and key not in self._busy:
                self._taken[number] = heapq.heappop(queue)[2]
                self._busy.add(key)
                if not queue:
                    del self._queues[key]
                return True
        return False

    def finish(self, number: int) -> bool:
        """Forget what was taken; False if that has happened already."""
        webhook = self._taken.pop(number, None)
        if webhook is None:
            return False
        self._busy.discard(webhook.queue)
        return True

    def under_way(self) -> Collection[str | None]:
        """Return the consumers for whom something is held, or was taken."""
        return {webhook.client_key for one in (self._held, self._taken) for webhook in one.values()}

    def claim(self, lane: str | None) -> int | None:
        """Claim *lane*; None if it is claimed."""
        if lane in self._claims.values():
            return None
        number = next(self._numbers)
        self._claims[number] = lane
        return number

    def claimed(self) -> Collection[str | None]:
        """Return the claimed lanes."""
        return set(self._claims.values())

    def leave(self, claim: int) -> None:
        """Give a claim up."""
        self._claims.pop(claim, None)
