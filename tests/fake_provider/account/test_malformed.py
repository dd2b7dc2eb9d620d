"""Whatever a client sends to these endpoints, the answer is one of theirs and never a failure of the fake."""

from __future__ import annotations

import json
import random
from itertools import product
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from fake_provider.account.paths import FORMS
from fake_provider.web.routes import api_table
from tests.fake_provider.account.conftest import Api
from tests.raw import Answer

_PAGE = ("index", "size", "pattern", "search_pattern")
PARAMETERS = {
    "/account/get-balance": ("api_key", "api_secret", "username", "password", "sig", "timestamp"),
    "/account/settings": ("newSecret", "moCallBackUrl", "drCallBackUrl"),
    "/account/top-up": ("trx",),
    "/account/get-pricing/outbound": ("country",),
    "/account/get-prefix-pricing/outbound": ("prefix",),
    "/account/get-phone-pricing/outbound/sms": ("phone",),
    "/account/numbers": _PAGE,
    "/number/search": ("country", "features", *_PAGE),
    "/number/buy": ("country", "msisdn"),
    "/number/cancel": ("country", "msisdn"),
    "/number/update": (
        *("country", "msisdn", "moHttpUrl", "moSmppSysType"),
        *("voiceCallbackType", "voiceCallbackValue", "voiceStatusCallback"),
    ),
    "/search/message": ("id",),
    "/search/messages": ("ids", "date", "to"),
    "/search/rejections": ("date", "to"),
}
"""What each endpoint reads."""

PATHS = sorted(api_table())
STATUSES = {200, 401, 405, 420}
NAMES = sorted({name for names in PARAMETERS.values() for name in names})
VALUES = [
    *(
        "",
        " ",
        "0",
        "-1",
        "1e9",
        "9" * 30,
        "9" * 5000,
        "NaN",
        "\x00",
        "a\x00b",
        "\ufffd",
        "é😀",
        "٣",
        "\u2028",
        "%",
        "%00",
    ),
    *(
        "GB",
        "gb",
        "447700900000",
        "447700900910",
        "2017-09-04",
        "2017-02-30",
        "SMS,VOICE",
        ",",
        "null",
        "[]",
        "{}",
    ),
    *("http://a.example/", "http://[", "http://a:99999/", "//", "' OR 1=1", "<a>&", "../..", "x" * 3000),
]
JSON_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"1" * 5000,
    b"{}",
    b"\xff\xfe",
    b'{"api_key": null, "api_secret": {}}',
    b'{"api_key": "abcd1234", "api_secret": "fake-api-secret", "ids": ["a", 1], "country": ["GB"], "index": {}}',
    b'{"api_key": "abcd1234", "api_secret": "fake-api-secret", "country": true, "index": 1e400, "id": -0.0}',
    b'{"api_key": "abcd1234", "api_secret": "fake-api-secret", "country": "\\ud800", "\\ud800": "x", "date": 20170904}',
    b'{"api_key": "abcd1234", "api_secret": "fake-api-secret", "size": ' + b"9" * 4000 + b"}",
    b"[" * 100_000,
]
BROKEN_QUERIES = [
    "?",
    "?&&&",
    "?=&=",
    "?%",
    "?%zz=%",
    "?\xff=\xfe",
    "?country=%ff%fe",
    "?a=b=c&;",
    "?country=%00",
    "??a#b",
]


def check(answer: Answer) -> None:
    """An answer of these endpoints is well formed, and none of them is 500."""
    assert answer.status in STATUSES, answer
    if not answer.body or answer.status == 405:
        return
    if "xml" in answer.headers["content-type"]:
        ElementTree.fromstring(answer.body)
    else:
        assert isinstance(json.loads(answer.body), dict)


@pytest.mark.parametrize("path", PARAMETERS)
def test_each_value_of_each_parameter(path: str, api: Api) -> None:
    """One odd parameter, beside others that are right, in either format."""
    api.post("/number/buy", country="GB", msisdn="447700900911")
    right = {"country": "GB", "msisdn": "447700900911", "to": "447700900000", "date": "2017-09-04"}
    for name, value, asked in product(PARAMETERS[path], VALUES, (api, api.xml())):
        check(asked.post(path, **(right | {name: value})))
    assert len(api.fake.exchanges) > 0  # each can be shown


@pytest.mark.parametrize("path", PATHS)
def test_many_odd_parameters(path: str, api: Api) -> None:
    """Several at once, some of them repeated, in an order that a seed repeats."""
    chance = random.Random(path)
    for _ in range(100):
        pairs = [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randrange(1, 12))]
        query = urlencode([*api.credentials.items(), *pairs])
        check(chance.choice((api, api.xml())).send(chance.choice(("GET", "POST")), f"{path}?{query}"))


@pytest.mark.parametrize("body", JSON_BODIES, ids=range(len(JSON_BODIES)))
@pytest.mark.parametrize("path", PATHS)
def test_nonsense_in_json(path: str, body: bytes, api: Api) -> None:
    """A body that is no object of texts says nothing, and neither do its other members."""
    for target in (path, f"{path}?{urlencode(api.credentials)}"):
        check(api.send("POST", target, body=body, headers=[("Content-Type", "application/json")]))
    assert len(api.fake.exchanges) == 2


@pytest.mark.parametrize("query", BROKEN_QUERIES)
@pytest.mark.parametrize("path", PATHS)
def test_broken_queries(path: str, query: str, api: Api) -> None:
    """Also behind credentials that are right."""
    for target in (f"{path}{query}", f"{path}{query}&{urlencode(api.credentials)}"):
        for method in ("GET", "POST"):
            check(api.send(method, target))


@pytest.mark.parametrize("segment", ["%00", "%ff", "%", "..", "%2F", "é", "x" * 5000, "9" * 5000, " "])
@pytest.mark.parametrize("path", FORMS)
def test_odd_segments_of_a_path(path: str, segment: str, api: Api) -> None:
    """In the place of a key, of a secret, of a parameter."""
    names = len(FORMS[path])
    for behind in (
        [segment, segment, *[segment] * names],
        ["abcd1234", segment, *["GB"] * names],
        ["abcd1234", "fake-api-secret", *[segment] * names],
    ):
        for method in ("GET", "POST"):
            check(api.send(method, "/".join((path, *behind))))
