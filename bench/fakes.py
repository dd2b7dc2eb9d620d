"""Fakes to measure: with an account that never runs dry, and an access token."""

from __future__ import annotations

import time
from decimal import Decimal

from oauthlib.oauth1 import Client
from requests_oauthlib import OAuth1Session

from fake_provider import FakeNexmo
from fake_provider.domain.account import Account
from fake_provider.domain.message import MAX_MESSAGES
from fake_provider.domain.wire import WireRequest
from fake_provider.settings import DEMO_APP, Settings

DASHBOARD, REST = "https://dashboard.nexmo.com", "https://rest.nexmo.com"
ENCODED = "from=Acme&to=447700900000&text=hello+from+Nexmo"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
RICH = Account(
    email="rich@example.com",
    password="x",
    api_key="rich0000",
    api_secret="rich-secret",
    balance=Decimal(1_000_000),
)


def rich_fake(*, max_messages: int = MAX_MESSAGES, database: str | None = None) -> FakeNexmo:
    """Return a fake whose first account never runs dry."""
    settings = Settings(accounts=(RICH,), apps=(DEMO_APP,), max_messages=max_messages)
    return FakeNexmo(settings=settings, database=database)


def authorized(fake: FakeNexmo) -> tuple[FakeNexmo, str, str]:
    """Go through the flow; return the fake, and an access token with its secret."""
    key, consumer_secret = DEMO_APP.client_key, DEMO_APP.client_secret
    with fake.intercept():
        request = OAuth1Session(key, consumer_secret, callback_uri="oob").fetch_request_token(
            f"{DASHBOARD}/oauth/request_token"
        )
        verifier = fake.authorize(request["oauth_token"]).verifier
        access = OAuth1Session(
            key, consumer_secret, request["oauth_token"], request["oauth_token_secret"], verifier=verifier
        ).fetch_access_token(f"{DASHBOARD}/oauth/access_token")
    return fake, access["oauth_token"], access["oauth_token_secret"]


class Sender:
    """Sends signed SMS to one fake."""

    def __init__(self, fake: FakeNexmo, token: str, secret: str) -> None:
        self._respond = fake.application.respond
        self._client = Client(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)

    def __call__(self, calls: int) -> float:
        """Send *calls* SMS; return the seconds that each took, without those of signing it."""
        wires = [self._signed() for _ in range(calls)]
        started = time.perf_counter()
        for wire in wires:
            assert self._respond(wire).status == 200
        return (time.perf_counter() - started) / calls

    def _signed(self) -> WireRequest:
        url, headers, body = self._client.sign(f"{REST}/sms/json", "POST", body=ENCODED, headers=dict(FORM))
        return WireRequest.to("POST", url, headers=tuple(headers.items()), body=body.encode())
