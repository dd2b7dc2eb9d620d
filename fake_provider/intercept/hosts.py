"""The hosts that are intercepted."""

from __future__ import annotations

from ..domain.hosts import HOSTS as HOSTS


def is_ours(host: str | None) -> bool:
    """Whether calls to *host* are to land in this process."""
    return host is not None and host.lower().rstrip(".") in HOSTS
