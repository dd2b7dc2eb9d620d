"""Signed requests and signed webhooks, the alternative to sending secrets: Nexmo's SMS guide of 2017.

The parameters but ``sig`` are sorted by name and written ``&name=value``; in a value ``&`` and ``=`` become ``_``.
MD5 is taken of that text with the signature secret behind it; the HMACs have the secret as their key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping

TIMESTAMP_WINDOW_SECONDS = 300

_Signer = Callable[[bytes, bytes], str]


def _md5(text: bytes, secret: bytes) -> str:
    return hashlib.md5(text + secret, usedforsecurity=False).hexdigest()


def _hmac(digest: str) -> _Signer:
    return lambda text, secret: hmac.new(secret, text, digest).hexdigest()


METHODS: Mapping[str, _Signer] = {
    "md5": _md5,
    "hmac-md5": _hmac("md5"),
    "hmac-sha1": _hmac("sha1"),
    "hmac-sha256": _hmac("sha256"),
    "hmac-sha512": _hmac("sha512"),
}
"""By the names under which this fake knows them."""

_ALIASES: Mapping[str, str] = {
    "md5hash": "md5",
    "sha1": "hmac-sha1",
    "sha256": "hmac-sha256",
    "sha512": "hmac-sha512",
    **{f"{digest}hmac": f"hmac-{digest}" for digest in ("md5", "sha1", "sha256", "sha512")},
    **{f"hmac{digest}": f"hmac-{digest}" for digest in ("md5", "sha1", "sha256", "sha512")},
}
"""How Nexmo's libraries and its dashboard spell them, without case, blank, hyphen and underscore."""

DEFAULT_METHOD = "md5"


def method_named(name: str) -> str | None:
    """Return the method that *name* means in one of its spellings; None if there is none."""
    plain = re.sub(r"[\s_-]|signature", "", name.lower())
    found = _ALIASES.get(plain, plain)
    return found if found in METHODS else None


def signature(parameters: Iterable[tuple[str, str]], secret: str, method: str) -> str:
    """Return the signature of *parameters* in lower-case hexadecimal digits; a ``sig`` among them does not count."""
    text = "".join(
        f"&{name}={re.sub('[&=]', '_', value)}"
        for name, value in sorted(parameters, key=lambda pair: pair[0])
        if name != "sig"
    )
    return METHODS[method](text.encode(), secret.encode())


def verifies(parameters: Mapping[str, str], secret: str, method: str | None) -> bool:
    """Whether ``sig`` is right by *method*; by any method where the account has not chosen one.

    An account whose method is "md5" may mean the HMAC: some of Nexmo's libraries call that one md5.
    """
    sent = parameters.get("sig", "").lower().encode()
    allowed = METHODS if method is None else {"md5": ("md5", "hmac-md5")}.get(method, (method,))
    return any(
        hmac.compare_digest(signature(parameters.items(), secret, name).encode(), sent) for name in allowed
    )
