"""Webhooks that are to be pushed, in the order in which they fall due."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence

from ...domain.webhook import QueueKey, Webhook

_Entry = tuple[float, int, Webhook]


class WebhookQueue:
    """One queue for each consumer, account and URL: a slow receiver, or a clock that stands still, holds up its own only."""

    def __init__(self) -> None:
        self._queues: dict[QueueKey, list[_Entry]] = {}
        self._numbers = itertools.count()  # of two that are due at once the first to come is the first to go

    def add(self, webhook: Webhook) -> None:
        """Keep *webhook*."""
        entry = (webhook.due, next(self._numbers), webhook)
        heapq.heappush(self._queues.setdefault(webhook.queue, []), entry)

    def heads(self) -> Sequence[Webhook]:
        """Return the one of each queue that is due first."""
        return [queue[0][2] for queue in self._queues.values()]

    def take(self, webhook: Webhook) -> bool:
        """Take *webhook* out, if it is still the first of its queue."""
        queue = self._queues.get(webhook.queue)
        if not queue or queue[0][2] is not webhook:
            return False
        heapq.heappop(queue)
        if not queue:
            del self._queues[webhook.queue]
        return True
