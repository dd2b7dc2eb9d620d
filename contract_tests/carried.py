"""Secrets that a request carries: not those that it is signed with, but those that stand in it for all to read."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import requests

from .spending import message_parameters

_LEAST = 8
"""Characters: a shorter one is a word that a failure needs (``wrong``), and is taken out where its name stands beside it."""
_NAME = re.compile(r"(?:\w*[_-])?secret|newsecret|password", re.IGNORECASE)
_BEHIND_KEY = re.compile(
    r"/+(?:account|number|search)(?:/+(?:get-[a-z-]+/+outbound(?:/+(?:sms|voice))?|[a-z-]+))/+[^/]+/+([^/]+)",
    re.IGNORECASE,
)


def secrets_of(request: requests.PreparedRequest) -> tuple[str, ...]:
    """Return the secrets in its query, form or JSON, in its path as old clients wrote it, and in its ``Authorization``."""
    return tuple(secret for secret in _carried(request) if len(secret) >= _LEAST)


def _carried(request: requests.PreparedRequest) -> Iterator[str]:
    for name, values in message_parameters(request).items():
        if _NAME.fullmatch(name):
            yield from values
    if (found := _BEHIND_KEY.match(urlsplit(request.url or "").path)) is not None:
        yield unquote(found[1])
    scheme, _, given = str(request.headers.get("Authorization", "")).partition(" ")
    if scheme.lower() == "bearer":
        yield given.strip()
    elif scheme.lower() == "basic":
        yield from _password(given)


def _password(given: str) -> Iterator[str]:
    try:
        pair = base64.b64decode(given)
    except ValueError:
        return
    _, _, password = pair.partition(b":")
    for charset in ("utf-8", "latin-1"):
        try:
            yield password.decode(charset)
        except UnicodeDecodeError:
            continue
