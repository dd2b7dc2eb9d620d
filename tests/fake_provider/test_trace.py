"""Secrets are taken out when an exchange is recorded, whatever form they have."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
import requests

from fake_provider.adapters.store.records import MemoryRecords
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.trace import ExchangeQuery, Trace
from tests.conftest import Served
from tests.raw import exchange, form

API = {
    "api_key": "abcd1234",
    "api_secret": "fake-api-secret",
    "from": "Acme",
    "to": "447700900000",
    "text": "x",
}
SMS, SMS_HEADERS = form(from_="Acme", to="447700900000", text="hello")


def everything(served: Served) -> str:
    """Return all that the control API tells of the exchanges."""
    return requests.get(f"{served.url}/_fake/exchanges", timeout=10).text


BASIC = base64.b64encode(b"abcd1234:fake-api-secret").decode()
CALLS: dict[str, Callable[[str], object]] = {
    "query": lambda url: requests.get(f"{url}/sms/json", params=API, timeout=10),
    "form": lambda url: requests.post(f"{url}/sms/json", data=API, timeout=10),
    "json": lambda url: requests.post(f"{url}/sms/json", json=API, timeout=10),
    "xml": lambda url: requests.post(f"{url}/sms/xml", data=API, timeout=10),
    "old-names": lambda url: requests.post(
        f"{url}/sms/json", data={"username": "abcd1234", "password": "fake-api-secret"}, timeout=10
    ),
    "basic": lambda url: requests.post(
        f"{url}/sms/json", data={"from": "A"}, auth=("abcd1234", "fake-api-secret"), timeout=10
    ),
    "balance": lambda url: requests.get(f"{url}/account/get-balance", params=API, timeout=10),
    "elsewhere": lambda url: requests.post(f"{url}/nowhere?api_secret=fake-api-secret", json=API, timeout=10),
    "in-the-text": lambda url: requests.post(
        f"{url}/sms/json", data=API | {"text": "my secret is fake-api-secret!"}, timeout=10
    ),
}


@pytest.mark.parametrize("how", CALLS)
def test_api_secrets(how: str, documented: Served) -> None:
    """An api_secret is nowhere in the trace, by whatever road it came."""
    CALLS[how](documented.url)

    trace = everything(documented)
    assert len(documented.fake.exchanges) == 1
    assert "fake-api-secret" not in trace
    assert BASIC not in trace


def test_token_secrets(documented: Served) -> None:
    """The secrets that the token endpoints answer are not in the trace; the tokens are."""
    access = documented.access_token()
    documented.signed(body=SMS, headers=list(SMS_HEADERS), token=access).send()

    trace = everything(documented)
    assert access[1] not in trace
    assert "fake-consumer-secret" not in trace
    assert access[0] in trace


@pytest.mark.parametrize("place", ["header", "query", "form"])
@pytest.mark.parametrize("method", ["PLAINTEXT", "plaintext"])
def test_plaintext_signatures(place: str, method: str, documented: Served) -> None:
    """A PLAINTEXT signature is the secrets themselves, even where it is refused."""
    access = documented.access_token()
    documented.fake._provider.trace.clear()

    documented.signed(
        body=SMS,
        headers=[] if place == "form" else list(SMS_HEADERS),
        token=access,
        place=place,
        oauth={"oauth_signature_method": method},
        change=lambda _: f"fake-consumer-secret&{access[1]}",
    ).send()

    trace = everything(documented)
    assert "fake-consumer-secret" not in trace
    assert access[1] not in trace
    assert "[redacted]" in trace


def test_secrets_of_strangers(documented: Served) -> None:
    """A secret that is not known here goes by its name."""
    requests.post(
        f"{documented.url}/sms/json",
        json={"api_key": "who", "api_secret": 'qu"ote-s3cret', "x": 1},
        headers={"Cookie": "session=c00kie", "Proxy-Authorization": "Basic cHJveHk="},
        timeout=10,
    )

    trace = everything(documented)
    assert "s3cret" not in trace
    assert "c00kie" not in trace
    assert "cHJveHk" not in trace


def test_a_base_string_that_holds_a_secret(documented: Served) -> None:
    """A client that sends its api_secret beside OAuth does not find it in the expected base string."""
    documented.signed(
        method="GET",
        target="/sms/json?api_secret=fake-api-secret&x=1",
        token=documented.access_token(),
        change=lambda signature: "AAAA" + signature[4:],
    ).send()

    diagnosis = documented.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.expected_base_string is not None
    assert "fake-api-secret" not in diagnosis.expected_base_string
    assert "x%3D1" in diagnosis.expected_base_string


@pytest.mark.parametrize("secret", ["p+/=&% x", "ünïcode-sécret"])
def test_percent_encoded_secrets(secret: str) -> None:
    """A secret with reserved characters is found in its encoded forms too."""
    from urllib.parse import quote, quote_plus

    trace = Trace(MemoryRecords())
    for text in (secret, quote(secret, safe=""), quote_plus(secret)):
        trace.record(
            WireRequest.to("POST", "http://a/", body=f"note={text}".encode()),
            WireResponse(status=200),
            received_at=0,
            duration_ms=0,
            outcome="other",
            secrets=(secret,),
        )

    assert [e.request.body for e in trace.exchanges()] == [b"note=[redacted]"] * 3


def recorded(trace: Trace, number: int, **more: object) -> None:
    """Record an exchange whose secret stands in its path, its header and its body."""
    trace.record(
        WireRequest.to(
            "POST",
            f"http://a/{number}?x=s3cret-value",
            headers=(("X", "s3cret-value"),),
            body=b"s3cret-value",
        ),
        WireResponse(status=200, headers=(("Y", "s3cret-value"),), body=b"s3cret-value"),
        received_at=0,
        duration_ms=0,
        outcome="other",
        reason="s3cret-value",
        secrets=("s3cret-value",),
        **more,  # type: ignore[arg-type]
    )


def test_outlines_have_no_secret_either() -> None:
    """What lists show is cleaned too, before and after somebody looked at the whole."""
    trace = Trace(MemoryRecords())
    recorded(trace, 1)

    first = trace.outlines()
    whole = trace.exchanges()
    again = trace.outlines()

    assert first == again
    assert "s3cret" not in repr((first, whole)) + first[0].request.target + str(first[0].reason)
    assert first[0].request.target == whole[0].request.target == "/1?x=[redacted]"
    assert (first[0].request.headers, first[0].request.body, first[0].response.body) == ((), b"", b"")
    assert whole[0].request.body == b"[redacted]"


def test_a_look_cleans_what_it_shows_alone() -> None:
    """A page of fifty does not pay for a thousand, and the secrets in use are asked for once a look."""
    asked = []
    records = MemoryRecords()
    trace = Trace(records, known_secrets=lambda: asked.append(1) or ())  # type: ignore[func-returns-value]
    for number in range(20):
        recorded(trace, number)

    trace.exchanges(ExchangeQuery(limit=5))

    assert sum(kept.secrets is None for kept in records.newest(ExchangeQuery())) == 5
    assert asked == [1]
    trace.exchanges(ExchangeQuery(limit=5))
    assert asked == [1]


def test_one_exchange_and_those_before_it() -> None:
    """By its number, by the message that it brought, and page by page."""
    trace = Trace(MemoryRecords())
    for number in range(1, 8):
        recorded(trace, number, message=number * 10)

    first = trace.outlines(ExchangeQuery(limit=3))
    second = trace.outlines(ExchangeQuery(before=first[-1].number, limit=3))

    assert [one.number for one in (*first, *second)] == [7, 6, 5, 4, 3, 2]
    assert [one.number for one in trace.exchanges(ExchangeQuery(number=4))] == [4]
    assert [one.number for one in trace.exchanges(ExchangeQuery(message=50))] == [5]
    assert len(trace) == 7


def post(content_type: str, body: bytes) -> bytes:
    """Return a POST of *body* to /sms/json."""
    head = (
        f"POST /sms/json HTTP/1.1\r\nHost: a\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}"
    )
    return head.encode() + b"\r\n\r\n" + body


ODD_PLACES = {
    "escaped-name-in-a-query": b"GET /account/get-balance?api_key=zz&api%5Fsecret=S3cr3t-of-mine HTTP/1.1\r\nHost: a\r\n\r\n",
    "escaped-name-and-value": b"GET /sms/json?api%5Fsecret=%53-S3cr3t-of-mine HTTP/1.1\r\nHost: a\r\n\r\n",
    "escaped-name-in-json": post("application/json", b'{"\\u0061pi_secret": "S3cr3t-of-mine"}'),
    "list-in-json": post("application/json", b'{"api_secret": ["a", "S3cr3t-of-mine"]}'),
    "broken-json": post("application/json", b'{"api_secret": "S3cr3t-of-mine'),
    "multipart": post("multipart/form-data; boundary=b", b"--b\r\n\r\nS3cr3t-of-mine\r\n--b--"),
    "oauth-header": b"POST /oauth/request_token HTTP/1.1\r\nHost: a\r\n"
    b'Authorization: OAuth oauth_token_secret="S3cr3t-of-mine"\r\n\r\n',
    "oauth-header-with-blanks": b"POST /oauth/request_token HTTP/1.1\r\nHost: a\r\n"
    b'Authorization: OAuth oauth_signature_method = "%50LAINTEXT", oauth_signature = "S3cr3t-of-mine%26x"\r\n\r\n',
    "oauth-2-header": b"GET /sms/json HTTP/1.1\r\nHost: a\r\nAuthorization: OAuth2 S3cr3t-of-mine\r\n\r\n",
    "header-of-its-own": b"GET /sms/json HTTP/1.1\r\nHost: a\r\nX-Api-Secret: S3cr3t-of-mine\r\n\r\n",
    "known-secret-elsewhere": b"PUT /sms/json?text=fake-api-secret HTTP/1.1\r\nHost: a\r\n\r\n",
    "known-secret-in-a-path": b"GET /account/get-balance/abcd1234/fake-api-secret HTTP/1.1\r\nHost: a\r\n\r\n",
    "head-that-no-parser-reads": b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic S3cr3t-of-mine\r\nBad Header\r\n\r\n",
    "cookie-that-no-parser-reads": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: session=S3cr3t-of-mine\r\nBad Header\r\n\r\n",
}


@pytest.mark.parametrize("place", ODD_PLACES)
def test_secrets_in_odd_places(place: str, documented: Served) -> None:
    """However a secret's name is written, and whatever became of its request, it is not in the trace."""
    exchange(documented.url, ODD_PLACES[place])

    trace = everything(documented)
    assert len(documented.fake.exchanges) == 1
    assert "S3cr3t-of-mine" not in trace
    assert "fake-api-secret" not in trace


