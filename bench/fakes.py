"""Fakes to measure: with an account that never runs dry, and an access token."""

from __future__ import annotations

from decimal import Decimal

from requests_oauthlib import OAuth1Session

from fake_provider import FakeNexmo
from fake_provider.domain.account import Account
from fake_provider.domain.message import MAX_MESSAGES
from fake_provider.settings import DEMO_APP, Settings

DASHBOARD, REST = "https://dashboard.nexmo.com", "https://rest.nexmo.com"
RICH = Account(
    email="rich@example.com",
    password="x",
    api_key="rich0000",
    api_secret="rich-secret",
    balance=Decimal(1_000_000),
)


def rich_fake(*, max_messages: int = MAX_MESSAGES) -> FakeNexmo:
    """Return a fake whose first account never runs dry."""
    settings = Settings(accounts=(RICH,), apps=(DEMO_APP,), max_messages=max_messages)
    return FakeNexmo(settings=settings)


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
