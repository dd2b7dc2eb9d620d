"""What a door asks of whoever answers behind it: a fake's application, or what stands in its place."""

from __future__ import annotations

from typing import Protocol

from ..domain.wire import WireRequest, WireResponse
from .app import Reply


class Answering(Protocol):
    """Answers requests, one at a time or side by side."""

    @property
    def may_wait(self) -> bool:
        """Whether an answer may take its time."""
        ...

    def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
        """Answer one request. Nothing is raised: the thread that sends may not be the one that asked."""
        ...

    def refuse_unreadable(self, wire: WireRequest, response: WireResponse) -> WireResponse:
        """Hear of what could not be read as HTTP, and of the answer that it is given; return what it shall be."""
        ...

    def is_quick(self, wire: WireRequest) -> bool:
        """Whether one thread can answer *wire* between the requests of others."""
        ...

    def waits(self, wire: WireRequest) -> bool:
        """Whether *wire* is a call that waits until something comes."""
        ...

    def client_of(self, wire: WireRequest, peer: str) -> str:
        """Return the client's address."""
        ...

    def path_for_a_log(self, wire: WireRequest) -> str:
        """Return the path, without anything secret."""
        ...

    def webhooks_go_out(self) -> None:
        """Hear that somebody may ask from now on."""
        ...