def test_a_secret_across_the_cut(documented: Served) -> None:
    """A secret that the end of what is kept would cut in two leaves no half."""
    for position in range(64 * 1024 - 14, 64 * 1024, 3):
        body = b"x" * position + b"fake-api-secret"
        requests.post(f"{documented.url}/nowhere", data=body, timeout=10)

        assert not documented.fake.exchanges[0].request.body.rstrip(b"x").endswith(b"fake-api")
        assert b"fake-a" not in documented.fake.exchanges[0].request.body


def test_a_token_secret_wherever_it_stands(documented: Served) -> None:
    """Who swaps a token and its secret, or pastes it anywhere, does not find it in the trace or the key of an exchange."""
    secret = documented.access_token()[1]
    requests.get(f"{documented.url}/nowhere/{secret}", timeout=10)
    requests.get(f"{documented.url}/oauth/authorize?oauth_token={secret}", timeout=10)
    requests.post(f"{documented.url}/sms/json", data={"text": secret, "to": "%66ake"}, timeout=10)
    documented.signed(
        target="/oauth/request_token", consumer=("fake-consumer-secret", "fake-consumer-key")
    ).send()
    documented.signed(body=SMS, headers=list(SMS_HEADERS), token=(secret, "x")).send()

    trace = everything(documented)
    assert secret not in trace
    assert "fake-consumer-secret" not in trace


