"""Credentials in the path, as clients wrote them before 2014: key, secret, then what the endpoint asks for first.

The forms are those of a Node and a PHP library of 2012 to 2014: ``/number/buy/{key}/{secret}/{country}/{msisdn}``. A
secret that stands in a path has no name by which it could be known; its place is what tells it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

_CREDENTIALS = ("api_key", "api_secret")
_SECRET = _CREDENTIALS.index("api_secret")

FORMS: Mapping[str, Sequence[str]] = {
    "/account/get-balance": (),
    "/account/settings": (),
    "/account/get-pricing/outbound": ("country",),
    "/account/get-phone-pricing/outbound/sms": ("phone",),
    "/account/get-phone-pricing/outbound/voice": ("phone",),
    "/account/numbers": (),
    "/number/search": ("country",),
    "/number/buy": ("country", "msisdn"),
    "/number/cancel": ("country", "msisdn"),
    "/number/update": ("country", "msisdn"),
    "/search/message": ("id",),
}
"""By the path of the endpoint: which parameters follow the two credentials."""

_LENGTHS = sorted({path.count("/") + 1 for path in FORMS})


def read(raw_path: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the endpoint's path and the parameters behind it; None if *raw_path* has not this form."""
    split = _split(raw_path)
    if split is None:
        return None
    path, behind = split
    names = (*_CREDENTIALS, *FORMS[path])
    if behind and not behind[-1]:
        behind = behind[:-1]  # a slash at the end
    if len(behind) != len(names):
        return None
    return path, dict(zip(names, map(unquote, behind), strict=True))


def without_secret(raw_path: str, instead: str) -> str:
    """Return *raw_path* with *instead* where a secret stands, or would if the path were right."""
    split = _split(raw_path)
    if split is None or len(split[1]) <= _SECRET or not split[1][_SECRET]:
        return raw_path
    behind = [*split[1]]
    behind[_SECRET] = instead
    before = raw_path.split("/")[: -len(behind)]
    return "/".join((*before, *behind))


def _split(raw_path: str) -> tuple[str, Sequence[str]] | None:
    """Return the path of an endpoint that takes credentials, and the segments behind it, still escaped."""
    segments = raw_path.split("/")
    for length in _LENGTHS:
        path = "/".join(map(unquote, segments[:length]))
        if path in FORMS and len(segments) > length:
            return path, segments[length:]
    return None
