"""How much one client, and all of them, may ask for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from ..web.app import MAX_BODY_BYTES

_OTHER_FILES = 128  # webhooks that are pushed, threads that wake each other, logs


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one connection, and all of them, may ask for.

    The times for slow senders are Apache's (mod_reqtimeout), but for the head it has 40 s at the most.
    """

    header_bytes: int = 64 * 1024  # the request line and all headers; nginx allows 32 KiB
    body_bytes: int = MAX_BODY_BYTES
    idle_seconds: float = 60.0  # between two requests, two reads of one, or two writes of an answer
    head_seconds: float = 30.0  # from the first octet of a request to the end of its headers; a handshake too
    body_seconds: float = 30.0  # for a body, and one second more …
    body_bytes_per_second: float = 500.0  # … for so many octets that have come
    connections: int = 10_000
    threads: int = 256  # for answers that take their time; each call that waits for something has one

    @property
    def shortest_seconds(self) -> float:
        """The time that is over first."""
        return min(self.idle_seconds, self.head_seconds, self.body_seconds)

    def body_due(self, received: int) -> float:
        """Return how many seconds after its beginning a body is given up of which so much has come."""
        return self.body_seconds + received / self.body_bytes_per_second

    def within_open_files(self) -> Limits:
        """Return these limits with no more connections than this process can have files open."""
        allowed = open_files()
        if allowed is None:
            return self
        left = max(allowed - _OTHER_FILES, allowed // 2)  # where there are few, half of them is for all else
        return replace(self, connections=max(1, min(self.connections, left)))


DEFAULT_LIMITS = Limits()


def open_files() -> int | None:
    """Return how many files this process may have open; None where the system knows no such limit."""
    with suppress(ImportError):
        import resource  # which only Unix has

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return None if soft == resource.RLIM_INFINITY else soft
    return None


def allow_open_files(connections: int) -> None:
    """Let this process have so many connections, as far as the system allows it: it mostly begins with 1,024 files."""
    with suppress(ImportError, OSError, ValueError):  # macOS refuses more than it has said
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = connections + _OTHER_FILES
        if resource.RLIM_INFINITY not in (soft, hard):
            wanted = min(wanted, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
