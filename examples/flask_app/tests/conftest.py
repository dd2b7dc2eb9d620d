"""The application under test, and those who use it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from texting import create_app
from texting.nexmo import Credentials
from visitor import Visitor, served

from fake_provider import Nexmo


@pytest.fixture
def app(fake_nexmo: Nexmo) -> Flask:
    """The application, as a consumer that Nexmo knows. It asks the real hosts, as it always does."""
    return create_app(
        {
            "NEXMO_CONSUMER_KEY": fake_nexmo.consumer.consumer_key,
            "NEXMO_CONSUMER_SECRET": fake_nexmo.consumer.consumer_secret,
            "PUBLIC_URL": "http://localhost",
        }
    )


@pytest.fixture
def visitor(app: Flask, fake_nexmo: Nexmo) -> Visitor:
    """Somebody who has not logged in."""
    return Visitor(app.test_client(), fake_nexmo)


@pytest.fixture
def user(app: Flask, visitor: Visitor) -> Visitor:
    """Somebody who logged in some time ago."""
    access = visitor.nexmo.access_token()
    credentials = Credentials(token=access.token, secret=access.secret)
    with visitor.browser.session_transaction() as session:
        session["user"] = app.extensions["store"].add_user(credentials)
    visitor.token = access.token
    return visitor


@pytest.fixture
def reachable(app: Flask) -> Iterator[str]:
    """Let the application be reached over HTTP, since receipts are pushed to an address: which one it is."""
    with served(app) as url:
        yield url
