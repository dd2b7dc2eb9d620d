"""What is to be pushed, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from ..domain.webhook import Attempt, Webhook
from .queries import AttemptQuery, Queued


class WebhookStore(Protocol):
    """Webhooks that wait, one queue for each consumer, account and URL, and attempts at them.

    Who pushes what stands here, and not in whoever pushes: there may be several processes. One that is *held* waits for an
    answer to go out first; one that was *taken* is being pushed, and nobody pushes for its queue meanwhile. Both are
    "under way". A lane, a consumer with a clock of its own or the common clock (None), may be *claimed* by whoever moves that
    clock, and then nobody else takes anything of it.
    """

    def add_webhooks(self, webhooks: Sequence[Webhook], *, held: bool = False) -> Sequence[int]:
        """Keep what is to be pushed; returns the numbers under which they wait. Nobody is given what is *held*."""
        ...

    def release_webhooks(self, numbers: Sequence[int]) -> None:
        """Let what was held be pushed; what was forgotten meanwhile stays so."""
        ...

    def next_webhooks(self) -> Sequence[Queued]:
        """Return, of each queue for which nobody pushes, the webhook that is due first."""
        ...

    def take_webhook(self, number: int, *, lane: str | None, claim: int | None = None) -> bool:
        """Take one of ``next_webhooks``, to push it.

        False if somebody else was faster, pushes for its queue, or has claimed its *lane* by another *claim*.
        """
        ...

    def finish_webhook(self, number: int, attempt: Attempt | None, again: Webhook | None) -> None:
        """Keep what came of a push, and the next attempt if there is to be one; nothing if it was forgotten meanwhile."""
        ...

    def under_way(self) -> Collection[str | None]:
        """Return the consumers for whom something is held, or being pushed."""
        ...

    def claim_lane(self, lane: str | None) -> int | None:
        """Keep everybody else from taking what is due in *lane*; returns the claim, None if another holds it."""
        ...

    def claimed_lanes(self) -> Collection[str | None]:
        """Return the lanes that somebody has claimed."""
        ...

    def leave_lane(self, claim: int) -> None:
        """Give a claim up; nothing if it is gone."""
        ...

    def attempts(self, query: AttemptQuery, *, wait_seconds: float = 0.0) -> Sequence[Attempt]:
        """Return what matches, the oldest first; waits (in real time) for a first match if there is none."""
        ...
