"""One call of each kind that a token opens.

``LEGS`` of ``consumer`` stand for the ways of the protocol; these stand for the endpoints behind it, each of which has to
look at a request itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .consumer import Consumer
from .signing import Call, Credentials

NOBODYS_MESSAGE = "0A00000000ABCD00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One that takes a token: how it is called right, and whether a right call costs."""

    name: str
    right: Callable[[Consumer, Credentials], Call]
    costs: bool = False


def _api(name: str, path: str, *query: tuple[str, str]) -> Endpoint:
    return Endpoint(name=name, right=lambda app, token: app.api(token, path, query))


def _sms(name: str, path: str, shape: str) -> Endpoint:
    return Endpoint(name=name, right=lambda app, token: app.sms(token, shape=shape, path=path), costs=True)


BALANCE = _api("balance", "/account/get-balance")
NUMBERS = _api("number-search", "/number/search", ("country", "GB"))
ENDPOINTS = (
    BALANCE,
    _api("own-numbers", "/account/numbers"),
    _api("settings", "/account/settings"),
    _api("pricing", "/account/get-pricing/outbound", ("country", "GB")),
    NUMBERS,
    _api("message", "/search/message", ("id", NOBODYS_MESSAGE)),
    _api("messages", "/search/messages", ("ids", NOBODYS_MESSAGE)),
    _api("rejections", "/search/rejections", ("date", "2018-10-25")),
    _sms("sms-json-by-get", "/sms/json", "get-query"),
    _sms("sms-json-by-post", "/sms/json", "post-form"),
    _sms("sms-xml-by-get", "/sms/xml", "get-query"),
    _sms("sms-xml-by-post", "/sms/xml", "post-form"),
)
"""Their right calls change nothing but what an SMS costs."""
