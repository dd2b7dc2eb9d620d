"""Whatever is sent, the answer is the contract's: a status in the body on ``/sms/*``, 4xx elsewhere, soon, and never a 500."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_provider import FakeNexmo
from fake_provider.domain.wire import WireRequest
from fake_provider.web.app import Application
from tests.conftest import SMS, Served
from tests.raw import FORM, Answer, Pair, exchange, head

QUERY = "api_key=abcd1234&api_secret=fake-api-secret&from=A&to=447700900000"
JSON = "application/json"
SOON_SECONDS = 2.0


def send(
    served: Served, method: str, target: str, body: bytes | None = None, headers: Iterable[Pair] = ()
) -> Answer:
    """Send octets as they are; what takes longer than two seconds has failed."""
    pairs = [*headers]
    if body is not None:
        pairs.append(("Content-Length", str(len(body))))
    host = urlsplit(served.url).netloc
    request = head(method, target, pairs, host=host) + (body or b"")
    started = time.perf_counter()
    answer = exchange(served.url, request)
    assert time.perf_counter() - started < SOON_SECONDS
    return answer


def post(served: Served, body: bytes, content_type: str, path: str = "/sms/json") -> Answer:
    """POST a body of a type."""
    return send(served, "POST", path, body, [("Content-Type", content_type)])


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(b"{", JSON, "2", id="broken-json"),
        pytest.param(b"", JSON, "2", id="empty-json"),
        pytest.param(b"[]", JSON, "2", id="a-list"),
        pytest.param(b"null", JSON, "2", id="null"),
        pytest.param(b"NaN", JSON, "2", id="NaN"),
        pytest.param(DEEP, JSON, "2", id="deep-json"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, JSON, "2", id="deep-objects"),
        pytest.param(b'{"to": ' + b"9" * 5_000 + b"}", JSON, "2", id="a-number-of-5000-digits"),
        pytest.param(b'{"api_key": "\xff"}', JSON, "2", id="json-that-is-no-utf-8"),
        pytest.param(b'{"api_key": "\\ud800"}', JSON, "4", id="a-lone-surrogate"),
        pytest.param(b'{"api_key": "\\u0000"}', JSON, "4", id="nul-in-json"),
        pytest.param(b"\x00" * 1000, JSON, "2", id="nul-for-json"),
        pytest.param(b"api_key=%00&api_secret=%00", FORM, "4", id="nul-in-a-form"),
        pytest.param(b"api_key=%zz", FORM, "4", id="a-broken-escape"),
        pytest.param(b"api_key=\xff\xfe", FORM, "4", id="a-form-that-is-no-utf-8"),
        pytest.param(b"&&&===&=", FORM, "2", id="nothing-but-signs"),
        pytest.param(b"a=1&" * 20_000, FORM, "2", id="20000-fields"),
        pytest.param(b"to=1&" * 200_000, FORM, "2", id="200000-times-the-same-name"),
        pytest.param(b"x" * 1_000_000, FORM, "2", id="one-long-name"),
        pytest.param(b"--x\r\n", "multipart/form-data; boundary=x", "2", id="multipart"),
        pytest.param(b"<a/>", "text/xml", "2", id="xml"),
        pytest.param(b"api_key=abcd1234", "", "2", id="no-type"),
    ],
)
def test_bodies(body: bytes, content_type: str, status: str, documented: Served) -> None:
    """What cannot be read has not been sent; HTTP has nothing against it."""
    answer = post(documented, body, content_type)

    assert (answer.status, answer.sms_status) == (200, status)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("&text=%00", "0"),
        ("&text=%C3%28", "0"),
        ("&text=%ED%A0%80", "0"),
        ("&text=" + "%F0%9F%98%80" * 4000, "12"),
        ("&text=a&type=%00", "3"),
        ("&text=a&ttl=%D9%A1", "16"),
        ("&text=a&message-class=%00", "20"),
        ("&text=a&callback=http://%00/", "23"),
        ("&text=a&network-code=%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1", "22"),
        ("&text=a&client-ref=" + "x" * 10_000, "0"),
        ("&text=a&from=B&to=1", "0"),
        ("&text=a&sig=", "32"),
        ("&type=binary&udh=%00&body=00", "3"),
        ("&type=wappush&title=" + "t" * 3201 + "&url=x", "12"),
        ("&type=vcard&vcard=" + "%F0%9F%98%80" * 3200, "0"),
    ],
)
@pytest.mark.parametrize("path", ["/sms/json", "/sms/xml"])
def test_parameters(more: str, status: str, path: str, documented: Served) -> None:
    """Each odd value has a status of its own, in JSON and in XML that can be read."""
    answer = send(documented, "GET", f"{path}?{QUERY}{more}")

    assert answer.status == 200
    if path.endswith("json"):
        assert answer.sms_status == status
    else:
        from xml.etree import ElementTree

        assert ElementTree.fromstring(answer.body).findtext(".//status") == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/sms/json", 404),
        ("DELETE", "/sms/json", 404),
        ("BREW", "/sms/json", 404),
        ("HEAD", "/sms/json", 200),
        ("OPTIONS", "/sms/json", 404),
        ("PUT", "/oauth/request_token", 405),
        ("BREW", "/oauth/access_token", 405),
        ("DELETE", "/oauth/authorize", 405),
        ("GET", "/sms/", 404),
        ("GET", "/sms/json/", 404),
        ("GET", "/sms/yaml", 404),
        ("GET", "/%00", 404),
        ("GET", "/%ff", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/" + "a" * 5_000, 404),
        ("GET", "//sms/json", 404),
        ("PUT", "/_fake/messages", 405),
        ("BREW", "/_fake/health", 405),
        ("GET", "/_fake/nothing", 404),
        ("GET", "/_fake/faults/x", 405),
        ("GET", "/_fake", 200),
        ("DELETE", "/_fake/faults/%00", 404),
        ("DELETE", "/_fake/tokens/" + "a" * 5_000, 404),
        ("POST", "/_fake/messages/%F0%9F%98%80/receipt", 404),
        ("GET", "/_fake/clock?consumer_key=%00", 200),
        ("GET", "/_fake/clock?consumer_key=a&consumer_key=b", 400),
        ("GET", "/_fake/health?x=1", 400),
        ("POST", "/_fake/reset?x=1", 400),
        ("GET", "/_fake/messages?since=%00", 400),
        ("GET", "/_fake/messages?wait=nan", 400),
        ("GET", "/_fake/messages?wait=-1", 400),
        ("GET", "/_fake/messages?limit=1", 400),
        ("GET", "/_fake/exchanges?limit=1e400", 400),
        ("GET", "/_fake/webhooks?kind=x", 400),
    ],
)
def test_methods_and_paths(method: str, path: str, status: int, documented: Served) -> None:
    """Unknown ones are refused, with 404 or 405."""
    body = b"" if method in ("POST", "PUT", "DELETE") else None

    assert send(documented, method, path, body).status == status


CONTROL_POSTS = [
    "/apps",
    "/accounts",
    "/authorizations",
    "/faults",
    "/clock",
    "/inbound",
    "/messages/0A/receipt",
]


@pytest.mark.parametrize("path", CONTROL_POSTS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="broken"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b'"x"', id="a-text"),
        pytest.param(DEEP, id="deep"),
        pytest.param(b'{"\\ud800": 1}', id="a-lone-surrogate-as-a-name"),
        pytest.param(b'{"name": "\\ud800", "email": "\\ud800@x", "msisdn": "\\ud800"}', id="lone-surrogates"),
        pytest.param(b"\xff", id="no-utf-8"),
        pytest.param(b'{"x": ' + b"9" * 5_000 + b"}", id="a-number-of-5000-digits"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(json.dumps({"a" * 10_000: 1}).encode(), id="a-long-name"),
    ],
)
def test_control_bodies(path: str, body: bytes, documented: Served) -> None:
    """400, naming what is wrong in an answer that is not long."""
    answer = post(documented, body, JSON, f"/_fake{path}")

    assert answer.status == 400
    assert answer.json["error"]["code"] == "invalid_value"
    assert len(answer.body) < 2_000


@pytest.mark.parametrize(
    "path", ["/sms/json", "/oauth/request_token", "/_fake/apps", "/account/get-balance", "/nothing"]
)
def test_a_body_of_more_than_a_mebibyte(path: str, documented: Served) -> None:
    """413, and it is not kept."""
    answer = post(documented, b"a=" + b"x" * 1024 * 1024, FORM, path)

    assert answer.status == 413
    assert sum(len(exchange.request.body) for exchange in documented.fake.exchanges) < 200_000


def test_an_sms_of_a_mebibyte_is_answered_soon(documented: Served) -> None:
    """It is too long, which its length tells."""
    body = f"{QUERY}&text=".encode() + b"%F0%9F%98%80" * 80_000

    assert post(documented, body[: 1024 * 1024 - 2], FORM).sms_status == "12"


def test_repeated_parameters(documented: Served) -> None:
    """The first counts; of the signed parameters of OAuth each may come once."""
    answer = send(documented, "GET", f"/sms/json?{QUERY}&text=one&text=two&to=1&from=")

    assert answer.sms_status == "0"
    assert [(m.text, m.to, m.sender) for m in documented.fake.messages] == [("one", "447700900000", "A")]
    repeated = documented.signed(target="/sms/json?oauth_nonce=x", method="GET").send()
    assert repeated.status == 400


def test_names_that_come_again_and_again_are_counted_soon(documented: Served) -> None:
    """Also in a message that is accepted, and so looked at for what leniency hides."""
    body = f"{QUERY}&text=x&".encode() + b"&".join(b"q%d=1&q%d=2" % (n, n) for n in range(40_000))

    assert post(documented, body, FORM).sms_status == "0"
    assert set(documented.findings) == {"parameter-unknown"}


def test_a_header_of_one_long_word_is_looked_at_soon(documented: Served) -> None:
    """Whoever looks at the trace holds up nobody."""
    send(documented, "GET", "/sms/json", None, [("Authorization", "OAuth " + "a" * 60_000)])
    started = time.perf_counter()
    assert documented.control("GET", "/exchanges")["exchanges"]

    assert time.perf_counter() - started < SOON_SECONDS


# Anything at all

NAMES = st.sampled_from(
    (
        *SMS,
        *("type", "udh", "body", "title", "url", "vcard", "vcal", "ttl", "callback", "message-class", "sig"),
        *("timestamp", "client-ref", "status-report-req", "validity", "network-code", "oauth_token"),
        *("oauth_nonce", "\x00", "é", ""),
    )
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*SMS.values(), "binary", "wappush", "vcard", "unicode", "447700900101", "447700900302", "00"]
    ),
)
MEMBERS = st.dictionaries(
    NAMES, VALUES | st.integers() | st.floats() | st.booleans() | st.none(), max_size=12
)


@pytest.fixture(scope="module")
def application() -> Application:
    """A fake in process."""
    return FakeNexmo().application


@settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(
    fields=st.lists(st.tuples(NAMES, VALUES), max_size=12),
    path=st.sampled_from(["/sms/json", "/sms/xml", "/account/get-balance", "/oauth/request_token"]),
    in_query=st.booleans(),
)
def test_any_form(fields: list[tuple[str, str]], path: str, in_query: bool, application: Application) -> None:
    """Never a 500, whatever the fields."""
    prepared = requests.Request("GET" if in_query else "POST", f"https://rest.nexmo.com{path}").prepare()
    if in_query:
        prepared.prepare_url(prepared.url, fields)
    else:
        prepared.prepare_body(fields, None)
    body = prepared.body if isinstance(prepared.body, bytes) else (prepared.body or "").encode()
    headers = tuple((name, str(value)) for name, value in prepared.headers.items())
    wire = WireRequest.to(prepared.method or "GET", prepared.url or "", headers=headers, body=body)

    assert application.respond(wire).status < 500


@settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(members=MEMBERS)
def test_any_json(members: dict[str, Any], application: Application) -> None:
    """Never a 500, whatever the members; the answer is JSON with a status."""
    body = json.dumps(members).encode()
    wire = WireRequest.to(
        "POST", "https://rest.nexmo.com/sms/json", headers=(("Content-Type", JSON),), body=body
    )
    response = application.respond(wire)

    assert response.status in (200, 400, 401)
    assert json.loads(response.body)["messages"][0]["status"].isdigit()
