"""How much one client, and all of them, may ask for."""

from __future__ import annotations

from dataclasses import dataclass

from ..web.app import MAX_BODY_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one connection, and all of them, may ask for."""

    header_bytes: int = 64 * 1024  # the request line and all headers; nginx allows 32 KiB
    body_bytes: int = MAX_BODY_BYTES
    idle_seconds: float = 60.0  # between two reads
    connections: int = 1_000
    threads: int = 256  # for answers that take their time; each call that waits for something has one


DEFAULT_LIMITS = Limits()
