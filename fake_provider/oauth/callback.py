"""Which callbacks a client may name, and what is appended to one: RFC 5849 sections 2.1 and 2.2."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode, urlsplit

from ..domain.credentials import OUT_OF_BAND

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
# RFC 8252 section 7.1: a private scheme is a reversed domain name; older apps use a plain word with "//".
_PRIVATE = re.compile(
    r"[a-z][a-z0-9+\-]*(?:\.[a-z0-9+\-]+)+:/.*|[a-z][a-z0-9+.\-]*://.+", re.IGNORECASE | re.DOTALL
)
# These make a browser run, read or start something, or lead to no page of an application.
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._\-]*[A-Za-z0-9_])?\.?|[0-9a-f:.]*:[0-9a-f:.]*")
_REFUSED = frozenset(
    {"about", "blob", "chrome", "data", "file", "filesystem", "ftp", "ftps", "intent", "javascript", "mailto"}
    | {"feed", "gopher", "ldap", "ldaps", "moz-extension", "sftp", "ssh", "telnet"}
    | {"resource", "sms", "tel", "vbscript", "view-source", "ws", "wss"}
)


def problem_with(callback: str) -> str | None:
    """Return what is wrong with *callback*, or None if a user may be sent there."""
    if callback == OUT_OF_BAND:
        return None
    if _CONTROL.search(callback):
        return "it holds a blank, a backslash or a control character"
    scheme = callback.partition(":")[0].lower()
    if ":" not in callback or not re.fullmatch(r"[a-z][a-z0-9+.\-]*", scheme):
        return "it is not an absolute URL"
    if scheme in _REFUSED:
        return f"the scheme {scheme} is never followed"
    if scheme not in ("http", "https") and not _PRIVATE.fullmatch(callback):
        return "it is not an absolute URL"
    return _problem_with_authority(callback, web=scheme in ("http", "https"))


def _problem_with_authority(callback: str, *, web: bool) -> str | None:
    try:
        parts = urlsplit(callback)
        _ = parts.port
    except ValueError:
        return "its host or port is not valid"
    if not parts.netloc.isascii():
        return "its host is not ASCII: write it as xn--…"
    if web and not (parts.hostname and "://" in callback):
        return "it has no host"
    return None if not web or _HOST.fullmatch(parts.hostname or "") else "its host is no host name"


def with_parameters(callback: str, parameters: list[tuple[str, str]]) -> str:
    """Return *callback* with *parameters* behind its own query, which stays as it was written."""
    url, hash_sign, fragment = callback.partition("#")
    if url.endswith(("?", "&")):
        joint = ""
    else:
        joint = "&" if "?" in url else "?"
    target = f"{url}{joint}{urlencode(parameters)}{hash_sign}{fragment}"
    # A Location header is ASCII; what is escaped already, and every delimiter, stays.
    return quote(target, safe="%/:?#[]@!$&'()*+,;=~-._")
