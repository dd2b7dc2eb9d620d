"""The ways in which a secret may be written, to find it and to hide it."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable
from urllib.parse import quote, quote_plus

from ..redaction import Redaction


def forms(secret: str) -> Collection[str]:
    """Return how a secret may be written: as it is, percent-encoded once or twice, in base64, in hexadecimal."""
    once, octets = quote(secret, safe=""), secret.encode()
    in_base64 = base64.b64encode(octets).decode().rstrip("=")[:-1]  # the last letter depends on what follows
    return {secret, once, quote(once, safe=""), quote_plus(secret), in_base64, octets.hex()}


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return *text* without these secrets, however they are written."""
    return Redaction({form for secret in secrets for form in forms(secret)}).text(text)
