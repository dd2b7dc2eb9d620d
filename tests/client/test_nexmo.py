"""The face of the package: the whole way, as the guide goes it."""

from __future__ import annotations

import pytest
import responses

from client import NexmoOAuth
from client.errors import WrongCallback, WrongSettings, WrongUse

from .examples import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_URL,
    ISSUED_ACCESS_TOKEN,
    ISSUED_REQUEST_TOKEN,
    REQUEST_TOKEN,
    REQUEST_TOKEN_URL,
    SENT,
    SMS_URL,
    sms_body,
)


def test_the_guides_whole_way(nexmo: NexmoOAuth, service: responses.RequestsMock) -> None:
    """Request token, authorization, access token, one SMS."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)
    service.post(SMS_URL, body=sms_body(SENT))

    request_token = nexmo.request_token(callback="oob")
    page = nexmo.authorization_url(request_token)
    access_token = nexmo.access_token(request_token, verifier="v3rifier")
    sent = nexmo.account(access_token).send_sms(to="447700900000", sender="NexmoOauth", text="hello")

    assert page == "https://dashboard.nexmo.com/oauth/authorize?oauth_token=request-token"
    assert access_token == ACCESS_TOKEN
    assert sent.message_ids == ("0D0000002EE0D00C",)


def test_a_throttled_leg_is_repeated_after_the_wait(
    nexmo: NexmoOAuth, service: responses.RequestsMock, waits: list[float]
) -> None:
    """HTTP 429 is not peculiar to SMS."""
    service.post(REQUEST_TOKEN_URL, status=429, headers={"Retry-After": "2"})
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)

    assert nexmo.request_token(callback="oob") == REQUEST_TOKEN
    assert waits == [2]


def test_the_callback_may_stand_in_for_the_verifier(
    nexmo: NexmoOAuth, service: responses.RequestsMock
) -> None:
    """The verifier is taken from the address that the user was sent back to."""
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)

    nexmo.access_token(REQUEST_TOKEN, callback_url="/cb?oauth_token=request-token&oauth_verifier=v3rifier")

    assert "v3rifier" in str(service.calls[0].request.headers["Authorization"])


@pytest.mark.usefixtures("service")
def test_a_foreign_callback_is_refused_before_anything_is_sent(nexmo: NexmoOAuth) -> None:
    """No exchange is tried with the verifier of another login."""
    with pytest.raises(WrongCallback):
        nexmo.access_token(REQUEST_TOKEN, callback_url="/cb?oauth_token=another&oauth_verifier=v3rifier")


def test_verifier_and_callback_exclude_each_other(nexmo: NexmoOAuth) -> None:
    """Two sources for one verifier are one too many."""
    with pytest.raises(WrongUse):
        nexmo.access_token(REQUEST_TOKEN, verifier="v", callback_url="/cb")


@pytest.mark.parametrize("which", ["dashboard_url", "rest_url"])
def test_a_wrong_url_is_named_at_once(which: str) -> None:
    """The constructor refuses what is no URL, and says which argument it is."""
    urls = {"dashboard_url": "https://a.example", "rest_url": "https://b.example"} | {which: "localhost:8080"}

    with pytest.raises(WrongSettings, match=which):
        NexmoOAuth("key", "secret", **urls)  # type: ignore[arg-type]
