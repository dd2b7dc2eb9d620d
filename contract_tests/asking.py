"""Whether a user is asked at all: some fakes are told to approve at once, and without a control API they tell nobody."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from .consumer import Consumer

ASKS_NOBODY = "approves at once, and never asks the user (--auto-approve)"
_CALLBACK = "https://app.example/cb"


def skip_where_nobody_is_asked(app: Consumer) -> None:
    """Skip a test that has seen what no user has decided, where the page too decides for whoever opens it.

    A provider that only forgets the decision has a page that asks for one: there the test goes on, and fails. Where there
    is a control API it has said before whether somebody is asked.
    """
    if app.provider.control is not None:
        return
    temporary = app.temporary_credentials(_CALLBACK)
    stranger = requests.Request("GET", app.authorization_page(temporary)).prepare()
    location = app.provider.send(stranger).headers.get("Location", "")
    brought = parse_qs(urlsplit(location).query)
    if location.startswith(_CALLBACK) and brought.get("oauth_verifier"):
        pytest.skip(ASKS_NOBODY)
