"""Secrets are taken out when an exchange is recorded, whatever form they have."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
import requests

from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.trace import Trace
from tests.conftest import Served
from tests.raw import form

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

    trace = Trace()
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


def test_octets_that_are_no_text_stay(documented: Served) -> None:
    """A body that is no UTF-8 is kept and shown with replacement characters."""
    requests.post(f"{documented.url}/nowhere", data=b"password=x\xff\xfe", timeout=10)

    shown = json.loads(everything(documented))["exchanges"][0]["request"]["body"]
    assert "\ufffd" in shown or shown == "password=[redacted]"


def test_log_lines_hold_no_secret(documented: Served, caplog: pytest.LogCaptureFixture) -> None:
    """The server's log names the path, the outcome and the diagnosis, and nothing of the query or body."""
    with caplog.at_level("DEBUG"):
        access = documented.access_token()
        requests.get(f"{documented.url}/sms/json", params=API, timeout=10)

    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("fake_nexmo"))
    assert "GET /sms/json 200 accepted" in ours
    for secret in (access[1], "fake-api-secret", "fake-consumer-secret"):
        assert secret not in ours