def test_json_in_utf_16(documented: Served) -> None:
    """JSON is read in UTF-16 as well, and cleaned as well."""
    body = json.dumps(API).encode("utf-16")
    answer = requests.post(
        f"{documented.url}/sms/json", data=body, headers={"Content-Type": "application/json"}, timeout=10
    )

    assert answer.json()["messages"][0]["status"] == "0"
    assert "fake-api-secret" not in everything(documented).replace("\\u0000", "")


def test_a_lone_surrogate_in_json(documented: Served) -> None:
    """What JSON can escape and nobody can encode keeps no exchange from being shown."""
    body = b'{"api_secret": "fake-api-secret", "text": "\\ud800", "to": "\\udcff"}'
    requests.post(
        f"{documented.url}/sms/json", data=body, headers={"Content-Type": "application/json"}, timeout=10
    )

    assert "fake-api-secret" not in everything(documented)
    assert (
        documented.fake.exchanges[0].request.body == b'{"api_secret": "[redacted]", "text": "?", "to": "?"}'
    )


@pytest.mark.parametrize("text", ["fake%2Dapi%2Dsecret", "%66ake-api-secret"])
def test_a_known_secret_that_is_escaped(text: str, documented: Served) -> None:
    """A known secret is found behind needless escapes, in a query and in a path."""
    exchange(documented.url, f"GET /a/{text}?text={text}&ok=1 HTTP/1.1\r\nHost: a\r\n\r\n".encode())

    assert documented.fake.exchanges[0].request.target == "/a/[redacted]?text=[redacted]&ok=1"


