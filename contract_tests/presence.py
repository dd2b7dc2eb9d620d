"""Endpoints that a provider does not have at all: each is told by one clause, and nothing else is held against it.

Whoever built no search would otherwise read that some twenty sentences about searches are broken, and not the one that
matters. So a test to which a missing endpoint answers is skipped, with that reason; the clause of the section HAS fails.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest
import requests

from .consumer import Consumer
from .signing import Call, Credentials, Pairs
from .strict import strictly
from .targets import Provider

ABSENT = frozenset({404, 405, 501})
"""How servers say that there is no such thing, or none by this method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An endpoint that a provider has to have.

    Attributes:
        clause: says that it is there.
        methods: those that are documented; one is enough.
        path: where it is, with all that may stand behind it.
        kind: which of what stands there it is asked for.
        query: what it is asked; of a POST nothing, so that nothing is sent, bought or changed.
    """

    clause: str
    methods: Sequence[str]
    path: str
    kind: str = ""
    query: Pairs = ()

    def __str__(self) -> str:
        return f"{' or '.join(self.methods)} {self.path}"

    @property
    def asked_at(self) -> str:
        """The path of a call of it."""
        return f"{self.path}{self.kind}"

    def calls(self, app: Consumer, token: Credentials) -> Sequence[Call]:
        """Return a right call by each of its methods."""
        by_method = {
            "GET": app.api(token, self.asked_at, self.query),
            "POST": app.api(token, self.asked_at, form=()),
        }
        return [by_method[method] for method in self.methods]

    def takes(self, request: requests.PreparedRequest) -> bool:
        """Whether *request* is for it: old clients have a slash, or key and secret, behind the path."""
        path = urlsplit(request.url or "").path
        return request.method in self.methods and re.match(rf"{re.escape(self.path)}(/|$)", path) is not None


def _get(clause: str, path: str, *query: tuple[str, str]) -> Wanted:
    return Wanted(clause=clause, methods=("GET",), path=path, query=query)


def _post(clause: str, path: str) -> Wanted:
    return Wanted(clause=clause, methods=("POST",), path=path)


def _either(clause: str, path: str) -> Wanted:
    return Wanted(clause=clause, methods=("GET", "POST"), path=path)


_GB = ("country", "GB")
WANTED: Sequence[Wanted] = (
    _either("HAS-01", "/sms/json"),
    _either("HAS-02", "/sms/xml"),
    _get("HAS-03", "/account/get-balance"),
    _either("HAS-04", "/account/settings"),
    _post("HAS-05", "/account/top-up"),
    _get("HAS-06", "/account/get-pricing/outbound", _GB),
    _get("HAS-07", "/account/get-prefix-pricing/outbound", ("prefix", "44")),
    _get("HAS-08", "/account/get-full-pricing/outbound"),
    replace(_get("HAS-09", "/account/get-phone-pricing/outbound", ("phone", "447700900000")), kind="/sms"),
    _get("HAS-10", "/account/numbers"),
    _get("HAS-11", "/number/search", _GB),
    _post("HAS-12", "/number/buy"),
    _post("HAS-13", "/number/cancel"),
    _post("HAS-14", "/number/update"),
    _get("HAS-15", "/search/message"),
    _get("HAS-16", "/search/messages"),
    _get("HAS-17", "/search/rejections"),
)


def is_missing(wanted: Wanted, app: Consumer) -> bool:
    """Ask, with one call where it is there.

    Not every 404 means that there is nothing: some say so of a message that nobody knows. Whoever has the endpoint
    wants credentials for it, and mostly not for a path that there is not.
    """
    token = app.access()
    if any(app.send(call).status_code not in ABSENT for call in wanted.calls(app, token)):
        return False
    here = _unsigned(app, wanted, wanted.asked_at)
    return here in ABSENT or here == _unsigned(app, wanted, f"{wanted.path}-of-nobody")


def _unsigned(app: Consumer, wanted: Wanted, path: str) -> int:
    request = requests.Request(wanted.methods[0], f"{app.provider.rest_url}{path}")
    return app.provider.send(request.prepare()).status_code


@dataclass(frozen=True, slots=True)
class Presence:
    """What this run knows of the endpoints: each is asked for when it seems to be missing, and once."""

    missing: dict[Wanted, bool] = field(default_factory=dict)

    def watched(self, provider: Provider, asking: Provider) -> Provider:
        """Return *provider*, with which a test is skipped where an endpoint is missing; *asking* is for finding out."""
        asks = replace(asking, send=strictly(asking.send))

        def sent(request: requests.PreparedRequest) -> requests.Response:
            answer = provider.send(request)
            if answer.status_code in ABSENT:
                for wanted in WANTED:
                    if wanted.takes(request) and self._is_missing(wanted, asks):
                        pytest.skip(f"{wanted} is missing")
            return answer

        return replace(provider, send=sent)

    def _is_missing(self, wanted: Wanted, provider: Provider) -> bool:
        if wanted not in self.missing:
            self.missing[wanted] = is_missing(wanted, Consumer(provider, provider.client))
        return self.missing[wanted]


def is_about_presence(clauses: Sequence[str]) -> bool:
    """Whether a test of these clauses is there to find out what is missing."""
    return not {one.clause for one in WANTED}.isdisjoint(clauses)
