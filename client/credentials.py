"""The three pairs of an identifier and its shared secret: RFC 5849 section 1.1.

A secret is never in a repr: it would end in a log or a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Which app is calling: the consumer key and secret that the dashboard shows."""

    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestToken:
    """Temporary credentials (section 2.1): good for one authorization by one user, then for one exchange."""

    token: str
    secret: str = field(repr=False)
    callback: str | None = None  # what was sent as oauth_callback: an absolute URI, "oob", or nothing


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Token credentials (section 2.3): access to one user's account, permanent until revoked."""

    token: str
    secret: str = field(repr=False)
