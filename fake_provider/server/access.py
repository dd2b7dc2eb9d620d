"""What there is to say about one answer, for a log of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One request and its answer, without anything secret.

    Attributes:
        remote: the client's address, as the nearest proxy tells it where that is trusted; "" for a Unix socket.
        path: without the query, and without what old clients wrote into it.
        status: None where nothing was answered, as a fault wants it.
        octets: of the answer's body.
        duration_ms: from the end of the request until the system had taken all of the answer, or would not.
        outcome: as in the trace, or "own" for a page or a control call.
        client_key: the consumer key that was given.
        diagnosis: the code of what is wrong, of a refusal of OAuth.
    """

    remote: str
    method: str
    path: str
    version: str
    status: int | None
    octets: int
    duration_ms: float
    outcome: str
    client_key: str | None
    diagnosis: str | None


AccessLog = Callable[[Access], None]
"""Is told of each answer once it has gone, or cannot go; by the thread that serves all, mostly, and so must be quick."""
