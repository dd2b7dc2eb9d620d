"""By which names the dashboard and the control API may be asked for, where they need no more than to be on this machine.

A page of another site can have its own name resolve to 127.0.0.1 after it was loaded (DNS rebinding), and then counts
as the same site as a server here. What gives it away is the name in the Host header: one that the public DNS can
answer for. Addresses, names without a dot and names that no public server may answer for (RFC 6761, RFC 6762, and
``internal``, which ICANN has reserved) cannot be turned that way.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from fnmatch import fnmatchcase

_REAL = frozenset({"dashboard.nexmo.com", "rest.nexmo.com"})  # for which this server stands in
_NOT_PUBLIC = frozenset({"example", "internal", "invalid", "local", "localhost", "test"})


class Hosts:
    """The names that are allowed, and *more* of them: host names, with ``*`` for any part."""

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._more = tuple(pattern.lower() for pattern in more)

    def allows(self, host: str) -> bool:
        """Whether a Host header, with or without a port, is one by which this fake may be asked for."""
        name = _name(host)
        return (
            _is_address(name)
            or "." not in name
            or name in _REAL
            or name.rpartition(".")[2] in _NOT_PUBLIC
            or any(fnmatchcase(name, pattern) for pattern in self._more)
        )


def _name(host: str) -> str:
    name = host.rpartition(":")[0] if ":" in host.rpartition("]")[2] else host
    return name.lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
