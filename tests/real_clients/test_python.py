"""Authlib and requests-oauthlib, unchanged, through all three legs and an SMS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.requests_client import OAuth1Session as AuthlibSession
from requests_oauthlib import OAuth1Session

from tests.conftest import Serve, Served

KEY, SECRET = "fake-consumer-key", "fake-consumer-secret"
CALLBACK = "https://app.example/cb"
TEXT = "a+b %41 ~*'() äöü € 😀\nline two "


def requests_oauthlib(served: Served, **options: Any) -> OAuth1Session:
    """Go the three legs with requests-oauthlib."""
    session = OAuth1Session(KEY, SECRET, callback_uri=CALLBACK, **options)
    token = session.fetch_request_token(f"{served.url}/oauth/request_token")["oauth_token"]
    session.parse_authorization_response(served.fake.authorize(token).redirect_url or "")
    session.fetch_access_token(f"{served.url}/oauth/access_token")
    return session


def authlib(served: Served, **options: Any) -> AuthlibSession:
    """Go the three legs with Authlib."""
    session = AuthlibSession(KEY, SECRET, redirect_uri=CALLBACK, **options)
    token = session.fetch_request_token(f"{served.url}/oauth/request_token")["oauth_token"]
    session.parse_authorization_response(served.fake.authorize(token).redirect_url)
    session.fetch_access_token(f"{served.url}/oauth/access_token")
    return session


@pytest.mark.parametrize("profile", ["documented", "strict"])
@pytest.mark.parametrize("client", [requests_oauthlib, authlib])
@pytest.mark.parametrize("place", ["AUTH_HEADER", "QUERY"])
@pytest.mark.parametrize("how", ["query", "form", "json"])
def test_three_legs_and_an_sms(
    client: Callable[..., Any], profile: str, place: str, how: str, serve: Serve
) -> None:
    """Each client gets an SMS accepted in both profiles, and the text arrives exactly."""
    served = serve(profile=profile)
    session = client(
        served, signature_type="HEADER" if (client, place) == (authlib, "AUTH_HEADER") else place
    )
    fields = {"from": "Acme", "to": "447700900000", "type": "unicode", "text": TEXT}

    if how == "query":
        answer = session.get(f"{served.url}/sms/json", params=fields)
    elif how == "form":
        answer = session.post(f"{served.url}/sms/json", data=fields)
    else:
        answer = session.post(f"{served.url}/sms/json", json=fields)

    assert answer.json()["messages"][0]["status"] == "0", served.fake.exchanges[0].diagnosis
    assert [m.text for m in served.fake.messages] == [TEXT]


@pytest.mark.parametrize("client", [requests_oauthlib, authlib])
def test_balance(client: Callable[..., Any], strict: Served) -> None:
    """Each client reads the balance."""
    assert client(strict).get(f"{strict.url}/account/get-balance").json() == {
        "value": 10.0,
        "autoReload": False,
    }


def test_the_callback_has_token_and_verifier(strict: Served) -> None:
    """What the libraries read from the callback is what RFC 5849 section 2.2 names."""
    session = OAuth1Session(KEY, SECRET, callback_uri=f"{CALLBACK}?state=1")
    token = session.fetch_request_token(f"{strict.url}/oauth/request_token")["oauth_token"]

    query = parse_qs(urlsplit(strict.fake.authorize(token).redirect_url or "").query)

    assert query["state"] == ["1"]
    assert query["oauth_token"] == [token]
    assert len(query["oauth_verifier"][0]) == 8
