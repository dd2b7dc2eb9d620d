"""Where a fake or a provider is, as somebody gives it on a command line: a base URL.

What is wrong with one is said without repeating a password, and without what would move a terminal's cursor.
"""

from __future__ import annotations

import unicodedata
from ipaddress import ip_address
from urllib.parse import urlsplit

SCHEMES = ("http://", "https://")
_LONGEST = 200


class NoAddress(ValueError):
    """It cannot be used; the text is one sentence that says what is wanted."""


def base_url(text: str, *, with_path: bool = False) -> str:
    """Return *text*, a base URL, without a slash at its end.

    Args:
        with_path: whether it may have a path.

    Raises:
        NoAddress: it is none, or has a user name and a password in it.
    """
    if has_user(text):
        raise NoAddress(
            "a user name and a password in the URL are not used, and would be shown: leave out what is before the @"
        )
    wanted = f"{quoted(text)} is no base URL, such as https://localhost:8080"
    if not text.isprintable() or " " in text or not text.startswith(SCHEMES):
        raise NoAddress(wanted)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NoAddress(wanted) from None
    path = parts.path if with_path else parts.path.removesuffix("/")
    if (
        not _is_host(host or "")
        or port == 0
        or "?" in text
        or "#" in text
        or "\\" in text
        or (path and not with_path)
    ):
        raise NoAddress(wanted)
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine itself, by its name or its address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    """Whether *host* can be looked up: an address of IPv6, or a name whose labels are neither empty nor too long."""
    if ":" in host:
        return True
    try:
        return bool(host.rstrip(".").encode("idna")) and "%" not in host
    except UnicodeError:
        return False


def has_user(text: str) -> bool:
    """Whether there may be a user name and a password in *text*: an @, however it is written."""
    plain = unicodedata.normalize("NFKC", text)
    return "@" in plain or "%40" in plain


def quoted(text: str) -> str:
    """Return *text* in quotation marks, as it can be shown; not what may have a password in it."""
    if has_user(text):
        return "this"
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return repr(shown)


def printable(text: str) -> str:
    """Return *text* without what would move a terminal's cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
