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
# These make a browser run or read something instead of going somewhere.
_DANGEROUS = frozenset(
    {"javascript", "data", "file", "vbscript", "blob", "filesystem", "about", "view-source"}
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
    if scheme in _DANGEROUS:
        return f"the scheme {scheme} is never followed"
    if scheme in ("http", "https"):
        return _problem_with_web_url(callback)
    if not _PRIVATE.fullmatch(callback):
        return "it is not an absolute URL"
    return None


def _problem_with_web_url(callback: str) -> str | None:
    try:
        parts = urlsplit(callback)
        _ = parts.port
    except ValueError:
        return "its host or port is not valid"
    return None if parts.hostname and "://" in callback else "it has no host"


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
