"""Which requests one thread may answer between those of others."""

from __future__ import annotations

import pytest
from oauthlib.oauth1 import Client

from fake_provider import FakeNexmo
from fake_provider.domain.finding import Diagnosis
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.operations.outcome import Outcome
from fake_provider.web.suspects import Suspects

HOST = "https://rest.nexmo.com"


@pytest.mark.parametrize(
    ("path", "quick"),
    [
        ("/sms/json", True),
        ("/sms/%78ml", True),
        ("/oauth/request_token", True),
        ("/oauth/access_token", True),
        ("/oauth/authorize?oauth_token=x", False),
        ("/account/settings", False),
        ("/_fake/messages?wait=30", False),
        ("/messages", False),
        ("/", False),
        ("/nowhere", False),
    ],
)
def test_paths(path: str, quick: bool) -> None:
    """What sends SMS and issues tokens is quick; what shows pages, waits, lists or asks others is not."""
    assert FakeNexmo().application.is_quick(WireRequest.to("POST", HOST + path)) is quick


def test_a_balance_is_quick_once_it_is_known() -> None:
    """The first call to one of these endpoints brings their modules with it."""
    application = FakeNexmo().application
    wire = WireRequest.to("GET", f"{HOST}/account/get-balance?api_key=x&api_secret=y")
    assert not application.is_quick(wire)

    application.respond(wire)

    assert application.is_quick(wire)


def test_what_makes_a_quick_request_slow() -> None:
    """A long body, a planned fault, and somebody who watches."""
    fake = FakeNexmo()
    wire = WireRequest.to("POST", f"{HOST}/sms/json", body=b"text=hello")
    assert not fake.application.is_quick(WireRequest.to("POST", f"{HOST}/sms/json", body=b"x" * 20_000))

    fake.faults.add(action={"delay_ms": 1})
    assert not fake.application.is_quick(wire)

    fake.reset()
    assert fake.application.is_quick(wire)
    fake.application.seen_by(lambda wire, outcome, number: None)
    assert not fake.application.is_quick(wire)


def signed(key: str, secret: str) -> WireRequest:
    url, headers, _ = Client(key, secret, callback_uri="oob").sign(f"{HOST}/oauth/request_token", "POST")
    return WireRequest.to("POST", url, headers=tuple(headers.items()))


def test_wrong_signatures_are_slow_from_the_second_on() -> None:
    """Until the consumer signs rightly again; others are as quick as ever."""
    application = FakeNexmo().application
    wrong, right = signed("fake-consumer-key", "no"), signed("fake-consumer-key", "fake-consumer-secret")
    assert application.is_quick(wrong)

    application.respond(wrong)
    assert not application.is_quick(wrong)
    assert application.is_quick(signed("0" * 32, "x"))

    assert application.respond(right).status == 200
    assert application.is_quick(wrong)


def test_few_consumers_are_remembered() -> None:
    """Of many keys whose signatures were wrong the earliest are forgotten."""
    suspects = Suspects()
    keys = [f"consumer-number-{number:04}" for number in range(120)]
    for key in keys:
        diagnosis = Diagnosis(
            code="unknown-secret",
            proof="guess",
            message="",
            advice="",
            oauth_problem="signature_invalid",
            expected_base_string="POST&…",
        )
        response = WireResponse(status=401)
        suspects.note(Outcome(response=response, kind="refused", client_key=key, diagnosis=diagnosis))

    assert [key for key in keys if suspects.has(signed(key, "no"))] == keys[-100:]
