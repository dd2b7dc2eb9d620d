"""What users' tests never send to the real service, whatever leave was given."""

from __future__ import annotations

import pytest
import requests

from contract_tests.signing import FORM
from fake_provider.live.sessions import forbidden

REST = "https://rest.nexmo.com"


@pytest.mark.parametrize(
    ("method", "path", "body", "why"),
    [
        pytest.param(
            "POST", "/account/transfer", "amount=1", "nobody knows here what it costs", id="unknown"
        ),
        pytest.param(
            "POST", "/number/port", "msisdn=1", "nobody knows here what it costs", id="unknown-number"
        ),
        pytest.param("DELETE", "/account/numbers", "", "by DELETE", id="another-method"),
        pytest.param("POST", "/sms/json", "To=447700900024&text=hi", "no plain parameter `to`", id="To"),
        pytest.param("POST", "/sms/json", "text=hi", "no plain parameter `to`", id="to-nobody"),
        pytest.param(
            "POST", "/sms/json", "to=447700900023&TO=447700900024", "no plain parameter `to`", id="to-and-TO"
        ),
        pytest.param(
            "GET", "/sms/json?to=447700900023;to=1", "", "no plain parameter `to`", id="a-semicolon"
        ),
        pytest.param("POST", "/number/buy", '{"msisdn": "1"}', "changes the account", id="JSON-under-a-form"),
    ],
)
def test_what_is_refused(method: str, path: str, body: str, why: str) -> None:
    """With the reason."""
    request = requests.Request(method, f"{REST}{path}", headers={"Content-Type": FORM}, data=body).prepare()

    assert why in (forbidden(request) or "")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("POST", "/sms/json", "to=447700900023&text=hi", id="an-SMS"),
        pytest.param("GET", "/sms/xml?to=447700900023&text=hi%3B", "", id="an-SMS-by-GET"),
        pytest.param("GET", "/account/get-balance/abcd1234/a-secret", "", id="as-old-clients-ask"),
        pytest.param("GET", "/account/numbers?index=1", "", id="numbers"),
        pytest.param("GET", "/number/search?country=GB", "", id="numbers-on-offer"),
        pytest.param("POST", "/oauth/request_token", "a[]=b;c", id="a-token"),
    ],
)
def test_what_may_be_sent(method: str, path: str, body: str) -> None:
    """What common clients ask for."""
    request = requests.Request(method, f"{REST}{path}", headers={"Content-Type": FORM}, data=body).prepare()

    assert forbidden(request) is None
