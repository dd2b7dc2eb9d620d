"""The hosts that are intercepted."""

from __future__ import annotations

from ..domain.hosts import HOSTS as HOSTS


def is_ours(host: str | None) -> bool:
    """Whether calls to *host* are to land in this process: however a name is written that Python resolves as one of the two."""
    return host is not None and plain(host) in HOSTS


def plain(host: str) -> str:
    """Return *host* in small letters and ASCII, without a dot at its end: "ｒest.Nexmo.com." is rest.nexmo.com."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode()  # as Python's sockets do
        except UnicodeError:  # they cannot look it up either
            return host
    return host.lower().rstrip(".")
