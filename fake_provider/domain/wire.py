"""An HTTP request and its answer as plain values, whatever door they came through.

The same request is verified, kept in the trace, shown on a page and pasted into ``explain``; none of these
has a WSGI environ, so nothing below ``web`` and the doors knows one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import unquote, urlsplit

Headers = tuple[tuple[str, str], ...]
"""Name and value pairs, in the order and the case in which they stood on the wire."""


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of *name* (lower case), or None."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None


def media_type(content_type: str | None) -> str:
    """Return ``type/subtype`` in lower case, without parameters; "" where there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One request as the client sent it.

    ``target`` is the path and query as they stood in the request line, still percent-encoded: the signature
    base string is made from these very characters (RFC 5849 section 3.4.1.2).
    """

    method: str
    scheme: str  # "http" or "https"
    host: str  # the Host header: a name, with ":port" where one was given
    # Not in a repr, which a failing assertion prints: these three are where secrets stand.
    target: str = field(repr=False)  # "/sms/json?from=…"; always begins with "/"
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def to(cls, method: str, url: str, *, headers: Headers = (), body: bytes = b"") -> Self:
        """Make the request that a client would send to the absolute *url*; its fragment stays at home."""
        scheme, rest = url.split("://", 1)
        rest = rest.split("#", 1)[0]
        end = min((i for i in (rest.find("/"), rest.find("?")) if i >= 0), default=len(rest))
        host, target = rest[:end], rest[end:]
        if not target.startswith("/"):
            target = "/" + target
        return cls(
            method=method,
            scheme=scheme.lower(),
            host=host.rpartition("@")[2],
            target=target,
            headers=headers,
            body=body,
        )

    @property
    def url(self) -> str:
        """The absolute URL as the client saw it."""
        return f"{self.scheme}://{self.host}{self.target}"

    @property
    def raw_path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def path(self) -> str:
        """The path, decoded; what routes are compared with."""
        raw = self.target.partition("?")[0]
        return unquote(raw) if "%" in raw else raw

    @property
    def query(self) -> str:
        """What follows the first ``?``, still encoded; "" where there is none."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """Return the first value of the header *name* (lower case), or None."""
        return header(self.headers, name)

    def sent_to(self, origin: str) -> WireRequest:
        """Return the same request as if it had been sent to *origin* (``https://rest.nexmo.com``)."""
        parts = urlsplit(origin)
        return replace(self, scheme=parts.scheme, host=parts.netloc)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireResponse:
    """One answer. The door adds what belongs to the transport (Date, Content-Length, Connection)."""

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """Return the first value of the header *name* (lower case), or None."""
        return header(self.headers, name)