def test_a_short_secret_blots_out_whole_words_only(documented: Served) -> None:
    """An app whose secret is the word secret leaves the names of the others readable."""
    documented.fake.create_app("Short", consumer_key="short", consumer_secret="secret")
    requests.post(f"{documented.url}/nowhere", data="my_secrets=1 and secret, api_secret=x", timeout=10)

    assert documented.fake.exchanges[0].request.body == b"my_secrets=1 and [redacted], api_secret=[redacted]"


def test_octets_that_are_no_text_stay(documented: Served) -> None:
    """A body that is no UTF-8 is kept and shown with replacement characters."""
    requests.post(f"{documented.url}/nowhere", data=b"password=x\xff\xfe", timeout=10)

    shown = json.loads(everything(documented))["exchanges"][0]["request"]["body"]
    assert "\ufffd" in shown or shown == "password=[redacted]"


def test_a_log_line_is_one_line(documented: Served, caplog: pytest.LogCaptureFixture) -> None:
    """What a client writes into its path makes no line of its own, no colour, and shows no secret."""
    with caplog.at_level("INFO"):
        for path in (
            "/foo%0aINJECTED%1b[31m",
            "/api_secret=fake-api-secret/x",
            "/get-balance/abcd1234/fake-api-secret",
        ):
            requests.get(documented.url + path, timeout=10)

    ours = [r.getMessage() for r in caplog.records if r.name.startswith("fake_nexmo")]
    assert len(ours) == 3
    assert all(line.isprintable() for line in ours)
    assert "fake-api-secret" not in "".join(ours)


def test_reprs_hold_no_secret(documented: Served) -> None:
    """A failing assertion prints what it compares: neither requests nor authorizations show a secret."""
    token = documented.request_token(oauth_callback="https://app.example/cb")
    authorization = documented.fake.authorize(token[0])
    requests.get(f"{documented.url}/sms/json", params=API, timeout=10)

    assert authorization.verifier is not None
    assert authorization.verifier not in repr(authorization)
    assert "fake-api-secret" not in repr(WireRequest.to("GET", "http://a/?api_secret=fake-api-secret"))


def test_log_lines_hold_no_secret(documented: Served, caplog: pytest.LogCaptureFixture) -> None:
    """The server's log names the path, the outcome and the diagnosis, and nothing of the query or body."""
    with caplog.at_level("DEBUG"):
        access = documented.access_token()
        requests.get(f"{documented.url}/sms/json", params=API, timeout=10)

    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("fake_nexmo"))
    assert "GET /sms/json 200 accepted" in ours
    for secret in (access[1], "fake-api-secret", "fake-consumer-secret"):
        assert secret not in ours
