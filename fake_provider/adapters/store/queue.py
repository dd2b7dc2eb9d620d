"""Webhooks that are to be pushed, in the order in which they fall due."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence

from ...domain.webhook import Webhook

_Queue = tuple[str | None, str]
_Entry = tuple[float, int, Webhook]


class WebhookQueue:
    """One queue for each consumer and account: a receiver that is slow, or a clock that stands still, holds up its own only."""

    def __init__(self) -> None:
        self._queues: dict[_Queue, list[_Entry]] = {}
        self._numbers = itertools.count()  # of two that are due at once the first to come is the first to go

    def add(self, webhook: Webhook) -> None:
        """Keep *webhook*."""
        entry = (webhook.due, next(self._numbers), webhook)
        heapq.heappush(self._queues.setdefault(_queue_of(webhook), []), entry)

    def heads(self) -> Sequence[Webhook]:
        """Return the one of each queue that is due first."""
        return [queue[0][2] for queue in self._queues.values()]

    def take(self, webhook: Webhook) -> bool:
        """Take *webhook* out, if it is still the first of its queue."""
        queue = self._queues.get(_queue_of(webhook))
        if not queue or queue[0][2] is not webhook:
            return False
        heapq.heappop(queue)
        if not queue:
            del self._queues[_queue_of(webhook)]
        return True


def _queue_of(webhook: Webhook) -> _Queue:
    return webhook.client_key, webhook.account
